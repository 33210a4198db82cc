"""Control groups of a box: memory and number of processes, version 1 or 2, where this user may make them.

The pool names the folders; the agent's guard, which no signal to the pool reaches, makes and removes them, and the
agent writes the limits and joins. What a guard that was killed too has left goes when the next pool starts.
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


def name(root: Path = ROOT) -> Groups:
    """Folders for one box, as far as this machine has such groups; whether they can be made is the agent's to find."""
    name = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
    if (root / "cgroup.controllers").exists():
        return Groups(str(root / name), str(root / name), True)
    memory, processes = (str(root / kind / name) if (root / kind).is_dir() else "" for kind in ("memory", "pids"))
    return Groups(memory, processes)


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
