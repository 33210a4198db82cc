"""Every test runs with its own home and without anybody's tokens."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from push_cases import make_release

import push
from push import standin
from sandboxes.local import Local

ROOT = Path(__file__).resolve().parent.parent

# A shell starts what it runs in the background with SIGINT ignored, and children would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("HF_HOME", str(home / "huggingface"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_ENDPOINT", "HF_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def warm_pool() -> Iterator[Local]:
    with Local() as pool:
        if not pool.warm:
            pytest.skip("no warm servers here: install gcc, allow user namespaces")
        yield pool


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("LANGLIFT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("shared data is not here: set LANGLIFT_SHARED_DATA to its folder")
    return folder


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[standin.Standin]:
    """A local Hub."""
    with standin.serve(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def door(hub: standin.Standin) -> push.Hub:
    """The way to it, with the right to write."""
    return push.open_hub(hub.endpoint, hub.token)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small release."""
    return make_release(tmp_path / "release")
