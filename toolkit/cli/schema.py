"""`langlift schema`."""

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the spec, for editors."""
    from toolkit.cli import output
    from toolkit.spec import Spec

    output.as_json(Spec.model_json_schema())
