"""The machinery of a shard: journal, account, seal, facts."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from sandboxes import open_pool
from toolkit import runner
from toolkit.errors import InputError, LostRow, StaleStage
from toolkit.generators import open_generator
from toolkit.journal import Journal
from toolkit.records import Dropped, content_id
from toolkit.seals import Sealed, check_shard, sealed, sealed_stage, write_facts
from toolkit.shards import file_digest, read_rows, write_json, write_rows
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
    write_rows(folder / "dropped.parquet", Dropped, [])
    write_facts(folder, 0, 500, 500, {})
    return folder


def quiet(done: int, kept: int, reason: str) -> None:
    pass


def finish(source: Path, folder: Path, tools: Tools, each: Stage | None = None) -> Sealed:
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


def test_text_that_no_file_can_hold_costs_its_row(source: Path, tmp_path: Path, tools: Tools) -> None:
    def odd(rows: Iterator[Number], settings: HalfSettings, tools: Tools) -> Iterator[Result]:
        for row in rows:
            if row.value == 3:
                yield Result(row.id, kept=(Number("\ud800", 3),))
            elif row.value == 4:
                yield Result(row.id, drop=Drop("four", "\ud800"))
            else:
                yield Result(row.id, kept=(row,))

    facts = finish(source, tmp_path / "20-odd", tools, stage(odd))
    assert (facts.rows_out, facts.dropped) == (498, {"four": 1, "not text": 1})


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


DAMAGED = ("00000/rows.parquet", "00000/dropped.parquet", "00000/shard.json", "facts.json", "stage.json")
KINDS = {
    "emptied": lambda raw: b"",
    "cut in half": lambda raw: raw[: len(raw) // 2],
    "overwritten": lambda raw: raw[: len(raw) // 3] + b"garbage" * 40 + raw[len(raw) // 3 + 280 :],
    "a bit changed": lambda raw: raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :],
    "a list": lambda raw: b"[]",
    "empty braces": lambda raw: b"{}",
    "a number": lambda raw: b"7",
    "deep": lambda raw: b"[" * 100_000,
    "not text": lambda raw: b"\xff\xfe",
}


@pytest.fixture
def finished(source: Path, tmp_path: Path, tools: Tools) -> Path:
    folder = tmp_path / "20-halve"
    runner.refuse_other_facts(folder, {"input": "abc"})
    runner.stage_json(folder, "halve", "1", "", [finish(source, folder, tools)])
    return folder


def read_all(folder: Path) -> None:
    runner.refuse_other_facts(folder, {"input": "abc"})
    assert sealed_stage(folder)
    check_shard(folder / "00000")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_named_with_the_remedy(finished: Path, name: str, kind: str) -> None:
    read_all(finished)
    path = finished / name
    path.write_bytes(KINDS[kind](path.read_bytes()))
    with pytest.raises(StaleStage, match=f"{name} is damaged") as caught:
        read_all(finished)
    assert caught.value.exit_code == 4
    assert f"remove {finished if name == 'facts.json' else path} and run" in caught.value.help


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "deep"])
def test_reading_rows_never_fails_without_the_name_of_the_file(finished: Path, kind: str) -> None:
    path = finished / "00000/rows.parquet"
    before = path.read_bytes()
    for raw in (KINDS[kind](before), before[:-8] + KINDS[kind](before)[-8:]):
        path.write_bytes(raw)
        try:
            found = list(read_rows(path, Number))
        except StaleStage as error:
            told = str(error)
        else:  # a bit in the text of a value can only be seen by a digest
            told = str(path) if runner.read_ids(path) == [row.id for row in found] else "other ids"
        assert str(path) in told


@pytest.mark.parametrize("name", ["00000/rows.parquet", "00000/dropped.parquet", "00000/shard.json", "00000"])
def test_what_is_missing_in_a_sealed_stage_is_owed_again(
    source: Path, tmp_path: Path, tools: Tools, finished: Path, name: str
) -> None:
    before = {path.name: file_digest(path) for path in (finished / "00000").iterdir()}
    path = finished / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert sealed_stage(finished) is None
    assert sealed(finished, 0) is None
    finish(source, finished, tools)
    assert {path.name: file_digest(path) for path in (finished / "00000").iterdir()} == before
    assert sealed_stage(finished)


def test_a_folder_with_work_of_unknown_facts_is_refused(finished: Path) -> None:
    (finished / "facts.json").unlink()
    with pytest.raises(StaleStage, match=r"facts\.json is missing") as caught:
        runner.refuse_other_facts(finished, {"input": "abc"})
    assert f"remove {finished} and" in caught.value.help


def test_a_seal_of_another_shard_or_stage_is_refused(
    source: Path, tmp_path: Path, tools: Tools, finished: Path
) -> None:
    shutil.copytree(finished / "00000", finished / "00001")
    with pytest.raises(StaleStage, match=r"00001/shard\.json is damaged"):
        sealed(finished, 1)
    shutil.copytree(finished, tmp_path / "30-quarter")
    with pytest.raises(StaleStage, match=r"30-quarter/stage\.json is damaged"):
        sealed_stage(tmp_path / "30-quarter")


def test_a_stage_whose_shards_were_made_again_differently_is_open(finished: Path) -> None:
    write_rows(finished / "00000/rows.parquet", Number, [])
    write_facts(finished / "00000", 0, 500, 0, {"odd": 500})
    assert sealed_stage(finished) is None


@pytest.mark.parametrize("name", ["rows.parquet", "dropped.parquet"])
def test_a_shard_does_not_read_what_was_changed_after_its_seal(
    source: Path, tmp_path: Path, tools: Tools, name: str
) -> None:
    write_rows(source / name, Number, [Number("other", 1)])
    surveyed = stage(survey=Survey(Number, lambda rows, settings: rows, lambda marks, settings: iter(())))
    with pytest.raises(StaleStage, match=f"00000/{name} is damaged"):
        finish(source, tmp_path / "20-halve", tools)
    with pytest.raises(StaleStage, match=f"00000/{name} is damaged"):
        runner.survey_shard(surveyed, HalfSettings(), source, tmp_path / "80-halve", 0)


@pytest.mark.parametrize("kind", KINDS)
def test_changed_marks_and_decisions_are_named_and_made_again(source: Path, tmp_path: Path, kind: str) -> None:
    surveyed = stage(
        survey=Survey(Number, lambda rows, settings: rows, lambda marks, settings: ((m.id, "no") for m in marks))
    )
    folder = tmp_path / "80-halve"

    def passes() -> dict[str, str]:
        runner.survey_shard(surveyed, HalfSettings(), source, folder, 0)
        runner.merge_marks(surveyed, HalfSettings(), folder, 1)
        return runner.read_decisions(folder, source)

    due = passes()
    for path in (folder / "decisions.parquet", folder / "00000/marks.parquet"):
        path.write_bytes(KINDS[kind](path.read_bytes()))
        (folder / "decisions.parquet.sha256").unlink() if path.name == "marks.parquet" else None
        with pytest.raises(StaleStage, match=f"{path.name} is damaged") as caught:
            passes()
        assert f"remove {path} and" in caught.value.help
        path.unlink()
        assert passes() == due
    (folder / "decisions.parquet").unlink()
    with pytest.raises(StaleStage, match=r"decisions\.parquet is missing"):
        runner.read_decisions(folder, source)


LINE = b'{"source":"x","kept":[],"drop":{"reason":"odd","detail":""}}'


@pytest.mark.parametrize(
    "line",
    [b"[1]", b'{"source":"x"}', b"7", b"", b"\xff", b"[" * 100_000, LINE, b"00000000" + LINE, b"xyz"],
)
def test_a_changed_journal_is_named_with_the_remedy(source: Path, tmp_path: Path, tools: Tools, line: bytes) -> None:
    path = tmp_path / "20-halve/00000/journal.jsonl"
    path.parent.mkdir(parents=True)
    with Journal(path) as journal:
        journal.add(Result(content_id("0"), kept=(Number("0", 0),)))
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(StaleStage, match=r"journal\.jsonl is damaged") as caught:
        finish(source, tmp_path / "20-halve", tools)
    assert f"remove {path} and" in caught.value.help
    path.unlink()
    assert finish(source, tmp_path / "20-halve", tools).rows_in == 500


def test_a_journal_of_other_rows_or_with_a_row_twice_is_refused(source: Path, tmp_path: Path, tools: Tools) -> None:
    path = tmp_path / "20-halve/00000/journal.jsonl"
    path.parent.mkdir(parents=True)
    with Journal(path) as journal:
        journal.add(Result("of another shard", kept=(Number("0", 0),)))
    with pytest.raises(StaleStage, match=r"journal\.jsonl is damaged"):
        finish(source, tmp_path / "20-halve", tools)
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(StaleStage, match=r"journal\.jsonl is damaged"):
        Journal(path)


def test_a_link_where_a_file_is_being_written_is_not_written_through(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("theirs")
    for name in ("rows.parquet.part", "facts.json.part"):
        (tmp_path / name).symlink_to(theirs)
    write_rows(tmp_path / "rows.parquet", Dropped, [Dropped("1", "a reason", "")])
    write_json(tmp_path / "facts.json", {"a": 1})
    assert theirs.read_text() == "theirs"
    assert [each.id for each in read_rows(tmp_path / "rows.parquet", Dropped)] == ["1"]
    assert json.loads((tmp_path / "facts.json").read_text()) == {"a": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts.json", "rows.parquet", "theirs.txt"]


def test_a_journal_that_is_a_link_is_refused_and_its_target_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("theirs")
    (tmp_path / "journal.jsonl").symlink_to(theirs)
    with pytest.raises(InputError, match=r"journal\.jsonl is a link"):
        Journal(tmp_path / "journal.jsonl")
    assert theirs.read_text() == "theirs"
