"""Text from values: f-strings, `%`, `str.format`."""

import ast
import re
import string

from toolkit.generators.rules import truth
from toolkit.generators.rules.code import CONCAT, LITERAL, Code, chain, quoted
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import TABLES, ValueType

_C_SPEC = re.compile(r"^(0?)(\d{0,2})(?:\.(\d{1,2}))?([dfeEgxXs]?)$")  # Lua writes no more than 99 places
_ALIGNED = re.compile(r"^([<>]?)(\d{1,2})s?$")
_BASED = re.compile(r"^(?:0(\d+))?([bo])$")
_PERCENT = re.compile(r"%(?:\((\w+)\))?([#0\- +]*)(\*|\d+)?(?:\.(\d+))?([diouxXeEfFgGcrsa%])")


def text_of(t: Translator, node: ast.expr) -> Code:
    """str(value)."""
    code = t.expression(node)
    return text_of_code(t, node, code)


def text_of_code(t: Translator, node: ast.expr, code: Code) -> Code:
    kind = t.full_type(node)
    match kind.kind:
        case "str":
            return code
        case "int":
            return Code(f"tostring({code})")
        case "error":
            return Code(f'({code.atom}:gsub("^%a+: ", "", 1))')
        case "tuple" | "tuples" | "set" | "frozenset" | "dict" | "counter" | "defaultdict":
            return _container(t, node, code)
        case "list":
            _check_items(kind)
    return t.call("str", code)


def _check_items(kind: ValueType) -> None:
    """The text of a list within shows what Lua can not tell apart: tuples, dicts and sets are all tables."""
    for each in kind.of:
        if each.kind in TABLES - {"list"}:
            raise Declined(f"text of a list of {each.kind}")
        _check_items(each)


def _container(t: Translator, node: ast.expr, code: Code) -> Code:
    kind = t.full_type(node)
    _check_items(kind)
    if kind.kind in ("tuple", "tuples"):
        return t.call("tuple_repr", code)
    if kind.kind == "dict":
        t.needs_order = True
        return t.call("dict_repr", code)
    raise Declined(f"text of a {kind.kind}")


def repr_of(t: Translator, node: ast.expr) -> Code:
    """repr(value)."""
    if t.full_type(node).kind in ("tuple", "tuples", "set", "frozenset", "dict", "counter", "defaultdict"):
        return _container(t, node, t.expression(node))
    if t.full_type(node).kind == "int":
        return Code(f"tostring({t.expression(node)})")
    return t.call("repr", t.expression(node))


def joined(t: Translator, node: ast.expr) -> Code:
    """An f-string."""
    assert isinstance(node, ast.JoinedStr)
    parts: list[Code] = []
    for each in node.values:
        match each:
            case ast.Constant(value=str(text)):
                parts.append(quoted(text))
            case ast.FormattedValue():
                parts.append(_field(t, each))
    return concatenated(parts)


def concatenated(parts: list[Code]) -> Code:
    if not parts:
        return quoted("")
    if len(parts) == 1 and parts[0].level != LITERAL and not parts[0].startswith(("tostring", "string.", "str(")):
        return chain("..", [quoted(""), *parts], CONCAT)
    return chain("..", parts, CONCAT)


def _field(t: Translator, node: ast.FormattedValue) -> Code:
    if node.conversion == ord("a"):
        raise Declined("f-string with !a")
    if node.format_spec is None:
        return repr_of(t, node.value) if node.conversion == ord("r") else _text_in_concat(t, node.value)
    assert isinstance(node.format_spec, ast.JoinedStr)
    if node.conversion != -1:
        text = repr_of(t, node.value) if node.conversion == ord("r") else text_of(t, node.value)
        return t.call("format_value", text, t.expression(node.format_spec))
    values = node.format_spec.values
    literals = [str(each.value) for each in values if isinstance(each, ast.Constant)]
    if len(literals) == len(values):
        return formatted(t, node.value, "".join(literals))
    return t.call("format_value", t.expression(node.value), t.expression(node.format_spec))


def _text_in_concat(t: Translator, node: ast.expr) -> Code:
    """Lua joins integers to strings by itself."""
    code = t.expression(node)
    if t.full_type(node).kind == "int":
        return code if code.level > CONCAT else Code(f"({code})")
    return text_of_code(t, node, code)


def formatted(t: Translator, node: ast.expr, spec: str) -> Code:
    """format(value, spec), by string.format where that means the same."""
    if not spec:
        return _text_in_concat(t, node)
    kind = t.type(node).kind
    match = _C_SPEC.match(spec)
    code = t.expression(node)
    if t.full_type(node).kind == "bool":
        code, kind = truth.choose(code, Code("1", LITERAL), Code("0", LITERAL), True), "int"
    if match and kind in ("int", "float"):
        zero, width, precision, letter = match.groups()
        if letter in tuple("feE") and letter:
            return _c_format(f"%{zero}{width}{'.' + precision if precision else ''}{letter}", code)
        if kind == "float" and precision and not (letter or width or zero):
            return t.call("general", code, str(int(precision)))
        plain = letter in ("d", "") or (letter in ("x", "X") and t.frame.bounds.natural(node))
        if plain and kind == "int" and precision is None:
            return _c_format(f"%{zero}{width}{letter or 'd'}", code)
    aligned = _ALIGNED.match(spec)
    if aligned and kind in ("int", "str"):
        left = aligned.group(1) == "<" or (not aligned.group(1) and kind == "str")
        return _c_format(f"%{'-' if left else ''}{aligned.group(2)}s", code)
    based = _BASED.match(spec)
    if based and kind == "int":
        digits = t.call("to_base", code, "2" if based.group(2) == "b" else "8", '""')
        return t.call("zfill", digits, based.group(1)) if based.group(1) else digits
    return t.call("format_value", code, quoted(spec))


def _c_format(template: str, code: Code) -> Code:
    return Code(f'string.format("{template}", {code})')


def percent(t: Translator, node: ast.BinOp) -> Code:
    """template % values, where the template is a literal."""
    if not isinstance(node.left, ast.Constant) or not isinstance(node.left.value, str):
        raise Declined("% with a computed template")
    values = list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]
    if not isinstance(node.right, ast.Tuple) and t.type(node.right).kind in (
        "tuple",
        "tuples",
        "dict",
        "any",
        "unknown",
    ):
        raise Declined("% with a computed tuple")
    template, end = node.left.value, 0
    parts: list[Code] = []
    for match in _PERCENT.finditer(template):
        name, flags, width, precision, letter = match.groups()
        if name or width == "*":
            raise Declined("% with names")
        parts.append(quoted(template[end : match.start()]))
        end = match.end()
        if letter == "%":
            parts.append(quoted("%"))
        elif not values:
            raise Declined("% with too few values")
        else:
            parts.append(_directive(t, values.pop(0), flags, width or "", precision, letter))
    if values:
        raise Declined("% with too many values")
    parts.append(quoted(template[end:]))
    return concatenated(_together(parts))


def _together(parts: list[Code]) -> list[Code]:
    """Neighbouring literals as one; empty ones gone."""
    result: list[Code] = []
    for part in parts:
        literal = part.level == LITERAL and part.startswith('"')
        if part == '""':
            continue
        if literal and result and result[-1].level == LITERAL and result[-1].startswith('"'):
            result[-1] = Code(f"{result[-1][:-1]}{part[1:]}", LITERAL)
        else:
            result.append(part)
    return result


def _directive(t: Translator, node: ast.expr, flags: str, width: str, precision: str | None, letter: str) -> Code:
    if letter in "sra":
        code = repr_of(t, node) if letter in "ra" else _text_in_concat(t, node)
        if not (flags or width or precision):
            return code
        return Code(f'string.format("%{flags}{width}{"." + precision if precision else ""}s", {code})')
    kind = t.type(node).kind
    code = t.expression(node)
    if letter in "diu":
        letter, code = "d", code if kind == "int" else t.call("to_int", code)
    if letter in "xX" and not (kind == "int" and t.frame.bounds.natural(node)):
        raise Declined("%x of what may not be an int, or below zero")
    if letter in "ocFG":
        raise Declined(f"%{letter}")
    return _c_format(f"%{flags}{width}{'.' + precision if precision else ''}{letter}", code)


def format_method(t: Translator, node: ast.Call) -> Code:
    """ "...".format(...), where the template is a literal."""
    assert isinstance(node.func, ast.Attribute)
    template = node.func.value
    if not isinstance(template, ast.Constant) or not isinstance(template.value, str):
        raise Declined("str.format with a computed template")
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    parts: list[Code] = []
    automatic = 0
    try:
        fields = list(string.Formatter().parse(template.value))
    except ValueError as error:
        raise Declined(f"str.format: {error}") from error
    for literal, name, spec, conversion in fields:
        parts.append(quoted(literal))
        if name is None:
            continue
        if name == "":
            name, automatic = str(automatic), automatic + 1
        if "{" in (spec or "") or not (name in named or (name.isdigit() and int(name) < len(node.args))):
            raise Declined("str.format with an uncommon field")
        value = named[name] if name in named else node.args[int(name)]
        if isinstance(value, ast.Starred):
            raise Declined("str.format with an uncommon field")
        if conversion and (spec or conversion != "r"):
            raise Declined("str.format with an uncommon field")
        parts.append(repr_of(t, value) if conversion else formatted(t, value, spec or ""))
    return concatenated(_together(parts))
