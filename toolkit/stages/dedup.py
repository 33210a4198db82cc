"""Flatten trials to examples, and leave each program once: exact, then near-duplicates.

Two functions are near-duplicates when their structure grams (`toolkit.fingerprints`: comments and
documentation out, identifiers renamed) are at least `threshold` alike, and those of the programs they need
to run alone are too: a helper shared by two functions of one file does not make them one. Of two, the
first in the order of the input stays, with all its answers. Answers to one function are compared
with each other in the same way; answers to different functions only exactly, because short
translations may be mostly the same inlined prelude. A text with fewer than `minimum_grams` grams is
compared exactly only.

A row is dropped when none of its answers survives: "exact duplicate" or "near-duplicate" of an id that
is kept, or "no answer passed". No two kept functions among those compared are alike: a row is measured
against kept rows, never through a chain of dropped ones. Not compared are pairs that share no band (at
similarity 0.7 fewer than one in 10^7) and those behind the 64 nearest kept rows of a band.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import numpy as np
from pydantic import Field

from toolkit import languages, stage
from toolkit.fingerprints import digest, structure_grams
from toolkit.lexer import PYTHON, Syntax, tokens
from toolkit.neighbours import Keys, Neighbours, Sketches, bands, similarity, sketch
from toolkit.records import Example, Trial, content_id
from toolkit.stage import Drop, Result, Stage, Survey, Tools

KEEP, EXACT, NEAR = "keep", "exact", "near"
_REASONS = {EXACT: "exact duplicate", NEAR: "near-duplicate"}


class Settings(stage.Settings):
    """What counts as the same."""

    threshold: float = Field(
        0.8, gt=0, le=1, description="Jaccard similarity of structure grams from which two programs are the same."
    )
    minimum_grams: int = Field(
        12,
        ge=1,
        le=stage.MOST,
        description="Grams that both programs need to be near-duplicates; with fewer only exact ones count.",
    )


@dataclass(frozen=True)
class AnswerMark:
    id: str  # of the example it would become
    digest: str
    sketch: tuple[int, ...]


@dataclass(frozen=True)
class Mark:
    """What the survey must know of a trial: at most 1.5 kB, and 0.6 kB for each answer that passed."""

    id: str
    function: str  # of the language and the function's id
    digest: str  # of the program, in the normal form
    bands: tuple[int, ...]  # of the function; none where it is too small
    sketch: tuple[int, ...]  # of the function
    program: tuple[int, ...]  # sketch of the program; none where it is the function alone
    answers: tuple[AnswerMark, ...]


def marks(rows: Iterator[Trial], settings: Settings) -> Iterator[Mark]:
    """One mark a trial."""
    for row in rows:
        function, language = row.attempt.problem.function, row.attempt.language
        code = structure_grams(tokens(function.code, PYTHON))
        program = tokens(function.program, PYTHON)
        yield Mark(
            id=row.id,
            function=content_id(language, function.id),
            digest=content_id(language, digest(program, PYTHON)),
            bands=bands(code, language) if len(code) >= settings.minimum_grams else (),
            sketch=sketch(code),
            program=sketch(structure_grams(program)) if function.context else (),
            answers=tuple(_mark_answer(row, code, settings) for code in row.passed),
        )


def _mark_answer(row: Trial, code: str, settings: Settings) -> AnswerMark:
    syntax = _syntax(row.attempt.language)
    found = tokens(code, syntax)
    grams = structure_grams(found)
    return AnswerMark(
        id=content_id(row.id, code),
        digest=content_id(row.attempt.language, digest(found, syntax)),
        sketch=sketch(grams) if len(grams) >= settings.minimum_grams else (),
    )


@cache
def _syntax(language: str) -> Syntax:
    return Syntax(languages.find(language).comment("x").split()[0])


def merge(found: Iterable[Mark], settings: Settings) -> Iterator[tuple[str, str]]:
    """For each row one word an answer that passed, with spaces between: `keep`, `exact:ID` or `near:ID`."""
    survey = _Corpus(settings.threshold)
    for mark in found:
        survey.add(mark)
    yield from survey.decide()


class _Corpus:
    """All marks, packed: about 1 kB a row where most functions are short; never the rows."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._ids: list[str] = []
        self._keys = Keys()
        self._sketches = Sketches()
        self._programs = Sketches()
        self._functions, self._digests = array("Q"), array("Q")  # one a row
        self._answer_ids, self._answer_digests = array("Q"), array("Q")  # one an answer
        self._answers = Sketches()
        self._ends = array("Q", [0])  # answers[ends[row] : ends[row + 1]] are of the row

    def add(self, mark: Mark) -> None:
        self._ids.append(mark.id)
        self._keys.add(mark.bands)
        self._sketches.add(mark.sketch)
        self._programs.add(mark.program or mark.sketch)
        self._functions.append(int(mark.function, 16))
        self._digests.append(int(mark.digest, 16))
        for answer in mark.answers:
            self._answer_ids.append(int(answer.id, 16))
            self._answer_digests.append(int(answer.digest, 16))
            self._answers.add(answer.sketch)
        self._ends.append(len(self._answer_ids))

    def decide(self) -> Iterator[tuple[str, str]]:
        """Rows in order; a row is compared with what is kept of the rows before it."""
        functions, digests, answers = map(_classes, (self._functions, self._digests, self._answer_digests))
        self._neighbours = Neighbours(self._keys)
        self._function_class = functions
        self._kept = np.zeros(len(self._ids), np.int64) - 1  # the first answer that is kept of the row, or -1
        self._first_of_digest = np.zeros(len(self._ids), np.int64) - 1  # by class: the row kept
        self._first_of_answer = np.zeros(len(answers), np.int64) - 1  # by class: the answer kept
        self._kept_answers: dict[int, list[int]] = {}  # by class of function
        for row, id in enumerate(self._ids):
            places = range(self._ends[row], self._ends[row + 1])
            word = self._twin(row, int(digests[row]))
            words = [word or self._answer_word(place, int(answers[place]), int(functions[row])) for place in places]
            kept = [place for place, each in zip(places, words, strict=True) if each == KEEP]
            if kept:
                self._kept[row] = kept[0]
                self._first_of_digest[digests[row]] = row
            yield id, " ".join(words)

    def _twin(self, row: int, digest_class: int) -> str:
        """The word about a row whose function is another one's, kept before; "" where there is none."""
        mine = self._function_class
        first = int(self._first_of_digest[digest_class])
        if first >= 0:
            return f"{EXACT}:{self._name(int(self._kept[first]))}" if mine[first] != mine[row] else ""
        for other in self._neighbours.of(row, lambda place: bool(self._kept[place] < 0)):
            if mine[other] != mine[row] and self._alike(row, other):
                return f"{NEAR}:{self._name(int(self._kept[other]))}"
        return ""

    def _alike(self, row: int, other: int) -> bool:
        return all(similarity(each[row], each[other]) >= self._threshold for each in (self._sketches, self._programs))

    def _answer_word(self, place: int, digest_class: int, function: int) -> str:
        """The word about an answer; where it is `keep`, later ones are compared with it."""
        first = int(self._first_of_answer[digest_class])
        if first >= 0:
            return f"{EXACT}:{self._name(first)}"
        mine = self._answers[place]
        siblings = self._kept_answers.setdefault(function, [])
        for other in siblings if len(mine) else ():
            theirs = self._answers[other]
            if len(theirs) and similarity(mine, theirs) >= self._threshold:
                return f"{NEAR}:{self._name(other)}"
        self._first_of_answer[digest_class] = place
        siblings.append(place)
        return KEEP

    def _name(self, answer: int) -> str:
        return f"{self._answer_ids[answer]:016x}"


def _classes(values: "array[int]") -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """For each value the number of its class: equal values have equal numbers below `len(values)`."""
    inverse = np.unique(np.array(values, np.uint64), return_inverse=True)[1]
    return inverse.astype(np.int64)


def apply(rows: Iterator[Trial], settings: Settings, tools: Tools) -> Iterator[Result]:
    """The examples of a trial whose answers survive; reads the words of `merge`."""
    for row in rows:
        passed = row.passed
        words = tools.decisions[row.id].split()
        kept = tuple(_example(row, code) for code, word in zip(passed, words, strict=True) if word == KEEP)
        yield Result(row.id, kept) if kept else Result(row.id, drop=_drop(words))


def _drop(words: list[str]) -> Drop:
    if not words:
        return Drop("no answer passed")
    kinds = {word.partition(":")[0] for word in words}
    return Drop(_REASONS[NEAR if NEAR in kinds else EXACT], words[0].partition(":")[2])


def _example(row: Trial, code: str) -> Example:
    problem, function = row.attempt.problem, row.attempt.problem.function
    return Example(
        id=content_id(row.id, code),
        language=row.attempt.language,
        name=function.name,
        source=function.program,
        translation=code,
        tests=row.tests,
        prompt=row.attempt.prompt,
        repo=function.repo,
        path=function.path,
        revision=function.revision,
        license=function.license,
        first_line=function.first_line,
        last_line=function.last_line,
        generator=row.attempt.generator,
        cases=row.cases,
        proof_cases=row.proof_cases,
        line_coverage=row.scores.line_coverage,
        branch_coverage=row.scores.branch_coverage,
        mutants=problem.mutants,
        mutation_score=row.scores.mutation_score,
        verdict="passed",
    )


def facts(settings: Settings, language: str) -> dict[str, str]:
    """What the proposals depend on."""
    return {"rensa": version("rensa")}


STAGE = Stage(
    name="dedup",
    version="3",
    reads=Trial,
    writes=Example,
    settings=Settings,
    apply=apply,
    survey=Survey(Mark, marks, merge),
    facts=facts,
)
