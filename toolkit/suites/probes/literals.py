"""Values as literals, exact or not at all. Runs INSIDE a sandbox, beside hostile code; never imported by langlift.

The builtins are bound here before any function runs: one that rewrites `builtins` does not change what is reported.
"""

from __future__ import annotations

from builtins import (  # noqa: UP029 - bound before a function can rewrite them
    Exception,
    any,
    bool,
    bytes,
    callable,
    complex,
    dict,
    enumerate,
    float,
    frozenset,
    getattr,
    int,
    iter,
    len,
    list,
    map,
    repr,
    set,
    sorted,
    str,
    sum,
    tuple,
    type,
    zip,
)  # fmt: skip

TYPE_CHECKING = False  # `typing` is not worth its import time here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

INFINITE = float("inf")
YIELDED = 50  # values taken from an iterator before it counts as endless
_items = dict.items


class Unwritable(Exception):
    """The value has no literal that reads back equal."""


class TooLarge(Exception):
    """The literal would be longer than a case may be."""


def literal(value: object, limit: int = 2000) -> str:
    """A literal that `ast.literal_eval` reads back equal. Raises Unwritable, TooLarge.

    Of the same type too, save what Python itself holds equal to a plain dict or set: a defaultdict, a frozenset.
    """
    parts: list[str] = []
    _spell(value, parts.append, [limit], 0)
    text = "".join(parts)
    if len(text) > limit:
        raise TooLarge
    return text


def _spell(value: Any, put: Callable[[str], None], left: list[int], depth: int) -> None:
    kind = type(value)
    left[0] -= 1
    if left[0] < 0 or depth > 40:
        raise TooLarge
    if value is None or kind is bool:
        put(repr(value))
    elif kind is int:
        if value.bit_length() > 4000:
            raise TooLarge
        put(repr(value))
    elif kind is str or kind is bytes:
        if len(value) > left[0]:
            raise TooLarge
        left[0] -= len(value)
        if kind is str and any("\ud800" <= each <= "\udfff" for each in value):
            raise Unwritable("str with a lone surrogate")
        put(repr(value))
    elif kind is float:
        put(_float(value))
    elif kind is complex:
        if value != value or value.real in (INFINITE, -INFINITE) or value.imag in (INFINITE, -INFINITE):
            raise Unwritable("complex that is not finite")
        put(repr(value))
    elif kind is list or kind is tuple:
        _spell_row(value, "[]" if kind is list else "()", put, left, depth)
    elif kind is set or kind is frozenset:
        _spell_set(value, put, left)
    elif kind is dict or (kind.__module__ == "collections" and any(each is dict for each in kind.__mro__)):
        _spell_dict(value, put, left, depth)
    else:
        raise Unwritable(kind.__name__)


def _float(value: float) -> str:
    if value != value:
        raise Unwritable("nan")
    if value in (INFINITE, -INFINITE):
        return "1e999" if value > 0 else "-1e999"
    return repr(value)


def _spell_row(value: Any, brackets: str, put: Callable[[str], None], left: list[int], depth: int) -> None:
    put(brackets[0])
    for index, each in enumerate(value):
        if index:
            put(", ")
        _spell(each, put, left, depth + 1)
    put(",)" if brackets == "()" and len(value) == 1 else brackets[1])


def _spell_set(value: set[Any], put: Callable[[str], None], left: list[int]) -> None:
    if not value:
        put("set()")
        return
    if len(value) > left[0]:
        raise TooLarge
    if any(_frozen(each) for each in value):
        raise Unwritable("set of sets")
    texts = sorted(literal(each, left[0]) for each in value)  # the order of a set depends on the hash seed
    left[0] -= sum(map(len, texts))
    put("{" + ", ".join(texts) + "}")


def _spell_dict(value: dict[Any, Any], put: Callable[[str], None], left: list[int], depth: int) -> None:
    put("{")
    for index, (key, each) in enumerate(_items(value)):
        if index:
            put(", ")
        if _frozen(key):
            raise Unwritable("set as a key")
        _spell(key, put, left, depth + 1)
        put(": ")
        _spell(each, put, left, depth + 1)
    put("}")


def _frozen(value: Any) -> bool:
    """A hashable value whose literal would be none: {{1}}."""
    kind = type(value)
    return kind is frozenset or (kind is tuple and any(_frozen(each) for each in value))


def copied(value: Any) -> Any:
    """A deep copy of a literal value."""
    kind = type(value)
    if kind is list:
        return [copied(each) for each in value]
    if kind is tuple:
        return tuple([copied(each) for each in value])
    if kind is dict:
        return {key: copied(each) for key, each in value.items()}
    if kind is set:
        return set(value)
    return value


def same(left: Any, right: Any) -> bool:
    """Equal, and of the same types all the way down; the order of a dict counts, that of a set does not."""
    kind = type(left)
    if kind is not type(right):
        return False
    if kind is list or kind is tuple:
        return len(left) == len(right) and not any(not same(a, b) for a, b in zip(left, right, strict=True))
    if kind is dict:
        return same(list(left.items()), list(right.items()))
    return bool(left == right)


def consume(result: Any) -> tuple[str, Any]:
    """An iterator becomes what it yields; anything else is itself."""
    if not iterates(result):
        return "returns", result
    values = []
    for each in iter(result):
        values.append(each)
        if len(values) > YIELDED:
            return "endless", None
    return "yields", values


def iterates(result: object) -> bool:
    """An iterator, judged by its type alone."""
    return callable(getattr(type(result), "__next__", None)) and callable(getattr(type(result), "__iter__", None))


def returned(result: tuple[str, Any]) -> tuple[str, str, str]:
    """The outcome of a call that came back."""
    outcome, value = result
    if outcome == "endless":
        return "yields", "", "endless"
    try:
        return outcome, literal(value), ""
    except Unwritable as error:
        return outcome, str(error), "result is not a literal"
    except TooLarge:
        return outcome, "", "result too large"
