"""`langlift check`."""

from pathlib import Path

import click


@click.command("check")
@click.argument("spec", type=click.Path(path_type=Path))
def command(spec: Path) -> None:
    """Say what is wrong with SPEC, before anything runs."""
    from toolkit import pipeline, sources
    from toolkit.cli import output
    from toolkit.spec import load

    loaded = load(spec)
    pipeline.check(loaded, spec)
    sources.check(loaded.source)
    output.line(f"{spec}: ok ({loaded.name}: {', '.join(loaded.languages)})")
