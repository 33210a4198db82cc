"""min, max, sorted, and the options of list.sort."""

import ast

from toolkit.generators.rules import iterables, truth
from toolkit.generators.rules.code import (
    LITERAL,
    Code,
)
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import DICTS, NUMBERS, SETS


def extreme(t: Translator, node: ast.Call) -> Code:
    assert isinstance(node.func, ast.Name)
    name = node.func.id
    if len(node.args) > 1:
        t.held(node.args, f"{name} of several values")
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    if len(node.args) > 1 and not options:
        kinds = {t.type(each).kind for each in node.args}
        codes = t.operands(node.args)
        if kinds <= NUMBERS:
            return Code(f"math.{name}({', '.join(codes)})")
        if any(isinstance(each, ast.Starred) for each in node.args):
            raise Declined(f"{name} of *arguments")
        return t.call(name, "{" + ", ".join(codes) + "}")
    values = iterables.as_list(t, node.args[0]) if len(node.args) == 1 else "{" + ", ".join(t.operands(node.args)) + "}"
    key = t.expression(options["key"]) if "key" in options and not _is_none(options["key"]) else Code("nil", LITERAL)
    arguments: list[str] = [values, key]
    if "default" in options:
        default = options["default"]
        if t.may_be_none(default):
            end = [] if _is_none(default) else [t.expression(default)]
            return t.call("extreme_or", values, t.helper(name), key, *end)
        arguments.append(t.expression(default))
    while arguments[-1] == "nil":
        arguments.pop()
    return t.call(name, *arguments)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def sorted_(t: Translator, node: ast.Call) -> Code:
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    if t.type(node.args[0]).kind in SETS | DICTS and not options:
        return t.call("sorted_keys", t.expression(node.args[0]))
    return t.call("sorted", iterables.as_list(t, node.args[0]), *sort_options(t, options))


def sort_options(t: Translator, options: dict[str | None, ast.expr]) -> list[str]:
    """The key and reverse arguments of `sorted`, as few as are needed."""
    key = options.get("key")
    reverse = options.get("reverse")
    arguments: list[str] = ["nil" if key is None or _is_none(key) else t.expression(key)]
    if reverse is not None and not (isinstance(reverse, ast.Constant) and not reverse.value):
        arguments.append(truth.condition(t, reverse))
    return [] if arguments == ["nil"] else arguments
