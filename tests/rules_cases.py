"""Small functions for the rewriter's tests: what Python does with each is the expectation."""

from typing import Any

# title -> source, calls
SAME: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a logarithm to a base is a quotient": (
        """
import math
def f(n, base):
    return [math.floor(math.log(n, base)), math.floor(math.log10(n)), math.floor(math.log2(n)), math.log(n)]
""",
        [(1000, 10), (999, 10), (8, 2), (125, 5), (10**6, 10)],
    ),
    "logarithms fail as Python's do": (
        """
import math
def f(x, base):
    try:
        return math.log(x, base)
    except ZeroDivisionError:
        return -1
    except ValueError:
        return -2
""",
        [(x, base) for x in (1, 2, 0, -1, 0.5, 1000) for base in (2, 10, 1, 0, -1, 0.5, 1.0)],
    ),
    "logarithms raise what Python's raise": (
        """
import math
def f(x, base):
    return [math.log(x, base), math.log(x, 2), math.log(x), math.log2(x), math.log10(x)]
""",
        [(x, base) for x in (1, 0, -1, 8) for base in (1, 0, -1, 2)],
    ),
    "a logarithm to base one is none": (
        """
import math
def f(x):
    return math.log(x, 1)
""",
        [(0,), (1,), (2,), (-1,)],
    ),
    "functions of math know their domains": (
        """
import math
def f(name, x, y):
    if name == 'exp':
        return math.exp(x)
    if name == 'asin':
        return math.asin(x)
    if name == 'acos':
        return math.acos(x)
    return math.pow(x, y)
""",
        [(name, x, 0) for name in ("exp", "asin", "acos") for x in (0, 1, -1, 2, -3, 1000)]
        + [("pow", x, y) for x in (0, 1, -2, 0.5, 10.0) for y in (0, 1, -1, 0.5, 400, -400)],
    ),
    "islice refuses negative bounds": (
        """
from itertools import islice
def f(values, n):
    return list(islice(values, n)), list(islice(iter(values), 1, n))
""",
        [([1, 2, 3], 2), ([1, 2, 3], 7), ([1, 2, 3], -1), ([], 0)],
    ),
    "islice takes steps and open ends": (
        """
from itertools import islice
def f(values, a, b, c):
    def count():
        for value in values:
            yield value
    it = iter(values)
    part = list(islice(it, a, b, c))
    rest = list(it)
    return [part, rest, list(islice(values, a, b, c)), list(islice(count(), a, b)), list(islice(iter(values), b)),
            list(islice((x for x in values), 1, None, 2)), list(islice(values, None))]
""",
        [([1, 2, 3, 4, 5, 6, 7], a, b, c) for a in (None, 0, 1, 5) for b in (None, 0, 3, 6, 9) for c in (None, 1, 2, 3)]
        + [([1, 2], 0, 2, 0), ([1, 2], 0, 2, -1), ([1, 2], -1, 2, 1), ([1, 2], 0, -1, 1)],
    ),
    "variables are carried from turn to turn": (
        """
def f(n):
    result = []
    for i in range(n):
        if i == 0:
            x = 1
        else:
            x = x * 2
        result.append(x)
    return result
""",
        [(0,), (4,)],
    ),
    "division and remainder round down": (
        """
def f(a, b):
    return [a // b, a % b, a / b]
""",
        [(7, 2), (-7, 2), (7, -2), (7.5, 2), (1, 0)],
    ),
    "powers of integers are integers": (
        """
def f(a, b):
    return str(a ** b)
""",
        [(2, 10), (3, 0), (2, -1), (2.0, 3)],
    ),
    "chained comparisons look at the middle once": (
        """
def f(xs):
    return 0 < xs.pop() < 10 and len(xs) == 1
""",
        [([1, 2],), ([1, 20],), ([1, 2, 3],)],
    ),
    "what is empty or zero is false": (
        """
def f(x):
    return 'yes' if x else 'no'
""",
        [(0,), (1,), ("",), ("a",), ([],), ([0],), (None,), (False,), (0.0,)],
    ),
    "or gives the operand itself": (
        """
def f(a, b):
    return a or b
""",
        [("", "x"), ("a", "x")],
    ),
    "and gives the operand itself": (
        """
def f(a, b):
    return a and b
""",
        [(0, 5), (3, 5)],
    ),
    "indices count from the end": (
        """
def f(xs, i):
    return xs[i]
""",
        [([1, 2, 3], -1), ([1, 2, 3], 0), ([1], 5)],
    ),
    "characters count from the end": (
        """
def f(s, i):
    return s[i]
""",
        [("abc", -1), ("abc", 1), ("abc", 3)],
    ),
    "slices take steps": (
        """
def f(s, a, b, c):
    return s[a:b:c]
""",
        [("abcdef", 1, 5, 2), ("abcdef", 5, 0, -2), ("abc", -2, None, None), ("abc", None, None, -1), ("a", 0, 1, 0)],
    ),
    "f-strings show floats as Python does": (
        """
def f(x):
    return f'{x} {x!r} {x:.2f} {x:09.3f}'
""",
        [(1.0,), (0.1,), (1e16,), (1.5e-07,), (2.675,), (123456.789,)],
    ),
    "format specifications": (
        """
def f(n):
    return f'{n:05d}|{n:>6}|{n:<6}|{n:^7}|{n:b}|{n:#x}|{n:,}|{n:+d}'
""",
        [(0,), (42,), (-42,), (1234567,)],
    ),
    "percent formatting": (
        """
def f(a, b):
    return '%s has %d%% of %5.2f' % (a, b, b)
""",
        [("x", 3), ("", -1)],
    ),
    "str.format by position": (
        """
def f(a, b):
    return '{0}-{1:.1f}-{0}'.format(a, b)
""",
        [("x", 2.25), ("", 1.0)],
    ),
    "comprehensions of all four kinds": (
        """
def f(xs):
    return [[x * y for x in xs for y in xs if x < y], {x % 3: x for x in xs},
            len({x % 2 for x in xs}), sum(x for x in xs if x > 1)]
""",
        [([1, 2, 3],), ([],)],
    ),
    "dicts keep the order of insertion": (
        """
def f(s):
    d = {}
    for c in s:
        d[c] = d.get(c, 0) + 1
    return [k + str(v) for k, v in d.items()]
""",
        [("banana",), ("zyx",), ("",)],
    ),
    "deleted keys come again at the end": (
        """
def f(s):
    d = {}
    for c in s:
        if c in d:
            del d[c]
        d[c] = 1
    return list(d)
""",
        [("abcab",), ("zaz",)],
    ),
    "tuples are keys by what they hold": (
        """
def f(n):
    seen = set()
    for i in range(n):
        seen.add((i % 2, i % 3))
    return (1, 1) in seen, len(seen)
""",
        [(3,), (10,)],
    ),
    "sorting is stable": (
        """
def f(xs):
    return sorted(xs, key=lambda x: x % 3), sorted(xs, key=lambda x: -(x % 2), reverse=True)
""",
        [([3, 1, 4, 1, 5, 9, 2, 6],)],
    ),
    "tuples are ordered by their first difference": (
        """
def f(xs):
    return sorted(xs), max(xs), (1, 2) < (1, 3)
""",
        [([(2, "a"), (1, "b"), (1, "a")],)],
    ),
    "loops have else": (
        """
def f(xs):
    for x in xs:
        if x > 2:
            break
    else:
        return 'none'
    return x
""",
        [([1, 2, 3],), ([1],), ([],)],
    ),
    "continue skips the rest": (
        """
def f(n):
    r = []
    i = 0
    while i < n:
        i += 1
        if i % 2:
            continue
        k = i * i
        r.append(k)
    return r
""",
        [(6,), (0,)],
    ),
    "a loop's variable lives on": (
        """
def f(n):
    i = -1
    for i in range(n):
        pass
    return i
""",
        [(3,), (0,)],
    ),
    "variables of a branch live on": (
        """
def f(n):
    for i in range(n):
        if i == 0:
            x = 1
        else:
            x = x * 2
    return x
""",
        [(1,), (5,)],
    ),
    "closures share variables": (
        """
def f(n):
    total = 0
    def add(k=1):
        nonlocal total
        total += k
        return total
    for i in range(n):
        add(i)
    add()
    return total
""",
        [(4,), (0,)],
    ),
    "generators yield": (
        """
def f(n):
    for i in range(n):
        if i % 2:
            yield i
    yield from [n, n]
""",
        [(5,), (1,)],
    ),
    "iterators of the library are iterators": (
        """
def f(xs):
    return zip(xs, xs[1:])
""",
        [([1, 2, 3],), ([1],)],
    ),
    "exceptions are caught by name": (
        """
def f(s):
    try:
        return int(s)
    except ValueError:
        return -1

""",
        [("12",), ("x",), (" 7 ",), ("1_0",)],
    ),
    "control leaves a try": (
        """
def f(xs):
    total = 0
    for x in xs:
        try:
            if x == 0:
                continue
            if x < 0:
                break
            total += 10 // (x - 1)
        except ZeroDivisionError as error:
            total += 100
        else:
            total += 1
    return total
""",
        [([1, 2, 0, 3],), ([2, -1, 5],), ([],)],
    ),
    "exceptions carry their names": (
        """
def f(d, k):
    if k == 'bad':
        raise TypeError(f'no {k}')
    assert k, 'empty'
    return d[k]
""",
        [({"a": 1}, "a"), ({"a": 1}, "b"), ({"a": 1}, "bad"), ({"a": 1}, "")],
    ),
    "empty sequences raise": (
        """
def f(xs):
    return max(xs) / len(xs)
""",
        [([1, 2],), ([],)],
    ),
    "unpacking with a star": (
        """
def f(xs):
    a, *b, c = xs
    return [c, b, a]
""",
        [([1, 2, 3, 4],), ([1, 2],)],
    ),
    "slices are assigned and deleted": (
        """
def f(xs):
    xs = xs[:]
    xs[1:3] = [9, 9, 9]
    del xs[0]
    return xs
""",
        [([1, 2, 3, 4],), ([1],)],
    ),
    "swaps": (
        """
def f(xs):
    xs[0], xs[-1] = xs[-1], xs[0]
    return xs
""",
        [([1, 2, 3],), ([],)],
    ),
    "names that Lua reserves": (
        """
def f(end, string, table):
    repeat = end + 1
    return string.upper() + str(repeat) + str(len(table))
""",
        [(1, "a", [1])],
    ),
    "names of helpers": (
        """
def f(count, slice):
    at = count[slice]
    return [at, count.count(at), count[slice:]]
""",
        [([1, 2, 1], 0), ([1], 3)],
    ),
    "counters, defaultdicts, deques": (
        """
from collections import Counter, defaultdict, deque
def f(s):
    groups = defaultdict(list)
    for w in s.split():
        groups[len(w)].append(w)
    q = deque(s)
    q.appendleft('!')
    return Counter(s).most_common(2), dict(groups), q.popleft(), Counter(s)['zz']
""",
        [("a bb cc d a",)],
    ),
    "itertools": (
        """
from itertools import combinations, permutations, product, accumulate, chain, groupby
def f(xs):
    return [list(combinations(xs, 2)), list(permutations(xs, 2)), list(product(xs, 'ab')),
            list(accumulate(xs)), list(chain(xs, xs)), [(k, list(g)) for k, g in groupby(xs)]]
""",
        [([1, 1, 2],), ([],)],
    ),
    "booleans count": (
        """
def f(xs):
    return sum(x > 1 for x in xs) + True, [int(x > 1) for x in xs]
""",
        [([1, 2, 3],)],
    ),
    "rounding to even": (
        """
def f(x, n):
    return round(x), round(x, n)
""",
        [(0.5, 1), (1.5, 0), (2.675, 2), (-2.5, 1)],
    ),
    "helpers and constants of the context": (
        """
LIMIT = 3
VOWELS = 'aeiou'
def helper(s, k=LIMIT):
    return [c for c in s if c in VOWELS][:k]
def f(s):
    return ''.join(helper(s)) + ''.join(helper(s, k=1))
""",
        [("education",), ("xyz",)],
    ),
    "text methods": (
        """
def f(s):
    return [s.title(), s.capitalize(), s.swapcase(), s.center(9, '*'), s.zfill(6),
            s.partition('b'), s.rsplit('b', 1), s.find('b'), s.count('a'), s.strip('a'),
            s.splitlines(), s.isupper(), s.replace('.', '%')]
""",
        [("aba",), ("",), ("X.y\nb",), ("-1",)],
    ),
    "recursion": (
        """
def f(n):
    return 1 if n < 2 else f(n - 1) + f(n - 2)
""",
        [(1,), (10,)],
    ),
}

# title -> source
DECLINED = {
    "None on one way into a list": "def f(x):\n    return [y if y > 2 else None for y in range(x)]",
    "a class": """
class A:
    pass
def f(x):
    return x
""",
    "None in a list": """
def f(x):
    return [x, None]
""",
    "an unknown library": """
import re
def f(x):
    return re.sub('a', 'b', x)
""",
    "keyword parameters of any name": """
def f(x):
    def g(**named):
        return named
    return g(a=x)
""",
    "an unknown builtin": """
def f(x):
    return vars(x)
""",
    "an integer beyond 64 bits": """
def f(x):
    return x + 99999999999999999999
""",
    "text of a set": """
def f(x):
    return str({x})
""",
    "with": """
def f(x):
    with x:
        return 1
""",
    "await": """
async def g(x):
    return x
def f(x):
    return x
""",
}
