"""Python, blind: a function of it answers calls.

As in recorded cases, types count: a subclass of str is no str; but a defaultdict or a frozenset is what it equals.
"""

from collections.abc import Sequence
from typing import Any

from toolkit.canonical import Node, collection, mapping, scalar
from toolkit.languages.base import Call, Signature, Suite, encoded, part
from toolkit.languages.blind import Blind, tellable
from toolkit.languages.suite import DEEPEST, depth, is_generator
from toolkit.records import Case, SourceFunction
from toolkit.suites import subject
from toolkit.value_types import UNKNOWN, read


def suite_of(function: SourceFunction, cases: Sequence[Case]) -> Suite:
    """The cases as calls of Python. There are no checks: nothing but a blind run is made of it.

    Raises one of `toolkit.suites.subject.UNPARSABLE`.
    """
    it = subject.of(function)
    kept, skipped = [], []
    for number, case in enumerate(cases, 1):
        try:
            arguments = read(case.arguments)
            expected = case.expected if case.outcome == "raises" else read(case.expected)
            if depth((arguments, expected)) > DEEPEST:
                raise ValueError(f"nested deeper than {DEEPEST} levels")
            call = Call(number, tuple(arguments), case.outcome, expected)
            if not tellable(BLIND, call, UNKNOWN):
                raise ValueError("more is expected than an answer may hold")
            kept.append(call)
        except ValueError as error:
            skipped.append(f"case {number}: {error}")
    names = tuple(parameter.name for parameter in it.parameters)
    signature = Signature(function.name, names, (UNKNOWN,) * len(names), UNKNOWN, is_generator(function))
    calls = tuple(_call(it, each.arguments) for each in kept)
    places = tuple(each.number - 1 for each in kept)
    return Suite(signature, places, tuple(kept), calls, calls, tuple(skipped), (), "")


def _call(it: subject.Subject, values: tuple[Any, ...]) -> str:
    keywords = [each.name for each in it.parameters if each.kind == "keyword"]
    variadic = any(each.kind == "variadic" for each in it.parameters)
    positional = sum(each.kind == "positional" for each in it.parameters)
    cut = len(values) - len(keywords) if variadic else min(positional, len(values))
    named = zip(keywords, values[cut:], strict=False)
    return f"{it.name}({', '.join([*map(repr, values[:cut]), *(f'{name}={value!r}' for name, value in named)])})"


def _word(name: str) -> str:
    return "verify" if name.startswith("check") else "check"


def files(code: str, suite: Suite, variant: int) -> dict[str, bytes]:
    """A program, and the calls of the function that it defines; there is nothing to vary."""
    made = {
        "main.py": part(__file__, "blind_run.py"),
        "program.py": code,
        "tests.py": "".join(f"{_word(suite.signature.name)}(lambda: {call})\n" for call in suite.calls),
        "name": suite.signature.name,
    }
    return {name: encoded(text) for name, text in made.items()}


def model(value: Any) -> Node:
    """The expected value as a right answer would be read. Raises ValueError for a value without canonical text."""
    if (node := scalar(value)) is not None:
        return node
    match value:
        case bytes():
            return Node("b", value)
        case list() | tuple():
            return Node("l" if isinstance(value, list) else "u", tuple(map(model, value)))
        case set() | frozenset():
            return collection(list(map(model, value)))
        case dict():
            return mapping([(model(each), model(of)) for each, of in value.items()])
    raise ValueError(f"no canonical text: {type(value).__name__}")


def names(name: str, error: bytes) -> bool:
    return error.startswith(f"{name}: ".encode())


BLIND = Blind(files, lambda value, type: model(value), names)
