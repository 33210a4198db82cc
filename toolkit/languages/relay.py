"""Servers that run programs inside their own process: how they are started, told in `relay.sh`."""

from collections.abc import Sequence

from sandboxes import Server
from toolkit.languages.base import encoded, part


def relayed(command: Sequence[str], module: str, *names: str) -> Server:
    """A server whose files, of these names, lie beside the language's module; in the sandbox they are in /server."""
    files = {name: encoded(part(module, name)) for name in names}
    relay = encoded(part(__file__, "relay.sh"))
    return Server(("/bin/sh", "/server/relay.sh", *command), {**files, "relay.sh": relay})
