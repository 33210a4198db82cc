"""Hostile programs of known worth, what they must not reach, and a count of what they may leave behind.

`tests/hostile/LANGUAGE.txt` holds them, a line `=== STATUS: TITLE` before each: the verdict under proof, or several
with `|` between where the language decides which of its limits is met first; `, warm STATUS` where a warm server's own
verdict is another, with which no program passes and which a cold run replaces; `(filter)` or `(memory)` behind the
status where it takes a fence with that, `(whole)` where it takes /proc and /dev/shm, which the agent in Python does
not give. A program that is expected to pass tries something and fails where it succeeds.
"""

import os
import re
import secrets
import shutil
import socket
import tempfile
from contextlib import closing, suppress
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path

from sandboxes import cgroups, images
from sandboxes.docker import Docker
from sandboxes.leftovers import LABEL, label
from sandboxes.local import Local, Process

FOLDER = Path(__file__).parent / "hostile"
HEAD = re.compile(r"^=== ([a-z |]+?)(?:, warm ([a-z |]+?))?(?: \((\w+)\))?: (.*)\n", re.MULTILINE)
NOBODY = 65534


@dataclass(frozen=True)
class Hostile:
    language: str
    title: str
    text: str
    statuses: frozenset[str]
    warm_statuses: frozenset[str]
    needs: str

    def expected(self, warm: bool) -> frozenset[str]:
        return self.warm_statuses if warm else self.statuses

    @property
    def waits(self) -> bool:
        """Whether a limit of time ends it."""
        return "timeout" in self.statuses | self.warm_statuses


@cache
def hostile_programs() -> tuple[Hostile, ...]:
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        parts = HEAD.split(path.read_text(encoding="utf-8"))[1:]
        for cold, warm, needs, title, text in zip(*(parts[each::5] for each in range(5)), strict=True):
            statuses = frozenset(cold.split("|"))
            warm_statuses = frozenset(warm.split("|")) if warm else statuses
            found.append(Hostile(path.stem, title, text, statuses, warm_statuses, needs or ""))
    return tuple(found)


class Bait:
    """A file, a folder, listening sockets: programs are told where, and must not reach them. A context manager."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(20)
        self.folder = Path(tempfile.mkdtemp(prefix="bait-"))
        self.folder.chmod(0o777)
        (self.folder / "secret").write_text(self.secret)
        name = f"bait-{secrets.token_hex(4)}"
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._unix, self._abstract = (socket.socket(socket.AF_UNIX) for _ in range(2))
        self._unix.bind(str(self.folder / "socket"))
        self._abstract.bind(f"\0{name}")
        (self.folder / "socket").chmod(0o777)
        for listener in (self._unix, self._abstract):
            listener.listen()
        self._words = {
            "@FILE@": f"{self.folder}/secret",
            "@FOLDER@": str(self.folder),
            "@UNIX@": f"{self.folder}/socket",
            "@ABSTRACT@": name,
            "@TCP@": str(self._tcp.getsockname()[1]),
            "@UDP@": str(self._udp.getsockname()[1]),
            "@PID@": str(os.getpid()),
        }

    def fill(self, text: str) -> str:
        for word, meaning in self._words.items():
            text = text.replace(word, meaning)
        return text

    def reached(self) -> list[str]:
        """What was touched."""
        found = []
        ends = {"TCP": self._tcp, "UDP": self._udp, "unix socket": self._unix, "abstract socket": self._abstract}
        for name, end in ends.items():
            end.setblocking(False)
            try:
                end.recv(1) if end is self._udp else end.accept()[0].close()
            except BlockingIOError:
                continue
            found.append(name)
        if sorted(os.listdir(self.folder)) != ["secret", "socket"]:
            found.append("folder")
        if (self.folder / "secret").read_text() != self.secret:
            found.append("file")
        return found

    def __enter__(self) -> "Bait":
        return self

    def __exit__(self, *exc: object) -> None:
        for end in (self._tcp, self._udp, self._unix, self._abstract):
            end.close()
        shutil.rmtree(self.folder)


def below(process: int) -> list[int]:
    """All processes that descend from it."""
    found: list[int] = []
    for path in Path("/proc", str(process), "task").glob("*/children"):
        try:
            children = [int(word) for word in path.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found += [child, *below(child)]
    return found


def agent_of(pool: Local) -> int:
    """The first process of the box's namespace; 0 when none runs."""
    link = pool.boxes[0].agent
    children = below(link.process.pid) if isinstance(link, Process) else []
    return children[0] if children else 0


@dataclass(frozen=True)
class Held:
    """What a box holds between two programs. Only root may look into an agent: -1 for whoever else."""

    processes: int
    descriptors: int = -1
    mounts: int = -1
    files: int = -1

    def exceeds(self, other: "Held") -> bool:
        return any(mine > its for mine, its in zip(astuple(self), astuple(other), strict=True))


def held(pool: Local | Docker) -> Held:
    if isinstance(pool, Docker):
        link = pool.boxes[0].agent
        found = pool.client.api.top(link.container)["Processes"]  # type: ignore[union-attr]
        return Held(len(found) - 1)
    agent = agent_of(pool)
    processes = len(below(agent))
    root = Path("/proc", str(agent))
    if not os.access(root / "fd", os.R_OK):
        return Held(processes)
    mounts = (root / "mountinfo").read_text().count("\n")
    files = sum(len(list(folder.iterdir())) for folder in (root / "root/box").glob("*"))  # none between: no box at all
    return Held(processes, len(os.listdir(root / "fd")), mounts, files)


class Namespaces:
    """Those of the boxes' processes, where this user may know them; kept, so that their numbers go to no others."""

    def __init__(self) -> None:
        self._kept: list[int] = []

    def keep(self, pool: Local | Docker) -> None:
        with suppress(OSError):
            if isinstance(pool, Local):
                self._kept.append(os.open(f"/proc/{agent_of(pool)}/ns/pid", os.O_RDONLY))

    def alive(self) -> set[str]:
        """Processes of the whole machine that live in one of them."""
        found = set()
        known = {os.fstat(each).st_ino for each in self._kept}
        for path in Path("/proc").glob("[0-9]*/ns/pid"):
            with suppress(OSError):
                if path.stat().st_ino in known:
                    found.add(f"in a box: {(path.parent.parent / 'cmdline').read_text(errors='replace')}")
        return found

    def close(self) -> None:
        while self._kept:
            os.close(self._kept.pop())


def leftovers(containers: bool) -> set[str]:
    """What of this process's boxes there is on the machine. The same before and after, or something leaked."""
    found = {f"process {number}" for number in below(os.getpid())}
    for parent in (cgroups.ROOT, cgroups.ROOT / "memory", cgroups.ROOT / "pids"):
        found |= {f"group {path}" for path in parent.glob(f"{cgroups.PREFIX}{os.getpid()}-*")}
    for folder in ("/dev/shm", tempfile.gettempdir()):
        with os.scandir(folder) as entries:
            found |= {
                f"file {each.path}"
                for each in entries
                if _owner(each) == NOBODY and not each.name.startswith("langlift-")
            }
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    found |= {f"mount {line}" for line in mounts if "docker" not in line}
    for kind in ("shm", "sem", "msg"):
        lines = Path("/proc/sysvipc", kind).read_text().splitlines()[1:]
        found |= {f"{kind} {line.split()[1]}" for line in lines if str(NOBODY) in line.split()}
    if containers:
        with closing(images.connect()) as client:
            ours = client.api.containers(all=True, filters={"label": f"{LABEL}={label()}"})
        found |= {f"container {each['Id']}" for each in ours}
    return found


def _owner(entry: "os.DirEntry[str]") -> int:
    try:
        return entry.stat(follow_symlinks=False).st_uid
    except FileNotFoundError:
        return 0
