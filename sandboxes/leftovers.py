"""Containers that a killed process left: found by their label, and removed.

A container that runs ends with the process that made it. One that was made and not yet started has nothing
to end it: a watcher, a process of its own, waits for the end of the pool's process and removes what is there
then. Should it be killed too, the next pool does that work.
"""

import hashlib
import os
import select
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandboxes import images

if TYPE_CHECKING:
    from docker import DockerClient

LABEL = "langlift.pool"
_START = "import sys; sys.path.append(sys.argv.pop(1)); from sandboxes.leftovers import main; main()"
_SECONDS_BETWEEN = 1.0
_LOOKS = (0.0, 0.5, 1.0)  # seconds between: the engine may be making one while its client is killed


class Watcher:
    """Removes this process's containers when it has ended, unless it was stopped before."""

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, root, label()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # what kills the pool's process group does not reach it
        )

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()  # type: ignore[union-attr]


def main() -> None:
    """The watcher. Its stdin ends with the pool's process; children of that may hold it open longer."""
    owner = sys.argv[1].rpartition("/")[2].partition("-")[0]
    while str(os.getppid()) == owner and not select.select([0], (), (), _SECONDS_BETWEEN)[0]:
        continue
    for pause in _LOOKS:
        time.sleep(pause)
        client = images.connect()
        for container in _found(client):
            if container["Labels"][LABEL] == sys.argv[1]:
                remove(client.api, container["Id"])
        client.close()


def remove(api: Any, container: str) -> None:
    """Raises SandboxUnavailable."""
    from docker.errors import APIError

    with images.engine_trouble(f"can not remove the container {container[:12]}"):
        try:
            api.remove_container(container, v=True, force=True)
        except APIError as error:
            if error.status_code not in (404, 409):  # gone, or on its way: it removes itself
                raise


def sweep(client: "DockerClient") -> None:
    """Removes the containers of this machine's pools that are no more. Raises SandboxUnavailable."""
    for container in _found(client):
        place, _, owner = container["Labels"][LABEL].partition("/")
        process, _, started = owner.partition("-")
        if place == _place() and _started(process) != started:
            remove(client.api, container["Id"])


def _found(client: "DockerClient") -> list[dict[str, Any]]:
    with images.engine_trouble("does not list its containers"):
        return list(client.api.containers(all=True, filters={"label": LABEL}))


def label() -> str:
    """Which process of which machine a container belongs to."""
    return f"{_place()}/{os.getpid()}-{_started(str(os.getpid()))}"


@cache
def _place() -> str:
    """This machine since it was started, and the processes that can be seen: an engine may have other clients."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    return hashlib.sha256(f"{boot}{os.readlink('/proc/self/ns/pid')}".encode()).hexdigest()[:16]


def _started(process: str) -> str:
    """When, in the kernel's ticks: numbers of processes are used again."""
    try:
        return Path("/proc", process, "stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return ""
