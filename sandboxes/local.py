"""Local boxes: each a long-lived agent behind a fence made of what the kernel gives.

Covered where namespaces are given (Linux 5.12 or newer, user namespaces allowed): no network;
the machine's files are not there, except the system's programs and libraries, the Python
interpreter's own folder and `Job.readable`, all read-only; no processes of others to see or to
signal; an own user without rights; one size-limited folder, empty for each job; no devices but
null, zero, full, random; no System V memory that outlives the job.
Covered everywhere: every process that a job started is killed at its end, however it hid; CPU,
address space, number of processes, size of files, output; an allow-listed environment; boxes
that end with the pool, even one killed by SIGKILL.
Not covered: memory of all processes together (each has its own limit), CPU time of all together
(the wall limit is the net), the kernel's own bugs and system calls (no filter), kernel keyrings.
Not covered without namespaces, in addition: network, reads and writes wherever the user may
(root gives up its rights first), signals to the user's own processes, the sum of all files.

The limits `cpu`, `wall`, `output` and `files` are seen here; `memory` only when the kernel
killed for it: an allocation that is refused is the language's to report. `processes` never is:
a refused fork is an error inside the program.
"""

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any, Self

from sandboxes import frames
from sandboxes.base import Job, Outcome, SandboxUnavailable
from sandboxes.removal import remove

_FULL = (
    "namespaces (user, mount, pid, network, ipc, uts), an own root with the system's folders read-only, "
    "an own user without rights, resource limits, an allow-listed environment"
)
_REDUCED = "processes killed whole, resource limits, an allow-listed environment, a temporary folder"
_LACKING = ("network", "files that the user may read or write", "signals to the user's processes", "sum of all files")
_START = "import sys; sys.path.append(sys.argv.pop(1)); from sandboxes.agent import main; main()"
_SECONDS_TO_END = 10.0

log = logging.getLogger(__name__)


class _Refused(SandboxUnavailable):
    """The kernel does not give namespaces; the message says which call failed."""


class Local:
    """`workers` boxes that run at once; with one, outcomes come in the order of the jobs.

    `namespaces=False` leaves them out where they could be had: to see what remains.
    Raises SandboxUnavailable when no box can be started.
    """

    def __init__(self, workers: int = 1, *, namespaces: bool = True) -> None:
        self.workers = workers
        self.fence = _FULL
        self.lacking: tuple[str, ...] = ()  # what the fence does not keep a program from
        self._idle: queue.SimpleQueue[_Box] = queue.SimpleQueue()
        first = self._first(namespaces)
        self._boxes = [first, *(_Box(first.namespaces) for _ in range(workers - 1))]
        for box in self._boxes:
            self._idle.put(box)

    def _first(self, namespaces: bool) -> "_Box":
        box = _Box(namespaces)
        why = "not asked for"
        if namespaces:
            try:
                box.start()
                return box
            except _Refused as refusal:
                why = str(refusal)
                log.warning("the local sandbox has no namespaces (%s): see `langlift doctor`", why)
        self.fence, self.lacking = f"{_REDUCED}; no namespaces ({why})", _LACKING
        box = _Box(False)
        box.start()
        return box

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Takes at most two jobs a worker ahead. Closing the iterator ends what is running.

        Raises SandboxUnavailable when a box is in trouble or a command can not be started,
        ValueError for a job whose files would lie outside its folder.
        """
        if self.workers == 1:
            yield from (self._run(job, set()) for job in jobs)
            return
        waiting: set[Future[Outcome]] = set()
        busy: set[_Box] = set()
        threads = ThreadPoolExecutor(self.workers)
        try:
            for job in jobs:
                waiting.add(threads.submit(self._run, job, busy))
                if len(waiting) == 2 * self.workers:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from [future.result() for future in done]
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from [future.result() for future in done]
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for box in tuple(busy):  # nothing, unless it was closed early or a box is in trouble
                box.interrupt()
            threads.shutdown()

    def _run(self, job: Job, busy: "set[_Box]") -> Outcome:
        box = self._idle.get()
        busy.add(box)
        try:
            return box.run(job)
        finally:
            busy.discard(box)
            self._idle.put(box)

    def close(self) -> None:
        for box in self._boxes:
            box.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class _Box:
    """One agent, started when needed, started again when it was lost."""

    def __init__(self, namespaces: bool) -> None:
        self.namespaces = namespaces
        self._process: subprocess.Popen[bytes] | None = None
        self._interrupted = False
        self._folder = ""  # where there are no namespaces
        self._words = ""  # what the last agent wrote to its stderr

    def start(self) -> subprocess.Popen[bytes]:
        """Raises _Refused when there are no namespaces to be had, SandboxUnavailable for other trouble."""
        interpreter = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
        settings: dict[str, Any] = {
            "namespaces": self.namespaces,
            "pool": os.getpid(),
            "visible": [(sys.base_prefix, os.path.realpath(sys.base_prefix))],
        }
        if not self.namespaces:
            settings["folder"] = self._folder = tempfile.mkdtemp(prefix="langlift-")
        root = str(Path(__file__).resolve().parent.parent)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the agent)
        self._process = process = subprocess.Popen(
            [interpreter, "-I", "-S", "-B", "-c", _START, root, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,  # an interrupt at the terminal is the pool's to answer
        )
        assert process.stdout
        try:
            answer, _ = frames.receive(process.stdout)
        except EOFError:
            raise SandboxUnavailable(f"the sandbox's agent did not start: {self._last_words()}") from None
        if not answer["ready"]:
            self.close()
            raise _Refused(answer["why"])
        return process

    def run(self, job: Job) -> Outcome:
        header, blobs = _pack(job)
        why = ""
        self._interrupted = False
        for _ in range(2):
            process = self._process or self.start()
            assert process.stdin
            assert process.stdout
            answer = None
            try:
                frames.send(process.stdin, header, blobs)
                answer, streams = frames.receive(process.stdout)
            except (BrokenPipeError, EOFError):
                why = self._last_words()
                if self._interrupted:
                    break
                log.warning("a sandbox's agent was lost during job %s and is started again: %s", job.id, why)
                continue
            finally:
                if answer is None and self._process:  # an interrupt: the next answer would be the wrong one
                    self.interrupt()
                    self.close()
            return _outcome(job, answer, streams)
        raise SandboxUnavailable(f"the sandbox's agent was lost during job {job.id!r}: {why}")

    def interrupt(self) -> None:
        """Ends the agent and its program, from any thread."""
        self._interrupted = True
        if process := self._process:
            process.terminate()

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # type: ignore[union-attr]
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()  # type: ignore[union-attr]
        self._complaints.seek(0)
        self._words = self._complaints.read().decode(errors="replace").strip()
        self._complaints.close()
        if self._folder and os.path.exists(self._folder):  # the guard, which removes it, was lost too
            remove(self._folder)

    def _last_words(self) -> str:
        self.close()
        return self._words or "no message"


def _pack(job: Job) -> tuple[dict[str, Any], list[bytes]]:
    for name in job.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"job {job.id!r}: the file {name!r} would lie outside its folder")
    header = {
        "command": job.command,
        "environment": dict(job.environment),
        "limits": asdict(job.limits),
        "readable": [(path, _real(path)) for path in map(os.path.normpath, job.readable)],
        "files": list(job.files),
    }
    return header, [job.stdin, *job.files.values()]


def _real(path: str) -> str:
    real = os.path.realpath(path)
    if not os.path.isabs(path) or path == "/" or not os.path.exists(real):
        raise SandboxUnavailable(f"{path} can not be shown to a program", "name an existing file or folder, absolute")
    return real


def _outcome(job: Job, answer: dict[str, Any], streams: list[bytes]) -> Outcome:
    match answer.pop("trouble", ""):
        case "":
            return Outcome(id=job.id, stdout=streams[0], stderr=streams[1], **answer)
        case "command":
            raise SandboxUnavailable(
                f"job {job.id!r}: can not start {job.command[0]!r}: {answer['why']}",
                "install it; a program outside /usr must be named in Job.readable to be seen in the sandbox",
            )
        case _:
            raise SandboxUnavailable(f"job {job.id!r}: the sandbox is in trouble: {answer['why']}")
