"""Comparisons: chained ones, equality of tables, order of lists, membership."""

import ast

from toolkit.generators.rules import classes, operators, truth
from toolkit.generators.rules.code import (
    AND,
    LITERAL,
    OR,
    Code,
    chain,
    compare,
    negated,
)
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS, NUMBERS, SETS, TABLES, ValueType, element

_COMPARISONS = {ast.Eq: "==", ast.NotEq: "~=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def comparison(t: Translator, node: ast.expr) -> Code:
    """A comparison, chained or not."""
    assert isinstance(node, ast.Compare)
    if len(node.ops) == 1:
        return _single(t, node)
    nodes = [node.left, *node.comparators]
    codes = t.operands(nodes)
    codes = [
        code if place in (0, len(codes) - 1) or _cheap(code) else t.keep(code, "value")
        for place, code in enumerate(codes)
    ]
    parts = []
    for place, op in enumerate(node.ops):
        parts.append(_pair(t, op, nodes[place], codes[place], nodes[place + 1], codes[place + 1]))
    return chain("and", parts, AND)


def _cheap(code: Code) -> bool:
    return "(" not in code


def _single(t: Translator, node: ast.Compare) -> Code:
    op, left, right = node.ops[0], node.left, node.comparators[0]
    if isinstance(op, ast.In | ast.NotIn):
        found = membership(t, left, right)
        return negated(found) if isinstance(op, ast.NotIn) else found
    if isinstance(op, ast.Eq | ast.NotEq):
        empty = _against_empty(t, left, right)
        if empty is not None:
            return empty if isinstance(op, ast.Eq) else negated(empty)
        is_type = _type_test(t, left, right)
        if is_type is not None:
            return is_type if isinstance(op, ast.Eq) else negated(is_type)
    one, other = t.operands([left, right])
    return _pair(t, op, left, one, right, other)


def _type_test(t: Translator, left: ast.expr, right: ast.expr) -> Code | None:
    match left, right:
        case ast.Call(func=ast.Name(id="type"), args=[value]), ast.Name():
            if right.id == "int":  # True is an instance of int, and its type is another
                return classes.integer_alone(t, value)
            call = ast.Call(ast.Name("isinstance", ast.Load()), [value, right], [])
            return t.expression(call)
    return None


def _against_empty(t: Translator, left: ast.expr, right: ast.expr) -> Code | None:
    match right:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            code = t.expression(left)
            kind = t.full_type(left)
            if kind.kind in TABLES:
                return negated(truth.filled(t, code, kind))
    return None


def _pair(t: Translator, op: ast.cmpop, left: ast.expr, one: Code, right: ast.expr, other: Code) -> Code:
    if isinstance(op, ast.Is | ast.IsNot):
        return compare(one, "==" if isinstance(op, ast.Is) else "~=", other)
    if isinstance(op, ast.In | ast.NotIn):
        raise Declined("chained comparison with in")
    kinds = t.type(left), t.type(right)
    names = {kinds[0].kind, kinds[1].kind}
    if isinstance(op, ast.Eq | ast.NotEq):
        same = equality(t, kinds[0], one, kinds[1], other)
        return same if isinstance(op, ast.Eq) else negated(same)
    symbol = _COMPARISONS[type(op)]
    if names & SETS:
        return _subsets(t, op, one, other)
    if names & ARRAYS or names == {"any"}:
        return _ordered(t, op, one, other)
    if names & DICTS:
        raise Declined("order of dicts")
    one, other = _countable(t, left, one), _countable(t, right, other)
    return compare(one, symbol, other)


def _countable(t: Translator, node: ast.expr, code: Code) -> Code:
    if t.full_type(node).kind != "bool":
        return code
    return truth.choose(code, Code("1", LITERAL), Code("0", LITERAL), True)


def equality(t: Translator, left: ValueType, one: Code, right: ValueType, other: Code) -> Code:
    """Equal in Python's sense: tables by what they hold; a boolean is a number."""
    kinds = {left.kind, right.kind}
    if "bool" in kinds and kinds & NUMBERS:
        one, other = (
            truth.choose(code, Code("1", LITERAL), Code("0", LITERAL), True) if kind.kind == "bool" else code
            for kind, code in ((left, one), (right, other))
        )
        return compare(one, "==", other)
    if kinds & {"none", "bool", "int", "float", "str"} or kinds & {"function"}:
        return compare(one, "==", other)
    return t.call("equal", one, other)


def _subsets(t: Translator, op: ast.cmpop, one: Code, other: Code) -> Code:
    if isinstance(op, ast.Gt | ast.GtE):
        one, other = other, one
    inside = t.call("is_subset", one, other)
    if isinstance(op, ast.Lt | ast.Gt):
        return Code(f"{inside} and not {t.call('equal', one, other)}", AND)
    return inside


def _ordered(t: Translator, op: ast.cmpop, one: Code, other: Code) -> Code:
    match op:
        case ast.Lt():
            return t.call("less", one, other)
        case ast.Gt():
            return t.call("less", other, one)
        case ast.LtE():
            return negated(t.call("less", other, one))
    return negated(t.call("less", one, other))


def membership(t: Translator, item: ast.expr, container: ast.expr) -> Code:
    """`item in container`."""
    kind = t.type(container)
    match container:
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            if 0 < len(elements) <= 4 and all(isinstance(each, ast.Constant) for each in elements):
                code = t.simple(item, "value")
                return chain("or", [compare(code, "==", t.expression(each)) for each in elements], OR)
        case ast.Call(func=ast.Attribute(value=inner, attr="keys"), args=[]) if t.type(inner).kind in DICTS:
            return membership(t, item, inner)
    one, other = t.operands([item, container])
    if kind.kind == "defaultdict":
        return compare(Code(f"rawget({other}, {operators.key(t, item, one)})"), "~=", operators.NIL)
    if kind.kind in DICTS | SETS:
        return compare(Code(f"{other.atom}[{operators.key(t, item, one)}]"), "~=", operators.NIL)
    if kind.kind == "str":
        return compare(Code(f"{other.atom}:find({one}, 1, true)"), "~=", operators.NIL)
    if kind.kind in ARRAYS:
        scalar = {t.type(item).kind, element(kind).kind} & {"int", "float", "str", "bool", "none"}
        return t.call("contains" if scalar else "contains_equal", other, one)
    return t.call("has", other, one)
