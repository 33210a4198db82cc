"""The tests' way to the Docker engine: skipped with their reason where none is asked for, or none can be had.

LANGLIFT_DOCKER=1 asks for one, which `.ci/docker` starts; LANGLIFT_DOCKER=required makes its absence a failure.
"""

import os
from functools import cache

import pytest

from sandboxes import SandboxUnavailable, images
from sandboxes.docker import Docker

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
        client = images.connect()
    except SandboxUnavailable as trouble:
        return f"{trouble}: {trouble.help}"
    try:
        bases = (images.BASE, images.PULLED_BASE)
        return "" if any(client.images.list(name=name) for name in bases) else f"the engine has none of {bases}"
    finally:
        client.close()


@cache
def _image(language: str) -> str:
    name = images.image_of(language)
    client = images.connect()
    try:
        images.find(client, name)
    except SandboxUnavailable:
        for line in images.build(language):
            print(line)
    finally:
        client.close()
    return name
