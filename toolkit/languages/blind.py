"""How a language answers blind: calls go in, canonical text comes out, and langlift compares.

A harness is given two lines on stdin: a mark, and the memory that it may use. Nothing it is given says what is
expected: not the value, not how many values, not whether there is one at all. For each call it writes to stderr

    <line end> MARK <space> CASE <space> OUTCOME <space> BYTES <line end> TEXT <line end>

CASE counts from 1, OUTCOME is `returns`, `yields` or `raises`, TEXT is so many bytes: the value in the form of
`toolkit.canonical` (of `yields` a list), or the error as the language shows it, its name first where it has one. A
value that `toolkit.canonical` calls too large or too deep is an `x` with the reason; of a generator at most 1,000
values are taken. How it ends it says on stdout as every harness does (`toolkit.languages.base`), with the mark in
place of the nonce.

The mark tells answers from what the program prints, and proves nothing: who forges an answer has answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from toolkit.canonical import LARGEST, Malformed, Node, read, same, shown, size, text_of
from toolkit.languages.base import Call, Suite
from toolkit.value_types import ValueType


@dataclass(frozen=True)
class Blind:
    """What a language needs for it."""

    files: Callable[[str, Suite, int], dict[str, bytes]]  # translation, suite, variant -> files of the run
    model: Callable[[Any, ValueType], Node]  # an expected value of such a type, as a right answer would be read
    names: Callable[[str, bytes], bool]  # whether an error that is shown so is one of that name


@dataclass(frozen=True)
class Answer:
    """What one call did."""

    outcome: str  # "returns", "yields" or "raises"
    value: Node | None  # None: it raised
    error: bytes = b""

    @classmethod
    def read(cls, outcome: str, text: bytes) -> "Answer":
        """Raises Malformed."""
        if outcome == "raises":
            return cls(outcome, None, text)
        value = read(text)
        if outcome == "yields" and value.tag not in "lx":
            raise Malformed("an iterator that is no list")
        return cls(outcome, value)

    def __str__(self) -> str:
        if self.value is None:
            return f"error {shown(Node('s', self.error))}"
        return f"an iterator of {shown(self.value)}" if self.outcome == "yields" else shown(self.value)


def usual(blind: Blind, case: Call, type: ValueType) -> bytes:
    """The text that most right answers have: no other needs to be read. Empty for a case that raises."""
    return b"" if case.outcome == "raises" else text_of(_wanted(blind, case, type))


def right(blind: Blind, answer: Answer, case: Call, type: ValueType) -> bool:
    """Whether the answer is what the case expects; results, or the values yielded, are of this type."""
    if answer.outcome != case.outcome:
        return False
    if answer.value is None:
        return blind.names(case.expected, answer.error)
    return same(answer.value, _wanted(blind, case, type))


def tellable(blind: Blind, case: Call, type: ValueType) -> bool:
    """Whether a right answer to the case is not too large to be told."""
    return case.outcome == "raises" or size(_wanted(blind, case, type)) <= LARGEST


def expectation(blind: Blind, case: Call, type: ValueType) -> str:
    """What would have been right, for a message."""
    return str(case.expected) if case.outcome == "raises" else shown(_wanted(blind, case, type))


def _wanted(blind: Blind, case: Call, type: ValueType) -> Node:
    if case.outcome == "yields":
        return Node("l", tuple(blind.model(each, type) for each in case.expected))
    return blind.model(case.expected, type)
