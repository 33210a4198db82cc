"""Types that hold for every input: what the program itself makes, whatever the tests pass to it.

A tuple that a test passes may be longer on the next call; one that the program builds is as long as it is written.
"""

import ast

from toolkit.generators.rules.infer import Inference
from toolkit.generators.rules.types import UNKNOWN, ValueType, merge, tuple_of


class Certain(Inference):
    """The inference without belief in annotations."""

    def hint(self, annotation: ast.expr | None) -> ValueType:
        return UNKNOWN


def certain(module: ast.Module, modules: dict[str, str], name: str, parameters: list[ValueType]) -> Certain:
    """The program followed with parameters whose tuples have any length."""
    inference = Certain(module, modules)
    inference.run(name, list(map(_of_any_length, parameters)), UNKNOWN)
    return inference


def _of_any_length(kind: ValueType) -> ValueType:
    of = tuple(map(_of_any_length, kind.of))
    return tuple_of(merge(*of)) if kind.kind == "tuple" else ValueType(kind.kind, of)
