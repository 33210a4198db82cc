"""The rows, each one stage richer, and their Arrow schemas.

A row is a frozen dataclass. Its Arrow schema is derived from its annotations, so the two can
not disagree. A row is self-contained: it holds the rows it was made from.

    SourceFile -> SourceFunction -> Draft -> Problem -> Attempt -> Trial -> Example
       read         extract, filter   tests   cover    translate   validate   dedup, decontaminate, split
"""

import dataclasses
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import pyarrow as pa


class Status(StrEnum):
    """What came of running one program. One status a cause; `Verdict.detail` carries the rest."""

    PASSED = "passed"
    WRONG_ANSWER = "wrong answer"
    RUNTIME_ERROR = "runtime error"
    COMPILE_ERROR = "compile error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT_LIMIT = "output limit"
    LEFT_EARLY = "left early"
    HARNESS_ERROR = "harness error"


@dataclass(frozen=True)
class SourceFile:
    """One file of a source data set."""

    id: str
    repo: str
    path: str
    revision: str
    license: str  # SPDX expression; "" where the source names none
    content: str


@dataclass(frozen=True)
class SourceFunction:
    """One top-level function with a docstring, and what it needs to run alone."""

    id: str
    name: str
    code: str  # the function itself, decorators included
    context: str  # imports, constants and helpers it needs, in file order; "" where it needs none
    docstring: str  # as inspect.cleandoc gives it
    first_line: int  # of the function in its file, counted from 1, decorators included
    last_line: int
    missing: tuple[str, ...]  # names it uses that are neither built in nor defined in its file
    repo: str
    path: str
    revision: str
    license: str

    @property
    def program(self) -> str:
        """Context and function as one Python text that runs alone."""
        return f"{self.context}\n\n\n{self.code}\n" if self.context else f"{self.code}\n"


@dataclass(frozen=True)
class Case:
    """One call of the function and what it does, as Python literals in text: exact and readable."""

    arguments: str  # a tuple, one value a parameter in the order of the signature: "(1, [2, 3])"
    outcome: str  # "returns", "raises" or "yields"
    expected: str  # the value; the exception's type name; the list of the values yielded
    origin: str  # "doctest", "generated" or "model"
    ordered: bool = False  # with the keys of a dict the other way round it would do something else


@dataclass(frozen=True)
class Draft:
    """A function with recorded cases."""

    id: str
    function: SourceFunction
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Evidence:
    """What one case shows of the function."""

    arcs: tuple[tuple[int, ...], ...]  # (line, line) of each branch taken in the body; (0, line) of each line reached
    kills: tuple[int, ...]  # mutants that it tells from the function
    accident: bool  # raises where no author meant it to: a natural KeyError and the like


@dataclass(frozen=True)
class Scores:
    """How good a suite is, each figure 0 to 1."""

    line_coverage: float  # of the function body alone
    branch_coverage: float
    mutation_score: float  # share of the mutants that the suite kills


@dataclass(frozen=True)
class Problem:
    """A function with all that a translation must do: cases, and what each of them reaches and detects.

    `toolkit.suites.reduction` says what is the smallest suite that is as good, and how good.
    """

    id: str
    function: SourceFunction
    cases: tuple[Case, ...]
    evidence: tuple[Evidence, ...]  # one a case
    lines: int  # statements of the function body
    branches: int  # ways on from the lines that have more than one
    mutants: int


@dataclass(frozen=True)
class Attempt:
    """What a generator answered for one problem in one language."""

    id: str
    problem: Problem
    language: str
    generator: str  # name and version, or model@revision
    prompt: str  # what the generator was shown
    codes: tuple[str, ...]  # distinct answers


@dataclass(frozen=True)
class Verdict:
    status: str  # a Status
    detail: str  # the failing case with both values, the error, ...; "" for passed


@dataclass(frozen=True)
class Trial:
    """An attempt with one verdict an answer."""

    id: str
    attempt: Attempt
    tests: str  # in the target language: the smallest suite that is as good as all cases that can be expressed there
    cases: int  # in the tests
    proof_cases: int  # that the answers that passed have passed: all that can be expressed in the target language
    skipped: tuple[str, ...]  # one reason a case that can not
    scores: Scores  # of the tests
    verdicts: tuple[Verdict, ...]  # verdicts[i] is about attempt.codes[i]

    @property
    def passed(self) -> tuple[str, ...]:
        """The answers that passed, in the order given."""
        pairs = zip(self.attempt.codes, self.verdicts, strict=True)
        return tuple(code for code, verdict in pairs if verdict.status == Status.PASSED)


@dataclass(frozen=True)
class Example:
    """A proven translation, flat for readers: one row of a release."""

    id: str
    language: str
    name: str
    source: str  # Python, context included
    translation: str
    tests: str  # in the target language
    prompt: str
    repo: str
    path: str
    revision: str
    license: str
    first_line: int
    last_line: int
    generator: str
    cases: int  # in the tests
    proof_cases: int  # that the translation has passed, those in the tests included
    line_coverage: float  # of the tests, as the other two figures
    branch_coverage: float
    mutants: int
    mutation_score: float
    verdict: str


@dataclass(frozen=True)
class Dropped:
    """A row that was dropped, and why."""

    id: str
    reason: str  # from a small fixed vocabulary of the stage; counted in stage.json
    detail: str  # what exactly: a name, a value, a message; "" where the reason says it all


def content_id(*parts: str) -> str:
    """Sixteen hexadecimal digits that depend on the parts alone: the same work has the same id everywhere."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()[:16]


_SCALARS = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


@cache
def schema(row: type) -> pa.Schema:
    """The Arrow schema of a row type; every column non-null."""
    return pa.schema(_fields(row))


def _fields(row: type) -> list[pa.Field]:
    hints = get_type_hints(row)
    return [pa.field(f.name, _arrow(hints[f.name]), nullable=False) for f in dataclasses.fields(row)]


def _arrow(hint: Any) -> pa.DataType:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if dataclasses.is_dataclass(hint):
        return pa.struct(_fields(hint))  # type: ignore[arg-type]
    if get_origin(hint) is tuple and get_args(hint)[1] is Ellipsis:
        return pa.list_(pa.field("element", _arrow(get_args(hint)[0]), nullable=False))
    raise TypeError(f"no Arrow type for {hint!r}")


def to_dict(row: Any) -> dict[str, Any]:
    """A row as plain values, ready for JSON and Arrow."""
    return dataclasses.asdict(row)


def from_dict(row: type, values: dict[str, Any]) -> Any:
    """The row again. Strict: an unknown or missing column is an error, never a default."""
    hints = get_type_hints(row)
    if values.keys() != hints.keys():
        odd = ", ".join(sorted(values.keys() ^ hints.keys()))
        raise ValueError(f"columns of {row.__name__} differ: {odd}")
    return row(**{name: _value(hint, values[name]) for name, hint in hints.items()})


def _value(hint: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(hint):
        return from_dict(hint, value)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], each) for each in value)
    return value
