"""Split: groups are never cut, sizes are close, and the seed decides the rest."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from toolkit.fingerprints import structure_grams
from toolkit.lexer import PYTHON, tokens
from toolkit.neighbours import similarity, sketch
from toolkit.records import Example, content_id, from_dict, to_dict
from toolkit.stage import Tools
from toolkit.stages.split import Assigned, Settings, apply, marks, merge


def example(source: str, repo: str = "", path: str = "", number: int = 0) -> Example:
    values = dict.fromkeys(("translation", "tests", "prompt", "revision"), "")
    counts = dict.fromkeys(("first_line", "last_line", "cases", "proof_cases", "mutants"), 1)
    scores = dict.fromkeys(("line_coverage", "branch_coverage", "mutation_score"), 1.0)
    id = content_id(source, repo, path, str(number))
    names = {"language": "lua", "name": "f", "license": "MIT", "generator": "rules", "verdict": "passed"}
    row: Example = from_dict(
        Example, {"id": id, "source": source, "repo": repo, "path": path, **values, **counts, **scores, **names}
    )
    return row


def run(rows: list[Example], **settings: Any) -> dict[str, str]:
    chosen = Settings(**settings)
    decisions = dict(merge(marks(iter(rows), chosen), chosen))
    results = list(apply(iter(rows), chosen, Tools(None, None, "lua", decisions)))  # type: ignore[arg-type]
    assert [result.source for result in results] == [row.id for row in rows]
    return {result.kept[0].example.id: result.kept[0].split for result in results}


def program(kind: int, name: str = "x") -> str:
    """Programs of other kinds share next to nothing, those of one kind are one program renamed."""
    steps = [f"    {name} = {name} {'+-*%'[(kind >> (2 * n)) % 4]} {(kind * 7 + n) % 97}\n" for n in range(8)]
    return f"def f({name}):\n" + "".join(steps) + f"    return {name}  # {name}\n"


def many() -> list[Example]:
    return [example(program(n), f"owner/repo{n % 150}", f"{n}.py") for n in range(1000)]


def test_sizes_are_close_to_the_shares() -> None:
    counts = Counter(run(many()).values())
    assert counts["train"] == pytest.approx(900, abs=7)
    assert counts["validation"] == pytest.approx(50, abs=7)
    assert counts["test"] == pytest.approx(50, abs=7)


@pytest.mark.parametrize("group", ["repository", "file"])
def test_no_origin_is_on_two_sides(group: str) -> None:
    rows = [example(program(n), f"r{n % 40}", f"{n % 3}.py") for n in range(300)]
    splits = run(rows, group=group, train=0.6, validation=0.2, test=0.2)
    sides: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        sides.setdefault((row.repo, row.path) if group == "file" else (row.repo,), set()).add(splits[row.id])
    assert all(len(each) == 1 for each in sides.values())
    assert len(set(splits.values())) == 3
    if group == "file":
        assert any(len({splits[row.id] for row in rows if row.repo == repo}) > 1 for repo in {row.repo for row in rows})


def test_planted_near_duplicates_of_other_repositories_are_on_one_side() -> None:
    rows = []
    for n in range(300):
        rows.append(example(program(n), f"a/{n}", "a.py"))
        rows.append(example(program(n, "other").replace("return other", "return (other)"), f"b/{n}", "b.py"))
    splits = run(rows, train=0.5, validation=0.25, test=0.25)
    assert all(splits[rows[2 * n].id] == splits[rows[2 * n + 1].id] for n in range(300))
    assert min(Counter(splits.values()).values()) > 100


def test_no_alike_pair_is_on_two_sides_even_through_chains() -> None:
    lines = [f"    x{n} = values[{n}] * {n} + len(values)\n" for n in range(60)]
    rows = [
        example("def f(values):\n" + "".join(lines[low : low + 20]) + "    return values\n", f"r/{low}")
        for low in range(0, 40, 2)
    ] + [example(program(n), f"s/{n}") for n in range(200)]
    splits = run(rows, train=0.4, validation=0.3, test=0.3)
    sketches = {row.id: sketch(structure_grams(tokens(row.source, PYTHON))) for row in rows}
    read = {id: np.array(values, np.uint32) for id, values in sketches.items()}
    alike = [(a.id, b.id) for a in rows for b in rows if a.id < b.id and similarity(read[a.id], read[b.id]) >= 0.5]
    assert len(alike) >= 19
    assert all(splits[one] == splits[other] for one, other in alike)


def test_the_same_seed_gives_the_same_split_and_another_one_another() -> None:
    assert run(many(), seed=3) == run(many(), seed=3)
    assert run(many(), seed=3) != run(many(), seed=4)


def test_train_is_never_empty() -> None:
    for count in (1, 2, 3):
        rows = [example(program(n), f"r{n}") for n in range(count)]
        assert "train" in run(rows, train=0.1, validation=0.45, test=0.45).values()
    assert run([]) == {}


def test_one_repository_is_one_group_and_its_files_are_not() -> None:
    rows = [example(program(n), "python/cpython", f"Lib/{n}.py") for n in range(100)]
    assert Counter(run(rows).values()) == {"train": 100}
    assert Counter(run(rows, group="file").values()) == {"train": 90, "validation": 5, "test": 5}


def test_rows_without_a_repository_are_not_one_group() -> None:
    rows = [example(program(n), "", f"{n // 2}.py" if n < 50 else "", n) for n in range(100)]
    splits = run(rows)
    assert all(splits[rows[n].id] == splits[rows[n + 1].id] for n in range(0, 50, 2))
    assert len(set(splits.values())) == 3


def test_a_split_with_no_share_stays_empty() -> None:
    assert set(run(many(), train=0.9, validation=0.1, test=0).values()) == {"train", "validation"}


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValidationError, match="add up to"):
        Settings(train=0.9, validation=0.2, test=0.05)


def test_an_assigned_row_survives_storage() -> None:
    row = Assigned("a", "test", example("x"))
    assert from_dict(Assigned, to_dict(row)) == row
