"""Dedup: what is dropped is named, what stays is not alike, and nothing depends on luck."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest

from sandboxes import Pool
from toolkit.records import Attempt, Case, Example, Problem, Scores, SourceFunction, Trial, Verdict, content_id, schema
from toolkit.stage import Result, Tools
from toolkit.stages.dedup import STAGE, Mark, Settings, apply, marks, merge

LONG = '''
def running(values, limit=None):
    """Running totals, up to a limit."""
    totals = []
    total = 0
    for value in values:
        total += value
        if limit is not None and total > limit:
            break
        totals.append(total)
    return totals
'''
RENAMED = """
def sums(xs, top=None):
    result = []  # what comes back
    s = 0
    # add up
    for x in xs:
        s += x
        if (top is not None) and (s > top):
            break
        result.append(s)
    return result or []
"""
OTHER = '''
def longest(words):
    """The longest word."""
    best = ""
    for word in words:
        if len(word) > len(best):
            best = word
    if not best:
        raise ValueError("no words")
    return best.strip().lower()
'''
LUA = """local function f(values, limit)
  local totals = {}
  for i = 1, #values do
    totals[i] = values[i] + i
  end
  if #totals > limit then
    table.remove(totals, 1)
  end
  return totals
end"""
LUA_RENAMED = """local function f(a, b)
  local c = {}
  -- all
  for k = 1, #a do
    c[k] = (a[k] + k)
  end
  if #c > b then
    table.remove(c, 1)
  end
  return c or {}
end"""
LUA_OTHER = """local function f(words)
  local best = ""
  while #words > #best do
    best = best .. table.remove(words)
  end
  return string.lower(best)
end"""


def trial(code: str, answers: Sequence[str], context: str = "", passed: Sequence[bool] = (), salt: str = "") -> Trial:
    id = content_id(code, context, salt)
    function = SourceFunction(id, "f", code, context, "", 1, 9, (), "owner/repo", "a.py", "0" * 40, "MIT")
    problem = Problem(id, function, (Case("(1,)", "returns", "1", "generated"),), (), 1, 0, 3)
    attempt = Attempt(id, problem, "lua", "rules", "translate", tuple(answers))
    fine = passed or [True] * len(answers)
    verdicts = tuple(Verdict("passed" if each else "wrong answer", "") for each in fine)
    return Trial(content_id(id, *answers), attempt, "tests", 1, 2, (), Scores(1.0, 0.9, 0.8), verdicts)


def run(rows: list[Trial], **settings: Any) -> list[Result]:
    chosen = Settings(**settings)
    decisions = dict(merge(marks(iter(rows), chosen), chosen))
    return list(apply(iter(rows), chosen, Tools(NO_POOL, None, "lua", decisions)))  # type: ignore[arg-type]


NO_POOL: Pool = None  # type: ignore[assignment]


def test_an_example_is_the_trial_flattened() -> None:
    row = trial(LONG, [LUA, LUA_OTHER], context="import math", passed=[False, True])
    (result,) = run([row])
    (kept,) = result.kept
    assert isinstance(kept, Example)
    assert (kept.translation, kept.verdict, kept.source) == (LUA_OTHER, "passed", f"import math\n\n\n{LONG}\n")
    assert kept.id == content_id(row.id, LUA_OTHER)
    assert (kept.proof_cases, kept.line_coverage, kept.branch_coverage, kept.mutation_score) == (2, 1.0, 0.9, 0.8)
    assert (kept.repo, kept.license, kept.mutants, kept.cases, kept.prompt) == ("owner/repo", "MIT", 3, 1, "translate")


def test_the_first_of_two_near_duplicate_functions_stays() -> None:
    first, second, third = trial(LONG, [LUA]), trial(RENAMED, [LUA_OTHER]), trial(OTHER, [LUA_OTHER])
    results = run([first, second, third])
    assert [len(each.kept) for each in results] == [1, 0, 1]
    assert results[1].drop is not None
    assert asdict(results[1].drop) == {"reason": "near-duplicate", "detail": results[0].kept[0].id}
    results = run([second, first, third])
    assert [len(each.kept) for each in results] == [1, 0, 0], "an equal translation of another function"
    assert results[2].drop is not None
    assert results[2].drop.reason == "exact duplicate"


def test_a_renamed_short_function_is_an_exact_duplicate_and_a_like_one_is_not() -> None:
    short, renamed, like = (
        "def a(x):\n    return min(x)",
        "def b(y):\n    return min(y)  # least",
        "def a(x):\n    return max(x)",
    )
    results = run([trial(short, ["x1()"]), trial(renamed, ["x2(2)"]), trial(like, ["x3[3]"])])
    assert [len(each.kept) for each in results] == [1, 0, 1]
    assert results[1].drop is not None
    assert asdict(results[1].drop) == {"reason": "exact duplicate", "detail": results[0].kept[0].id}


def test_answers_to_one_function_are_thinned_and_the_row_stays() -> None:
    row = trial(LONG, [LUA, LUA_RENAMED, "broken", LUA_OTHER], passed=[True, True, False, True])
    (result,) = run([row])
    assert [each.translation for each in result.kept] == [LUA, LUA_OTHER]
    (result,) = run([row], threshold=1.0, minimum_grams=10_000)
    assert [each.translation for each in result.kept] == [LUA, LUA_RENAMED, LUA_OTHER]


def test_answers_of_two_generators_to_one_function_are_compared() -> None:
    one, two = trial(LONG, [LUA]), trial(LONG, [LUA_RENAMED, LUA_OTHER])
    assert one.attempt.problem.id == two.attempt.problem.id
    results = run([one, two])
    assert [[each.translation for each in result.kept] for result in results] == [[LUA], [LUA_OTHER]]


def test_a_shared_helper_does_not_make_two_functions_one() -> None:
    one = "def first(xs):\n    return running(xs, 3)[0] if xs else None"
    two = "def last(xs, n):\n    found = running(xs)\n    return found[-n:] + [1] * n"
    results = run([trial(one, ["a()"], context=LONG), trial(two, ["b[1]"], context=LONG)], minimum_grams=2)
    assert [len(each.kept) for each in results] == [1, 1]


def test_one_text_with_two_helpers_is_two_functions() -> None:
    rows = [trial(LONG + "# {i}", [answer], context=helper) for answer, helper in ((LUA, ""), (LUA_OTHER, OTHER))]
    assert [len(each.kept) for each in run(rows)] == [1, 1]


def test_a_row_is_never_dropped_for_one_that_is_dropped_itself() -> None:
    """A chain a ~ b ~ c where a and c differ: b goes, c stays, because what it is like is gone."""
    lines = [f"    x{n} = values[{n}] * {n} + len(values)\n" for n in range(40)]
    start = "def f(values):\n"
    a, b, c = (start + "".join(lines[low : low + 26]) + "    return values\n" for low in (0, 4, 8))
    results = run([trial(a, ["a()"]), trial(b, ["b[1]"]), trial(c, ["c + 2"])], threshold=0.7)
    assert [len(each.kept) for each in results] == [1, 0, 1]
    assert results[1].drop is not None
    assert results[1].drop.detail == results[0].kept[0].id


def test_a_row_without_a_passing_answer_is_dropped_and_duplicates_nothing() -> None:
    results = run([trial(LONG, [LUA], passed=[False]), trial(RENAMED, [LUA])])
    assert [each.drop and each.drop.reason for each in results] == ["no answer passed", None]


def test_functions_of_two_languages_are_not_compared() -> None:
    row = trial(LONG, [LUA])
    other = replace(row, id=content_id("other"), attempt=replace(row.attempt, language="ocaml"))
    renamed = trial(RENAMED, ["z"])
    foreign = replace(renamed, attempt=replace(renamed.attempt, language="ocaml"))
    assert [len(each.kept) for each in run([row, foreign])] == [1, 1]
    assert [len(each.kept) for each in run([row, other])] == [1, 1]


@pytest.mark.parametrize("size", [1, 400])
def test_marks_are_small_whatever_the_size_of_the_row(size: int) -> None:
    code = "def f(values):\n" + "".join(f"    x{n} = values[{n}] * {n} + len(values)\n" for n in range(size))
    (mark,) = marks(iter([trial(code, [LUA * size], context=LONG * size)]), Settings())
    numbers = len(mark.bands) + len(mark.sketch) + len(mark.program) + sum(len(each.sketch) for each in mark.answers)
    assert numbers <= 42 + 3 * 128
    assert schema(Mark).names == ["id", "function", "digest", "bands", "sketch", "program", "answers"]


def test_nothing_at_all_is_no_trouble() -> None:
    assert run([]) == []


def test_the_stage_says_what_its_proposals_depend_on() -> None:
    assert STAGE.facts is not None
    assert set(STAGE.facts(Settings(), "lua")) == {"rensa"}
