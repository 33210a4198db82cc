"""Routes that change a repository: creation, commits, tags, branches, settings."""

import base64
import binascii
import fnmatch
import json
import re
from collections.abc import Iterator
from typing import Any

from push.standin.discussions import opened, pull_request
from push.standin.exchange import Answer, Exchange, Refusal, answer, objects_in, size_in
from push.standin.files import Blob, git_oid, pointer
from push.standin.front_matter import examine
from push.standin.store import MAIN, NAME, Commit, Entry, State, Taken, now

LARGE_NAMES = """
    .7z .arrow .bin .bz2 .ckpt .gz .h5 .jpeg .jpg .flac .mp3 .mp4 .msgpack .npy .npz .onnx .parquet .pkl .png .pt .pth
    .rar .safetensors .tar .tgz .wasm .wav .webp .xz .zip .zst
"""
LARGE_SUFFIXES = tuple(LARGE_NAMES.split())
LARGE_BYTES = 10 << 20
LONGEST_NAME = 255  # bytes of a file's or a folder's name, as file systems have it
REFERENCE = re.compile(r"(?![./])(?!.*(?:\.\.|//|@\{|\.lock\Z))[^\x00-\x20~^:?*\[\\\x7f]+(?<![./])\Z")
STALE = "A commit has happened since. Please refresh and try again."
KINDS = {"model": "models", "dataset": "datasets", "space": "spaces"}


def create(exchange: Exchange) -> Answer:
    fields = exchange.body.fields()
    kind, name = _target(exchange, fields)
    private = fields.get("visibility") == "private" or bool(fields.get("private"))
    if not NAME.fullmatch(name):
        raise Refusal(400, f"Invalid repo name: {name[:LONGEST_NAME]}")
    try:
        repository = exchange.store.create(kind, name, private)
    except Taken:
        url = exchange.url(exchange.store.at(kind, name))
        return answer({"error": f"You already created this {kind[:-1]} repo", "url": url}, 409)
    return answer({"url": exchange.url(repository), "name": name, "id": name})


def _target(exchange: Exchange, fields: dict[str, Any]) -> tuple[str, str]:
    kind = KINDS.get(str(fields.get("type") or "model"))
    name, owner = str(fields.get("name") or ""), fields.get("organization") or exchange.user
    if kind is None or not name:
        raise Refusal(400, "a repository needs a type (model, dataset, space) and a name")
    return kind, name if "/" in name else f"{owner}/{name}"


def delete(exchange: Exchange) -> Answer:
    kind, name = _target(exchange, exchange.body.fields())
    exchange.store.delete(exchange.repository(kind, name))
    return answer({})


def settings(exchange: Exchange, kind: str, name: str) -> Answer:
    fields = exchange.body.fields()
    if "visibility" in fields:
        fields["private"] = fields["visibility"] == "private"
    with exchange.repository(kind, name).changing() as state:
        state.update({key: fields[key] for key in ("private", "gated") if key in fields})
        return answer({"private": state["private"], "gated": state["gated"]})


def preupload(exchange: Exchange, kind: str, name: str, revision: str) -> Answer:
    """How each file is to be sent: in the commit itself, or through LFS before it."""
    repository = exchange.repository(kind, name)
    fields = exchange.body.fields()
    files = repository.commit(exchange.head(repository, revision)).tree
    ignored = _ignored(exchange, files, fields.get("gitIgnore"))
    modes = []
    for each in objects_in(fields, "files"):
        path, size = checked(str(each.get("path"))), size_in(each)
        large = path.lower().endswith(LARGE_SUFFIXES) or size > LARGE_BYTES
        there = files.get(path)
        oid = None if there is None else there.sha256 if there.large else there.oid
        mode = "lfs" if large else "regular"
        modes.append({"path": path, "uploadMode": mode, "shouldIgnore": any(p(path) for p in ignored), "oid": oid})
    return answer({"files": modes})


def _ignored(exchange: Exchange, files: dict[str, Entry], text: str | None) -> list[Any]:
    """The simple part of .gitignore: names and paths with wildcards; no negation."""
    if text is None and (entry := files.get(".gitignore")):
        text = b"".join(exchange.store.objects.read(entry.sha256)).decode(errors="replace")
    patterns = [line.strip().rstrip("/") for line in (text or "").splitlines() if line.strip() and line[0] not in "#!"]
    return [lambda path, p=pattern: _matches(path, p) for pattern in patterns]


def _matches(path: str, pattern: str) -> bool:
    if "/" in pattern:
        return fnmatch.fnmatchcase(path, pattern.lstrip("/")) or path.startswith(f"{pattern.lstrip('/')}/")
    return any(fnmatch.fnmatchcase(part, pattern) for part in path.split("/"))


def checked(path: str) -> str:
    """A path inside the repository. Raises `Refusal` for any other."""
    parts = path.split("/")
    if not path or any(part in ("", ".", "..", ".git") for part in parts) or "\0" in path or "\\" in path:
        raise Refusal(400, f"Invalid path: {path[:LONGEST_NAME]!r}")
    if any(len(part.encode(errors="replace")) > LONGEST_NAME for part in parts):
        raise Refusal(400, f"Invalid path, a name in it is over {LONGEST_NAME} bytes: {path[:LONGEST_NAME]!r}")
    return path


def commit(exchange: Exchange, kind: str, name: str, revision: str) -> Answer:
    """All of the payload or nothing; a stale parent is refused with 412."""
    repository = exchange.repository(kind, name)
    header, changes = _payload(exchange)
    title, message = str(header.get("summary") or ""), str(header.get("description") or "")
    if not title:
        raise Refusal(400, "A commit needs a summary")
    with repository.changing() as state:
        head = _writable(state, revision)
        expected = str(header.get("parentCommit") or "")
        opening = exchange.query.get("create_pr") in ("1", "true")
        if opening and expected:
            head = exchange.head(repository, expected)
        elif not head.startswith(expected):
            raise Refusal(412, STALE)
        tree = applied(repository.commit(head).tree, changes)
        sha = repository.keep(Commit((head,), title, message, now(), tree))
        number = pull_request(state, exchange, title, message, base=revision, head=sha) if opening else None
        if number is None:
            advance(state, revision, sha)
    url = exchange.url(repository)
    request = f"{url}/discussions/{number}" if number else None
    value = {"success": True, "commitOid": sha, "commitUrl": f"{url}/commit/{sha}", "hookOutput": ""}
    return answer({**value, "pullRequestUrl": request})


def _writable(state: State, revision: str) -> str:
    """The head of a branch or of an open pull request: nothing else takes commits."""
    if revision in state["branches"]:
        return str(state["branches"][revision])
    request = next(
        (each for each in state["discussions"] if revision == f"refs/pr/{each['num']}" and each["pull"]), None
    )
    if request is None:
        raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    if request["status"] not in ("open", "draft"):
        raise Refusal(403, f"This pull request is {request['status']}")
    return str(request["head"])


def advance(state: State, revision: str, sha: str) -> None:
    """Point a branch or a pull request at a commit."""
    if revision in state["branches"]:
        state["branches"][revision] = sha
        return
    request = next(each for each in state["discussions"] if revision == f"refs/pr/{each['num']}")
    request["head"] = sha
    request["events"].append(opened("commit", {"subject": "", "oid": sha}))


Change = tuple[str, str, Entry | None]  # key of the payload, path, what is there now


def _payload(exchange: Exchange) -> tuple[dict[str, Any], list[Change]]:
    header: dict[str, Any] = {}
    changes: list[Change] = []
    for line in exchange.body.lines():
        try:
            item = json.loads(line)
            key, value = item["key"], item["value"]
        except (ValueError, KeyError, TypeError) as error:
            raise Refusal(400, f"not a line of a commit: {error}") from None
        if not isinstance(value, dict):
            raise Refusal(400, f"not a line of a commit: the value of {str(key)[:LONGEST_NAME]!r} is no object")
        if key == "header":
            header = value
        else:
            changes.append(_change(exchange, str(key), value))
    return header, changes


def _change(exchange: Exchange, key: str, value: dict[str, Any]) -> Change:
    path = checked(str(value.get("path") or "").rstrip("/" if key == "deletedFolder" else ""))
    if key == "file":
        return key, path, _regular(exchange, path, value)
    if key == "lfsFile":
        size = exchange.store.objects.size(str(value.get("oid")))
        if size is None or size != value.get("size", size):
            raise Refusal(400, f"The LFS object of {path} was not uploaded: {value.get('oid')}")
        blob = Blob(str(value["oid"]), size)
        return key, path, Entry(git_oid(pointer(blob)), blob.sha256, size, large=True)
    if key in ("deletedFile", "deletedFolder"):
        return key, path, None
    raise Refusal(400, f"Unknown operation: {key}")


def _regular(exchange: Exchange, path: str, value: dict[str, Any]) -> Entry:
    content = str(value.get("content") or "")
    try:
        raw = base64.b64decode(content, validate=True) if value.get("encoding") == "base64" else content.encode()
    except binascii.Error as error:
        raise Refusal(400, f"{path} is not base64: {error}") from None
    if len(raw) > LARGE_BYTES:
        raise Refusal(413, f"{path} is too large for a regular file: send it through LFS")
    if path == "README.md" and (errors := examine(raw.decode(errors="replace"), "")[0]):
        raise Refusal(400, "Invalid metadata in README.md: " + "; ".join(errors))
    blob = exchange.store.objects.keep(raw)
    return Entry(git_oid(raw), blob.sha256, blob.size, large=False)


def applied(tree: dict[str, Entry], changes: list[Change]) -> dict[str, Entry]:
    """A tree with the changes made, in their order."""
    result = dict(tree)
    for key, path, entry in changes:
        if entry is not None:
            result[path] = entry
            continue
        gone = [each for each in result if each == path or (key == "deletedFolder" and each.startswith(f"{path}/"))]
        if not gone:
            raise Refusal(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")
        for each in gone:
            del result[each]
    if clash := next(_clashes(result), None):
        raise Refusal(400, f"{clash} is a file and a folder")
    return result


def _clashes(tree: dict[str, Entry]) -> Iterator[str]:
    for path in tree:
        parts = path.split("/")
        yield from (parent for end in range(1, len(parts)) if (parent := "/".join(parts[:end])) in tree)


def create_tag(exchange: Exchange, kind: str, name: str, revision: str) -> Answer:
    repository, fields = exchange.repository(kind, name), exchange.body.fields()
    tag = str(fields.get("tag") or "")
    if not REFERENCE.match(tag):
        raise Refusal(400, f"Invalid tag name: {tag!r}")
    with repository.changing() as state:
        if tag in state["tags"]:
            raise Refusal(409, f"Tag reference exists already: {tag}")
        state["tags"][tag] = {"target": exchange.head(repository, revision), "message": fields.get("message") or ""}
    return answer({})


def delete_tag(exchange: Exchange, kind: str, name: str, revision: str) -> Answer:
    with exchange.repository(kind, name).changing() as state:
        if state["tags"].pop(revision, None) is None:
            raise Refusal(404, f"Tag {revision} doesn't exist", "RevisionNotFound")
    return answer({})


def create_branch(exchange: Exchange, kind: str, name: str, revision: str) -> Answer:
    repository, fields = exchange.repository(kind, name), exchange.body.fields()
    if not REFERENCE.match(revision) or revision.startswith("refs/pr/"):
        raise Refusal(400, f"Invalid branch name: {revision!r}")
    with repository.changing() as state:
        if revision in state["branches"]:
            raise Refusal(409, f"Reference already exists: {revision}")
        state["branches"][revision] = exchange.head(repository, str(fields.get("startingPoint") or MAIN))
    return answer({})


def delete_branch(exchange: Exchange, kind: str, name: str, revision: str) -> Answer:
    with exchange.repository(kind, name).changing() as state:
        if revision == MAIN:
            raise Refusal(403, "Cannot delete the main branch")
        if state["branches"].pop(revision, None) is None:
            raise Refusal(404, f"Branch {revision} doesn't exist", "RevisionNotFound")
    return answer({})


def validate_yaml(exchange: Exchange) -> Answer:
    fields = exchange.body.fields()
    errors, warnings = examine(str(fields.get("content") or ""), str(fields.get("repoType") or "model"))
    value = {key: [{"message": each} for each in found] for key, found in (("errors", errors), ("warnings", warnings))}
    return answer(value, 400 if errors else 200)


def identity(exchange: Exchange) -> Answer:
    """Token exchange (RFC 8693), as Trusted Publishers use it."""
    fields = exchange.body.fields()
    token = exchange.exchange_identity(str(fields.get("subject_token") or ""), str(fields.get("resource") or ""))
    if token is None:
        return answer({"error": "invalid_grant", "error_description": "no trusted publisher for this identity"}, 400)
    return answer({"access_token": token, "token_type": "bearer", "expires_in": 3600})
