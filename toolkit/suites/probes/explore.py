"""Finds inputs for one function by trying them: the feedback loop of the `tests` stage, in one process.

Runs INSIDE a sandbox; never imported by langlift. First the doctest inputs, then which types the parameters take
(signatures in the order of their likelihood), then boundary values, then small changes of inputs that reached new
arcs. Counts and fuel decide when to stop; the clock only where a call spends half a second in C: that is no case, and
whether it was half a second can differ from machine to machine. The dice are seeded by the function's id.
"""

from __future__ import annotations

import box  # type: ignore[import-not-found]
import literals  # type: ignore[import-not-found]
import trials  # type: ignore[import-not-found]
import values  # type: ignore[import-not-found]
from trials import MEANT, Dice, Trial

TYPE_CHECKING = False  # `typing` is not worth its import time here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Parent = tuple[bool, list[Any]]  # whether it reached a new arc; one value a parameter


CHANGING = 0.1  # share of the calls


class Search:
    """All trials of one function, and the budget they share."""

    def __init__(self, request: dict[str, Any], subject: Any, function: Callable[..., Any]) -> None:
        self.request, self.subject, self.function = request, subject, function
        self.dice = Dice(request["seed"])
        self.pools = request["pools"]
        self.fuel, self.calls = request["total_fuel"], request["calls"]
        self.seen: dict[str, Trial] = {}  # by the text of the arguments
        self.trials: list[Trial] = []
        self.arcs: set[tuple[int, int]] = set()
        self.paths: set[int] = set()
        self.failures: dict[tuple[str, str], int] = {}
        self.changing: list[Trial] = []  # calls that change their arguments
        self.parents: dict[tuple[Any, ...], list[Parent]] = {}  # of each signature, from its plain calls
        self.likeliest: tuple[Any, ...] = ()  # the types of most cases: others are for what these do not reach
        self.examples: list[Parent] = []  # what the docstring calls it with: good parents for small changes
        self.parameters = self._present(request["parameters"])

    def _present(self, parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The parameters to fill: trailing ones whose default is no literal are left to it."""
        for each in parameters:
            each["values"] = []
            if each["default"] is not None:
                try:
                    value = eval(each["default"], self.subject.space)
                    literals.literal(value)
                    each["values"] = [value]
                except Exception:
                    pass  # no literal: left out where it is trailing, guessed elsewhere
        kept = list(parameters)
        while kept and kept[-1]["default"] is not None and not kept[-1]["values"]:
            kept.pop()
        return kept

    @property
    def spent(self) -> bool:
        """No calls or no fuel left."""
        return bool(self.fuel <= 0 or self.calls <= 0)

    def flat(self, columns: list[Any]) -> tuple[Any, ...]:
        """One value a parameter becomes the tuple of arguments: extra positionals are spread."""
        row: list[Any] = []
        for parameter, value in zip(self.parameters, columns, strict=True):
            if parameter["kind"] == "variadic":
                row.extend(value)
            else:
                row.append(value)
        return tuple(row)

    def attempt(self, origin: str, kinds: tuple[Any, ...], arguments: tuple[Any, ...]) -> Trial | None:
        """Call once; None where it was called before or the budget is spent. Else the trial."""
        text = self.text(arguments)
        if self.spent or not text or text in self.seen:
            return None
        self.calls -= 1
        fuel = min(self.request["call_fuel"], self.fuel)
        subject = self.subject
        outcome = subject.call(self.function, arguments, fuel, seconds=box.FIRST_SECONDS)
        cost = fuel - max(subject.fuel, 0)
        self.fuel -= cost
        self.seen[text] = trial = Trial(text, origin, kinds, outcome, subject, cost)
        self._note(trial)
        return trial

    def text(self, arguments: tuple[Any, ...]) -> str:
        """The arguments as a literal; "" where they have none that is short enough."""
        try:
            return str(literals.literal(arguments, self.request["characters"]))
        except (literals.TooLarge, literals.Unwritable):
            return ""

    def _note(self, trial: Trial) -> None:
        if trial.reason:
            changes = trial.reason == "changes its arguments"
            key = (trial.reason, "" if changes else f"{trial.outcome} {trial.expected}")
            self.failures[key] = self.failures.get(key, 0) + 1
            if changes:
                self.changing.append(trial)
            return
        trial.new = bool(trial.arcs - self.arcs)
        self.arcs |= trial.arcs
        self.trials.append(trial)

    @property
    def complete(self) -> bool:
        """Every line, and both ways of every branch."""
        starts = {start for start, _ in self.arcs}
        ends = {end for _, end in self.arcs}
        if any(line not in ends for line in self.request["lines"]):
            return False
        for line, body in self.request["branches"]:
            if line in starts and not any(start == line and end != body for start, end in self.arcs):
                return False
        return True

    def run(self) -> None:
        """All of it, until the budget is spent or nothing is missing."""
        for text in self.request["doctests"]:
            arguments = eval(text, {})
            trial = self.attempt("doctest", (), arguments)
            plain = len(arguments) == len(self.parameters) and not self.subject.variadic
            if trial and plain and (not trial.reason or trial.reason in MEANT):
                self.examples.append((True, list(arguments)))
        if not self.parameters:
            self.attempt("generated", (), ())
            return
        signatures = self.signatures()
        self.likeliest = signatures[0] if signatures else ()
        for signature in signatures:
            if self.spent or (signature != self.likeliest and self.complete):
                break
            self.explore(signature)

    @property
    def changes(self) -> bool:
        """Whether many calls of the kind that is meant change their arguments: what is left tells too little.

        Half of all calls would be too many: short lists, and sorted ones, are left as they are by a sort in place.
        """
        changing, rest = (sum(map(self._meant, row)) for row in (self.changing, self.trials))
        return any(each.origin == "doctest" for each in self.changing) or changing > CHANGING * (changing + rest)

    def _meant(self, trial: Trial) -> bool:
        return trial.origin == "doctest" or (trial.kinds == self.likeliest and not trial.natural)

    def signatures(self) -> list[tuple[Any, ...]]:
        """Types for all parameters that the function seems to take, the likeliest first."""
        menus = [each["guesses"] for each in self.parameters]
        best: list[tuple[int, int, tuple[Any, ...]]] = []
        for tried, (_, ranks) in enumerate(sorted((sum(each), each) for each in combinations(menus))):
            if tried >= self.request["signatures"] or self.spent:
                break
            signature = tuple(menu[place] for menu, place in zip(menus, ranks, strict=True))
            worth, calls = self.probe(signature)
            if worth:
                best.append((-worth // max(calls, 1), tried, signature))
            if len(best) >= 3 and min(best)[0] == -4:
                break
        return [signature for _, _, signature in sorted(best)][: self.request["signatures_explored"]]

    def probe(self, signature: tuple[Any, ...]) -> tuple[int, int]:
        """What three plain calls say for the types: (worth, calls)."""
        worth = calls = 0
        for index in range(3):
            columns = []
            for parameter, kind in zip(self.parameters, signature, strict=True):
                row = self.row(parameter, kind)
                columns.append(row[index % len(row)] if index else row[0])
            trial = self._keep(self.parents.setdefault(signature, []), columns, signature)
            trial = trial or self.seen.get(self.text(self.flat(columns)))  # an example may call it so
            if trial:
                calls += 1
                worth += trial.worth
        return worth, calls

    def row(self, parameter: dict[str, Any], kind: tuple[Any, ...]) -> list[Any]:
        """The values to try for a parameter of a type; its default is the plainest."""
        key = repr(kind)
        rows: dict[str, list[Any]] = parameter.setdefault("rows", {})
        if key not in rows:
            if parameter["kind"] == "variadic":
                row = values.boundary(("row", kind), self.pools)
            else:
                row = values.boundary(kind, self.pools)
            rows[key] = values.unique([*parameter["values"], *row])
        return rows[key]

    def explore(self, signature: tuple[Any, ...]) -> None:
        """Boundary values in many combinations, then small changes of what they reached."""
        rows = [self.row(parameter, kind) for parameter, kind in zip(self.parameters, signature, strict=True)]
        examples = self.examples if signature == self.likeliest else []
        corpus = [*examples, *self.parents[signature]]
        longest = max(len(row) for row in rows)
        for index in range(max(longest, 24 if len(rows) > 1 else 0)):
            self._keep(corpus, [_turn(row, place, index) for place, row in enumerate(rows)], signature)
            if len(rows) > 1:
                place = index % len(rows)
                columns = [row[0] for row in rows]
                columns[place] = rows[place][(index // len(rows)) % len(rows[place])]
                self._keep(corpus, columns, signature)
        self.evolve(signature, rows, corpus)

    def _keep(self, corpus: list[Parent], columns: list[Any], signature: tuple[Any, ...]) -> Trial | None:
        trial = self.attempt("generated", signature, self.flat(columns))
        meant = trial is not None and (not trial.reason or trial.reason in MEANT)
        if trial and meant and (trial.new or trial.path not in self.paths):
            self.paths.add(trial.path)
            corpus.append((trial.new, list(columns)))
        return trial

    def evolve(self, signature: tuple[Any, ...], rows: list[list[Any]], corpus: list[Parent]) -> None:
        """Small changes of what reached something new; shorter when nothing is missing."""
        corpus = corpus or [(True, [row[0] for row in rows])]
        budget = self.request["mutations"] // (4 if self.complete else 1)
        dull = 0
        while budget > 0 and not self.spent and dull < self.request["patience"]:
            budget -= 1
            fresh = [columns for new, columns in corpus if new]
            parents = fresh if fresh and self.dice.random() < 0.7 else [columns for _, columns in corpus]
            columns = list(self.dice.choice(parents))
            for _ in range(1 + self.dice.randrange(3)):
                place = self.dice.randrange(len(columns))
                parameter = self.parameters[place]
                kind = ("row", signature[place]) if parameter["kind"] == "variadic" else signature[place]
                others = columns[:place] + columns[place + 1 :]
                if len(rows[place]) == 1:
                    continue
                columns[place] = values.mutate(columns[place], kind, self.pools, self.dice, others)
            trial = self._keep(corpus, columns, signature)
            dull = 0 if trial and trial.new else dull + 1


def _turn(row: list[Any], place: int, index: int) -> Any:
    """The columns go round at different speeds, so that their values meet in many ways."""
    return row[(index * (1 + 2 * place) + index // len(row)) % len(row)]


def combinations(menus: list[list[Any]]) -> list[tuple[int, ...]]:
    """Places in the menus whose ranks add up to little, so that a long signature stays affordable."""
    rows: list[tuple[int, ...]] = [()]
    for menu in menus:
        rows = [(*row, place) for row in rows for place in range(len(menu)) if sum(row) + place <= 9][:4000]
    return rows


def main() -> None:
    channel = box.Channel()
    request = channel.request
    subject = box.Subject(channel, request["call"], request["context"], request["code"])
    try:
        subject.load_context()
        function = subject.load()
    except BaseException as error:
        channel.answer({"refused": "does not load", "detail": f"{type(error).__name__}: {error}"[:200]})
    search = Search(request, subject, function)
    search.run()
    if search.changes:
        channel.answer({"refused": "changes its arguments", "detail": ""})
    chosen = trials.chosen(search.trials, search.likeliest, request["cases"])
    cases = [(each.text, each.outcome, each.expected, each.origin, each.natural) for each in chosen]
    failures = sorted((count, *key) for key, count in search.failures.items())
    channel.answer({"cases": cases, "failures": failures[::-1][:20], "complete": search.complete})


main()
