"""Languages whose translations are proven by their answers (`toolkit.languages.blind`): what is true of all of them.

Such a language says how values are written (`forms.py`), how functions begin and are called, and brings two texts:
`checks`, which stands before the tests that are published, and `answers`, the harness of a proving run, which tells
what each call does and is told nothing that is expected.

In templates `{call}` is a call, `{expected}` the literal of what it should give, `{name}` that of an exception's name.
The word `check`, there and in the texts, is `verify` beside a function whose name begins with it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from toolkit.canonical import Node, collection, mapping
from toolkit.languages.base import Call, Examples, Language, Signature, Suite, Untranslatable, encoded
from toolkit.languages.blind import Blind
from toolkit.languages.forms import Forms
from toolkit.languages.runtime import Runtime
from toolkit.value_types import ANY, ValueType

Build = Callable[[str, str, Signature], dict[str, bytes]]  # translation, calls, signature -> files of a proving run


@dataclass(frozen=True)
class Lines:
    """One line of tests a case, by its outcome; and the line of a proving run."""

    returns: str
    raises: str
    answer: str
    yields: str = ""  # "": it has no generators
    answer_yields: str = ""  # "": as `answer`
    raises_yields: str = ""  # "": as `raises`


@dataclass(frozen=True)
class Answering:
    """A language, in short. In `tests`, `{lines}` are the lines; in `closing`, `{word}` is the word."""

    runtime: Runtime
    words: str  # that name something else, with blanks between
    forms: Forms
    header: Callable[[Signature], str]
    lines: Lines
    tests: str
    build: Build | None  # None: it has a `BLIND` of its own
    closing: str
    examples: Examples
    comment: str = "# "
    call: str = "{name}({arguments})"
    ascii: bool = True  # its names are
    ordered: bool = True
    opening: str = ""
    between: str = ", "  # arguments; one that is no comma stands before the first, too
    memory_bytes: int = 0
    told: Callable[[Any, ValueType], Node] | None = None  # an expected value, where it is not as `model` says

    def language(self) -> Language:
        runtime, forms = self.runtime, self.forms
        return Language(
            name=runtime.name,
            title=runtime.title,
            extension=runtime.extension,
            typed=forms.typed,
            ordered=self.ordered,
            remedy=runtime.remedy,
            toolchains=runtime.toolchains,
            identifier=self.identifier,
            comment=lambda text: "".join(f"{self.comment}{line}".rstrip() + "\n" for line in text.splitlines()),
            type_text=forms.type_text,
            literal=forms.literal,
            header=self.header,
            call=self.called,
            check=self.check,
            tests=self.text_of,
            proof=None,
            plain=runtime.plain,
            closing=lambda word: self.closing.format(word=word),
            examples=self.examples,
            address_space=runtime.address_space,
            processes=runtime.processes,
            memory_bytes=self.memory_bytes,
            opening=self.opening,
        )

    def blind(self) -> Blind:
        return Blind(self.files, self.told or (lambda value, type: model(self.forms, value, type)), names)

    def called(self, name: str, arguments: tuple[str, ...]) -> str:
        first = self.between if arguments and "," not in self.between else ""
        return self.call.format(name=name, arguments=first + self.between.join(arguments))

    def identifier(self, name: str) -> str:
        plain = "".join(each if each.isascii() or not self.ascii else f"u{ord(each):x}" for each in name)
        return f"{plain}_" if plain in self.words.split() else plain

    def check(self, signature: Signature, case: Call, text: str, expected: str) -> str:
        if signature.yields and not self.lines.yields:
            raise Untranslatable("a generator")
        template: str = getattr(self.lines, case.outcome)
        if case.outcome == "raises" and signature.yields:
            template = self.lines.raises_yields or template
        name = self.forms.text(case.expected) if case.outcome == "raises" else ""
        return _named(signature.name, template).format(call=text, expected=expected, name=name)

    def text_of(self, signature: Signature, lines: tuple[str, ...]) -> str:
        return _named(signature.name, self.tests).replace("{lines}\n", "".join(f"{line}\n" for line in lines))

    def files(self, code: str, suite: Suite, variant: int) -> dict[str, bytes]:
        template = (suite.signature.yields and self.lines.answer_yields) or self.lines.answer
        answer = _named(suite.signature.name, template)
        calls = "".join(f"{answer.format(call=text)}\n" for text in suite.calls)
        return self.build(code, calls, suite.signature) if self.build else {}


def word_of(name: str) -> str:
    """What checks are called beside a function of this name, which must not be hidden."""
    return "verify" if name.startswith("check") else "check"


def _named(name: str, text: str) -> str:
    return re.sub(r"\bcheck(?=\b|_)", word_of(name), text)


def model(forms: Forms, value: Any, type: ValueType = ANY) -> Node:
    """The expected value as a right answer would be read."""
    if forms.typed and type.kind == "optional":
        return Node("n") if value is None else model(forms, value, type.of[0])
    if forms.typed and type.kind == "float":
        return Node("d", float(value))
    match value:
        case None:
            return Node("n")
        case bool():
            return Node("o", value)
        case int() | float():
            return Node("i" if isinstance(value, int) else "d", value)
        case str() | bytes():
            return Node("s", value if isinstance(value, bytes) else encoded(value))
    return _many(forms, value, type)


def _many(forms: Forms, value: Any, type: ValueType) -> Node:
    of = type.of if forms.typed else ()
    match value:
        case list():
            return Node("l", tuple(model(forms, each, *of) for each in value))
        case tuple():
            told = (model(forms, each, *of[place : place + 1]) for place, each in enumerate(value))
            return Node("u" if forms.tuples else "l", tuple(told))
        case set() | frozenset():
            return collection([model(forms, each, *of) for each in value])
        case dict():
            pairs = [(model(forms, key, *of[:1]), model(forms, each, *of[1:])) for key, each in value.items()]
            return mapping(pairs)
    raise ValueError(f"no form: {value.__class__.__name__}")


def names(name: str, error: bytes) -> bool:
    """Whether an error that is shown so has that name: at its start, then a colon or nothing."""
    return error == name.encode() or error.startswith(f"{name}:".encode())
