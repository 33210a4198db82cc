"""Small functions of powers: what Python does with each is the expectation."""

from typing import Any

HUGE = float("inf")

# title -> source, calls
POWERS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a power of floats that is too large": (
        """
def f(a, b):
    return a ** b
""",
        [
            *[(98.5, 999), (98.5, 99), (2.0, 1023), (2.0, 1024), (-2.0, 1025), (-2.5, 999), (0.5, -1074)],
            *[(HUGE, 2), (-HUGE, 3), (1.5, HUGE), (0.0, 5), (0.0, -5), (2.5, 0), (10.0, 308), (10.0, 309)],
        ],
    ),
    "a power of a float to a literal": (
        """
def f(a):
    return a ** 3.0, a ** 0.5, a ** 1.0, 2 ** 0.5, 10 ** 2.5, a ** 5, pow(a, 7)
""",
        [(2.5,), (1e30,), (1e60,), (1e103,), (1e200,), (HUGE,), (0.0,)],
    ),
    "a sum of powers that is caught": (
        """
def minkowski(xs, ys, order):
    try:
        return sum(abs(x - y) ** order for x, y in zip(xs, ys)) ** (1 / order)
    except OverflowError:
        return max(abs(x - y) for x, y in zip(xs, ys))
""",
        [([100.0], [1.5], 999), ([100.0], [1.5], 2), ([1.0, 2.0], [4.0, 6.0], 3)],
    ),
    "a rate over very many months": (
        """
def instalments(principal, rate, years):
    monthly = rate / 12
    months = years * 12
    return principal * monthly * (1 + monthly) ** months / ((1 + monthly) ** months - 1)
""",
        [(100, 12.0, 100), (100.0, 0.12, 3), (25000, 12.0, 10)],
    ),
    "a power that changes its variable": (
        """
def f(x, n):
    x **= n
    return x
""",
        [(10.0, 400), (10.0, 4), (1.5, 10)],
    ),
    "powers of math": (
        """
import math
def f(x):
    return math.pow(x, 3), math.pow(x, 2), math.pow(x, 100), math.pow(2, 10)
""",
        [(2.5,), (1e60,), (1e4,), (1e103,), (-1e104,), (HUGE,)],
    ),
}
