"""Types of calls: of own functions, builtins, methods and library functions."""

import ast
from typing import TYPE_CHECKING

from toolkit.generators.rules import results
from toolkit.generators.rules.types import (
    DICTS,
    NONE,
    SETS,
    UNKNOWN,
    ValueType,
    array,
    bare,
    element,
    mapping,
    merge,
    set_of,
)

if TYPE_CHECKING:
    from toolkit.generators.rules.infer_expressions import Expressions

Env = dict[str, ValueType]
_LAMBDA_OVER_ELEMENTS = {"sorted", "max", "min", "sort", "groupby", "nlargest", "nsmallest"}


def call(inference: "Expressions", node: ast.Call, env: Env) -> ValueType:
    """The type of a call; what it does to its receiver and to the signatures of own functions is noted on the way."""
    kinds = [inference.item(each, env) for each in node.args if not isinstance(each, ast.Lambda)]
    path = inference.path(node.func)
    _lambdas(inference, node, env)
    kinds = [inference.types.get(each, UNKNOWN) for each in node.args]
    for keyword in node.keywords:
        if not isinstance(keyword.value, ast.Lambda):
            inference.expression(keyword.value, env)
    match node.func:
        case ast.Name(id=name) if name in inference.signatures:
            if node.args and isinstance(node.args[-1], ast.Starred):
                kinds[-1:] = [element(kinds[-1])] * len(inference.signatures[name].node.args.args)
            return inference.call_user(name, node, kinds, env)
        case ast.Name(id=name) if name in env:
            return env[name].of[0] if env[name].kind == "function" and env[name].of else UNKNOWN
        case _ if path == "collections.defaultdict":
            return ValueType("defaultdict", (UNKNOWN, _factory(inference, node)))
        case _ if path == "heapq.heappush":
            inference.refine(node.args[0], array(kinds[1]), env)
            return NONE
        case _ if path:
            return results.library(path, kinds)
        case ast.Name(id=name) if name in results.BUILTINS:
            return _builtin(inference, name, node, kinds)
        case ast.Attribute(value=receiver, attr=name):
            return _method(inference, receiver, name, node, kinds, env)
        case _:
            kind = inference.expression(node.func, env)
            return kind.of[0] if kind.kind == "function" and kind.of else UNKNOWN


def _builtin(inference: "Expressions", name: str, node: ast.Call, kinds: list[ValueType]) -> ValueType:
    kind = results.BUILTINS[name](kinds)
    defaults = [inference.types[each.value] for each in node.keywords if each.arg == "default"]
    return merge(kind, *defaults) if name in ("max", "min") else kind


def _factory(inference: "Expressions", node: ast.Call) -> ValueType:
    match node.args:
        case [ast.Name(id=name), *_] if name in results.BUILTINS:
            return results.BUILTINS[name]([])
        case [ast.Lambda() as function, *_]:
            return inference.types[function].of[0]
    return UNKNOWN


def _lambdas(inference: "Expressions", node: ast.Call, env: Env) -> None:
    """Lambdas among the arguments, with the types their caller will give them."""
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    source = node.args[0] if node.args else None
    if name == "sort" and isinstance(node.func, ast.Attribute):
        source = node.func.value
        inference.expression(source, env)
    for each in [*node.args, *(keyword.value for keyword in node.keywords)]:
        if not isinstance(each, ast.Lambda):
            continue
        kinds: list[ValueType] = []
        if name == "reduce" and len(node.args) > 1:
            inner = element(inference.types.get(node.args[1], UNKNOWN))
            initial = inference.types.get(node.args[2], UNKNOWN) if len(node.args) > 2 else inner
            kinds = [merge(initial, inner) if initial.kind == inner.kind else initial, inner]
        elif name in _LAMBDA_OVER_ELEMENTS and source is not None:
            kind = inference.types.get(source, UNKNOWN)
            positional = [arg for arg in node.args if not isinstance(arg, ast.Lambda)]
            if name in ("nlargest", "nsmallest"):
                kind = inference.types.get(node.args[1], UNKNOWN)
            several = name in ("max", "min") and len(positional) > 1
            kinds = [merge(*(inference.types[arg] for arg in positional)) if several else element(kind)]
        elif name in ("takewhile", "dropwhile", "filterfalse", "starmap") and len(node.args) > 1:
            kinds = [element(inference.types.get(node.args[1], UNKNOWN))]
        inference.types[each] = inference.lambda_(each, kinds, env)


def _method(
    inference: "Expressions", receiver: ast.expr, name: str, node: ast.Call, kinds: list[ValueType], env: Env
) -> ValueType:
    kind = bare(inference.expression(receiver, env))
    given = kinds[0] if kinds else UNKNOWN
    match name:
        case "append" | "appendleft":
            inference.refine(receiver, array(given), env)
        case "insert" if len(kinds) == 2:
            inference.refine(receiver, array(kinds[1]), env)
        case "extend" | "extendleft":
            inference.refine(receiver, array(element(given)), env)
        case "add":
            inference.refine(receiver, set_of(given), env)
        case "update" if kind.kind in SETS:
            inference.refine(receiver, set_of(element(given)), env)
        case "update" if kind.kind in DICTS and given.kind in DICTS:
            inference.refine(receiver, given, env)
        case "setdefault" if len(kinds) == 2:
            inference.refine(receiver, mapping(given, kinds[1]), env)
            kind = inference.expression(receiver, env)
        case "copy" | "intersection" | "difference" if kinds == [] or kind.kind in SETS:
            return kind
    return results.METHODS[name](kind, kinds) if name in results.METHODS else UNKNOWN
