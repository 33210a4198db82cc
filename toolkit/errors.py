"""What a person can act on. Everything else is a bug and keeps its traceback.

Exit codes: 0 ok, 1 findings, 2 usage or config, 3 environment, 4 conflict, 130 interrupted.
"""

from collections.abc import Iterable
from difflib import get_close_matches


def guess(name: str, known: Iterable[str]) -> str:
    """What somebody may have meant, as the end of a message; "" where nothing is near."""
    words = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), words, n=1)
    return f"; did you mean {words[near[0]]!r}?" if near else ""


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """What is said of a name that nothing answers to."""
    known = list(known)
    near = guess(name, known)
    return f"unknown {kind} {name!r}{near or ';'} known: {', '.join(known)}"


def visible(text: str, kept: str = "\n") -> str:
    """Other people's text as it may go to a terminal: what steers one is written as Python does, `kept` stays."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in kept else repr(each)[1:-1] for each in text)


class ToolkitError(Exception):
    """A message that names the thing, and a help line that names the remedy."""

    exit_code = 2

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


class SpecError(ToolkitError):
    """The spec can not be used as it is written."""


class InputError(ToolkitError):
    """An input file or data set can not be read as what it is said to be."""


class UnknownName(ToolkitError):
    """A language, stage, generator or engine that is not there."""


class EnvironmentTrouble(ToolkitError):
    """Something this machine lacks: a toolchain, disk space, a reachable server."""

    exit_code = 3


class MissingExtra(EnvironmentTrouble):
    """A library of an extra is not installed."""


class StaleStage(ToolkitError):
    """A folder holds results made with other inputs or settings."""

    exit_code = 4


class NothingToRelease(ToolkitError):
    """The run is whole and no row reached its end: a finding about the source and the settings, not about the usage."""

    exit_code = 1


class LostRow(ToolkitError):
    """A stage gave no answer, or two, for a row. Nothing is sealed."""

    exit_code = 1
