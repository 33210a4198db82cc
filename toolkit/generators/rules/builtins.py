"""Calls of Python's builtin functions: a table from name to writer."""

import ast
from collections.abc import Callable

from toolkit.generators.rules import classes, comprehensions, formats, fresh, iterables, ordering, truth
from toolkit.generators.rules.code import (
    ADD,
    COMPARE,
    LITERAL,
    MULTIPLY,
    UNARY,
    Code,
    binary,
    negated,
    quoted,
)
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS, SETS, TABLES, element

Writer = Callable[[Translator, ast.Call], Code]


def _length(t: Translator, node: ast.Call) -> Code:
    kind = t.type(node.args[0]).kind
    if kind == "str" or kind in ARRAYS:
        return Code(f"#{t.expression(node.args[0]).atom}", UNARY)
    if kind in SETS | DICTS:
        return t.call("size", t.expression(node.args[0]))
    if kind in ("int", "float", "none", "bool", "iterator", "function"):
        raise Declined(f"len of a {kind}")
    return t.call("len", t.expression(node.args[0]))


def _integer(t: Translator, node: ast.Call) -> Code:
    if not node.args:
        return Code("0", LITERAL)
    code, *base = t.operands(node.args)
    base += [t.expression(keyword.value) for keyword in node.keywords]
    match t.full_type(node.args[0]).kind:
        case "int":
            return code
        case "bool":
            return truth.choose(code, Code("1", LITERAL), Code("0", LITERAL), True)
        case "str":
            return t.call("parse_int", code, *base)
        case "float":
            return t.call("truncate", code)
    return t.call("to_int", code, *base)


def _float(t: Translator, node: ast.Call) -> Code:
    match node.args:
        case []:
            return Code("0.0", LITERAL)
        case [ast.Constant(value=str(text))] if text.strip().lower().lstrip("+-") in ("inf", "infinity", "nan"):
            word = text.strip().lower()
            if "nan" in word:
                return Code("(0 / 0)")
            return Code("-math.huge", UNARY) if word.startswith("-") else Code("math.huge")
    code = t.expression(node.args[0])
    kind = t.full_type(node.args[0]).kind
    if kind in ("int", "float"):
        return binary(code, "+", Code("0.0", LITERAL), ADD)
    return t.call("to_float", code)


def _text(t: Translator, node: ast.Call) -> Code:
    return formats.text_of(t, node.args[0]) if node.args else quoted("")


def _boolean(t: Translator, node: ast.Call) -> Code:
    if not node.args:
        return Code("false", LITERAL)
    code = truth.condition(t, node.args[0])
    plain = t.full_type(node.args[0]).kind == "bool" or code.level == COMPARE or code.startswith(("not ", "truthy("))
    return code if plain else negated(negated(Code(str(code), code.level)))


def _range(t: Translator, node: ast.Call) -> Code:
    return t.call("range", *t.operands(node.args))


def _list(t: Translator, node: ast.Call) -> Code:
    if not node.args:
        return Code("{}", LITERAL)
    inner = node.args[0]
    kind = t.type(inner).kind
    if fresh.is_fresh(t, inner) or kind in SETS | DICTS | {"str", "iterator"}:
        return iterables.as_list(t, inner)
    code = t.expression(inner)
    if kind not in ARRAYS:
        return t.call("fresh_list", code)
    if str(code).isidentifier():
        return Code(f"table.move({code}, 1, #{code.atom}, 1, {{}})")
    return t.call("slice", code)


def _tuple(t: Translator, node: ast.Call) -> Code:
    return _list(t, node)


def _set(t: Translator, node: ast.Call) -> Code:
    if not node.args:
        return Code("{}", LITERAL)
    kind = t.type(node.args[0])
    if kind.kind in SETS:
        return t.call("copy", t.expression(node.args[0]))
    inner = element(kind).kind
    name = "set_of_tables" if inner in ("tuple", "tuples", "list") else "set"
    return t.call(name, iterables.as_list(t, node.args[0], False))


def _dict(t: Translator, node: ast.Call) -> Code:
    if not node.args and not node.keywords:
        return Code(comprehensions.new_dict(t), LITERAL)
    if node.keywords or len(node.args) != 1:
        raise Declined("dict with uncommon arguments")
    inner = node.args[0]
    if t.type(inner).kind in DICTS:
        return t.call("merged", t.expression(inner))
    pair_kind = element(t.type(inner))
    if pair_kind.kind == "tuple" and pair_kind.of and pair_kind.of[0].kind in TABLES:
        raise Declined("dict of pairs with tuple keys")
    return t.call("dict", iterables.as_list(t, inner))


def _reversed(t: Translator, node: ast.Call) -> Code:
    return t.call("reversed", iterables.as_list(t, node.args[0]))


def _enumerate(t: Translator, node: ast.Call) -> Code:
    start = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
    return t.call("enumerate", iterables.as_list(t, node.args[0]), *(t.expression(each) for each in start))


def _zip(t: Translator, node: ast.Call) -> Code:
    match node.args:
        case [ast.Starred(value=inner)]:
            return t.call("zip", f"table.unpack({iterables.as_list(t, inner)})")
    if any(isinstance(each, ast.Starred) for each in node.args) or iterables.is_uncommon_zip(t, node):
        raise Declined("zip with uncommon arguments")
    return t.call("zip", *(iterables.as_list(t, each) for each in node.args))


def _absolute(t: Translator, node: ast.Call) -> Code:
    return Code(f"math.abs({truth.number(t, node.args[0])})")


def _round(t: Translator, node: ast.Call) -> Code:
    kind = t.type(node.args[0]).kind
    if kind == "int" and len(node.args) == 1 and not node.keywords:
        return t.expression(node.args[0])
    return t.call("round", *t.operands([*node.args, *(keyword.value for keyword in node.keywords)]))


def _divmod(t: Translator, node: ast.Call) -> Code:
    left, right = (t.simple(each, "value") for each in node.args)
    kinds = {t.type(each).kind for each in node.args}
    if t.frame.bounds.nonzero(node.args[1]) and not kinds & {"float", "any"}:
        return Code(f"{{{binary(left, '//', right, MULTIPLY)}, {binary(left, '%', right, MULTIPLY)}}}", LITERAL)
    return Code(f"{{{t.call('floor_divide', left, right)}, {t.call('modulo', left, right)}}}", LITERAL)


def _power(t: Translator, node: ast.Call) -> Code:
    codes = t.operands(node.args)
    return t.call("power" if len(codes) == 2 else "power_modulo", *codes)


def _character(t: Translator, node: ast.Call) -> Code:
    return t.call("chr", t.expression(node.args[0]))


def _ordinal(t: Translator, node: ast.Call) -> Code:
    match node.args[0]:
        case ast.Constant(value=str(text)) if len(text) == 1 and text.isascii():
            return Code(f"({t.expression(node.args[0])}):byte()")
    return t.call("ord", t.expression(node.args[0]))


def _based(prefix: str, base: int) -> Writer:
    return lambda t, node: t.call("to_base", t.expression(node.args[0]), str(base), quoted(prefix))


def _iterate(t: Translator, node: ast.Call) -> Code:
    if len(node.args) != 1:
        raise Declined("iter with a sentinel")
    if t.type(node.args[0]).kind == "iterator":
        return t.expression(node.args[0])
    return t.call(
        "iter",
        iterables.as_list(t, node.args[0])
        if t.type(node.args[0]).kind in TABLES | {"str"}
        else t.expression(node.args[0]),
    )


def _next(t: Translator, node: ast.Call) -> Code:
    codes = t.operands(node.args)
    if t.type(node.args[0]).kind in ARRAYS:
        if not isinstance(node.args[0], ast.Call):
            raise Declined("next of an iterator that is a list here")
        codes[0] = t.call("iter", codes[0])
    if len(codes) == 1:
        return t.call("next_value", codes[0])
    if codes[1] == "nil":
        return Code(f"{codes[0].atom}()")
    return t.call("next_or", *codes)


def _callable(t: Translator, node: ast.Call) -> Code:
    return classes.type_test(f'type({t.expression(node.args[0])}) == "function"')


def _format(t: Translator, node: ast.Call) -> Code:
    match node.args:
        case [value, ast.Constant(value=str(spec))] if spec:
            return formats.formatted(t, value, spec)
        case [value]:
            return formats.text_of(t, value)
    return t.call("format_value", *t.operands(node.args))


BUILTINS: dict[str, Writer] = {
    "len": _length,
    "int": _integer,
    "float": _float,
    "str": _text,
    "repr": lambda t, node: formats.repr_of(t, node.args[0]),
    "bool": _boolean,
    "range": _range,
    "list": _list,
    "tuple": _tuple,
    "set": _set,
    "frozenset": _set,
    "dict": _dict,
    "min": ordering.extreme,
    "max": ordering.extreme,
    "sorted": ordering.sorted_,
    "reversed": _reversed,
    "enumerate": _enumerate,
    "zip": _zip,
    "sum": comprehensions.summed,
    "any": comprehensions.quantified,
    "all": comprehensions.quantified,
    "abs": _absolute,
    "round": _round,
    "divmod": _divmod,
    "pow": _power,
    "chr": _character,
    "ord": _ordinal,
    "bin": _based("0b", 2),
    "oct": _based("0o", 8),
    "hex": _based("0x", 16),
    "isinstance": classes.isinstance_,
    "iter": _iterate,
    "next": _next,
    "callable": _callable,
    "format": _format,
}
