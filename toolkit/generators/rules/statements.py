"""Statements, except functions, loops and `try`."""

import ast

from toolkit.generators.rules import operators, raising, truth
from toolkit.generators.rules.code import Code, negated
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.iterables import as_list
from toolkit.generators.rules.translator import Translator, assigned_names
from toolkit.generators.rules.types import ARRAYS, DICTS


def expression(t: Translator, node: ast.stmt) -> None:
    """An expression as a statement: a call that is made for what it does."""
    assert isinstance(node, ast.Expr)
    value = node.value
    match value:
        case ast.Constant():
            return
        case ast.Yield(value=inner):
            if inner is None or t.may_be_none(inner):
                raise Declined("None in a generator")
            t.emit(f"coroutine.yield({t.expression(inner)})")
            return
        case ast.YieldFrom(value=inner):
            with t.block(
                f"for _, value in ipairs({as_list(t, inner)}) do"
                if t.type(inner).kind in ARRAYS
                else f"for value in {t.call('each', t.expression(inner))} do"
            ):
                t.emit("coroutine.yield(value)")
            return
    code = t.expression(value)
    if _is_statement(code):
        t.emit(str(code))
    elif str(code).isidentifier():
        return
    else:
        t.emit(f"local _ = {code}")


def _is_statement(code: Code) -> bool:
    """Calls and the assignments that some methods become."""
    if code.endswith(("= true", "= nil")) or "] = " in code:
        return True
    return code.endswith(")") and not code.startswith(("(", '"', "#", "-", "not ")) and code.level == 14


def delete(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.Delete)
    for each in node.targets:
        match each:
            case ast.Subscript(value=container, slice=ast.Slice() as part):
                parts = [t.expression(bound) if bound else "nil" for bound in (part.lower, part.upper, part.step)]
                t.emit(str(t.call("splice", t.expression(container), *parts, "{}")))
            case ast.Subscript(value=container, slice=index):
                code, place = t.operands([container, index])
                if t.type(container).kind in DICTS:
                    t.emit(str(t.call("pop_key", code, operators.key(t, index, place))))
                else:
                    t.emit(str(t.call("pop", code, place)))
            case ast.Name(id=name):
                t.emit(f"{t.name(name)} = nil")
            case _:
                raise Declined("del of an attribute")


def if_(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.If)
    t.emit(f"if {truth.condition(t, node.test)} then")
    _branches(t, node)
    t.emit("end")
    ends = _leaves(node.body)
    for each in (node.body, node.orelse):
        if not _leaves(each):
            t.forget(assigned_names(each))
            t.forget_changes(each)
    if ends and not node.orelse:
        truth.learn(t, node.test, False)
    elif len(node.body) == 1 and isinstance(node.body[0], ast.Assign) and not node.orelse:
        _default_key(t, node.test, node.body[0])


def _leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _default_key(t: Translator, test: ast.expr, body: ast.Assign) -> None:
    """After `if k not in d: d[k] = v` the key is there."""
    match test, body.targets:
        case ast.Compare(left=key, ops=[ast.NotIn()], comparators=[container]), [ast.Subscript() as target]:
            if ast.unparse(target) == f"{ast.unparse(container)}[{ast.unparse(key)}]":
                t.facts.add(truth.key_fact(container, key))


def _branches(t: Translator, node: ast.If) -> None:
    facts = set(t.facts)
    truth.learn(t, node.test, True)
    with t.indented():
        t.block_of(node.body)
    t.facts = set(facts)
    truth.learn(t, node.test, False)
    match node.orelse:
        case []:
            pass
        case [ast.If() as other] if not t.frame.plan.before.get(other):
            with t.captured() as lines, t.indented():
                test = truth.condition(t, other.test)
            if lines:
                t.emit("else")
                t.lines.extend(lines)
                with t.indented():
                    t.emit(f"if {test} then")
                    _branches(t, other)
                    t.emit("end")
            else:
                t.emit(f"elseif {test} then")
                _branches(t, other)
        case _:
            t.emit("else")
            with t.indented():
                t.block_of(node.orelse)
    t.facts = facts


def assert_(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.Assert)
    message = raising.message(t, "AssertionError", [node.msg] if node.msg else [])
    with t.block(f"if {negated(truth.condition(t, node.test))} then"):
        t.emit(f"error({message}, 0)")
    truth.learn(t, node.test, True)


def nothing(t: Translator, node: ast.stmt) -> None:
    """pass, imports, global and nonlocal: Lua needs no word for them."""
