"""Attempt -> Trial: each answer is run with its tests, again and again in fresh processes, and as published.

A row is kept when one of its answers passed. Otherwise the reason is the first answer's status.
"""

from collections.abc import Iterator
from itertools import islice

from pydantic import Field

from sandboxes import Limits
from toolkit import languages
from toolkit.judge import Program, Trier
from toolkit.languages.base import Language, Suite, Toolchain, suite_of
from toolkit.records import Attempt, Status, Trial, Verdict, content_id
from toolkit.stage import Drop, Result, Stage, Tools
from toolkit.stage import Settings as Base

WINDOW = 16  # attempts in flight: enough to keep a pool busy, few enough to hold in memory
WALL = 6  # seconds on the clock for each of CPU time: a machine may be crowded


class Settings(Base):
    minimum_cases: int = Field(1, ge=1, description="cases that return or yield and can be expressed in the language")
    minimum_share: float = Field(0.5, ge=0, le=1, description="share of a suite that can be expressed in the language")
    cpu_seconds: int = Field(10, ge=1, description="CPU time of one program")
    memory_bytes: int = Field(512 << 20, ge=64 << 20, description="address space of one program")
    repeats: int = Field(3, ge=1, description="runs in fresh processes after the first; all must pass")


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
    trier = Trier(tools.pool, limits, settings.repeats)
    while window := list(islice(rows, WINDOW)):
        yield from _window(window, settings, language, toolchain, trier)


def _window(
    attempts: list[Attempt], settings: Settings, language: Language, toolchain: Toolchain, trier: Trier
) -> Iterator[Result]:
    suites = [suite_of(language, attempt.problem.function, attempt.problem.cases) for attempt in attempts]
    programs = [
        Program(language, toolchain, code, suite)
        for attempt, suite in zip(attempts, suites, strict=True)
        if enough(suite, settings)
        for code in attempt.codes
    ]
    verdicts = iter(trier.verdicts(programs))
    for attempt, suite in zip(attempts, suites, strict=True):
        if enough(suite, settings):
            yield _result(attempt, suite, tuple(islice(verdicts, len(attempt.codes))))
        else:
            detail = "; ".join(suite.skipped[:3])
            yield Result(attempt.id, drop=Drop("too few cases can be expressed", detail))


def enough(suite: Suite, settings: Settings) -> bool:
    """Whether the suite still says something about the function after the cases without a form are gone."""
    total = len(suite.lines) + len(suite.skipped)
    return suite.returning >= settings.minimum_cases and len(suite.lines) >= settings.minimum_share * total


def _result(attempt: Attempt, suite: Suite, verdicts: tuple[Verdict, ...]) -> Result:
    if all(verdict.status != Status.PASSED for verdict in verdicts):
        return Result(attempt.id, drop=Drop(str(verdicts[0].status), verdicts[0].detail))
    id = content_id(attempt.id, suite.text)
    return Result(attempt.id, (Trial(id, attempt, suite.text, len(suite.lines), suite.skipped, verdicts),))


def facts(settings: Settings, language: str) -> dict[str, str]:
    """The version of the toolchain. Raises EnvironmentTrouble where there is none."""
    return {language: languages.toolchain(language).version}


STAGE = Stage(
    name="validate",
    version="2",
    reads=Attempt,
    writes=Trial,
    settings=Settings,
    apply=apply,
    facts=facts,
)
