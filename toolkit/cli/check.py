"""`langlift check`."""

from pathlib import Path

import click


@click.command("check")
@click.argument("spec", type=click.Path(path_type=Path))
def command(spec: Path) -> None:
    """Say what is wrong with SPEC, before anything runs."""
    from toolkit import languages, sources
    from toolkit.cli import output
    from toolkit.generators import open_generator
    from toolkit.spec import load

    loaded = load(spec)
    for name in loaded.languages:
        languages.find(name)
    open_generator(loaded.generate.backend)
    sources.check(loaded.source)
    output.line(f"{spec}: ok ({loaded.name}: {', '.join(loaded.languages)})")
