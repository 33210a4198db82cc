"""Forks a child for each program: what most programs import is there already."""
# ruff: noqa: F401

import atexit
import bisect
import collections
import datetime
import functools
import gc
import heapq
import itertools
import json
import math
import os
import random
import re
import resource
import string
import sys
import types
import typing

WORK = "/box/work"
with open("/server/proof.py", "rb") as known:
    HARNESS = known.read()
PROVE = compile(HARNESS, "main.py", "exec", dont_inherit=True)  # the same for most programs: theirs is another file


def run(path: str) -> None:
    """As `python3 main.py` would."""
    random.seed()
    sys.argv[:] = [path]
    sys.path[0:0] = [os.getcwd()]
    sys.modules["__main__"] = main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=__builtins__, __file__=path)
    with open(path, "rb") as file:
        text = file.read()
    exec(PROVE if text == HARNESS else compile(text, path, "exec", dont_inherit=True), main.__dict__)


def child() -> None:
    os.setsid()
    os.close(3)
    os.close(4)
    os.chdir(WORK)
    give_input()
    gc.enable()
    try:
        run("main.py")
    except Exception:
        sys.excepthook(*sys.exc_info())
        leave(1)
    leave(0)


def give_input() -> None:
    """What waits in the stream, in a pipe that has an end."""
    try:
        text = os.read(0, 65536)
    except BlockingIOError:
        text = b""
    reading, writing = os.pipe()
    os.write(writing, text)
    os.close(writing)
    os.dup2(reading, 0)
    os.close(reading)


def leave(code: int) -> None:
    """The end of a program without taking the interpreter apart: that would cost more than most programs."""
    if threading := sys.modules.get("threading"):
        threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def answer(status: int, usage: "resource.struct_rusage") -> None:
    code = os.waitstatus_to_exitcode(status)
    microseconds = int((usage.ru_utime + usage.ru_stime) * 1e6)
    os.write(4, b"%d %d %d\n" % (code, microseconds, usage.ru_maxrss))


def serve() -> None:
    gc.collect()
    gc.freeze()
    gc.disable()
    os.write(4, b"ready\n")
    while os.read(3, 64):
        process = os.fork()
        if process == 0:
            child()  # its end is the end of the interpreter, as in a program that was started cold
            return
        _, status, usage = os.wait4(process, 0)
        answer(status, usage)


serve()
