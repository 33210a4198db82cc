"""Finds and ends what a program left behind where no pid namespace does it. Reads /proc.

A number seen in /proc may be a stranger's a moment later. So a process is held by a descriptor
first, its line of descent is checked after that, and the signal goes to the descriptor.
"""

import contextlib
import errno
import os
import signal
from collections.abc import Iterator
from typing import NamedTuple

_PASSES = 200  # to freeze; processes that the kernel does not stop at once must not hold us for ever


class Process(NamedTuple):
    number: int
    parent: int
    owner: int
    threads: int
    state: str


def every() -> Iterator[Process]:
    """Of the whole machine, as far as this process may see."""
    for name in os.listdir("/proc"):
        if name.isdecimal() and (found := _read(int(name))):
            yield found


def kill_descendants() -> None:
    """Freezes all, so that none can fork any more, then kills them. To be repeated while any is left to reap."""
    for _ in range(_PASSES):
        moving = [process for process in _descendants() if process.state not in "TtZX"]
        if not moving:
            break
        for process in moving:
            _send(process, signal.SIGSTOP)
    for process in _descendants():
        _send(process, signal.SIGKILL)


def _descendants() -> list[Process]:
    children: dict[int, list[Process]] = {}
    for process in every():
        children.setdefault(process.parent, []).append(process)
    found = list(children.get(os.getpid(), ()))
    for process in found:  # grows while it is read
        found += children.get(process.number, ())
    return found


def _send(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.parent == os.getpid():  # ours to reap: its number can not become another's
            os.kill(process.number, number)
            return
        try:
            descriptor = os.pidfd_open(process.number)
        except OSError as error:
            if error.errno == errno.ENOSYS:
                return  # no such descriptors here: it becomes ours when its parent has ended
            raise
        try:
            now = _read(process.number)
            if now and now.parent in (process.parent, os.getpid()):
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


def _read(number: int) -> Process | None:
    try:
        with open(f"/proc/{number}/stat", "rb") as stat:
            owner = os.fstat(stat.fileno()).st_uid
            fields = stat.read().rpartition(b")")[2].split()  # the name in front may hold anything
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return Process(number, int(fields[1]), owner, int(fields[17]), fields[0].decode())
