"""`langlift push`."""

from pathlib import Path

import click


@click.command("push")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Upload, verify and tag. Without it the plan is printed and nothing done.")
def command(folder: Path, yes: bool) -> None:
    """Publish the release FOLDER: one commit, read back and verified, then its tag."""
    import push
    from push.report import lines
    from toolkit.cli import output

    hub = push.open_hub(writing=yes)
    planned = push.plan(folder, hub)
    for line in lines(planned):
        output.line(line)
    if not yes:
        output.remark("nothing was pushed: `langlift push --yes` does it")
        return
    published = push.upload(planned, hub, say=output.remark)
    output.line(f"{published.repo}@{published.tag} is at {published.commit}")
