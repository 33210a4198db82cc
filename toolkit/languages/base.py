"""What a language is: a frozen value with pure functions; suites are made with it in `suite.py`.

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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from toolkit.value_types import ValueType

SYSTEM = ("/usr", "/bin", "/lib", "/lib64")


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
    memory_bytes: int = 0  # that its compiler needs
    opening: str = ""  # stands before a translation: what its tests need to be declared first


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
