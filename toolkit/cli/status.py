"""`langlift status`."""

from pathlib import Path

import click


@click.command("status")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "machine", is_flag=True, help="One JSON value instead of a table.")
def command(run: Path, machine: bool) -> None:
    """What each stage of the folder RUN has kept and dropped, and which shards are open."""
    from toolkit import inspection
    from toolkit.cli import output

    sealed, open_stages = inspection.status(run)
    if machine:
        output.as_json({"sealed": sealed, "open": open_stages})
        return
    output.stages(sealed)
    for each in open_stages:
        output.line(f"open: {each['stage']}: {each['sealed']} shards sealed, {each['rows']} rows in open journals")
