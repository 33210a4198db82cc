"""Finds inputs for one function by trying them: the feedback loop of the `tests` stage, in one process.

Runs INSIDE a sandbox; never imported by langlift. First the doctest inputs, then which types the parameters take
(signatures in the order of their likelihood), then boundary values, then small changes of inputs that reached new
arcs. Counts and fuel decide when to stop, never the clock; the dice are seeded by the function's id.
"""

import box
import literals
import values

DEAR = 2000  # line events: such a case is chosen only for what no cheaper one shows
MEANT = ("changes its arguments", "result is not a literal", "result too large", "endless")  # the types were right
CLASSES = {"returns": 0, "yields": 0, "raises": 1}


class Dice:
    """A small reproducible generator (xorshift64*); `random` is not worth its import time here."""

    def __init__(self, seed):
        self.state = seed % (1 << 64) or 1

    def _next(self):
        state = self.state
        state ^= state >> 12
        state ^= (state << 25) & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 27
        self.state = state
        return (state * 0x2545F4914F6CDD1D) & 0xFFFFFFFFFFFFFFFF

    def random(self):
        return (self._next() >> 11) / (1 << 53)

    def randrange(self, low, high=None):
        low, high = (0, low) if high is None else (low, high)
        return low + (self._next() >> 8) % (high - low)

    def choice(self, row):
        return row[self.randrange(len(row))]


class Trial:
    """One call and what it showed."""

    def __init__(self, text, origin, rank, outcome, subject, cost):
        self.text, self.origin, self.rank, self.cost = text, origin, rank, cost
        self.outcome, self.expected, self.reason = outcome
        self.arcs, self.path, self.natural = subject.arcs, subject.path, subject.natural
        self.new = False

    @property
    def worth(self):
        """How much a call says for its types: a value more than an error that is meant."""
        if self.reason or self.natural:
            return 4 if self.reason in MEANT else 0
        return 1 if self.outcome == "raises" else 4

    @property
    def preference(self):
        """Smaller is better: values before errors, short runs, doctests, the likeliest types, short arguments."""
        weight = CLASSES[self.outcome] + self.natural
        return (weight, self.cost > DEAR, self.origin != "doctest", self.rank, len(self.text), self.text)


class Search:
    """All trials of one function, and the budget they share."""

    def __init__(self, request, subject, function):
        self.request, self.subject, self.function = request, subject, function
        self.dice = Dice(request["seed"])
        self.pools = request["pools"]
        self.fuel, self.calls = request["total_fuel"], request["calls"]
        self.seen, self.trials, self.arcs, self.paths = set(), [], set(), set()
        self.failures = {}
        self.examples = []  # what the docstring calls it with: good parents for small changes
        self.parameters = self._present(request["parameters"])

    def _present(self, parameters):
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
    def spent(self):
        return self.fuel <= 0 or self.calls <= 0

    def flat(self, columns):
        """One value a parameter becomes the tuple of arguments: extra positionals are spread."""
        row = []
        for parameter, value in zip(self.parameters, columns, strict=True):
            if parameter["kind"] == "variadic":
                row.extend(value)
            else:
                row.append(value)
        return tuple(row)

    def attempt(self, origin, rank, arguments):
        """Call once; None where it was called before or the budget is spent. Else the trial."""
        try:
            text = literals.literal(arguments, self.request["characters"])
        except (literals.TooLarge, literals.Unwritable):
            return None
        if self.spent or text in self.seen:
            return None
        self.seen.add(text)
        self.calls -= 1
        fuel = min(self.request["call_fuel"], self.fuel)
        subject = self.subject
        outcome = subject.call(self.function, arguments, fuel)
        cost = fuel - max(subject.fuel, 0)
        self.fuel -= cost
        trial = Trial(text, origin, rank, outcome, subject, cost)
        self._note(trial)
        return trial

    def _note(self, trial):
        if trial.reason:
            key = (trial.reason, f"{trial.outcome} {trial.expected}")
            self.failures[key] = self.failures.get(key, 0) + 1
            return
        trial.new = bool(trial.arcs - self.arcs)
        self.arcs |= trial.arcs
        self.trials.append(trial)

    @property
    def complete(self):
        """Every line, and both ways of every branch."""
        starts = {start for start, _ in self.arcs}
        ends = {end for _, end in self.arcs}
        if any(line not in ends for line in self.request["lines"]):
            return False
        for line, body in self.request["branches"]:
            if line in starts and not any(start == line and end != body for start, end in self.arcs):
                return False
        return True

    def run(self):
        for text in self.request["doctests"]:
            arguments = eval(text, {})
            trial = self.attempt("doctest", 0, arguments)
            plain = len(arguments) == len(self.parameters) and not self.subject.variadic
            if trial and plain and (not trial.reason or trial.reason in MEANT):
                self.examples.append((True, list(arguments)))
        if not self.parameters:
            self.attempt("generated", 0, ())
            return
        for rank, signature in enumerate(self.signatures()):
            if self.spent or (rank and self.complete):
                break
            self.explore(signature, rank)

    def signatures(self):
        """Types for all parameters that the function seems to take, the likeliest first."""
        menus = [each["guesses"] for each in self.parameters]
        best = []
        for tried, (rank, ranks) in enumerate(sorted((sum(each), each) for each in combinations(menus))):
            if tried >= self.request["signatures"] or self.spent:
                break
            signature = [menu[place] for menu, place in zip(menus, ranks, strict=True)]
            worth, calls = self.probe(signature, rank)
            if worth:
                best.append((-worth // max(calls, 1), tried, signature))
            if len(best) >= 3 and min(best)[0] == -4:
                break
        return [signature for _, _, signature in sorted(best)][: self.request["signatures_explored"]]

    def probe(self, signature, rank):
        """What three plain calls say for the types: (worth, calls)."""
        worth = calls = 0
        for index in range(3):
            columns = []
            for parameter, kind in zip(self.parameters, signature, strict=True):
                row = self.row(parameter, kind)
                columns.append(row[index % len(row)] if index else row[0])
            trial = self.attempt("generated", rank, self.flat(columns))
            if trial:
                calls += 1
                worth += trial.worth
        return worth, calls

    def row(self, parameter, kind):
        """The values to try for a parameter of a type; its default is the plainest."""
        key = repr(kind)
        rows = parameter.setdefault("rows", {})
        if key not in rows:
            if parameter["kind"] == "variadic":
                row = values.boundary(("row", kind), self.pools)
            else:
                row = values.boundary(kind, self.pools)
            rows[key] = values.unique([*parameter["values"], *row])
        return rows[key]

    def explore(self, signature, rank):
        rows = [self.row(parameter, kind) for parameter, kind in zip(self.parameters, signature, strict=True)]
        corpus = list(self.examples) if rank == 0 else []
        longest = max(len(row) for row in rows)
        for index in range(max(longest, 24 if len(rows) > 1 else 0)):
            self._keep(corpus, [_turn(row, place, index) for place, row in enumerate(rows)], rank)
            if len(rows) > 1:
                place = index % len(rows)
                columns = [row[0] for row in rows]
                columns[place] = rows[place][(index // len(rows)) % len(rows[place])]
                self._keep(corpus, columns, rank)
        self.evolve(signature, rows, corpus, rank)

    def _keep(self, corpus, columns, rank):
        trial = self.attempt("generated", rank, self.flat(columns))
        meant = trial and (not trial.reason or trial.reason in MEANT)
        if meant and (trial.new or trial.path not in self.paths):
            self.paths.add(trial.path)
            corpus.append((trial.new, list(columns)))
        return trial

    def evolve(self, signature, rows, corpus, rank):
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
            trial = self._keep(corpus, columns, rank)
            dull = 0 if trial and trial.new else dull + 1

    def chosen(self):
        """At most so many cases that keep all arcs and show different behaviour."""
        rest = sorted(self.trials, key=lambda trial: trial.preference)
        picked, reached = [], set()
        limit = self.request["cases"]
        while rest and len(picked) < limit:
            best = max(rest, key=lambda trial: len(trial.arcs - reached))  # the first of equals: the preferred
            if not best.arcs - reached:
                break
            picked.append(best)
            reached |= best.arcs
            rest.remove(best)
        for test in (_path, _value, _any):
            shown = {test(trial) for trial in picked}
            for trial in list(rest):
                if len(picked) >= limit:
                    break
                if trial.natural and len(trial.arcs - reached) == 0:
                    continue  # an accident that shows nothing new
                key = test(trial)
                if key not in shown or test is _any:
                    shown.add(key)
                    picked.append(trial)
                    rest.remove(trial)
        return sorted(picked, key=lambda trial: trial.preference)


def _turn(row, place, index):
    """The columns go round at different speeds, so that their values meet in many ways."""
    return row[(index * (1 + 2 * place) + index // len(row)) % len(row)]


def _path(trial):
    return trial.path


def _value(trial):
    return trial.expected


def _any(trial):
    return trial.rank if trial.rank == 0 else None


def combinations(menus):
    """Places in the menus whose ranks add up to little, so that a long signature stays affordable."""
    rows = [()]
    for menu in menus:
        rows = [(*row, place) for row in rows for place in range(len(menu)) if sum(row) + place <= 9][:4000]
    return rows


def main():
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
    cases = [(each.text, each.outcome, each.expected, each.origin, each.natural) for each in search.chosen()]
    failures = sorted((count, *key) for key, count in search.failures.items())
    channel.answer({"cases": cases, "failures": failures[::-1][:20], "complete": search.complete})


main()
