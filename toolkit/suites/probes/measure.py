"""Measures a suite on the source: coverage of the function's body, and which mutants each case kills.

Runs INSIDE a sandbox; never imported by langlift. Needs the folder of the `coverage` package on top of the standard
library; it is taken off the path again before the function is loaded.
"""

from __future__ import annotations

import os
import sys

import box  # type: ignore[import-not-found]

TYPE_CHECKING = False  # `typing` is not worth its import time here
if TYPE_CHECKING:
    from typing import Any


def measured(request: dict[str, Any], subject: Any) -> tuple[list[tuple[str, str, str, bool]], dict[str, Any]]:
    """Coverage of the body under all cases; and for each case what it does and the arcs it takes."""
    sys.path.append(request["coverage"])
    import coverage

    sys.path.remove(request["coverage"])
    place = os.path.abspath("function.py")
    meter = coverage.Coverage(data_file=None, branch=True, include=[place], config_file=False, messages=False)
    code = compile(subject.code, place, "exec", subject.flags, dont_inherit=True)
    arguments = [eval(text, {}) for text in request["cases"]]
    outcomes: list[tuple[str, str, str, bool]] = []
    function = subject.load(code)
    meter.start()
    for index, values in enumerate(arguments):
        meter.switch_context(str(index))
        outcome = subject.call(function, values, 1, tracing=False)
        _refuse_slow(subject)
        outcomes.append((*outcome, subject.natural))
    meter.stop()
    return outcomes, report(meter, place, request, len(arguments))


def _refuse_slow(subject: Any) -> None:
    if subject.slow:
        subject.channel.answer({"refused": "timeout", "detail": "a case meets the CPU timer"})


def report(meter: Any, place: str, request: dict[str, Any], cases: int) -> dict[str, Any]:
    first, last = request["body"]
    _, statements, _, missing, _ = meter.analysis2(place)
    lines = [line for line in statements if first <= line <= last]
    missed = [line for line in missing if first <= line <= last]
    branches = [pair for line, pair in meter.branch_stats(place).items() if first <= line <= last]
    # The way out that an error takes is an arc too, but none of the branches; only a private method tells them apart.
    taken = meter._analyze(place).executed_branch_arcs()
    ways = {(line, end) for line, ends in taken.items() for end in ends if first <= line <= last}
    data = meter.get_data()
    arcs = []
    for index in range(cases):
        data.set_query_context(str(index))
        found = data.arcs(place) or []
        arcs.append(sorted(ways.intersection(found) | {(0, line) for _, line in found if line in lines}))
    return {
        "lines": (len(lines), len(lines) - len(missed)),
        "branches": (sum(total for total, _ in branches), sum(reached for _, reached in branches)),
        "missed": missed,
        "arcs": arcs,
    }


def shows(mutant: tuple[str, str, str], function: tuple[str, str, str, bool]) -> bool:
    """Whether a test could tell the two: by the name of an error, by a value that is not nearly the same.

    No test looks at the arguments afterwards, so a mutant that changes them is told by its answer alone.
    """
    if mutant[0] == "raises" and function[0] == "raises":
        return mutant[1] != function[1]
    if mutant[2] not in ("", "changes its arguments") or mutant[0] != function[0]:
        return True
    return mutant[1] != function[1] and not near(eval(mutant[1], {}), eval(function[1], {}))


def near(one: Any, other: Any) -> bool:
    """Alike to the least strict test (`toolkit.languages.base`): 3 and 3.0 are, and a list and a tuple."""
    numbers, rows = (int, float), (list, tuple)
    if type(one) in numbers and type(other) in numbers:
        if one == other or type(one) is type(other) is int:
            return bool(one == other)
        try:
            distance = 1e-9 * max(abs(one), abs(other)) if other else 1e-12
            return bool(abs(one - other) <= distance < float("inf") or (one != one and other != other))
        except OverflowError:  # an integer beyond every float
            return False
    if type(one) in rows and type(other) in rows:
        return len(one) == len(other) and all(near(*pair) for pair in zip(one, other, strict=True))
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(near(value, other[key]) for key, value in one.items())
    return bool(one == other)


def killed(request: dict[str, Any], subject: Any, outcomes: list[tuple[str, str, str, bool]]) -> list[list[int] | None]:
    """For each mutant the cases that tell it from the function; None where the timer did not last to say.

    What the timer ends is undecided: another run, on another machine, would say something else. A mutant that no case
    has told when its fuel is spent is alive.
    """
    code = subject.code.encode()
    arguments = [eval(text, {}) for text in request["cases"]]
    function = subject.load()
    fuels = []
    for values in arguments:
        subject.call(function, values, request["call_fuel"])
        _refuse_slow(subject)
        fuels.append(request["call_fuel"] - max(subject.fuel, 0))
    order = sorted(range(len(fuels)), key=lambda index: fuels[index])  # cheap cases first
    kills: list[list[int] | None] = []
    for start, end, text in request["mutants"]:
        left = request["total_fuel"] // len(request["mutants"])
        mutant = subject.load(code[:start] + text.encode() + code[end:], dict(subject.space))
        found = []
        for index in order:
            if left <= 0:
                break
            fuel = 10 * fuels[index] + 200
            outcome = subject.call(mutant, arguments[index], fuel)
            left -= fuel - max(subject.fuel, 0)
            if subject.slow:
                break
            if shows(outcome, outcomes[index]):
                found.append(index)
            if outcome[2] in ("timeout", "memory"):
                break  # it would go the same way with the others, at the same price
        kills.append(None if subject.slow else found)
    return kills


def main() -> None:
    channel = box.Channel()
    request = channel.request
    subject = box.Subject(channel, request["call"], request["context"], request["code"])
    with open("function.py", "w", encoding="utf-8") as file:
        file.write(subject.code)
    subject.load_context()
    outcomes, coverage = measured(request, subject)
    kills = killed(request, subject, outcomes)
    channel.answer({"outcomes": outcomes, "coverage": coverage, "kills": kills})


main()
