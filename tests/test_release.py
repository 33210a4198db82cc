"""A finished run becomes a release folder: whole, counted, and the same bytes each time."""

import hashlib
import json
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from pydantic import ValidationError

from cards import check_front_matter
from push.check import check
from push.digests import canonical, combined, row_set
from push.manifest import read
from toolkit import __version__, runner
from toolkit.cli import main
from toolkit.errors import InputError, LostRow, NothingToRelease, StaleStage, ToolkitError
from toolkit.records import Dropped, Example, content_id
from toolkit.release import ReleaseSettings, data, last_part, release
from toolkit.seals import read_sealed, shard_folder, write_facts, write_sealed
from toolkit.shards import read_rows, write_rows
from toolkit.stages.split import Assigned

ROOT = Path(__file__).resolve().parent.parent
SPEC = """\
name = "tiny"
languages = ["lua", "ocaml"]

[source]
path = "/home/someone/data/files.parquet"
"""
UNTAGGABLE = ["0.1.0-a..b", "0.1.0-x.lock", "0.1.0-x.", "0.1.0-.x", "0.1.0-", "0.1.0-01", "0.1.0-x_y", "0.1.0+b", "0.1"]
SETTINGS = ReleaseSettings(repo="someone/tiny", version="0.1.0", title="Tiny: a test | of <b>cards</b>")


def example(number: int, language: str = "lua") -> Example:
    return Example(
        id=content_id(language, str(number)),
        language=language,
        name=f"add_{number}",
        source=f"def add_{number}(a, b):\n    return a + b + {number}\n",
        translation=f"local function add(a, b)\n  return a + b + {number}\nend",
        tests="check(add(1, 2), 3)",
        prompt="-- add",
        repo=f"owner/project{number % 7}",
        path=f"src/{number}.py",
        revision="0" * 40,
        license=("MIT", "Apache-2.0", "PSF-2.0")[number % 3],
        first_line=1,
        last_line=2,
        generator="rules 1",
        cases=3,
        proof_cases=7,
        line_coverage=1.0,
        branch_coverage=0.9 + (number % 3) * 0.05,
        mutants=4,
        mutation_score=0.5 + (number % 6) * 0.1,
        verdict="passed",
    )


def split_of(number: int) -> str:
    return ("train", "train", "train", "validation", "test")[number % 5]


DROPPED = {"too long": 3, "near duplicate": 2}


def write_stage(folder: Path, shards: list[list[Assigned]], language: str, source: str, **facts: str) -> str:
    """A sealed stage folder, made from the one with the digest `source`; returns its own digest."""
    folder.mkdir(parents=True)
    write_sealed(folder / "facts.json", {"stage version": "1", "input": source, "python": "3.11.7", **facts})
    parts = []
    for index, rows in enumerate(shards or [[]]):
        shard = shard_folder(folder, index)
        shard.mkdir()
        write_rows(shard / "rows.parquet", Assigned, rows)
        write_rows(shard / "dropped.parquet", Dropped, [])
        dropped = {} if index else DROPPED
        parts.append(write_facts(shard, index, len(rows) + sum(dropped.values()), len(rows), dropped))
    return str(runner.stage_json(folder, folder.name.partition("-")[2], "1", language, parts)["digest"])


def write_run(run: Path, rows: dict[str, list[Assigned]], shard_rows: int = 40) -> Path:
    run.mkdir(parents=True, exist_ok=True)
    (run / "spec.toml").write_text(SPEC)
    read = write_stage(run / "shared" / "10-read", [], "", "00", **{"source.path": "/home/someone/data/files.parquet"})
    for language in ("lua", "ocaml"):
        mine = rows.get(language, [])
        shards = [mine[start : start + shard_rows] for start in range(0, len(mine), shard_rows)]
        compared = {"decontaminate.index": "packaged", "built from HumanEval.jsonl.gz": "sha256:77"}
        compared |= {"weighted by clean.parquet": "sha256:88", "python": "3.11"}
        source = write_stage(run / language / "90-decontaminate", [], language, read, **compared)
        facts = {"split.seed": "0", "lua": "5.4.6"} if language == "lua" else {"split.seed": "0"}
        write_stage(run / language / "95-split", shards, language, source, **facts)
    return run


def rows_of(count: int, language: str = "lua") -> list[Assigned]:
    examples = [(number, example(number, language)) for number in range(count)]
    return [Assigned(each.id, split_of(number), each) for number, each in examples]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", {"lua": rows_of(100), "ocaml": rows_of(10, "ocaml")})


def contents(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def manifest(folder: Path) -> dict:
    return json.loads((folder / "release.json").read_text())


def test_every_row_is_released_once_under_its_split_in_the_order_of_ids(run: Path) -> None:
    folder = release(run, SETTINGS)
    for language, count in (("lua", 100), ("ocaml", 10)):
        for split in ("train", "validation", "test"):
            rows = list(read_rows(folder / f"data/{language}/{split}-00000-of-00001.parquet", Example))
            due = [each.example for each in rows_of(count, language) if each.split == split]
            assert rows == sorted(due, key=lambda each: each.id)


def test_the_same_run_gives_the_same_bytes_and_a_rerun_replaces_them(run: Path) -> None:
    before = contents(release(run, SETTINGS))
    (run / "release" / "dataset" / "data" / "stray.parquet").write_bytes(b"x")
    assert contents(release(run, SETTINGS)) == before
    assert sorted(path.name for path in (run / "release").iterdir()) == [".lock", "dataset"]


def test_neither_the_cut_into_shards_nor_their_order_changes_a_data_file(run: Path, tmp_path: Path) -> None:
    shuffled = rows_of(100)
    random.Random(1).shuffle(shuffled)
    other = write_run(tmp_path / "other", {"lua": shuffled, "ocaml": rows_of(10, "ocaml")}, shard_rows=13)
    one, two = (contents(release(each, SETTINGS)) for each in (run, other))
    assert {name: value for name, value in one.items() if name.startswith("data/")} == {
        name: value for name, value in two.items() if name.startswith("data/")
    }


def test_many_ranges_and_many_files_hold_the_same_rows(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = manifest(release(run, SETTINGS))
    for name, value in (("RANGE_ROWS", 7), ("ROW_GROUP", 5), ("FILE_ROWS", 20)):
        monkeypatch.setattr(data, name, value)
    folder = release(run, SETTINGS)
    parts = sorted((folder / "data/lua").glob("train-*.parquet"))
    assert [path.name for path in parts] == [f"train-0000{index}-of-00003.parquet" for index in range(3)]
    assert [pq.read_metadata(path).num_rows for path in parts] == [20, 20, 20]
    assert pq.read_metadata(parts[0]).num_row_groups == 4
    ids = [id for path in parts for id in pq.read_table(path)["id"].to_pylist()]
    assert ids == sorted(ids)
    cut = manifest(folder)["files"]
    sets = [cut[f"data/lua/{path.name}"]["row_set"] for path in parts]
    assert combined(sets) == whole["files"]["data/lua/train-00000-of-00001.parquet"]["row_set"]


def test_the_manifest_lists_every_other_file_with_its_digest(run: Path) -> None:
    folder = release(run, SETTINGS)
    files = manifest(folder)["files"]
    found = contents(folder)
    del found["release.json"]
    assert {name: entry["sha256"] for name, entry in files.items()} == found
    for name, entry in files.items():
        assert entry["size"] == (folder / name).stat().st_size
        if name.endswith(".parquet"):
            assert entry["rows"] == pq.read_metadata(folder / name).num_rows
            assert entry["row_set"] == row_set(folder / name)


def test_the_manifest_counts_what_the_rows_say(run: Path) -> None:
    found = manifest(release(run, SETTINGS))
    every = [each.example for each in rows_of(100) + rows_of(10, "ocaml")]
    assert found["schema"] == "langlift/release/1"
    assert (found["repo"], found["kind"], found["version"], found["private"]) == (
        "someone/tiny",
        "dataset",
        "0.1.0",
        True,
    )
    assert found["licenses"] == Counter(each.license for each in every)
    assert found["repositories"] == Counter(each.repo for each in every)
    assert found["languages"]["lua"] == {"train": 60, "validation": 20, "test": 20}
    assert [stage["stage"] for stage in found["stages"]] == ["read", *["decontaminate", "split"] * 2]
    assert found["stages"][0]["dropped"] == {"too long": 3, "near duplicate": 2}
    assert found["toolchains"] == {"lua": ["5.4.6"], "python": ["3.11.7"]}
    due = tomllib.loads(SPEC) | {"source": {"path": "files.parquet"}}
    assert found["spec"] == {"digest": hashlib.sha256(canonical(due)).hexdigest(), "settings": due}


def test_no_machine_path_is_published(run: Path) -> None:
    folder = release(run, SETTINGS)
    for name in ("release.json", "README.md", "LICENSE"):
        text = (folder / name).read_text()
        assert "/home/" not in text
        assert str(run) not in text
    assert manifest(folder)["stages"][0]["facts"]["source.path"] == "files.parquet"


@pytest.mark.parametrize(
    ("path", "published"),
    [
        ("/home/Jane Doe/data/f.parquet", "f.parquet"),
        ("file:///home/jane/x", "x"),
        ("../../../home/jane/x", "x"),
        ("\\u002fhome/jane/x", "x"),
        ("/home/jane/", "."),
        ("/a/b,c/d=e/f", "f"),
        ("packaged", "packaged"),
        ("", ""),
    ],
)
def test_the_paths_of_a_spec_are_published_without_their_folders(run: Path, path: str, published: str) -> None:
    quoted = f'"{path}"'
    (run / "spec.toml").write_text(
        f'name = "a/b,c=d"\nlanguages = ["lua", "ocaml"]\n'
        f"[source]\npath = {quoted}\n[decontaminate]\nindex = {quoted}\n"
    )
    for language in ("lua", "ocaml"):
        name = run / language / "90-decontaminate" / "stage.json"
        stage = read_sealed(name)
        plain = path.replace("\\u002f", "/")
        write_sealed(name, stage | {"facts": stage["facts"] | {"decontaminate.index": plain, "ratio": "a/b, /c/d"}})
    found = manifest(release(run, SETTINGS))
    assert found["spec"]["settings"]["source"] == {"path": published}
    assert found["spec"]["settings"]["decontaminate"] == {"index": published}
    assert found["spec"]["settings"]["name"] == "a/b,c=d"
    assert found["stages"][1]["facts"]["decontaminate.index"] == published
    assert found["stages"][1]["facts"]["ratio"] == "a/b, /c/d"
    assert last_part("C:\\Users\\jane\\x") == "x"
    assert "jane" not in (run / "release/dataset/release.json").read_text().lower()


def test_the_card_can_be_published_and_tells_the_same_numbers(run: Path) -> None:
    card = (release(run, SETTINGS) / "README.md").read_text()
    assert check_front_matter(card) == []
    assert "\n110 rows. " in card
    assert "| `lua` | 60 | 20 | 20 | 100 |" in card
    assert "3 too long, 2 near duplicate" in card
    assert "- `built from HumanEval.jsonl.gz`: `sha256:77`" in card
    assert "clean.parquet" not in card, "clean code is no benchmark"
    assert "- lua: `5.4.6`" in card
    assert 'load_dataset("someone/tiny", "lua", revision="v0.1.0")' in card


def test_datasets_loads_each_language_and_split(run: Path) -> None:
    import datasets

    folder = release(run, SETTINGS)
    assert datasets.get_dataset_config_names(str(folder)) == ["lua", "ocaml"]
    default = datasets.load_dataset(str(folder))
    assert {split: len(rows) for split, rows in default.items()} == {"train": 60, "validation": 20, "test": 20}
    lua, ocaml = (datasets.load_dataset(str(folder), name) for name in ("lua", "ocaml"))
    assert set(lua["train"]["language"]) == {"lua"}
    assert {split: len(rows) for split, rows in ocaml.items()} == {"train": 6, "validation": 2, "test": 2}
    assert lua["test"].column_names == [field.name for field in data.schema(Example)]
    streamed = datasets.load_dataset(str(folder), "lua", split="train", streaming=True)
    assert next(iter(streamed)) == lua["train"][0]


def test_a_language_without_rows_is_counted_but_is_no_configuration(tmp_path: Path) -> None:
    folder = release(write_run(tmp_path / "run", {"lua": rows_of(3)}), SETTINGS)
    assert manifest(folder)["languages"] == {"lua": {"train": 3}, "ocaml": {}}
    assert "config_name: ocaml" not in (folder / "README.md").read_text()


def test_a_run_without_rows_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", {})
    with pytest.raises(NothingToRelease, match="no row to release") as caught:
        release(run, SETTINGS)
    assert caught.value.exit_code == 1
    assert "status" in caught.value.help
    assert not (run / "release").exists()


def test_an_unfinished_run_is_refused_by_the_stage_that_is_open(run: Path) -> None:
    (run / "ocaml" / "95-split" / "stage.json").unlink()
    with pytest.raises(StaleStage, match="ocaml/95-split is not sealed"):
        release(run, SETTINGS)
    shutil.rmtree(run / "ocaml")
    with pytest.raises(StaleStage, match="ocaml/split is not sealed"):
        release(run, SETTINGS)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no run folder"):
        release(tmp_path, SETTINGS)


def test_a_release_of_fewer_rows_than_split_kept_is_refused(run: Path) -> None:
    name = run / "lua" / "95-split" / "stage.json"
    write_sealed(name, read_sealed(name) | {"rows_out": 101})
    with pytest.raises(LostRow, match="lua: 100 rows were written to the release, and split kept 101"):
        release(run, SETTINGS)
    assert not (run / "release" / "dataset").exists()


@pytest.mark.parametrize("raw", [b"", b"[]", b"PAR1", None], ids=str)
@pytest.mark.parametrize("name", ["00001/rows.parquet", "00001/shard.json", "stage.json"])
def test_damage_to_a_split_is_refused_by_the_name_of_the_file(run: Path, name: str, raw: bytes | None) -> None:
    path = run / "lua" / "95-split" / name
    path.unlink() if raw is None else path.write_bytes(raw)
    due = "lua/95-split is not sealed" if raw is None else f"{path} is damaged"
    with pytest.raises(StaleStage, match=due):
        release(run, SETTINGS)


def test_a_stage_made_from_another_one_is_refused(run: Path) -> None:
    shutil.rmtree(run / "lua" / "90-decontaminate")
    write_stage(run / "lua" / "90-decontaminate", [rows_of(3)], "lua", "00")
    with pytest.raises(StaleStage, match="90-decontaminate was made from another read"):
        release(run, SETTINGS)


def test_an_id_given_twice_is_an_error(tmp_path: Path) -> None:
    rows = rows_of(10)
    run = write_run(tmp_path / "run", {"lua": [*rows, replace(rows[3], split="test")]})
    with pytest.raises(InputError, match=rows[3].id):
        release(run, SETTINGS)


def test_an_unknown_split_is_an_error(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", {"lua": [replace(each, split="dev") for each in rows_of(2)]})
    with pytest.raises(InputError, match="unknown split 'dev'"):
        release(run, SETTINGS)


def test_a_killed_release_is_finished_by_the_next_one(run: Path, tmp_path: Path) -> None:
    due = contents(release(run, SETTINGS))
    old = run / "release" / "dataset"
    old.rename(old.with_name("dataset.old"))
    for name in ("dataset.part", "dataset.scratch"):
        (old.with_name(name) / "data").mkdir(parents=True)
        (old.with_name(name) / "data" / "half.parquet").write_bytes(b"PAR1")
    assert contents(release(run, SETTINGS)) == due
    assert sorted(path.name for path in (run / "release").iterdir()) == [".lock", "dataset"]


def test_two_releases_at_once_are_refused(run: Path) -> None:
    import fcntl

    release(run, SETTINGS)
    with (run / "release" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        with pytest.raises(ToolkitError, match="another langlift"):
            release(run, SETTINGS)


def test_a_link_for_a_lock_is_refused_and_its_target_left_alone(run: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("theirs")
    (run / "release").mkdir()
    (run / "release" / ".lock").symlink_to(theirs)
    with pytest.raises(InputError, match=r"release/\.lock is a link to .*theirs\.txt") as told:
        release(run, SETTINGS)
    assert (told.value.exit_code, theirs.read_text()) == (2, "theirs")
    (run / "release" / ".lock").unlink()
    release(run, SETTINGS)


@pytest.mark.parametrize("name", ["dataset", "dataset.part", "dataset.scratch", "dataset.old"])
@pytest.mark.parametrize("kind", ["link", "link to nothing", "file"])
def test_what_is_no_folder_where_the_release_belongs_is_refused_before_anything_is_moved(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    with (run / "spec.toml").open("a") as spec:
        spec.write('\n[release]\nrepo = "someone/tiny"\nversion = "0.2.0"\ntitle = "Tiny"\n')
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "a.txt").write_text("theirs")
    path = run / "release" / name
    path.parent.mkdir()
    if kind == "file":
        path.write_text("theirs")
    else:
        path.symlink_to(theirs if kind == "link" else tmp_path / "nowhere")
    for _ in range(2):
        assert main(["release", str(run)]) == 2
        err = capsys.readouterr().err
        assert f"error: {path} is a {kind.split()[0]}" in err
        assert f"help: remove or rename {path}" in err
        assert sorted(each.name for each in path.parent.iterdir()) == [".lock", name]
    assert [each.name for each in theirs.iterdir()] == ["a.txt"]
    path.unlink()
    assert main(["release", str(run)]) == 0


def test_hash_seed_and_process_do_not_change_a_byte(run: Path) -> None:
    due = contents(release(run, SETTINGS))
    code = (
        "import sys; from pathlib import Path; from toolkit.release import *;"
        f"release(Path(sys.argv[1]), ReleaseSettings(**{SETTINGS.model_dump()!r}))"
    )
    environment = {"PYTHONHASHSEED": "4711", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, str(run)], check=True, env=environment)
    assert contents(run / "release" / "dataset") == due


@pytest.mark.parametrize(
    "change",
    [
        {"repo": "name"},
        {"repo": "a/b/c"},
        {"repo": "a/b--c"},
        {"repo": "a/../b"},
        {"version": "v0.1.0"},
        {"version": "1.0"},
        {"version": "01.0.0"},
        *({"version": version} for version in UNTAGGABLE),
        {"title": "two\nlines"},
        {"title": " "},
        {"colour": "red"},
    ],
)
def test_settings_that_the_hub_would_refuse_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ReleaseSettings(**{**SETTINGS.model_dump(), **change})


def test_the_command_releases_a_run_and_says_where(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (run / "spec.toml").open("a") as spec:
        spec.write('\n[release]\nrepo = "someone/tiny"\nversion = "0.2.0"\ntitle = "Tiny"\n')
    assert main(["release", str(run)]) == 0
    assert capsys.readouterr().out == f"{run / 'release' / 'dataset'}\n"
    assert manifest(run / "release" / "dataset")["version"] == "0.2.0"


@pytest.mark.parametrize("version", UNTAGGABLE)
def test_a_version_that_can_not_be_tagged_is_refused_by_check_and_by_release(
    run: Path, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    with (run / "spec.toml").open("a") as spec:
        spec.write(f'\n[release]\nrepo = "someone/tiny"\nversion = "{version}"\ntitle = "Tiny"\n')
    for command in (["check", str(run / "spec.toml")], ["release", str(run)]):
        assert main(command) == 2
        assert f"'{version}' is no version that can be a tag" in capsys.readouterr().err
    assert not (run / "release").exists()


@pytest.mark.parametrize("version", ["0.1.0-rc.1", "0.1.0-a-b.0.x-", "0.1.0--", "1.0.0-locked", "1.0.0-0a"])
def test_a_version_that_can_be_tagged_is_taken(version: str) -> None:
    assert ReleaseSettings(**{**SETTINGS.model_dump(), "version": version}).version == version
    subprocess.run(["git", "check-ref-format", f"refs/tags/v{version}"], check=True)


def test_the_command_wants_a_release_table_in_the_spec(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", str(run)]) == 2
    assert "has no [release]" in capsys.readouterr().err


def test_push_reads_what_release_writes(run: Path) -> None:
    folder = release(run, SETTINGS)
    assert check(folder) == []
    assert read(folder).tag == "v0.1.0"


def test_the_citation_and_the_licence_are_those_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == __version__
    assert citation["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text()
