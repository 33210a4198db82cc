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

import logging
import select
from collections.abc import Iterable, Iterator
from typing import Self

from sandboxes import cgroups
from sandboxes.base import Job, Outcome
from sandboxes.box import Box, Refused

_FULL = (
    "namespaces (user, mount, pid, network, ipc, uts), an own root with the system's folders read-only, "
    "an own user without rights, resource limits, an allow-listed environment"
)
_REDUCED = "processes killed whole, resource limits, an allow-listed environment, a temporary folder"
_LACKING = ("network", "files that the user may read or write", "signals to the user's processes", "sum of all files")
_ADDED = {
    "seccomp": "dangerous system calls refused",
    "landlock": "landlock",
    "memory": "memory of all processes together",
    "processes": "number of processes together",
}

log = logging.getLogger(__name__)


class Local:
    """`workers` boxes that run at once; with one, outcomes come in the order of the jobs.

    `namespaces=False` leaves them out where they could be had, `compiled=False` the compiled agent: to
    see what remains. Raises SandboxUnavailable when no box can be started.
    """

    def __init__(self, workers: int = 1, *, namespaces: bool = True, compiled: bool = True) -> None:
        self.workers = workers
        self.lacking: tuple[str, ...] = ()  # what the fence does not keep a program from
        self.fence = _FULL
        cgroups.sweep()
        first = self._first(namespaces, compiled)
        added = [words for name, words in _ADDED.items() if name in first.facts]
        self.fence = ", ".join((self.fence, *added))
        if not self.lacking:
            self.lacking = tuple(words for name, words in _ADDED.items() if name not in first.facts)
        self.warm = first.compiled  # whether `Job.server` is used
        self._boxes = [first, *(Box(first.namespaces, first.compiled) for _ in range(workers - 1))]
        self._running = False

    def _first(self, namespaces: bool, compiled: bool) -> Box:
        why = "not asked for"
        if namespaces:
            box = Box(True, compiled)
            try:
                box.start()
                return box
            except Refused as refusal:
                why = str(refusal)
                log.warning("the local sandbox has no namespaces (%s): see `langlift doctor`", why)
        self.fence, self.lacking = f"{_REDUCED}; no namespaces ({why})", _LACKING
        box = Box(False, False)
        box.start()
        return box

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Takes at most two jobs a worker ahead. Closing the iterator ends what is running.

        One run at a time. Raises SandboxUnavailable when a box is in trouble or a command can not be
        started, ValueError for a job whose files would lie outside its folder.
        """
        if self._running:
            raise RuntimeError("this pool is running other jobs")
        self._running = True
        source = iter(jobs)
        try:
            job = next(source, None)
            while True:
                while job and (box := self._free(job)):
                    box.submit(job)
                    job = next(source, None)
                busy = {box.answers: box for box in self._boxes if box.jobs}
                if not busy:
                    return
                for answers in select.select(list(busy), (), ())[0]:
                    yield busy[answers].take()
        finally:
            self._running = False
            for box in self._boxes:  # nothing, unless it was closed early or a box is in trouble
                if box.jobs:
                    box.abandon()

    def _free(self, job: Job) -> Box | None:
        """An idle box first, then one in whose pipe the job can wait."""
        return min((box for box in self._boxes if box.takes(job)), key=lambda box: len(box.jobs), default=None)

    def close(self) -> None:
        for box in self._boxes:
            box.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
