"""`langlift plan`."""

from pathlib import Path

import click


@click.command("plan")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "machine", is_flag=True, help="One JSON value instead of text.")
def command(folder: Path, machine: bool) -> None:
    """What a push of the release FOLDER would add and delete, in bytes. Changes nothing."""
    import push
    from push.report import as_value, lines
    from toolkit.cli import output

    planned = push.plan(folder, push.open_hub(writing=False))
    if machine:
        output.as_json(as_value(planned))
    else:
        for line in lines(planned):
            output.line(line)
    if planned.step is push.Step.TAKEN:
        raise push.taken(planned.release, str(planned.tagged))
