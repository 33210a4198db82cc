"""The stage `cover`: coverage of the body alone, mutants, and the smallest suite that keeps both."""

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandboxes import Pool, open_pool
from toolkit.generators import open_generator
from toolkit.records import Case, Draft, Evidence, Problem, Scores, SourceFunction, content_id
from toolkit.stage import Drop, Tools
from toolkit.stages.cover import Settings, apply, coverage_of, facts, measure, problem
from toolkit.suites import mutants, subject
from toolkit.suites.answers import fits
from toolkit.suites.reduction import scores, smallest, stub


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with open_pool("local") as opened:
        yield opened


def draft(code: str, *rows: tuple[str, str], context: str = "") -> Draft:
    """A draft with cases (arguments, expected); an expected value that ends in Error is raised."""
    code, context = textwrap.dedent(code).strip(), textwrap.dedent(context).strip()
    name = next(each.name for each in ast.parse(code).body if isinstance(each, ast.FunctionDef))
    id = content_id(code, context)
    function = SourceFunction(id, name, code, context, "Doc.", 1, 9, (), "o/r", "a.py", "v1", "MIT")
    outcomes = [("raises" if expected.endswith("Error") else "returns") for _, expected in rows]
    cases = tuple(Case(a, how, e, "generated") for (a, e), how in zip(rows, outcomes, strict=True))
    return Draft(id, function, cases)


def kept(pool: Pool, made: Draft, **settings: float) -> Problem:
    measured = problem(made, Settings.model_validate(settings), pool)
    assert isinstance(measured, Problem), measured
    return measured


def suite(measured: Problem) -> list[Case]:
    return [measured.cases[place] for place in smallest(measured.cases, measured.evidence)]


def figures(measured: Problem, *places: int) -> Scores:
    return scores(measured, places or range(len(measured.cases)))


def dropped(pool: Pool, made: Draft, **settings: float) -> Drop:
    measured = problem(made, Settings.model_validate(settings), pool)
    assert isinstance(measured, Drop), measured
    return measured


SIGN = '''
def sign(n):
    """Doc."""
    if n < 0:
        return "minus"
    if n > 0:
        return "plus"
    return "zero"
'''
MINUS, PLUS, ZERO = ("(-1,)", "'minus'"), ("(1,)", "'plus'"), ("(0,)", "'zero'")


def test_more_cases_of_one_branch_do_not_raise_the_coverage(pool: Pool) -> None:
    many = [(f"({n},)", "'plus'") for n in range(1, 40)]
    drop = dropped(pool, draft(SIGN, *many))
    assert drop.reason == "line coverage"
    assert drop.detail.startswith("0.600; missed lines [4, 7]")  # 3 of 5: neither `def` nor docstring count


def test_a_way_that_no_line_shows_is_missed_by_branch_coverage(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    if n > 0:\n        n = n + 1\n    return n'
    drop = dropped(pool, draft(code, ("(1,)", "2")))
    assert (drop.reason, drop.detail) == ("branch coverage", "0.500")


def test_statements_on_one_line_count_one_by_one(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    if n > 0: return 1\n    if n < 0: return 2  # pragma: no cover\n    return 3'
    assert dropped(pool, draft(code, ("(0,)", "3"))).detail.startswith("0.600")


def test_the_context_is_not_measured_and_nested_functions_are(pool: Pool) -> None:
    code = """
    @unchanged
    def f(n):
        '''Doc.'''
        def inner(m):
            if m:
                return helper(m)
            return 5
        return inner(n)
    """
    context = """
    def unchanged(function):
        return function
    def helper(m):
        if m > 100:
            return 1
            return 2
        return 3
    """
    assert figures(kept(pool, draft(code, ("(1,)", "3"), ("(0,)", "5"), context=context))).line_coverage == 1.0
    assert dropped(pool, draft(code, ("(1,)", "3"), context=context)).reason == "line coverage"


def test_a_body_without_branches_misses_none(pool: Pool) -> None:
    measured = kept(pool, draft('def f(n):\n    """Doc."""\n    return n + 1', ("(1,)", "2"), ("(0,)", "1")))
    assert figures(measured) == Scores(1.0, 1.0, 1.0)


def test_the_suite_becomes_small_and_keeps_coverage_and_kills(pool: Pool) -> None:
    extra = [(f"({n},)", "'plus'") for n in range(2, 20)] + [(f"({n},)", "'minus'") for n in range(-20, -1)]
    full = kept(pool, draft(SIGN, *extra, MINUS, PLUS, ZERO))
    assert len(full.cases) == len(extra) + 3  # a translation has to pass them all
    small = suite(full)
    assert {case.expected for case in small} == {"'minus'", "'plus'", "'zero'"}
    assert len(small) <= 5
    again = kept(pool, Draft(full.id, full.function, tuple(small)))
    assert figures(again) == figures(full)  # the smaller suite measures the same,
    assert suite(again) == small  # and nothing of it is redundant


def test_the_figures_of_some_of_the_cases_are_those_of_a_measurement_of_them_alone(pool: Pool) -> None:
    code = """
    def f(values, key):
        'Doc.'
        total = 0
        for value in values:
            if key[value] > 2:
                total += key[value]
            elif value < 0:
                raise ValueError(value)
        else:
            total = -total
        return total if total else None
    """
    rows = [("([], {})", "None"), ("([1, 2], {1: 3, 2: 1})", "-3"), ("([-1], {-1: 0})", "ValueError"),
            ("([7], {7: 2})", "None"), ("([1], {})", "KeyError")]  # fmt: skip
    whole = kept(pool, draft(code, *rows))
    assert len(whole.cases) == 5 - 1  # the KeyError is an accident that nothing needs
    for places in ((0,), (0, 1), (1, 2), (0, 3), (0, 1, 2, 3)):
        alone = measure(draft(code, *(rows[place] for place in places)), Settings(), pool)
        assert isinstance(alone, dict), alone
        found = figures(whole, *places)
        assert (found.line_coverage, found.branch_coverage) == coverage_of(alone), places
        assert round(found.mutation_score * whole.mutants) == sum(map(bool, alone["kills"])), places


def test_an_accident_is_kept_for_a_way_or_an_example_in_the_docs_and_else_left_out(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    return [4, 5][n]'
    made = draft(code, ("(0,)", "4"), ("(1,)", "5"), ("(7,)", "IndexError"), ("(8,)", "IndexError"))
    told = replace(made, cases=(*made.cases[:3], replace(made.cases[3], origin="doctest")))
    assert [case.arguments for case in kept(pool, told).cases] == ["(0,)", "(1,)", "(8,)"]


def test_coverage_alone_keeps_a_case_for_each_way(pool: Pool) -> None:
    extra = [(f"({n},)", "'plus'") for n in range(2, 20)]
    assert len(suite(kept(pool, draft(SIGN, *extra, MINUS, PLUS, ZERO), mutants=0))) == 3


def test_a_suite_that_notices_nothing_is_dropped_with_its_score(pool: Pool) -> None:
    code = 'def f(a, b):\n    """Doc."""\n    return a * b + a - b * 3 + (a - 0) * 5'
    assert (
        dropped(pool, draft(code, ("(0, 0)", "0"), ("(0, 1)", "-3")), minimum_mutation_score=0.9).reason
        == "mutation score"
    )


def test_a_function_that_only_raises_is_dropped(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    raise ValueError(n)'
    assert dropped(pool, draft(code, ("(1,)", "ValueError"))).reason == "never returns normally"


def test_one_case_returns_even_where_errors_kill_more(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    if n < 5:\n        raise ValueError(n)\n    return None'
    measured = kept(pool, draft(code, ("(4,)", "ValueError"), ("(5,)", "None")), minimum_mutation_score=0)
    assert "returns" in {case.outcome for case in suite(measured)}


def test_a_case_that_is_not_what_was_recorded_is_flaky(pool: Pool) -> None:
    assert dropped(pool, draft(SIGN, MINUS, PLUS, ("(0,)", "'other'"))).reason == "flaky"


def test_a_mutant_that_never_ends_is_killed_by_its_fuel(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    while n > 0:\n        n = n - 1\n    return n'
    measured = kept(pool, draft(code, ("(3,)", "0"), ("(-2,)", "-2")))
    assert measured.mutants >= 5
    assert figures(measured).mutation_score >= 0.8


def test_a_mutant_that_only_the_clock_ends_is_left_out_of_the_score(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    return min(10, 10 + sum(range(n >> 3)))'
    measured = measure(draft(code, ("(40000000,)", "10")), Settings(), pool)
    assert isinstance(measured, dict), measured
    assert None in measured["kills"]  # `n << 3` spends its seconds in C, where no fuel is counted


def test_a_slow_mutant_that_ends_is_judged_by_what_it_does(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    return min(10, 10 + sum(range(n >> 3)))'
    made = draft(code, ("(4700000,)", "10"))
    first, second = (measure(made, Settings(), pool) for _ in range(2))
    assert isinstance(first, dict), first
    assert first == second


def test_a_case_that_meets_the_timer_is_refused(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    return min(10, 10 + sum(range(n)))'
    assert dropped(pool, draft(code, ("(2000000000,)", "10"))).reason == "timeout"


def test_a_mutant_that_nothing_told_before_its_fuel_was_spent_is_alive(pool: Pool) -> None:
    made = draft(SIGN, MINUS, PLUS, ZERO)
    measured = measure(made, Settings(total_fuel=1), pool)
    assert isinstance(measured, dict), measured
    assert measured["kills"] == [[]] * len(measured["kills"])
    result = problem(made, Settings(total_fuel=1), pool)
    assert isinstance(result, Drop)
    assert result.detail.startswith("0.000 of")


def test_tests_that_look_at_first_elements_alone_do_not_kill_all(pool: Pool) -> None:
    code = '''
        def f(pairs):
            """Doc."""
            found = {}
            for key, value in pairs:
                found.setdefault(key, []).append(value)
            return found
        '''
    one, two = ("([(3, 3)],)", "{3: [3]}"), ("([(1, 30)],)", "{1: [30]}")
    more = ("([(1, 2), (2, 3), (1, 4)],)", "{1: [2, 4], 2: [3]}")
    assert figures(kept(pool, draft(code, one, two))).mutation_score < 1
    measured = kept(pool, draft(code, one, two, more))
    assert figures(measured).mutation_score == 1
    assert more[0] in {measured.cases[place].arguments for place in smallest(measured.cases, measured.evidence)}


@pytest.mark.parametrize(
    "answer",
    [
        "{'outcomes': [], 'coverage': {}, 'kills': []}",
        "{'outcomes': [('returns', '1', '', False)], 'kills': [], 'coverage': {'lines': (1, 1), 'branches': (0, 0),"
        " 'missed': [], 'arcs': [[]]}}",
        "{'x': 1}",
    ],
)
def test_a_measurement_of_another_shape_costs_one_row(pool: Pool, answer: str) -> None:
    code = f"""
    def f(n):
        'Doc.'
        try:
            raise ValueError
        except ValueError as error:
            error.__traceback__.tb_frame.f_back.f_back.f_locals["self"].channel.answer({answer})
        return n + 1
    """
    assert dropped(pool, draft(code, ("(1,)", "2"))) == Drop("left early", "forged answer")


def test_a_function_that_leaves_is_one_reasoned_drop(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    import os\n    os._exit(0)'
    results = apply(iter([draft(code, ("(1,)", "1")), draft(SIGN, MINUS, PLUS, ZERO)]), Settings(),
                    Tools(pool, open_generator("rules")))  # fmt: skip
    first, second = results
    assert first.drop is not None
    assert first.drop.reason == "left early"
    assert len(second.kept) == 1


def shown(*arcs: tuple[int, int], kills: tuple[int, ...] = (), accident: bool = False) -> Evidence:
    return Evidence(arcs, kills, accident)


def test_ties_go_to_doctests_and_accidents_are_kept_only_for_coverage() -> None:
    cases = [Case("(12345,)", "returns", "7", "generated"), Case("(1,)", "returns", "7", "doctest"),
             Case("()", "raises", "IndexError", "generated")]  # fmt: skip
    plain = shown((1, 2), kills=(0,))
    assert smallest(cases, [plain, plain, shown((1, 2), kills=(0, 1), accident=True)]) == (1,)
    assert smallest(cases, [shown((1, 2)), shown((1, 2)), shown((1, 3), accident=True)]) == (1, 2)


def test_what_a_case_without_a_form_showed_others_show_where_they_can() -> None:
    cases = [Case(f"({number + 5},)", "returns", expected, "generated") for number, expected in enumerate("0110")]
    evidence = [shown((1, 2), kills=(0,)), shown((1, 3)), shown((1, 2)), shown((1, 2), kills=(0,))]
    assert smallest(cases, evidence) == (0, 1)
    assert smallest(cases, evidence, among=(1, 2, 3)) == (1, 3)
    assert smallest(cases, evidence, among=()) == ()


def test_the_version_of_coverage_is_a_fact() -> None:
    assert facts(Settings(), "lua")["coverage"]


def test_a_stub_that_answers_every_call_alike_fails_the_suite() -> None:
    one = [Case("(5, 5)", "returns", "True", "doctest"), Case("(5, 3)", "returns", "True", "doctest")]
    other = Case("(3, 5)", "returns", "False", "doctest")
    way = shown((1, 2))
    assert len(smallest(one, [way, way])) == 1
    assert {case.expected for case in (*one, other)} == {"True", "False"}
    assert 2 in smallest([*one, other], [way, way, way])
    assert stub(one, [way, way]) == "one that always returns True"
    assert not stub([*one, other], [way, way, way])


def test_a_stub_that_gives_an_argument_back_fails_the_suite() -> None:
    cases = [Case("(5, [1])", "returns", "[1]", "doctest"), Case("(5, [1, 2])", "returns", "[1, 2]", "doctest")]
    other = Case("(6, [2, 1])", "returns", "[1, 2]", "generated")
    way = shown((1, 2))
    assert stub(cases, [way, way]) == "one that returns argument 2"
    assert not stub([*cases, other], [way, way, way])
    assert stub([*cases, other], [way, way, replace(way, accident=True)]) == "one that returns argument 2"
    assert 2 in smallest([*cases, other], [way, way, way])


def test_a_suite_that_a_stub_passes_is_dropped(pool: Pool) -> None:
    code = 'def f(n):\n    """Doc."""\n    return n if n > 0 else n - 1'
    assert dropped(pool, draft(code, ("(1,)", "1"), ("(2,)", "2")), minimum=0) == Drop(
        "a stub passes", "one that returns argument 1"
    )


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("1.0", "1.0000000001", True), ("1.0", "1e999", False), ("1e999", "-1e999", False), ("3", "3.0", True),
     ("1", "True", False), ("(1, 2)", "[1, 2]", True), ("[0.1]", "[0.2]", False), ("1e999", "1" + "0" * 400, False),
     ("{'a': 0.3}", "{'a': 0.30000000000000004}", True)],
)  # fmt: skip
def test_a_test_can_tell_two_values_or_not(pool: Pool, one: str, other: str, alike: bool) -> None:
    code = f'def f(n):\n    """Doc."""\n    return {one} if n > 0 else {other}'
    answer = measure(draft(code, ("(1,)", one), ("(0,)", other)), Settings(), pool)
    assert isinstance(answer, dict), answer
    edits = [each.what for each in mutants.of(subject.of(draft(code).function), 30)]
    assert (answer["kills"][edits.index("line 3: condition negated")] == []) == alike


def test_a_mutant_counts_as_killed_only_where_a_test_could_tell(pool: Pool) -> None:
    code = """
    def f(n):
        'Doc.'
        if not isinstance(n, int):
            raise TypeError('no integer')
        return n / 3 * 3 + n % 2
    """
    made = draft(code, ("('a',)", "TypeError"), ("(1,)", "2.0"), ("(2,)", "2.0"))
    answer = measure(made, Settings(), pool)
    assert isinstance(answer, dict), answer
    killers = dict(zip((each.what for each in mutants.of(subject.of(made.function), 30)), answer["kills"], strict=True))
    assert killers["line 4: statement removed"] == []  # the next line raises the same
    assert killers["line 3: condition negated"]


def test_a_mutant_that_changes_its_arguments_is_told_by_its_answer_alone(pool: Pool) -> None:
    code = """
    def f(row):
        'Doc.'
        row = sorted(row)
        row.append(0)
        return row[0]
    """
    made = draft(code, ("([1, 3],)", "1"), ("([3, 1],)", "1"), ("([],)", "0"))
    answer = measure(made, Settings(), pool)
    assert isinstance(answer, dict), answer
    assert {outcome[2] for outcome in answer["outcomes"]} == {""}
    killers = dict(zip((each.what for each in mutants.of(subject.of(made.function), 30)), answer["kills"], strict=True))
    assert killers["line 3: statement removed"] == [1]  # where the row was sorted already, no answer is another


def test_an_error_of_a_mutant_that_changes_its_arguments_is_told(pool: Pool) -> None:
    code = """
    def f(row):
        'Doc.'
        row = [*row, 0]
        return row.pop() + row.pop()
    """
    made = draft(code, ("([5],)", "5"), ("([0, 7],)", "7"))
    answer = measure(made, Settings(), pool)
    assert isinstance(answer, dict), answer
    killers = dict(zip((each.what for each in mutants.of(subject.of(made.function), 30)), answer["kills"], strict=True))
    assert killers["line 3: statement removed"] == [0]  # an IndexError, and 7 + 0 in the other


def test_what_a_call_that_changes_its_arguments_answers_is_a_value_as_any() -> None:
    coverage = {"lines": (1, 1), "branches": (0, 0), "missed": [], "arcs": [[]]}
    request = {"cases": ["(1,)"], "mutants": []}

    def fit(outcome: str, text: str, reason: str) -> bool:
        answer = {"outcomes": [(outcome, text, reason, False)], "coverage": coverage, "kills": []}
        return fits("measure", answer, request)

    assert fit("returns", "[1, 2]", "changes its arguments")
    assert fit("raises", "KeyError", "changes its arguments")
    assert fit("returns", "a lambda", "result is not a literal")
    assert not fit("returns", "x +", "changes its arguments")
    assert not fit("returns", "[1, 2]", "changes its mind")
