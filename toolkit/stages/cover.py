"""Draft -> Problem: coverage of the function's body alone, mutation score, and what each case adds to them.

Line and branch coverage are coverage.py's, over the body in normal form: the `def` line, the docstring, decorators and
the context are not counted, nested functions are. The tests live outside the measured file, so the number of cases
can not raise it. All cases go on to the proof of a translation, save accidents (a natural KeyError on an input that
nobody meant); the tests of a row are the smallest suite that is as good (`toolkit.suites.reduction`).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field

from sandboxes import Pool
from toolkit import stage
from toolkit.records import Draft, Evidence, Problem
from toolkit.stage import Drop, Result, Stage, Tools
from toolkit.suites import mutants, probing, subject
from toolkit.suites.probing import Refusal, agree, ask
from toolkit.suites.reduction import scores, share, smallest, stub

LIMITS = replace(probing.LIMITS, cpu_seconds=70, wall_seconds=900.0)  # each mutant may wait for its timer once


class Settings(stage.Settings):
    minimum: float = Field(0.9, ge=0, le=1, description="Least line coverage and least branch coverage of the body")
    minimum_mutation_score: float = Field(0.5, ge=0, le=1, description="Least share of the mutants that is killed")
    mutants: int = Field(30, ge=0, le=stage.MOST, description="Mutants of one function at most")
    call_fuel: int = Field(40_000, ge=1, le=stage.MOST, description="Line events that one call of the function may use")
    total_fuel: int = Field(
        300_000,
        ge=1,
        le=stage.MOST,
        description="Line events that all mutants of one function may use, in equal shares",
    )


def apply(rows: Iterator[Draft], settings: Settings, tools: Tools) -> Iterator[Result]:
    for draft in rows:
        measured = problem(draft, settings, tools.pool)
        if isinstance(measured, Drop):
            yield Result(draft.id, drop=measured)
        else:
            yield Result(draft.id, kept=(measured,))


def problem(draft: Draft, settings: Settings, pool: Pool) -> Problem | Drop:
    """The measured problem with its reduced suite, or what falls short. Raises SandboxUnavailable."""
    answer = measure(draft, settings, pool)
    return Drop(answer.reason, answer.detail) if isinstance(answer, Refusal) else judge(draft, answer, settings)


def measure(draft: Draft, settings: Settings, pool: Pool) -> dict[str, Any] | Refusal:
    """What the probe says: the outcome of each case, coverage, arcs, and the cases that kill each mutant."""
    import coverage

    it = subject.of(draft.function)
    changes = mutants.of(it, settings.mutants)
    home = Path(coverage.__file__).parent
    request = {
        "cases": [case.arguments for case in draft.cases],
        "mutants": [(each.start, each.end, each.text) for each in changes],
        "body": it.lines,
        "coverage": str(home.parent),
        "call_fuel": settings.call_fuel,
        "total_fuel": settings.total_fuel,
    }
    return ask(pool, it, "measure", request, readable=(str(home),), limits=LIMITS)


def judge(draft: Draft, answer: dict[str, Any], settings: Settings) -> Problem | Drop:
    """The problem that a measurement makes of a draft, or what falls short."""
    for case, outcome in zip(draft.cases, answer["outcomes"], strict=True):
        if not agree(case, outcome):
            return Drop("flaky", f"{draft.function.name}{case.arguments}: {case.expected}, then {outcome[1]}"[:300])
    if all(case.outcome == "raises" for case in draft.cases):
        return Drop("never returns normally", f"{len(draft.cases)} cases raise")
    lines, branches = coverage_of(answer)
    if lines < settings.minimum:
        return Drop("line coverage", f"{lines:.3f}; missed lines {answer['coverage']['missed'][:10]}")
    if branches < settings.minimum:
        return Drop("branch coverage", f"{branches:.3f}")
    problem = _problem(draft, answer)
    if told := stub(problem.cases, problem.evidence):
        return Drop("a stub passes", told)
    score = scores(problem, smallest(problem.cases, problem.evidence)).mutation_score
    if score < settings.minimum_mutation_score:
        return Drop("mutation score", f"{score:.3f} of {problem.mutants} mutants")
    return problem


def coverage_of(answer: dict[str, Any]) -> tuple[float, float]:
    """Line and branch coverage by all cases, as coverage.py counts."""
    return share(*answer["coverage"]["lines"]), share(*answer["coverage"]["branches"])


def _problem(draft: Draft, answer: dict[str, Any]) -> Problem:
    """All cases with what they show; of the accidents only what the smallest suite needs, or an example in the docs."""
    killers = [kills for kills in answer["kills"] if kills is not None]
    evidence = tuple(
        Evidence(
            arcs=tuple(tuple(arc) for arc in arcs),
            kills=tuple(mutant for mutant, kills in enumerate(killers) if place in kills),
            accident=outcome[3],
        )
        for place, (arcs, outcome) in enumerate(zip(answer["coverage"]["arcs"], answer["outcomes"], strict=True))
    )
    suite = smallest(draft.cases, evidence)
    kept = [
        place
        for place, case in enumerate(draft.cases)
        if place in suite or case.origin == "doctest" or not evidence[place].accident
    ]
    return Problem(
        id=draft.id,
        function=draft.function,
        cases=tuple(draft.cases[place] for place in kept),
        evidence=tuple(evidence[place] for place in kept),
        lines=answer["coverage"]["lines"][0],
        branches=answer["coverage"]["branches"][0],
        mutants=len(killers),
    )


def facts(settings: Settings, language: str) -> dict[str, str]:
    """Versions of what measured."""
    import coverage

    return {"coverage": coverage.__version__}


STAGE = Stage(name="cover", version="7", reads=Draft, writes=Problem, settings=Settings, apply=apply, facts=facts)
