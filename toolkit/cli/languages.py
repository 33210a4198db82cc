"""`langlift languages`: what there is, and what this machine can run."""

import click


@click.command("languages")
@click.option("--json", "machine", is_flag=True, help="One JSON value instead of a table.")
def command(machine: bool) -> None:
    """The target languages, and the toolchain found for each."""
    from toolkit.cli import output
    from toolkit.languages import every

    rows = []
    for language in every().values():
        found = [toolchain.version for toolchain in language.toolchains()]
        rows.append({"name": language.name, "title": language.title, "typed": language.typed, "toolchains": found})
        rows[-1]["remedy"] = "" if found else language.remedy
    if machine:
        output.as_json(rows)
        return
    cells = [
        (row["name"], row["title"], "yes" if row["typed"] else "no", row["toolchains"] or "none", row["remedy"])
        for row in rows
    ]
    output.table("", ("name", "title", "typed", "toolchains, best first", "remedy"), map(_words, cells))


def _words(cells: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(", ".join(cell) if isinstance(cell, list) else cell for cell in cells)
