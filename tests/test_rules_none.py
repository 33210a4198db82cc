"""The rewriter and None: Lua's tables can not hold it, so what may be None goes into none, and all else is written."""

import pytest
from test_rules import pool as pool
from test_rules import problem, translated, verdict

from sandboxes import Pool
from toolkit.records import Status, Verdict

# title -> source of a function of one list of integers
DECLINED = {
    "a name that is None on one way": """
def f(xs):
    result = []
    for x in xs:
        y = None
        if x > 1:
            y = x
        result.append(y)
    return result
""",
    "a nested function that says None": """
def f(xs):
    def g(x):
        if x > 1:
            return x
        return None
    return [g(x) for x in xs]
""",
    "a function of the context that ends without return": """
def g(x):
    if x > 1:
        return x
def f(xs):
    return list(map(g, xs))
""",
    "what hands on the None of another": """
def g(x):
    for y in range(3):
        if y == x:
            return y
def h(x):
    return g(x)
def f(xs):
    result = []
    for x in xs:
        result.append(h(x))
    return result
""",
    "get of a dict": """
def f(xs):
    d = {1: 2}
    return [d.get(x) for x in xs]
""",
    "get with a default that is None on one way": """
def f(xs):
    default = xs[0] if len(xs) > 1 else None
    return [{1: 2}.get(x, default) for x in xs]
""",
    "or None": """
def f(xs):
    return [x or None for x in xs]
""",
    "and behind what may be None": """
def f(xs):
    d = {1: 2}
    return [d.get(x) and x for x in xs]
""",
    "an assignment inside an expression": """
def f(xs):
    d = {1: 2}
    if (y := d.get(3)) is None:
        pass
    return [y]
""",
    "a dict display": """
def f(xs):
    y = {1: 2}.get(xs[0])
    return {'a': y}
""",
    "a key of a dict": """
def f(xs):
    y = {1: 2}.get(xs[0])
    return len({y: 1})
""",
    "setdefault": """
def f(xs):
    d = {}
    d.setdefault(1, {1: 2}.get(xs[0]))
    return len(d)
""",
    "update with a display": """
def f(xs):
    d = {}
    d.update({1: {1: 2}.get(xs[0])})
    return len(d)
""",
    "update with pairs": """
def f(xs):
    d = {}
    d.update((x, x or None) for x in xs)
    return len(d)
""",
    "extend with a generator": """
def f(xs):
    result = []
    result.extend(x or None for x in xs)
    return len(result)
""",
    "addition of a list": """
def f(xs):
    result = []
    for x in xs:
        result = result + [x or None]
    return result
""",
    "addition in place": """
def f(xs):
    result = []
    for x in xs:
        result += [x or None]
    return result
""",
    "a repeated list": """
def f(xs):
    y = {1: 2}.get(xs[0])
    return [y] * 3
""",
    "a list display": """
def f(xs):
    return [xs[0], xs[0] if len(xs) > 1 else None]
""",
    "a list display with a star": """
def f(xs):
    y = xs[0] or None
    return [*xs, y]
""",
    "a tuple that is returned": """
def f(xs):
    best = None
    for x in xs:
        if x > 5:
            best = x
    return best, len(xs)
""",
    "a set display": """
def f(xs):
    return len({xs[0] or None, 1})
""",
    "a set comprehension": """
def f(xs):
    return len({x or None for x in xs})
""",
    "add to a set": """
def f(xs):
    s = set()
    for x in xs:
        s.add(x or None)
    return len(s)
""",
    "a dict comprehension": """
def f(xs):
    return {x: x or None for x in xs}
""",
    "a generator expression": """
def f(xs):
    return tuple(x or None for x in xs)
""",
    "next with None": """
def f(xs):
    return [next((x for x in xs if x > 1), None)]
""",
    "pop of a key or None": """
def f(xs):
    d = {1: 2}
    return [d.pop(x, None) for x in xs]
""",
    "the largest or None": """
def f(xs):
    return [max([x for x in xs if x > 1], default=None)]
""",
    "a search": """
import re
def f(xs):
    return [re.match('1', str(x)) for x in xs]
""",
    "an item that is assigned": """
def f(xs):
    xs = list(xs)
    xs[0] = {1: 2}.get(xs[0])
    return len(xs)
""",
    "items that are assigned together": """
def f(xs):
    d = {}
    d[1], d[2] = xs[0], xs[0] or None
    return len(d)
""",
    "an item of a chain of assignments": """
def f(xs):
    d = {}
    y = d[1] = {1: 2}.get(xs[0])
    return len(d)
""",
    "a lambda": """
def f(xs):
    pick = lambda x: x if x > 1 else None
    return [pick(x) for x in xs]
""",
    "a function that is handed over": """
def g(x):
    return x or None
def apply(function, x):
    return function(x)
def f(xs):
    return [apply(g, x) for x in xs]
""",
    "a parameter that is None by default": """
def g(x, y=None):
    return [x, y]
def f(xs):
    return g(xs[0])
""",
    "a parameter to which None is handed": """
def g(x):
    return [x]
def f(xs):
    return g({1: 2}.get(xs[0]))
""",
    "arguments of any number": """
def g(*values):
    return len(values)
def f(xs):
    return g(1, xs[0] or None)
""",
    "None for a parameter with a default": """
def g(x=5):
    return x is None
def f(xs):
    return g(xs[0] or None)
""",
    "a name that a nested function makes None": """
def f(xs):
    best = 0
    def g(x):
        nonlocal best
        best = x or None
    for x in xs:
        g(x)
    return [best]
""",
    "a name that a try leaves None": """
def f(xs):
    y = 0
    try:
        y = None
        y = xs[3]
    except IndexError:
        pass
    return [y]
""",
    "a name that is None at a break": """
def f(xs):
    y = 0
    for x in xs:
        y = None
        if x > 1:
            break
        y = x
    return [y]
""",
    "a method that gives nothing": """
def f(xs):
    return [xs.append(x) for x in list(xs)]
""",
    "yield of nothing": """
def g(xs):
    for x in xs:
        yield
def f(xs):
    return len(list(g(xs)))
""",
    "yield of what may be None": """
def g(xs):
    for x in xs:
        yield x or None
def f(xs):
    return len(list(g(xs)))
""",
    "a default of a dict": """
from collections import defaultdict
def f(xs):
    d = defaultdict(lambda: None)
    return [d[x] is None for x in xs]
""",
    "keys without values": """
def f(xs):
    return len(dict.fromkeys(xs, xs[0] or None))
""",
    "repetition": """
from itertools import repeat
def f(xs):
    return len(list(repeat(xs[0] or None, 3)))
""",
    "groups": """
from itertools import groupby
def f(xs):
    return [len(list(g)) for k, g in groupby(xs, lambda x: None if x > 1 else x)]
""",
    "a heap": """
from heapq import heappush
def f(xs):
    heap = []
    heappush(heap, xs[0] or None)
    return len(heap)
""",
    "partial results": """
from itertools import accumulate
def f(xs):
    return list(accumulate(xs, lambda a, b: b or None))
""",
}


@pytest.mark.parametrize("title", DECLINED)
def test_none_on_any_way_into_a_table_is_declined(title: str) -> None:
    completion = translated(problem(DECLINED[title], [([0, 1, 2],)]))
    assert completion.codes == ()
    assert "None" in completion.declined or "library: re" in completion.declined


# title -> source of a function of one list of integers
SAME = {
    "a name that was None and is not": """
def f(xs):
    best = None
    for x in xs:
        if best is None or x > best:
            best = x
    if best is None:
        return []
    return [best]
""",
    "a name that a return guards": """
def f(xs):
    y = {1: 2}.get(xs[0] if xs else 0)
    if not y:
        return [0]
    return [y, y]
""",
    "a name that is filled in": """
def f(xs):
    result = []
    for x in xs:
        y = {1: 2}.get(x)
        if y is None:
            y = -1
        result.append(y)
    return result
""",
    "get with a default": """
def f(xs):
    d = {1: 2}
    return [d.get(x, 0) for x in xs], [d.get(x) or 7 for x in xs]
""",
    "a test inside of a comprehension": """
def f(xs):
    d = {1: 2}
    return [y for x in xs if (y := d.get(x)) is not None]
""",
    "a function that ends by raising": """
def g(x):
    if x < 5:
        return x
    raise ValueError('large')
def f(xs):
    return [g(x) for x in xs]
""",
    "a function that loops until it returns": """
def g(x):
    while True:
        x += 1
        if x % 5 == 0:
            return x
def f(xs):
    return [g(x) for x in xs]
""",
    "a function that returns from try": """
def g(x):
    try:
        return 6 // x
    except ZeroDivisionError:
        return -1
def f(xs):
    return [g(x) for x in xs]
""",
    "a parameter that is filled in": """
def g(x, seen=None):
    if seen is None:
        seen = []
    seen.append(x)
    return [seen, x]
def f(xs):
    return [g(x) for x in xs]
""",
    "a parameter that is given": """
def g(x, y=None):
    y = y or []
    return [x, len(y)]
def f(xs):
    return [g(x, xs) for x in xs]
""",
    "None as a result": """
def f(xs):
    for x in xs:
        if x > 1:
            return x
    return None
""",
    "a name that is counted with": """
def f(xs):
    last = None
    gaps = []
    for x in xs:
        if last is not None:
            gaps.append((last, x))
        last = x
    return gaps
""",
    "names that are assigned together": """
def f(xs):
    a, b = None, 1
    for x in xs:
        a, b = b, x
    return [b]
""",
    "the end of an iterator": """
def f(xs):
    it = iter(xs)
    default = None if len(xs) > 2 else -1
    return next(it, default)
""",
    "a key that is taken out or False": """
def f(xs):
    d = {1: 2}
    a = d.pop(3, False)
    b = d.pop(1, None if len(xs) > 2 else 4)
    c = d.pop(1, None if len(xs) > 2 else 4)
    return [a, b is None] if c is None else [a, c]
""",
    "the smallest or a default": """
def f(xs):
    return min([x for x in xs if x > 1], default=None if len(xs) < 3 else 0)
""",
}


@pytest.mark.parametrize("title", SAME)
def test_what_is_not_none_any_more_is_written(title: str, pool: Pool) -> None:
    assert verdict(SAME[title], [([0, 1, 2],), ([1],), ([],)], pool) == Verdict(Status.PASSED, "")


def test_an_argument_of_many_types_may_be_none_only_where_the_cases_hold_none() -> None:
    source = "def f(x):\n    return [x]"
    assert translated(problem(source, [(1,), ("a",), (True,)])).codes
    assert translated(problem(source, [(1,), ("a",), (None,)])).declined == "None in a list"
