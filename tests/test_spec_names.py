"""Names that nothing answers to are refused by `check` and by `run`, with line and guess, before anything runs."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from toolkit.benchmarks import FORMAT
from toolkit.cli import main

SPEC = """name = "names"
languages = ["lua"]
[source]
include = ["packaged"]
"""


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        (["[engine]", 'name = "ray"'], ":6: engine.name: unknown engine 'ray'; known: local"),
        (["[engine]", 'name = "locla"'], ":6: engine.name: unknown engine 'locla'; did you mean 'local'?"),
        (["[generate]", 'backend = "ruels"'], ":6: generate.backend: unknown generator 'ruels'; did you mean 'rules'?"),
        (['languages = ["lua", "ocmal"]'], ":2: languages.1: unknown language 'ocmal'; did you mean 'ocaml'?"),
        (['languages = ["klingon"]'], ":2: languages.0: unknown language 'klingon'; known: "),
        (['languages = ["lua", "ocaml"]'], ":2: languages: generator 'rules' does not write ocaml; it writes: lua"),
        (
            ["[decontaminate]", 'index = "a.parquet"'],
            ":6: decontaminate.index: {folder}/a.parquet: is not there",
        ),
        (["[decontaminate]", 'index = "t.parquet"'], ":6: decontaminate.index: {folder}/t.parquet: not an index"),
        (
            ["[decontaminate]", 'index = "o.parquet"'],
            ":6: decontaminate.index: {folder}/o.parquet: not an index",
        ),
        (["[decontaminate]", 'index = "h.parquet"'], ":6: decontaminate.index: {folder}/h.parquet: not an index"),
        (["[decontaminate]", 'index = "."'], ":6: decontaminate.index: {folder}: not an index"),
        (["[decontaminate]", 'index = ""'], ":6: decontaminate.index: is empty"),
    ],
)
def test_a_name_that_is_not_there_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lines: list[str], due: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "specs"  # paths in a spec are from its own folder, wherever the command is typed
    folder.mkdir()
    (folder / "t.parquet").write_text("no table")
    table = pa.table({"gram": [1]})
    parquet.write_table(table, folder / "o.parquet")
    half = table.replace_schema_metadata({"index": json.dumps({"format": FORMAT})})
    parquet.write_table(half, folder / "h.parquet")
    text = SPEC.replace('languages = ["lua"]', lines[0]) if len(lines) == 1 else SPEC + "\n".join(lines) + "\n"
    (folder / "langlift.toml").write_text(text)
    for command in (["check", "specs/langlift.toml"], ["run", "specs/langlift.toml", "--run-dir", "run"]):
        assert main(command) == 2
        out, err = capsys.readouterr()
        assert err.startswith("error: specs/langlift.toml" + due.format(folder=folder)), err
        assert "\nhelp: " in err
        assert not out
    assert not Path("run").exists()


def test_a_language_that_does_not_answer_blind_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from toolkit import languages

    monkeypatch.setattr(languages, "blinds", dict)
    path = tmp_path / "langlift.toml"
    path.write_text(SPEC + "[validate]\nblind = true\n")
    assert main(["check", str(path)]) == 2
    assert f"error: {path}:6: validate.blind: lua does not answer blind" in capsys.readouterr().err
