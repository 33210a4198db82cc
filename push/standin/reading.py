"""Routes that read: repositories, trees, references, history, files with ranges."""

import hashlib
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import quote, urlencode

from push.standin.exchange import Answer, Exchange, Refusal, answer
from push.standin.files import Blob, pointer
from push.standin.front_matter import metadata
from push.standin.store import Commit, Entry, Repository, State, pulls, tags

PAGE = 1000
EXPANDED_PAGE = 50
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


def whoami(exchange: Exchange) -> Answer:
    owners = {
        each.name.split("/")[0] for kind in ("models", "datasets", "spaces") for each in exchange.store.every(kind)
    }
    return answer(
        {
            "type": "user",
            "id": "standin",
            "name": exchange.user,
            "fullname": "a local stand-in, not the Hugging Face Hub",
            "orgs": [
                {"type": "org", "name": owner, "roleInOrg": "write"} for owner in sorted(owners - {exchange.user})
            ],
            "auth": {"type": "access_token", "accessToken": {"displayName": "standin", "role": "write"}},
        }
    )


def auth_check(exchange: Exchange, kind: str, name: str) -> Answer:
    exchange.repository(kind, name)
    return answer({})


def listing(exchange: Exchange, kind: str) -> Answer:
    wanted, author = exchange.query.get("search", "").lower(), exchange.query.get("author", "")
    found = [
        summary(exchange, each, each.state()["branches"]["main"], blobs=False)
        for each in exchange.store.every(kind)
        if wanted in each.name.lower()
        and (not author or each.name.startswith(f"{author}/"))
        and (exchange.user or not each.state()["private"])
    ]
    return answer(found[: int(exchange.query.get("limit") or PAGE)])


def information(exchange: Exchange, kind: str, name: str, revision: str = "main") -> Answer:
    repository = exchange.repository(kind, name)
    sha = exchange.head(repository, revision)
    blobs = exchange.query.get("blobs", "").lower() in ("true", "1")
    return answer(summary(exchange, repository, sha, blobs), headers={"X-Repo-Commit": sha})


def summary(exchange: Exchange, repository: Repository, sha: str, blobs: bool) -> dict[str, Any]:
    state, commit = repository.state(), repository.commit(sha)
    card = metadata(_text(exchange, commit.tree.get("README.md")))
    return {
        "_id": hashlib.sha1(repository.name.encode(), usedforsecurity=False).hexdigest()[:24],
        "id": repository.name,
        "modelId": repository.name,
        "author": repository.name.split("/")[0],
        "sha": sha,
        "private": state["private"],
        "gated": state["gated"],
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "createdAt": state["created"],
        "lastModified": state["modified"],
        "tags": [str(tag) for tag in card.get("tags") or [] if isinstance(card.get("tags"), list)],
        "cardData": card or None,
        "siblings": [_sibling(path, entry, blobs) for path, entry in sorted(commit.tree.items())],
    }


def _sibling(path: str, entry: Entry, blobs: bool) -> dict[str, Any]:
    if not blobs:
        return {"rfilename": path}
    large = {"lfs": _large(entry, "sha256")} if entry.large else {}
    return {"rfilename": path, "blobId": entry.oid, "size": entry.size, **large}


def _large(entry: Entry, name: str) -> dict[str, Any]:
    size = len(pointer(Blob(entry.sha256, entry.size)))
    return {name: entry.sha256, "size": entry.size, "pointerSize": size}


def _text(exchange: Exchange, entry: Entry | None) -> str:
    if entry is None or entry.large:
        return ""
    return b"".join(exchange.store.objects.read(entry.sha256)).decode(errors="replace")


def tree(exchange: Exchange, kind: str, name: str, revision: str, path: str = "") -> Answer:
    repository = exchange.repository(kind, name)
    sha = exchange.head(repository, revision)
    files, recursive = repository.commit(sha).tree, _flag(exchange.query.get("recursive"))
    expand = _flag(exchange.query.get("expand"))
    inside = f"{path.strip('/')}/" if path.strip("/") else ""
    if inside and not any(each.startswith(inside) for each in files):
        raise Refusal(404, f"{path} does not exist on {revision!r}", "EntryNotFound", {"X-Repo-Commit": sha})
    shown = [
        each for each in everything(files) if each.startswith(inside) and (recursive or "/" not in each[len(inside) :])
    ]
    start, length = int(exchange.query.get("cursor") or 0), EXPANDED_PAGE if expand else PAGE
    headers = {"X-Repo-Commit": sha}
    if start + length < len(shown):
        query = urlencode({**exchange.query, "cursor": start + length})
        address = f"{exchange.endpoint}/api/{kind}/{name}/tree/{quote(sha, safe='')}"
        headers["Link"] = f'<{address}{"/" + quote(path, safe="") if path else ""}?{query}>; rel="next"'
    return answer(described(repository, sha, shown[start : start + length], expand), headers=headers)


def paths_info(exchange: Exchange, kind: str, name: str, revision: str) -> Answer:
    repository = exchange.repository(kind, name)
    sha = exchange.head(repository, revision)
    fields = exchange.body.fields()
    wanted = fields.get("paths") or []
    there = everything(repository.commit(sha).tree)
    paths = [each.strip("/") for each in ([wanted] if isinstance(wanted, str) else wanted)]
    expand = _flag(fields.get("expand"))
    found = described(repository, sha, [each for each in paths if each in there], expand)
    return answer(found, headers={"X-Repo-Commit": sha})


def _flag(value: Any) -> bool:
    return str(value[0] if isinstance(value, list) and value else value).lower() in ("true", "1")


def everything(files: Collection[str]) -> dict[str, None]:
    """The paths of files and of the folders that hold them, in order."""
    folders = {path[:end] for path in files for end, letter in enumerate(path) if letter == "/"}
    return dict.fromkeys(sorted({*files, *folders}))


def described(repository: Repository, sha: str, paths: list[str], expand: bool) -> list[dict[str, Any]]:
    files = repository.commit(sha).tree
    found = []
    for path in paths:
        if entry := files.get(path):
            large = {"lfs": _large(entry, "oid")} if entry.large else {}
            found.append({"type": "file", "path": path, "oid": entry.oid, "size": entry.size, **large})
        else:
            found.append({"type": "directory", "path": path, "oid": folder_oid(files, path), "size": 0})
    if expand:
        touched = last_commits(repository, sha, paths)
        found = [{**each, "lastCommit": touched[str(each["path"])]} for each in found]
    return found


def folder_oid(files: dict[str, Entry], folder: str) -> str:
    inside = sorted(f"{path} {entry.oid}" for path, entry in files.items() if path.startswith(f"{folder}/"))
    return hashlib.sha1("\n".join(inside).encode(), usedforsecurity=False).hexdigest()


def last_commits(repository: Repository, sha: str, paths: list[str]) -> dict[str, dict[str, str]]:
    """For each path the newest commit that changed it, or what lies in it."""
    found: dict[str, dict[str, str]] = {}
    for each, commit in repository.history(sha):
        before = repository.commit(commit.parents[0]).tree if commit.parents else {}
        changed = everything([path for path in {*before, *commit.tree} if before.get(path) != commit.tree.get(path)])
        for path in paths:
            if path in changed:
                found.setdefault(path, {"id": each, "title": commit.title, "date": commit.date})
    return found


def references(exchange: Exchange, kind: str, name: str) -> Answer:
    state = exchange.repository(kind, name).state()
    special = {branch for branch in state["branches"] if branch.startswith("refs/")}
    value = {
        "branches": _references(state, "refs/heads/", set(state["branches"]) - special),
        "converts": _references(state, "", special),
        "tags": [
            {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": sha} for tag, sha in sorted(tags(state).items())
        ],
    }
    if "include_prs" in exchange.query:
        value["pullRequests"] = [{"name": ref, "ref": ref, "targetCommit": sha} for ref, sha in pulls(state).items()]
    return answer(value)


def _references(state: State, prefix: str, names: set[str]) -> list[dict[str, str]]:
    heads = state["branches"]
    return [{"name": name, "ref": f"{prefix}{name}", "targetCommit": heads[name]} for name in sorted(names)]


def commits(exchange: Exchange, kind: str, name: str, revision: str) -> Answer:
    repository = exchange.repository(kind, name)
    sha = exchange.head(repository, revision)
    return answer([_listed(each, commit) for each, commit in repository.history(sha)], headers={"X-Repo-Commit": sha})


def _listed(sha: str, commit: Commit) -> dict[str, Any]:
    formatted = {"title": commit.title, "message": commit.message}
    return {"id": sha, "authors": [{"user": "standin"}], "date": commit.date, **formatted, "formatted": formatted}


def resolve(exchange: Exchange, name: str, revision: str, path: str, kind: str = "models") -> Answer:
    """A file, or the part of it that is asked for (RFC 9110, section 14)."""
    repository = exchange.repository(kind, name)
    if repository.state()["gated"] and not exchange.user:
        raise Refusal(401, f"Access to {kind} {name} is restricted", "GatedRepo")
    sha = exchange.head(repository, revision)
    entry = repository.commit(sha).tree.get(path)
    if entry is None:
        raise Refusal(404, "Entry not found", "EntryNotFound", {"X-Repo-Commit": sha})
    headers = {
        "X-Repo-Commit": sha,
        "ETag": f'"{entry.sha256 if entry.large else entry.oid}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream" if entry.large else "text/plain; charset=utf-8",
    }
    if entry.large:
        headers |= {"X-Linked-ETag": f'"{entry.sha256}"', "X-Linked-Size": str(entry.size)}
    start, length = 0, entry.size
    if part := ONE_RANGE.match(exchange.headers.get("Range") or ""):
        start, length = _part(part[1], part[2], entry.size)
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{entry.size}"
    headers["Content-Length"] = str(length)
    status = 206 if part else 200
    return Answer(status, headers, stream=lambda: exchange.store.objects.read(entry.sha256, start, length))


def _part(first: str, last: str, size: int) -> tuple[int, int]:
    if first:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    else:
        start, end = max(size - int(last or 0), 0), size - 1
    if start > end:
        raise Refusal(416, "Range Not Satisfiable", headers={"Content-Range": f"bytes */{size}"})
    return start, end - start + 1
