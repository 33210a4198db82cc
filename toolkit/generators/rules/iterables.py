"""Iterables as lists: the elements of anything as an array, in an order that is the same on every run."""

import ast

from toolkit.generators.rules.code import Code
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS, SETS


def keys(t: Translator, code: Code, kind: str) -> Code:
    """The keys as a list, in a fixed order."""
    if kind in DICTS:
        t.needs_order = True
        return t.call("keys" if t.ordered else "sorted_keys", code)
    return t.call("sorted_keys", code)


def items(t: Translator, code: Code) -> Code:
    t.needs_order = True
    return t.call("items" if t.ordered else "sorted_items", code)


def as_list(t: Translator, node: ast.expr, in_order: bool = True) -> Code:
    """The elements of an iterable as an array; the array itself where it is one."""
    kind = t.type(node).kind
    if isinstance(node, ast.GeneratorExp):
        comprehension = ast.ListComp(node.elt, node.generators)
        t.inference.types[comprehension] = t.type(node)
        return t.expression(comprehension)
    if kind in ARRAYS:
        return t.expression(node)
    if kind == "str":
        return t.call("chars", t.expression(node))
    if kind in SETS | DICTS:
        return keys(t, t.expression(node), kind)
    if kind == "iterator":
        return t.call("collect", t.expression(node))
    return t.call("to_list", t.expression(node))


def sized(t: Translator, target: ast.Tuple | ast.List, code: Code) -> Code:
    """The values for the parts of a target: Python refuses more or fewer of them than there are parts."""
    kind = t.type(target)
    starred = any(isinstance(each, ast.Starred) for each in target.elts)
    count = len(target.elts) - starred
    places = t.certain_places(target)
    if places == count or (starred and places > count):
        return code
    if kind.kind not in ARRAYS and t.type(target).kind not in ("unknown", "any"):
        code = t.call("to_list", code)
    if starred and count == 0:
        return code
    return t.call("sized", code, str(count), *(["true"] if starred else []))


def is_uncommon_zip(t: Translator, node: ast.Call) -> bool:
    """Whether zip is strict, or takes its rows from one iterator that it is given twice."""
    if any(each.arg != "strict" or not _is_false(each.value) for each in node.keywords):
        return True
    texts = [ast.unparse(each) for each in node.args if t.type(each).kind == "iterator"]
    return len(texts) > len(set(texts))


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
