"""Small functions whose numbers go below zero: what Python does with each is the expectation."""

from typing import Any

# title -> source, calls
BOUNDS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a negative number that is added": (
        """
def f(s, n):
    i = 2
    while n > 0:
        i += -1
        n -= 1
    return s[:i], s[i:]
""",
        [("abcdef", n) for n in range(6)],
    ),
    "a negative number to which is added": (
        """
def f(s, n):
    i = 2
    for _ in range(n):
        i = -1 + i
    return s[:i], s[i]
""",
        [("abcdef", n) for n in range(6)],
    ),
    "a negative step": (
        """
def f(xs, n):
    i, step = 1, -1
    for _ in range(n):
        i = i + step
    return xs[i], xs[:i]
""",
        [([1, 2, 3, 4], n) for n in range(5)],
    ),
    "a greatest of what falls": (
        """
def f(s, n):
    i = 3
    for _ in range(n):
        i = max(i + -2, -1)
    return s[:i], s[i]
""",
        [("abcdef", n) for n in range(4)],
    ),
    "a negative number that is doubled": (
        """
def f(xs, n):
    i = -1
    for _ in range(n):
        i = i * 2
    return xs[i + 1], xs[:i + 1]
""",
        [([1, 2, 3, 4], n) for n in range(3)],
    ),
    "a negative number that is shifted": (
        """
def f(s, n):
    i = -2
    for _ in range(n):
        i = (i << 1) + 1
    return s[:i + 2]
""",
        [("abcdef", n) for n in range(3)],
    ),
    "two that let each other fall": (
        """
def f(s, n):
    a, b = 2, 1
    for _ in range(n):
        a = b + 1
        b = a + -2
    return s[:a], s[:b]
""",
        [("abcdef", n) for n in range(5)],
    ),
    "a step that is negated": (
        """
def f(s, k):
    return [s[:i] for i in range(-2, 0, -k)], [s[i] for i in range(-3, -1, -k)]
""",
        [("abcdef", -1), ("abcdef", -2), ("abcdef", 1)],
    ),
    "a parameter of a lambda": (
        """
def f(s, n):
    i = 0
    cut = lambda i: s[:i]
    return cut(n), s[:i]
""",
        [("abcdef", n) for n in (-2, 0, 3)],
    ),
    "a count of one's own": (
        """
def count(n):
    return n - 3
def f(s, n):
    return s[:count(n)]
""",
        [("abcdef", n) for n in (1, 3, 5)],
    ),
}
