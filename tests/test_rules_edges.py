"""The rewriter at the edges: what Lua does silently in another way than Python, it does as Python here."""

import pytest
from rules_bounds import BOUNDS
from rules_copies import COPIES
from rules_edges import DECLINED, EDGES
from rules_exact import EXACT, UNSEEN
from rules_powers import POWERS
from rules_told import MIXED, TOLD
from test_rules import code_of, judged, problem, translated, verdict
from test_rules import pool as pool

from sandboxes import Pool
from toolkit.records import Status, Verdict

CASES = EDGES | EXACT | COPIES | POWERS | BOUNDS | TOLD


@pytest.mark.parametrize("title", CASES)
def test_lua_does_as_python_does_at_the_edges(title: str, pool: Pool) -> None:
    assert verdict(*CASES[title], pool) == Verdict(Status.PASSED, "")


@pytest.mark.parametrize("title", UNSEEN)
def test_lua_does_as_python_does_where_the_rewriter_has_not_looked(title: str, pool: Pool) -> None:
    source, seen, others = UNSEEN[title]
    completion = translated(problem(source, seen))
    assert judged(completion.codes[0], problem(source, others), pool) == Verdict(Status.PASSED, "")


def test_tuples_that_the_program_builds_are_not_counted() -> None:
    code = code_of("def f(xs):\n    return [a for a, b in [(x, x) for x in xs]]", [([1, 2],)])
    assert "local a, b = table.unpack(pair)" in code


def test_keys_and_places_that_are_known_to_be_there_are_read_plainly() -> None:
    source = """
        def f(d, s, xs):
            total = 0
            stack = []
            for i in range(len(xs)):
                while stack and xs[i] > 0:
                    stack.pop()
                stack.append(xs[i])
                if s[i] in d:
                    d[s[i]] += 1
                    total += xs[i]
            while stack:
                total += stack.pop()
            return total
    """
    code = code_of(source, [({"a": 1}, "ab", [1, 2])])
    assert "get(" not in code
    assert " at(" not in code


# title -> source of a function whose answer, but for what is between, has 64 bits
LARGE = {
    "a product": ("def f(n):\n    return (1 << n) % 7", 70),
    "a power": ("def f(n):\n    return 3 ** n % 7", 50),
    "a power under a modulus": ("def f(n):\n    return pow(3, n, 10**15)", 10**9),
    "a factorial": ("import math\ndef f(n):\n    return math.factorial(n) % 1009", 25),
    "a text": ("def f(n):\n    return int('9' * n) % 10", 25),
}


@pytest.mark.parametrize("title", LARGE)
def test_what_does_not_fit_into_64_bits_is_an_error_and_no_wrong_number(title: str, pool: Pool) -> None:
    source, argument = LARGE[title]
    found = verdict(source, [(argument,)], pool)
    assert found.status == Status.RUNTIME_ERROR
    assert "beyond 64 bits" in found.detail


@pytest.mark.parametrize("title", DECLINED)
def test_what_lua_would_do_in_another_way_is_declined(title: str) -> None:
    completion = translated(problem(DECLINED[title], [([1, 2, 3],)]))
    assert completion.codes == ()
    assert completion.declined


@pytest.mark.parametrize("title", MIXED)
def test_what_lua_can_not_tell_apart_is_declined(title: str) -> None:
    source, calls, reason = MIXED[title]
    completion = translated(problem(source, calls))
    assert completion.codes == ()
    assert reason in completion.declined
