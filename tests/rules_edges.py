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
    "the floor of a quotient of floats": (
        """
def f(a, b):
    return a // b, a % b, divmod(a, b), a // 0.1, a // 2
""",
        [(a, b) for a in (7.5, -7.5, 5.0, 0.3, 1e300, -0.1) for b in (0.1, -0.1, 0.3, 2.0, -2.5, 0.0)],
    ),
    "shifts": (
        """
def f(a, b):
    return a << b, a >> b, a >> 3, a << 2
""",
        [(a, b) for a in (0, 5, -5, 255) for b in (0, 1, 3, 50, -1)],
    ),
    "shifts by many places": (
        """
def f(a, b):
    return a >> b
""",
        [(a, b) for a in (0, 5, -5, 2**40) for b in (62, 63, 64, 100)],
    ),
    "places of values between bounds": (
        """
def f(xs, v, a, b):
    return xs.index(v, a, b)
""",
        [([1, 2, 1, 2], v, a, b) for v in (1, 2) for a in (-3, -1, 0, 1, 3, 9) for b in (-1, 0, 2, 4, 9)],
    ),
    "defaults where False is given": (
        """
def f(a):
    def g(x, flag=True, n=3, s='q'):
        return [x, flag, n, s]
    return [g(a, False), g(a, n=0), g(a, a > 0, False), g(a, s=False)]
""",
        [(1,), (0,)],
    ),
    "numbers in texts": (
        """
def f(s):
    return int(s)
""",
        [("12",), ("-0",), ("0000000000000000000000000012",), ("9223372036854775807",), ("1_000",), ("- 1",)],
    ),
    "ways to choose": (
        """
import math
def f(n, k):
    return math.comb(n, k)
""",
        [(n, k) for n in (0, 1, 5, 30, 60) for k in (0, 1, 3, 29, 30, 61, -1)],
    ),
    "powers under a modulus": (
        """
def f(a, b, m):
    return pow(a, b, m)
""",
        [(a, b, m) for a in (2, -3, 10**9) for b in (0, 1, 5, 10**9) for m in (7, 10**9 + 7, -5)] + [(2, 5, 10**15)],
    ),
    "an error is known by its name alone": (
        """
def f(x):
    try:
        if x > 1:
            raise RuntimeError('no ValueError')
        raise ValueError('a RuntimeError')
    except ValueError as error:
        return 'v'
    except RuntimeError:
        return 'r'
""",
        [(1,), (2,)],
    ),
    "an error inside of a generator keeps its name": (
        """
def f(xs):
    def g():
        for x in xs:
            yield 6 // x
            yield int('x' * (x - 1) + '1')
    try:
        return list(g())
    except ZeroDivisionError:
        return [-1]
    except ValueError:
        return [-2]
""",
        [([1],), ([0],), ([2],)],
    ),
    "sets are changed in place": (
        """
def f(a, b):
    a, b = set(a), set(b)
    c, d, e = set(a), set(a), set(a)
    shared = [c, d, e]
    c &= b
    d -= b
    e ^= b
    return [sorted(each) for each in shared], sorted(a)
""",
        [([1, 2], [2, 3]), ([], [1]), ([1], [1])],
    ),
    "targets are assigned one after the other": (
        """
def f(xs):
    xs = xs[:]
    i = 0
    i, xs[i] = 1, 9
    return i, xs
""",
        [([1, 2],)],
    ),
    "heaps are laid out as Python lays them out": (
        """
import heapq
def f(xs):
    heap = xs[:]
    heapq.heapify(heap)
    states = [heap[:]]
    heapq.heappush(heap, 3)
    states.append(heap[:])
    heapq.heappop(heap)
    states.append(heap[:])
    return states
""",
        [([5, 4, 3, 2, 1],), ([9, 8, 7, 6, 5, 4, 3, 2, 1],), ([],), ([2, 2, 1, 2, 1, 3],)],
    ),
    "splits from the end": (
        """
def f(s, separator, n):
    return [s.rsplit(), s.rsplit(None, n), s.rsplit(maxsplit=n), s.rsplit(separator), s.rsplit(separator, n),
            s.rsplit('a', n), s.split(None, n), s.split(separator, n)]
""",
        [
            (s, part, n)
            for s in ("", " a  b c ", "aaa", "a,b,,c", "x")
            for part in ("a", ",", "aa")
            for n in (-1, 0, 1, 2)
        ],
    ),
    "texts are searched between bounds": (
        """
def f(s, part, a, b):
    return [s.find(part, a, b), s.rfind(part, a, b), s.count(part, a, b), s.startswith(part, a, b),
            s.endswith(part, a, b), s.rfind(part, a), s.count(part, a), s.startswith(part, a), s.endswith(part, a)]
""",
        [
            (s, part, a, b)
            for s in ("", "aba", "aab")
            for part in ("", "a", "ab")
            for a in (-9, -1, 0, 2, 9)
            for b in (-1, 1, 9)
        ],
    ),
    "texts are looked up between bounds": (
        """
def f(s, part, a, b):
    return s.rindex(part, a, b), s.index(part, a, b)
""",
        [("abab", part, a, b) for part in ("a", "ab", "") for a in (-3, 0, 1, 9) for b in (-1, 1, 9)],
    ),
    "nothing to strip by": (
        """
def f(s, chars):
    return s.strip(chars), s.lstrip(chars), s.rstrip(chars)
""",
        [(" xax ", None), (" xax ", "x "), ("", None), ("xx", "x")],
    ),
    "an empty separator is refused": (
        """
def f(s, separator, right):
    return s.rpartition(separator) if right else s.partition(separator)
""",
        [(s, part, right) for s in ("", "aba") for part in ("", "b", "x") for right in (True, False)],
    ),
    "texts are filled with one character": (
        """
def f(s, fill):
    return s.center(4, fill), s.ljust(4, fill), s.rjust(4, fill), s.center(5, '*')
""",
        [("ab", "x"), ("ab", ""), ("ab", "xy"), ("abcdef", "xy")],
    ),
    "all ends of lines": (
        """
def f(s):
    return s.splitlines(), s.splitlines(True)
""",
        [("",), ("a",), ("a\nb\r\nc\rd",), ("a\x0bb\x0cc\n",), ("\n\n",), ("a\r",)],
    ),
    "numbers to any base": (
        """
def f(s, base):
    return int(s, base)
""",
        [(s, base) for s in ("ff", "0xff", "-0b11", "17", "0o17") for base in (0, 1, 2, 8, 10, 16, 36, 37)],
    ),
    "as many values as places of a slice": (
        """
def f(xs, step):
    xs = xs[:]
    xs[::step] = [7, 8]
    return xs
""",
        [([1, 2, 3, 4], step) for step in (1, 2, 3, -2, -1)],
    ),
    "formats of integers below zero": (
        """
def f(n):
    return f'{n:x}|{n:X}|{n:4x}|{n:#x}|{n:b}|{n:o}|{n:+}|{n:05}|{n:,}', '{:x} {:d}'.format(n, n)
""",
        [(0,), (-1,), (255,), (-255,), (-1234567,)],
    ),
    "formats of floats that are no numbers": (
        """
def f(x):
    return f'{x:,.2f}|{x:>10}|{x:<10.1f}|{x:g}|{x:e}|{x:+.1f}|{x:%}'
""",
        [(0.0,), (-0.0,), (float("inf"),), (float("-inf"),), (-1234.5,)],
    ),
    "formats of what was made a text before": (
        """
def f(s, n, flag):
    return f'{s!r:>8}|{s!s:>8}|{n!s:>5}|{n!r:5}|{flag:5}|{flag:d}|{flag}|{flag!s:6}|{n:{flag + 4}}'
""",
        [("a", 1, True), ("it's", -2, False), ("", 0, True)],
    ),
    "characters that do not print": (
        """
def f(s):
    return repr(s), str([s]), f'{s!r}'
""",
        [("\x00",), ("\x7f",), ("\x1b[0m",), ("\n\t\r\\\\",), ("'\"",)],
    ),
}

# title -> source
DECLINED: dict[str, str] = {
    "a default that is changed": """
def f(xs):
    def g(x, seen=[]):
        seen.append(x)
        return len(seen)
    return [g(x) for x in xs]
""",
    "a default that a variable gave": """
def f(xs):
    n = len(xs)
    def g(x=n):
        return x
    n = 100
    return g()
""",
    "functions that share the variable of a loop": """
def f(xs):
    functions = []
    for x in xs:
        functions.append(lambda: x)
    return [g() for g in functions]
""",
    "functions with a name that share the variable of a loop": """
def f(xs):
    functions = []
    for x in xs:
        y = x + 1
        def g():
            return y
        functions.append(g)
    return [g() for g in functions]
""",
    "functions that share the variable of a comprehension": """
def f(xs):
    functions = [lambda: x for x in xs]
    return [g() for g in functions]
""",
    "functions with the variable of a loop as default": """
def f(xs):
    return [g() for g in [lambda x=x: x for x in xs]]
""",
    "finally behind a return": """
def f(xs):
    seen = []
    def g():
        try:
            return len(xs)
        except TypeError:
            seen.append(1)
        finally:
            seen.append(2)
    return g(), seen
""",
    "sets in a set": """
def f(xs):
    return len({frozenset([x, 1]) for x in xs})
""",
    "a strict zip": """
def f(xs):
    return [a + b for a, b in zip(xs, xs[1:], strict=True)]
""",
    "an iterator that is read twice": """
def f(xs):
    pairs = zip(xs, xs)
    first = list(pairs)
    return first, list(pairs)
""",
    "rows from one iterator": """
def f(xs):
    it = iter(xs)
    return list(zip(it, it))
""",
}
