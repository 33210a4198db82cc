"""Control groups of a box: memory and number of processes, version 1 or 2, where this user may make them.

The pool makes the folders, the agent writes the limits and joins, its guard removes them. What a
killed pool could not remove goes when the next one starts.
"""

import contextlib
import itertools
import os
from pathlib import Path
from typing import NamedTuple

ROOT = Path("/sys/fs/cgroup")
PREFIX = "langlift-"
_numbers = itertools.count()


class Groups(NamedTuple):
    memory: str = ""  # folders; "" where there is none
    processes: str = ""
    unified: bool = False


def make(root: Path = ROOT) -> Groups:
    """Folders for one box."""
    name = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
    if (root / "cgroup.controllers").exists():
        folder = _make(root / name, "memory.max")
        return Groups(folder, folder if folder and Path(folder, "pids.max").exists() else "", True)
    memory = _make(root / "memory" / name, "memory.limit_in_bytes")
    return Groups(memory, _make(root / "pids" / name, "pids.max"))


def remove(groups: Groups) -> None:
    """What the guard left, if it was lost."""
    for folder in {groups.memory, groups.processes} - {""}:
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def sweep(root: Path = ROOT) -> None:
    """Removes the folders of pools that are no more."""
    for parent in (root, root / "memory", root / "pids"):
        for folder in parent.glob(f"{PREFIX}*"):
            owner = folder.name.removeprefix(PREFIX).partition("-")[0]
            if owner.isdecimal() and not Path("/proc", owner).exists():
                with contextlib.suppress(OSError):  # a box that is still ending
                    folder.rmdir()


def _make(folder: Path, limit: str) -> str:
    try:
        folder.mkdir()
    except OSError:
        return ""
    if os.access(folder / limit, os.W_OK):
        return str(folder)
    folder.rmdir()
    return ""
