"""What commands print: tables for people on stdout, or one JSON value; remarks on stderr.

Much of it was written by other people; none of it can steer a terminal.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.errors import visible


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; numbers are set right. Cells are plain text, never markup."""
    rows = [list(map(_words, row)) for row in rows]
    result = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(row[index].replace(",", "").replace(".", "").isdigit() for row in rows)
        result.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        result.add_row(*map(Text, row))
    console = Console()
    console.print(result)


def _words(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:.3f}" if isinstance(value, float) else visible(str(value))


def line(text: str) -> None:
    """One line of text on stdout, whatever is in it."""
    click.echo(visible(text, kept=""))


def lines(text: str) -> None:
    """Text on stdout that has lines of its own, as code has."""
    click.echo(visible(text, kept="\n\t"))


def remark(text: str) -> None:
    """One line on stderr: not data."""
    click.echo(visible(text), err=True)


def as_json(value: Any) -> None:
    """One JSON value on stdout. Letters of all languages stand as they are, what does not print as an escape."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    click.echo("".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text))


def stages(facts: Sequence[dict[str, Any]]) -> None:
    """What each stage of a run kept and dropped, and why."""
    table(
        "",
        ("stage", "rows in", "kept", "dropped", "because"),
        (
            (
                f"{each['stage']} {each['language']}".strip(),
                each["rows_in"],
                each["rows_out"],
                sum(each["dropped"].values()),
                ", ".join(f"{reason} {count:,}" for reason, count in by_count(each["dropped"])),
            )
            for each in facts
        ),
    )


def by_count(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
