"""Rows in Parquet, a batch at a time; files that appear whole or not at all; digests.

The same rows are the same bytes: fixed row order, row-group size, compression and chunking.
Memory is bounded by a batch, never by a file. A link in a folder is never written through: what it points to is no
file of the run.
"""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.errors import InputError, StaleStage
from toolkit.records import from_dict, schema, to_dict

BATCH = 200  # rows in memory at once; also the row-group size


def write_rows(path: Path, row: type, rows: Iterable[Any]) -> int:
    """Write dataclass rows to `path`, which appears when it is whole. Returns the number of rows."""
    return write_values(path, row, map(to_dict, rows))


def write_values(path: Path, row: type, values: Iterable[dict[str, Any]]) -> int:
    """As `write_rows`, for rows that are plain values already."""
    count = 0
    iterator = iter(values)
    with (
        _appearing(path) as file,
        pq.ParquetWriter(
            file, schema(row), compression="zstd", use_content_defined_chunking=True, write_page_index=True
        ) as out,
    ):
        while batch := list(islice(iterator, BATCH)):
            # write_batch would gather a million rows in memory before it closes a row group
            out.write_table(pa.Table.from_pylist(batch, schema=schema(row)))
            count += len(batch)
    return count


def read_rows(path: Path, row: type) -> Iterator[Any]:
    """The rows of one file, a batch in memory. Raises StaleStage for a damaged file."""
    with _opened(path) as file:
        for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
            for values in batch.to_pylist():
                yield from_dict(row, values)


def read_ids(path: Path, column: str = "id") -> list[str]:
    """One column of one shard: ids only, so bounded by the rows of a shard."""
    with _opened(path) as file:
        return [str(each) for each in file.read([column]).column(column).to_pylist()]


def publish(unfinished: Path, path: Path) -> None:
    """Make a finished file visible under its name: fsync, rename, fsync of the folder."""
    descriptor = os.open(unfinished, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_json(path: Path, value: Any) -> None:
    """A small JSON file with sorted keys that appears whole or not at all."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """A small text file that appears whole or not at all."""
    with _appearing(path) as file:
        file.write(text.encode())


@contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which gets its name when it is whole. Whatever else had the name it is written under goes."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    with unfinished.open("xb") as file:  # x: fails for a link too
        yield file
    publish(unfinished, path)


@contextmanager
def locked(path: Path, held: StaleStage) -> Iterator[None]:
    """One at a time; the kernel lets go of the lock however the holder ends.

    Raises `held` while another has it, InputError where the path is a link.
    """
    with open(path, "a+b", buffering=0, opener=no_link) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise held from None
        yield


def no_link(path: str, flags: int) -> int:
    """An `opener` for files of a run that stay, and are written where they are. Raises InputError for a link."""
    try:
        return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno != errno.ELOOP or not os.path.islink(path):
            raise
        raise InputError(
            f"{path} is a link to {os.readlink(path)!r}, and no file that langlift made",
            "remove the link, and run the command again",
        ) from None


def read_json(path: Path) -> Any:
    """What a small JSON file holds. Raises StaleStage for a damaged one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise damaged(path) from None


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, FileNotFoundError, ValueError, KeyError, TypeError):
        raise damaged(path) from None
    except OSError as error:  # how pyarrow tells of broken pages: without a number
        if error.errno is not None:
            raise
        raise damaged(path) from None


def damaged(path: Path) -> StaleStage:
    """The error for a file of a run folder that is not what was written."""
    what = path.parent if path.name == "facts.json" else path  # what a folder was made with, nobody else can say
    return StaleStage(
        f"{path} is {'damaged' if path.exists() else 'missing'}",
        f"remove {what} and run `langlift run` with the same spec again: it makes what is missing",
    )


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def joined_digest(digests: Iterable[str]) -> str:
    """One digest for many, in order."""
    total = hashlib.sha256()
    for each in digests:
        total.update(each.encode() + b"\n")
    return total.hexdigest()
