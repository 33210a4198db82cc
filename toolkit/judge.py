"""What "passed" means, decided here and nowhere else.

A program passed when it ended with exit code 0 *and* the nonce was written behind the last check: by
its harness, and, as published, by one more line behind the tests. The nonce is random, made for one
run, and never part of a row.

Trouble of the box is raised (`SandboxUnavailable`); trouble of the program is a verdict. Details
hold no address, no path of the machine and no time, so that the same program gets the same
verdict, word for word.
"""

import re
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandboxes import Job, Limits, Outcome, Pool
from toolkit.languages.base import Language, Suite, Toolchain
from toolkit.records import Status, Verdict

LONGEST = 600  # characters of a detail
REPORTED = (Status.WRONG_ANSWER, Status.RUNTIME_ERROR, Status.COMPILE_ERROR, Status.MEMORY, Status.HARNESS_ERROR)
FOLDERS = re.compile(r"(?<![\w.])/(?:[\w.+-]+/)+")  # of a path of this machine
_TELLING = re.compile(r"error|exception|assert|fail", re.IGNORECASE)
_PLACE = re.compile(r"\S+:\d+")  # all of Node's first line
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


@dataclass(frozen=True, eq=False)  # each is another one
class Program:
    """A translation with the tests that it must pass."""

    language: Language
    toolchain: Toolchain
    code: str
    suite: Suite


@dataclass(frozen=True)
class Way:
    """How a proving run is made and judged."""

    job: Callable[[str, Program, int, str, Limits], Job]  # id, program, variant, nonce, limits
    judge: Callable[[Outcome, str, Program, Limits], Verdict]


@dataclass(frozen=True)
class Trier:
    """Runs programs in a pool: a proving run, then, for those that pass, `repeats` more and one as published.

    By default checks run beside the translation; `toolkit.blind` has another way. The run as published comes last, and
    can only take a pass away.
    """

    pool: Pool
    limits: Limits
    repeats: int
    way: Way | None = None

    def verdicts(self, programs: list[Program]) -> list[Verdict]:
        """One verdict a program, in their order. Raises SandboxUnavailable."""
        way = self.way or BESIDE
        first = self._run(way, [(program, 0) for program in programs])
        again = [
            (index, program, variant)
            for index, (program, verdict) in enumerate(zip(programs, first, strict=True))
            if verdict.status == Status.PASSED
            for variant in range(1, self.repeats + 1)
        ]
        found = self._run(way, [(program, variant) for _, program, variant in again])
        for (index, _, _), verdict in zip(again, found, strict=True):
            first[index] = _worse(first[index], verdict)
        passed = [index for index, verdict in enumerate(first) if verdict.status == Status.PASSED]
        published = self._run(PUBLISHED, [(programs[index], 0) for index in passed])
        for index, verdict in zip(passed, published, strict=True):
            first[index] = verdict
        return first

    def _run(self, way: Way, runs: list[tuple[Program, int]]) -> list[Verdict]:
        nonces = [secrets.token_hex(16) for _ in runs]
        limits = [limits_of(program.language, self.limits) for program, _ in runs]
        jobs = (
            way.job(str(index), program, variant, nonces[index], limits[index])
            for index, (program, variant) in enumerate(runs)
        )
        found = {
            place: way.judge(outcome, nonces[place], runs[place][0], limits[place])
            for outcome in (self.pool.run(jobs) if runs else ())
            for place in (int(outcome.id),)
        }
        return [found[index] for index in range(len(runs))]


def _worse(one: Verdict, other: Verdict) -> Verdict:
    """The first that did not pass."""
    return other if one.status == Status.PASSED else one


def proving_job(id: str, program: Program, variant: int, nonce: str, limits: Limits) -> Job:
    """The translation under the harness; stdin is the nonce, then the memory that it may use."""
    if program.language.proof is None:
        raise ValueError(f"{program.language.name} is proven by its answers")
    files = program.language.proof(program.code, program.suite, variant)
    stdin = f"{nonce}\n{limits.memory_bytes}\n".encode()
    return run_job(id, program.toolchain, files, stdin, limits_of(program.language, limits))


def published_job(id: str, program: Program, nonce: str, limits: Limits) -> Job:
    """The text that a reader runs (translation, newline, tests), and a last line that tells that it was reached."""
    language, suite = program.language, program.suite
    tests = language.tests(suite.signature, (*suite.published, language.closing(nonce)))
    files = language.plain(f"{program.code}\n{tests}")
    return run_job(id, program.toolchain, files, b"", limits_of(language, limits))


def limits_of(language: Language, limits: Limits) -> Limits:
    """The same, with what the language's runtime needs whatever the program is."""
    return replace(
        limits,
        memory_bytes=max(limits.memory_bytes, language.memory_bytes),
        processes=max(limits.processes, language.processes),
        address_space_bytes=limits.address_space_bytes if language.address_space else 0,
    )


def run_job(id: str, toolchain: Toolchain, files: dict[str, bytes], stdin: bytes, limits: Limits) -> Job:
    return Job(
        id,
        toolchain.command,
        files={**toolchain.files, **files},
        stdin=stdin,
        limits=limits,
        readable=toolchain.readable,
    )


def judge(outcome: Outcome, nonce: str, suite: Suite, limits: Limits) -> Verdict:
    """The verdict on a proving run. Rule by rule, in this order."""
    return _settled(_judged(outcome, nonce, suite, limits), outcome, limits)


def _settled(found: Verdict, outcome: Outcome, limits: Limits) -> Verdict:
    """The same on every machine for a program that takes more and more memory: which limit it meets first is chance."""
    growing = found.status == Status.TIMEOUT and outcome.peak_memory_bytes > limits.memory_bytes // 4
    if growing or found.status == Status.MEMORY:
        return Verdict(Status.MEMORY, f"it took more and more of its {limits.memory_bytes} bytes")
    return found


def _judged(outcome: Outcome, nonce: str, suite: Suite, limits: Limits) -> Verdict:
    reports = outcome.stdout.split(nonce.encode())[1:]
    if stopped := stopped_by(outcome, limits):
        return stopped
    if len(reports) > 1:
        return Verdict(Status.HARNESS_ERROR, "more than one report")
    if reports:
        return _reported(bounded(reports[0]), outcome.exit_code, suite)
    if not outcome.stderr.startswith(b"ready\n"):
        return Verdict(Status.HARNESS_ERROR, complaint(outcome.stderr) or ending(outcome))
    if outcome.signal is not None:
        return _signalled(outcome, limits)
    return Verdict(Status.LEFT_EARLY, f"{ending(outcome)} before the last check")


BESIDE = Way(proving_job, lambda outcome, nonce, program, limits: judge(outcome, nonce, program.suite, limits))
PUBLISHED = Way(
    lambda id, program, variant, nonce, limits: published_job(id, program, nonce, limits),
    lambda outcome, nonce, program, limits: judge_published(outcome, nonce, limits),
)


def judge_published(outcome: Outcome, nonce: str, limits: Limits) -> Verdict:
    """The verdict on a program that has passed, run as a reader would. What it prints while it ends is its own."""
    if stopped := stopped_by(outcome, limits):
        return stopped
    if outcome.exit_code != 0:
        said = complaint(outcome.stderr, nonce.encode())
        return Verdict(Status.RUNTIME_ERROR, f"translation and tests as one program: {said}")
    if nonce.encode() not in outcome.stdout.splitlines():
        return Verdict(Status.LEFT_EARLY, "translation and tests as one program: exit code 0 before the last check")
    return Verdict(Status.PASSED, "")


def stopped_by(outcome: Outcome, limits: Limits) -> Verdict | None:
    """What a limit that ended a program says of it; None where none did.

    Of time it names what the program was given: what it was measured to use may be a second less, or more.
    """
    match outcome.limit:
        case "":
            return None
        case "cpu":
            return Verdict(Status.TIMEOUT, f"its {limits.cpu_seconds} s of CPU time are used up")
        case "wall":
            return Verdict(Status.TIMEOUT, f"its {limits.wall_seconds:g} s are over")
        case "memory":
            return Verdict(Status.MEMORY, f"more than {limits.memory_bytes} bytes")
        case "output":
            return Verdict(Status.OUTPUT_LIMIT, f"more than {limits.output_bytes} bytes")
        case "files":
            return Verdict(Status.RUNTIME_ERROR, f"more than {limits.file_bytes} bytes of files")
    raise ValueError(f"no such limit: {outcome.limit!r}")


def _reported(report: str, exit_code: int | None, suite: Suite) -> Verdict:
    word, *rest = report.split("\t", 2)
    if word.strip().splitlines()[:1] == [f"done {len(suite.lines)}"]:
        if exit_code == 0:
            return Verdict(Status.PASSED, "")
        return Verdict(Status.HARNESS_ERROR, f"exit code {exit_code} behind the last check")
    status = next((status for status in REPORTED if status == word.strip()), None)
    if status is None or len(rest) != 2 or not rest[0].isdecimal():
        return Verdict(Status.HARNESS_ERROR, f"not a report: {report}")
    return Verdict(status, f"{place(int(rest[0]), status, suite)}{rest[1].strip()}")


def place(case: int, status: Status, suite: Suite) -> str:
    """Where a verdict was found, to stand before its detail."""
    if 1 <= case <= len(suite.calls):
        call = suite.calls[case - 1]
        return f"case {case}, {call if len(call) <= 200 else call[:200] + '...'}: "
    return "" if status == Status.COMPILE_ERROR else "while it was loaded: "


def _signalled(outcome: Outcome, limits: Limits) -> Verdict:
    """Some runtimes abort where the address space ends, without a word that can be trusted."""
    if outcome.peak_memory_bytes > limits.memory_bytes // 2:
        return Verdict(Status.MEMORY, f"{ending(outcome)} near {limits.memory_bytes} bytes")
    return Verdict(Status.RUNTIME_ERROR, ending(outcome))


def ending(outcome: Outcome) -> str:
    """How a program ended that no limit ended."""
    if outcome.signal is not None:
        names = {each.value: each.name for each in signal.Signals}  # most real-time signals have no name
        return f"ended by {names.get(outcome.signal, f'signal {outcome.signal}')}"
    return f"exit code {outcome.exit_code}"


def complaint(stderr: bytes, nonce: bytes = b"") -> str:
    """The line that says what is wrong: bounded, the same on every run and machine."""
    shown = (stderr.replace(nonce, b"...") if nonce else stderr)[-4096:]
    whole = shown if len(shown) < 4096 else shown.partition(b"\n")[2] or shown
    shown_lines = whole.decode("utf-8", "backslashreplace").split("\n")
    if _PLACE.fullmatch(shown_lines[0]):
        shown_lines = shown_lines[2:]  # and the line of the source that stands there
    lines = [line for line in shown_lines if line and not line[0].isspace()]
    telling = (line for line in lines if _TELLING.search(line))
    other = (line for line in lines if not line.endswith(":"))
    found = FOLDERS.sub("", ADDRESS.sub("0x...", next(telling, next(other, ""))))
    found = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in found)  # a terminal may show it
    return found if len(found) <= LONGEST else f"{found[:LONGEST]}..."


def bounded(raw: bytes) -> str:
    """Text that is the same on every run: bounded, decoded, without addresses."""
    text = raw[: 4 * LONGEST].decode("utf-8", "backslashreplace").strip(" \n")
    text = ADDRESS.sub("0x...", text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
