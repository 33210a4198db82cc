"""Many whole programs through a pool: warm first, what a warm server can not be trusted with again cold.

A program runs in a warm server where its language has one. A cold run counts, and is made, for every warm
outcome that is no pass, and for a share of the passes, chosen by chance: no program can know whether it is
among them. Where cold and warm disagree, the share becomes four times as large, at most all, the disagreement is
reported, and where the server's word was a pass, none of its passes that are kept in the cache is believed any
more.
Verdicts go out as they are found, in no order; nothing is kept but what is running, so memory does not grow
with the programs.
"""

import random
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from sandboxes import Job, Outcome, Pool
from toolkit.errors import ToolkitError
from toolkit.fences import identity
from toolkit.programs import Program, ProgramVerdict, Setting
from toolkit.records import Status
from toolkit.verdict_cache import VerdictCache, key_of, server_digest

CONFIRMED_SHARE = 0.01  # where programs share a process; half of it where each has one of its own
_RAISED = 4  # times as large behind every disagreement
_LOG_EVERY = 30.0  # seconds


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"


@dataclass
class Summary:
    """What was done, for a person."""

    statuses: Counter[str] = field(default_factory=Counter)
    cached: int = 0
    warm: int = 0  # runs
    cold: int = 0
    disagreements: int = 0
    share: float = 0.0  # of the warm passes, that is run again cold

    def __str__(self) -> str:
        ranked = sorted(self.statuses.items(), key=lambda pair: (-pair[1], pair[0]))
        each = ", ".join(f"{count} {status}" for status, count in ranked) or "no programs"
        runs = f"{self.warm} warm and {self.cold} cold runs, {self.cached} from the cache"
        apart = f"; cold and warm disagreed {self.disagreements} times" if self.warm else ""
        again = f", {_percent(self.share)} of the warm passes are run again" if self.warm else ""
        return f"{each}; {runs}{apart}{again}"


@dataclass
class _Turn:
    """One program on its way."""

    program: Program
    key: bytes = b""  # in the cache
    nonce: str = ""
    warm: ProgramVerdict | None = None  # what its warm run said: the cold one counts


class Runs:
    """Runs programs of one setting in a pool, one `run` at a time."""

    def __init__(
        self,
        pool: Pool,
        setting: Setting,
        *,
        cache: VerdictCache | None = None,
        share: float | None = None,
        report: Callable[[str], None] = lambda words: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pool, self._setting, self._cache, self._report = pool, setting, cache, report
        self._fence, self._chance = identity(pool), chance
        self._said = time.monotonic()
        self._server = setting.server
        usual = CONFIRMED_SHARE if self._server and self._server.inside else CONFIRMED_SHARE / 2
        self.summary = Summary(share=usual if share is None else share)
        self._digest = server_digest(self._server)
        self._running: dict[str, _Turn] = {}
        self._again: deque[_Turn] = deque()
        self._over = False
        self._trouble: ToolkitError | None = None

    def run(self, programs: Iterable[Program | None], emit: Callable[[ProgramVerdict], None]) -> None:
        """Gives a verdict on each program to `emit`. A None says that nothing more is there yet.

        What the programs' source raises is raised when all programs before it have their verdict.
        Raises SandboxUnavailable, EnvironmentTrouble.
        """
        source = iter(programs)
        self._over, self._trouble = False, None
        try:
            for outcome in self._pool.run(self._jobs(source, emit)):
                self._take(outcome, emit)
        finally:
            self._running.clear()
            self._again.clear()
            if self._cache:
                self._cache.hand_over()
        if self._trouble:
            raise self._trouble

    def _jobs(self, source: Iterator[Program | None], emit: Callable[[ProgramVerdict], None]) -> Iterator[Job | None]:
        """Cold runs that are owed first; None where nothing is there now but may still come."""
        while True:
            if self._again:
                yield self._start(self._again.popleft())
                continue
            program = self._next(source)
            if program is None:
                if self._over and not self._running:
                    return
                yield None
                continue
            turn = _Turn(program)
            job = self._start(turn)
            if found := self._cached(turn, job):
                del self._running[program.id]
                self.summary.cached += 1
                self._finish(found, emit)
            else:
                yield job

    def _next(self, source: Iterator[Program | None]) -> Program | None:
        if self._over:
            return None
        try:
            return next(source)
        except StopIteration:
            self._over = True
        except ToolkitError as error:
            self._over, self._trouble = True, error
        return None

    def _cached(self, turn: _Turn, job: Job) -> ProgramVerdict | None:
        if self._cache is None:
            return None
        turn.key = key_of(self._setting, self._fence, turn.program, job)
        return self._cache.get(turn.key, self._setting.runtime.name, self._digest, turn.program.id)

    def _start(self, turn: _Turn) -> Job:
        turn.nonce = secrets.token_hex(16)
        self._running[turn.program.id] = turn
        return self._setting.job(turn.program, turn.nonce, None if turn.warm else self._server)

    def _take(self, outcome: Outcome, emit: Callable[[ProgramVerdict], None]) -> None:
        turn = self._running.pop(outcome.id)
        limits = self._setting.limits(turn.program)
        verdict = self._setting.judge(outcome, turn.nonce, limits)
        if outcome.warm:
            self.summary.warm += 1
        else:
            self.summary.cold += 1
        if outcome.warm and (verdict.status != Status.PASSED or self._chance() < self.summary.share):
            turn.warm = verdict
            self._again.append(turn)
            return
        agreed = turn.warm is None or self._compare(turn.warm, verdict)
        if self._cache and agreed:
            self._cache.put(turn.key, self._setting.runtime.name, self._digest if outcome.warm else "", verdict)
        self._finish(verdict, emit)

    def _compare(self, warm: ProgramVerdict, cold: ProgramVerdict) -> bool:
        if warm.status == cold.status:
            return True
        self.summary.share = min(1.0, max(_RAISED * self.summary.share, CONFIRMED_SHARE))
        self.summary.disagreements += 1
        if self._server:  # another one from now on: something may be left in this one
            turn = str(self.summary.disagreements).encode()
            self._server = replace(self._server, files={**self._server.files, "turn": turn})
        if self._cache and warm.status == Status.PASSED:
            self._cache.distrust(self._digest)
        said = " but ".join(
            f"{how} {each.status}{f' ({each.reason})' if each.reason else ''}"
            for how, each in (("warm", warm), ("cold", cold))
        )
        share = _percent(self.summary.share)
        self._report(f"{cold.id}: {said}; cold counts, and of the passes {share} are run again from now on")
        return False

    def _finish(self, verdict: ProgramVerdict, emit: Callable[[ProgramVerdict], None]) -> None:
        self.summary.statuses[verdict.status] += 1
        emit(verdict)
        if time.monotonic() - self._said > _LOG_EVERY:
            self._said = time.monotonic()
            self._report(f"so far: {self.summary}")
