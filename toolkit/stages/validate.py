"""Attempt -> Trial: each answer is run with all cases, again and again in fresh processes, and as published.

Every case that the language can express is part of the proof; the tests of the row are the smallest suite of them that
is as good, and the row's figures are those of its tests. A row is kept when one of its answers passed. Otherwise the
reason is the first answer's status.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pydantic import Field

from sandboxes import Limits
from toolkit import blind, languages
from toolkit.judge import Program, Trier
from toolkit.languages.base import Language, Suite, Toolchain
from toolkit.languages.suite import suite_of
from toolkit.records import Attempt, Problem, Scores, Status, Trial, Verdict, content_id
from toolkit.stage import MOST, Drop, Result, Stage, Tools
from toolkit.stage import Settings as Base
from toolkit.suites.reduction import scores, smallest, stub

WINDOW = 16  # attempts in flight: enough to keep a pool busy, few enough to hold in memory
WALL = 6  # seconds on the clock for each of CPU time: a machine may be crowded


class Settings(Base):
    minimum_cases: int = Field(
        1, ge=1, le=MOST, description="cases that return or yield and can be expressed in the language"
    )
    minimum: float = Field(0.9, ge=0, le=1, description="as in cover, of the cases that can be expressed")
    minimum_mutation_score: float = Field(0.5, ge=0, le=1, description="as in cover, of these cases")
    cpu_seconds: int = Field(10, ge=1, le=86_400, description="CPU time of one program")
    memory_bytes: int = Field(512 << 20, ge=64 << 20, le=1 << 50, description="address space of one program")
    repeats: int = Field(3, ge=1, le=1_000, description="runs in fresh processes after the first; all must pass")
    blind: bool = Field(False, description="only calls enter the sandbox, answers are compared outside")


def apply(rows: Iterator[Attempt], settings: Settings, tools: Tools) -> Iterator[Result]:
    """Verdicts on each answer of each attempt. Raises SandboxUnavailable, EnvironmentTrouble."""
    language = languages.find(tools.language)
    toolchain = languages.toolchain(tools.language)
    limits = Limits(
        cpu_seconds=settings.cpu_seconds,
        wall_seconds=float(settings.cpu_seconds * WALL),
        memory_bytes=settings.memory_bytes,
        kept_bytes=1 << 16,  # a harness speaks first and last
    )
    trier = Trier(tools.pool, limits, settings.repeats, blind.way_of(language, settings.blind))
    while window := list(islice(rows, WINDOW)):
        yield from _window(window, settings, language, toolchain, trier)


@dataclass(frozen=True)
class Plan:
    """What an attempt has to pass, and how good its tests are."""

    suite: Suite
    cases: int  # in the tests
    scores: Scores


def _window(
    attempts: list[Attempt], settings: Settings, language: Language, toolchain: Toolchain, trier: Trier
) -> Iterator[Result]:
    plans = [plan(language, attempt.problem, settings) for attempt in attempts]
    programs = [
        Program(language, toolchain, code, each.suite)
        for attempt, each in zip(attempts, plans, strict=True)
        if isinstance(each, Plan)
        for code in attempt.codes
    ]
    verdicts = iter(trier.verdicts(programs))
    for attempt, each in zip(attempts, plans, strict=True):
        if isinstance(each, Plan):
            yield _result(attempt, each, tuple(islice(verdicts, len(attempt.codes))))
        else:
            yield Result(attempt.id, drop=each)


def plan(language: Language, problem: Problem, settings: Settings) -> Plan | Drop:
    """The suite of a problem in a language, or what the cases without a form there take from it."""
    if not language.ordered and (case := next((each for each in problem.cases if each.ordered), None)):
        return Drop("depends on the order of keys", f"{problem.function.name}{case.arguments}"[:200])
    suite = suite_of(language, problem.function, problem.cases)
    detail = "; ".join(suite.skipped[:3])
    returning = sum(problem.cases[place].outcome != "raises" for place in suite.places)
    if returning < settings.minimum_cases:
        return Drop("too few cases can be expressed", detail)
    if suite.skipped and (told := stub(problem.cases, problem.evidence, suite.places)):
        return Drop("too few cases can be expressed", f"a stub passes the rest: {told}; {detail}")
    chosen = smallest(problem.cases, problem.evidence, suite.places)
    found = scores(problem, chosen)
    if suite.skipped and (low := _low(found, settings)):
        return Drop("too few cases can be expressed", f"{low}; {detail}")
    lines = tuple(line for place, line in zip(suite.places, suite.lines, strict=True) if place in chosen)
    return Plan(replace(suite, published=lines, text=language.tests(suite.signature, lines)), len(lines), found)


def _low(found: Scores, settings: Settings) -> str:
    """The figure that is below its floor; "" where none is."""
    floors = (
        ("line coverage", found.line_coverage, settings.minimum),
        ("branch coverage", found.branch_coverage, settings.minimum),
        ("mutation score", found.mutation_score, settings.minimum_mutation_score),
    )
    return next((f"{name} {figure:.3f}" for name, figure, floor in floors if figure < floor), "")


def _result(attempt: Attempt, plan: Plan, verdicts: tuple[Verdict, ...]) -> Result:
    if all(verdict.status != Status.PASSED for verdict in verdicts):
        return Result(attempt.id, drop=Drop(str(verdicts[0].status), verdicts[0].detail))
    suite = plan.suite
    trial = Trial(
        id=content_id(attempt.id, suite.text),
        attempt=attempt,
        tests=suite.text,
        cases=plan.cases,
        proof_cases=len(suite.lines),
        skipped=suite.skipped,
        scores=plan.scores,
        verdicts=verdicts,
    )
    return Result(attempt.id, (trial,))


def facts(settings: Settings, language: str) -> dict[str, str]:
    """The version of the toolchain. Raises EnvironmentTrouble where there is none."""
    return {language: languages.toolchain(language).version}


STAGE = Stage(
    name="validate",
    version="6",
    reads=Attempt,
    writes=Trial,
    settings=Settings,
    apply=apply,
    facts=facts,
)
