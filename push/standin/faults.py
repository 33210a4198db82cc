"""Faults for rehearsals: what a real Hub, or the road to it, does to a client now and then.

    with standin.serve(root) as hub:
        hub.faults.plan(fail_after("commit"))          # a 500 although the commit happened
        hub.faults.plan(overtake("commit", by=write))  # somebody else commits first: a 412 race

A fault waits for the route of its name (the names are in `push.standin.routes`), acts the given number of
times, and is gone.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from push.standin.exchange import Refusal


class Dropped(Exception):
    """The connection is closed without an answer."""


def nothing() -> None:
    pass


@dataclass
class Fault:
    """Acts before the route does its work, or after it did and before the answer leaves."""

    route: str
    before: Callable[[], None] = nothing
    after: Callable[[], None] = nothing
    times: int = 1


def fail_before(route: str, status: int = 500, times: int = 1) -> Fault:
    """Nothing happens, and the client is told of a failure."""
    return Fault(route, before=lambda: _refuse(status), times=times)


def fail_after(route: str, status: int = 500, times: int = 1) -> Fault:
    """It happens, and the client is told of a failure (seen on the real Hub: datasets issue 7708)."""
    return Fault(route, after=lambda: _refuse(status), times=times)


def drop_before(route: str, times: int = 1) -> Fault:
    """Nothing happens, and the connection closes without an answer."""
    return Fault(route, before=_drop, times=times)


def drop_after(route: str, times: int = 1) -> Fault:
    """It happens, and the connection closes without an answer."""
    return Fault(route, after=_drop, times=times)


def slow(route: str, seconds: float, times: int = 1) -> Fault:
    """The answer takes its time."""
    return Fault(route, before=lambda: time.sleep(seconds), times=times)


def overtake(route: str, by: Callable[[], None], times: int = 1) -> Fault:
    """Somebody else's request is served first."""
    return Fault(route, before=by, times=times)


@dataclass
class Hold:
    """A route that stands still: wait for `reached`, do what the rehearsal is about, set `released`."""

    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def at(self, route: str, times: int = 1) -> Fault:
        return Fault(route, before=self.stand, times=times)

    def stand(self) -> None:
        self.reached.set()
        self.released.wait()


def _refuse(status: int) -> None:
    raise Refusal(status, "a fault of the rehearsal")


def _drop() -> None:
    raise Dropped


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        with self.lock:
            self.waiting.append(fault)

    @contextmanager
    def around(self, route: str) -> Iterator[None]:
        fault = self._next(route)
        fault.before()
        yield
        fault.after()

    def _next(self, route: str) -> Fault:
        with self.lock:
            fault = next((each for each in self.waiting if each.route == route), None)
            if fault is None:
                return Fault(route)
            fault.times -= 1
            if not fault.times:
                self.waiting.remove(fault)
            return fault
