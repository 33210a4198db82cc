"""What a language is: a frozen value with pure functions, and the suites made with it.

A suite is rendered from typed, language-neutral values; no text is ever substituted. A case without a faithful form is
skipped alone, with its reason. Two texts come of one suite:

- what is published: translation, newline, `Suite.text` is one program that fails loudly;
- what is run first: these lines, and those of all other cases, under a harness that reads a nonce from its stdin
  before the translation is loaded, keeps it where that can not reach it, and reports with it.

What a harness says, once, as the last thing on stdout, after the nonce and a space:

    done N                          the last of N checks has passed
    STATUS <tab> CASE <tab> DETAIL  a `records.Status`; case 0 is the loading of the translation

A harness writes `ready` as the first line of stderr; where that is missing, the box or the toolchain failed.

Equality, the same in every language: integers and strings exact; where a float is expected, a relative distance of 1e-9
(as in `math.isclose`), where it is 0.0 an absolute one of 1e-12, infinities equal only themselves, nan equals nan, 0.0
equals -0.0; a boolean is never a number; dictionaries and sets have no order; an untyped language takes 3 for 3.0 and
3.0 for 3, as Python does. A case that raises wants a failure whose message starts with the exception's name, then a
colon or nothing (a place in the source may stand before it; a language with exceptions of its own also takes one of
that name), a generator's while it is taken to its end. A generator must yield the recorded values and then end; at most
one value more than expected is taken.
"""

import ast
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from toolkit.records import Case, SourceFunction
from toolkit.value_types import UNKNOWN, ValueType, join, of_value, read

SYSTEM = ("/usr", "/bin", "/lib", "/lib64")
Definition = ast.FunctionDef | ast.AsyncFunctionDef
DEEPEST = 60  # levels of nesting of a value; parsers of target languages have limits of their own


class Untranslatable(Exception):
    """A value or type without a faithful form in the language; the message is the reason."""


@dataclass(frozen=True)
class Toolchain:
    """One way to run the language on this machine. The command starts in the program's folder."""

    name: str
    version: str
    command: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)  # what the command needs beside the program's own
    readable: tuple[str, ...] = ()  # host folders outside the system's own
    root: str = ""  # a root file system folder that stands in for the machine's own system


@dataclass(frozen=True)
class Signature:
    """A function as the target language sees it."""

    name: str
    parameters: tuple[str, ...]
    types: tuple[ValueType, ...]  # one a parameter
    result: ValueType  # of what returns; for a generator, of one element
    yields: bool


@dataclass(frozen=True)
class Call:
    """A case as values."""

    number: int  # in the suite it came from, from 1
    arguments: tuple[Any, ...]
    outcome: str
    expected: Any  # the value; the list of the values yielded; the exception's name


@dataclass(frozen=True)
class Suite:
    """The cases of one function in one language."""

    signature: Signature
    places: tuple[int, ...]  # of the cases that have a form, in the cases given
    cases: tuple[Call, ...]  # as values; one a place
    calls: tuple[str, ...]  # `add(1, 2)`; one a place
    lines: tuple[str, ...]  # one check a place
    skipped: tuple[str, ...]  # one reason a case that has no faithful form
    published: tuple[str, ...]  # the lines, or the smallest part of them that is as good
    text: str  # those as a text that runs behind a translation


@dataclass(frozen=True)
class Examples:
    """Translations that the conformance tests run: what each is worth is known."""

    right: str  # of `def add(a, b)`
    wrong: str
    broken: str  # does not compile
    leaves: str  # ends early and reports success
    identity: str  # `def give(value)` returns it
    raises: str  # `def refuse(value)` raises a ValueError
    mistakes: str  # `refuse` again, which fails for another reason, with ValueError inside its message
    hides: str  # to stand before a translation: gives another meaning to names that the tests may need
    counts: str  # `def count(n)` yields 0 to n - 1; -1: never ends; -2: yields 0, raises a ValueError
    opaque: str  # `add` again, whose result is shown with an address where the language shows addresses
    hostile: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # title -> (an `add`, its true status)


@dataclass(frozen=True)
class Language:
    """All that is true of one language."""

    name: str
    title: str
    extension: str
    typed: bool
    ordered: bool  # its mappings keep the order of their keys, as Python's do
    remedy: str  # how to get a toolchain, in words
    toolchains: Callable[[], tuple[Toolchain, ...]]  # those of this machine, best first
    identifier: Callable[[str], str]  # a Python name, written in this language
    comment: Callable[[str], str]  # a text of one or more lines, as comment lines
    type_text: Callable[[ValueType], str]  # raises Untranslatable
    literal: Callable[[Any, ValueType], str]  # raises Untranslatable
    header: Callable[[Signature], str]  # the first line of the translation
    call: Callable[[str, tuple[str, ...]], str]
    check: Callable[[Signature, Call, str, str], str]  # signature, case, call, expected literal -> one line
    tests: Callable[[Signature, tuple[str, ...]], str]  # the lines as a text that runs after a translation
    proof: (
        Callable[[str, Suite, int], dict[str, bytes]] | None
    )  # translation, suite, variant -> files; None: `blind.py`
    plain: Callable[[str], dict[str, bytes]]  # a whole program -> files of a run without a harness
    closing: Callable[[str], str]  # a word of letters and digits -> a line of tests that prints it as one of its own
    examples: Examples
    address_space: bool = True  # False: its runtime reserves more than it uses, a limit of that would break it
    processes: int = 32  # that a program of it needs at most, threads of the runtime included


def outside_system(*paths: str) -> tuple[str, ...]:
    """Those that a sandbox does not show anyhow."""
    return tuple(sorted({path for path in paths if not any(Path(path).is_relative_to(root) for root in SYSTEM)}))


def encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate is left for the toolchain to refuse."""
    return text.encode("utf-8", "surrogatepass")


@cache
def part(module: str, name: str) -> str:
    """The text of the file of this name beside a language's module."""
    return Path(module).with_name(name).read_text(encoding="utf-8")


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
    kept, texts, lines = zip(*rows, strict=True) if rows else ((), (), ())
    reasons = tuple(f"case {number}: {skipped[number]}" for number in sorted(skipped))
    places = tuple(each.number - 1 for each in kept)
    return Suite(signature, places, kept, texts, lines, reasons, lines, language.tests(signature, lines))


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
