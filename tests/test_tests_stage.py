"""The stage `tests`: what is recorded, what is refused, and that a hostile function costs one row."""

import ast
import dataclasses
import re
import textwrap
from collections.abc import Iterator

import pytest

from sandboxes import Pool, open_pool
from toolkit.generators import open_generator
from toolkit.records import Case, Draft, SourceFunction, content_id
from toolkit.stage import Drop, Tools
from toolkit.stages.tests import STAGE, Settings, apply, draft
from toolkit.suites import inputs, subject
from toolkit.suites.probing import ask

QUICK = Settings(calls=120, mutations=40)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with open_pool("local") as opened:
        yield opened


def function(code: str, context: str = "") -> SourceFunction:
    code, context = textwrap.dedent(code).strip(), textwrap.dedent(context).strip()
    node = next(each for each in ast.parse(code).body if isinstance(each, ast.FunctionDef))
    docstring = ast.get_docstring(node) or ""
    return SourceFunction(
        content_id(code, context), node.name, code, context, docstring, 1, 9, (), "o/r", "a.py", "v1", "MIT"
    )


def cases(pool: Pool, code: str, context: str = "", settings: Settings = QUICK) -> tuple[Case, ...]:
    drafted = draft(function(code, context), settings, pool)
    assert isinstance(drafted, Draft), drafted
    return drafted.cases


def drop(pool: Pool, code: str, context: str = "") -> Drop:
    drafted = draft(function(code, context), QUICK, pool)
    assert isinstance(drafted, Drop), drafted
    return drafted


def test_a_doctest_is_a_case_and_what_the_function_does_is_recorded(pool: Pool) -> None:
    found = cases(
        pool,
        '''
        def add(a, b=2):
            """Add.

            >>> add(40)
            999
            >>> add(b=1, a=5)
            6
            """
            return a + b
        ''',
    )
    assert Case("(40, 2)", "returns", "42", "doctest") in found  # never the 999 that the docstring claims
    assert Case("(5, 1)", "returns", "6", "doctest") in found


def test_every_branch_is_reached_by_constants_and_small_changes(pool: Pool) -> None:
    found = cases(
        pool,
        '''
        def kind(text):
            """Doc."""
            if text.startswith("ab:") and text.endswith("z"):
                return "one"
            if len(text) > 12:
                return "long"
            return "none"
        ''',
        settings=Settings(),
    )
    assert {case.expected for case in found} == {"'one'", "'long'", "'none'"}


def test_an_error_that_is_raised_is_recorded_and_a_wrong_type_is_not(pool: Pool) -> None:
    found = cases(
        pool,
        '''
        def root(n: int) -> int:
            """Doc."""
            if n < 0:
                raise TypeError("negative")
            return int(n ** 0.5)
        ''',
    )
    assert {case.expected for case in found if case.outcome == "raises"} == {"TypeError"}
    assert all(ast.literal_eval(case.arguments)[0] < 0 for case in found if case.outcome == "raises")


def test_a_generator_is_recorded_as_the_values_it_yields(pool: Pool) -> None:
    found = cases(pool, 'def up(n: int):\n    """Doc."""\n    for i in range(n):\n        yield i * i')
    assert Case("(3,)", "yields", "[0, 1, 4]", "generated") in found


def test_an_endless_generator_is_dropped(pool: Pool) -> None:
    assert drop(pool, 'def up(n: int):\n    """Doc."""\n    while True:\n        yield n').reason == "endless"


def test_keyword_only_parameters_come_after_the_extra_positional_ones(pool: Pool) -> None:
    found = cases(
        pool, 'def join(first: str, *rest: str, sep: str = "-"):\n    """Doc."""\n    return sep.join((first, *rest))'
    )
    for case in found:
        first, *rest, sep = ast.literal_eval(case.arguments)
        assert ast.literal_eval(case.expected) == sep.join((first, *rest))
    assert len({len(ast.literal_eval(case.arguments)) for case in found}) > 1


def test_a_default_that_is_no_literal_is_left_to_the_function(pool: Pool) -> None:
    found = cases(pool, 'def apply(x: int, by=lambda v: v + 1):\n    """Doc."""\n    return by(x)')
    assert Case("(3,)", "returns", "4", "generated") in found


def test_an_infinite_default_is_a_value_like_others(pool: Pool) -> None:
    code = 'def f(top: float = float("inf")):\n    """Doc."""\n    return 1 if top > 3.5 else 2'
    assert Case("(1e999,)", "returns", "1", "generated") in cases(pool, code, settings=Settings(cases=400))


def test_sets_are_written_in_one_order_under_every_hash_seed(pool: Pool) -> None:
    found = cases(pool, 'def letters(text: str):\n    """Doc."""\n    return set(text)')
    assert Case("('abc',)", "returns", "{'a', 'b', 'c'}", "generated") in found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return list({'a' + str(n), 'b', 'c', 'd', 'e', 'f'})", "flaky"),
        ("return id(object()) + n", "flaky"),
        ("n.append(1)\n    return len(n)", "changes its arguments"),
        ("return lambda: n", "result is not a literal"),
        ("return float('nan') * len(str(n))", "result is not a literal"),
        ("return 'x' * 3000 + str(n)", "result too large"),
        ("while True:\n        n = n", "timeout"),
        ("while True:\n        try:\n            n = n\n        except BaseException:\n            pass", "timeout"),
        ("return sum(1 for _ in iter(int, 1))", "timeout"),
        ("block = []\n    block.append('x' * (8 << 30))\n    return len(block)", "memory"),
        ("import sys\n    sys.exit(0)", "left early"),
        ("import os\n    os._exit(0)", "left early"),
        ("import builtins\n    builtins.len = builtins.repr = lambda _: 1\n    return n", "left early"),
        ("import os\n    os.fork()\n    return n", "touches the machine"),
        ("import subprocess\n    return subprocess.call(['true'])", "touches the machine"),
        ("open('trace', 'w').write('x')\n    return n", "touches the machine"),
        ("import os\n    os.remove('box.py')\n    return n", "touches the machine"),
        ("import socket\n    return socket.socket().fileno()", "touches the machine"),
        ("return missing(n)", "no usable case"),
    ],
)  # fmt: skip
def test_a_hostile_or_useless_function_costs_one_row_with_its_reason(pool: Pool, body: str, reason: str) -> None:
    assert drop(pool, f'def f(n):\n    """Doc."""\n    {body}').reason == reason
    assert cases(pool, 'def after(n: int):\n    """Doc."""\n    return n + 1')  # the next row is not touched


def test_printing_a_gibibyte_costs_nothing_but_time(pool: Pool) -> None:
    noisy = 'def f(n: int):\n    """Doc."""\n    for _ in range(1024):\n        print("x" * (1 << 20))\n    return n'
    drafted = draft(function(noisy), Settings(calls=1, hash_seeds=(1, 2)), pool)
    assert isinstance(drafted, Draft)  # what it prints goes nowhere; the filter stage names printing a side effect


def test_a_function_that_forges_an_answer_is_not_believed(pool: Pool) -> None:
    forged = f"{'0' * 16} {{'cases': [], 'failures': []}}\\n"  # all but the nonce
    body = f"""
    import os
    for descriptor in range(1, 20):
        try:
            os.write(descriptor, b"{forged}")
        except OSError:
            pass
    os._exit(0)"""
    assert drop(pool, f'def f(n):\n    """Doc."""{body}').reason == "left early"


FORGED = [
    "{'x': 1}",
    "{'refused': 1}",
    "{'refused': 'a', 'detail': []}",
    "{'refused': 'left early', 'detail': '\\ud800'}",
    "{'cases': [], 'failures': []}",
    "{'cases': [('(1,)', 'returns', '{[', 'doctest', False)], 'failures': [], 'complete': True}",
    "{'cases': [('(1,)', 'returns', '1', 'doctest')], 'failures': [], 'complete': True}",
    "{'cases': [], 'failures': [(1, 2, 3)], 'complete': True}",
    "{'outcomes': []}",
]


@pytest.mark.parametrize("answer", FORGED)
def test_an_answer_of_another_shape_costs_one_row(pool: Pool, answer: str) -> None:
    body = f"""
    try:
        raise ValueError
    except ValueError as error:
        frame = error.__traceback__.tb_frame
        while frame is not None:
            if "channel" in frame.f_locals:
                frame.f_locals["channel"].answer({answer})
            frame = frame.f_back"""
    assert drop(pool, f'def f(n):\n    """Doc."""{body}') == Drop("left early", "forged answer")


def test_a_call_that_swallows_the_end_of_its_fuel_is_no_case(pool: Pool) -> None:
    code = """
    def f(n):
        'Doc.'
        try:
            while n > 0:
                n -= 1
        except:
            return "wrong"
        return "right"
    """
    made = dataclasses.replace(function(code), docstring=">>> f(3)\n>>> f(1000000)\n")
    drafted = draft(made, QUICK, pool)
    assert isinstance(drafted, Draft), drafted
    assert "(1000000,)" not in {case.arguments for case in drafted.cases}


def test_the_stage_gives_the_same_cases_on_every_run(pool: Pool) -> None:
    code = 'def f(a: str, b: list[int]):\n    """Doc."""\n    return a * sum(b) if len(a) > 2 else sorted(b)'
    assert cases(pool, code) == cases(pool, code)


def test_the_stage_streams(pool: Pool) -> None:
    def endless() -> Iterator[SourceFunction]:
        while True:
            yield function('def f(n: int):\n    """Doc."""\n    return n + 1')

    results = apply(endless(), QUICK, Tools(pool, open_generator("rules")))
    assert [len(next(results).kept) for _ in range(2)] == [1, 1]
    assert STAGE.writes is Draft


def test_text_that_does_not_parse_is_a_reasoned_drop(pool: Pool) -> None:
    broken = SourceFunction("0" * 16, "f", "def f(:", "", "Doc.", 1, 1, (), "o/r", "a.py", "v1", "MIT")
    drafted = draft(broken, QUICK, pool)
    assert isinstance(drafted, Drop)
    assert drafted.reason == "does not load"


def test_a_context_that_fails_is_a_reasoned_drop(pool: Pool) -> None:
    assert drop(pool, 'def f(n):\n    """Doc."""\n    return n', "TABLE = {}['a']").reason == "does not load"


def test_a_function_with_one_flaky_case_is_dropped_for_the_others_may_agree_by_luck(pool: Pool) -> None:
    code = '''
        def f(parts: list[str]):
            """Doc."""
            found = []
            for each in set(parts):
                found.append(each + "x")
            return found
        '''
    dropped = drop(pool, code)
    assert dropped.reason == "flaky"
    assert re.fullmatch(r"\d+ of \d+ cases", dropped.detail)


def test_a_function_that_remembers_what_it_was_asked_is_flaky(pool: Pool) -> None:
    code = "def is_new(n: int) -> bool:\n    new = n not in SEEN\n    SEEN.add(n)\n    return new\n"
    assert drop(pool, code, "SEEN = set()").reason == "flaky"


def test_a_case_that_computes_what_looks_like_a_credential_is_not_recorded(pool: Pool) -> None:
    key = "AKIAIOSFODNN7" + "EXAMPLE"  # in parts: this file is published too
    code = f'def f(n: int):\n    """Doc."""\n    return "".join(["{key[:9]}", "{key[9:]}"]) if n > 2 else "key " * n'
    assert {case.expected for case in cases(pool, code)} == {"''", "'key '", "'key key '"}
    assert drop(pool, code.replace("n > 2", "True")) == Drop("credential", "an AWS access key")


def test_types_of_which_the_examples_leave_nothing_new_to_call_are_explored_first(pool: Pool) -> None:
    code = '''
        def f(n):
            """Doc.

            >>> [f(3), f(0), f(1)]
            [True, False, False]
            """
            return n > 2
        '''
    assert {type(ast.literal_eval(case.arguments)[0]) for case in cases(pool, code)} == {int}


COMPUTED = '''
    def f(row, start=0, *, last=None):
        """Doc.

        >>> from math import pi as f
        >>> row = 3 * [LIMIT]
        >>> row += [len(row)]
        >>> f(row, last=len(row))
        >>> [f([n, n], start=n) for n in range(2)]
        >>> open("trace", "w")
        >>> f(7)
        >>> f(open)
        >>> import random
        >>> f([random.random()])
        >>> while True: pass
        >>> f([sum([1, 1])])
        """
        return row[start:last]
    '''


def test_arguments_of_examples_are_computed_where_they_have_to_be(pool: Pool) -> None:
    drafted = cases(pool, COMPUTED, context="LIMIT = 9")
    examples = [case.arguments for case in drafted if case.origin == "doctest"]
    assert sorted(examples) == ["([0, 0], 0, None)", "([1, 1], 1, None)", "([9, 9, 9, 3], 0, 4)"]


def test_what_equals_a_plain_dict_or_set_is_recorded_as_one(pool: Pool) -> None:
    context = "from collections import Counter, defaultdict, deque"
    for result, expected in (
        ("Counter(['a'] * n)", "{'a': 3}"),
        ("defaultdict(list, {n: []})", "{3: []}"),
        ("frozenset([n])", "{3}"),
    ):
        found = cases(pool, f'def f(n: int):\n    """Doc."""\n    return {result}', context)
        assert Case("(3,)", "returns", expected, "generated") in found
    for result in ("{frozenset([n])}", "{(frozenset([n]), 1): 2}", "deque([n])"):
        code = f'def f(n: int):\n    """Doc."""\n    return {result}'
        assert drop(pool, code, context).reason == "result is not a literal"


def test_calls_that_change_their_arguments_are_one_failure_whatever_they_answer(pool: Pool) -> None:
    code = """
    def f(row: list[int]):
        'Doc.'
        if len(row) == 7:
            row.append(sum(row))
        return row[:]
    """
    it = subject.of(function(code))
    options = QUICK.model_dump(exclude={"hash_seeds"}) | {"calls": 600, "mutations": 400, "patience": 400}
    found = ask(pool, it, "explore", {**options, **inputs.request(it, "Doc.")})
    assert isinstance(found, dict), found
    changing = [failure for failure in found["failures"] if failure[1] == "changes its arguments"]
    assert [failure[2] for failure in changing] == [""]
    assert changing[0][0] > 1


ORDERED = [
    ("for key in table:\n        return key", True),
    ("return max(table, key=table.get) if table else None", True),
    ("return sorted(table)", False),
    ("return {value: key for key, value in sorted(table.items(), reverse=True)}", False),
    ("return sum(value / 10 for value in table.values())", False),
]


@pytest.mark.parametrize(("body", "ordered"), ORDERED)
def test_what_depends_on_the_order_of_the_keys_of_an_argument_is_marked(pool: Pool, body: str, ordered: bool) -> None:
    found = cases(pool, f'def f(table: dict[str, int]):\n    """Doc."""\n    {body}\n')
    assert any(case.ordered for case in found) == ordered
    assert any(each.ordered for each in found if each.arguments.count(":") > 1) == ordered
