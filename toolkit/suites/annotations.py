"""Types that annotations, values and docstrings name, as nested tuples of plain words: see `toolkit.suites.inputs`."""

import ast
import re
from collections.abc import Iterator
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
_DICTS = {"dict", "Dict", "Mapping", "MutableMapping", "DefaultDict", "defaultdict", "OrderedDict", "dictionary"}


def annotated(node: ast.expr) -> Iterator[Type]:
    """The types that an annotation names, the plainest first."""
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


def _named(name: str) -> Iterator[Type]:
    if name in SCALARS:
        yield SCALARS[name]
    elif name in _ROWS:
        yield from ((_ROWS[name], INT), (_ROWS[name], STR))
    elif name in ("tuple", "Tuple"):
        yield from (("row", INT), ("row", STR))
    elif name in _DICTS:
        yield from (("dict", STR, INT), ("dict", INT, INT))
    elif len(name) == 1:
        yield INT  # a type variable


def _union(parts: list[ast.expr]) -> Iterator[Type]:
    kinds = [kind for part in parts for kind in list(annotated(part))[:1]]
    rest = [kind for kind in kinds if kind != ("none",)]
    yield from (("optional", kind) for kind in rest) if len(rest) < len(kinds) else rest


def _generic(name: str, inner: list[ast.expr]) -> Iterator[Type]:
    if name in ("Optional", "Union"):
        parts = [*inner, ast.Constant(None)] if name == "Optional" else inner
        yield from _union(parts)
        return
    kinds = [next(annotated(each), INT) for each in inner if not _ellipsis(each)]
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
        inner = next(_named(rest[2].lower()), None) or (STR if rest[2].lower() in ("word", "character") else INT)
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
