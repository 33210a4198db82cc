"""Whether what a call does depends on the order of the keys of a dict that is passed.

A dict of Python keeps the order in which its keys came; a table of Lua and a map of many languages have none, so a
function that looks at it has no faithful form there. It shows when the call is made with its keys the other way round.
"""

import ast
from collections.abc import Sequence
from math import isclose
from typing import Any

from toolkit.records import Case
from toolkit.suites.probing import agree
from toolkit.value_types import read


def reordered(arguments: str) -> str:
    """The arguments with the keys of each dict the other way round; "" where no dict has two."""
    tree = ast.parse(arguments, mode="eval")
    dicts = [node for node in ast.walk(tree) if isinstance(node, ast.Dict) and len(node.keys) > 1]
    for node in dicts:
        node.keys.reverse()
        node.values.reverse()
    return ast.unparse(tree) if dicts else ""


def alike(case: Case, outcome: Sequence[Any]) -> bool:
    """Whether (outcome, text, reason) of a probe is what the case says, but for how a sum is rounded."""
    if agree(case, outcome):
        return True
    if outcome[2] or case.outcome != outcome[0] or case.outcome == "raises":
        return False
    return _near(read(case.expected), read(outcome[1]))


def _near(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (one != one and other != other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_near, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_near(value, other[key]) for key, value in one.items())
    return bool(one == other)
