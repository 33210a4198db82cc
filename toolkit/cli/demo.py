"""`langlift demo`."""

from pathlib import Path

import click


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the run and the Hub's data here; by default a temporary folder.",
)
def command(folder: Path | None) -> None:
    """The whole road in minutes: no model, no network, a Hub of its own."""
    import tempfile

    if folder is not None:
        _demo(folder)
        return
    with tempfile.TemporaryDirectory(prefix="langlift-demo-") as name:
        _demo(Path(name))


def _demo(folder: Path) -> None:
    from rich.console import Console

    from toolkit import progress
    from toolkit.cli import output
    from toolkit.demo import demo

    facts, loaded = demo(folder.absolute(), progress.for_terminal(Console(stderr=True)), output.remark)
    output.stages(facts)
    row = loaded["row"]
    rows = ", ".join(f"{split} {count:,}" for split, count in loaded["rows"].items())
    output.lines(f"\nLoaded back by datasets: {rows}. One row of it:")
    output.lines(
        f"\n-- {row['path']} lines {row['first_line']}-{row['last_line']} ({row['license']})\n\n{row['source']}"
    )
    output.lines(f"-- Lua, {row['cases']} cases, mutation score {row['mutation_score']:.2f}\n\n{row['translation']}")
    output.lines(f"-- tests\n\n{row['tests']}")
