"""Blind verdicts: only calls enter the fence, answers leave as text, and are compared here.

A program that passes has answered every call rightly, whatever it knows of its own process: there is nothing in there
to find. Answers are read as what they are, bytes that a stranger wrote. The rules, the first that holds decides:

1. an answer that is not what its case expects, in the order of the cases: wrong answer, or runtime error;
2. how the run ended, where it did not end well: as `toolkit.judge` says of a proving run;
3. bytes that are no answer, or an answer too few or too many: harness error.

So a wrong answer counts even where a later call never comes back.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from sandboxes import Job, Limits, Outcome, Pool
from toolkit import canonical, languages
from toolkit.judge import Program, Way, bounded, judge, limits_of, place, run_job
from toolkit.languages.base import Language, Suite, Toolchain
from toolkit.languages.blind import Answer, Blind, expectation, right, tellable, usual
from toolkit.records import Status, Verdict

KEPT = 4 << 20  # bytes of answers: those of a right program are far fewer
_HEAD = re.compile(rb" ([1-9][0-9]{0,5}) (returns|yields|raises) (0|[1-9][0-9]{0,6})\n")


@dataclass(frozen=True)
class Trial:
    """A program that answers, and the suite of which it is shown the calls."""

    blind: Blind
    toolchain: Toolchain
    code: str
    suite: Suite

    @cached_property
    def usual(self) -> tuple[bytes, ...]:
        """The texts that most right answers have."""
        return tuple(usual(self.blind, case, self.suite.signature.result) for case in self.suite.cases)


def verdicts(pool: Pool, trials: Sequence[Trial], limits: Limits) -> list[Verdict]:
    """One verdict a trial, in their order, of one run each. Raises SandboxUnavailable."""
    marks = [secrets.token_hex(16) for _ in trials]
    jobs = (job(str(index), trial, 0, marks[index], limits) for index, trial in enumerate(trials))
    found = {
        int(outcome.id): verdict(outcome, marks[int(outcome.id)], trials[int(outcome.id)], limits)
        for outcome in (pool.run(jobs) if trials else ())
    }
    return [found[index] for index in range(len(trials))]


def way_of(language: Language, wanted: bool) -> Way | None:
    """How `Trier` proves translations: blind where that is wanted, or where the language has no other way."""
    return way(language.name) if wanted or language.proof is None else None


def way(language: str) -> Way:
    """How `Trier` proves translations blind. Raises UnknownName for a language that does not answer blind."""
    blind = languages.blind(language)

    @lru_cache(maxsize=256)  # a program that passes is run again
    def trial(program: Program) -> Trial:
        return Trial(blind, program.toolchain, program.code, program.suite)

    return Way(
        lambda id, program, variant, mark, limits: job(
            id, trial(program), variant, mark, limits_of(program.language, limits)
        ),
        lambda outcome, mark, program, limits: verdict(outcome, mark, trial(program), limits),
    )


def job(id: str, trial: Trial, variant: int, mark: str, limits: Limits) -> Job:
    """The run: translation and calls; stdin is the mark of answers, then the memory that it may use."""
    files = trial.blind.files(trial.code, trial.suite, variant)
    stdin = f"{mark}\n{limits.memory_bytes}\n".encode()
    return run_job(id, trial.toolchain, files, stdin, replace(limits, kept_bytes=max(KEPT, limits.kept_bytes)))


def verdict(outcome: Outcome, mark: str, trial: Trial, limits: Limits) -> Verdict:
    """What a run is worth."""
    ended = judge(outcome, mark, trial.suite, limits)
    expected = trial.suite.cases
    count = 0
    try:
        for told, text in answers(outcome.stderr, mark.encode()):
            if count == len(expected):
                raise canonical.Malformed("more answers than calls")
            if wrong := _wrong(trial, count, told, text):
                return wrong
            count += 1
    except canonical.Malformed as error:
        words = f"behind answer {count}: {error}"
        return Verdict(Status.HARNESS_ERROR, words) if ended.status == Status.PASSED else ended
    if ended.status == Status.PASSED and count < len(expected):
        return Verdict(Status.HARNESS_ERROR, f"{count} of {len(expected)} answers")
    return ended


def answers(stderr: bytes, mark: bytes) -> Iterator[tuple[str, bytes]]:
    """All answers, outcome and text, in the order of their calls, whatever stands between them. Raises Malformed."""
    start = b"\n" + mark
    at, number = stderr.find(start), 0
    while at >= 0:
        head = _HEAD.match(stderr, at + len(start))
        number += 1
        if head is None or int(head[1]) != number:
            raise canonical.Malformed("bytes that are no answer")
        begin, end = head.end(), head.end() + int(head[3])
        if int(head[3]) > canonical.LONGEST or stderr[end : end + 1] != b"\n":
            raise canonical.Malformed("an answer of another length")
        yield head[2].decode(), stderr[begin:end]
        at = stderr.find(start, end)


def _wrong(trial: Trial, index: int, outcome: str, text: bytes) -> Verdict | None:
    case, type = trial.suite.cases[index], trial.suite.signature.result
    if outcome == case.outcome and outcome != "raises" and text == trial.usual[index]:
        return None
    answer = Answer.read(outcome, text)
    if right(trial.blind, answer, case, type):
        return None
    where = place(index + 1, Status.WRONG_ANSWER, trial.suite)
    if answer.value is None and case.outcome != "raises":
        return Verdict(Status.RUNTIME_ERROR, f"{where}{bounded(answer.error)}")
    if not tellable(trial.blind, case, type):
        return Verdict(Status.HARNESS_ERROR, f"{where}more is expected than an answer may hold")
    expected = expectation(trial.blind, case, type)
    return Verdict(Status.WRONG_ANSWER, bounded(f"{where}got {answer}, expected {expected}".encode()))
