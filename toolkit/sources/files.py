"""Rows of Parquet, Arrow and JSON-lines files, one at a time, in bounded memory and in a fixed order.

A file's format is its extension's: .parquet, .arrow, .jsonl, .jsonl.gz (and .json, .json.gz with a row a line).
Values come as they lie there (bytes for text, so that what is not UTF-8 costs one row). A Parquet page or an
Arrow batch is held whole, as the formats want it; of a JSON line no more than the limit.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

from toolkit.errors import InputError

READERS = {".parquet": "Parquet", ".arrow": "Arrow", ".jsonl": "JSON lines", ".json": "JSON lines"}
_BATCH_ROWS = 16  # few: a row may be a file of many megabytes
_MAGIC = {b"PAR1": "Parquet", b"ARRO": "Arrow", b"\x1f\x8b": "gzip", b"\xff\xff\xff\xff": "Arrow", b"{": "JSON lines"}
_ENDINGS = {"Parquet": ".parquet", "Arrow": ".arrow", "gzip": ".jsonl.gz", "JSON lines": ".jsonl"}


@dataclass(frozen=True)
class Bad:
    """A row that can not be read, and why."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Row:
    """One row: its values by our field names, or what is wrong with it."""

    number: int  # in its file: rows from 0; for JSON lines the line, from 1
    values: Mapping[str, Any] | Bad


def format_of(path: Path) -> str:
    """The format that a file's name promises; "" where it promises none that is known."""
    return READERS.get(Path(path.name.removesuffix(".gz")).suffix.lower(), "")


def check(path: Path) -> None:
    """Raises InputError where a file is not there, empty, or by its first bytes not what its name says."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", "name a file that can be read") from None
    if not start:
        raise InputError(f"{path}: empty (0 bytes)", "the file was not written to its end: fetch it again or remove it")
    promised = "gzip" if path.name.endswith(".gz") else format_of(path)
    found = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), "something else")
    if found != promised and (promised != "JSON lines" or found in ("Parquet", "Arrow", "gzip")):
        remedy = f"its first bytes are those of {found}"
        remedy += f": if that is what it is, name it *{_ENDINGS[found]}" if found in _ENDINGS else ""
        raise InputError(f"{path}: not {promised}", remedy)


def rows(path: Path, columns: Mapping[str, str], maximum_line_bytes: int) -> Iterator[Row]:
    """The rows of one file; `columns` maps our fields to the file's columns. Raises InputError."""
    check(path)
    match format_of(path):
        case "Parquet":
            yield from _parquet(path, columns)
        case "Arrow":
            yield from _arrow(path, columns)
        case _:
            yield from _json_lines(path, columns, maximum_line_bytes)


@contextmanager
def _named(path: Path, kind: str) -> Iterator[None]:
    """Arrow's errors name no file and no remedy: these do."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path}: can not be read as {kind}: {first}", "fetch the file again or remove it") from None


def _parquet(path: Path, columns: Mapping[str, str]) -> Iterator[Row]:
    import pyarrow.parquet as pq

    with _named(path, "Parquet"), pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
        require(path, columns, file.schema_arrow.names)
        wanted = list(dict.fromkeys(columns.values()))
        number = 0
        for batch in file.iter_batches(_BATCH_ROWS, columns=wanted, use_threads=False):
            yield from batch_rows(path, batch, columns, number)
            number += batch.num_rows


def _arrow(path: Path, columns: Mapping[str, str]) -> Iterator[Row]:
    import pyarrow as pa

    with _named(path, "Arrow"), pa.memory_map(str(path)) as source:
        if source.read(6) == b"ARROW1":
            reader = pa.ipc.open_file(source)
            batches = (reader.get_batch(index) for index in range(reader.num_record_batches))
        else:
            source.seek(0)
            reader = batches = pa.ipc.open_stream(source)
        require(path, columns, reader.schema.names)
        number = 0
        for batch in batches:
            for start in range(0, batch.num_rows, _BATCH_ROWS):
                yield from batch_rows(path, batch.slice(start, _BATCH_ROWS), columns, number + start)
            number += batch.num_rows


def batch_rows(where: object, batch: Any, columns: Mapping[str, str], number: int) -> Iterator[Row]:
    """The rows of one Arrow record batch or table. Raises InputError for a column that is no text."""
    values = {field: _column(where, batch, name) for field, name in columns.items()}
    for index in range(batch.num_rows):
        yield Row(number + index, {field: column[index].as_py() for field, column in values.items()})


def _column(where: object, batch: Any, name: str) -> Any:
    """A column as bytes: Arrow checks no UTF-8, and one bad row must not take the batch with it."""
    import pyarrow as pa

    column = batch.column(batch.schema.get_field_index(name))
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        if pa.types.is_string(kind.value_type) or pa.types.is_null(kind.value_type):
            return column
    elif pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.binary())
    elif pa.types.is_large_string(kind):
        return column.cast(pa.large_binary())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_null(kind):
        return column
    raise InputError(
        f"{where}: column {name!r} holds {kind}, not text", "map the field to another one in [source.columns]"
    )


def require(where: object, columns: Mapping[str, str], there: list[str]) -> None:
    """Raises InputError for the first column that is not there, with the nearest guess."""
    for field, name in columns.items():
        if name not in there:
            near = get_close_matches(name, there, n=1, cutoff=0.4) or [each for each in there if name in each]
            guess = f"; did you mean {near[0]!r}?" if near else ""
            listed = ", ".join(there[:40])
            raise InputError(
                f"{where}: no column {name!r} (for {field}){guess}",
                f"set [source.columns] {field} = one of: {listed}",
            )


def _json_lines(path: Path, columns: Mapping[str, str], limit: int) -> Iterator[Row]:
    checked = False
    with path.open("rb") as raw:
        file: Any = gzip.GzipFile(fileobj=raw) if path.name.endswith(".gz") else raw
        try:
            for number, line in enumerate(_lines(file, limit), 1):
                if line is not None and not line.strip():
                    continue
                values = _object(line, limit)
                if not checked and not isinstance(values, Bad):
                    require(path, columns, list(values))
                    checked = True
                if not isinstance(values, Bad):
                    values = {field: values.get(name) for field, name in columns.items()}
                yield Row(number, values)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InputError(f"{path}: can not be read as gzip: {error}", "fetch the file again or remove it") from None


def _lines(file: IO[bytes], limit: int) -> Iterator[bytes | None]:
    """Lines up to a limit; None for a longer one, which is read past and never held."""
    while line := file.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(limit + 1)
        yield None


def _object(line: bytes | None, limit: int) -> Mapping[str, Any] | Bad:
    if line is None:
        return Bad("too large", f"a line of more than {limit} bytes")
    try:
        values = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Bad("not utf-8", f"byte {error.start} of the line")
    except json.JSONDecodeError as error:
        return Bad("not json", f"{error.msg} at character {error.pos}")
    except (ValueError, RecursionError) as error:
        return Bad("not json", type(error).__name__)
    return values if isinstance(values, dict) else Bad("not json", "not an object")
