"""Comprehensions and what consumes generator expressions: loops written before the statement that needs them."""

import ast
from collections.abc import Callable

from toolkit.generators.rules import calm, iterables, iteration, operators, truth
from toolkit.generators.rules.code import LITERAL, Code, negated
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.scopes import target_names
from toolkit.generators.rules.translator import Translator

Body = Callable[[], None]


def nest(t: Translator, generators: list[ast.comprehension], body: Body, in_order: bool) -> None:
    """The loops and conditions of a comprehension, with `body` inside."""
    if not generators:
        body()
        return
    first, rest = generators[0], generators[1:]
    if first.is_async:
        raise Declined("async")
    with iteration.loop(t, first.target, first.iter, target_names(first.target), in_order):
        _conditions(t, first.ifs, lambda: nest(t, rest, body, in_order))


def _conditions(t: Translator, tests: list[ast.expr], body: Body) -> None:
    if not tests:
        body()
        return
    facts = set(t.facts)
    test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
    if len(tests) > 1:
        for each in tests:
            assert each in t.inference.types
    with t.block(f"if {truth.condition(t, test)} then"):
        for each in tests:
            truth.learn(t, each, True)
        body()
    t.facts = facts


def listed(t: Translator, node: ast.expr, into: str = "") -> Code:
    """A list comprehension; `into` is a variable that is already declared as an empty table."""
    assert isinstance(node, ast.ListComp)
    t.held([node.elt], "list")
    result = into or t.temporary("result")
    if not into:
        t.emit(f"local {result} = {{}}")
    nest(t, node.generators, lambda: t.emit(f"{result}[#{result} + 1] = {t.expression(node.elt)}"), True)
    return Code(result)


def set_of(t: Translator, node: ast.expr, into: str = "") -> Code:
    assert isinstance(node, ast.SetComp)
    t.held([node.elt], "set")
    result = into or t.temporary("set")
    if not into:
        t.emit(f"local {result} = {{}}")

    def add() -> None:
        t.emit(f"{result}[{operators.key(t, node.elt, t.expression(node.elt))}] = true")

    nest(t, node.generators, add, not calm.order_unseen(node, t.variables, True))
    return Code(result)


def dict_of(t: Translator, node: ast.expr, into: str = "") -> Code:
    assert isinstance(node, ast.DictComp)
    t.held([node.key, node.value], "dict")
    result = into or t.temporary("map")
    if not into:
        t.emit(f"local {result} = {new_dict(t)}")

    def add() -> None:
        key, value = t.operands([node.key, node.value])
        t.emit(f"{result}[{operators.key(t, node.key, key)}] = {value}")

    nest(t, node.generators, add, True)
    return Code(result)


def new_dict(t: Translator) -> str:
    return str(t.call("ordered")) if t.ordered else "{}"


def generator(t: Translator, node: ast.expr) -> Code:
    """A generator expression that nobody consumes here: a coroutine that yields."""
    assert isinstance(node, ast.GeneratorExp)
    t.held([node.elt], "generator")
    result = t.temporary("values")
    with t.block(f"local {result} = coroutine.wrap(function()", "end)"):
        nest(t, node.generators, lambda: t.emit(f"coroutine.yield({t.expression(node.elt)})"), True)
    return Code(result)


def quantified(t: Translator, node: ast.Call) -> Code:
    """any(...) and all(...)."""
    assert isinstance(node.func, ast.Name)
    is_any = node.func.id == "any"
    inner = node.args[0]
    if not isinstance(inner, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return t.call("any" if is_any else "all", iterables.as_list(t, inner))
    result = t.temporary("found" if is_any else "holds")
    t.emit(f"local {result} = {'false' if is_any else 'true'}")
    several = len(inner.generators) > 1

    def check() -> None:
        with t.captured() as lines, t.indented():
            test = truth.condition(t, inner.elt)
        t.lines.extend(lines)
        with t.block(f"if {test if is_any else negated(test)} then"):
            t.emit(f"{result} = {'true' if is_any else 'false'}")
            t.emit("break")

    if several:
        return _several(t, inner, is_any, result)
    nest(t, inner.generators, check, not calm.order_unseen(inner, t.variables, False))
    return Code(result)


def _several(t: Translator, inner: ast.GeneratorExp | ast.ListComp | ast.SetComp, is_any: bool, result: str) -> Code:
    def check() -> None:
        test = truth.condition(t, inner.elt)
        with t.block(f"if {test if is_any else negated(test)} then"):
            t.emit(f"{result} = {'true' if is_any else 'false'}")

    nest(t, inner.generators, check, not calm.order_unseen(inner, t.variables, False))
    return Code(result)


def summed(t: Translator, node: ast.Call) -> Code:
    """sum(...)."""
    inner = node.args[0]
    start = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords), None)
    if isinstance(start, ast.List | ast.Tuple) and not start.elts:
        return t.call("flatten", iterables.as_list(t, inner))
    if start is not None and t.type(start).kind not in ("int", "float"):
        raise Declined("sum of what is not a number")
    begin = t.expression(start) if start is not None else Code("0", LITERAL)
    if not isinstance(inner, ast.GeneratorExp | ast.ListComp):
        return t.call("sum", iterables.as_list(t, inner, False), *([begin] if start is not None else []))
    total = t.temporary("total")
    t.emit(f"local {total} = {begin}")
    kind = t.full_type(inner.elt).kind

    def add() -> None:
        if kind == "bool":
            with t.block(f"if {truth.condition(t, inner.elt)} then"):
                t.emit(f"{total} = {total} + 1")
        else:
            t.emit(f"{total} = {total} + {t.expression(inner.elt).at(10)}")

    nest(t, inner.generators, add, kind == "float" or not calm.order_unseen(inner, t.variables, True))
    return Code(total)


def lambda_(t: Translator, node: ast.expr) -> Code:
    """A lambda: a Lua function."""
    assert isinstance(node, ast.Lambda)
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        raise Declined("lambda with uncommon parameters")
    named = [*arguments.posonlyargs, *arguments.args]
    names = [t.name(each.arg) for each in named]
    with t.captured() as lines, t.indented():
        for argument, default in zip(reversed(named), reversed(arguments.defaults), strict=False):
            name = t.name(argument.arg)
            t.emit(f"if {name} == nil then {name} = {t.expression(default)} end")
        facts, t.facts = t.facts, set()
        code = t.expression(node.body)
        t.facts = facts
    head = f"function({', '.join(names)})"
    if not lines:
        return Code(f"{head} return {code} end", LITERAL)
    closing = "  " * t.depth
    body = "\n".join(lines)
    return Code(f"{head}\n{body}\n{closing}  return {code}\n{closing}end", LITERAL)
