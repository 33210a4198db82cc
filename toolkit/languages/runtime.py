"""How whole programs of a language are run: cold, warm, as they are and under a completion proof.

A program's files lie in the folder where the command starts; `main` with the language's extension is
what it runs. `plain` is the program itself. Under `proof`, `main` is a harness that reads one line, the
nonce, from its stdin, gives the program an empty stdin, runs `program` beside it as a program of its own,
and when that has come to its end in the regular way, and not before, writes a newline, the nonce, a space
and `done` as the last line of stdout. The nonce is in no file, argument or variable of the environment.

A warm server (`sandboxes.Server`) runs the same files, so its verdicts must be those of the cold command.
What it is given is said in `sandboxes/agent_c/server.c`.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, outside_system, part

Files = Callable[[str], dict[str, bytes]]  # a program's text -> what lies in its folder
HUGE_PAGES = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1"  # a sixth of the start of R is spent on getting small ones


@dataclass(frozen=True)
class Programs:
    """Whole programs of known worth: the conformance tests run each cold and warm."""

    right: str  # some checks, all true
    wrong: str  # one check fails
    broken: str  # is no program of the language
    leaves: str  # a check that would fail, behind an exit with code 0


@dataclass(frozen=True)
class Runtime:
    name: str
    title: str
    extension: str
    remedy: str  # how to get a toolchain, in words
    toolchains: Callable[[], tuple[Toolchain, ...]]  # those of this machine, best first
    plain: Files
    proof: Files
    server: Callable[[Toolchain], Server | None]  # None: cold is fast enough, or there is no other way
    programs: Programs
    address_space: bool = True  # False: its runtime reserves more than it uses, a limit of that would break it
    processes: int = 32  # that a program of it needs at most, threads of the runtime included
    image: Toolchain | None = None  # that of its image (`sandboxes/images`), which has the version
    parts: Mapping[str, bytes] = field(default_factory=dict)  # texts that its image is built with (`prepared.py`)


def as_main(extension: str) -> Files:
    """A `plain` for languages that run a file: the program is `main`."""
    return lambda program: {f"main{extension}": encoded(program)}


def under_harness(module: str, extension: str) -> Files:
    """A `proof` for the same: `main` is the file `proof` beside the language's module."""
    return lambda program: {
        f"main{extension}": encoded(part(module, f"proof{extension}")),
        f"program{extension}": encoded(program),
    }


def interpreted_server(module: str, extension: str) -> Callable[[Toolchain], Server]:
    """A `server` that is the file `server` beside the language's module, run by the cold command's interpreter.

    It finds the file `proof` beside it: under proof every program's `main` is that, and it can be compiled once.
    """
    name = f"server{extension}"
    files = {each: encoded(part(module, each)) for each in (name, f"proof{extension}")}
    return lambda toolchain: Server((*toolchain.command[:-1], f"/server/{name}"), files)


def on_path(name: str, *question: str) -> tuple[str, str]:
    """Where the command on PATH really is, and what it answers; "" and "" where there is none."""
    found = shutil.which(name)
    if found is None:
        return "", ""
    real = os.path.realpath(found)
    return real, subprocess.run([real, *question], capture_output=True, text=True, timeout=60).stdout


def prefix_of(command: str, *others: str) -> tuple[str, ...]:
    """The folder that a command was installed into, and others, as far as a sandbox does not show them anyhow."""
    return outside_system(os.path.dirname(os.path.dirname(command)), *others)
