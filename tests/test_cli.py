"""The command line: exit codes, errors without tracebacks, help for every command."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from toolkit.cli import COMMANDS, Commands, cli, main

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: langlift {name}")
    command = Commands().get_command(click.Context(cli), name)
    assert command is not None
    assert command.help


def test_no_command_shows_the_help_and_leaves_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_an_unknown_command_leaves_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runn"]) == 2
    assert "runn" in capsys.readouterr().err


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "main", broken)
    with pytest.raises(ZeroDivisionError):
        main(["check"])


def test_an_interrupt_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    assert main(["run"]) == 130
    assert "the same command continues" in capsys.readouterr().err


def test_the_module_starts_as_the_console_script_does() -> None:
    done = subprocess.run([sys.executable, "-m", "toolkit", "--version"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("langlift, version")
