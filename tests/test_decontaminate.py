"""Decontamination: planted copies are caught, ordinary code is not, and no benchmark text is shipped."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.benchmarks import PACKAGED, Index, background_texts, humaneval, load, main, mbpp, multipl_e
from toolkit.errors import InputError
from toolkit.lexer import PYTHON
from toolkit.records import Example, content_id, from_dict
from toolkit.stage import Drop, Result, Tools
from toolkit.stages.decontaminate import STAGE, Settings, apply, find_overlap

# Made up for these tests: no real benchmark is quoted here.
PROMPT = '''def braid(left, right, width):
    """Braid two ropes of beads into one, taking from each in turn as many beads
    as the width says, and put what remains of the longer rope at the far end.
    >>> braid("aaaa", "bb", 1)
    'ababaa'
    """
'''
SOLUTION = """    beads = []
    place = 0
    while place < min(len(left), len(right)):
        beads.extend(left[place : place + width])
        beads.extend(right[place : place + width])
        place += width
    rest = left[place:] if len(left) > len(right) else right[place:]
    return "".join(beads) + rest
"""
TINY = {"text": "Write a function to double a bead.", "code": "def bead(x):\r\n  return x * 2", "task_id": 7}
SANITIZED = [{"prompt": "Write a function that gives twice a bead of glass.", "code": TINY["code"], "task_id": 7}]
RENAMED = """
def twist(a, b, n):
    # made by hand
    out = []
    k = 0
    while k < min(len(a), len(b)):
        out.extend(a[k : k + n])  # one
        out.extend(b[k : k + n])
        k += n
    tail = a[k:] if len(a) > len(b) else b[k:]
    return ''.join(out) + tail
"""
IDIOM = '''
def greatest(a, b):
    """The greatest common divisor."""
    while b:
        a, b = b, a % b
    return a
'''


def build(folder: Path, out: Path) -> None:
    files = {name: str(folder / name) for name in ("h.jsonl", "m.jsonl", "s.json", "l.jsonl")}
    given = ["--humaneval", files["h.jsonl"], "--mbpp", files["m.jsonl"], files["s.json"]]
    texts = pa.table({"text": [f"def f{number}(a):\n    return a" for number in range(3)]})
    pq.write_table(texts, folder / "clean.parquet")
    more = ["--multipl-e", files["l.jsonl"], "--background", str(folder / "clean.parquet")]
    main(["build", str(out), *given, *more, "--revision", "h.jsonl=someone/eval@0123456"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of a made-up benchmark, built by the command."""
    folder = tmp_path_factory.mktemp("index")
    item = {"task_id": "HumanEval/12", "prompt": PROMPT, "canonical_solution": SOLUTION, "entry_point": "braid"}
    (folder / "h.jsonl").write_text(json.dumps(item) + "\n")
    (folder / "m.jsonl").write_text(json.dumps(TINY) + "\n")
    (folder / "s.json").write_text(json.dumps(SANITIZED))
    words = PROMPT.split('"""')[1].replace("\n", "\n-- ")
    translated = {"name": "HumanEval_12_braid", "language": "lua", "prompt": f"-- {words}\nlocal function braid(a, b)"}
    (folder / "l.jsonl").write_text(json.dumps(translated) + "\n")
    build(folder, folder / "index.parquet")
    return folder / "index.parquet"


def example(**texts: str) -> Example:
    values = dict.fromkeys(("source", "translation", "tests", "prompt", "revision", "repo", "path"), "") | texts
    counts = dict.fromkeys(("first_line", "last_line", "cases", "proof_cases", "mutants"), 1)
    scores = dict.fromkeys(("line_coverage", "branch_coverage", "mutation_score"), 1.0)
    names = {"language": "lua", "name": "f", "license": "MIT", "generator": "rules", "verdict": "passed"}
    row: Example = from_dict(Example, {"id": content_id(*texts.values()), **values, **counts, **scores, **names})
    return row


def run(row: Example, index: Path | None, **settings: Any) -> Result:
    chosen = Settings(index=str(index) if index else "packaged", **settings)
    (result,) = apply(iter([row]), chosen, Tools(None, None))  # type: ignore[arg-type]
    assert result.source == row.id
    return result


@pytest.mark.parametrize(
    "texts",
    [
        {"source": PROMPT + SOLUTION},
        {"source": (PROMPT + SOLUTION).replace("\n", "\r\n")},
        {"source": IDIOM * 30 + RENAMED + IDIOM * 30},
        {"source": IDIOM, "prompt": f"-- Translate.\n{PROMPT}"},
        {"source": IDIOM, "translation": PROMPT.replace("def", "--")},
    ],
    ids=["whole", "CRLF", "renamed in a long file", "in the prompt", "in the translation"],
)
def test_a_planted_copy_is_dropped_and_named(built: Path, texts: dict[str, str]) -> None:
    drop = run(example(**texts), built).drop
    assert drop is not None
    assert drop.reason == "overlaps a benchmark"
    assert drop.detail.startswith("humaneval/HumanEval/12")
    assert " of its grams" in drop.detail


def test_an_idiom_is_kept(built: Path) -> None:
    row = example(source=IDIOM, translation="local function f(a, b)\n  return a\nend", prompt=IDIOM)
    assert run(row, built).kept == (row,)


def test_a_solution_too_small_for_grams_is_found_by_its_tokens_alone(built: Path) -> None:
    assert run(example(source='def bead( x ):\n    """Doc."""\n    return x*2'), built).drop == Drop(
        "overlaps a benchmark", "mbpp/7: code of the solution, 1.00 of its grams"
    )
    assert run(example(source="def pearl(y):\n    return y * 2"), built).drop is None


def test_what_is_not_checkable_is_counted(built: Path) -> None:
    assert STAGE.facts is not None
    facts = STAGE.facts(Settings(index=str(built)), "lua")
    assert facts["not checkable: code of the solution"] == "2 of 3"
    assert facts["index"] == load(built).digest
    digest = hashlib.sha256((built.parent / "h.jsonl").read_bytes()).hexdigest()
    assert facts["built from h.jsonl"] == f"someone/eval@0123456, sha256:{digest}"
    assert facts["built from m.jsonl"].startswith("sha256:")
    assert [key for key in facts if key.startswith("built from ")] == [
        f"built from {name}" for name in ("h.jsonl", "l.jsonl", "m.jsonl", "s.json")
    ]
    assert facts["weighted by clean.parquet"].startswith("sha256:")
    assert not any(str(built.parent) in said for said in (*facts, *facts.values()))


def test_it_works_on_plain_strings(built: Path) -> None:
    index, thresholds = load(built), Settings().thresholds
    found = find_overlap([(IDIOM, PYTHON), (RENAMED, PYTHON)], index, thresholds)
    assert found is not None
    assert (found.item, found.what) == ("humaneval/HumanEval/12", "code of the solution")
    assert found.share > 0.95
    assert find_overlap([(IDIOM, PYTHON), ("", None)], index, thresholds) is None
    assert find_overlap([], index, thresholds) is None


def test_common_grams_weigh_nothing(built: Path, tmp_path: Path) -> None:
    ordinary = [RENAMED + f"# {number}" for number in range(40)] + [IDIOM] * 1000
    pq.write_table(pa.table({"text": ordinary}), tmp_path / "b.parquet")
    out = tmp_path / "index.parquet"
    main(["build", str(out), "--humaneval", str(built.parent / "h.jsonl"), "--background", str(tmp_path / "b.parquet")])
    assert run(example(source=RENAMED + "print(1)\n"), out).drop is None
    whole = "humaneval/HumanEval/12: code of the solution, 1.00 of its grams"  # as such it is known under any names
    assert run(example(source=RENAMED), out).drop == Drop("overlaps a benchmark", whole)
    assert run(example(source=PROMPT), out).drop is not None


def test_the_same_input_builds_the_same_index(built: Path, tmp_path: Path) -> None:
    build(built.parent, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == built.read_bytes()


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(InputError, match=r"x\.parquet"):
        run(example(source="x"), tmp_path / "x.parquet")
    with pytest.raises(InputError, match=r"missing\.parquet"):
        run(example(source="x"), tmp_path / "missing.parquet")


def test_the_packaged_index_names_what_it_was_built_from_and_holds_no_text() -> None:
    index = load(PACKAGED)
    assert {"HumanEval.jsonl.gz", "mbpp.jsonl", "sanitized-mbpp.json"} <= set(index.inputs)
    assert set(index.background) == {"clean.parquet", "python-files.parquet"}
    assert not set(index.background) & set(index.inputs)
    assert set(index.revisions) <= set(index.inputs)
    assert index.revisions["HumanEval.jsonl.gz"] == "openai/human-eval@463c980b59e818ace59f6f9803cd92c749ceae61"
    assert (
        len({part.item for part in index.parts if part.item.startswith("humaneval/") and "@" not in part.item}) == 164
    )
    assert len({part.item for part in index.parts if part.item.startswith("mbpp/") and "@" not in part.item}) == 974
    assert PACKAGED.stat().st_size < 1_500_000
    assert pq.read_schema(PACKAGED).names == ["gram", "part", "weight"]


@pytest.fixture
def items(shared_data: Path) -> list[Any]:
    mbpp_rows = list(mbpp(shared_data / "mbpp" / "mbpp.jsonl"))
    return [*humaneval(shared_data / "humaneval" / "HumanEval.jsonl.gz"), *mbpp_rows]


def test_every_item_of_both_benchmarks_is_caught_whole(items: list[Any]) -> None:
    missed = []
    for item in items:
        source = item.code if item.name.startswith("humaneval/") else f'"""{item.prompt}"""\n{item.code}'
        result = run(example(source=source), None)
        if result.drop is None:
            missed.append(item.name)
    assert missed == []


def test_prompts_of_the_target_language_are_caught(shared_data: Path) -> None:
    rows = [
        row
        for name in ("humaneval-lua", "mbpp-ml")
        for row in multipl_e(shared_data / "multipl-e" / f"{name}.jsonl.gz")
    ]
    found = [run(example(translation=row.prompt, source=IDIOM), None).drop is not None for row in rows]
    assert sum(found) / len(found) > 0.98


def test_renamed_solutions_are_caught_and_held_out_code_is_not(shared_data: Path) -> None:
    plants = pq.read_table(shared_data / "contamination" / "plants.parquet", filters=[("kind", "=", "3a_rename_nodoc")])
    found = [run(example(source=text), None).drop is not None for text in plants["text"].to_pylist()]
    assert sum(found) / len(found) > 0.9
    clean = background_texts(shared_data / "contamination" / "clean.parquet", held_out=True)
    alarms = sum(run(example(source=text), None).drop is not None for text, _ in zip(clean, range(1000), strict=False))
    assert alarms == 0


def test_packages_are_held_out_whole(tmp_path: Path) -> None:
    rows = [{"text": f"{number} of {package}", "pkg": package} for number in range(3) for package in "abcdefghijkl"]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "b.parquet")
    used, held = (set(background_texts(tmp_path / "b.parquet", held_out=each)) for each in (False, True))
    assert used | held == {row["text"] for row in rows}
    assert used
    assert held
    assert not {text[-1] for text in used} & {text[-1] for text in held}


def test_an_index_of_another_format_is_refused(built: Path, tmp_path: Path) -> None:
    table = pq.read_table(built)
    about = json.loads(table.schema.metadata[b"index"]) | {"format": "0"}
    pq.write_table(table.replace_schema_metadata({"index": json.dumps(about)}), tmp_path / "old.parquet")
    with pytest.raises(InputError, match="format 0"):
        load(tmp_path / "old.parquet")


def test_rows_are_given_back_unchanged(built: Path) -> None:
    row = replace(example(source=IDIOM), tests="assert")
    assert run(row, built).kept == (row,)
    assert isinstance(load(built), Index)


def test_a_revision_of_a_file_that_is_not_given_is_refused(built: Path, tmp_path: Path) -> None:
    given = ["--mbpp", str(built.parent / "m.jsonl"), "--revision", "mbpp.jsonl=someone/mbpp@0123456"]
    with pytest.raises(InputError, match=r"mbpp\.jsonl.*not among the files") as told:
        main(["build", str(tmp_path / "index.parquet"), *given])
    assert "m.jsonl" in told.value.help
