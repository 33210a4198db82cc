"""Small functions at the edges of what the rewriter knows: what Python does with each is the expectation."""

from typing import Any

# title -> source, calls
EDGES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "as many values as names": (
        """
def f(xs):
    a, b = xs
    return a, b
""",
        [([1, 2],), ([1],), ([1, 2, 3],), ([],)],
    ),
    "as many parts of a text as names": (
        """
def f(s):
    try:
        a, b = s.split(',')
    except ValueError:
        return None
    return a + b
""",
        [("a,b",), ("a",), ("a,b,c",)],
    ),
    "as many characters as names": (
        """
def f(s):
    a, b = s
    return a + '-' + b
""",
        [("ab",), ("a",), ("abc",)],
    ),
    "as many values as names in a loop": (
        """
def f(xs):
    total = 0
    for a, b in xs:
        total += a * b
    return total, [a - b for a, b in xs], [a for i, (a, b) in enumerate(xs)]
""",
        [([[1, 2], [3, 4]],), ([[1, 2], [1]],), ([[1, 2, 3]],), ([],)],
    ),
    "as many values as names inside of others": (
        """
def f(xs):
    (a, b), c = xs
    return a, b, c
""",
        [([[1, 2], 3],), ([[1, 2, 3], 3],), ([[1, 2]],)],
    ),
    "no fewer values than names beside a star": (
        """
def f(xs):
    a, *b, c = xs
    return a, b, c
""",
        [([1, 2, 3, 4],), ([1, 2],), ([1],), ([],)],
    ),
    "a list as arguments": (
        """
def f(xs):
    def g(a, b, c=0):
        return a * 100 + b * 10 + c
    return g(*xs) + g(1, *xs[1:])
""",
        [([1, 2],), ([1, 2, 3],)],
    ),
}
