"""Small functions that copy: what Python leaves as it was, Lua leaves too."""

from typing import Any

ROWS = [[1], [3, 2, 1], [5, 4]]

# title -> source, calls
COPIES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a list of the greatest row": (
        """
def f(rows, value):
    best = list(max(rows, key=len))
    best.append(value)
    least = list(min(rows))
    least.append(value)
    return best, least, rows
""",
        [(ROWS, 9), ([[1]], 2)],
    ),
    "a list of what a dict holds": (
        """
def f(d, key):
    first = list(d.get(key, []))
    first.append(1)
    second = list(d.setdefault('new', [7]))
    second.append(2)
    third = tuple(d.pop(key)) if key in d else ()
    return first, second, third, d
""",
        [({"a": [1]}, "a"), ({"a": [1]}, "b")],
    ),
    "a list of what a function gives": (
        """
def same(xs):
    return xs
def f(xs):
    ys = list(same(xs))
    ys.append(1)
    before = tuple(same(xs))
    xs.append(2)
    return xs, ys, before
""",
        [([5],), ([],)],
    ),
    "a list of what comes next": (
        """
from functools import reduce
def f(rows):
    first = list(next(iter(rows)))
    first.append(0)
    last = list(reduce(lambda a, b: b, rows))
    last.append(0)
    return first, last, rows
""",
        [(ROWS,), ([[1]],)],
    ),
    "a list of something unknown": (
        """
def add(values, value):
    copied = list(values)
    copied.append(value)
    return copied
def f(x, n):
    return add(x, n), [list(each) for each in [x, x]], x
""",
        [([1], 2), ("ab", 2)],
    ),
    "a list made by a function given by name": (
        """
def each(make, rows):
    return [make(row) for row in rows]
def f(rows):
    copies = each(list, rows)
    for row in copies:
        row.append(0)
    return copies, rows
""",
        [(ROWS,)],
    ),
}
