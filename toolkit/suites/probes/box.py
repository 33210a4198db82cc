"""What every probe stands on: loading the function, calling it under fuel, writing values as literals.

Runs INSIDE a sandbox, beside hostile code; never imported by langlift. Standard library only, and little of it: a
probe is started several times for each function. The builtins that it uses are bound here before any function runs,
so that a function that rewrites `builtins` does not change what is reported.

Fuel is counted in line events of the function and its context (calls count too): a loop ends at the same point on
every machine. The CPU timer is the last net, for calls that spend their time in C.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` itself imports too much
import builtins
import os
import resource
import sys
from builtins import (  # noqa: UP029 - bound before a function can rewrite them
    BaseException,
    any,
    compile,
    dict,
    eval,
    exec,
    isinstance,
    len,
    min,
    set,
    str,
    type,
    zip,
)  # fmt: skip

from literals import consume, copied, returned, same  # type: ignore[import-not-found]

TYPE_CHECKING = False  # `typing` is not worth its import time here
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, NoReturn

_exit = os._exit
_getpid = os.getpid
_write = os.write
_settrace = sys.settrace
_setitimer = signal.setitimer
_getusage = resource.getrusage

CALL_SECONDS = 2.0  # of CPU, a call: the net under the fuel
FIRST_SECONDS = 0.5  # the same where a case is found: what then has four times as long does the same everywhere

# Exceptions that are behaviour wherever they come from; all others only where the source itself raises them.
NATURAL = ("ZeroDivisionError", "KeyError", "IndexError", "ValueError", "OverflowError", "LookupError",
           "ArithmeticError", "UnicodeDecodeError", "UnicodeEncodeError", "StopIteration")  # fmt: skip
NEVER = ("RecursionError", "MemoryError", "SystemExit", "KeyboardInterrupt", "GeneratorExit", "OutOfFuel", "Slow",
         "Touched", "NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError")  # fmt: skip
# Prefixes of audit events that reach out of the process. The tracer is not among them: the interpreter itself takes it
# away when it raises (out of fuel, recursion); the CPU timer is the net then.
TOUCHING = ("os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.", "tempfile.", "webbrowser.", "urllib.",
            "signal.", "fcntl.", "resource.", "sqlite3.", "_thread.start", "sys.addaudithook", "syslog.")  # fmt: skip
CODE = type((lambda: 0).__code__)
HARMLESS = ("os.listdir", "os.scandir", "os.walk", "os.fwalk")


class OutOfFuel(BaseException):
    """The call used up its line events."""


class Slow(BaseException):
    """The call used up its CPU seconds."""


class Touched(BaseException):
    """The call reached out of the process."""


class Channel:
    """The way back to langlift: the real standard output, kept from the function."""

    def __init__(self) -> None:
        raw = b""
        while part := os.read(0, 1 << 16):
            raw += part
        self.request: dict[str, Any] = eval(raw, {})  # written by langlift
        self.descriptor = os.dup(1)
        self.process = _getpid()
        null = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1):
            os.dup2(null, each)

    def answer(self, value: object) -> NoReturn:
        """Say it once and leave: nothing that the function registered for the end is run."""
        if _getpid() == self.process:
            rest = f"{self.request['nonce']} {value!a}\n".encode()
            while rest:
                rest = rest[_write(self.descriptor, rest) :]
        _exit(0)


class Subject:
    """The function, loaded; and what it takes to call it safely."""

    def __init__(self, channel: Channel, call: dict[str, Any], context: str, code: str) -> None:
        self.channel = channel
        self.name, self.positional = call["name"], call["positional"]
        self.variadic, self.keywords = call["variadic"], call["keywords"]
        self.fuel = 0
        self.natural = False  # the last call raised an error that nobody wrote
        self.slow = False  # the CPU timer ended the last call: the clock decided, not the fuel
        self.touched = ""
        self.watching = False
        self._forget()
        self.raising = set(channel.request["raising"])  # places of `raise` and `assert`: meant, not natural
        module = type(sys)("program")
        sys.modules["program"] = module
        self.space = module.__dict__
        self.flags = channel.request["flags"]  # the function is compiled as it would be below its context
        self.context, self.code = context, code
        signal.signal(signal.SIGVTALRM, self._ring)
        sys.addaudithook(self._audit)
        self.rewritten = dict(builtins.__dict__)

    def _forget(self) -> None:
        """A new call: no line yet."""
        self.last = self.path = 0
        self.stack: list[int] = []
        self.arcs: set[tuple[int, int]] = set()

    def load_context(self) -> None:
        """Run the context once; what it raises is the caller's."""
        if self.context:
            exec(compile(self.context, "context.py", "exec", dont_inherit=True), self.space)

    def load(self, code: Any = None, space: dict[str, Any] | None = None) -> Callable[..., Any]:
        """The function object, from this code or its own, in this name space or its own."""
        space = self.space if space is None else space
        if not isinstance(code, CODE):
            code = compile(code or self.code, "function.py", "exec", self.flags, dont_inherit=True)
        exec(code, space)
        function: Callable[..., Any] = space[self.name]
        return function

    def arguments(self, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A tuple of arguments as positional ones and keywords."""
        if not self.keywords:
            return values, {}
        cut = len(values) - len(self.keywords) if self.variadic else min(self.positional, len(values))
        return values[:cut], dict(zip(self.keywords, values[cut:], strict=False))

    def call(
        self,
        function: Callable[..., Any],
        values: tuple[Any, ...],
        fuel: int,
        tracing: bool = True,
        seconds: float = CALL_SECONDS,
    ) -> tuple[str, str, str]:
        """What the call does: (outcome, text, reason). A reason makes it no case.

        What a call that changes its arguments answers is told too: a test sees the answer alone.
        """
        values = copied(values)
        before = copied(values)
        positional, keywords = self.arguments(values)
        try:
            result = self.run(lambda: consume(function(*positional, **keywords)), fuel, tracing, seconds)
        except BaseException as error:
            outcome = self._raised(error)
        else:
            outcome = returned(result)
        self._guard()
        if self.slow or self.fuel < 0:  # whatever the function made of the exception
            return "raises", "Slow" if self.slow else "OutOfFuel", "timeout"
        if not outcome[2] and not same(before, values):
            return outcome[0], outcome[1], "changes its arguments"
        return outcome

    def run(
        self,
        act: Callable[[], Any],
        fuel: int,
        tracing: bool = True,
        seconds: float = CALL_SECONDS,
    ) -> Any:
        """What `act` gives or raises, with so much fuel and time."""
        self.fuel, self.touched, self.natural, self.slow = fuel, "", False, False
        self._forget()
        try:
            if tracing:
                _settrace(self._enter)
            self.watching = True
            _setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)
            return act()
        finally:
            self.watching = False
            if tracing:
                _settrace(None)
            _setitimer(signal.ITIMER_VIRTUAL, 0)

    def _guard(self) -> None:
        """Ends the probe where the function did what no probe can go on after."""
        if _getpid() != self.channel.process:
            _exit(0)
        if builtins.__dict__ != self.rewritten:
            builtins.__dict__.update(self.rewritten)
            self.channel.answer({"refused": "left early", "detail": "rewrites builtins"})
        if self.touched or _getusage(resource.RUSAGE_CHILDREN).ru_minflt:
            detail = self.touched or "starts a process"
            self.channel.answer({"refused": "touches the machine", "detail": detail})

    def _raised(self, error: BaseException) -> tuple[str, str, str]:
        name = type(error).__name__
        if name in NEVER:
            return "raises", name, {"OutOfFuel": "timeout", "Slow": "timeout", "MemoryError": "memory",
                                    "SystemExit": "left early"}.get(name, "noise")  # fmt: skip
        last = None
        step = error.__traceback__
        while step is not None:
            last, step = step, step.tb_next
        place = last and (last.tb_frame.f_code.co_filename.rpartition("/")[2], last.tb_lineno)
        if place in self.raising:
            return "raises", name, ""
        if name in NATURAL:
            self.natural = True
            return "raises", name, ""
        return "raises", name, "noise"

    def _ring(self, *_: object) -> None:
        if self.watching:
            self.slow |= self.fuel >= 0  # a call that swallowed the end of its fuel is out of fuel
            raise Slow

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        touching = event.startswith(TOUCHING) and event not in HARMLESS
        if event == "open":
            touching = isinstance(arguments[1], str) and any(each in arguments[1] for each in "wax+")
        if touching:
            self.touched = event
            raise Touched

    def _enter(self, frame: FrameType, event: str, _: object) -> Any:
        place, local = frame.f_code.co_filename, self._count
        if place == "function.py":
            if frame.f_code.co_name[0] != "<":  # a comprehension or lambda: part of its line
                self.stack.append(self.last)
                self.last = -frame.f_lineno
                local = self._step
        elif place != "context.py":
            return None
        self.fuel -= 1
        if self.fuel < 0:
            raise OutOfFuel
        return local

    def _step(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            self.fuel -= 1
            if self.fuel < 0:
                raise OutOfFuel
            line = frame.f_lineno
            self.arcs.add((self.last, line))
            self.path = (self.path * 1000003 + line) & 0xFFFFFFFFFFFF
            self.last = line
        elif event == "return":
            self.arcs.add((self.last, -1))
            self.last = self.stack.pop() if self.stack else 0
        return self._step

    def _count(self, frame: FrameType, event: str, _: object) -> Any:
        self.fuel -= 1
        if self.fuel < 0:
            raise OutOfFuel
        return self._count
