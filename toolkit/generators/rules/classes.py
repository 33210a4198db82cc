"""isinstance, and what else asks for the class of a value."""

import ast

from toolkit.generators.rules.code import (
    LITERAL,
    OR,
    Code,
    chain,
    compare,
)
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import DICTS, SETS, TABLES

_TYPE_TESTS = {"str": 'type({}) == "string"', "bool": 'type({}) == "boolean"', "float": 'math.type({}) == "float"'}

_GROUPS = {
    **dict.fromkeys(("list", "tuple", "Sequence", "Iterable", "Collection", "deque"), "list"),
    **dict.fromkeys(("dict", "Mapping"), "dict"),
    **dict.fromkeys(("set", "frozenset"), "set"),
}


def isinstance_(t: Translator, node: ast.Call) -> Code:
    value, classes = node.args
    nodes = classes.elts if isinstance(classes, ast.Tuple) else [classes]
    names = [each.id if isinstance(each, ast.Name) else getattr(each, "attr", "?") for each in nodes]
    code = t.simple(value, "value")
    _tell_apart(t, value, names)
    if {"int", "float"} <= set(names):
        names = ["number", *(each for each in names if each not in ("int", "float"))]
    parts = [_is_a(t, value, code, each) for each in names]
    parts = list(dict.fromkeys(parts))
    if "true" in parts:
        return Code("true", LITERAL)
    parts = [part for part in parts if part != "false"]
    return chain("or", parts, OR) if parts else Code("false", LITERAL)


def _tell_apart(t: Translator, value: ast.expr, names: list[str]) -> None:
    """An empty list is an empty dict in Lua, and a dict looks like a set: nobody can tell one from the other."""
    groups = frozenset(_GROUPS[name] for name in names if name in _GROUPS)
    if not groups or t.full_type(value).kind not in ("any", "unknown", "optional"):
        return
    asked = t.frame.asked.setdefault(ast.unparse(value), set())
    asked.add(groups)
    if len(asked) > 1 and len(frozenset().union(*asked)) > 1:
        raise Declined("lists, dicts and sets told apart by isinstance")


def integer_alone(t: Translator, value: ast.expr) -> Code:
    """`type(value) == int`."""
    if t.full_type(value).kind == "bool":
        return Code("false", LITERAL)
    return type_test(f'math.type({t.simple(value, "value")}) == "integer"')


def _is_a(t: Translator, node: ast.expr, code: Code, name: str) -> Code:
    kind = t.full_type(node).kind
    uncertain = kind in ("any", "unknown", "optional")
    match name:
        case "str" | "bool" | "float":
            return type_test(_TYPE_TESTS[name].format(code))
        case "int" | "number" | "Number" | "Integral":
            test = type_test(
                f'math.type({code}) == "integer"' if name in ("int", "Integral") else f'type({code}) == "number"'
            )
            boolean = type_test(f'type({code}) == "boolean"')
            return Code(f"{test} or {boolean}", OR) if kind in ("any", "bool") else test
        case "list" | "tuple" | "Sequence" | "Iterable" | "Collection" | "deque":
            if not uncertain:
                named = {"list": {"list"}, "deque": {"list"}, "tuple": {"tuple", "tuples"}}.get(name)
                fits = kind in named if named else kind in TABLES | {"str", "iterator"}
                return Code("true" if fits else "false", LITERAL)
            return t.call("is_list", code)
        case "dict" | "Mapping" | "set" | "frozenset":
            if not uncertain:
                fits = kind in (DICTS if name in ("dict", "Mapping") else SETS)
                return Code("true" if fits else "false", LITERAL)
            return t.call("is_map", code)
        case "complex" | "bytes" | "bytearray" | "Fraction" | "Decimal" | "type":
            return Code("false", LITERAL)
        case "FunctionType" | "LambdaType" | "MethodType" | "BuiltinFunctionType" | "Callable":
            return type_test(f'type({code}) == "function"')
        case _ if name.endswith("Type"):
            return Code("false", LITERAL)
    raise Declined(f"isinstance of {name}")


def type_test(text: str) -> Code:
    left, _, right = text.partition(" == ")
    return compare(Code(left), "==", Code(right, LITERAL))
