"""`langlift hub`."""

import errno
from pathlib import Path

import click

from toolkit.errors import EnvironmentTrouble

VARIABLE = "LANGLIFT_HUB_TOKEN"


@click.group("hub")
def command() -> None:
    """A Hub on this machine, to rehearse against."""


@command.command("serve")
@click.option(
    "--root", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where it keeps its data."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="a free one", help="On 127.0.0.1.")
@click.option(
    "--token",
    envvar=VARIABLE,
    help=f"That opens it for writing; {VARIABLE} hands it over where no list of processes shows it. "
    "[default: a new one, printed]",
)
def serve(root: Path, port: int, token: str | None) -> None:
    """Serve a local stand-in for the Hugging Face Hub until interrupted."""
    import threading
    from contextlib import ExitStack

    from push import standin
    from push.address import fault_of_token
    from toolkit.cli import output

    if token and (fault := fault_of_token(token)):
        raise click.UsageError(f"the token, of --token or {VARIABLE}, {fault}")
    with ExitStack() as stack:
        try:
            hub = stack.enter_context(standin.serve(root, port, token))
        except OSError as error:
            raise _trouble(error, root, port) from None
        output.remark(f"{standin.BANNER}; Ctrl-C stops it")
        for name, value in hub.environment(root.absolute() / "client").items():
            shown = "the token you gave" if name == "HF_TOKEN" and token else value
            output.line(f"# {name}: {shown}" if shown != value else f"export {name}={value}")
        threading.Event().wait()


def _trouble(error: OSError, root: Path, port: int) -> EnvironmentTrouble:
    """Errors of sockets name no file."""
    if error.filename is None or error.errno == errno.EADDRINUSE:
        return EnvironmentTrouble(
            f"port {port} of 127.0.0.1: {error.strerror}", "name another --port, or none to take a free one"
        )
    return EnvironmentTrouble(f"--root {root}: {error.strerror}", "name a folder that can be made and written to")
