"""The local engine: a pool of processes, one shard a process at a time.

Each worker has one pipe to its parent: items go down, what work says and answers come up. Nothing is shared between
workers, no lock and no semaphore, so a worker that is killed blocks nobody and a parent that is killed leaves nothing
behind. Workers die with their parent, also when it is killed by SIGKILL.
"""

import ctypes
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from traceback import format_exc
from typing import Any, Self

from toolkit.engines import Answer, Item, Tell
from toolkit.errors import EnvironmentTrouble

_PR_SET_PDEATHSIG = 1
_SAID, _DONE, _FAILED = range(3)  # what a message from a worker is


def open(workers: int) -> "Local":
    return Local(workers)


class Worker:
    """A process that does one item at a time, and the pipe to it."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, os.getpid()))
        self.process.start()
        theirs.close()  # so that its end is seen here

    def end(self, now: bool) -> None:
        """Let it leave after what it does, or end it at once: the journal of its shard keeps what is done."""
        if now:
            self.process.terminate()
        self.pipe.close()
        self.process.join()


class Local:
    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.idle: list[Worker] = []

    def map(
        self, work: Callable[[Item, Tell], Answer], items: Iterable[Item], hear: Callable[[Any], None]
    ) -> Iterator[Answer]:
        """At most one item a worker is in flight, so the items may be endless. Raises EnvironmentTrouble."""
        busy: dict[Any, Worker] = {}
        try:
            yield from self._answers(work, iter(items), hear, busy)
        except (EOFError, ConnectionError) as error:
            raise EnvironmentTrouble(
                "a worker process was killed, most likely for memory",
                "run the same command again: it continues; fewer [engine] workers need less memory",
            ) from error
        finally:
            for worker in busy.values():
                worker.end(now=True)

    def _answers(
        self,
        work: Callable[[Item, Tell], Answer],
        items: Iterator[Item],
        hear: Callable[[Any], None],
        busy: dict[Any, Worker],
    ) -> Iterator[Answer]:
        while True:
            for item in islice(items, self.workers - len(busy)):
                worker = self.idle.pop() if self.idle else Worker()
                busy[worker.pipe] = worker
                worker.pipe.send((work, item))
            if not busy:
                return
            for pipe in wait(list(busy)):
                kind, value = _received(pipe)
                if kind == _SAID:
                    hear(value)
                    continue
                self.idle.append(busy.pop(pipe))
                if kind == _FAILED:
                    raise value
                yield value

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        while self.idle:
            self.idle.pop().end(now=False)


def _received(pipe: Any) -> tuple[int, Any]:
    """One message. Raises EOFError where the worker ended, also in the middle of it."""
    try:
        raw = pipe.recv_bytes()
    except OSError as error:
        raise EOFError from error
    message: tuple[int, Any] = pickle.loads(raw)
    return message


def _serve(pipe: "Connection[Any, Any]", parent: int) -> None:
    """In each worker: leave Ctrl-C to the parent and die with it; do what it sends until it closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    while True:
        try:
            work, item = pipe.recv()
        except (EOFError, ConnectionError):
            return
        pipe.send_bytes(pickle.dumps(_done(work, item, lambda message: pipe.send((_SAID, message)))))


def _done(work: Callable[[Any, Tell], Any], item: Any, tell: Tell) -> tuple[int, Any]:
    try:
        return _DONE, work(item, tell)
    except Exception as error:  # not handled here: it is raised again in the parent
        error.add_note(f"in a worker:\n{format_exc()}")
        return _FAILED, _portable(error)


def _portable(error: Exception) -> Exception:
    """The same error where it survives the way to the parent, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # whatever the error's class does when it is copied
        return RuntimeError("\n".join([f"{type(error).__name__}: {error}", *error.__notes__]))
    return error
