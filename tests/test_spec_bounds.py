"""What no run could do is refused by `langlift check`, with the key and its line, before anything runs."""

import tomllib
from pathlib import Path

import pytest

from toolkit.cli import main
from toolkit.spec import Spec

SPEC = """name = "bounds"
languages = ["lua"]
[source]
include = ["packaged"]
"""
HUGE = 99999999999999999999999999

REFUSED = [
    ("tests", "hash_seeds = []", "tests.hash_seeds: at least two"),
    ("tests", "hash_seeds = [7]", "tests.hash_seeds: at least two"),
    ("tests", "hash_seeds = [7, 7]", "tests.hash_seeds: named more than once: 7"),
    ("tests", "hash_seeds = [1, -1]", "tests.hash_seeds.1: must be greater than or equal to 0"),
    ("tests", "hash_seeds = [1, 4294967296]", "tests.hash_seeds.1: must be less than or equal to 4294967295"),
    ("tests", 'hash_seeds = [1, "2"]', "tests.hash_seeds.1: must be a whole number"),
    ("tests", f"hash_seeds = {list(range(200))}", "tests.hash_seeds: at most"),
    ("validate", f"memory_bytes = {HUGE}", "validate.memory_bytes: must be less than"),
    ("validate", "memory_bytes = 1125899906842625", "validate.memory_bytes: must be less than"),
    ("validate", f"cpu_seconds = {HUGE}", "validate.cpu_seconds: must be less than"),
    ("validate", "cpu_seconds = true", "validate.cpu_seconds: must be a whole number"),
    ("validate", "cpu_seconds = 2.0", "validate.cpu_seconds: must be a whole number"),
    ("validate", 'cpu_seconds = "2"', "validate.cpu_seconds: must be a whole number"),
    ("validate", f"repeats = {HUGE}", "validate.repeats: must be less than"),
    ("validate", "blind = 1", "validate.blind: must be true or false"),
    ("validate", 'blind = "yes"', "validate.blind: must be true or false"),
    ("source", f"shard_rows = {HUGE}", "source.shard_rows: must be less than"),
    ("source", f"maximum_file_bytes = {HUGE}", "source.maximum_file_bytes: must be less than"),
    ("engine", "workers = 100000", "engine.workers: must be less than"),
    ("engine", "workers = true", "engine.workers: must be a whole number"),
    ("filter", 'markers = ["TODO", ""]', "filter.markers.1: is empty"),
    ("filter", 'markers = [" "]', "filter.markers.0: is empty"),
    ("filter", 'licenses = ["MIT", "nonsense"]', "filter.licenses.1: 'nonsense' is not one SPDX identifier"),
    ("filter", 'licenses = ["Apache 2.0"]', "did you mean 'Apache-2.0'?"),
    ("filter", 'licenses = ["MIT OR ISC"]', "filter.licenses.0: 'MIT OR ISC' is not one SPDX identifier"),
    ("filter", "licenses = []", "filter.licenses: none is named"),
    ("filter", 'modules = ["math", "jsn"]', "filter.modules.1: 'jsn' is no module of the standard library"),
    ("filter", 'modules = ["jsn"]', "did you mean 'json'?"),
    ("filter", 'modules = ["no such"]', "filter.modules.0: 'no such' is no module of the standard library"),
    ("filter", "static_batch = 9223372036854775808", "filter.static_batch: must be less than"),
    ("filter", "allow_print = 0", "filter.allow_print: must be true or false"),
    ("cover", "minimum = true", "cover.minimum: must be a number"),
    ("cover", "minimum = nan", "cover.minimum: must be"),
    ("dedup", "threshold = true", "dedup.threshold: must be a number"),
    ("dedup", 'threshold = "0.5"', "dedup.threshold: must be a number"),
    ("split", f"seed = {HUGE}", "split.seed: must be less than"),
]


@pytest.mark.parametrize(("table", "line", "due"), REFUSED, ids=[f"{table}.{line[:40]}" for table, line, _ in REFUSED])
def test_a_setting_that_no_run_could_use_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, line: str, due: str
) -> None:
    text = f"{SPEC}{line}\n" if table == "source" else f"{SPEC}[{table}]\n{line}\n"
    path = tmp_path / "langlift.toml"
    path.write_text(text, encoding="utf-8")
    for command in (["check", str(path)], ["run", str(path), "--run-dir", str(tmp_path / "run")]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert due in said
        assert f"langlift.toml:{text.splitlines().index(line) + 1}: {table}." in said
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "lines",
    [
        "[tests]\nhash_seeds = [0, 4294967295]",
        "[cover]\nminimum = 1\nminimum_mutation_score = 0",
        "[validate]\ncpu_seconds = 1\nmemory_bytes = 67108864\nrepeats = 1",
        '[filter]\nlicenses = ["mit", "GPL-3.0-only", "LicenseRef-ours"]\nmodules = ["os.path", "json", "sys"]',
        "[filter]\nmarkers = []\nmodules = []",
    ],
)
def test_a_setting_at_its_bound_is_taken(lines: str) -> None:
    assert Spec.model_validate(tomllib.loads(f"{SPEC}{lines}\n"))


def test_every_whole_number_has_an_upper_bound() -> None:
    schema = Spec.model_json_schema()
    for name, definition in schema["$defs"].items():
        for key, value in definition.get("properties", {}).items():
            assert value.get("type") != "integer" or "maximum" in value, f"{name}.{key} has no upper bound"
