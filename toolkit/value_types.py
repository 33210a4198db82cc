"""Python literal values and their types, inferred once from the cases, for typed languages and for generators.

`join` is commutative, associative and idempotent: neither the order of the cases nor the order
of a set can change a type.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import Any

from toolkit.records import Case


@dataclass(frozen=True)
class ValueType:
    """A kind and what it holds: ("list", (int,)); ("dict", (key, value)); ("tuple", one a place)."""

    kind: str  # any unknown none bool int float str bytes complex list set frozenset tuple dict optional
    of: tuple["ValueType", ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}[{', '.join(map(str, self.of))}]" if self.of else self.kind


UNKNOWN = ValueType("unknown")  # nothing seen: the element of an empty list
ANY = ValueType("any")  # things that have no type in common
NONE = ValueType("none")


_NAMED = {"inf": inf, "nan": nan}  # what `repr` writes for the floats that have no literal


class _Named(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(_NAMED[node.id]) if node.id in _NAMED else node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if node.value is ...:
            raise ValueError("not a value: an ellipsis")
        return node


def read(text: str) -> Any:
    """The value of a literal as `repr` writes it, `inf` and `nan` included. Raises ValueError."""
    try:
        return ast.literal_eval(_Named().visit(ast.parse(text.strip(), mode="eval")))
    except (SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError(f"not a literal: {type(error).__name__}") from None


def of_value(value: Any) -> ValueType:
    """The type of one literal value."""
    match value:
        case None:
            return NONE
        case bool() | int() | float() | str() | bytes() | complex():
            return ValueType(type(value).__name__)
        case list() | set() | frozenset():
            return ValueType(type(value).__name__, (join(of_value(each) for each in value),))
        case tuple():
            return ValueType("tuple", tuple(of_value(each) for each in value))
        case dict():
            return ValueType("dict", (join(map(of_value, value)), join(map(of_value, value.values()))))
    raise TypeError(f"not a literal value: {type(value).__name__}")


def join(types: Iterable[ValueType]) -> ValueType:
    """The least type that holds them all: int widens to float, None makes an optional; `any` where there is none."""
    result = UNKNOWN
    for each in types:
        result = _join(result, each)
    return result


def _join(left: ValueType, right: ValueType) -> ValueType:
    if left == right or right == UNKNOWN:
        return left
    if left == UNKNOWN:
        return right
    if NONE in (left, right) or "optional" in (left.kind, right.kind):
        return ValueType("optional", (_join(_bare(left), _bare(right)),))
    if {left.kind, right.kind} == {"int", "float"}:
        return ValueType("float")
    if left.kind == right.kind and left.of and len(left.of) == len(right.of):
        return ValueType(left.kind, tuple(map(_join, left.of, right.of)))
    return ANY


def _bare(type: ValueType) -> ValueType:
    if type == NONE:
        return UNKNOWN
    return type.of[0] if type.kind == "optional" else type


def of_parameters(cases: Sequence[Case]) -> tuple[ValueType, ...]:
    """One type a parameter, joined over the cases. Raises ValueError for a case that is no literal."""
    rows = [read(case.arguments) for case in cases]
    return tuple(join(map(of_value, column)) for column in zip(*rows, strict=False))


def of_result(cases: Sequence[Case]) -> ValueType:
    """The type of what comes back; for generators the list of what is yielded. Raises ValueError."""
    return join(of_value(read(case.expected)) for case in cases if case.outcome != "raises")
