"""`langlift hub`."""

from pathlib import Path

import click


@click.group("hub")
def command() -> None:
    """A Hub on this machine, to rehearse against."""


@command.command("serve")
@click.option(
    "--root", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where it keeps its data."
)
@click.option("--port", default=0, show_default="a free one", help="On 127.0.0.1.")
@click.option("--token", envvar="LANGLIFT_HUB_TOKEN", help="That opens it for writing. [default: a new one, printed]")
def serve(root: Path, port: int, token: str | None) -> None:
    """Serve a local stand-in for the Hugging Face Hub until interrupted."""
    import threading

    from push import standin
    from toolkit.cli import output

    with standin.serve(root, port, token) as hub:
        output.remark(f"{standin.BANNER}; Ctrl-C stops it")
        for name, value in hub.environment(root.absolute() / "client").items():
            shown = "the token you gave" if name == "HF_TOKEN" and token else value
            output.line(f"# {name}: {shown}" if shown != value else f"export {name}={value}")
        threading.Event().wait()
