"""SourceFunction -> Draft: a suite of literal cases, recorded from the source function.

Two sources pool: the calls in the docstring's examples (the probe `examples` runs those whose arguments have to be
computed), and generated inputs (`toolkit.suites.inputs` says what to try, the probe `explore` tries it). What the
function does is recorded, never what a docstring claims. Each case is confirmed in two more fresh processes under
other hash seeds, forwards and backwards.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field, field_validator

from push.credentials import kind_of
from sandboxes import Pool
from toolkit import stage
from toolkit.records import Case, Draft, SourceFunction
from toolkit.stage import Drop, Result, Stage, Tools
from toolkit.suites import inputs, orders, subject
from toolkit.suites.examples import BUDGET, to_run
from toolkit.suites.probing import Refusal, agree, ask
from toolkit.suites.subject import Subject

MOST_SEED = (1 << 32) - 1  # of PYTHONHASHSEED
MOST_SEEDS = 100


class Settings(stage.Settings):
    cases: int = Field(40, ge=1, le=stage.MOST, description="Cases of one function at most")
    calls: int = Field(400, ge=1, le=stage.MOST, description="Inputs tried on one function at most")
    mutations: int = Field(
        160, ge=0, le=stage.MOST, description="Of these, small changes of inputs that reached something new"
    )
    patience: int = Field(
        80, ge=1, le=stage.MOST, description="Small changes without anything new after which the search ends"
    )
    signatures: int = Field(60, ge=1, le=stage.MOST, description="Combinations of parameter types tried at most")
    signatures_explored: int = Field(3, ge=1, le=stage.MOST, description="Of these, those explored in depth at most")
    call_fuel: int = Field(20_000, ge=1, le=stage.MOST, description="Line events that one call may use")
    total_fuel: int = Field(
        300_000, ge=1, le=stage.MOST, description="Line events that all calls of one function may use"
    )
    characters: int = Field(1_000, ge=1, le=stage.MOST, description="Length of the arguments of a case at most")
    hash_seeds: tuple[Annotated[int, Field(ge=0, le=MOST_SEED)], ...] = Field(
        (1, 2), description="Hash seeds of the processes that confirm the cases: at least two different ones"
    )

    @field_validator("hash_seeds")
    @classmethod
    def _several(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if twice := sorted({seed for seed in seeds if seeds.count(seed) > 1}):
            raise ValueError(f"named more than once: {', '.join(map(str, twice))}")
        if len(seeds) < 2:
            raise ValueError("at least two: cases that hold by one order of hashing alone show by another, as [1, 2]")
        if len(seeds) > MOST_SEEDS:
            raise ValueError(f"at most {MOST_SEEDS}: every case is run again for each")
        return seeds


def apply(rows: Iterator[SourceFunction], settings: Settings, tools: Tools) -> Iterator[Result]:
    for function in rows:
        drafted = draft(function, settings, tools.pool)
        if isinstance(drafted, Drop):
            yield Result(function.id, drop=drafted)
        else:
            yield Result(function.id, kept=(drafted,))


def draft(function: SourceFunction, settings: Settings, pool: Pool) -> Draft | Drop:
    """The function with its recorded cases, or why there are none. Raises SandboxUnavailable."""
    try:
        it = subject.of(function)
        request = inputs.request(it, function.docstring, computed(it, function.docstring, settings, pool))
    except subject.UNPARSABLE as error:
        return Drop("does not load", f"{type(error).__name__}: {error}"[:200])
    if not it.body:
        return Drop("no usable case", "the body is empty")
    options = settings.model_dump(exclude={"hash_seeds"})
    found = ask(pool, it, "explore", {**options, **request})
    if isinstance(found, Refusal):
        return Drop(found.reason, found.detail)
    if all(case[4] for case in found["cases"]):  # none, or nothing but accidents
        return _nothing(found["failures"])
    cases = [Case(*case[:4]) for case in found["cases"]]
    public = [case for case in cases if not kind_of((case.arguments, case.expected))]  # such a row would block a push
    if not public:
        return Drop("credential", kind_of((cases[0].arguments, cases[0].expected)))
    kept, broken = confirm(it, public, settings, pool)
    if broken["flaky"]:  # the others may agree by luck
        return Drop("flaky", f"{broken['flaky']} of {len(public)} cases")
    if not kept:
        ((reason, count),) = broken.most_common(1)
        return Drop(reason, f"all {count} cases")
    kept_in_order = told_of_order(it, kept, settings, pool)
    if isinstance(kept_in_order, Refusal):
        return Drop(kept_in_order.reason, f"with the keys of a dict the other way round: {kept_in_order.detail}"[:200])
    return Draft(function.id, function, kept_in_order)


def computed(it: Subject, docstring: str, settings: Settings, pool: Pool) -> tuple[str, ...]:
    """What the examples call the function with where that has to be computed: alike in fresh processes."""
    sources = to_run(docstring, it)
    if not sources:
        return ()
    request = {"sources": sources, "most": BUDGET, "total_fuel": settings.total_fuel}
    answers = [ask(pool, it, "examples", request, hash_seed=seed) for seed in settings.hash_seeds]
    calls = [[] if isinstance(answer, Refusal) else answer["calls"] for answer in answers]
    return tuple(text for text in dict.fromkeys(calls[0]) if all(text in each for each in calls))


def confirm(
    it: Subject, cases: Sequence[Case], settings: Settings, pool: Pool
) -> tuple[tuple[Case, ...], Counter[str]]:
    """The cases that do the same in fresh processes, and the reasons of those that do not."""
    broken: Counter[str] = Counter()
    for turn, seed in enumerate(settings.hash_seeds):
        order = -1 if turn % 2 == 0 else 1  # what one call leaves behind shows in another order
        # Twice each: a function that remembers what it was asked answers otherwise the second time.
        texts = [each for case in cases[::order] for each in (case.arguments, case.arguments)]
        answer = ask(pool, it, "replay", {"cases": texts, "call_fuel": settings.call_fuel * 2}, hash_seed=seed)
        if isinstance(answer, Refusal):
            return (), Counter({answer.reason: len(cases)})
        outcomes = answer["outcomes"]
        pairs = list(zip(cases[::order], outcomes[::2], outcomes[1::2], strict=True))[::order]
        broken.update(
            "timeout" if "timeout" in (first[2], second[2]) else "flaky"
            for case, first, second in pairs
            if not (agree(case, first) and agree(case, second))
        )
        cases = [case for case, first, second in pairs if agree(case, first) and agree(case, second)]
    return tuple(cases), broken


def told_of_order(it: Subject, cases: tuple[Case, ...], settings: Settings, pool: Pool) -> tuple[Case, ...] | Refusal:
    """The cases, told apart by whether they depend on the order of the keys of a dict."""
    asked = {place: text for place, case in enumerate(cases) if (text := orders.reordered(case.arguments))}
    if not asked:
        return cases
    answer = ask(pool, it, "replay", {"cases": list(asked.values()), "call_fuel": settings.call_fuel * 2})
    if isinstance(answer, Refusal):
        return answer
    if any(tuple(outcome[1:]) == ("Slow", "timeout") for outcome in answer["outcomes"]):  # the clock must not decide
        return Refusal("timeout", "a case meets the CPU timer")
    found = dict(zip(asked, answer["outcomes"], strict=True))
    return tuple(
        replace(case, ordered=place in found and not orders.alike(case, found[place]))
        for place, case in enumerate(cases)
    )


def _nothing(failures: Sequence[tuple[int, str, str]]) -> Drop:
    """The most frequent reason that is not about inputs of the wrong type."""
    reasons: Counter[str] = Counter()
    for count, reason, _ in failures:
        reasons[reason] += count
    told = [(count, reason) for reason, count in reasons.most_common() if reason != "noise"]
    if told:
        count, reason = told[0]
        what = next(what for _, each, what in failures if each == reason)
        return Drop(reason, f"{what}: {count} calls" if what else f"{count} calls")
    what = failures[0][2] if failures else "no input to try"
    return Drop("no usable case", f"{what}: {sum(reasons.values())} calls")


STAGE = Stage(name="tests", version="7", reads=SourceFunction, writes=Draft, settings=Settings, apply=apply)
