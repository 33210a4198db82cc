"""`langlift release`."""

from pathlib import Path

import click


@click.command("release")
@click.argument("run", type=click.Path(path_type=Path))
def command(run: Path) -> None:
    """Write the data files, card and manifest of the finished RUN folder."""
    from toolkit import pipeline

    click.echo(pipeline.release_again(run))  # the caller's own path, to the letter: scripts go there
