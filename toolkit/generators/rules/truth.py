"""Python's truth in Lua: conditions, `and`, `or`, `not`, and `if else` as values."""

import ast
from itertools import pairwise

from toolkit.generators.rules.code import AND, LITERAL, OR, Code, compare, negated
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS, SETS, ValueType

_ALWAYS_TRUE = {"function", "iterator", "error"}


def condition(t: Translator, node: ast.expr) -> Code:
    """Lua code that is true where Python takes the value for true; its own value means nothing else."""
    match node:
        case ast.BoolOp(op=op, values=values):
            return _joined(t, op, values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return negated(condition(t, operand))
        case ast.Constant(value=value):
            return Code("true" if value else "false", LITERAL)
    kind = t.full_type(node)
    if kind.kind == "optional" and kind.of[0].kind in _ALWAYS_TRUE | {"bool"}:
        return t.expression(node)
    if kind.kind == "optional" and kind.of[0].kind in ("int", "float", "str", *ARRAYS):
        code = t.simple(node, "value")
        some = compare(code, "~=", Code("nil", LITERAL))
        return Code(f"{some} and {filled(t, code, kind.of[0])}", AND)
    code = t.expression(node)
    return filled(t, code, kind)


def filled(t: Translator, code: Code, kind: ValueType) -> Code:
    """The condition that a value of a known type is true in Python's sense."""
    match kind.kind:
        case "bool" | "function" | "iterator" | "error" | "none":
            return code
        case "int" | "float":
            return compare(code, "~=", Code("0", LITERAL))
        case "str":
            return compare(code, "~=", Code('""', LITERAL))
        case each if each in ARRAYS:
            length = Code(f"#{code.atom}", 11)
            return Code(f"{length} > 0", 3, Code(f"{length} == 0", 3))
        case each if each in DICTS | SETS:
            return compare(Code(f"next({code})"), "~=", Code("nil", LITERAL))
    return t.call("truthy", code)


def _joined(t: Translator, op: ast.boolop, values: list[ast.expr]) -> Code:
    level, word = (AND, "and") if isinstance(op, ast.And) else (OR, "or")
    parts = [condition(t, values[0])]
    facts = set(t.facts)
    for previous, each in pairwise(values):
        learn(t, previous, isinstance(op, ast.And))
        parts.append(t.apart(each, lambda t, node: condition(t, node)))
    t.facts = facts
    return Code(f" {word} ".join(part.at(level) for part in parts), level)


def learn(t: Translator, test: ast.expr, truth: bool) -> None:
    """Remember what a condition says about keys and emptiness: `k in d`, `xs`, `len(xs) > 0`."""
    match test:
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) == truth:
            for each in values:
                learn(t, each, truth)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            learn(t, operand, not truth)
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as inside], comparators=[container]):
            if isinstance(inside, ast.In) == truth:
                t.facts.add(key_fact(container, left))
        case ast.Name() | ast.Attribute() | ast.Subscript() if truth:
            t.facts.add(filled_fact(test))
        case ast.Compare(left=left, ops=ops, comparators=others):
            if truth or len(ops) == 1:
                nodes = [left, *others]
                for place, op_here in enumerate(ops):
                    kind = type(op_here) if truth else _OPPOSITE[type(op_here)]
                    _learn_order(t, nodes[place], kind(), nodes[place + 1])
    if any(isinstance(each, ast.Call) for each in ast.walk(test)):
        t.forget_changes([test])


_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}


def _learn_order(t: Translator, left: ast.expr, op: ast.cmpop, right: ast.expr) -> None:
    """i < len(xs), len(xs) > 0, i >= 0."""
    if isinstance(left, ast.Constant) and type(op) in _TURNED:
        _learn_order(t, right, _TURNED[type(op)](), left)
        return
    if isinstance(op, ast.Lt) and t.frame.bounds.measured(right):
        t.facts.add(f"{ast.unparse(left)} below {t.frame.bounds.measured(right)}")
    match right:
        case ast.Constant(value=int(number)) if isinstance(op, ast.Gt | ast.GtE | ast.Eq | ast.NotEq):
            container = t.frame.bounds.measured(left)
            least = number + isinstance(op, ast.Gt)
            if isinstance(op, ast.NotEq):
                t.facts.add(f"nonzero {ast.unparse(left)}" if number == 0 else "")
                least = 1 if number == 0 and container else -1
            if least >= 0:
                t.facts.add(f"natural {ast.unparse(left)}")
            if least > 0:
                t.facts.add(f"nonzero {ast.unparse(left)}")
            if least > 0 and container:
                t.facts.add(f"filled {container}")


def key_fact(container: ast.expr, key: ast.expr) -> str:
    return f"{ast.unparse(key)} in {ast.unparse(container)}"


def filled_fact(container: ast.expr) -> str:
    return f"filled {ast.unparse(container)}"


def boolean_value(t: Translator, node: ast.expr) -> Code:
    """`a and b`, `a or b` as values: the operand itself, not a boolean."""
    assert isinstance(node, ast.BoolOp)
    if all(t.full_type(each).kind == "bool" for each in node.values):
        return condition(t, node)
    return _value(t, node.op, node.values)


def _value(t: Translator, op: ast.boolop, values: list[ast.expr]) -> Code:
    if len(values) == 1:
        return t.expression(values[0])
    first, rest = values[0], values[1:]
    kind = t.full_type(first)
    is_plain = kind.kind == "bool" or (kind.kind == "optional" and kind.of[0].kind in _ALWAYS_TRUE)
    facts = set(t.facts)
    head = t.expression(first) if is_plain else t.simple(first, "value")
    learn(t, first, isinstance(op, ast.And))
    tail = t.apart(first, lambda t, _: _value(t, op, rest))
    t.facts = facts
    if isinstance(op, ast.Or):
        if is_plain:
            return Code(f"{head.at(OR)} or {tail.at(OR)}", OR)
        return Code(f"{filled(t, head, kind).at(AND)} and {head} or {tail.at(OR)}", OR)
    if is_plain:
        return Code(f"{head.at(AND)} and {tail.at(AND)}", AND)
    return choose(filled(t, head, kind), tail, head, _solid(t, rest[-1]) and len(rest) == 1)


def _solid(t: Translator, node: ast.expr) -> bool:
    """Whether the value can not be nil or false."""
    kind = t.full_type(node).kind
    return kind in ("int", "float", "str", "function", "iterator", *ARRAYS, *DICTS, *SETS)


def choose(test: Code, yes: Code, no: Code, solid: bool) -> Code:
    """`yes if test else no`; `solid` where `yes` is neither nil nor false."""
    if solid:
        return Code(f"{test.at(AND)} and {yes.at(AND)} or {no.at(OR)}", OR)
    return Code(f"(function() if {test} then return {yes} else return {no} end end)()")


def conditional(t: Translator, node: ast.expr) -> Code:
    """`a if test else b`."""
    assert isinstance(node, ast.IfExp)
    test = condition(t, node.test)
    facts = set(t.facts)
    learn(t, node.test, True)
    yes = t.apart(node.body)
    t.facts = set(facts)
    learn(t, node.test, False)
    no = t.apart(node.orelse)
    t.facts = facts
    if yes == "true" and no == "false" and not test.startswith("next("):
        return test if test.level != 14 or t.full_type(node.test).kind == "bool" else negated(negated(test))
    if not _solid(t, node.body) and _solid(t, node.orelse):
        return choose(negated(test), no, yes, True)
    return choose(test, yes, no, _solid(t, node.body))


def unary(t: Translator, node: ast.expr) -> Code:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.Not):
        code = condition(t, node)
        return code
    code = number(t, node.operand)
    match node.op:
        case ast.USub():
            return Code(f"-{code.at(11)}" if not code.startswith("-") else f"-({code})", 11)
        case ast.Invert():
            return Code(f"~{code.at(11)}", 11)
    return code


def number(t: Translator, node: ast.expr) -> Code:
    """An operand of arithmetic: Lua does not count with booleans."""
    code = t.expression(node)
    if t.full_type(node).kind == "bool":
        return choose(code, Code("1", LITERAL), Code("0", LITERAL), True)
    return code
