"""Types as the rewriter guesses them: `ValueType` with a few kinds more.

Beside the kinds of literal values: "tuples" (a tuple of unknown length), "iterator", "counter", "defaultdict",
"function" (what it returns) and "module". A type is a guess from evidence; every translation is proven by tests.
"""

import ast

from toolkit.suites.subject import UNPARSABLE
from toolkit.value_types import ANY as ANY
from toolkit.value_types import NONE as NONE
from toolkit.value_types import UNKNOWN as UNKNOWN
from toolkit.value_types import ValueType as ValueType
from toolkit.value_types import join

BOOL, INT, FLOAT, STR = (ValueType(kind) for kind in ("bool", "int", "float", "str"))
SCALARS = {"none", "bool", "int", "float", "str"}
NUMBERS = {"int", "float"}
ARRAYS = {"list", "tuple", "tuples"}
DICTS = {"dict", "counter", "defaultdict"}
SETS = {"set", "frozenset"}
TABLES = ARRAYS | DICTS | SETS


def array(element: ValueType) -> ValueType:
    return ValueType("list", (element,))


def tuple_of(element: ValueType) -> ValueType:
    return ValueType("tuples", (element,))


def set_of(element: ValueType) -> ValueType:
    return ValueType("set", (element,))


def iterator(element: ValueType) -> ValueType:
    return ValueType("iterator", (element,))


def mapping(key: ValueType, value: ValueType) -> ValueType:
    return ValueType("dict", (key, value))


def pair(first: ValueType, second: ValueType) -> ValueType:
    return ValueType("tuple", (first, second))


def known(kind: ValueType) -> bool:
    return kind.kind not in ("any", "unknown", "optional")


def element(kind: ValueType) -> ValueType:
    """What iterating a value of this type gives."""
    match kind.kind:
        case "str":
            return STR
        case "tuple":
            return merge(*kind.of)
        case "optional":
            return element(kind.of[0])
        case "list" | "set" | "frozenset" | "tuples" | "iterator" | "dict" | "counter" | "defaultdict":
            return kind.of[0] if kind.of else UNKNOWN
    return UNKNOWN


def merge(*kinds: ValueType) -> ValueType:
    """The least type that holds all, with the rewriter's own kinds."""
    result = UNKNOWN
    for each in kinds:
        result = _merge(result, each)
    return result


def _merge(left: ValueType, right: ValueType) -> ValueType:
    if left == right:
        return left
    kinds = {left.kind, right.kind}
    if kinds == {"tuple", "tuples"} or (kinds == {"tuple"} and len(left.of) != len(right.of)):
        return tuple_of(merge(element(left), element(right)))
    for special in ("defaultdict", "counter"):
        if kinds == {special, "dict"}:
            return ValueType(special, tuple(map(_merge, left.of, right.of)))
    if left.kind == right.kind and left.of and len(left.of) == len(right.of) and left.kind != "optional":
        return ValueType(left.kind, tuple(map(_merge, left.of, right.of)))
    return join((left, right))


def fill(seen: ValueType, hint: ValueType) -> ValueType:
    """The seen type, its unknown places filled from a hint."""
    if seen.kind == "unknown":
        return hint
    if seen.kind == "none" and hint.kind == "optional":
        return hint
    if seen.kind == hint.kind and len(seen.of) == len(hint.of):
        return ValueType(seen.kind, tuple(map(fill, seen.of, hint.of)))
    return seen


def bare(kind: ValueType) -> ValueType:
    """Without None."""
    return kind.of[0] if kind.kind == "optional" else kind


def optional(kind: ValueType) -> ValueType:
    return merge(kind, NONE)


_PLAIN = {
    "int": INT,
    "float": FLOAT,
    "str": STR,
    "bool": BOOL,
    "None": NONE,
    "complex": ANY,
    "object": ANY,
    "bytes": ANY,
}
_LISTS = {"list", "List", "Sequence", "Iterable", "Collection", "MutableSequence", "deque", "Deque"}
_SET_NAMES = {"set", "Set", "frozenset", "FrozenSet", "AbstractSet"}
_DICT_NAMES = {"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict"}
_ITERATORS = {"Iterator", "Generator"}


def of_annotation(node: ast.expr | None) -> ValueType:
    """The type that an annotation names; unknown where it says nothing usable."""
    match node:
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=str(text)):
            return _quoted(text)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _named(name, ())
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=ast.Tuple(elts=places)):
            return _named(name, tuple(places))
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=place):
            return _named(name, (place,))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return merge(of_annotation(left), of_annotation(right))
    return UNKNOWN


def _quoted(text: str) -> ValueType:
    try:
        return of_annotation(ast.parse(text, mode="eval").body)
    except UNPARSABLE:
        return UNKNOWN


def _named(name: str, places: tuple[ast.expr, ...]) -> ValueType:
    of = tuple(map(of_annotation, places))
    first = of[0] if of else UNKNOWN
    if name in _PLAIN:
        return _PLAIN[name]
    if name in _LISTS:
        return array(first)
    if name in _SET_NAMES:
        return set_of(first)
    if name in _DICT_NAMES:
        return mapping(*of) if len(of) == 2 else mapping(UNKNOWN, UNKNOWN)
    if name in _ITERATORS:
        return iterator(first)
    match name:
        case "tuple" | "Tuple":
            variadic = not of or (isinstance(places[-1], ast.Constant) and places[-1].value is Ellipsis)
            return tuple_of(first) if variadic else ValueType("tuple", of)
        case "Optional":
            return optional(first)
        case "Union":
            return merge(*of)
        case "Callable":
            return ValueType("function", (of[1] if len(of) == 2 else UNKNOWN,))
        case "Counter":
            return ValueType("counter", (first, INT))
    return UNKNOWN
