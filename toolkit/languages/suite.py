"""The suite of a function in a language: each of its cases with a faithful form there, and the types that fit them.

Two cases that are one call in the language and expect different things, as 3 and 3.0 may be where there is one kind of
number, contradict each other: neither is kept.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from toolkit.languages.base import Call, Language, Signature, Suite, Untranslatable
from toolkit.records import Case, SourceFunction
from toolkit.value_types import UNKNOWN, ValueType, join, of_value, read

Definition = ast.FunctionDef | ast.AsyncFunctionDef
DEEPEST = 60  # levels of nesting of a value; parsers of target languages have limits of their own


def _definition(function: SourceFunction) -> Definition:
    for node in ast.parse(function.code).body:
        if isinstance(node, Definition) and node.name == function.name:
            return node
    raise ValueError(f"no function {function.name!r} in its own code")


def parameter_names(function: SourceFunction) -> tuple[str, ...]:
    """In the order of `Case.arguments`: positional ones, `*rest`, keyword-only ones; `**options` are never passed."""
    spec = _definition(function).args
    return tuple(each.arg for each in (*spec.posonlyargs, *spec.args, *filter(None, [spec.vararg]), *spec.kwonlyargs))


def is_generator(function: SourceFunction) -> bool:
    """Whether it yields itself; functions inside it do not count."""
    waiting: list[ast.AST] = [*_definition(function).body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, Definition | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def signature_of(language: Language, function: SourceFunction, cases: Sequence[Case]) -> Signature:
    """Names and types of the function, as its suite will use them."""
    return _settle(language, function, cases)[0]


def suite_of(language: Language, function: SourceFunction, cases: Sequence[Case]) -> Suite:
    """The cases in the language, each that has a faithful form."""
    signature, calls, skipped = _settle(language, function, cases)
    rows: list[tuple[Call, str, str]] = []
    for each in calls:
        try:
            rows.append((each, *_render(language, signature, each)))
        except Untranslatable as reason:
            skipped[each.number] = str(reason)
    rows = _agreeing(rows, skipped)
    kept, texts, lines = zip(*rows, strict=True) if rows else ((), (), ())
    reasons = tuple(f"case {number}: {skipped[number]}" for number in sorted(skipped))
    places = tuple(each.number - 1 for each in kept)
    return Suite(signature, places, kept, texts, lines, reasons, lines, language.tests(signature, lines))


def _agreeing(rows: list[tuple[Call, str, str]], skipped: dict[int, str]) -> list[tuple[Call, str, str]]:
    """Those without the ones that contradict each other."""
    said = defaultdict[str, dict[str, int]](dict)
    for each, text, line in rows:
        said[text].setdefault(line, each.number)
    for each, text, line in rows:
        if len(said[text]) > 1:
            other = next(number for told, number in said[text].items() if told != line)
            skipped[each.number] = f"it is the call of case {other} and expects something else"
    return [row for row in rows if row[0].number not in skipped]


def _render(language: Language, signature: Signature, each: Call) -> tuple[str, str]:
    values = zip(each.arguments, signature.types, strict=True)
    call = language.call(signature.name, tuple(language.literal(value, type) for value, type in values))
    if each.outcome == "raises":
        expected = ""
    elif each.outcome == "yields":
        expected = language.literal(each.expected, ValueType("list", (signature.result,)))
    else:
        expected = language.literal(each.expected, signature.result)
    return call, language.check(signature, each, call, expected)


def _settle(
    language: Language, function: SourceFunction, cases: Sequence[Case]
) -> tuple[Signature, list[Call], dict[int, str]]:
    """The signature, the calls that fit it, and why the others do not."""
    names = parameter_names(function)
    spec = _definition(function).args
    calls, skipped = _read(cases, -1 if spec.vararg or spec.kwarg else len(names))
    shapes = {call.number: _shape(call) for call in calls}
    if language.typed:
        settled, kept = _settle_types(language, calls, shapes, skipped)
    else:
        settled, kept = _joined(tuple(shapes.values())), calls
    types = settled[:-1] or (UNKNOWN,) * len(names)
    parameters = tuple(map(language.identifier, names))
    yields = any(call.outcome == "yields" for call in kept) or is_generator(function)
    signature = Signature(language.identifier(function.name), parameters, types, settled[-1], yields)
    return signature, kept, skipped


def _read(cases: Sequence[Case], arity: int) -> tuple[list[Call], dict[int, str]]:
    calls, skipped = [], {}
    for number, case in enumerate(cases, 1):
        try:
            arguments = read(case.arguments)
            expected = case.expected if case.outcome == "raises" else read(case.expected)
        except ValueError as error:
            skipped[number] = str(error)
            continue
        if not isinstance(arguments, tuple) or len(arguments) != arity:
            skipped[number] = "not one argument a parameter" if arity >= 0 else "any number of arguments"
        elif depth(arguments) > DEEPEST or depth(expected) > DEEPEST:
            skipped[number] = f"nested deeper than {DEEPEST} levels"
        else:
            calls.append(Call(number, arguments, case.outcome, expected))
    return calls, skipped


def depth(value: Any) -> int:
    """Levels of nesting: 0 for a scalar."""
    level, layer = 0, [value]
    while layer := [inner for each in layer for inner in _inside(each)]:
        level += 1
    return level


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return list(value) if isinstance(value, list | tuple | set | frozenset) else []


Shape = tuple[ValueType, ...]  # one a parameter, then the result's


def _shape(call: Call) -> Shape:
    if call.outcome == "raises":
        result = UNKNOWN
    elif call.outcome == "yields":
        result = join(map(of_value, call.expected))
    else:
        result = of_value(call.expected)
    return (*map(of_value, call.arguments), result)


def _joined(shapes: tuple[Shape, ...]) -> Shape:
    return tuple(join(column) for column in zip(*shapes, strict=True)) or (UNKNOWN,)


def _settle_types(
    language: Language, calls: list[Call], shapes: dict[int, Shape], skipped: dict[int, str]
) -> tuple[Shape, list[Call]]:
    """The most common shape first, cases that raise last; a case whose types do not fit those before is skipped."""
    common = Counter(shapes[call.number] for call in calls if call.outcome != "raises")
    ranked = sorted(calls, key=lambda call: (call.outcome == "raises", -common[shapes[call.number]], call.number))
    settled: Shape = ()
    kept = []
    for call in ranked:
        wider = _joined((settled, shapes[call.number]) if settled else (shapes[call.number],))
        try:
            list(map(language.type_text, wider))
        except Untranslatable as reason:
            skipped[call.number] = "its types do not fit those of the other cases" if settled else str(reason)
        else:
            settled = wider
            kept.append(call)
    return settled or (UNKNOWN,), sorted(kept, key=lambda call: call.number)
