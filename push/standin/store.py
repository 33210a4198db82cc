"""Repositories on disk: immutable commits, and one state file a repository that changes by one rename.

    ROOT/lock                                    held by the server that serves ROOT
    ROOT/objects/ab/abcd...                      contents, by SHA-256
    ROOT/incoming/                               half-written files; emptied at the start
    ROOT/repositories/datasets/org/name/state.json       visibility, branches, tags, discussions
    ROOT/repositories/datasets/org/name/commits/SHA.json parents, message, the whole tree

A commit is written first and becomes visible when `state.json`, which points to it, is renamed into
place: a server killed at any moment leaves the state before or the state after. A commit that nothing
points to is not found by its SHA either.

Limits: a commit holds its whole tree, so this suits rehearsals (thousands of files), not an archive.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from push.standin.files import Blob, Objects, git_oid, replace

MAIN = "main"
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?/[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?")
SHORTEST_PREFIX = 7  # of a commit's SHA, as git abbreviates it
INITIAL_ATTRIBUTES = b"".join(
    b"*.%s filter=lfs diff=lfs merge=lfs -text\n" % each
    for each in (b"arrow", b"bin", b"gz", b"npz", b"parquet", b"safetensors", b"tar", b"zip", b"zst")
)
State = dict[str, Any]  # what state.json holds; its keys: `Store.create`


class InUse(Exception):
    """Another server serves this folder."""

    exit_code = 4

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


class Taken(Exception):
    """The repository, branch or tag is there already."""


@dataclass(frozen=True)
class Entry:
    """A file in a commit: `oid` is git's (of the pointer, for a large file)."""

    oid: str
    sha256: str
    size: int
    large: bool


@dataclass(frozen=True)
class Commit:
    parents: tuple[str, ...]
    title: str
    message: str
    date: str  # ISO 8601, UTC
    tree: dict[str, Entry]

    def encoded(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


def now() -> str:
    """The time as the Hub writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


class Repository:
    """One repository; `changing` is the only way its state changes."""

    def __init__(self, folder: Path, kind: str, name: str, objects: Objects, lock: threading.RLock) -> None:
        self.folder, self.kind, self.name, self.objects, self.lock = folder, kind, name, objects, lock

    def state(self) -> State:
        found: State = json.loads((self.folder / "state.json").read_bytes())
        return found

    @contextmanager
    def changing(self) -> Iterator[State]:
        """The state, to be changed in place; written by one rename unless the block raises."""
        with self.lock:
            state = self.state()
            yield state
            state["modified"] = now()
            self.write(state)

    def write(self, state: State) -> None:
        replace(self.folder / "state.json", json.dumps(state, sort_keys=True).encode(), self.objects.incoming)

    def keep(self, commit: Commit) -> str:
        """Store a commit, not yet visible, and return its SHA."""
        content = commit.encoded()
        sha = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        replace(self.folder / "commits" / f"{sha}.json", content, self.objects.incoming)
        return sha

    def commit(self, sha: str) -> Commit:
        return read_commit(self.folder / "commits" / f"{sha}.json")

    def history(self, sha: str) -> Iterator[tuple[str, Commit]]:
        """A commit and its first parents, newest first."""
        while sha:
            found = self.commit(sha)
            yield sha, found
            sha = found.parents[0] if found.parents else ""

    def resolve(self, revision: str) -> str | None:
        """The SHA of a branch, tag, pull request, commit or its abbreviation; None where there is none."""
        state = self.state()
        for references in (state["branches"], tags(state), pulls(state)):
            if revision in references:
                return str(references[revision])
        if len(revision) < SHORTEST_PREFIX:
            return None
        return next((sha for sha in self.visible(state) if sha.startswith(revision)), None)

    def visible(self, state: State) -> Iterator[str]:
        """Every commit that a reference leads to."""
        waiting = [*state["branches"].values(), *tags(state).values(), *pulls(state).values()]
        seen = set()
        while waiting:
            if (sha := waiting.pop()) not in seen:
                seen.add(sha)
                yield sha
                waiting.extend(self.commit(sha).parents)


def tags(state: State) -> dict[str, str]:
    return {name: tag["target"] for name, tag in state["tags"].items()}


def pulls(state: State) -> dict[str, str]:
    return {f"refs/pr/{each['num']}": each["head"] for each in state["discussions"] if each["pull"]}


@lru_cache(maxsize=256)
def read_commit(path: Path) -> Commit:
    value = json.loads(path.read_bytes())
    tree = {name: Entry(**entry) for name, entry in value.pop("tree").items()}
    return Commit(**{**value, "parents": tuple(value["parents"])}, tree=tree)


class Store:
    """All repositories under one root. One server at a time; raises `InUse` where another has it."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.guard = os.open(root / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self.guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.guard)
            raise InUse(f"{root} is served by another process", "stop that server or choose another --root") from None
        shutil.rmtree(root / "incoming", ignore_errors=True)
        self.objects = Objects(root / "objects", root / "incoming")
        self.lock = threading.RLock()

    def close(self) -> None:
        os.close(self.guard)

    def at(self, kind: str, name: str) -> Repository:
        return Repository(self.root / "repositories" / kind / name, kind, name, self.objects, self.lock)

    def find(self, kind: str, name: str) -> Repository | None:
        """The repository, or None; what is no name (of a client, who may ask for `..`) names none."""
        if not NAME.fullmatch(name):
            return None
        found = self.at(kind, name)
        return found if (found.folder / "state.json").exists() else None

    def every(self, kind: str) -> Iterator[Repository]:
        folder = self.root / "repositories" / kind
        for path in sorted(folder.glob("*/*/state.json")):
            yield self.at(kind, path.parent.relative_to(folder).as_posix())

    def create(self, kind: str, name: str, private: bool) -> Repository:
        """A repository with the commit that the Hub makes itself. Raises `Taken`."""
        with self.lock:
            if self.find(kind, name):
                raise Taken(name)
            new = self.at(kind, name)
            blob = self.objects.keep(INITIAL_ATTRIBUTES)
            tree = {".gitattributes": entry_of(blob, git_oid(INITIAL_ATTRIBUTES), large=False)}
            head = new.keep(Commit((), "initial commit", "", now(), tree))
            new.write(
                {
                    "private": private,
                    "gated": False,
                    "created": now(),
                    "modified": now(),
                    "branches": {MAIN: head},
                    "tags": {},
                    "discussions": [],
                }
            )
            return new

    def delete(self, repository: Repository) -> None:
        """Out of sight by one rename, then removed."""
        with self.lock:
            grave = self.objects.incoming / f"deleted-{time.monotonic_ns()}"
            os.replace(repository.folder, grave)
        read_commit.cache_clear()
        shutil.rmtree(grave)


def entry_of(blob: Blob, oid: str, *, large: bool) -> Entry:
    return Entry(oid, blob.sha256, blob.size, large)
