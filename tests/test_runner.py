"""The machinery of a shard: journal, account, seal, facts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from sandboxes import open_pool
from toolkit import runner
from toolkit.errors import LostRow, StaleStage
from toolkit.generators import open_generator
from toolkit.journal import Journal
from toolkit.records import Dropped, content_id
from toolkit.shards import file_digest, read_json, read_rows, write_rows
from toolkit.stage import Drop, Result, Settings, Stage, Survey, Tools


@dataclass(frozen=True)
class Number:
    id: str
    value: int


class HalfSettings(Settings):
    modulus: int = 2


def halves(rows: Iterator[Number], settings: HalfSettings, tools: Tools) -> Iterator[Result]:
    for row in rows:
        if row.value % settings.modulus:
            yield Result(row.id, drop=Drop("odd", str(row.value)))
        else:
            yield Result(row.id, kept=(Number(row.id, row.value // 2), Number(row.id + "+", -row.value)))


def stage(apply: Any = halves, **changes: Any) -> Stage:
    return Stage("halve", "1", Number, Number, HalfSettings, apply, **changes)


@pytest.fixture
def tools() -> Iterator[Tools]:
    with open_pool("local") as pool:
        yield Tools(pool, open_generator("rules"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "10-read" / "00000"
    folder.mkdir(parents=True)
    write_rows(folder / "rows.parquet", Number, (Number(content_id(str(n)), n) for n in range(500)))
    return folder


def quiet(done: int, kept: int, reason: str) -> None:
    pass


def finish(source: Path, folder: Path, tools: Tools, each: Stage | None = None) -> runner.Sealed:
    return runner.run_shard(each or stage(), HalfSettings(), tools, source, folder, 0, quiet)


def test_every_row_is_kept_or_dropped_with_its_reason(source: Path, tmp_path: Path, tools: Tools) -> None:
    facts = finish(source, tmp_path / "20-halve", tools)
    assert (facts.rows_in, facts.rows_out, facts.dropped) == (500, 500, {"odd": 250})
    dropped = list(read_rows(tmp_path / "20-halve/00000/dropped.parquet", Dropped))
    assert dropped[0] == Dropped(content_id("1"), "odd", "1")
    assert not (tmp_path / "20-halve/00000/journal.jsonl").exists()


def test_a_lost_row_is_an_error(source: Path, tmp_path: Path, tools: Tools) -> None:
    def forgetful(rows: Iterator[Number], settings: HalfSettings, tools: Tools) -> Iterator[Result]:
        yield from islice(halves(rows, settings, tools), 499)

    with pytest.raises(LostRow, match="gave no answer for 1 rows"):
        finish(source, tmp_path / "20-halve", tools, stage(forgetful))
    assert not (tmp_path / "20-halve/00000/shard.json").exists()


def test_a_row_answered_twice_is_an_error(source: Path, tmp_path: Path, tools: Tools) -> None:
    def stutter(rows: Iterator[Number], settings: HalfSettings, tools: Tools) -> Iterator[Result]:
        for result in halves(rows, settings, tools):
            yield result
            yield result

    with pytest.raises(LostRow, match="twice"):
        finish(source, tmp_path / "20-halve", tools, stage(stutter))


def test_a_row_neither_kept_nor_dropped_is_an_error(source: Path, tmp_path: Path, tools: Tools) -> None:
    def silent(rows: Iterator[Number], settings: HalfSettings, tools: Tools) -> Iterator[Result]:
        for row in rows:
            yield Result(row.id)

    with pytest.raises(LostRow, match="either kept or dropped"):
        finish(source, tmp_path / "20-halve", tools, stage(silent))


def test_the_order_of_the_work_does_not_change_a_byte(source: Path, tmp_path: Path, tools: Tools) -> None:
    def backwards(rows: Iterator[Number], settings: HalfSettings, tools: Tools) -> Iterator[Result]:
        yield from reversed(list(halves(rows, settings, tools)))

    one = finish(source, tmp_path / "a", tools)
    other = finish(source, tmp_path / "b", tools, stage(backwards))
    assert one.digest == other.digest


@pytest.mark.parametrize("cut", [0, 1, 57, 10_001, -1])
def test_a_shard_cut_at_any_byte_is_continued_to_the_same_bytes(
    source: Path, tmp_path: Path, tools: Tools, cut: int
) -> None:
    whole = finish(source, tmp_path / "whole", tools)
    asked: list[str] = []

    def breaks(rows: Iterator[Number], settings: HalfSettings, tools: Tools) -> Iterator[Result]:
        yield from islice(halves(rows, settings, tools), 300)
        raise KeyboardInterrupt

    def listens(rows: Iterator[Number], settings: HalfSettings, tools: Tools) -> Iterator[Result]:
        for row in rows:
            asked.append(row.id)
            yield from halves(iter([row]), settings, tools)

    with pytest.raises(KeyboardInterrupt):
        finish(source, tmp_path / "cut", tools, stage(breaks))
    journal = tmp_path / "cut/00000/journal.jsonl"
    text = journal.read_bytes()
    journal.write_bytes(text[:cut])
    complete = text[:cut].count(b"\n")
    assert finish(source, tmp_path / "cut", tools, stage(listens)) == whole
    assert len(asked) == 500 - complete
    for name in ("rows.parquet", "dropped.parquet", "shard.json"):
        assert file_digest(tmp_path / "cut/00000" / name) == file_digest(tmp_path / "whole/00000" / name)


def test_a_kill_between_seal_and_clean_up_is_mended(source: Path, tmp_path: Path, tools: Tools) -> None:
    folder = tmp_path / "20-halve"
    facts = finish(source, folder, tools)
    (folder / "00000/journal.jsonl").write_bytes(b"left over")
    assert finish(source, folder, tools) == facts
    assert not (folder / "00000/journal.jsonl").exists()


def test_a_stage_that_streams_answers_an_endless_input(tools: Tools) -> None:
    endless = (Number(str(n), n) for n in count())
    assert len(list(islice(halves(endless, HalfSettings(), tools), 10))) == 10


def test_other_settings_are_refused_by_the_name_of_what_changed(tmp_path: Path) -> None:
    runner.refuse_other_facts(tmp_path, {"cover.minimum": "0.9", "input": "abc"})
    runner.refuse_other_facts(tmp_path, {"cover.minimum": "0.9", "input": "abc"})
    with pytest.raises(StaleStage, match=r"cover\.minimum: 0\.9, now 0\.8") as caught:
        runner.refuse_other_facts(tmp_path, {"cover.minimum": "0.8", "input": "abc"})
    assert caught.value.exit_code == 4
    assert "input" not in str(caught.value)


def test_a_survey_sees_all_shards_in_order(source: Path, tmp_path: Path, tools: Tools) -> None:
    def merge(marks: Any, settings: Any) -> Iterator[tuple[str, str]]:
        seen = [mark.value for mark in marks]
        assert seen == list(range(500))
        yield content_id("4"), "duplicate"
        yield content_id("in another shard"), "duplicate"

    surveyed = stage(survey=Survey(Number, lambda rows, settings: rows, merge))
    folder = tmp_path / "80-halve"
    runner.survey_shard(surveyed, HalfSettings(), source, folder, 0)
    runner.merge_marks(surveyed, HalfSettings(), folder, 1)
    assert runner.read_decisions(folder, source) == {content_id("4"): "duplicate"}


def test_the_journal_keeps_offsets_and_not_rows(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        for n in range(1000):
            journal.add(Result(str(n), kept=(Number(str(n), n),)))
        held = json.dumps(journal.offsets)
        assert "value" not in held
        assert [entry["source"] for entry in journal.in_order(["999", "0"])] == ["999", "0"]


@pytest.mark.parametrize("name", ["00000/rows.parquet", "facts.json", "stage.json", "00001/journal.jsonl"])
def test_a_damaged_file_is_named_with_the_remedy(source: Path, tmp_path: Path, tools: Tools, name: str) -> None:
    folder = tmp_path / "20-halve"
    runner.refuse_other_facts(folder, {"input": "abc"})
    runner.stage_json(folder, "halve", "1", "", [finish(source, folder, tools)])
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"{cut\n")
    with pytest.raises(StaleStage, match=name) as caught:
        read_all(folder)
    assert "remove" in caught.value.help


def read_all(folder: Path) -> None:
    runner.refuse_other_facts(folder, {"input": "abc"})
    read_json(folder / "stage.json")
    list(read_rows(folder / "00000/rows.parquet", Number))
    Journal(folder / "00001/journal.jsonl")
