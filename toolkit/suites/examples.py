"""Calls of a function in its docstring's examples, as literal arguments in the order of the signature.

What an example claims to come back is not used: what the function does is recorded from it.
"""

import ast
import doctest
from collections.abc import Iterator

from toolkit.suites.subject import UNPARSABLE, Subject

BUDGET = 60  # calls of one function


def doctest_calls(docstring: str, it: Subject) -> Iterator[ast.Tuple]:
    """The literal arguments of each call in the docstring's examples, keywords bound by the signature."""
    found = 0
    for call, names in _found(docstring, it):
        bound = _bound(call, it, names)
        if bound is not None and found < BUDGET:
            found += 1
            yield bound


def to_run(docstring: str, it: Subject) -> list[str]:
    """The examples, where one of them calls the function with what is no literal as it is written."""
    if all(_bound(call, it, names) is not None for call, names in _found(docstring, it)):
        return []
    return [source for source, _ in _examples(docstring)]


def _examples(docstring: str) -> Iterator[tuple[str, ast.Module]]:
    try:
        examples = doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        return
    for example in examples:
        try:
            yield example.source, ast.parse(example.source)
        except UNPARSABLE:
            continue


def _found(docstring: str, it: Subject) -> Iterator[tuple[ast.Call, dict[str, ast.expr]]]:
    """Each call of the function, and what names stand for there."""
    names: dict[str, ast.expr] = {}
    for _, tree in _examples(docstring):
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                names[node.targets[0].id] = node.value
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _calls(call, it.name):
                yield call, names


def _calls(node: ast.Call, name: str) -> bool:
    return isinstance(node.func, ast.Name | ast.Attribute) and name == getattr(
        node.func, "id", getattr(node.func, "attr", "")
    )


def _bound(call: ast.Call, it: Subject, names: dict[str, ast.expr]) -> ast.Tuple | None:
    """The arguments in the order of the signature; None where they are no literals or leave a hole."""
    keywords = {each.arg: each.value for each in call.keywords}
    plain = [each for each in it.parameters if each.kind == "positional"]
    extras = call.args[len(plain) :]
    if any(isinstance(each, ast.Starred) for each in call.args) or None in keywords:
        return None
    if extras and not any(each.kind == "variadic" for each in it.parameters):
        return None
    given = dict(zip([each.name for each in plain], call.args, strict=False))
    row: list[ast.expr | None] = []
    for each in it.parameters:
        if each.kind == "variadic":
            row += extras
        else:
            row.append(given.get(each.name, keywords.pop(each.name, each.default)))
    while row and (row[-1] is None or not _literal(row[-1], names)) and not extras:
        dropped = row.pop()
        if dropped is None or dropped in (*call.args, *(each.value for each in call.keywords)):
            return None  # a required one is missing, or what was given is no literal
    values = [_value(each, names) for each in row if each is not None]
    if keywords or len(values) < len(row) or any(value is None for value in values):
        return None
    return ast.Tuple([value for value in values if value is not None], ast.Load())


def _value(node: ast.expr, names: dict[str, ast.expr]) -> ast.expr | None:
    """The literal that an argument is; a name stands for what the docstring assigned to it."""
    if isinstance(node, ast.Name) and node.id in names:
        node = names[node.id]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "list":
        inner = node.args[0] if len(node.args) == 1 else None
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "range":
            node = inner
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        try:
            bounds = [ast.literal_eval(each) for each in node.args]
            numbers = range(*bounds)
        except (*UNPARSABLE, TypeError):
            return None
        return ast.List([ast.Constant(each) for each in numbers], ast.Load()) if len(numbers) <= 50 else None
    try:
        ast.literal_eval(node)
    except (*UNPARSABLE, TypeError):
        return None
    return node


def _literal(node: ast.expr, names: dict[str, ast.expr]) -> bool:
    return _value(node, names) is not None
