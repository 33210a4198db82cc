"""The journal of one shard while it runs: a line for each input row that is done.

Append only, flushed by line. A line torn by a kill is cut off and its row is owed again; a whole
line begins with its own checksum, so one that was changed is an error. The file is locked while it
is open: a worker that outlives its parent for a moment never writes into the journal of the run
that continues.
"""

import fcntl
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from toolkit.errors import LostRow
from toolkit.records import to_dict
from toolkit.shards import damaged, no_link
from toolkit.stage import Drop, Result

DIGITS = 8  # of the checksum of a line


class Journal:
    """Keeps for each row its id and where its line lies; never the rows."""

    def __init__(self, path: Path) -> None:
        self.file = open(path, "a+b", opener=no_link)  # noqa: SIM115  # closed in __exit__
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.offsets: dict[str, int] = {}
        self.kept = 0
        self.dropped: Counter[str] = Counter()
        try:
            self._recover(path)
        except BaseException:
            self.file.close()
            raise

    def _recover(self, path: Path) -> None:
        self.file.seek(0)
        end = 0
        for line in self.file:
            if not line.endswith(b"\n"):
                break
            text = line[DIGITS:-1]
            if line[:DIGITS] != _checksum(text):
                raise damaged(path)
            entry = json.loads(text)
            if entry["source"] in self.offsets:
                raise damaged(path)
            self._note(entry, end)
            end += len(line)
        self.file.truncate(end)
        self.file.seek(end)

    def _note(self, entry: dict[str, Any], offset: int) -> None:
        self.offsets[entry["source"]] = offset
        self.kept += len(entry["kept"])
        if entry["drop"]:
            self.dropped[entry["drop"]["reason"]] += 1

    def add(self, result: Result) -> Result:
        """What was noted: a row with text that no file can hold, a lone surrogate, is dropped.

        Raises LostRow for a row that is answered twice, or neither kept nor dropped.
        """
        if result.source in self.offsets:
            raise LostRow(f"row {result.source} was answered twice")
        if bool(result.kept) == (result.drop is not None):
            raise LostRow(f"row {result.source} must be either kept or dropped with a reason")
        try:
            entry, text = _written(result)
        except UnicodeEncodeError:
            why = result.drop or Drop("not text", "a lone surrogate")
            shown = why.detail.encode("utf-8", "backslashreplace").decode()
            result = Result(result.source, drop=Drop(why.reason, shown))
            entry, text = _written(result)
        offset = self.file.tell()
        self.file.write(_checksum(text) + text + b"\n")
        self.file.flush()
        self._note(entry, offset)
        return result

    def in_order(self, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The entries in the order of the input, whatever order the work ended in."""
        for each in ids:
            self.file.seek(self.offsets[each])
            yield json.loads(self.file.readline()[DIGITS:])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.file.close()


def _written(result: Result) -> tuple[dict[str, Any], bytes]:
    """The entry of a row, and its text. Raises UnicodeEncodeError."""
    kept = [to_dict(each) for each in result.kept]
    entry = {"source": result.source, "kept": kept, "drop": to_dict(result.drop) if result.drop else None}
    return entry, json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()


def _checksum(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)
