"""Whole programs of a language: how one becomes a job, and what its run is worth. The only place that decides it.

An oracle says what a pass is. Under `proof`, the language's harness must write the nonce of this run, and
`done`, as the last line of stdout, which it does when the program has come to its end in the regular way
(`toolkit/languages/runtime.py`), and the exit code must be 0. Under `exit-code`, exit code 0 is enough: it is
for programs that read stdin, which a harness keeps for itself, and for whoever wants what others measure.

The rules, the first that holds decides:

1. a limit ended it: timeout (processor or wall time), memory, output limit, runtime error for too many files;
2. its proof is there, whole, once and last: passed with exit code 0, else runtime error;
3. the harness says, with the nonce, that the program does not compile: compile error;
4. the nonce stands anywhere else: harness error, for something was written beside the proof;
5. a signal ended it, with half of its memory in use: memory; with less: runtime error;
6. an exit code that is not 0: memory where stderr speaks of it in the usual words, else runtime error;
7. exit code 0: left early under `proof`, passed under `exit-code`.

Reasons hold no path of the machine, no address and no time. What a verdict shows of stdout and stderr is
text: bytes that are not UTF-8 stand as `\\xNN`, and the nonce is taken out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sandboxes import Job, Limits, Outcome, Server
from toolkit.judge import complaint, ending, stopped_by
from toolkit.languages.base import Toolchain, encoded
from toolkit.languages.runtime import Runtime
from toolkit.records import Status

PROOF, EXIT_CODE = "proof", "exit-code"
ORACLES = (PROOF, EXIT_CODE)
FINAL = (
    Status.PASSED,
    Status.RUNTIME_ERROR,
    Status.COMPILE_ERROR,
    Status.LEFT_EARLY,
    Status.OUTPUT_LIMIT,
)
_DONE, _DOES_NOT_COMPILE = b"done", b"compile error"
_OUT_OF_MEMORY = re.compile(
    rb"memory ?error|out[ _]?of[ _]?memory|not enough memory|no ?memory|cannot allocate|failed to allocate"
    rb"|bad_alloc|memory exhausted|allocation failed",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Program:
    id: str
    text: str
    stdin: str = ""
    limits: Mapping[str, Any] = field(default_factory=dict)  # of `Limits`, where they are not its language's


@dataclass(frozen=True)
class ProgramVerdict:
    id: str
    status: str  # a Status
    reason: str  # "" for a pass with nothing to say
    exit_code: int | None  # None where a signal ended it
    stdout: str
    stderr: str
    seconds: float  # of processor time
    peak_bytes: int

    @property
    def final(self) -> bool:
        """Whether the next run would say the same: not where time, memory or the box had a say."""
        killed = self.status == Status.RUNTIME_ERROR and "ended by SIGKILL" in self.reason
        return self.status in FINAL and not killed


@dataclass(frozen=True)
class Setting:
    """How programs of one language are run and judged."""

    runtime: Runtime
    toolchain: Toolchain
    oracle: str
    warm: bool

    @property
    def server(self) -> Server | None:
        return self.runtime.server(self.toolchain) if self.warm else None

    def limits(self, program: Program) -> Limits:
        own = Limits(processes=self.runtime.processes, address_space_bytes=None if self.runtime.address_space else 0)
        return replace(own, **program.limits)

    def job(self, program: Program, nonce: str, server: Server | None) -> Job:
        made = self.runtime.proof if self.oracle == PROOF else self.runtime.plain
        return Job(
            program.id,
            self.toolchain.command,
            files={**self.toolchain.files, **made(program.text)},
            stdin=f"{nonce}\n".encode() if self.oracle == PROOF else encoded(program.stdin),
            limits=self.limits(program),
            readable=self.toolchain.readable,
            root=self.toolchain.root,
            server=server,
        )

    def judge(self, outcome: Outcome, nonce: str, limits: Limits) -> ProgramVerdict:
        """The verdict on one run of the job with this nonce."""
        secret = nonce.encode() if self.oracle == PROOF else b""
        said, shown = _said(outcome.stdout, secret)
        status, reason = _decide(outcome, secret, said, shown, limits)
        cut = [
            name
            for name, content in (("stdout", outcome.stdout), ("stderr", outcome.stderr))
            if len(content) >= limits.kept_bytes
        ]
        if cut:
            reason = "; ".join(filter(None, (reason, f"{' and '.join(cut)} kept in part")))
        return ProgramVerdict(
            id=outcome.id,
            status=status,
            reason=reason,
            exit_code=outcome.exit_code,
            stdout=_text(shown, secret),
            stderr=_text(outcome.stderr, secret),
            seconds=round(outcome.cpu_seconds, 6),
            peak_bytes=outcome.peak_memory_bytes,
        )


def _said(stdout: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    """What the harness says of the program's end, and stdout without it."""
    if nonce:
        for word in (_DONE, _DOES_NOT_COMPILE):
            line = b"\n" + nonce + b" " + word + b"\n"
            if stdout.endswith(line):
                return word, stdout.removesuffix(line)
    return b"", stdout


def _decide(outcome: Outcome, nonce: bytes, said: bytes, shown: bytes, limits: Limits) -> tuple[Status, str]:
    if stopped := stopped_by(outcome, limits):
        return Status(stopped.status), stopped.detail
    if nonce and (nonce in shown or nonce in outcome.stderr):
        return Status.HARNESS_ERROR, "something was written beside the proof"
    if said == _DONE and outcome.exit_code == 0:
        return Status.PASSED, ""
    if said == _DOES_NOT_COMPILE and outcome.exit_code != 0:
        return Status.COMPILE_ERROR, complaint(outcome.stderr, nonce)
    if outcome.signal is not None:
        if outcome.peak_memory_bytes > limits.memory_bytes // 2:
            return Status.MEMORY, f"{ending(outcome)} near {limits.memory_bytes} bytes"
        return Status.RUNTIME_ERROR, ending(outcome)
    if outcome.exit_code != 0:
        status = Status.MEMORY if _OUT_OF_MEMORY.search(outcome.stderr[-4096:]) else Status.RUNTIME_ERROR
        behind = " behind its last line" if said else ""
        return status, ": ".join(filter(None, (f"{ending(outcome)}{behind}", complaint(outcome.stderr, nonce))))
    if nonce:
        return Status.LEFT_EARLY, "exit code 0 before its end"
    return Status.PASSED, ""


def _text(content: bytes, nonce: bytes) -> str:
    shown = content.replace(nonce, b"...") if nonce else content
    return shown.decode("utf-8", "backslashreplace")


def check_limits(given: Mapping[str, Any]) -> None:
    """Raises ValueError with what is wrong with a program's own limits."""
    for name, value in given.items():
        if name not in _MOST:
            raise ValueError(f"no limit is named {name!r}; known: {', '.join(_MOST)}")
        kinds = (int, float) if name == "wall_seconds" else (int,)
        if name == "address_space_bytes" and value in (None, 0) and not isinstance(value, bool):
            continue
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise ValueError(f"the limit {name!r} must be a{' whole' if kinds == (int,) else ''} number, not {value!r}")
        if not _LEAST.get(name, 1) <= value <= _MOST[name]:
            raise ValueError(
                f"the limit {name!r} must lie between {_LEAST.get(name, 1)} and {_MOST[name]}, not {value}"
            )


# The proof must be among what is kept; no language starts in less memory.
_LEAST = {"wall_seconds": 0.01, "kept_bytes": 1024, "memory_bytes": 1 << 20}
_MOST = {
    "cpu_seconds": 1_000_000,
    "wall_seconds": 1_000_000,
    "memory_bytes": 1 << 50,
    "address_space_bytes": 1 << 50,
    "processes": 100_000,
    "output_bytes": 1 << 50,
    "kept_bytes": 64 << 20,
    "file_bytes": 1 << 40,
}
assert _MOST.keys() == {each.name for each in fields(Limits)}
