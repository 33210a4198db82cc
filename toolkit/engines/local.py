"""The local engine: a pool of processes, one shard a process at a time.

Workers die with their parent, also when it is killed by SIGKILL. What work says reaches the
parent through one pipe in messages small enough to be written whole without a lock, so a
worker that is killed can block neither its siblings nor the parent.
"""

import ctypes
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from select import PIPE_BUF
from typing import Any, Self

from toolkit.engines import Answer, Item, Tell
from toolkit.errors import EnvironmentTrouble

_PR_SET_PDEATHSIG = 1
_told: "Connection[bytes, bytes] | None" = None  # in a worker: the way to the parent


def open(workers: int) -> "Local":
    return Local(workers)


class Local:
    def __init__(self, workers: int) -> None:
        context = get_context("spawn")
        self.workers = workers
        self.heard, told = context.Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(workers, context, _start, (told, os.getpid()))
        self.done = threading.Event()

    def map(
        self, work: Callable[[Item, Tell], Answer], items: Iterable[Item], hear: Callable[[Any], None]
    ) -> Iterator[Answer]:
        """At most two items a worker are in flight, so the items may be endless. Raises EnvironmentTrouble."""
        self.done.clear()
        listener = threading.Thread(target=self._listen, args=(hear,), daemon=True)
        listener.start()
        try:
            yield from self._answers(work, iter(items))
        except BrokenProcessPool as error:
            raise EnvironmentTrouble(
                "a worker process was killed, most likely for memory",
                "run the same command again: it continues; fewer [engine] workers need less memory",
            ) from error
        finally:
            self.done.set()
            listener.join()

    def _answers(self, work: Callable[[Item, Tell], Answer], items: Iterator[Item]) -> Iterator[Answer]:
        waiting: set[Future[Answer]] = set()
        while True:
            for item in islice(items, 2 * self.workers - len(waiting)):
                waiting.add(self.pool.submit(_call, work, item))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()

    def _listen(self, hear: Callable[[Any], None]) -> None:
        while self.heard.poll(0 if self.done.is_set() else 0.1) or not self.done.is_set():
            if self.heard.poll(0):
                hear(pickle.loads(self.heard.recv_bytes()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if exc[0] is not None:  # do not wait for shards: their journals keep what is done
            for process in list((self.pool._processes or {}).values()):
                process.terminate()
        self.pool.shutdown(wait=True, cancel_futures=True)


def _start(told: "Connection[bytes, bytes]", parent: int) -> None:
    """In each worker: die with the parent; leave Ctrl-C to it."""
    global _told
    _told = told
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def _tell(message: Any) -> None:
    """Written whole or not at all, because it is smaller than PIPE_BUF: no lock that a kill could leave held."""
    assert _told is not None
    raw = pickle.dumps(message)
    if len(raw) + 8 <= PIPE_BUF:  # a larger one is progress that nobody could read on one line anyway
        _told.send_bytes(raw)


def _call(work: Callable[[Item, Tell], Answer], item: Item) -> Answer:
    return work(item, _tell)
