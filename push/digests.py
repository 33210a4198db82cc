"""Digests of a release: of bytes, and of rows whatever their order or their files.

Limits: a row must be made of JSON's values (and bytes); anything else is refused, not guessed at.
Invariant: memory depends on the size of a batch, never on the size of a file.
"""

import hashlib
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

BATCH_ROWS = 1_000
CHUNK_BYTES = 1 << 20
MODULUS = 1 << 256


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def row_set(path: Path) -> str:
    """Order-free hash of the rows of a Parquet file, as 64 hex digits.

    The sum, modulo 2**256, of the SHA-256 of each row's canonical JSON (AdHash: Bellare and Micciancio,
    "A New Paradigm for Collision-Free Hashing", EUROCRYPT 1997, section 5). Sums of parts add up to the sum
    of the whole (`combined`), so neither the order of rows nor how they are cut into files, row groups or
    pages changes it, while a row written twice does. It notices accidents and proves re-sharding; against an
    adversary who may choose many rows use the files' own SHA-256.

    Raises `pyarrow.ArrowInvalid` for a file that is not Parquet, `TypeError` for a value outside JSON.
    """
    import pyarrow.parquet as parquet

    total = 0
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            for row in batch.to_pylist():
                total = (total + int.from_bytes(hashlib.sha256(canonical(row)).digest(), "big")) % MODULUS
    return f"{total:064x}"


def combined(row_sets: list[str]) -> str:
    """The row set of the union (with repetitions) of several row sets."""
    return f"{sum(int(part, 16) for part in row_sets) % MODULUS:064x}"


def canonical(row: dict[str, Any]) -> bytes:
    """A row as JSON with sorted keys, no spaces, UTF-8."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_outside_json)
    return text.encode()


def _outside_json(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    raise TypeError(f"a {type(value).__name__} has no canonical JSON: {value!r}")
