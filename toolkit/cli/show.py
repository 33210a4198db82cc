"""`langlift show`."""

from pathlib import Path

import click


@click.command("show")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("stage")
@click.argument("row", required=False, metavar="[ID]")
@click.option("--dropped", metavar="REASON", help="List the rows dropped for this reason.")
def command(run: Path, stage: str, row: str | None, dropped: str | None) -> None:
    """A row of a STAGE: what it became, or why it was dropped. Without an ID, the ids."""
    if row is not None and dropped is not None:
        raise click.UsageError("an ID and --dropped exclude each other: the row of an ID says why it was dropped")
    from toolkit import inspection
    from toolkit.cli import output

    if row is None:
        for each in inspection.rows(run, stage, dropped):
            output.line(each)
        return
    output.as_json(inspection.find(run, stage, row))
