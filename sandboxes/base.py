"""The contract: one job in, one outcome out.

Trouble of the box is raised (`SandboxUnavailable`); trouble of the program is returned in its
outcome. A broken box must never look like a failing program.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self


class SandboxUnavailable(Exception):
    """The box itself is in trouble: nothing is said about the program."""

    exit_code = 3

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


@dataclass(frozen=True)
class Limits:
    """What one program may use. `wall_seconds` is the net under `cpu_seconds`: for programs that sleep."""

    cpu_seconds: int = 10
    wall_seconds: float = 60.0
    memory_bytes: int = 1 << 30  # of all its processes together, where the machine has control groups
    address_space_bytes: int | None = None  # of each process; None: as memory_bytes; 0: no such limit
    processes: int = 32
    output_bytes: int = 16 << 20  # a stream, before the program is stopped; what is kept is `kept_bytes`
    kept_bytes: int = 1 << 20  # of each stream: the first half and the last half
    file_bytes: int = 16 << 20  # all that it may write to its folder


@dataclass(frozen=True)
class Server:
    """A warm server: a process that has loaded its language once and runs program after program.

    What it is given and what it answers is said in `sandboxes/agent_c/server.c`. Its files lie in /server.
    """

    command: tuple[str, ...]
    files: Mapping[str, bytes]
    programs: int = 2000  # after so many it is replaced
    inside: bool = False  # it runs them in its own process, which is no child's


@dataclass(frozen=True)
class Job:
    """A program: its files lie in an empty folder, which is where the command starts."""

    id: str
    command: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)  # beside PATH, LANG, HOME: nothing else crosses
    limits: Limits = Limits()
    readable: tuple[str, ...] = ()  # host files and folders shown read-only beside the system's own
    root: str = ""  # a root file system folder in place of the machine's own system
    server: Server | None = None  # runs it warm where that is possible; `command` is how it runs cold
    own_namespaces: bool = False  # of mounts, network and System V memory, for this program alone


@dataclass(frozen=True)
class Outcome:
    id: str
    exit_code: int | None  # None when a signal ended it
    signal: int | None
    limit: str  # which limit ended it: "" cpu wall output files, or memory where the kernel killed it for that
    stdout: bytes  # drained in full, kept up to Limits.kept_bytes
    stderr: bytes
    cpu_seconds: float
    wall_seconds: float
    peak_memory_bytes: int  # of its largest process; not the same from run to run
    warm: bool = False  # run by a server


class Pool(Protocol):
    """Runs jobs; outcomes come as they finish, matched by id. A context manager."""

    fence: str  # what the fence is made of, in words, for `release.json` and `langlift doctor`

    def run(self, jobs: Iterable[Job | None]) -> Iterator[Outcome]: ...  # None: the next one is not there yet

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
