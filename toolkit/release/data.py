"""The data files of a release: examples in the order of their ids, bounded files, the same bytes always.

Two passes over the sealed shards of a split stage. The first reads ids alone and cuts their
order into ranges; the second scatters rows to one temporary file a range, and each range is
sorted by itself. Memory: the ids (about 30 bytes a row) and one range of rows.
"""

from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.errors import InputError
from toolkit.records import Example, schema
from toolkit.shards import BATCH

SPLITS = ("train", "validation", "test")
FILE_ROWS = 100_000
ROW_GROUP = 1_000  # rows; part of the bytes of a release
RANGE_ROWS = 2_000  # rows sorted at once, while that takes no more than MOST_RANGES files
MOST_RANGES = 200
MEASURES = ("line_coverage", "branch_coverage", "mutation_score")


@dataclass(frozen=True)
class Written:
    """One data file: its path in the release, and its rows."""

    path: str
    rows: int


def write_language(shards: list[Path], language: str, folder: Path, scratch: Path) -> dict[str, list[Written]]:
    """The data files of one language, by split; a split without rows has none. Raises InputError.

    `shards` are the `rows.parquet` files of the split stage: columns id, split, example.
    """
    written: dict[str, list[Written]] = {}
    if not shards:
        return written
    for split, ordered in _ids(shards).items():
        size = max(RANGE_ROWS, -(-len(ordered) // MOST_RANGES))
        starts = [ordered[index].as_py() for index in range(size, len(ordered), size)]
        parts = _scatter(shards, split, starts, scratch)
        written[split] = list(_write(_sorted(parts), len(ordered), f"data/{language}/{split}", folder))
        for part in parts:
            part.unlink()
    return written


def _ids(shards: list[Path]) -> dict[str, pa.Array]:
    """The ids of each split that has rows, in order. Raises InputError for an id given twice, an unknown split."""
    tables = [pq.read_table(path, columns=["id", "split"], use_threads=False) for path in shards]
    table = pa.concat_tables(tables)
    found = set(table["split"].unique().to_pylist())
    if odd := found - set(SPLITS):
        raise InputError(f"unknown split {min(odd)!r} in {shards[0].parent.parent}", f"known: {', '.join(SPLITS)}")
    counts = pc.value_counts(table["id"].combine_chunks())
    if len(counts) < len(table):
        twice = next(each["values"].as_py() for each in counts if each["counts"].as_py() > 1)
        raise InputError(f"two rows have the id {twice}", "remove the run folder's split stage and run it again")
    return {
        split: table.filter(pc.equal(table["split"], split))["id"].combine_chunks().sort()
        for split in SPLITS
        if split in found
    }


def _scatter(shards: list[Path], split: str, starts: list[str], scratch: Path) -> list[Path]:
    """The rows of a split in one unsorted file a range of ids; range i begins at starts[i - 1]."""
    parts = [scratch / f"{split}-{index:05d}.arrow" for index in range(len(starts) + 1)]
    with ExitStack() as stack:
        outs = [stack.enter_context(pa.ipc.new_file(part, schema(Example))) for part in parts]
        for batch in _examples(shards, split):
            where: dict[int, list[int]] = defaultdict(list)
            for row, id in enumerate(batch["id"].to_pylist()):
                where[bisect_right(starts, id)].append(row)
            for index, rows in where.items():
                outs[index].write_batch(batch.take(pa.array(rows)))
    return parts


def _examples(shards: list[Path], split: str) -> Iterator[pa.RecordBatch]:
    """The examples of one split, flat, a batch in memory."""
    for path in shards:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH, columns=["split", "example"], use_threads=False):
                mine = batch.filter(pc.equal(batch["split"], split))["example"]
                columns = dict(zip([each.name for each in mine.type], mine.flatten(), strict=True))
                if columns.keys() != set(schema(Example).names):
                    odd = ", ".join(sorted(columns.keys() ^ set(schema(Example).names)))
                    raise InputError(f"columns of {path} differ: {odd}", "the run was made by another langlift")
                yield pa.RecordBatch.from_arrays(
                    [columns[name] for name in schema(Example).names], schema=schema(Example)
                )


def _sorted(parts: Iterable[Path]) -> Iterator[pa.Table]:
    """Range after range, each in the order of its ids."""
    for part in parts:
        with pa.memory_map(str(part)) as source:
            table = pa.ipc.open_file(source).read_all()
            yield table.take(pc.sort_indices(table["id"]))


def _write(tables: Iterable[pa.Table], rows: int, stem: str, folder: Path) -> Iterator[Written]:
    """Files of at most FILE_ROWS rows, row groups of ROW_GROUP rows, however the tables are cut."""
    groups = _groups(tables)
    files = -(-rows // FILE_ROWS)
    for index in range(files):
        name = f"{stem}-{index:05d}-of-{files:05d}.parquet"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        due = min(FILE_ROWS, rows - index * FILE_ROWS)
        with pq.ParquetWriter(
            path, schema(Example), compression="zstd", use_content_defined_chunking=True, write_page_index=True
        ) as out:
            written = 0
            for table in islice(groups, -(-due // ROW_GROUP)):
                out.write_table(table, row_group_size=ROW_GROUP)
                written += len(table)
        yield Written(name, written)


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of ROW_GROUP rows; the last may be smaller. FILE_ROWS is a multiple of it."""
    kept = schema(Example).empty_table()
    for table in tables:
        kept = pa.concat_tables([kept, table])
        while len(kept) >= ROW_GROUP:
            yield kept.slice(0, ROW_GROUP).combine_chunks()
            kept = kept.slice(ROW_GROUP)
    if len(kept):
        yield kept.combine_chunks()


@dataclass
class Tally:
    """What the card and the manifest count over all rows of a release."""

    licenses: Counter[str] = field(default_factory=Counter)
    repositories: Counter[str] = field(default_factory=Counter)
    generators: Counter[str] = field(default_factory=Counter)
    values: dict[str, "array[float]"] = field(default_factory=lambda: {name: array("d") for name in MEASURES})

    def add(self, path: Path) -> None:
        """Count the rows of one data file: small columns only."""
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROW_GROUP, columns=["license", "repo", "generator", *MEASURES]):
                self.licenses.update(batch["license"].to_pylist())
                self.repositories.update(batch["repo"].to_pylist())
                self.generators.update(batch["generator"].to_pylist())
                for name in MEASURES:
                    self.values[name].extend(batch[name].to_pylist())

    def spread(self, name: str) -> tuple[float, float, float]:
        """Minimum, median, and the share of rows that reach 1."""
        values = self.values[name]
        return min(values), median(values), sum(value >= 1.0 for value in values) / len(values)


def shown(path: Path) -> dict[str, Any]:
    """The row a card shows: among the first row group the one nearest to twelve lines of Python, lowest id first."""
    with pq.ParquetFile(path) as file:
        rows = file.read_row_group(0).to_pylist()
    return min(rows, key=_distance)


def _distance(row: dict[str, Any]) -> tuple[int, int, str]:
    lines = {name: row[name].count("\n") + 1 for name in ("source", "translation", "tests")}
    long = sum(max(0, count - 40) for count in lines.values())
    return long, abs(lines["source"] - 12), row["id"]
