"""One box: its agent, started when needed, started again when it was lost; the jobs that it holds."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import deque
from dataclasses import replace
from pathlib import Path, PurePosixPath

from sandboxes import cgroups, native, wire
from sandboxes.base import Job, Outcome, SandboxUnavailable
from sandboxes.removal import remove

_START = "import sys; sys.path.append(sys.argv.pop(1)); from sandboxes.agent import main; main()"
_SECONDS_TO_END = 10.0
_SMALL = 1 << 14  # bytes of a job that can wait in a pipe: an agent that is answering does not read

log = logging.getLogger(__name__)


class Refused(SandboxUnavailable):
    """The kernel does not give namespaces; the message says which call failed."""


class Box:
    def __init__(self, namespaces: bool, compiled: bool) -> None:
        self.namespaces = namespaces
        self.compiled = compiled and namespaces and native.agent() is not None
        self.facts: tuple[str, ...] = ()  # what the fence has beside namespaces
        self.jobs: deque[tuple[Job, bytes, bool]] = deque()  # running, then waiting; whether tried before
        self.answers = -1  # a descriptor to select on
        self._process: subprocess.Popen[bytes] | None = None
        self._readable: set[str] = set()
        self._root = ""
        self._groups = cgroups.Groups()
        self._folder = ""  # where there are no namespaces
        self._words = ""  # what the last agent wrote to its stderr

    def start(self) -> None:
        """Raises Refused when there are no namespaces to be had, SandboxUnavailable for other trouble."""
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the agent)
        self._process = subprocess.Popen(
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            bufsize=0,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,  # an interrupt at the terminal is the pool's to answer
        )
        self.answers = self._process.stdout.fileno()  # type: ignore[union-attr]
        try:
            if self.compiled:
                self._send(self._configuration())
            answer = wire.receive(self.answers)
        except (BrokenPipeError, EOFError):
            raise SandboxUnavailable(f"the sandbox's agent did not start: {self._last_words()}") from None
        if answer.kind != wire.READY:
            self.close()
            raise Refused(answer.words)
        self.facts = tuple(answer.words.split())

    def _command(self) -> list[str]:
        if self.compiled:
            return [str(native.agent())]
        interpreter = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
        settings = {"namespaces": self.namespaces, "pool": os.getpid(), "visible": self._visible()}
        if not self.namespaces:
            settings["folder"] = self._folder = tempfile.mkdtemp(prefix="langlift-")
        root = str(Path(__file__).resolve().parent.parent)
        return [interpreter, "-I", "-S", "-B", "-c", _START, root, json.dumps(settings)]

    def _configuration(self) -> bytes:
        self._groups = groups = cgroups.make()
        visible = self._visible()
        records = [
            wire.record(b"p", b"%d" % os.getpid()),
            wire.texts(b"r", [self._root]),
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

    def takes(self, job: Job) -> bool:
        """Now: at once, or as the next one."""
        return not self.jobs or (len(self.jobs) == 1 and self._shows(job))

    def _shows(self, job: Job) -> bool:
        return job.root == self._root and {os.path.normpath(path) for path in job.readable} == self._readable

    def submit(self, job: Job) -> None:
        """Raises SandboxUnavailable, ValueError."""
        _check_names(job)
        if not self._shows(job):
            readable = {os.path.normpath(path) for path in job.readable}
            for path in readable:
                _real(path)
            self.close()
            self._root, self._readable = job.root, readable
        if job.server and not self.compiled:
            job = replace(job, server=None)
        packed = wire.pack(job)
        self.jobs.append((job, packed, False))
        if len(self.jobs) == 1 or len(packed) <= _SMALL:
            self._begin(packed)

    def _begin(self, packed: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # it is found out when the answer is taken
            if self._process is None:
                self.start()
            self._send(packed)

    def _send(self, content: bytes) -> None:
        view = memoryview(content)
        while view:
            view = view[os.write(self._process.stdin.fileno(), view) :]  # type: ignore[union-attr]

    def take(self) -> Outcome:
        """The outcome of the running job, once there is one. Raises SandboxUnavailable."""
        while True:
            try:
                answer = wire.receive(self.answers)
                break
            except EOFError:
                self._again()
        job, _, _ = self.jobs.popleft()
        if self.jobs and len(self.jobs[0][1]) > _SMALL:
            self._begin(self.jobs[0][1])
        return _outcome(job, answer)

    def _again(self) -> None:
        """The agent was lost: what it held is run once more."""
        job, packed, tried = self.jobs[0]
        why = self._last_words()
        if tried:
            self.jobs.clear()
            raise SandboxUnavailable(f"the sandbox's agent was lost during job {job.id!r}: {why}")
        log.warning("a sandbox's agent was lost during job %s and is started again: %s", job.id, why)
        self.jobs[0] = (job, packed, True)
        self.start()
        for number, (_, each, _) in enumerate(self.jobs):
            if number == 0 or len(each) <= _SMALL:
                self._begin(each)

    def abandon(self) -> None:
        """Ends the agent and its programs: the next answer would be the wrong one."""
        self.jobs.clear()
        if self._process:
            self._process.terminate()
        self.close()

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
        cgroups.remove(self._groups)
        if self._folder and os.path.exists(self._folder):  # the guard, which removes it, was lost too
            remove(self._folder)

    def _last_words(self) -> str:
        self.close()
        return self._words or "no message"


def _check_names(job: Job) -> None:
    for name in (*job.files, *(job.server.files if job.server else ())):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
            raise ValueError(f"job {job.id!r}: the file {name!r} would lie outside its folder")


def _real(path: str) -> str:
    real = os.path.realpath(path)
    if not os.path.isabs(path) or path == "/" or not os.path.exists(real):
        raise SandboxUnavailable(f"{path} can not be shown to a program", "name an existing file or folder, absolute")
    return real


def _outcome(job: Job, answer: wire.Answer) -> Outcome:
    match answer.kind:
        case wire.OUTCOME:
            return wire.unpack(answer, job.id)
        case wire.COMMAND_TROUBLE:
            raise SandboxUnavailable(
                f"job {job.id!r}: can not start {job.command[0]!r}: {answer.words}",
                "install it; a program outside /usr must be named in Job.readable to be seen in the sandbox",
            )
        case _:
            raise SandboxUnavailable(f"job {job.id!r}: the sandbox is in trouble: {answer.words}")
