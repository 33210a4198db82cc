"""`langlift doctor`."""

from pathlib import Path

import click


@click.command("doctor")
@click.option("--json", "machine", is_flag=True, help="One JSON value instead of a table.")
def command(machine: bool) -> None:
    """Say what this machine has and lacks, with remedies. Exit code 3 when something required is missing."""
    from toolkit import doctor
    from toolkit.cli import output

    found = list(doctor.examine(Path.cwd()))
    if machine:
        output.as_json([vars(finding) for finding in found])
    else:
        output.table("", ("", "check", "found"), ((finding.state, finding.name, finding.what) for finding in found))
        for finding in found:
            if finding.remedy:
                output.line(f"{finding.name}: {finding.remedy}")
    if any(finding.state == doctor.FAIL for finding in found):
        raise click.exceptions.Exit(3)
