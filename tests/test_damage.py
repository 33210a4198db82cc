"""A finished run folder is damaged file by file: no traceback, no wrong release, and the printed remedy is true."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from push.check import check
from toolkit.cli import main

SPEC = """name = "small"
languages = ["lua"]
[source]
path = "files.parquet"
shard_rows = 1
[filter]
licenses = ["MIT"]
[engine]
workers = 1
[release]
repo = "langlift/small"
version = "0.1.0"
title = "Small"
"""
FILES = {
    "clamp.py": '''def clamp(number: int, low: int, high: int) -> int:
    """Give the nearest number in a range.

    >>> clamp(7, 1, 5)
    5
    """
    if number < low:
        return low
    return min(number, high)


def noted(number):
    """This one is dropped."""
    print(number)
    return number + 1


def opened(name: str) -> list[str]:
    """This one would block a push.

    >>> opened("a")
    ['a', 'KEY']
    """
    key = "KEY"
    if name:
        return [name, key]
    return [key]
'''.replace("KEY", "AKIAIOSFODNN7" + "EXAMPLE"),
    "count.py": '''def count_of(letter: str, word: str) -> int:
    """Count a letter.

    >>> count_of("a", "banana")
    3
    """
    found = 0
    for each in word:
        if each == letter:
            found += 1
    return found
''',
}
KINDS: dict[str, Callable[[bytes], bytes]] = {
    "a bit changed": lambda raw: raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :],
    "emptied": lambda raw: b"",
    "cut in half": lambda raw: raw[: len(raw) // 2],
    "overwritten inside": lambda raw: raw[: len(raw) // 3] + b"garbage!" * 8 + raw[len(raw) // 3 + 64 :],
    "other JSON": lambda raw: b"[]",
}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a spec, a finished run of it, and a copy that stays as it is."""
    folder = tmp_path_factory.mktemp("damage")
    (folder / "langlift.toml").write_text(SPEC)
    columns = {
        "repo": [f"someone/{name}" for name in FILES],
        "path": list(FILES),
        "revision": ["1"] * len(FILES),
        "license": ["MIT"] * len(FILES),
        "content": list(FILES.values()),
    }
    pq.write_table(pa.table(columns), folder / "files.parquet")
    assert run(folder) == 0
    shutil.copytree(folder / "run", folder / "whole")
    return folder


def run(folder: Path) -> int:
    return main(["run", str(folder / "langlift.toml"), "--run-dir", str(folder / "run")])


def released(run_folder: Path) -> dict[str, str]:
    folder = run_folder / "release" / "dataset"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def files_of(folder: Path) -> list[str]:
    """What the stages wrote, as paths in the run folder."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(name for name in names if re.match(r"(?:shared|lua)/", name))


@contextmanager
def damaged(job: Path, name: str, kind: str) -> Iterator[Path]:
    path = job / "run" / name
    raw = path.read_bytes()
    path.unlink() if kind == "removed" else path.write_bytes(KINDS[kind](raw))
    try:
        yield path
    finally:
        path.write_bytes(raw)


@pytest.mark.parametrize("turn", range(2))
def test_release_status_and_show_survive_damage_to_any_file(
    job: Path, turn: int, capsys: pytest.CaptureFixture[str]
) -> None:
    due = released(job / "whole")
    folder = str(job / "run")
    kinds = [*KINDS, "removed"]
    for index, name in enumerate(files_of(job / "whole")):
        kind = kinds[(index + 3 * turn) % len(kinds)]
        with damaged(job, name, kind) as path:
            shutil.rmtree(job / "run" / "release", ignore_errors=True)
            code = main(["release", folder])
            said = capsys.readouterr().err
            assert (code, released(job / "run")) in ((0, due), (4, {})), (name, said)
            assert code == 0 or str(path) in said or "not finished" in said
            for command in (["status", folder], ["show", folder, path.relative_to(folder).parts[1][3:]]):
                assert main(command) in (0, 2, 4), name
                said = capsys.readouterr().err
                assert not said or str(path) in said or kind == "removed", said


MATTERS = ("stage.json", "00000/shard.json", "00000/rows.parquet", "00000/dropped.parquet")


@pytest.mark.parametrize("kind", [*KINDS, "removed"])
@pytest.mark.parametrize("name", MATTERS)
def test_damage_to_what_is_released_is_never_silent(job: Path, name: str, kind: str) -> None:
    with damaged(job, f"lua/95-split/{name}", kind):
        assert main(["release", str(job / "run")]) == 4


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("lua/95-split/00000/rows.parquet", "emptied"),
        ("lua/95-split/00000/rows.parquet", "removed"),
        ("lua/95-split/00001/shard.json", "a bit changed"),
        ("lua/95-split/facts.json", "cut in half"),
        ("lua/95-split/stage.json", "other JSON"),
        ("lua/80-dedup/00000/shard.json", "removed"),
        ("lua/70-validate/00001/dropped.parquet", "removed"),
        ("shared/50-cover/facts.json", "removed"),
        ("shared/50-cover/stage.json", "overwritten inside"),
        ("shared/20-extract/stage.json", "removed"),
        ("shared/10-read/00000/rows.parquet", "removed"),
        ("shared/10-read/stage.json", "emptied"),
    ],
)
def test_the_printed_remedy_leads_to_the_same_bytes(
    job: Path, name: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with damaged(job, name, kind) as path:
        capsys.readouterr()
        code = run(job)
        if code == 4:
            said = capsys.readouterr().err
            assert str(path) in said
            follow(said)
            code = run(job)
        assert code == 0
        assert released(job / "run") == released(job / "whole")


@pytest.mark.parametrize("made_again", ["nothing", "lua/70-validate/00000"])
def test_a_run_again_looks_at_every_sealed_file(job: Path, made_again: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where nothing is left to do, or where another shard alone is made again."""
    names = [name for name in files_of(job / "whole") if name.endswith(".parquet")]
    of_shards = [name for name in names if "/00001/" in name and "marks" not in name]
    chosen = [*of_shards[::3], *(name for name in names if name.endswith(("/decisions.parquet", "1/marks.parquet")))]
    for name in chosen if made_again == "nothing" else of_shards[1::6]:
        if made_again != "nothing":
            shutil.rmtree(job / "run" / made_again, ignore_errors=True)
        with damaged(job, name, "a bit changed") as path:
            capsys.readouterr()
            assert run(job) == 4, name
            assert f"error: {path} is damaged" in capsys.readouterr().err
    assert run(job) == 0
    assert released(job / "run") == released(job / "whole")


@pytest.mark.parametrize("until", ["read", "extract", "split"])
def test_a_run_again_up_to_a_stage_looks_at_its_files_too(
    job: Path, until: str, capsys: pytest.CaptureFixture[str]
) -> None:
    [folder] = (job / "run").glob(f"*/*-{until}")
    with damaged(job, f"{folder.relative_to(job / 'run')}/00001/dropped.parquet", "a bit changed") as path:
        capsys.readouterr()
        assert main(["run", str(job / "langlift.toml"), "--run-dir", str(job / "run"), "--until", until]) == 4
        assert str(path) in capsys.readouterr().err


def follow(said: str) -> None:
    """Do what the help says, to the letter."""
    remedy = re.search(r"help: remove (\S+) and run `langlift run` with the same spec again", said)
    assert remedy, said
    path = Path(remedy[1])
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("name", ["lua/95-split/00000", "lua/95-split", "lua/80-dedup/00001", "shared/10-read/00001"])
def test_a_removed_folder_is_made_again(job: Path, name: str) -> None:
    shutil.rmtree(job / "run" / name)
    assert main(["release", str(job / "run")]) == 4
    assert run(job) == 0
    assert released(job / "run") == released(job / "whole")
    assert files_of(job / "run") == files_of(job / "whole")


def test_a_shard_is_not_made_again_from_a_changed_source(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(job / "run" / "lua/95-split/00000")
    with damaged(job, "lua/90-decontaminate/00000/rows.parquet", "a bit changed") as path:
        capsys.readouterr()
        assert run(job) == 4
        assert str(path) in capsys.readouterr().err
    assert run(job) == 0
    assert released(job / "run") == released(job / "whole")


def test_stages_of_two_runs_are_not_released_together(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (job / "other.toml").write_text(SPEC.replace("shard_rows = 1", "shard_rows = 2"))
    assert main(["run", str(job / "other.toml"), "--run-dir", str(job / "other")]) == 0
    split = job / "other" / "lua" / "95-split"
    shutil.rmtree(split)
    shutil.copytree(job / "whole" / "lua" / "95-split", split)
    assert main(["release", str(job / "other")]) == 4
    assert "made from another decontaminate" in capsys.readouterr().err


def test_a_run_folder_whose_spec_says_other_settings_is_not_released(
    job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = job / "run" / "spec.toml"
    spec.write_text(SPEC + "[cover]\nminimum = 0.5\n")
    assert main(["release", str(job / "run")]) == 4
    assert "cover.minimum: 0.9, now 0.5" in capsys.readouterr().err
    spec.unlink()
    assert main(["release", str(job / "run")]) == 2
    assert "spec.toml" in capsys.readouterr().err
    assert run(job) == 0
    assert spec.read_text() == SPEC


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["show", "cover"], ["show", "cover", "id"]])
def test_a_folder_that_is_no_run_is_said(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command[0], str(tmp_path), *command[1:]]) == 2
    said = capsys.readouterr()
    assert "is no run folder" in said.err
    assert not said.out


def test_an_unknown_stage_is_answered_with_the_known_ones(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for rest in ([], ["id"], ["--dropped", "licence"]):
        assert main(["show", str(job / "run"), "covr", *rest]) == 2
        assert "known: read, extract" in capsys.readouterr().err


def test_an_unknown_reason_is_answered_with_the_known_ones(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(job / "run")
    assert main(["show", folder, "filter", "--dropped", "nonsense"]) == 2
    assert "'side effects' (1)" in capsys.readouterr().err
    assert main(["show", folder, "split", "--dropped", "nonsense"]) == 2
    assert "it dropped rows for: nothing" in capsys.readouterr().err
    assert main(["show", folder, "filter", "--dropped", "side effects"]) == 0
    assert "print" in capsys.readouterr().out
    assert main(["show", folder, "filter", "id", "--dropped", "side effects"]) == 2


def test_a_function_with_a_credential_is_dropped_and_the_rest_can_be_pushed(
    job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(job / "whole"), "filter", "--dropped", "credential"]) == 0
    assert "an AWS access key" in capsys.readouterr().out
    assert check(job / "whole" / "release" / "dataset") == []


def test_a_run_without_a_row_to_release_is_a_finding(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (job / "none.toml").write_text(SPEC.replace('["MIT"]', '["PSF-2.0"]'))
    assert main(["run", str(job / "none.toml"), "--run-dir", str(job / "none")]) == 1
    assert "no row to release" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("gone", "stage", "missing"),
    [
        ("shared/10-read/00000", "read", "shared/10-read/00000"),
        ("lua/70-validate/00001", "validate", "lua/70-validate/00001"),
        ("lua/70-validate/00001/dropped.parquet", "validate", "lua/70-validate/00001/dropped.parquet"),
        ("lua/80-dedup/00000/shard.json", "dedup", "lua/80-dedup/00000/shard.json"),
    ],
)
def test_show_tells_of_a_shard_that_is_missing(
    job: Path, gone: str, stage: str, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(job / "run")
    assert main(["show", folder, stage]) == 0
    whole = capsys.readouterr().out.splitlines()
    with away(job / "run" / gone):
        assert main(["show", folder, stage]) == 4
        found = capsys.readouterr()
        assert len(whole) == 2
        assert len(found.out.splitlines()) == 1, "what is there is shown"
        assert f"error: {job}/run/{missing} is missing" in found.err
        assert "help: `langlift run` with the same spec" in found.err
        codes = [main(["show", folder, stage, row]) for row in whole]
        assert sorted(codes) == [0, 4], "a row that is there is shown, the other is not called unknown"
        assert f"{job}/run/{missing} is missing" in capsys.readouterr().err
        assert main(["show", folder, stage, "--dropped", "nonsense"]) == 4


def test_show_tells_of_a_stage_that_is_open_or_not_there(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(job / "run")
    for gone, said in (
        ("lua/95-split/stage.json", "lua/95-split is not finished"),
        ("lua/95-split", "has no stage split"),
    ):
        with away(job / "run" / gone):
            assert main(["show", folder, "split"]) == 4
            err = capsys.readouterr().err
            assert said in err
            assert "help: `langlift run` with the same spec" in err
    shutil.copytree(job / "run" / "lua" / "60-translate", job / "run" / "ocaml" / "60-translate")
    try:
        assert main(["show", folder, "translate"]) == 0
        capsys.readouterr()
        assert main(["show", folder, "validate"]) == 4
        found = capsys.readouterr()
        assert f"{job}/run/ocaml has no stage validate" in found.err
        assert found.out
    finally:
        shutil.rmtree(job / "run" / "ocaml")


@contextmanager
def away(path: Path) -> Iterator[None]:
    """Without a file or a folder."""
    aside = path.parents[2] / "aside"
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)


def test_what_other_people_wrote_does_not_steer_the_terminal_that_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "langlift.toml").write_text(SPEC)
    hostile = "\x1b]0;owned\x07MIT\x9b2J\u202e\n0123456789abcdef  forged X"
    content = next(iter(FILES.values()))
    columns = {
        "repo": ["a\x1b[2J"],
        "path": ["é\x9b.py"],
        "revision": ["1"],
        "license": [hostile],
        "content": [content],
    }
    pq.write_table(pa.table(columns), tmp_path / "files.parquet")
    folder = str(tmp_path / "run")
    main(["run", str(tmp_path / "langlift.toml"), "--run-dir", folder])
    capsys.readouterr()
    assert main(["show", folder, "filter", "--dropped", "licence"]) == 0
    said = capsys.readouterr().out
    assert said.replace("\n", "").isprintable()
    assert said.count("\n") == 3
    assert "\\x1b]0;owned\\x07MIT\\x9b2J\\u202e" in said
    for row in ([], [said.split()[0]]):
        assert main(["show", folder, "extract", *row]) == 0
        shown = capsys.readouterr().out
        assert shown.replace("\n", "").isprintable()
    found = json.loads(shown)
    assert (found["repo"], found["path"], found["license"]) == ("a\x1b[2J", "é\x9b.py", hostile)
    assert "é" in shown
    assert main(["show", folder, "filter", "--dropped", "\x1b[2J"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_a_link_for_a_lock_is_refused_and_its_target_left_alone(
    job: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("theirs")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".lock").symlink_to(theirs)
    assert main(["run", str(job / "langlift.toml"), "--run-dir", str(tmp_path / "run")]) == 2
    err = capsys.readouterr().err
    assert f"error: {tmp_path / 'run' / '.lock'} is a link to '{theirs}'" in err
    assert "help: remove the link" in err
    assert theirs.read_text() == "theirs"
