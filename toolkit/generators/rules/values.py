"""Names, literals, displays, subscripts and slices."""

import ast
import math

from toolkit.generators.rules import calm, library, operators, truth
from toolkit.generators.rules.code import ADD, LITERAL, Code, binary, quoted
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS

_NIL = Code("nil", LITERAL)
_FUNCTIONS = {  # builtins as values, and the helper that stands for each
    "str": "str",
    "repr": "repr",
    "int": "to_int",
    "float": "to_float",
    "bool": "truthy",
    "len": "len",
    "round": "round",
    "sum": "sum",
    "sorted": "sorted",
    "ord": "ord",
    "chr": "chr",
    "list": "fresh_list",
    "tuple": "fresh_list",
    "any": "any",
    "all": "all",
    "max": "max",
    "min": "min",
}


def constant(t: Translator, node: ast.expr) -> Code:
    assert isinstance(node, ast.Constant)
    match node.value:
        case None:
            return _NIL
        case bool(value):
            return Code(str(value).lower(), LITERAL)
        case int(value):
            if abs(value) >= 1 << 63:
                raise Declined("integer beyond 64 bits")
            return Code(str(value), LITERAL)
        case float(value):
            return float_literal(value)
        case str(value):
            return quoted(value)
    raise Declined(f"literal: {type(node.value).__name__}")


def float_literal(value: float) -> Code:
    if math.isinf(value):
        return Code("math.huge")
    return Code(repr(value), LITERAL)


def name(t: Translator, node: ast.expr) -> Code:
    assert isinstance(node, ast.Name)
    path = t.inference.modules.get(node.id)
    if path is not None:
        return library.value(t, path)
    if node.id not in t.variables and node.id in _FUNCTIONS:
        return Code(t.helper(_FUNCTIONS[node.id]))
    if node.id not in t.variables:
        raise Declined(f"name as a value: {node.id}")
    return Code(t.name(node.id))


def attribute(t: Translator, node: ast.expr) -> Code:
    assert isinstance(node, ast.Attribute)
    path = t.inference.path(node)
    if path:
        return library.value(t, path)
    raise Declined(f"attribute: {node.attr}")


def sequence(t: Translator, node: ast.expr) -> Code:
    """A list or tuple display."""
    assert isinstance(node, ast.List | ast.Tuple)
    t.held(node.elts, "list")
    if any(isinstance(each, ast.Starred) for each in node.elts):
        return _spread(t, node.elts)
    return table(t.operands(node.elts))


def table(codes: list[Code]) -> Code:
    """A table constructor, on several lines where one would be long."""
    if codes and codes[-1].endswith(")") and "unpack(" in codes[-1]:
        codes[-1] = Code(f"({codes[-1]})")
    return Code("{" + ", ".join(codes) + "}", LITERAL)


def _spread(t: Translator, elements: list[ast.expr]) -> Code:
    parts: list[str] = []
    group: list[Code] = []
    for each in elements:
        if isinstance(each, ast.Starred):
            if group:
                parts.append(table(group))
                group = []
            parts.append(t.call("to_list", t.expression(each.value)))
        else:
            group.append(t.expression(each))
    if group:
        parts.append(table(group))
    return t.call("concat", *parts)


def set_display(t: Translator, node: ast.expr) -> Code:
    assert isinstance(node, ast.Set)
    t.held(node.elts, "set")
    codes = t.operands(node.elts)
    keys = [operators.key(t, each, code) for each, code in zip(node.elts, codes, strict=True)]
    return Code("{" + ", ".join(f"[{code}] = true" for code in keys) + "}", LITERAL)


def dict_display(t: Translator, node: ast.expr) -> Code:
    assert isinstance(node, ast.Dict)
    t.held([*filter(None, node.keys), *node.values], "dict")
    if None in node.keys:
        return _merged(t, node)
    keys = [each for each in node.keys if each is not None]
    codes = t.operands([each for pair in zip(keys, node.values, strict=True) for each in pair])
    pairs = [(operators.key(t, each, codes[2 * i]), codes[2 * i + 1]) for i, each in enumerate(keys)]
    if t.ordered:
        return t.call("ordered", *(f"{{{key}, {value}}}" for key, value in pairs))
    entries = []
    for each, (key, value) in zip(keys, pairs, strict=True):
        plain = isinstance(each, ast.Constant) and isinstance(each.value, str) and is_field(each.value)
        entries.append(f"{each.value if plain else f'[{key}]'} = {value}")  # type: ignore[attr-defined]
    return Code("{" + ", ".join(entries) + "}", LITERAL)


def is_field(text: str) -> bool:
    """Whether a string can be a field name in Lua."""
    from toolkit.generators.rules.names import KEYWORDS

    return text.isascii() and text.isidentifier() and text not in KEYWORDS


def _merged(t: Translator, node: ast.Dict) -> Code:
    parts: list[str] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            parts.append(t.expression(value))
        else:
            parts.append(dict_display(t, ast.Dict([key], [value])))
    return t.call("merged", *parts)


def subscript(t: Translator, node: ast.expr) -> Code:
    """container[index], as a value."""
    assert isinstance(node, ast.Subscript)
    if isinstance(node.slice, ast.Slice):
        return slice_of(t, node)
    kind = t.type(node.value).kind
    container, index = t.operands([node.value, node.slice])
    if kind in DICTS:
        return _entry(t, node, kind, container, operators.key(t, node.slice, index))
    if kind == "str":
        return _character(t, node, container, index)
    if kind in ARRAYS:
        if in_range(t, node):
            return Code(f"{container.atom}[{from_one(node.slice, index)}]")
        return t.call("at", container, index)
    return t.call("item", container, index)


def _entry(t: Translator, node: ast.Subscript, kind: str, container: Code, key: Code) -> Code:
    if kind == "counter":
        return Code(f"({container.atom}[{key}] or 0)")
    known = truth.key_fact(node.value, node.slice) in t.facts and calm.looks_only(node, t.variables)
    if kind == "defaultdict" or known:
        return Code(f"{container.atom}[{key}]")
    return t.call("get", container, key)


def _character(t: Translator, node: ast.Subscript, container: Code, index: Code) -> Code:
    if in_range(t, node):
        place = from_one(node.slice, index)
        if isinstance(node.slice, ast.Constant) or str(place).isidentifier():
            return Code(f"{container.atom}:sub({place}, {place})")
        if "(" not in place:
            return Code(f"{container.atom}:sub({place}, {place})")
    return t.call("char_at", container, index)


def from_one(node: ast.expr, index: Code) -> Code:
    """The index counted from one."""
    match node:
        case ast.Constant(value=int(value)):
            return Code(str(value + 1), LITERAL)
        case ast.BinOp(op=ast.Sub(), right=ast.Constant(value=1)) if index.endswith(" - 1"):
            return Code(index[:-4])
        case ast.BinOp(op=ast.Add(), right=ast.Constant(value=int(value))) if index.endswith(f" + {value}"):
            return Code(f"{index[: -len(f' + {value}')]} + {value + 1}", ADD)
    return binary(index, "+", Code("1", LITERAL), ADD)


def in_range(t: Translator, node: ast.Subscript) -> bool:
    """Whether the index is known to be there: not negative, and below the length."""
    container, index = ast.unparse(node.value), node.slice
    if not calm.looks_only(node, t.variables):
        return False
    if f"{ast.unparse(index)} below {container}" in t.facts and natural(t, index):
        return True
    match index:
        case ast.Constant(value=int(place)) if place >= 0:
            kind = t.type(node.value)
            if kind.kind == "tuple" and place < len(kind.of):
                return True
            return place == 0 and truth.filled_fact(node.value) in t.facts
        case ast.BinOp(left=inner, op=ast.Sub(), right=ast.Constant(value=int(less))) if less > 0:
            return f"{ast.unparse(inner)} below {container}" in t.facts and natural(t, index)
    return False


def natural(t: Translator, node: ast.expr) -> bool:
    """Whether the integer is known not to be negative."""
    return t.frame.bounds.natural(node) or f"natural {ast.unparse(node)}" in t.facts


def slice_of(t: Translator, node: ast.Subscript) -> Code:
    assert isinstance(node.slice, ast.Slice)
    kind = t.type(node.value).kind
    lower, upper, step = node.slice.lower, node.slice.upper, node.slice.step
    if kind == "str" and step is None:
        short = _short_sub(t, node.value, lower, upper)
        if short is not None:
            return short
    if kind == "str" and lower is None and upper is None and _is_minus_one(step):
        return Code(f"{t.expression(node.value).atom}:reverse()")
    given = [each for each in (lower, upper, step) if each is not None]
    container, *codes = t.operands([node.value, *given])
    arguments: list[str] = [codes.pop(0) if each is not None else "nil" for each in (lower, upper, step)]
    while arguments and arguments[-1] == "nil":
        arguments.pop()
    name = {"str": "slice_string"}.get(kind, "slice" if kind in ARRAYS else "slice_any")
    return t.call(name, container, *arguments)


def _is_minus_one(node: ast.expr | None) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant) and node.operand.value == 1


def _short_sub(t: Translator, value: ast.expr, lower: ast.expr | None, upper: ast.expr | None) -> Code | None:
    """s[a:b] as s:sub(a + 1, b), where neither bound may turn negative unseen."""
    start_ok = lower is None or natural(t, lower) or _negative(lower)
    end_ok = upper is None or natural(t, upper) or _negative(upper)
    if not (start_ok and end_ok):
        return None
    code, *codes = t.operands([value, *(each for each in (lower, upper) if each is not None)])
    start: Code = Code("1", LITERAL)
    if lower is not None:
        index = codes.pop(0)
        start = index if _negative(lower) else from_one(lower, index)
    if upper is None:
        return Code(f"{code.atom}:sub({start})")
    end = codes.pop(0)
    if _negative(upper):
        assert isinstance(upper, ast.UnaryOp)
        end = Code(str(-upper.operand.value - 1), LITERAL)  # type: ignore[attr-defined]
        if lower is not None and not _negative(lower) and not isinstance(lower, ast.Constant):
            return Code(f"{code.atom}:sub({start}, {end})")
    return Code(f"{code.atom}:sub({start}, {end})")


def _negative(node: ast.expr) -> bool:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return value > 0
    return False


def named(t: Translator, node: ast.expr) -> Code:
    """target := value."""
    assert isinstance(node, ast.NamedExpr)
    code = t.expression(node.value)
    name = t.name(node.target.id)
    t.emit(f"{name} = {code}")
    return Code(name)
