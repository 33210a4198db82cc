"""The process inside the fence that runs one program after another.

Started by the pool with one JSON argument: {"namespaces", "pool", "visible", "folder"}. It
splits in two. The *guard* stays outside the pid namespace and ends everything when the pool
or the agent dies. The *agent* reads jobs from stdin and answers on stdout, in frames
(`sandboxes/wire.py`); its first answer says whether the fence stands.

A program's end is the end of its first process; whatever else it started is killed then.
Only the standard library, nothing that is imported late, no threads.
"""

import contextlib
import gc
import json
import os
import select
import signal
import sys
import time
from collections.abc import Mapping
from typing import IO

from sandboxes import kernel, processes, wire
from sandboxes.fence import Fence, Namespaces, ProcessGroup
from sandboxes.program import Header, Program


def main() -> None:
    settings = json.loads(sys.argv[1])
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    kernel.control(kernel.SUBREAPER, 1)
    visible = settings["visible"]
    fence: Fence = Namespaces(visible) if settings["namespaces"] else ProcessGroup(settings["folder"], visible)
    try:
        fence.isolate()
    except OSError as error:
        refuse(sys.stdout.buffer, error)
        return
    kernel.control(kernel.DUMPABLE, 0)
    agent = os.fork()
    if agent == 0:
        kernel.control(kernel.DIE_WITH_PARENT, signal.SIGKILL)
        Agent(fence).serve()
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    try:
        guard(agent, settings["pool"])
    finally:
        fence.leave()


def guard(agent: int, pool: int) -> None:
    """Waits for the end of the agent or the pool, then ends whatever is left."""
    signal.signal(signal.SIGTERM, lambda number, frame: os.kill(agent, signal.SIGKILL))
    ended = select.poll()
    with contextlib.suppress(OSError):  # where there are no such descriptors, the agent sees its pipe close
        ended.register(os.pidfd_open(agent), select.POLLIN)
        ended.register(os.pidfd_open(pool), select.POLLIN)
        if os.getppid() == pool:
            ended.poll()
        os.kill(agent, signal.SIGKILL)
    os.waitpid(agent, 0)
    with contextlib.suppress(ChildProcessError):
        while True:
            processes.kill_descendants()
            os.waitpid(-1, os.WNOHANG)
            time.sleep(0.001)


def refuse(answers: IO[bytes], error: OSError) -> None:
    wire.send_answer(answers, wire.REFUSED, f"{error.filename}: {error.strerror}".encode())


class Agent:
    """Serves jobs until its stdin is closed."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self.jobs = os.fdopen(os.dup(0), "rb")
        self.answers = os.fdopen(os.dup(1), "wb")
        self.memory_kills = os.open("/proc/vmstat", os.O_RDONLY)
        self.wake, wake_end = os.pipe()
        for end in (self.wake, wake_end):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def serve(self) -> None:
        try:
            self.fence.build()
        except OSError as error:
            refuse(self.answers, error)
            return
        gc.collect()
        gc.freeze()
        wire.send_answer(self.answers, wire.READY, b"")
        with contextlib.suppress(EOFError, BrokenPipeError):
            while True:
                wire.send_answer(self.answers, *self.run(*wire.receive_job(self.jobs)))

    def run(self, job: Header, stdin: bytes, files: Mapping[str, bytes]) -> tuple[int, bytes]:
        room = job["limits"]["file_bytes"]
        self.fence.prepare(room)
        kills = self.count_memory_kills()
        program = Program(self.fence, job, room)
        try:
            if trouble := program.start(files, stdin):
                return trouble
            program.attend(stdin, self.jobs.fileno(), self.wake)
            killed_for_memory = program.was_killed and self.count_memory_kills() > kills
            return wire.OUTCOME, program.outcome(killed_for_memory)
        finally:
            program.end()
            self.fence.discard()

    def count_memory_kills(self) -> int:
        """By the kernel, on the whole machine, since it started."""
        lines = os.pread(self.memory_kills, 1 << 16, 0).splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith(b"oom_kill ")), 0)
