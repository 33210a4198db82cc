"""How good the suites are, on real functions: coverage measured the papers' way and ours, and mutants beyond doctests.

    python benchmarks/suite_quality.py python-files.parquet [--functions 200]

The papers' way (METHODS.md, W1) counts every line of one file that holds the function and its asserts; ours counts the
lines and branches of the function's body alone. Both are taken of the same recorded suites, before any threshold.
"""

import argparse
import ast
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import coverage
import pyarrow.parquet as pq

from sandboxes import Job, Pool, open_pool
from toolkit.generators import open_generator
from toolkit.records import Case, Draft, Problem, SourceFile, SourceFunction, content_id
from toolkit.stage import Drop, Tools
from toolkit.stages import cover, extract, filter, tests
from toolkit.suites.probing import FLAGS, Refusal, interpreter
from toolkit.suites.reduction import smallest

THRESHOLD = 0.9
PAPERS = """
import sys
sys.path.append(sys.argv[1])
import coverage
meter = coverage.Coverage(data_file=None, include=["whole.py"], config_file=False, messages=False)
meter.start()
import whole
meter.stop()
_, statements, _, missing, _ = meter.analysis2("whole.py")
print(1 - len(missing) / len(statements))
"""


@dataclass(frozen=True)
class Quality:
    """What was measured of one function's recorded suite."""

    papers: float  # share of covered lines of the file with the asserts
    lines: float
    branches: float
    doctests: int
    alive: int  # mutants that the doctest cases let live
    found: int  # of these, mutants that our reduced suite kills


def functions(path: Path, tools: Tools) -> Iterator[SourceFunction]:
    """The functions that extract and filter keep, in the order of their ids: no part of the input is preferred."""
    rows = pq.read_table(path).to_pylist()
    files = (SourceFile(content_id(row["repo"], row["path"]), **row) for row in rows)
    found = (each for result in extract.apply(files, extract.Settings(), tools) for each in result.kept)
    kept = (each for result in filter.apply(found, filter.Settings(), tools) for each in result.kept)
    yield from sorted(kept, key=lambda function: function.id)


def whole_file(draft: Draft) -> str:
    """The function and its asserts in one text, as the papers measure it."""
    name = draft.function.name
    asserts = []
    for case in draft.cases:
        arguments = ", ".join(map(repr, ast.literal_eval(case.arguments)))
        if case.outcome == "returns":
            asserts.append(f"assert {name}({arguments}) == {case.expected}")
    return draft.function.program + "\n".join(asserts) + "\n"


def papers_way(draft: Draft, pool: Pool) -> float | None:
    """Line coverage of the whole file; None where it does not run to its end (keyword-only parameters)."""
    home = Path(coverage.__file__).parent
    job = Job(
        draft.id,
        (interpreter(), *FLAGS, "papers.py", str(home.parent)),
        {"papers.py": PAPERS.encode(), "whole.py": whole_file(draft).encode()},
        readable=(str(home), str(Path(interpreter()).parent.parent)),
    )
    (outcome,) = pool.run([job])
    return float(outcome.stdout) if outcome.exit_code == 0 and outcome.stdout else None


def quality(draft: Draft, pool: Pool) -> Quality | None:
    """The figures of one function; None where one of the two ways gives none."""
    papers = papers_way(draft, pool)
    answer = cover.measure(draft, cover.Settings(), pool)
    if papers is None or isinstance(answer, Refusal):
        return None
    judged = cover.judge(draft, answer, cover.Settings(minimum=0, minimum_mutation_score=0))
    doctests = {index for index, case in enumerate(draft.cases) if case.origin == "doctest"}
    ours: set[Case] = set()
    if isinstance(judged, Problem):
        ours = {judged.cases[place] for place in smallest(judged.cases, judged.evidence)}
    chosen = {index for index, case in enumerate(draft.cases) if case in ours}
    alive = [set(kills) for kills in answer["kills"] if kills is not None and not doctests.intersection(kills)]
    (lines, lines_hit), (ways, ways_hit) = answer["coverage"]["lines"], answer["coverage"]["branches"]
    found = sum(1 for kills in alive if kills & chosen)
    return Quality(papers, lines_hit / lines, ways_hit / ways if ways else 1.0, len(doctests), len(alive), found)


def report(rows: list[Quality]) -> str:
    """The figures in words."""
    inflated = [row for row in rows if row.papers >= THRESHOLD > min(row.lines, row.branches)]
    documented = [row for row in rows if row.doctests]
    better = [row for row in documented if row.found]
    return "\n".join(
        [
            f"functions with a recorded suite: {len(rows)}",
            f"mean coverage, papers' way (whole file): {sum(row.papers for row in rows) / len(rows):.3f}",
            f"mean coverage, ours: lines {sum(row.lines for row in rows) / len(rows):.3f}, "
            f"branches {sum(row.branches for row in rows) / len(rows):.3f}",
            f"at least {THRESHOLD}: papers' way {sum(row.papers >= THRESHOLD for row in rows)}, "
            f"ours {sum(min(row.lines, row.branches) >= THRESHOLD for row in rows)}",
            f"accepted the papers' way and refused by ours: {len(inflated)}; the lowest body coverage among them: "
            f"{min((min(row.lines, row.branches) for row in inflated), default=1.0):.3f}",
            f"functions with doctest cases: {len(documented)}; in {len(better)} of them our suite kills a mutant that "
            f"the doctest cases let live ({sum(row.found for row in documented)} of "
            f"{sum(row.alive for row in documented)} such mutants)",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", type=Path)
    parser.add_argument("--functions", type=int, default=200)
    options = parser.parse_args()
    rows: list[Quality] = []
    with open_pool("local") as pool:
        tools = Tools(pool, open_generator("rules"))
        tried = 0
        for function in islice(functions(options.input, tools), options.functions):
            tried += 1
            draft = tests.draft(function, tests.Settings(), pool)
            measured = None if isinstance(draft, Drop) else quality(draft, pool)
            rows += [measured] if measured else []
    print(f"machine: {platform.machine()}, Python {platform.python_version()}, coverage {coverage.__version__}")
    print(f"input: {options.input.name}, {tried} functions by order of id")
    print(report(rows))


if __name__ == "__main__":
    main()
