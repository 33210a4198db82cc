"""A local stand-in for the Hugging Face Hub, for rehearsals and tests: the real clients work against it.

    with standin.serve(Path("hub")) as hub:
        api = HfApi(endpoint=hub.endpoint, token=hub.token)

Covered: repositories, trees, references, history, atomic commits with a parent (412), LFS uploads whose
digests are checked, downloads with ranges, tags (409), branches, discussions and pull requests with merge,
private and gated repositories, card metadata checks, token exchange for trusted publishers.
Not covered: Xet, the data viewer, search, permissions of several users, rate limits, git itself.
Loopback only: a machine's other users can read what is public in it.
"""

import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from push.standin.faults import Faults
from push.standin.server import Server
from push.standin.store import InUse, Store

__all__ = ["BANNER", "InUse", "Standin", "serve"]

BANNER = "a local stand-in, not the Hugging Face Hub"


@dataclass(frozen=True)
class Standin:
    """A running stand-in: where it is, what opens it, and the faults planned for it."""

    endpoint: str
    token: str
    faults: Faults

    def __repr__(self) -> str:
        return f"Standin({self.endpoint!r})"

    def environment(self, home: Path) -> dict[str, str]:
        """What a child process needs so that every Hub client in it talks to this stand-in and nothing else.

        `home` is a folder for its caches. Xet is switched off: its upload does not speak LFS.
        """
        return {
            "HF_ENDPOINT": self.endpoint,
            "HF_TOKEN": self.token,
            "HF_HOME": os.fspath(home),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        }


@contextmanager
def serve(
    root: Path, port: int = 0, token: str | None = None, identities: Mapping[str, str] | None = None
) -> Iterator[Standin]:
    """Serve the folder `root` from a thread of this process until the block ends.

    Port 0 takes a free one; without a token a new one is made. `identities` maps an id token to the one
    repository ("datasets/org/name") that it may publish to.
    Raises `InUse` where another process serves `root`, OSError where the port is taken.
    """
    store = Store(root)
    try:
        given = token or f"hf_{secrets.token_hex(17)}"
        with Server(store, port, given, identities or {}) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            try:
                yield Standin(server.endpoint, given, server.faults)
            finally:
                server.shutdown()
                thread.join()
    finally:
        store.close()
