"""Bytes on disk for the stand-in Hub: content-addressed objects, and files that change by one rename.

Invariants: an object's name is its SHA-256; a name is there only when the whole object is; a file that
`replace` writes is the old one or the new one at every moment. Memory: one chunk.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 1 << 20


class WrongDigest(Exception):
    """What arrived is not what was announced, or what was announced is no SHA-256. Nothing was kept."""


@dataclass(frozen=True)
class Blob:
    """A stored object: `sha256` is its name."""

    sha256: str
    size: int


class Objects:
    """Objects in `folder`, found by SHA-256. Half-written ones live in `incoming` and are nobody's."""

    def __init__(self, folder: Path, incoming: Path) -> None:
        self.folder = folder
        self.incoming = incoming
        folder.mkdir(parents=True, exist_ok=True)
        incoming.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where an object lies. The one way from a client's text to a file. Raises `WrongDigest`."""
        if not re.fullmatch("[0-9a-f]{64}", sha256):
            raise WrongDigest(f"{sha256[:80]!r} is not a SHA-256")
        return self.folder / sha256[:2] / sha256

    def size(self, sha256: str) -> int | None:
        """Bytes of an object, or None where it is not here."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def add(self, chunks: Iterable[bytes], announced: Blob | None = None) -> Blob:
        """Store a stream. Raises `WrongDigest` where it differs from what was announced."""
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.incoming)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            blob = Blob(digest.hexdigest(), size)
            if announced is not None and blob != announced:
                raise WrongDigest(f"announced {announced.sha256} ({announced.size} bytes), got {blob.sha256} ({size})")
            self.path(blob.sha256).parent.mkdir(exist_ok=True)
            os.replace(name, self.path(blob.sha256))
        finally:
            Path(name).unlink(missing_ok=True)
        return blob

    def keep(self, content: bytes) -> Blob:
        """Store what is in memory already; nothing is written where it is here."""
        blob = Blob(hashlib.sha256(content).hexdigest(), len(content))
        return blob if self.size(blob.sha256) == blob.size else self.add([content])

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of an object from `start`, a chunk at a time."""
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            left = length if length is not None else os.fstat(file.fileno()).st_size - start
            while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
                left -= len(chunk)
                yield chunk


def replace(path: Path, content: bytes, incoming: Path) -> None:
    """Write a file so that a reader, or a machine that stops, sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def git_oid(content: bytes) -> str:
    """The SHA-1 that git gives a blob."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def pointer(blob: Blob) -> bytes:
    """The text that git keeps in place of a large file (Git LFS specification, "The Pointer")."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{blob.sha256}\nsize {blob.size}\n".encode()
