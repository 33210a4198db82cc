"""Arithmetic and comparisons."""

import ast

from toolkit.generators.rules import truth
from toolkit.generators.rules.code import (
    ADD,
    AND,
    BIT_AND,
    BIT_OR,
    BIT_XOR,
    CONCAT,
    LITERAL,
    MULTIPLY,
    OR,
    POWER,
    SHIFT,
    Code,
    binary,
    chain,
    compare,
)
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.formats import percent
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS, SETS, ValueType, element

NIL = Code("nil", LITERAL)
_PLAIN = {
    ast.Sub: ("-", ADD),
    ast.Mult: ("*", MULTIPLY),
    ast.BitAnd: ("&", BIT_AND),
    ast.BitOr: ("|", BIT_OR),
    ast.BitXor: ("~", BIT_XOR),
}
_SET_OPERATIONS = {
    ast.BitAnd: "intersection",
    ast.BitOr: "union",
    ast.Sub: "difference",
    ast.BitXor: "symmetric_difference",
}
_UNCERTAIN = {"any", "unknown"}


def operation(t: Translator, node: ast.expr) -> Code:
    """A binary operation."""
    assert isinstance(node, ast.BinOp)
    if isinstance(node.op, ast.Mod) and t.type(node.left).kind == "str":
        return percent(t, node)
    left, right = t.operands([node.left, node.right])
    return combine(t, node.op, node.left, left, node.right, right)


def combine(t: Translator, op: ast.operator, one: ast.expr, left: Code, other: ast.expr, right: Code) -> Code:
    """The operation on operands that are already written; the nodes give their types."""
    kinds = t.type(one), t.type(other)
    names = {kinds[0].kind, kinds[1].kind}
    left, right = _counted(t, one, left, names, op), _counted(t, other, right, names, op)
    if names & SETS and type(op) in _SET_OPERATIONS:
        return t.call(_SET_OPERATIONS[type(op)], left, right)
    if names & (DICTS | SETS):
        return _dicts(t, op, kinds, left, right)
    match op:
        case ast.Add():
            return _add(t, names, left, right)
        case ast.Mult():
            return _multiply(t, kinds, left, right)
        case ast.Div():
            return _divide(t, "/", "divide", other, left, right)
        case ast.FloorDiv():
            if names & {"float", "any"} and not _is_power_of_two(other):
                return t.call("floor_divide", left, right)
            return _divide(t, "//", "floor_divide", other, left, right)
        case ast.Mod():
            if kinds[0].kind in _UNCERTAIN:
                return t.call("modulo", left, right)
            return _divide(t, "%", "modulo", other, left, right)
        case ast.Pow():
            return _power(t, one, left, other, right)
        case ast.LShift() | ast.RShift():
            return _shift(t, op, other, left, right)
        case ast.BitAnd() | ast.BitOr() | ast.BitXor() if names == {"bool"}:
            return _booleans(op, left, right)
        case ast.MatMult():
            raise Declined("operator: @")
    if isinstance(op, ast.Sub) and names & {"list", "str", "none"}:
        raise Declined("operator: - on a list or string")
    symbol, level = _PLAIN[type(op)]
    return binary(left, symbol, right, level)


def _is_power_of_two(node: ast.expr) -> bool:
    """Dividing by it is exact, so that Lua's quotient is Python's."""
    return isinstance(node, ast.Constant) and node.value in (1, 2, 4, 8, 16, 32, 64)


def _shift(t: Translator, op: ast.operator, places: ast.expr, left: Code, right: Code) -> Code:
    """Lua shifts the other way by a negative number, and keeps 64 bits."""
    right_way = isinstance(op, ast.RShift)
    match places:
        case ast.Constant(value=int(number)) if 0 <= number < (63 if right_way else 32):
            return (
                binary(left, "//", Code(f"(1 << {right.at(SHIFT + 1)})"), MULTIPLY)
                if right_way
                else binary(left, "<<", right, SHIFT)
            )
    return t.call("shift_right" if right_way else "shift_left", left, right)


def _counted(t: Translator, node: ast.expr, code: Code, names: set[str], op: ast.operator) -> Code:
    if t.full_type(node).kind != "bool":
        return code
    if names == {"bool"} and isinstance(op, ast.BitAnd | ast.BitOr | ast.BitXor):
        return code
    return truth.choose(code, Code("1", LITERAL), Code("0", LITERAL), True)


def _booleans(op: ast.operator, left: Code, right: Code) -> Code:
    match op:
        case ast.BitAnd():
            return Code(f"{left.at(AND)} and {right.at(AND)}", AND)
        case ast.BitOr():
            return Code(f"{left.at(OR)} or {right.at(OR)}", OR)
    return compare(left, "~=", right)


def _dicts(t: Translator, op: ast.operator, kinds: tuple[ValueType, ValueType], left: Code, right: Code) -> Code:
    if "counter" in (kinds[0].kind, kinds[1].kind) and isinstance(op, ast.Add | ast.Sub):
        return t.call("counter_sum", left, right, *(["-1"] if isinstance(op, ast.Sub) else []))
    if isinstance(op, ast.BitOr) and kinds[0].kind in DICTS:
        return t.call("merged", left, right)
    raise Declined(f"operator: {type(op).__name__} on {kinds[0].kind} and {kinds[1].kind}")


def _add(t: Translator, names: set[str], left: Code, right: Code) -> Code:
    if "str" in names and names <= {"str", "unknown", "any"}:
        return chain("..", [left, right], CONCAT)
    if names & ARRAYS:
        return t.call("concat", left, right)
    if names <= _UNCERTAIN:
        return t.call("add", left, right)
    return binary(left, "+", right, ADD)


def _multiply(t: Translator, kinds: tuple[ValueType, ValueType], left: Code, right: Code) -> Code:
    for kind, code, times in ((kinds[0], left, right), (kinds[1], right, left)):
        if kind.kind == "str":
            return Code(f"{code.atom}:rep({times})")
        if kind.kind in ARRAYS:
            if element(kind).kind == "none":
                raise Declined("None in a list")
            return t.call("rep", code, times)
    if {each.kind for each in kinds} <= _UNCERTAIN:
        return t.call("multiply", left, right)
    return binary(left, "*", right, MULTIPLY)


def _divide(t: Translator, symbol: str, helper: str, divisor: ast.expr, left: Code, right: Code) -> Code:
    if t.frame.bounds.nonzero(divisor) or f"nonzero {ast.unparse(divisor)}" in t.facts or _filled_length(t, divisor):
        return binary(left, symbol, right, MULTIPLY)
    return t.call(helper, left, right)


def _filled_length(t: Translator, node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[container]):
            return truth.filled_fact(container) in t.facts
    return truth.filled_fact(node) in t.facts


def _power(t: Translator, base: ast.expr, left: Code, exponent: ast.expr, right: Code) -> Code:
    match exponent:
        case ast.Constant(value=2) if str(left).isidentifier():
            return binary(left, "*", left, MULTIPLY)
        case ast.Constant(value=float(number)) if 0 <= number <= 1 or small_power(base, number):
            return Code(f"{left.atom} ^ {right.at(POWER)}", POWER)
    return t.call("power", left, right)


def small_power(base: ast.expr, exponent: float) -> bool:
    """Whether a power of two literals is far from what a float can not hold."""
    match base:
        case ast.Constant(value=int(number) | float(number)):
            return 1 <= number <= 1000 and 0 <= exponent <= 100
    return False


def key(t: Translator, node: ast.expr, code: Code) -> Code:
    """A value as a key of a table: tuples are interned, so that equal ones are the same table."""
    kind = t.type(node)
    if kind.kind in ("tuple", "tuples"):
        return t.call("intern", code)
    if kind.kind in SETS | DICTS:
        raise Declined(f"a {kind.kind} as a key")
    return t.call("intern", code) if kind.kind == "list" else code
