"""`langlift run`."""

from pathlib import Path

import click


@click.command("run")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--run-dir", type=click.Path(file_okay=False, path_type=Path), help="By default runs/NAME.")
@click.option("--until", metavar="STAGE", help="Stop after this stage.")
def command(spec: Path, run_dir: Path | None, until: str | None) -> None:
    """Do the stages and shards of SPEC that are not sealed yet, and write the release."""
    from rich.console import Console

    from toolkit import pipeline, progress
    from toolkit.cli import output
    from toolkit.spec import load

    loaded = load(spec)
    pipeline.check(loaded, spec)
    folder = run_dir or Path("runs") / loaded.name
    watcher = progress.for_terminal(Console(stderr=True))
    output.stages(pipeline.run(loaded, spec.read_text(encoding="utf-8"), folder, watcher, until))
    if loaded.release is not None and until is None:
        output.line(f"released to {folder / 'release' / 'dataset'}")
        output.line(f"next: langlift plan {folder / 'release' / 'dataset'}")
