"""Local boxes: each a long-lived agent behind a fence made of what the kernel gives.

The agent is a small compiled program; where there is no C compiler and none was packaged, or no
namespaces are to be had, the slower one in Python stands in for it (`sandboxes/agent.py`).

Covered where namespaces are given (Linux 5.12 or newer, user namespaces allowed): no network;
the machine's files are not there, except the system's programs and libraries, the Python
interpreter's own folder and `Job.readable`, all read-only; no processes of others to see or to
signal; an own user without rights; one size-limited folder, empty for each job; no devices but
null, zero, full, random; no System V memory that outlives the job.
Covered by the compiled agent, in addition: dangerous system calls refused (seccomp, landlock);
memory and processes of all together (control groups, where this user may make them); processor
time of all together.
Covered everywhere: every process that a job started is killed at its end, however it hid; CPU,
address space, number of processes, size of files, output; an allow-listed environment; boxes
that end with the pool, even one killed by SIGKILL.
Not covered: the kernel's own bugs. Not covered without namespaces, in addition: network, reads
and writes wherever the user may (root gives up its rights first), signals to the user's own
processes, the sum of all files.

The limits `cpu`, `wall`, `output` and `files` are seen here; `memory` only when the kernel
killed for it: an allocation that is refused is the language's to report. `processes` never is:
a refused fork is an error inside the program.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from sandboxes import cgroups, native, wire
from sandboxes.base import Job, SandboxUnavailable
from sandboxes.box import ADDED, Box, Boxes, Link
from sandboxes.removal import remove

_START = "import sys; sys.path.append(sys.argv.pop(1)); from sandboxes.agent import main; main()"
_SECONDS_TO_END = 10.0
_FULL = (
    "namespaces (user, mount, pid, network, ipc, uts), an own root with the system's folders read-only, "
    "an own user without rights, resource limits, an allow-listed environment"
)
_REDUCED = "processes killed whole, resource limits, an allow-listed environment, a temporary folder"
_LACKING = ("network", "files that the user may read or write", "signals to the user's processes", "sum of all files")

log = logging.getLogger(__name__)


class Local(Boxes):
    """`workers` boxes that run at once; with one, outcomes come in the order of the jobs.

    `namespaces=False` leaves them out where they could be had, `compiled=False` the compiled agent: to
    see what remains. Raises SandboxUnavailable when no box can be started.
    """

    def __init__(self, workers: int = 1, *, namespaces: bool = True, compiled: bool = True) -> None:
        super().__init__()
        self.workers = workers
        self.lacking: tuple[str, ...] = ()  # what the fence does not keep a program from
        self.fence = _FULL
        cgroups.sweep()
        first = self._first(namespaces, compiled)
        added = [words for name, words in ADDED.items() if name in first.facts]
        self.fence = ", ".join((self.fence, *added))
        if not self.lacking:
            self.lacking = tuple(words for name, words in ADDED.items() if name not in first.facts)
        self.warm = first.compiled  # whether `Job.server` is used
        self.boxes = [first, *(LocalBox(first.namespaces, first.compiled) for _ in range(workers - 1))]

    def _first(self, namespaces: bool, compiled: bool) -> "LocalBox":
        why = "not asked for"
        if namespaces:
            box = LocalBox(True, compiled)
            try:
                box.start()
                return box
            except Refused as refusal:
                why = str(refusal)
                log.warning("the local sandbox has no namespaces (%s): see `langlift doctor`", why)
        self.fence, self.lacking = f"{_REDUCED}; no namespaces ({why})", _LACKING
        box = LocalBox(False, False)
        box.start()
        return box


class Refused(SandboxUnavailable):
    """The kernel does not give namespaces; the message says which call failed."""


class LocalBox(Box):
    def __init__(self, namespaces: bool, compiled: bool) -> None:
        super().__init__()
        self.namespaces = namespaces
        self.compiled = compiled and namespaces and native.agent() is not None
        self.facts: tuple[str, ...] = ()  # what the fence has beside namespaces
        self._readable: set[str] = set()
        self._root = ""

    def link(self) -> Link:
        """Raises Refused when there are no namespaces to be had, SandboxUnavailable for other trouble."""
        groups = cgroups.name() if self.compiled else cgroups.Groups()
        folder = "" if self.namespaces else tempfile.mkdtemp(prefix="langlift-")
        process = Process(self._command(folder), groups, folder)
        try:
            if self.compiled:
                process.send(self._configuration(groups))
            answer = process.receive()
        except (BrokenPipeError, EOFError):
            words = process.close() or "no message"
            raise SandboxUnavailable(f"the sandbox's agent did not start: {words}") from None
        if answer.kind != wire.READY:
            process.close()
            raise Refused(answer.words)
        self.facts = tuple(answer.words.split())
        return process

    def _command(self, folder: str) -> list[str]:
        if self.compiled:
            return [str(native.agent())]
        interpreter = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
        settings = {"namespaces": self.namespaces, "pool": os.getpid(), "visible": self._visible()}
        if folder:
            settings["folder"] = folder
        root = str(Path(__file__).resolve().parent.parent)
        return [interpreter, "-I", "-S", "-B", "-c", _START, root, json.dumps(settings)]

    def _configuration(self, groups: cgroups.Groups) -> bytes:
        visible = self._visible()
        records = [
            wire.record(b"p", b"%d" % os.getpid()),
            wire.texts(b"r", [self._root and _real(self._root)]),
            wire.texts(b"s", [shown for shown, _ in visible]),
            wire.texts(b"b", [real for _, real in visible]),
            wire.texts(b"m", [groups.memory]),
            wire.texts(b"n", [groups.processes]),
        ]
        return wire.frame(*records, *([wire.record(b"u", b"")] if groups.unified else ()))

    def _visible(self) -> list[tuple[str, str]]:
        """What is shown beside the system: a path, and where it lies."""
        own = [] if self._root or not self.namespaces else [(sys.base_prefix, os.path.realpath(sys.base_prefix))]
        return sorted({*own, *((path, _real(path)) for path in self._readable)})

    def suits(self, job: Job) -> bool:
        return job.root == self._root and {os.path.normpath(path) for path in job.readable} == self._readable

    def adapt(self, job: Job) -> None:
        readable = {os.path.normpath(path) for path in job.readable}
        for path in readable | ({job.root} if job.root else set()):
            _real(path)
        self.close()
        self._root, self._readable = job.root, readable

    def cut(self, job: Job) -> Job:
        if job.root and not self.compiled:
            words = f"job {job.id!r}: a root file system folder is to be had by the compiled agent alone"
            raise SandboxUnavailable(words, "see `langlift doctor` for what that agent needs")
        return replace(job, server=None) if job.server and not self.compiled else job


class Process:
    """A link to an agent that is a child of this process."""

    def __init__(self, command: list[str], groups: cgroups.Groups, folder: str) -> None:
        self._groups = groups
        self._folder = folder  # where there are no namespaces
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the agent)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            bufsize=0,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,  # an interrupt at the terminal is the pool's to answer
        )
        self._requests = self.process.stdin.fileno()  # type: ignore[union-attr]
        self._answers = self.process.stdout.fileno()  # type: ignore[union-attr]

    def fileno(self) -> int:
        return self._answers

    def waiting(self) -> bool:
        return False

    def send(self, content: bytes) -> None:
        view = memoryview(content)
        while view:
            view = view[os.write(self._requests, view) :]

    def receive(self) -> wire.Answer:
        return wire.receive(partial(os.read, self._answers))

    def check(self) -> None:
        """The end of a process is the end of its pipe: there is nothing else to look at."""

    def close(self, at_once: bool = False) -> str:
        if at_once:
            self.process.terminate()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()  # type: ignore[union-attr]
        try:
            self.process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]
        self._complaints.seek(0)
        words = self._complaints.read().decode(errors="replace").strip()
        self._complaints.close()
        cgroups.remove(self._groups)
        if self._folder and os.path.exists(self._folder):  # the guard, which removes it, was lost too
            remove(self._folder)
        return words


def _real(path: str) -> str:
    real = os.path.realpath(path)
    if not os.path.isabs(path) or path == "/" or not os.path.exists(real):
        raise SandboxUnavailable(f"{path} can not be shown to a program", "name an existing file or folder, absolute")
    return real
