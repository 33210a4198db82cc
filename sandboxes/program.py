"""One program from its fork to the end of the last process it started. Runs inside the agent."""

import os
import resource
import select
import signal
import time
import traceback
from collections.abc import Mapping
from typing import Any, NoReturn

from sandboxes import kernel, wire
from sandboxes.fence import Fence

PAGE = 4096
_CHUNK = 1 << 16
_OPEN_FILES = 512
_STACK_BYTES = 8 << 20  # fixed, or how deep a program may recurse would depend on the machine
_CPU_SURE = 0.5  # of the limit: what is reported and what the limit counts are sampled differently
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
Header = dict[str, Any]


class Stream:
    """Drained in full; keeps the first and the last half of `keep` bytes."""

    def __init__(self, keep: int, most: int) -> None:
        self.head, self.tail, self.most = keep - keep // 2, keep // 2, most
        self.total = 0
        self.first, self.last = bytearray(), bytearray()

    def add(self, content: bytes) -> None:
        content = content[: self.most - self.total]  # how much lies past the limit depends on when it was noticed
        self.total += len(content)
        room = self.head - len(self.first)
        self.first += content[:room]
        self.last += content[room:]
        if len(self.last) > self.tail + 4 * _CHUNK:
            del self.last[: len(self.last) - self.tail]

    @property
    def full(self) -> bool:
        return self.total >= self.most

    def kept(self) -> bytes:
        return bytes(self.first + self.last[max(0, len(self.last) - self.tail) :])


class Program:
    def __init__(self, fence: Fence, job: Header, room: int) -> None:
        self.room = room  # bytes that its folder may hold
        self.fence, self.job, self.limits = fence, job, job["limits"]
        self.streams = [Stream(self.limits["kept_bytes"], self.limits["output_bytes"]) for _ in range(2)]
        self.readers: dict[int, Stream] = {}  # by descriptor, while open
        self.writer: int | None = None  # its stdin, while there is something to write
        self.main = 0
        self.status: int | None = None
        self.limit = ""
        self.written = 0
        self.cpu_seconds = self.main_cpu_seconds = 0.0
        self.peak = 0
        self.started = self.ended = 0.0

    def start(self, files: Mapping[str, bytes], stdin: bytes) -> tuple[int, bytes] | None:
        """Returns trouble of the box, if any: nothing is then said about the program."""
        report, report_end = os.pipe()
        pipes = [os.pipe() for _ in range(2)]
        source, self.writer = os.pipe() if stdin else (os.open(os.devnull, os.O_RDONLY), None)
        beside = self.fence.processes_beside()
        self.started = time.monotonic()
        self.main = os.fork()
        if self.main == 0:
            self._become(files, (source, pipes[0][1], pipes[1][1]), report_end, beside)
        for descriptor in (report_end, source, pipes[0][1], pipes[1][1]):
            os.close(descriptor)
        self.readers = {pipes[0][0]: self.streams[0], pipes[1][0]: self.streams[1]}
        with os.fdopen(report, "rb") as text:
            kind, _, why = text.read().partition(b"\n")  # closed by a successful exec
        return (wire.COMMAND_TROUBLE if kind == b"command" else wire.BOX_TROUBLE, why) if kind else None

    def _become(self, files: Mapping[str, bytes], standard: tuple[int, int, int], report: int, beside: int) -> NoReturn:
        """In the child: the fence, the limits, the command."""
        kind = "box"
        try:
            os.setsid()
            for target, descriptor in enumerate(standard):
                os.dup2(descriptor, target)
            os.closerange(3, report)
            os.closerange(report + 1, 1 << 16)
            os.umask(0o022)
            self.fence.enter()
            _write_files(files)
            _set_limits(self.limits, beside)
            kernel.control(kernel.NO_NEW_PRIVILEGES, 1)
            kernel.control(kernel.DIE_WITH_PARENT, signal.SIGKILL)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            kind = "command"
            command = self.job["command"]
            os.execvpe(command[0], command, {**_ENVIRONMENT, "HOME": self.fence.work, **self.job["environment"]})
        except OSError as error:
            os.write(report, f"{kind}\n{error}".encode(errors="replace"))
            os._exit(127)
        finally:  # never back to the agent's loop: a fault of ours, since a successful exec does not return
            os.write(report, f"{kind}\n{traceback.format_exc()}".encode(errors="replace"))
            os._exit(127)

    def attend(self, stdin: bytes, pool: int, wake: int) -> None:
        """Feeds and drains until the first process ends or a limit is reached, then kills the rest and drains."""
        poll = select.poll()
        poll.register(pool, 0)  # tells when the other end is closed
        poll.register(wake, select.POLLIN)
        for descriptor in self.readers:
            os.set_blocking(descriptor, False)
            poll.register(descriptor, select.POLLIN)
        if self.writer is not None:
            os.set_blocking(self.writer, False)
            poll.register(self.writer, select.POLLOUT)
        rest = memoryview(stdin)
        deadline = self.started + self.limits["wall_milliseconds"] / 1000
        self._reap()
        while self.status is None and not self.limit:
            left = deadline - time.monotonic()
            if left <= 0:
                self.limit = "wall"
                break
            for descriptor, _ in poll.poll(min(left, 3600) * 1000):
                if descriptor == pool:
                    raise EOFError("the pool is gone")
                if descriptor == wake:
                    os.read(wake, _CHUNK)
                    self._reap()
                elif descriptor == self.writer:
                    rest = self._feed(rest, poll)
                elif not self._drain(descriptor):
                    poll.unregister(descriptor)
        self.ended = time.monotonic()
        self._kill_all()
        for descriptor in list(self.readers):
            while self._drain(descriptor):
                pass

    def _feed(self, rest: memoryview, poll: select.poll) -> memoryview:
        assert self.writer is not None
        try:
            rest = rest[os.write(self.writer, rest[:_CHUNK]) :]
        except BrokenPipeError:
            rest = rest[:0]  # it does not read: its own business
        if not rest:
            poll.unregister(self.writer)
            os.close(self.writer)
            self.writer = None
        return rest

    def _drain(self, descriptor: int) -> bool:
        """False when nothing more will come."""
        stream = self.readers[descriptor]
        content = os.read(descriptor, _CHUNK)
        stream.add(content)
        if stream.full:
            self.limit = self.limit or "output"
        if content and not stream.full:
            return True
        os.close(descriptor)
        del self.readers[descriptor]
        return False

    def _reap(self) -> bool:
        """Takes in every process that has ended. False when there are no more to wait for."""
        while True:
            try:
                process, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if process == 0:
                return True
            self.cpu_seconds += usage.ru_utime + usage.ru_stime
            self.peak = max(self.peak, usage.ru_maxrss * 1024)
            if process == self.main:
                self.status, self.main_cpu_seconds = status, usage.ru_utime + usage.ru_stime

    def _kill_all(self) -> None:
        while self._reap():
            self.fence.kill_children()
            time.sleep(0.0002)
        self.written = self.fence.used() if self.status else 0

    def end(self) -> None:
        """After whatever happened: no process and no descriptor stays."""
        if self.main:
            self._kill_all()
        for descriptor in (*self.readers, *(() if self.writer is None else (self.writer,))):
            os.close(descriptor)

    @property
    def was_killed(self) -> bool:
        """Not by us."""
        return not self.limit and self.status is not None and os.WIFSIGNALED(self.status)

    def outcome(self, killed_for_memory: bool) -> bytes:
        assert self.status is not None
        code = os.waitstatus_to_exitcode(self.status)
        limit = self.limit or self._limit_by_status(code, killed_for_memory)
        if self.limit:
            code = -signal.SIGKILL  # also where it ended by itself just before we noticed
        kept = [stream.kept() for stream in self.streams]
        return wire.pack_outcome(code, limit, self.cpu_seconds, self.ended - self.started, self.peak, *kept)

    def _limit_by_status(self, code: int, killed_for_memory: bool) -> str:
        out_of_time = self.main_cpu_seconds >= _CPU_SURE * self.limits["cpu_seconds"]
        if code in (-signal.SIGXCPU, -signal.SIGKILL) and out_of_time:
            return "cpu"
        if code != 0 and self.cpu_seconds >= self.limits["cpu_seconds"]:  # of a child, which it outlived
            return "cpu"
        if code == -signal.SIGKILL and killed_for_memory:
            return "memory"
        full = self.written + PAGE > self.room
        return "files" if code == -signal.SIGXFSZ or (code != 0 and full) else ""


def _write_files(files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        if folder := os.path.dirname(name):
            os.makedirs(folder, exist_ok=True)
        with open(name, "xb") as file:
            file.write(content)


def _set_limits(limits: Header, beside: int) -> None:
    _lower(resource.RLIMIT_CPU, limits["cpu_seconds"], limits["cpu_seconds"] + 1)
    _lower(resource.RLIMIT_FSIZE, limits["file_bytes"])
    _lower(resource.RLIMIT_NPROC, limits["processes"] + beside)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_STACK, _STACK_BYTES)
    _lower(resource.RLIMIT_CORE, 0)
    if limits["address_space_bytes"]:
        _lower(resource.RLIMIT_AS, limits["address_space_bytes"])


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    """Never above what the machine's owner allows."""
    _, most = resource.getrlimit(which)
    wanted = (soft, soft if hard is None else hard)
    resource.setrlimit(which, wanted if most == resource.RLIM_INFINITY else (min(soft, most), min(wanted[1], most)))
