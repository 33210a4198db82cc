"""Small functions that tell errors and values apart: what Python does with each is the expectation."""

from typing import Any

# title -> source, calls
TOLD: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "classes of errors that are raised themselves": (
        """
def f(n):
    try:
        if n == 0:
            raise LookupError('none')
        if n == 1:
            raise ArithmeticError('none')
        if n == 2:
            raise RuntimeError
        if n == 3:
            return [][n]
        if n == 4:
            return n // (n - 4)
        raise ValueError('no')
    except LookupError:
        return 'lookup'
    except ArithmeticError:
        return 'arithmetic'
    except RuntimeError:
        return 'runtime'
""",
        [(n,) for n in range(6)],
    ),
    "errors that speak as Lua does": (
        """
def f(n, xs):
    try:
        if n == 0:
            raise ValueError('bad argument #1 given')
        if n == 1:
            raise KeyError('attempt to fail')
        if n == 2:
            raise TypeError
        return sum([n, xs])
    except TypeError:
        return 'type'
    except ValueError:
        return 'value'
    except KeyError:
        return 'key'
""",
        [(n, "") for n in range(4)],
    ),
    "choices of a negative size": (
        """
from itertools import combinations, combinations_with_replacement, permutations
def f(name, xs, n):
    if name == 'p':
        return list(permutations(xs, n))
    if name == 'c':
        return list(combinations(xs, n))
    return list(combinations_with_replacement(xs, n))
""",
        [(name, [1, 2, 3], n) for name in "pcr" for n in (-1, 0, 2, 4)],
    ),
    "a negative tolerance": (
        """
import math
def f(a, b, relative, absolute):
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)
""",
        [(1.0, 1.0, 0.1, -1.0), (1.0, 1.0, -0.1, 0.0), (1.0, 1.05, 0.1, 0.0), (1.0, 2.0, 0.0, 0.5)],
    ),
    "a deep copy of a dict keeps its order": (
        """
import copy
def f(text):
    seen = {}
    for character in text:
        seen[character] = {'z': [character], 'a': {}}
    copied = copy.deepcopy(seen)
    copied[text[0]]['z'].append('!')
    return list(copied), [list(each) for each in copied.values()], seen, list(copy.deepcopy([seen])[0])
""",
        [("cba",), ("bcab",), ("z",)],
    ),
    "a deep copy of rows": (
        """
import copy
def f(rows):
    copied = copy.deepcopy(rows)
    copied[0][0] = 9
    return rows, copied
""",
        [([[1, 2], [3]],)],
    ),
    "the type of True": (
        """
def f(xs):
    return [type(x) == int for x in xs], [type(x) != int for x in xs], [isinstance(x, int) for x in xs]
""",
        [([1, True, 2.0, "a", False],)],
    ),
    "the type of a comparison": (
        """
def f(x):
    return type(x > 1) == int, type(x) == int, type(x > 1) == bool
""",
        [(1,), (2,)],
    ),
    "underscores between digits": (
        """
def f(text):
    try:
        return int(text)
    except ValueError:
        return float(text)
""",
        [(text,) for text in ("1_2_3", "1_000_000", "1__2", "_1", "1_", "1_2.5_0_1", "1_a", "+1_2_3", " 1_2_3 ")],
    ),
    "underscores between the digits of a base": (
        """
def f(text, base):
    return int(text, base)
""",
        [("a_b_c", 16), ("1_0_1_1", 2), ("7_7_7", 8), ("1__0", 2), ("0x_f_f", 16)],
    ),
    "arithmetic on numbers under a handler": (
        """
def f(a, b):
    try:
        return a - b / 2
    except TypeError:
        return None
""",
        [(3, 4), (2.5, 1)],
    ),
    "lists told from what is none": (
        """
def flat(xs):
    result = []
    for x in xs:
        if isinstance(x, list):
            result.extend(flat(x))
        elif isinstance(x, (list, tuple)):
            result.append(0)
        else:
            result.append(x)
    return result
""",
        [([1, [2, [3, []]], "a"],)],
    ),
}

# title -> source, calls, what the reason says
MIXED: dict[str, tuple[str, list[tuple[Any, ...]], str]] = {
    "a text that counts as a number": (
        """
def f(xs):
    result = []
    for x in xs:
        try:
            result.append(x - 1)
        except TypeError:
            result.append(0)
    return result
""",
        [([1, "5"],)],
        "TypeError",
    ),
    "a text that counts as a number, among other errors": (
        """
def f(xs):
    total = 0
    for x in xs:
        try:
            total -= x
        except (ValueError, TypeError):
            pass
    return total
""",
        [([1, "5"],)],
        "TypeError",
    ),
    "a text that is negated": (
        """
def f(xs):
    try:
        return [-x for x in xs]
    except Exception:
        return []
""",
        [([1, "5"],)],
        "TypeError",
    ),
    "lists and dicts": (
        """
def f(x):
    if isinstance(x, list):
        return 'list'
    return 'dict' if isinstance(x, dict) else 'other'
""",
        [([],), ({},), (1,)],
        "told apart",
    ),
    "dicts and sets": (
        """
def f(x):
    return 'dict' if type(x) == dict else 'set' if isinstance(x, (set, frozenset)) else 'other'
""",
        [({1},), ({},), (1,)],
        "told apart",
    ),
}
