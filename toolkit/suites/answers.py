"""Whether a probe's answer has exactly the shape that the probe gives.

A function runs in the process that answers, so an answer is as untrusted as the function: every key, type, length and
range is checked before a stage indexes into it. An answer of the right shape may still be a lie about its own row.
"""

import ast
from collections.abc import Mapping
from typing import Any

from toolkit.suites.subject import UNPARSABLE

LONGEST = 20_000  # characters of one text: what a probe writes is far shorter
OUTCOMES = frozenset({"returns", "raises", "yields"})
ORIGINS = frozenset({"doctest", "generated"})
REFUSALS = frozenset({"does not load", "left early", "touches the machine", "timeout", "changes its arguments"})
REASONS = frozenset({"timeout", "memory", "left early", "noise", "changes its arguments", "endless",
                     "result is not a literal", "result too large"})  # fmt: skip


def fits(probe: str, answer: dict[Any, Any], request: Mapping[str, Any]) -> bool:
    """Whether this is what the probe of that name answers to the request, or a probe's refusal."""
    match answer:
        case {"refused": reason, "detail": detail} if len(answer) == 2:
            return _text(reason) and reason in REFUSALS and _text(detail)
        case {"cases": cases, "failures": failures, "complete": bool()} if len(answer) == 3 and probe == "explore":
            return _explored(cases, request["cases"]) and _failures(failures)
        case {"calls": calls} if len(answer) == 1 and probe == "examples":
            return _row(calls) and len(calls) <= request["most"] and all(map(_arguments, calls))
        case {"outcomes": outcomes} if len(answer) == 1 and probe == "replay":
            return _outcomes(outcomes, 3, len(request["cases"]))
        case {"outcomes": outcomes, "coverage": coverage, "kills": kills} if len(answer) == 3 and probe == "measure":
            count = len(request["cases"])
            measured = _outcomes(outcomes, 4, count) and _coverage(coverage, count)
            return measured and _kills(kills, len(request["mutants"]), count)
    return False


def _text(value: object) -> bool:
    """Text that can be written to a file: no lone surrogate."""
    return type(value) is str and len(value) <= LONGEST and not any("\ud800" <= each <= "\udfff" for each in value)


def _number(value: object, end: int = 1 << 31) -> bool:
    return type(value) is int and 0 <= value < end


def _row(value: object, length: int | None = None) -> bool:
    return isinstance(value, list | tuple) and (length is None or len(value) == length)


def _literal(text: str) -> object:
    """What a literal says; NotImplemented where the text is none."""
    try:
        return ast.literal_eval(text)
    except (*UNPARSABLE, TypeError):  # TypeError: an unhashable key
        return NotImplemented


def _outcome(outcome: object, text: object, reason: object) -> bool:
    if not (_text(outcome) and outcome in OUTCOMES and _text(text) and _text(reason)):
        return False
    if reason and reason != "changes its arguments":  # those are no values
        return reason in REASONS
    return outcome == "raises" or _literal(str(text)) is not NotImplemented


def _outcomes(value: Any, width: int, count: int) -> bool:
    """(outcome, text, reason), and whether it is an accident where the width is 4; one for each case."""
    return _row(value, count) and all(
        _row(each, width) and _outcome(*each[:3]) and all(type(flag) is bool for flag in each[3:]) for each in value
    )


def _explored(cases: Any, most: int) -> bool:
    return _row(cases) and len(cases) <= most and all(_row(each, 5) and _case(*each) for each in cases)


def _case(arguments: object, outcome: object, expected: object, origin: object, accident: object) -> bool:
    known = _arguments(arguments) and _text(origin) and origin in ORIGINS
    return known and _outcome(outcome, expected, "") and type(accident) is bool


def _arguments(value: object) -> bool:
    return _text(value) and isinstance(_literal(str(value)), tuple)


def _failures(value: Any) -> bool:
    return _row(value) and all(
        _row(each, 3) and _number(each[0]) and _text(each[1]) and each[1] in REASONS and _text(each[2])
        for each in value
    )


def _coverage(value: Any, count: int) -> bool:
    match value:
        case {"lines": lines, "branches": branches, "missed": missed, "arcs": arcs} if len(value) == 4:
            numbers = _share(lines) and _share(branches) and _row(missed) and all(map(_number, missed))
            return numbers and _row(arcs, count) and all(map(_arcs, arcs))
    return False


def _share(value: Any) -> bool:
    return _row(value, 2) and _number(value[0]) and _number(value[1]) and value[1] <= value[0]


def _arcs(value: Any) -> bool:
    """Pairs of lines; an end may be negative: the way out."""
    return _row(value) and all(_row(pair, 2) and all(type(each) is int for each in pair) for pair in value)


def _kills(value: Any, mutants: int, cases: int) -> bool:
    return _row(value, mutants) and all(
        each is None or (_row(each) and all(_number(index, cases) for index in each)) for each in value
    )
