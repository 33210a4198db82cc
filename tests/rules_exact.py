"""Small functions whose answers are easily almost right: what Python does with each is the expectation."""

from typing import Any

# title -> source, calls
EXACT: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a precision without a type": (
        """
def f(x):
    return f'{x:.3}', format(x, '.1'), '{:8.2}|'.format(x), f'{x:<9.4}|', f'{x:.0}', f'{x:,.6}'
""",
        [(x,) for x in (10.0, 100.0, 1.5, 0.0, -0.0, 99.95, -2.25, 1e-5, 0.00012345, 123456.0, 1e22, 9.5)]
        + [(x,) for x in (float("inf"), -float("inf"), 12345.678, 0.5, 1.0)],
    ),
    "a precision without a type is none for integers": (
        """
def f(x):
    return f'{x:.3}'
""",
        [(10,), (2.5,), (True,)],
    ),
    "a precision is refused for integers": (
        """
def f(x, width):
    return f'{x:{width}.3}'
""",
        [(10, 5), (2.5, 7), ("abcdef", 5)],
    ),
    "a letter for integers is refused for floats": (
        """
def f(x, letter):
    return f'{x:6{letter}}'
""",
        [(x, letter) for x in (10, 10.0, True) for letter in ("d", "x", "b", ".1f", "")],
    ),
    "widths beyond what Lua writes": (
        """
def f(n, x, s):
    return f'{n:120d}', f'{x:110.2f}', f'{s:>101}'
""",
        [(1, 2.5, "a"), (-1, -2.5, "abc")],
    ),
    "rounding to places that no float has": (
        """
def f(x, n):
    return str(round(x, n))
""",
        [
            (x, n)
            for x in (1.5, -2.675, 25.0, -0.04, 1.7e308, 3e-90, 15.000000000000002, 5.000000000000001, 0.0)
            for n in (0, 1, 99, 100, 101, 323, 400, -1, -2, -30, -308, -400)
        ]
        + [(float("inf"), -1), (float("inf"), 200), (2.5e-101, 101), (7.5e30, -31), (-7.5e30, -31), (-5.0, -1)],
    ),
    "rounding integers to tens": (
        """
def f(x, n):
    return round(x, n)
""",
        [(x, n) for x in (5, 15, -15, 14, 16, 123456789012345675, -25, 0) for n in (0, 3, 100, -1, -2, -17, -18, -30)]
        + [(4 * 10**18, -19), (9 * 10**18, -400)],
    ),
    "none of the largest, where fewer than none are wanted": (
        """
import heapq
def f(n, xs):
    return heapq.nlargest(n, xs), heapq.nsmallest(n, xs), heapq.nsmallest(n, xs, key=lambda x: -x)
""",
        [(n, [5, 1, 4, 2]) for n in (-5, -4, -1, 0, 1, 3, 9)],
    ),
    "any of what raises looks in the order of the keys": (
        """
def deep(graph, node, seen, path):
    seen.add(node)
    path.add(node)
    for each in graph[node]:
        if each not in seen:
            if deep(graph, each, seen, path):
                return True
        elif each in path:
            return True
    path.remove(node)
    return False
def f(graph):
    seen = set()
    path = set()
    return any(node not in seen and deep(graph, node, seen, path) for node in graph)
""",
        [({},), ({0: [1, 2], 1: [0], 2: [0]},), ({0: [5], 1: [1]},), ({1: [1], 2: [5]},), ({3: [9], 5: [5], 7: []},)],
    ),
    "a loop that answers looks in the order of the keys": (
        """
def f(graph):
    for node in graph:
        if graph[graph[node]] == node:
            return 1
    for node in graph:
        if node == 'b':
            return 2
        if node == 'a':
            return 3
    return len({graph[graph[node]] for node in graph})
""",
        [({"a": "b", "b": "a"},), ({"a": "c", "b": "b"},), ({"a": "a", "b": "c"},), ({"c": "c"},), ({},)],
    ),
    "a key that is gone is missing": (
        """
def drop(d, k):
    d.pop(k)
def f(d, k, n):
    e = d
    def forget():
        del d[k]
    if k in d:
        if n == 0:
            d.pop(k)
            return d[k]
        if n == 1:
            x = d.pop(k)
            return x, d[k]
        if n == 2:
            return d.pop(k) + d[k]
        if n == 3:
            d.clear()
        if n == 4:
            drop(d, k)
            return d[k]
        if n == 5:
            forget()
            return d[k]
        if n == 6:
            e.pop(k)
            return d[k]
        if n == 7:
            x = [d.pop(j) for j in [k]]
            return d[k]
        if n == 8:
            return [d[k] for k in ['x', 'y']]
        if n == 9:
            k = 'z'
        return d[k]
    return -1
""",
        [({"a": 1}, k, n) for k in ("a", "b") for n in range(11)],
    ),
    "a key that is gone below another is missing": (
        """
def f(d, k, n):
    if k in d['x']:
        if n == 0:
            d['x'].pop(k)
        elif n == 1:
            del d['x'][k]
        elif n == 2:
            d['x'] = {}
        elif n == 3:
            d.update({'x': {}})
        elif n == 4:
            inner = d['x']
            inner.clear()
        return d['x'][k]
    return -1
""",
        [({"x": {"a": 1}}, k, n) for k in ("a", "b") for n in range(6)],
    ),
    "a key that changed is missing": (
        """
def f(d, keys):
    it = iter(keys)
    if next(it) in d:
        return d[next(it)]
    if keys[1] in d:
        keys[1] = 'q'
        return d[keys[1]]
    if keys[-1] in d:
        keys.append('q')
        return d[keys[-1]]
    return -1
""",
        [({"a": 1}, keys) for keys in (["a", "a"], ["a", "b"], ["b", "a"], ["b", "b", "a"], ["b", "b", "b"])],
    ),
    "a place that is gone is out of range": (
        """
def f(xs, n):
    ys = xs
    total = 0
    for i in range(len(xs)):
        total += xs[i]
        if n == 1:
            xs.pop()
        if n == 2:
            ys.pop()
        if n == 3 and i < len(xs):
            del xs[:]
            total += xs[i]
    if n == 4 and xs:
        xs.clear()
        total += xs[0]
    return total
""",
        [([1, 2, 3, 4], n) for n in range(5)] + [([], n) for n in range(5)],
    ),
    "a missing key in the head of a loop": (
        """
def f(d, k, n):
    if n == 0:
        for x in d[k]:
            return x
    if n == 1:
        return [x for x in d[k]]
    if n == 2:
        return {x: y for x in d[k] for y in d[x]}
    if n == 3:
        for i, x in enumerate(d[k]):
            return i
    if n == 4:
        return sum(x for x in d[k])
    return [d[j] for j in ['a', k]]
""",
        [({"a": [1]}, k, n) for k in ("a", "b") for n in range(6)],
    ),
}

# title -> source, the calls that the rewriter sees, those that it is judged by
UNSEEN: dict[str, tuple[str, list[tuple[Any, ...]], list[tuple[Any, ...]]]] = {
    "tuples of another length": (
        """
def f(point, points):
    x, y = point
    total = x * y
    for a, b in points:
        total += a - b
    return total, [a for a, (b, c) in enumerate(points)], {k: c for k, (b, c) in {'p': point}.items()}
""",
        [((1, 2), [(3, 4)])],
        [((1, 2, 3), []), ((1,), []), ((1, 2), [(1, 2), (1, 2, 3)]), ((1, 2), [(1,)]), ((1, 2), [(1, 2)])],
    ),
    "tuples of another length than an annotation names": (
        """
def norm(pair: tuple[int, int]) -> int:
    a, b = pair
    return a * a + b * b
def f(points: list[tuple[int, int]]):
    return [q for _, q in sorted((norm(p), p) for p in points)]
""",
        [([(3, 4), (1, 2)],)],
        [([(3, 4, 5), (1, 2)],), ([(3,)],), ([],)],
    ),
}
