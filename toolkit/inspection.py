"""Look into a run folder: what is sealed, what is open, what became of one row."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.errors import StaleStage, UnknownName
from toolkit.pipeline import FOLDERS, PER_LANGUAGE, stage_of
from toolkit.records import Dropped, SourceFile, to_dict
from toolkit.seals import OF_A_SHARD, check_shard, read_sealed, sealed, sealed_stage, shard_folder
from toolkit.shards import read_rows

AGAIN = "`langlift run` with the same spec makes it"


def stage_folders(run: Path) -> list[Path]:
    """The stage folders of a run that exist, in the order of the stages. Raises UnknownName for no run at all."""
    order = list(FOLDERS.values())
    found = [path for path in run.glob("*/*") if path.name in order and path.is_dir()]
    if not found:
        raise UnknownName(f"{run} is no run folder: no stage has begun in it", "name the --run-dir of a `langlift run`")
    return sorted(found, key=lambda path: (path.parent.name != "shared", path.parent.name, order.index(path.name)))


def status(run: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(facts of the sealed stages; name, sealed shards and journalled rows of the open ones)."""
    done, open_stages = [], []
    for folder in stage_folders(run):
        if (facts := sealed_stage(folder)) is not None:
            done.append(facts)
            continue
        rows = sum(path.read_bytes().count(b"\n") for path in folder.glob("*/journal.jsonl"))
        shards = sum(1 for _ in _sealed_shards(folder))
        open_stages.append({"stage": f"{folder.parent.name}/{folder.name}", "sealed": shards, "rows": rows})
    return done, open_stages


def _sealed_shards(folder: Path) -> Iterator[tuple[Path, dict[str, int]]]:
    """(folder, number of rows dropped for each reason) of the shards of a stage that are done."""
    for index in sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal()):
        if (facts := sealed(folder, index)) is not None:
            yield shard_folder(folder, index), facts.dropped


def _folders(run: Path, stage: str) -> list[Path]:
    if stage not in FOLDERS:
        raise UnknownName(f"unknown stage {stage!r}", f"known: {', '.join(FOLDERS)}")
    found = [path for path in stage_folders(run) if path.name == FOLDERS[stage]]
    if not found:
        raise StaleStage(f"{run} has no stage {stage}", f"{AGAIN}; `langlift status` lists what there is")
    return found


def _shards(run: Path, stage: str) -> Iterator[tuple[Path, type]]:
    """The shards that are there; then StaleStage where others should be."""
    folders = _folders(run, stage)
    row = SourceFile if stage == "read" else stage_of(stage).writes
    for folder in folders:
        for shard, _ in _sealed_shards(folder):
            check_shard(shard)
            yield shard, row
    if missing := _missing(run, stage):
        raise missing


def _missing(run: Path, stage: str) -> StaleStage | None:
    """What keeps the rows of a stage from being all of them: a language, the end of the stage, a shard."""
    folders = _folders(run, stage)
    languages = {path.parent for path in stage_folders(run) if stage in PER_LANGUAGE and path.parent.name != "shared"}
    for language in sorted(languages - {folder.parent for folder in folders}):
        return StaleStage(f"{language} has no stage {stage}", AGAIN)
    for folder in folders:
        if sealed_stage(folder) is not None:
            continue
        count = read_sealed(folder / "stage.json")["shards"] if (folder / "stage.json").exists() else 0
        for shard in (shard_folder(folder, index) for index in range(count)):
            for path in (shard, *(shard / name for name in ("shard.json", *OF_A_SHARD))):
                if not path.exists():
                    return StaleStage(f"{path} is missing, and its rows are not shown", AGAIN)
        return StaleStage(f"{folder} is not finished: rows may be missing", "`langlift run` with the same spec goes on")
    return None


def rows(run: Path, stage: str, reason: str | None) -> Iterator[str]:
    """Ids of the kept rows; with a reason, the rows dropped for it with their details.

    Raises UnknownName, and StaleStage behind the last row where others are missing.
    """
    if reason is not None:
        _known(run, stage, reason)
    for shard, row in _shards(run, stage):
        if reason is None:
            yield from (each.id for each in read_rows(shard / "rows.parquet", row))
        else:
            dropped = read_rows(shard / "dropped.parquet", Dropped)
            yield from (f"{each.id}  {each.detail}" for each in dropped if each.reason == reason)


def _known(run: Path, stage: str, reason: str) -> None:
    counts: Counter[str] = Counter()
    for folder in _folders(run, stage):
        for _, dropped in _sealed_shards(folder):
            counts.update(dropped)
    if reason not in counts:
        if missing := _missing(run, stage):
            raise missing
        there = ", ".join(f"{name!r} ({rows:,})" for name, rows in counts.most_common())
        raise UnknownName(
            f"stage {stage} of {run} dropped no row for {reason!r}", f"it dropped rows for: {there or 'nothing'}"
        )


def find(run: Path, stage: str, id: str) -> dict[str, Any]:
    """One row as plain values, or why it was dropped. Raises UnknownName; StaleStage where its shard may be missing."""
    for shard, row in _shards(run, stage):
        for name, kind in (("rows.parquet", row), ("dropped.parquet", Dropped)):
            for each in read_rows(shard / name, kind):
                if each.id == id:
                    return to_dict(each)
    raise UnknownName(f"no row {id} in stage {stage} of {run}", "`langlift show RUN STAGE` lists the ids")
