"""`langlift release`."""

from pathlib import Path

import click


@click.command("release")
@click.argument("run", type=click.Path(path_type=Path))
def command(run: Path) -> None:
    """Write the data files, card and manifest of the finished RUN folder."""
    from toolkit.cli import output
    from toolkit.errors import SpecError
    from toolkit.release import release
    from toolkit.spec import load

    spec = run / "spec.toml"
    settings = load(spec).release
    if settings is None:
        raise SpecError(f"{spec} has no [release]", "add [release] with repo, version and title to the spec")
    output.line(str(release(run, settings)))
