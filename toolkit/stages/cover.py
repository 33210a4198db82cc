"""Draft -> Problem: coverage of the function's body alone, mutation score, and the smallest suite that keeps both.

Line and branch coverage are coverage.py's, over the body in normal form: the `def` line, the docstring, decorators and
the context are not counted, nested functions are. The tests live outside the measured file, so the number of cases
can not raise it. The suite is reduced greedily, then made irredundant; ties go to doctest cases and short arguments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field

from sandboxes import Pool
from toolkit import stage
from toolkit.records import Case, Draft, Problem
from toolkit.stage import Drop, Result, Stage, Tools
from toolkit.suites import mutants, probing, subject
from toolkit.suites.probing import Refusal, agree, ask

LIMITS = replace(probing.LIMITS, cpu_seconds=70, wall_seconds=900.0)  # each mutant may wait for its timer once


class Settings(stage.Settings):
    minimum: float = Field(0.9, ge=0, le=1, description="Least line coverage and least branch coverage of the body")
    minimum_mutation_score: float = Field(0.5, ge=0, le=1, description="Least share of the mutants that is killed")
    mutants: int = Field(30, ge=0, description="Mutants of one function at most")
    call_fuel: int = Field(40_000, ge=1, description="Line events that one call of the function may use")
    total_fuel: int = Field(
        300_000, ge=1, description="Line events that all mutants of one function may use, in equal shares"
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
    lines, branches = _share(*answer["coverage"]["lines"]), _share(*answer["coverage"]["branches"])
    if lines < settings.minimum:
        return Drop("line coverage", f"{lines:.3f}; missed lines {answer['coverage']['missed'][:10]}")
    if branches < settings.minimum:
        return Drop("branch coverage", f"{branches:.3f}")
    accidents = {index for index, outcome in enumerate(answer["outcomes"]) if outcome[3]}
    judged = [kills for kills in answer["kills"] if kills is not None]
    chosen = reduce(draft.cases, answer["coverage"]["arcs"], judged, accidents)
    score = _share(len(judged), sum(1 for kills in judged if chosen.intersection(kills)))
    if score < settings.minimum_mutation_score:
        return Drop("mutation score", f"{score:.3f} of {len(judged)} mutants")
    cases = tuple(case for index, case in enumerate(draft.cases) if index in chosen)
    return Problem(draft.id, draft.function, cases, lines, branches, len(judged), score)


def _share(whole: int, part: int) -> float:
    """A body without branches, or without mutants, misses none."""
    return round(part / whole, 4) if whole else 1.0


def reduce(
    cases: Sequence[Case],
    arcs: Sequence[Sequence[tuple[int, int]]],
    kills: Sequence[Sequence[int]],
    accidents: set[int],
) -> set[int]:
    """Places of the cases to keep: a greedy cover of all arcs and kills, then without what the others make redundant.

    A stub that answers every call alike must fail too, so no outcome is kept alone where the draft has others.
    Accidents (a natural KeyError and the like) are kept only for arcs that nothing else takes.
    """
    goals: list[set[tuple[object, ...]]] = [{("arc", *arc) for arc in each} for each in arcs]
    outcomes = [(case.outcome, case.expected) for case in cases]
    stubs = {outcome for index, outcome in enumerate(outcomes) if index not in accidents}
    for index, outcome in enumerate(outcomes):
        if index not in accidents:
            goals[index] |= {("stub", *other) for other in stubs if other != outcome}
    for mutant, killers in enumerate(kills):
        for index in set(killers) - accidents:
            goals[index].add(("kill", mutant))
    order = sorted(range(len(cases)), key=lambda index: _preference(cases[index], index, index in accidents))
    wanted = set().union(*goals)
    chosen: list[int] = []
    plain = [index for index in order if cases[index].outcome != "raises"]
    for pool in ([index for index in order if index not in accidents], order):
        while wanted:
            best = max(pool, key=lambda index: len(goals[index] & wanted), default=None)
            if best is None or not goals[best] & wanted:
                break
            chosen.append(best)
            wanted -= goals[best]
    if not any(cases[index].outcome != "raises" for index in chosen):
        chosen.append(plain[0])
    return _irredundant(chosen, goals, set(plain))


def _irredundant(chosen: list[int], goals: Sequence[set[tuple[object, ...]]], plain: set[int]) -> set[int]:
    kept = list(chosen)
    for index in reversed(chosen):
        rest = [other for other in kept if other != index]
        if rest and plain.intersection(rest) and goals[index] <= set().union(*(goals[other] for other in rest)):
            kept = rest
    return set(kept)


def _preference(case: Case, index: int, accident: bool) -> tuple[object, ...]:
    """Values before errors, doctests before the rest; then the draft's order: likely types, short arguments."""
    return (accident, case.outcome == "raises", case.origin != "doctest", index)


def facts(settings: Settings, language: str) -> dict[str, str]:
    """Versions of what measured."""
    import coverage

    return {"coverage": coverage.__version__}


STAGE = Stage(name="cover", version="3", reads=Draft, writes=Problem, settings=Settings, apply=apply, facts=facts)
