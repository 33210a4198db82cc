"""The smallest suite that keeps what the cases of a function reach and detect, and the figures of any suite of them.

The suite is reduced greedily, then made irredundant; ties go to doctest cases and to those before. It is computed for
each language from the cases that have a form there, so a case that has none is made up for by others where they can.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from toolkit.records import Case, Evidence, Problem, Scores
from toolkit.value_types import read

Goals = Mapping[int, frozenset[tuple[object, ...]]]  # by place: what the case is wanted for


def smallest(
    cases: Sequence[Case], evidence: Sequence[Evidence], among: Iterable[int] | None = None
) -> tuple[int, ...]:
    """Places of the cases to keep, ascending: what `among` (all where None) reaches and kills is kept.

    A stub that answers every call alike, or gives an argument back, must fail too.
    Accidents (a natural KeyError and the like) are kept only for arcs that nothing else takes.
    """
    places = range(len(cases)) if among is None else sorted(among)
    goals = _goals(cases, evidence, places)
    order = sorted(places, key=lambda place: _preference(cases[place], place, evidence[place].accident))
    plain = [place for place in order if cases[place].outcome != "raises"]
    wanted = set().union(*goals.values())
    chosen: list[int] = []
    for pool in ([place for place in order if not evidence[place].accident], order):
        while wanted:
            best = max(pool, key=lambda place: len(goals[place] & wanted), default=None)
            if best is None or not goals[best] & wanted:
                break
            chosen.append(best)
            wanted -= goals[best]
    if plain and not set(plain).intersection(chosen):
        chosen.append(plain[0])
    return tuple(sorted(_irredundant(chosen, goals, set(plain))))


def _goals(cases: Sequence[Case], evidence: Sequence[Evidence], places: Sequence[int]) -> Goals:
    outcomes = {place: (cases[place].outcome, cases[place].expected) for place in places}
    stubs = {outcome for place, outcome in outcomes.items() if not evidence[place].accident}
    goals = {}
    for place in places:
        goal: set[tuple[object, ...]] = {("arc", *arc) for arc in evidence[place].arcs}
        if not evidence[place].accident:
            goal |= {("kill", mutant) for mutant in evidence[place].kills}
            goal |= {("stub", *other) for other in stubs if other != outcomes[place]}
            goal |= {("argument", number) for number, same in enumerate(_given_back(cases[place])) if not same}
        goals[place] = frozenset(goal)
    return goals


def _given_back(case: Case) -> list[bool]:
    """For each argument whether it is what the call returns."""
    try:
        arguments, expected = read(case.arguments), None if case.outcome == "raises" else read(case.expected)
    except ValueError:
        return []
    return [case.outcome == "returns" and type(each) is type(expected) and each == expected for each in arguments]


def stub(cases: Sequence[Case], evidence: Sequence[Evidence], among: Iterable[int] | None = None) -> str:
    """A function that does nothing and passes the cases `among` (all where None), in words; "" where there is none.

    Accidents do not count.
    """
    places = range(len(cases)) if among is None else among
    meant = [cases[place] for place in places if not evidence[place].accident]
    if len({(case.outcome, case.expected) for case in meant}) == 1:
        return f"one that always {meant[0].outcome} {meant[0].expected}"[:200]
    given = [all(column) for column in zip(*map(_given_back, meant), strict=False)]
    return f"one that returns argument {given.index(True) + 1}" if True in given else ""


def _irredundant(chosen: list[int], goals: Goals, plain: set[int]) -> set[int]:
    kept = list(chosen)
    for place in reversed(chosen):
        rest = [other for other in kept if other != place]
        if plain.intersection(rest) and goals[place] <= set().union(*(goals[other] for other in rest)):
            kept = rest
    return set(kept)


def _preference(case: Case, place: int, accident: bool) -> tuple[object, ...]:
    """Values before errors, doctests before the rest; then the draft's order: likely types, short arguments."""
    return (accident, case.outcome == "raises", case.origin != "doctest", place)


def scores(problem: Problem, places: Collection[int]) -> Scores:
    """What the cases at these places reach in the body, and the share of the mutants that they kill."""
    arcs = {arc for place in places for arc in problem.evidence[place].arcs}
    kills = {mutant for place in places for mutant in problem.evidence[place].kills}
    lines = sum(start == 0 for start, _ in arcs)
    return Scores(
        line_coverage=share(problem.lines, lines),
        branch_coverage=share(problem.branches, len(arcs) - lines),
        mutation_score=share(problem.mutants, len(kills)),
    )


def share(whole: int, part: int) -> float:
    """A body without branches, or without mutants, misses none."""
    return round(part / whole, 4) if whole else 1.0
