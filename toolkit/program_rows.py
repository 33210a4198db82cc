"""Rows of programs in, rows of verdicts out: JSON Lines on descriptors, one row in memory at a time.

A row is an object with `id` and `program`, and may have `stdin` and `limits` (keys of `Limits`). The first
row that is none of this ends the reading with its line's number; the rows before it keep their verdicts.
"""

import hashlib
import json
import os
import select
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from toolkit.errors import EnvironmentTrouble, InputError
from toolkit.programs import PROOF, Program, ProgramVerdict, check_limits

LONGEST_LINE = 16 << 20


class ReaderGone(Exception):
    """Nobody reads the verdicts any more: `langlift sandbox run ... | head`."""


_KINDS: dict[str, tuple[type, str]] = {
    "id": (str, "a text"),
    "program": (str, "a text"),
    "stdin": (str, "a text"),
    "limits": (dict, "an object"),
}
_NEEDED = ("id", "program")
_MEANWHILE = 0.02  # seconds without a new row until others may be looked after
_CHUNK = 1 << 16


def read(descriptor: int, oracle: str) -> Iterator[Program | None]:
    """Programs, and None where the next is not there yet. Raises InputError with the line's number."""
    seen = _Seen()
    number = 0
    for line in _lines(descriptor):
        if line is None:
            yield None
            continue
        number += 1
        if not line.strip():
            continue
        try:
            program = _program(line, oracle)
            seen.add(program.id)
        except ValueError as error:
            raise InputError(f"line {number} of the programs: {error}", _HELP) from None
        yield program


_HELP = 'a row is {"id": ..., "program": ...}, and may have "stdin" and "limits"; rows before it have their verdicts'


def _lines(descriptor: int) -> Iterator[bytes | None]:
    buffer = bytearray()
    searched = number = 0
    while True:
        while (end := buffer.find(b"\n", searched)) >= 0:
            yield bytes(buffer[:end])
            number += 1
            del buffer[: end + 1]
            searched = 0
        searched = len(buffer)
        if searched > LONGEST_LINE:
            raise InputError(f"line {number + 1} of the programs: longer than {LONGEST_LINE >> 20} MiB", _HELP)
        while not select.select([descriptor], (), (), _MEANWHILE)[0]:
            yield None
        try:
            chunk = os.read(descriptor, _CHUNK)
        except OSError as error:
            raise InputError(f"the programs can not be read behind line {number}: {error.strerror}") from error
        if not chunk:
            break
        buffer += chunk
    if buffer:
        yield bytes(buffer)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are each there once: which of two is meant nobody knows."""
    row: dict[str, Any] = {}
    for name, value in pairs:
        if name in row:
            raise ValueError(f"the key {name[:80]!r} stands twice")
        row[name] = value
    return row


def _program(line: bytes, oracle: str) -> Program:
    """Raises ValueError."""
    try:
        row = json.loads(line, object_pairs_hook=_each_once)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(row, dict):
        raise ValueError("not an object")
    for name in row:
        if name not in _KINDS:
            near = get_close_matches(name, _KINDS, n=1)
            raise ValueError(f"unknown key {name[:80]!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    for name in _NEEDED:
        if name not in row:
            raise ValueError(f"the key {name!r} is missing")
    for name, (kind, words) in _KINDS.items():
        if name in row and not isinstance(row[name], kind):
            raise ValueError(f"{name!r} must be {words}")
    if row.get("stdin") and oracle == PROOF:
        raise ValueError("a program under proof has no 'stdin', its harness reads it: use --oracle exit-code")
    return Program(row["id"], row["program"], row.get("stdin", ""), _limits(row.get("limits", {})))


def _limits(given: dict[str, Any]) -> dict[str, Any]:
    check_limits(given)
    return given


class _Seen:
    """Ids, on the disk where they are many: memory does not grow with the rows."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)  # a file without a name, gone with this process
        self._base.execute("PRAGMA cache_size = -4096")
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        self._base.execute("BEGIN")  # never committed: written only where memory does not hold it

    def add(self, id: str) -> None:
        """Raises ValueError when it was there."""
        digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).digest()[:16]
        try:
            self._base.execute("INSERT INTO seen VALUES (?)", (digest,))
        except sqlite3.IntegrityError:
            raise ValueError(f"the id {id[:80]!r} was there before") from None


def write(descriptor: int, verdict: ProgramVerdict) -> None:
    """One row, at once. Raises ReaderGone, EnvironmentTrouble."""
    view = memoryview(json.dumps(asdict(verdict)).encode() + b"\n")
    try:
        while view:
            try:
                view = view[os.write(descriptor, view) :]
            except BlockingIOError:  # whoever reads made the pipe so
                select.select((), [descriptor], ())
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        help = "make room, and run the same command again: it goes on from the cache"
        raise EnvironmentTrouble(f"the verdicts can not be written: {error.strerror}", help) from error
