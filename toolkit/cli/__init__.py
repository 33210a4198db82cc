"""The command line: it parses, calls one function and prints. It knows no rule about the subject.

A command is a module with a click command named `command`, loaded when it is named. Errors
meant for people are caught once, in `main`.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from traceback import walk_tb
from typing import Any

import click

from toolkit import __version__
from toolkit.errors import visible

COMMANDS = {
    "demo": "toolkit.cli.demo",
    "check": "toolkit.cli.check",
    "schema": "toolkit.cli.schema",
    "doctor": "toolkit.cli.doctor",
    "languages": "toolkit.cli.languages",
    "run": "toolkit.cli.run",
    "status": "toolkit.cli.status",
    "show": "toolkit.cli.show",
    "release": "toolkit.cli.release",
    "plan": "toolkit.cli.plan",
    "push": "toolkit.cli.push",
    "verify": "toolkit.cli.verify",
    "hub": "toolkit.cli.hub",
    "sandbox": "toolkit.cli.sandbox",
}
INTERRUPTED = 130
UNREAD = 141  # 128 + SIGPIPE
FULL = (errno.ENOSPC, errno.EDQUOT)


class BrokenPipe(Exception):
    """A pipe that broke, kept from click, which leaves with 1 then, whichever pipe it was."""


@contextmanager
def _kept_from_click() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise BrokenPipe from error


class Commands(click.Group):
    """Loads a command's module when it is named."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        with _kept_from_click():
            return super().make_context(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:
        with _kept_from_click():
            return super().invoke(context)

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(COMMANDS[name]).command
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="langlift")
def cli() -> None:
    """Proven training data for low-resource programming languages."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0 ok, 1 findings, 2 usage or config, 3 environment, 4 conflict, 130 interrupted.

    And 141 where nobody reads the standard output any more: what a program ended by SIGPIPE has in a shell.
    """
    try:
        return _command(arguments)
    except (click.Abort, KeyboardInterrupt):
        click.echo("langlift: stopped; the same command continues from here", err=True)
        return INTERRUPTED
    except (SystemExit, BrokenPipe) as error:  # rich leaves when its reader has gone
        if not isinstance(broken := error.__context__, BrokenPipeError):
            raise
        if not _printing(broken):
            raise broken from None  # not the reader of the standard output: a bug, shown as one
        return UNREAD
    except OSError as error:
        if _printing(error):
            return complain_of_output(error)
        if error.errno in FULL:
            return complain(f"no space left on the disk: {error.filename or 'the run folder'}", DISK_HELP, 3)
        if error.filename is None:
            raise
        return complain(f"{error.filename}: {error.strerror}", "look at the path and the rights to it", 3)
    except Exception as error:
        if not isinstance(code := getattr(error, "exit_code", None), int):
            raise  # not an error meant for people: a bug, shown as one
        return complain(str(error), getattr(error, "help", ""), code)


def _command(arguments: list[str] | None) -> int:
    """What click makes of the arguments."""
    try:
        code = cli.main(arguments, "langlift", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else 0


DISK_HELP = "free some space and run the same command again: it continues"
OUTPUT_HELP = "free some space there, or send it elsewhere, and run the same command again"


def complain(message: str, help: str, code: int) -> int:
    """What is wrong and the remedy, on stderr."""
    click.echo(f"error: {visible(message)}", err=True)
    if help:
        click.echo(f"help: {visible(help)}", err=True)
    return code


def _printing(error: OSError) -> bool:
    """Whether it came up while something was printed: that error names no file."""
    modules = [str(frame.f_globals.get("__name__")) for frame, _ in walk_tb(error.__traceback__)]
    return error.filename is None and modules[-1].startswith(("click.", "rich."))


def complain_of_output(error: OSError) -> int:
    """Nothing where the reader has gone, as in `langlift show ... | head`; else what is wrong with it."""
    if isinstance(error, BrokenPipeError):
        return UNREAD
    return complain(f"the standard output can not be written: {error.strerror}", OUTPUT_HELP, 3)


def fault_of_output() -> OSError | None:
    """What keeps the last of the standard output from being written; it is given up then."""
    try:
        if sys.stdout:  # None where it was closed before the start
            sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return error
    return None


def script() -> None:
    """The console script."""
    code = main()
    if fault := fault_of_output():
        code = code or complain_of_output(fault)
    sys.exit(code)
