"""The tests' way to the Docker engine: skipped with their reason where none is asked for, or none can be had.

LANGLIFT_DOCKER=1 asks for one, which `.ci/docker` starts; LANGLIFT_DOCKER=required makes its absence a failure.
"""

import gc
import os
import socket
import threading
import warnings
from contextlib import closing
from functools import cache

import pytest

from sandboxes import SandboxUnavailable, images
from sandboxes.docker import Docker
from toolkit import fences

ASKED = os.environ.get("LANGLIFT_DOCKER", "")
NOT_ASKED = "containers are tried with LANGLIFT_DOCKER=1, for which .ci/docker starts an engine"


def open_containers(workers: int = 1, language: str = "python", runtime: str = "") -> Docker:
    """A pool of a language's image, which is built when it is missing."""
    return Docker(workers, image=image_for(language), runtime=runtime)


def image_for(language: str) -> str:
    require_engine()
    return _image(language)


def require_engine() -> None:
    if not ASKED:
        pytest.skip(NOT_ASKED)
    if why := _absent():
        if ASKED == "required":
            pytest.fail(f"LANGLIFT_DOCKER=required, yet {why}")
        pytest.skip(f"NOT TRIED: {why}")


@cache
def _absent() -> str:
    """Why nothing can be tried, once for all tests: an engine that is lost later is a failure."""
    try:
        with closing(images.connect()) as client:
            bases = (images.BASE, images.PULLED_BASE)
            return "" if any(client.images.list(name=name) for name in bases) else f"the engine has none of {bases}"
    except SandboxUnavailable as trouble:
        words = f"{trouble}: {trouble.help}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()  # the SDK forgets to close a socket that could not be connected
    return words


@cache
def _image(language: str) -> str:
    name = fences.image_of(language)
    with closing(images.connect()) as client:
        try:
            images.find(client, name)
        except SandboxUnavailable:
            for line in fences.build_images([language]):
                print(line)
    return name


class Door:
    """An engine of another machine, as far as a client can tell: a TCP port before this one's, which can be shut."""

    def __init__(self) -> None:
        self.engine = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.open: list[socket.socket] = []
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        while True:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self.engine)
            self.open += [caller, engine]
            for source, target in ((caller, engine), (engine, caller)):
                threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(1 << 16):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def shut(self) -> None:
        for each in (self.listener, *self.open):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for each in (self.listener, *self.open):
            each.close()
