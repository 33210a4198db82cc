"""Types that annotations, values and docstrings name, as nested tuples of plain words: see `toolkit.suites.inputs`."""

import ast
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from toolkit.suites.subject import UNPARSABLE

Type = tuple[Any, ...]
INT, FLOAT, STR, BOOL, ANY, BYTES = ("int",), ("float",), ("str",), ("bool",), ("any",), ("bytes",)
SCALARS = {"int": INT, "float": FLOAT, "str": STR, "bool": BOOL, "bytes": BYTES, "complex": ("complex",),
            "string": STR, "integer": INT, "boolean": BOOL, "number": INT, "nonnegint": INT, "num": INT,
            "bytearray": BYTES, "Any": ANY, "object": ANY, "None": ("none",), "AnyStr": STR, "Text": STR,
            "Number": FLOAT, "SupportsFloat": FLOAT, "Real": FLOAT, "Integral": INT, "SupportsInt": INT,
            "Decimal": INT, "Hashable": ANY}  # fmt: skip
_ROWS = {"list": "list", "List": "list", "Sequence": "list", "Iterable": "list", "Iterator": "list",
         "Collection": "list", "MutableSequence": "list", "array": "list", "set": "set", "Set": "set",
         "AbstractSet": "set", "frozenset": "set", "FrozenSet": "set", "sequence": "list", "iterable": "list",
         "Container": "list", "Reversible": "list"}  # fmt: skip
# What a container may hold whose elements nobody names, the likeliest first.
BARE: dict[Type, tuple[Type, ...]] = {
    ("list",): (("list", INT), ("list", STR)),
    ("set",): (("set", INT), ("set", STR)),
    ("row",): (("row", INT), ("row", STR)),
    ("dict",): (("dict", STR, INT), ("dict", INT, ("list", INT)), ("dict", INT, INT)),
}
_DICTS = {"dict", "Dict", "Mapping", "MutableMapping", "DefaultDict", "defaultdict", "OrderedDict", "dictionary"}


def annotated(node: ast.expr) -> Iterator[Type]:
    """The types that an annotation names, the plainest first; one of `BARE` where it says nothing of the elements."""
    match node:
        case ast.Constant(value=str() as text):
            try:
                yield from annotated(ast.parse(text, mode="eval").body)
            except UNPARSABLE:
                return
        case ast.Constant(value=None):
            yield ("none",)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield from _named(name)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _union([left, right])
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            yield from _generic(name, inner.elts if isinstance(inner, ast.Tuple) else [inner])


def aliases(context: str) -> dict[str, ast.expr]:
    """What a context calls types by: `Matrix = list[list[int]]`; a type variable is its first constraint."""
    found: dict[str, ast.expr] = {}
    for node in ast.parse(context).body if context else []:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[_, first, *_])):
                found[name] = resolved(first, found)  # TypeVar, NewType
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Subscript() | ast.BinOp() as value):
                found[name] = resolved(value, found)
    return found


def resolved(node: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    """A copy of an annotation with the names of a context replaced by what they stand for."""
    whole: ast.expr = _Names(names).visit(deepcopy(node))
    return whole


class _Names(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.names.get(node.id, node)


def plain(kind: Type) -> Type:
    """The type itself, or the likeliest of a bare container."""
    return BARE[kind][0] if kind in BARE else kind


def _named(name: str) -> Iterator[Type]:
    if name in SCALARS:
        yield SCALARS[name]
    elif name in _ROWS:
        yield (_ROWS[name],)
    elif name in ("tuple", "Tuple"):
        yield ("row",)
    elif name in _DICTS:
        yield ("dict",)
    elif len(name) == 1:
        yield INT  # a type variable


def _union(parts: list[ast.expr]) -> Iterator[Type]:
    kinds = [plain(kind) for part in parts for kind in list(annotated(part))[:1]]
    rest = [kind for kind in kinds if kind != ("none",)]
    yield from (("optional", kind) for kind in rest) if len(rest) < len(kinds) else rest


def _generic(name: str, inner: list[ast.expr]) -> Iterator[Type]:
    if name in ("Optional", "Union"):
        parts = [*inner, ast.Constant(None)] if name == "Optional" else inner
        yield from _union(parts)
        return
    kinds = [plain(next(annotated(each), INT)) for each in inner if not _ellipsis(each)]
    if name in _ROWS:
        yield (_ROWS[name], *kinds[:1])
    elif name in _DICTS and len(kinds) == 2:
        yield ("dict", *kinds)
    elif name in ("tuple", "Tuple"):
        yield ("row", *kinds[:1]) if len(inner) == 2 and _ellipsis(inner[1]) else ("tuple", *kinds)
    elif name == "Literal":
        yield from (kind for each in inner if (kind := literal_type(each)))
    elif name in ("Annotated", "Final", "ClassVar"):
        yield from annotated(inner[0])
    elif name == "Counter":
        yield ("dict", kinds[0], INT)


def _ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def literal_type(node: ast.expr) -> Type | None:
    try:
        return value_type(ast.literal_eval(node))
    except (*UNPARSABLE, TypeError):
        return None


def value_type(value: object) -> Type:
    match value:
        case None:
            return ("none",)
        case bool() | int() | float() | str() | bytes() | complex():
            return (type(value).__name__,)
        case tuple() if 0 < len(value) <= 4:
            return ("tuple", *map(value_type, value))
        case tuple():
            return ("row", _common(list(value)))
        case dict():
            return ("dict", _common(list(value), STR), _common(list(value.values())))
        case list():
            return ("list", _common(value))
        case set():
            return ("set", _common(list(value)))
    return ANY


def _common(values: list[Any], otherwise: Type = INT) -> Type:
    kinds = list(dict.fromkeys(map(value_type, values)))
    if not kinds:
        return otherwise
    if set(kinds) == {INT, FLOAT}:
        return FLOAT
    if len(kinds) > 1 and all(kind[0] in ("tuple", "row") for kind in kinds):
        return ("row", _common([each for value in values for each in value]))
    if len(kinds) > 1 and all(kind[0] == "list" for kind in kinds):
        return ("list", _common([each for value in values for each in value]))
    return kinds[0] if len(kinds) == 1 else ANY


_FIELD = re.compile(r":(?:type\s+(\w+)|param\s+(\w[\w.\[\], ]*?)\s+(\w+))\s*:\s*([^\n]*)")
_ROW = re.compile(r"^\s*[-*]?\s*`*(\w+)`*\s*(?:\(([^)\n]+)\)|:\s*([^\n]+))", re.M)


def documented(docstring: str) -> dict[str, Type]:
    """Types that the docstring's own list of parameters names: Sphinx, Google and NumPy forms."""
    found: dict[str, Type] = {}
    for match in _FIELD.finditer(docstring):
        name, text = (match[1], match[4]) if match[1] else (match[3], match[2])
        _note(found, name, text)
    for match in _ROW.finditer(docstring):
        _note(found, match[1], match[2] or match[3])
    return found


def _note(found: dict[str, Type], name: str, text: str) -> None:
    text = text.strip().removeprefix("a ").removeprefix("an ")
    rest = re.match(r"(list|sequence|iterable|array|tuple|set)s? of (\w+?)s?\b", text, re.I)
    if rest:
        word = STR if rest[2].lower() in ("word", "character") else INT
        inner = plain(next(_named(rest[2].lower()), word))
        found.setdefault(name, (_ROWS.get(rest[1].lower(), "list"), inner))
        return
    expression = re.match(r"[\w.]+(\[[\w\[\], .]*\])?", text)
    if not expression:
        return
    try:
        kinds = list(annotated(ast.parse(expression[0], mode="eval").body))
    except UNPARSABLE:
        return
    if kinds and len(expression[0]) > 1:
        found.setdefault(name, kinds[0])
