"""Trials of one function and which of them become cases. Runs INSIDE a sandbox; never imported by langlift."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is not worth its import time here
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

DEAR = 2000  # line events: such a case is chosen only for what no cheaper one shows
MEANT = ("changes its arguments", "result is not a literal", "result too large", "endless")  # the types were right
CLASSES = {"returns": 0, "yields": 0, "raises": 1}


class Dice:
    """A small reproducible generator (xorshift64*); `random` is not worth its import time here."""

    def __init__(self, seed: int) -> None:
        self.state = seed % (1 << 64) or 1

    def _next(self) -> int:
        state = self.state
        state ^= state >> 12
        state ^= (state << 25) & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 27
        self.state = state
        return (state * 0x2545F4914F6CDD1D) & 0xFFFFFFFFFFFFFFFF

    def random(self) -> float:
        """From 0 to 1."""
        return (self._next() >> 11) / (1 << 53)

    def randrange(self, low: int, high: int | None = None) -> int:
        """As in `random`."""
        first, end = (0, low) if high is None else (low, high)
        return first + (self._next() >> 8) % (end - first)

    def choice(self, row: Sequence[Any]) -> Any:
        """One of them."""
        return row[self.randrange(len(row))]


class Trial:
    """One call and what it showed."""

    def __init__(
        self, text: str, origin: str, kinds: tuple[Any, ...], outcome: tuple[str, str, str], subject: Any, cost: int
    ) -> None:
        self.text, self.origin, self.kinds, self.cost = text, origin, kinds, cost
        self.outcome, self.expected, self.reason = outcome
        self.arcs: set[tuple[int, int]] = subject.arcs
        self.path: int = subject.path
        self.natural: bool = subject.natural
        self.new = False

    @property
    def worth(self) -> int:
        """How much a call says for its types: a value more than an error."""
        if self.reason:
            return 4 if self.reason in MEANT else 0
        return 1 if self.outcome == "raises" else 4

    def preference(self, likeliest: tuple[Any, ...]) -> tuple[Any, ...]:
        """Smaller is better: values before errors, short runs, doctests, the likeliest types, short arguments."""
        weight = CLASSES[self.outcome] + self.natural
        foreign = self.foreign(likeliest)
        return (weight, self.cost > DEAR, self.origin != "doctest", foreign, len(self.text), self.text)

    def foreign(self, likeliest: tuple[Any, ...]) -> bool:
        """Called with other types than most: a string where numbers are meant."""
        return self.origin != "doctest" and self.kinds != likeliest


def chosen(trials: list[Trial], likeliest: tuple[Any, ...], limit: int) -> list[Trial]:
    """At most so many trials that keep all arcs and show different behaviour, the preferred ones first.

    Accidents and foreign types are chosen only for arcs that nothing else takes.
    """
    rest = sorted(trials, key=lambda trial: trial.preference(likeliest))
    plain = [trial for trial in rest if not trial.natural and not trial.foreign(likeliest)]
    picked: list[Trial] = []
    reached: set[tuple[int, int]] = set()
    for row in (plain, rest):
        while len(picked) < limit:
            best = max(row, key=lambda trial: len(trial.arcs - reached), default=None)  # of equals the preferred
            if best is None or not best.arcs - reached:
                break
            picked.append(best)
            reached |= best.arcs
    aspects: tuple[Callable[[Trial], object], ...] = (
        lambda trial: trial.path,
        lambda trial: trial.expected,
        lambda trial: trial.text,
    )
    for shows in aspects:
        shown = {shows(trial) for trial in picked}
        for trial in plain:
            if len(picked) < limit and shows(trial) not in shown:
                shown.add(shows(trial))
                picked.append(trial)
    return sorted(picked, key=lambda trial: trial.preference(likeliest))
