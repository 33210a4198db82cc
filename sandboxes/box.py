"""What every kind of pool shares: boxes that hold jobs, and the loop that keeps each of them busy.

A box is an agent behind a link. The agent is started when it is needed and started again when it was
lost. How a link is made, and what a job may ask of the box, is each kind's own business.
"""

import contextlib
import logging
import select
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, NamedTuple, Protocol, Self

from sandboxes import wire
from sandboxes.base import Job, Outcome, SandboxUnavailable

ADDED = {  # what an agent says it has, in words
    "seccomp": "dangerous system calls refused",
    "landlock": "landlock",
    "memory": "memory of all processes together",
    "processes": "number of processes together",
}
_SMALL = 1 << 15  # bytes of a job that can wait in a pipe: an agent that is answering does not read
_END: Any = object()
_MEANWHILE = 0.02  # seconds until jobs that were not there yet are asked for again

log = logging.getLogger(__name__)


class Link(Protocol):
    """An agent that was started, and the way to it."""

    def fileno(self) -> int:
        """A descriptor to select on."""

    def waiting(self) -> bool:
        """Whether bytes of it were read before they were asked for."""

    def send(self, content: bytes) -> None:
        """Raises BrokenPipeError when the agent is gone."""

    def receive(self) -> wire.Answer:
        """The next answer. Raises EOFError when the agent is gone."""

    def check(self) -> None:
        """Raises SandboxUnavailable when no answer can be expected any more."""

    def close(self, at_once: bool = False) -> str:
        """Ends the agent and all it started; at once, also what is running. What it complained about."""


class Held(NamedTuple):
    job: Job
    packed: bytes  # without its server
    server: bytes
    tried: bool  # before, with an agent that was lost


class Box:
    """One box. Each kind says in `link` how its agent is started and in `suits` which jobs that agent can run."""

    ahead = 1  # jobs that wait in it beside the running one, all of them small
    absent = "install it; a program outside /usr must be named in Job.readable to be seen in the sandbox"

    def __init__(self) -> None:
        self.jobs: deque[Held] = deque()  # the running one, then those that wait
        self.agent: Link | None = None
        self._sent = 0  # of these jobs, the first ones
        self._server = b""  # the one that the agent knows

    def link(self) -> Link:
        """Starts an agent. Raises SandboxUnavailable."""
        raise NotImplementedError

    def suits(self, job: Job) -> bool:
        """Whether the agent, as it is, can run the job."""
        raise NotImplementedError

    def adapt(self, job: Job) -> None:
        """Makes the box suit the job; nothing runs. Raises SandboxUnavailable."""
        raise NotImplementedError

    def cut(self, job: Job) -> Job:
        """The job without what this kind of box lacks. Raises SandboxUnavailable where it can not do without."""
        return job

    def start(self) -> None:
        """Raises SandboxUnavailable."""
        self.agent, self._server = self.link(), b""

    def takes(self, job: Job) -> bool:
        """Now: at once, or as the next one."""
        return not self.jobs or (len(self.jobs) <= self.ahead and self.suits(job))

    def submit(self, job: Job) -> None:
        """Raises SandboxUnavailable, ValueError."""
        _check_names(job)
        job = self.cut(job)
        if not self.suits(job):
            self.adapt(job)
        self.jobs.append(Held(job, wire.pack(job), wire.pack_server(job.server), False))
        self._send()

    def _send(self) -> None:
        """In their order; what is not small waits here until it is the first."""
        while self._sent < len(self.jobs):
            held = self.jobs[self._sent]
            if self.agent is None:
                self.start()
            new = held.server != self._server
            content = wire.frame(held.packed, held.server if new else wire.SAME if held.server else b"")
            if self._sent and len(content) > _SMALL:
                return
            with contextlib.suppress(BrokenPipeError):  # it is found out when the answer is taken
                self.agent.send(content)  # type: ignore[union-attr]
            self._server = held.server or self._server
            self._sent += 1

    def take(self) -> Outcome:
        """The outcome of the running job, once there is one. Raises SandboxUnavailable."""
        while True:
            try:
                answer = self.agent.receive()  # type: ignore[union-attr]
                break
            except EOFError:
                self._again()
        job = self.jobs.popleft().job
        self._sent -= 1
        self._send()
        return self._outcome(job, answer)

    def _outcome(self, job: Job, answer: wire.Answer) -> Outcome:
        match answer.kind:
            case wire.OUTCOME:
                return wire.unpack(answer, job.id)
            case wire.COMMAND_TROUBLE:
                words = f"job {job.id!r}: can not start {job.command[0]!r}: {answer.words}"
                raise SandboxUnavailable(words, self.absent)
            case _:
                raise SandboxUnavailable(f"job {job.id!r}: the sandbox is in trouble: {answer.words}")

    def _again(self) -> None:
        """The agent was lost: what it held is run once more."""
        job = self.jobs[0].job
        why = self.close() or "no message"
        if self.jobs[0].tried:
            self.abandon()
            raise SandboxUnavailable(f"the sandbox's agent was lost during job {job.id!r}: {why}")
        log.warning("a sandbox's agent was lost during job %s and is started again: %s", job.id, why)
        self.jobs[0] = self.jobs[0]._replace(tried=True)
        self._sent = 0
        self._send()

    def abandon(self) -> None:
        """Ends the agent and its programs: the next answer would be the wrong one."""
        self.jobs.clear()
        self._sent = 0
        self.close(at_once=True)

    def close(self, at_once: bool = False) -> str:
        """What the agent complained about."""
        agent, self.agent = self.agent, None
        return agent.close(at_once) if agent else ""


class Boxes:
    """The loop of every pool: one queue for all boxes. A context manager."""

    patience: float | None = None  # seconds without an answer, after which the links are looked at

    def __init__(self) -> None:
        self.boxes: Sequence[Box] = ()
        self._running = False
        self._heard = 0.0  # when the last answer came

    def run(self, jobs: Iterable[Job | None]) -> Iterator[Outcome]:
        """Takes few jobs a worker ahead (`Box.ahead`). Closing the iterator ends what is running.

        A None says that the next job is not there yet: outcomes come, and it is asked for again. One run at a
        time. Raises SandboxUnavailable when a box is in trouble or a command can not be started, ValueError for
        a job whose files would lie outside its folder.
        """
        if self._running:
            raise RuntimeError("this pool is running other jobs")
        self._running = True
        source, over, job = iter(jobs), False, None
        self._heard = time.monotonic()
        try:
            while True:
                while not over and (job or (job := next(source, _END))):
                    if job is _END:
                        over, job = True, None
                    elif box := self._free(job):
                        box.submit(job)
                        job = None
                    else:
                        break
                busy = [box for box in self.boxes if box.jobs]
                if over and not busy:
                    return
                for box in self._ready(busy, soon=not over and job is None):
                    yield box.take()
        finally:
            self._running = False
            for box in self.boxes:  # nothing, unless it was closed early or a box is in trouble
                if box.jobs:
                    box.abandon()

    def _free(self, job: Job) -> Box | None:
        """An idle box first, then one in whose pipe the job can wait."""
        return min((box for box in self.boxes if box.takes(job)), key=lambda box: len(box.jobs), default=None)

    def _ready(self, busy: list[Box], soon: bool) -> list[Box]:
        """Those whose answer is there, or on its way; none where that takes long and `soon` is asked for."""
        by_link = {box.agent: box for box in busy if box.agent}
        waiting = [agent for agent in by_link if agent.waiting()]
        seconds = _MEANWHILE if soon else self.patience
        ready = waiting or select.select(list(by_link), (), (), seconds)[0]
        if ready or not by_link:
            self._heard = time.monotonic()
        elif not soon or (self.patience and time.monotonic() - self._heard >= self.patience):
            for agent in by_link:
                agent.check()
            self._heard = time.monotonic()
        return [by_link[agent] for agent in ready]

    def close(self) -> None:
        for box in self.boxes:
            box.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _check_names(job: Job) -> None:
    for name in (*job.files, *(job.server.files if job.server else ())):
        if not _lies_inside(name):
            raise ValueError(f"job {job.id!r}: the file {name!r} would lie outside its folder")


@lru_cache(maxsize=256)  # most jobs have the same names
def _lies_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name
