"""`langlift verify`."""

import click


@click.command("verify")
@click.argument("target", metavar="FOLDER|ORG/NAME@TAG")
@click.option("--kind", type=click.Choice(["dataset", "model"]), default="dataset", help="Of a repository.")
@click.option("--json", "machine", is_flag=True, help="One JSON value instead of text.")
def command(target: str, kind: str, machine: bool) -> None:
    """Read a release again: every digest, every row set, nothing missing and nothing beside it."""
    import push
    from push.report import verification_lines, verification_value
    from toolkit.cli import output

    found = push.verify(target, kind=kind)
    if machine:
        output.as_json(verification_value(found))
    else:
        for line in verification_lines(found):
            output.line(line)
    if found.defects:
        raise push.BadRelease(f"{target} is not what its release.json says", "do not use it; fetch or release it again")
