"""The first stage: a source, streamed once, cut into shards of files.

How the shards are cut is a fact of the run: so many input rows a shard, in the order of the
source. Sealed shards are skipped on a rerun; the source is streamed again up to where it broke off.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from toolkit import runner, sources
from toolkit.engines import Engine, Tell
from toolkit.errors import InputError
from toolkit.progress import Watcher
from toolkit.records import Dropped, SourceFile
from toolkit.seals import Sealed, sealed, sealed_stage, shard_folder, write_facts
from toolkit.shards import write_rows
from toolkit.sources import SourceSettings

VERSION = "1"


@dataclass(frozen=True)
class Reading:
    """What to read and where to, as plain values for an engine."""

    settings: SourceSettings
    folder: Path


def read(settings: SourceSettings, folder: Path, watcher: Watcher, engine: Engine) -> dict[str, Any]:
    """Write the source's files as sealed shards. Returns the stage's facts. Raises InputError."""
    facts = {f"source.{key}": str(value) for key, value in settings.facts().items()}
    facts |= {"stage version": VERSION, "input": sources.digest(settings)}
    runner.refuse_other_facts(folder, facts)
    if (done := sealed_stage(folder)) is not None:
        return done
    watcher.begin("read", None)
    # One worker streams the whole source: what a Parquet page or a Hub client takes is never the parent's.
    for parts in engine.map(write_shards, [Reading(settings, folder)], lambda message: watcher.advance(*message)):
        if not parts:
            raise InputError("the source has no rows", "look at [source]: path, columns and split")
    watcher.finish()
    return runner.stage_json(folder, "read", VERSION, "", parts)


def write_shards(reading: Reading, tell: Tell) -> list[Sealed]:
    """All shards of the source, in a worker; those that are sealed already are passed over."""
    rows = sources.read(reading.settings)
    parts: list[Sealed] = []
    while True:
        part = sealed(reading.folder, len(parts))
        if part is None:
            part = _write_shard(rows, reading.folder, len(parts), reading.settings.shard_rows)
        else:
            for _ in islice(rows, part.rows_in):
                pass
        if part is None:
            return parts
        parts.append(part)
        tell((part.rows_in, part.rows_out, part.dropped))


def _write_shard(rows: Iterator[SourceFile | Dropped], folder: Path, index: int, size: int) -> Sealed | None:
    dropped: list[Dropped] = []

    def kept() -> Iterator[SourceFile]:
        for row in islice(rows, size):
            if isinstance(row, Dropped):
                dropped.append(row)
            else:
                yield row

    target = shard_folder(folder, index)
    target.mkdir(parents=True, exist_ok=True)
    (target / "shard.json").unlink(missing_ok=True)  # of rows that are gone
    count = write_rows(target / "rows.parquet", SourceFile, kept())
    write_rows(target / "dropped.parquet", Dropped, dropped)
    if not count and not dropped:
        for path in target.iterdir():
            path.unlink()
        target.rmdir()
        return None
    reasons = Counter(row.reason for row in dropped)
    return write_facts(target, index, count + len(dropped), count, dict(reasons))
