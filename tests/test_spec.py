"""The spec: what is wrong is said with the key, the line and a guess."""

import json
from pathlib import Path

import pytest

from toolkit.cli import main
from toolkit.errors import SpecError
from toolkit.spec import Spec, known_keys, line_of, load

GOOD = """name = "lua-functions"
languages = ["lua"]

[source]
path = "files.parquet"

[cover]
minimum = 0.8

[release]
repo = "owner/name"
version = "0.1.0"
title = "Functions"
"""


def spec(folder: Path, text: str) -> Path:
    path = folder / "langlift.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problem(folder: Path, text: str) -> str:
    with pytest.raises(SpecError) as caught:
        load(spec(folder, text))
    return str(caught.value)


def test_a_good_spec_gives_each_stage_its_slice(tmp_path: Path) -> None:
    loaded = load(spec(tmp_path, GOOD))
    assert loaded.slice("cover").minimum == 0.8  # type: ignore[attr-defined]
    assert loaded.slice("validate") == loaded.validate_


def test_paths_are_relative_to_the_spec(tmp_path: Path) -> None:
    loaded = load(spec(tmp_path, GOOD))
    assert str(tmp_path / "files.parquet") in loaded.source.model_dump_json()


@pytest.mark.parametrize(
    ("wrong", "right", "line"),
    [
        ("minimum = 0.8", "minimun = 0.8", 8),
        ("[cover]", "[covers]", 7),
        ("languages =", "langages =", 2),
        ("version =", "versoin =", 12),
    ],
)
def test_a_misspelt_key_gets_its_line_and_a_guess(tmp_path: Path, wrong: str, right: str, line: int) -> None:
    said = problem(tmp_path, GOOD.replace(wrong, right))
    assert f"langlift.toml:{line}: unknown key" in said
    assert f"did you mean {wrong.split(' ')[0].strip('[]')!r}?" in said


@pytest.mark.parametrize(
    ("languages", "due"),
    [
        ("[]", "langlift.toml:2: languages: none is named; write one"),
        ('["lua", "ocaml", "lua"]', "langlift.toml:2: languages: named more than once: lua"),
        ('"lua"', "langlift.toml:2: languages: must be a list"),
        ("[1]", "langlift.toml:2: languages.0: must be text"),
    ],
)
def test_languages_are_a_list_of_different_names(tmp_path: Path, languages: str, due: str) -> None:
    said = problem(tmp_path, GOOD.replace('["lua"]', languages))
    assert due in said


@pytest.mark.parametrize(
    ("wrong", "right", "due"),
    [
        ('name = "lua-functions"\n', "", "name: is missing"),
        ("minimum = 0.8", 'minimum = "much"', "cover.minimum: must be a number"),
        ('path = "files.parquet"', "shard_rows = 1.5", "source.shard_rows: must be a whole number"),
        ('name = "lua-functions"', 'name = "x"\nsplit = "much"', "langlift.toml:2: split: must be a table"),
        ('repo = "owner/name"\n', "", "langlift.toml:10: release.repo: is missing"),
        ("[cover]\nminimum = 0.8", "[filter]\nallow_print = 7", "filter.allow_print: must be true or false"),
    ],
)
def test_what_is_wrong_is_said_in_our_words(tmp_path: Path, wrong: str, right: str, due: str) -> None:
    assert due in problem(tmp_path, GOOD.replace(wrong, right))


def test_a_branch_is_not_a_revision(tmp_path: Path) -> None:
    source = 'dataset = "owner/name"\nrevision = "main"'
    said = problem(tmp_path, GOOD.replace('path = "files.parquet"', source))
    assert "commit" in said


def test_text_that_is_not_toml_is_said(tmp_path: Path) -> None:
    assert "not TOML" in problem(tmp_path, "name = ")


def test_a_spec_that_is_not_there_is_an_error_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path / "absent.toml")]) == 2
    assert "absent.toml" in capsys.readouterr().err


def test_an_unknown_language_is_answered_with_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(spec(tmp_path, GOOD.replace('["lua"]', '["luaa"]')))]) == 2
    said = capsys.readouterr().err
    assert "luaa" in said
    assert "ocaml" in said


def test_a_language_that_the_generator_does_not_write_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(spec(tmp_path, GOOD.replace('["lua"]', '["ocaml"]')))]) == 2
    assert "does not write ocaml" in capsys.readouterr().err


def test_the_schema_names_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert set(schema["properties"]) == set(known_keys(()))
    assert schema["additionalProperties"] is False
    assert "validate" in known_keys(())


def test_every_setting_is_described() -> None:
    schema = Spec.model_json_schema()
    for name, definition in schema["$defs"].items():
        for key, value in definition.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key} has no description"


def test_line_of_finds_the_deepest_part_that_stands_there() -> None:
    assert line_of(GOOD, ("cover", "minimum")) == 8
    assert line_of(GOOD, ("cover", "absent")) == 7
    assert line_of(GOOD, ("absent",)) == 0


@pytest.mark.parametrize("path", sorted((Path(__file__).parent.parent / "examples").rglob("*.toml")), ids=str)
def test_every_example_is_a_good_spec(path: Path) -> None:
    assert load(path).languages
