"""`release.json`: what a release says of itself. The other parts of `push` know a release only through it.

    {"schema": "langlift/release/1", "repo": "org/name", "kind": "dataset", "version": "0.1.0", "private": true,
     "files": {"data/train.parquet": {"sha256": "...", "size": 1, "rows": 2, "row_set": "..."}, ...}, ...}

`files` lists every file of the folder but release.json itself; `rows` and `row_set` are there for Parquet.
Other keys are facts for readers, and are not looked at here. Whoever wrote it may mean harm: nothing of it is
used before all of it has been looked at.
"""

import hashlib
import json
import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from push.errors import BadManifest, NotARelease

MANIFEST = "release.json"
SCHEMA = "langlift/release/1"
KINDS = ("dataset", "model")
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}\Z", re.ASCII)
_NUMBER, _WORD = "(?:0|[1-9][0-9]*)", "(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
VERSION = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_WORD}(?:\.{_WORD})*)?"  # Semantic Versioning 2.0.0, without build
SEMVER = re.compile(rf"{VERSION}\Z")
NO_TAG = ".lock"  # no name of a tag ends so (git-check-ref-format); what else git refuses is no version either
HASH = re.compile(r"[0-9a-f]{64}\Z")
LARGEST = 1 << 62  # bytes or rows: more than any file has
LONGEST_PATH, LONGEST_NAME = 1024, 255  # bytes
LONGEST_VERSION = 100
HELP = "`langlift release` writes it; do not edit it by hand"


@dataclass(frozen=True)
class File:
    """What release.json says of one file; `rows` and `row_set` are None where it is not Parquet."""

    sha256: str
    size: int
    rows: int | None = None
    row_set: str | None = None


@dataclass(frozen=True)
class Release:
    """A release as release.json tells it; `digest` is the SHA-256 of release.json itself, `size` its bytes."""

    repo: str
    kind: str
    version: str
    private: bool
    files: Mapping[str, File]
    digest: str
    size: int

    @property
    def tag(self) -> str:
        return f"v{self.version}"

    @property
    def everything(self) -> dict[str, File]:
        """All files that are published: those listed, and release.json."""
        return {**self.files, MANIFEST: File(self.digest, self.size)}


def precedence(version: str) -> tuple[Any, ...]:
    """What puts versions in order: Semantic Versioning 2.0.0, section 11."""
    numbers, _, before = version.partition("-")
    parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in before.split(".") if before]
    return (*map(int, numbers.split(".")), not before, parts)


def version_in(content: bytes) -> str | None:
    """The version that a release.json of whatever schema says it is; None where it says none."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    version = value.get("version") if isinstance(value, dict) else None
    return version if is_version(version) else None


def is_version(value: Any) -> bool:
    """Whether a release can have it: a semantic version, and "v" and it can be the name of a tag."""
    if not isinstance(value, str) or len(value) >= LONGEST_VERSION:
        return False
    return SEMVER.match(value) is not None and not value.endswith(NO_TAG)


def read(folder: Path, name: str = "") -> Release:
    """The release in a folder, which errors call `name`, or by its path.

    Raises `NotARelease` where there is none, `BadManifest` naming the wrong fields.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotARelease(f"{name or folder} is no release folder: it has no {MANIFEST}", HELP) from None
    except OSError as error:
        raise NotARelease(f"{name or folder}/{MANIFEST} can not be read: {error.strerror}", HELP) from None
    try:
        value = json.loads(content, object_pairs_hook=_object)
    except ValueError as error:
        raise BadManifest(str(path), [f"not JSON: {error}"], HELP) from None
    except RecursionError:
        raise BadManifest(str(path), ["not JSON that can be read: nested too deeply"], HELP) from None
    if faults := list(_faults(value)):
        raise BadManifest(str(path), faults, HELP)
    files = {
        name: File(facts["sha256"], facts["size"], facts.get("rows"), facts.get("row_set"))
        for name, facts in sorted(value["files"].items())
    }
    facts = {key: value[key] for key in ("repo", "kind", "version", "private")}
    return Release(**facts, files=files, digest=hashlib.sha256(content).hexdigest(), size=len(content))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. A name that stands twice would mean one thing here, and another to other readers."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{_shown(max(names, key=names.count))} stands twice in one object")
    return found


def _faults(value: Any) -> Iterator[str]:
    """What is wrong with the value of a release.json: each with the name of the field."""
    if not isinstance(value, dict):
        yield f"must be an object, not {_shown(value)}"
        return
    repo, version, files = value.get("repo"), value.get("version"), value.get("files")
    yield from _unless(value.get("schema") == SCHEMA, value, "schema", repr(SCHEMA))
    yield from _unless(isinstance(repo, str) and REPOSITORY.match(repo), value, "repo", "org/name")
    yield from _unless(value.get("kind") in KINDS, value, "kind", " or ".join(KINDS))
    yield from _unless(is_version(version), value, "version", "a version such as 0.1.0")
    yield from _unless(isinstance(value.get("private"), bool), value, "private", "true or false")
    yield from _unless(isinstance(files, dict), value, "files", "an object")
    for name, facts in files.items() if isinstance(files, dict) else ():
        yield from _faults_of_file(name, facts)


def _faults_of_file(name: str, facts: Any) -> Iterator[str]:
    field = f"files[{_shown(name)}]"
    if not _inside(name):
        yield f"{field} is not the path of a file in the release"
    elif not isinstance(facts, dict):
        yield f"{field} must be an object with sha256 and size, not {_shown(facts)}"
    else:
        of_rows = "rows" in facts or "row_set" in facts
        yield from _unless(_is_hash(facts.get("sha256")), facts, "sha256", "64 hex digits", field)
        yield from _unless(_is_count(facts.get("size")), facts, "size", "a number of bytes", field)
        yield from _unless(not of_rows or _is_count(facts.get("rows")), facts, "rows", "a number of rows", field)
        yield from _unless(not of_rows or _is_hash(facts.get("row_set")), facts, "row_set", "64 hex digits", field)


def _unless(holds: object, value: Mapping[str, Any], key: str, meaning: str, inside: str = "") -> Iterator[str]:
    if not holds:
        field = f"{inside}.{key}" if inside else f'"{key}"'
        yield f"{field} must be {meaning}, not {_shown(value[key])}" if key in value else f"{field} is missing"


def _inside(name: str) -> bool:
    """Whether a path stays in the release, and is written in the one way that every system and terminal takes."""
    parts = PurePosixPath(name).parts
    if not parts or name != "/".join(parts) or "\\" in name or not name.isprintable():
        return False
    short = len(name.encode()) <= LONGEST_PATH and all(len(part.encode()) <= LONGEST_NAME for part in parts)
    return short and not {"..", ".", ".git"} & set(parts) and not name.startswith("/") and name != MANIFEST


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and HASH.match(value) is not None


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


def _shown(value: Any) -> str:
    """A value as a person can bear it: on one line, short, without control characters."""
    return reprlib.repr(value)
