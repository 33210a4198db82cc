"""Credentials in a file: by the shapes that services give their tokens, and by texts that are known secrets.

Covered: text files by line; the texts in Parquet, nested ones too, by row and column; known secrets also in the
raw bytes of any file. `kind_of` is the same detector for texts that are in no file yet. Not covered: credentials
without a shape, and what is compressed in other formats.
Memory: a chunk, or a batch of rows. What is found is told by its kind and place, never by itself.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from push.digests import BATCH_ROWS, CHUNK_BYTES

SECRET_LETTERS = 16  # of a Hub token: a shorter text, such as `x`, is no secret and may stand anywhere
OVERLAP = 512  # bytes kept between two chunks, so that a credential on their border is seen
CREDENTIALS = {
    "a Hugging Face token": rb"\bhf_[A-Za-z0-9]{30,}\b",
    "a GitHub token": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b",
    "a GitLab token": rb"\bglpat-[A-Za-z0-9_-]{20,}",
    "an OpenAI or Anthropic key": rb"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}",
    "an AWS access key": rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a Google key": rb"\bAIza[A-Za-z0-9_-]{35}\b",
    "a Slack token": rb"\bxox[abeoprs]-[A-Za-z0-9-]{20,}",
    "a package registry token": rb"\b(?:npm_[A-Za-z0-9]{36}\b|pypi-AgEI[A-Za-z0-9_-]{40,})",
    "a private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
}
ANY_CREDENTIAL = re.compile(b"|".join(b"(?P<k%d>%s)" % (n, shape) for n, shape in enumerate(CREDENTIALS.values())))


def credentials(path: Path, known: Iterable[bytes] = ()) -> Iterator[str]:
    """What kinds of credentials a file holds, and in which line, or row and column; never the credential.

    Raises `pyarrow.ArrowInvalid` for a .parquet file that is none.
    """
    yield from _of_bytes(path, known)
    if path.suffix == ".parquet":
        yield from _of_rows(path, known)


def kind_of(texts: Iterable[str]) -> str:
    """The first kind of credential that stands in one of the texts; "" where there is none."""
    raw = b"\0".join(text.encode("utf-8", "surrogatepass") for text in texts)
    return next((what for what, _ in _shapes(raw, False, ())), "")


def _of_bytes(path: Path, known: Iterable[bytes]) -> Iterator[str]:
    line, before, seen = 1, b"", set()
    with path.open("rb") as file:
        binary = b"\0" in file.peek(CHUNK_BYTES)[:8192]
        while chunk := file.read(CHUNK_BYTES):
            text = before + chunk
            for what, at in _shapes(text, binary, known):
                where = (what, line + text.count(b"\n", 0, at))
                if where not in seen:
                    seen.add(where)
                    yield what if binary else f"{what} in line {where[1]}"
            before = text[-OVERLAP:]
            line += text.count(b"\n", 0, len(text) - len(before))


def _shapes(text: bytes, binary: bool, known: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    if not binary:
        names = list(CREDENTIALS)
        for match in ANY_CREDENTIAL.finditer(text):
            yield names[int((match.lastgroup or "k0")[1:])], match.start()
    for secret in known:
        at = text.find(secret)
        while at >= 0:
            yield "the Hub token of this machine", at
            at = text.find(secret, at + 1)


def _of_rows(path: Path, known: Iterable[bytes]) -> Iterator[str]:
    import pyarrow.parquet as parquet

    first = 0
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            for column, values in zip(batch.schema.names, batch.columns, strict=True):
                for what, index in _in_column(values, known):
                    yield f"{what} in column {column!r}, {_name_of_row(batch, index, first, known)}"
            first += batch.num_rows


def _in_column(values: Any, known: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """(kind, index of the row), each once. Texts are searched in one piece, apart by a byte that no shape has."""
    import pyarrow as pa

    if pa.types.is_primitive(values.type):
        return
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = values.cast(pa.large_binary())  # the bytes as they are, without decoding them
    texts = [b"\0".join(_texts(value)) for value in values.to_pylist()]
    ends = list(accumulate(len(text) + 1 for text in texts))
    found = {(what, bisect_right(ends, at)) for what, at in _shapes(b"\0".join(texts), False, known)}
    yield from sorted(found, key=lambda each: (each[1], each[0]))


def _texts(value: Any) -> Iterator[bytes]:
    """Every text in a value of a row, however deep."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield value.encode()
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def _name_of_row(batch: Any, index: int, first: int, known: Iterable[bytes]) -> str:
    """The row's id, or its number where it has none or where the id is itself what must not be told."""
    number = f"row {first + index + 1}"
    if "id" not in batch.schema.names:
        return number
    name = str(batch.column("id")[index].as_py())
    return number if any(_shapes(name.encode(), False, known)) else f"row {name}"
