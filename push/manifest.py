"""`release.json`: what a release says of itself. The other parts of `push` know a release only through it.

    {"schema": "langlift/release/1", "repo": "org/name", "kind": "dataset", "version": "0.1.0", "private": true,
     "files": {"data/train.parquet": {"sha256": "...", "size": 1, "rows": 2, "row_set": "..."}, ...}, ...}

`files` lists every file of the folder but release.json itself; `rows` and `row_set` are there for Parquet.
Other keys are facts for readers, and are not looked at here.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from push.errors import NotARelease

MANIFEST = "release.json"
SCHEMA = "langlift/release/1"
KINDS = ("dataset", "model")
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}\Z", re.ASCII)
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?\Z", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}\Z")
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


def read(folder: Path) -> Release:
    """The release in a folder. Raises `NotARelease`, naming what is missing or wrong."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        value = json.loads(content)
    except (FileNotFoundError, NotADirectoryError):
        raise NotARelease(f"{folder} is no release folder: it has no {MANIFEST}", HELP) from None
    except OSError as error:
        raise NotARelease(f"{path} can not be read: {error.strerror}", HELP) from None
    except ValueError as error:
        raise NotARelease(f"{path} is not JSON: {error}", HELP) from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise NotARelease(f'{path}: "schema" is not {SCHEMA!r}', HELP)
    _expect(path, value, "repo", isinstance(value.get("repo"), str) and REPOSITORY.match(value["repo"]), "org/name")
    _expect(path, value, "kind", value.get("kind") in KINDS, " or ".join(KINDS))
    version = value.get("version")
    _expect(path, value, "version", isinstance(version, str) and SEMVER.match(version), "a version such as 0.1.0")
    _expect(path, value, "private", isinstance(value.get("private"), bool), "true or false")
    _expect(path, value, "files", isinstance(value.get("files"), dict), "an object")
    files = {name: _file(path, name, facts) for name, facts in sorted(value["files"].items())}
    digest = hashlib.sha256(content).hexdigest()
    facts = {key: value[key] for key in ("repo", "kind", "version", "private")}
    return Release(**facts, files=files, digest=digest, size=len(content))


def _expect(path: Path, value: Mapping[str, Any], key: str, holds: object, meaning: str) -> None:
    if not holds:
        raise NotARelease(f'{path}: "{key}" must be {meaning}, not {value.get(key)!r}', HELP)


def _file(path: Path, name: str, facts: Any) -> File:
    parts = PurePosixPath(name).parts
    inside = name == "/".join(parts) and parts and not {"..", ".", ".git"} & set(parts) and "\\" not in name
    if not inside or name.startswith("/") or name == MANIFEST:
        raise NotARelease(f"{path}: {name!r} is not the path of a file in the release", HELP)
    try:
        found = File(facts["sha256"], facts["size"], facts.get("rows"), facts.get("row_set"))
    except (KeyError, TypeError, AttributeError):
        raise NotARelease(f"{path}: {name} needs sha256 and size", HELP) from None
    if not isinstance(found.sha256, str) or not HASH.match(found.sha256) or type(found.size) is not int:
        raise NotARelease(f"{path}: {name} needs a SHA-256 in 64 hex digits, and a size in bytes", HELP)
    return found
