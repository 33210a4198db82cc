"""The machinery of one shard: journal, account, seal. And of one stage folder: facts.

A shard's folder holds `journal.jsonl` while it runs; when it is sealed `rows.parquet`,
`dropped.parquet` and, written last, `shard.json`. A rerun continues from the journal and gives
the same bytes: results are sealed in the order of the input ids. What a shard reads is held
against its seal first.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.engines import Tell
from toolkit.errors import LostRow, StaleStage
from toolkit.journal import Journal
from toolkit.records import Dropped, content_id
from toolkit.seals import (
    Sealed,
    check_digest,
    check_shard,
    has_digest,
    read_sealed,
    sealed,
    shard_folder,
    write_digest,
    write_facts,
    write_sealed,
)
from toolkit.shards import damaged, joined_digest, read_ids, read_rows, write_rows, write_values
from toolkit.stage import Result, Stage, Tools

Heard = Callable[[int, int, str], None]  # (rows done, rows kept, reason of the drop or "")
TELL_EVERY = 0.5  # seconds between two reports of one worker


def run_shard(
    stage: Stage, settings: Any, tools: Tools, source: Path, stage_folder: Path, index: int, heard: Heard
) -> Sealed:
    """Finish one shard. `source` is the sealed shard folder it reads. Raises LostRow."""
    folder = shard_folder(stage_folder, index)
    check_shard(source)  # also where nothing of it is read any more
    if done := sealed(stage_folder, index):
        (folder / "journal.jsonl").unlink(missing_ok=True)  # a kill between the seal and this line
        return done
    folder.mkdir(parents=True, exist_ok=True)
    ids = read_ids(source / "rows.parquet")
    owed = set(ids)
    with Journal(folder / "journal.jsonl") as journal:
        if done := sealed(stage_folder, index):  # another worker sealed it while this one waited for the lock
            return done
        (folder / "shard.json").unlink(missing_ok=True)  # of rows that are gone
        if journal.offsets.keys() - owed:
            raise damaged(folder / "journal.jsonl")  # of another shard
        owed -= journal.offsets.keys()
        if journal.offsets:
            _report_recovered(journal, heard)
        rows = (row for row in read_rows(source / "rows.parquet", stage.reads) if row.id not in journal.offsets)
        for result in stage.apply(rows, settings, tools):
            _check_owed(stage, result, owed)
            result = journal.add(result)
            heard(1, len(result.kept), result.drop.reason if result.drop else "")
        if owed:
            raise LostRow(f"stage {stage.name} gave no answer for {len(owed)} rows, among them {min(owed)}")
        facts = seal(folder, index, stage.writes, ids, journal)
    (folder / "journal.jsonl").unlink()
    return facts


def _check_owed(stage: Stage, result: Result, owed: set[str]) -> None:
    if result.source not in owed:
        raise LostRow(f"stage {stage.name} answered twice, or for a row it was not given: {result.source}")
    owed.remove(result.source)


def _report_recovered(journal: Journal, heard: Heard) -> None:
    drops = list(journal.dropped.elements())
    heard(len(journal.offsets) - len(drops), journal.kept, "")
    for reason in drops:
        heard(1, 0, reason)


def seal(folder: Path, index: int, row: type, ids: list[str], journal: Journal) -> Sealed:
    """Kept and dropped rows to Parquet in the order of the input ids; `shard.json` last."""

    def kept() -> Iterator[dict[str, Any]]:
        for entry in journal.in_order(ids):
            yield from entry["kept"]

    def dropped() -> Iterator[dict[str, Any]]:
        for entry in journal.in_order(ids):
            if entry["drop"]:
                yield {"id": entry["source"], **entry["drop"]}

    rows_out = write_values(folder / "rows.parquet", row, kept())
    write_values(folder / "dropped.parquet", Dropped, dropped())
    return write_facts(folder, index, len(ids), rows_out, dict(journal.dropped))


def survey_shard(stage: Stage, settings: Any, source: Path, stage_folder: Path, index: int) -> int:
    """The first pass of a stage that needs the whole corpus: fingerprints of one shard."""
    assert stage.survey is not None
    folder = shard_folder(stage_folder, index)
    if not has_digest(folder / "marks.parquet"):
        folder.mkdir(parents=True, exist_ok=True)
        check_shard(source)
        marks = stage.survey.marks(read_rows(source / "rows.parquet", stage.reads), settings)
        write_rows(folder / "marks.parquet", stage.survey.mark, marks)
        write_digest(folder / "marks.parquet")
    return index


def merge_marks(stage: Stage, settings: Any, stage_folder: Path, shards: int) -> None:
    """All fingerprints, in the order of shards and rows, to one small table of decisions."""
    assert stage.survey is not None
    path = stage_folder / "decisions.parquet"
    if has_digest(path):
        return

    def marks() -> Iterator[Any]:
        for index in range(shards):
            assert stage.survey is not None
            part = shard_folder(stage_folder, index) / "marks.parquet"
            check_digest(part)
            yield from read_rows(part, stage.survey.mark)

    decisions = (Decision(*each) for each in stage.survey.merge(marks(), settings))
    write_rows(path, Decision, decisions)
    write_digest(path)


@dataclass(frozen=True)
class Decision:
    id: str
    word: str


def read_decisions(stage_folder: Path, source: Path) -> dict[str, str]:
    """Row id -> word, of the rows of one shard alone."""
    path = stage_folder / "decisions.parquet"
    check_digest(path)
    ids = pa.array(read_ids(source / "rows.parquet"), pa.string())
    found: dict[str, str] = {}
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(use_threads=False):
            ours = batch.filter(pc.is_in(batch.column("id"), value_set=ids))
            found.update(zip(ours.column("id").to_pylist(), ours.column("word").to_pylist(), strict=True))
    return found


def refuse_other_facts(folder: Path, facts: dict[str, str]) -> None:
    """Write what the folder is made with, or refuse one made with something else. Raises StaleStage."""
    path = folder / "facts.json"
    if not path.exists():
        if any(folder.glob("*/")) or (folder / "stage.json").exists():  # made with nobody knows what
            raise damaged(path)
        folder.mkdir(parents=True, exist_ok=True)
        write_sealed(path, facts)
        return
    before = read_sealed(path)
    if not (changed := differences(before, facts)):
        return
    raise StaleStage(
        f"{folder} was made with other settings: {changed}",
        f"use another --run-dir, or remove {folder} and the folders after it to make them again",
    )


def differences(before: dict[str, str], now: dict[str, str]) -> str:
    """What changed between two sets of facts, by name; "" where nothing did."""
    changed = sorted(key for key in now.keys() | before.keys() if before.get(key) != now.get(key))
    return "; ".join(f"{key}: {_short(before.get(key))}, now {_short(now.get(key))}" for key in changed)


def _short(value: str | None) -> str:
    text = "absent" if value is None else value
    return text if len(text) <= 60 else f"{text[:40]}... ({content_id(text)})"


def stage_json(stage_folder: Path, stage: str, version: str, language: str, parts: list[Sealed]) -> dict[str, Any]:
    """Seal a stage: the sum of its shards, and the facts it was made with."""
    dropped: dict[str, int] = {}
    for part in parts:
        for reason, count in part.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + count
    value = {
        "stage": stage,
        "version": version,
        "language": language,
        "facts": read_sealed(stage_folder / "facts.json"),
        "rows_in": sum(part.rows_in for part in parts),
        "rows_out": sum(part.rows_out for part in parts),
        "dropped": dict(sorted(dropped.items())),
        "shards": len(parts),
        "digest": joined_digest(part.digest for part in parts),
    }
    write_sealed(stage_folder / "stage.json", value)
    return value


class Reporter:
    """Gathers what a worker has to say and tells it twice a second."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.done = self.kept = 0
        self.dropped: Counter[str] = Counter()
        self.told = monotonic()

    def hear(self, done: int, kept: int, reason: str) -> None:
        self.done += done
        self.kept += kept
        if reason:
            self.dropped[reason] += done
        if monotonic() - self.told >= TELL_EVERY:
            self.flush()

    def flush(self) -> None:
        if self.done:
            self.tell((self.done, self.kept, dict(self.dropped)))
        self.done = self.kept = 0
        self.dropped.clear()
        self.told = monotonic()
