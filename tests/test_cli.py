"""The command line: exit codes, errors without tracebacks, help for every command."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

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


PRINTING = (["--help"], ["run", "--help"], [], ["--version"], ["schema"], ["languages"], ["languages", "--json"])


@pytest.fixture(params=["buffered", "unbuffered"])
def buffering(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python gathers what is printed, a write fails late and can fail again."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1" if request.param == "unbuffered" else "")


def printed_to(arguments: list[str], out: int | IO[Any]) -> tuple[int, str]:
    """(exit code, stderr) of a process of its own."""
    command = [sys.executable, "-m", "toolkit", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stderr


@pytest.mark.usefixtures("buffering")
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_standard_output_is_called_by_its_name(arguments: list[str]) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("needs the device /dev/full")
    with open("/dev/full", "w") as full:
        code, err = printed_to(arguments, full)
    assert err.splitlines() == [
        "error: the standard output can not be written: No space left on device",
        "help: free some space there, or send it elsewhere, and run the same command again",
    ]
    assert code == 3


@pytest.mark.usefixtures("buffering")
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_reader_that_has_gone_is_left_in_peace(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        code, err = printed_to(arguments, writing)
    finally:
        os.close(writing)
    assert (code, err) == (141, "")


def test_a_disk_that_is_full_is_not_called_the_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli, "main", full)
    assert main(["run"]) == 3
    assert "no space left on the disk: the run folder" in capsys.readouterr().err


def leaving(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> int:
    """What a command that does this gives."""
    command = click.Command("leave", callback=do)
    monkeypatch.setitem(COMMANDS, "leave", "toolkit.leaving")
    monkeypatch.setitem(sys.modules, "toolkit.leaving", SimpleNamespace(command=command))  # type: ignore[misc]
    return main(["leave"])


def test_a_command_that_leaves_with_1_is_not_taken_for_one_without_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave() -> None:
        raise SystemExit(1)

    with pytest.raises(SystemExit) as left:
        leaving(monkeypatch, leave)
    assert left.value.code == 1


def test_another_pipe_that_breaks_is_not_taken_for_the_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def write() -> None:
        reading, writing = os.pipe()
        os.close(reading)
        try:
            os.write(writing, b"x")
        finally:
            os.close(writing)

    with pytest.raises(BrokenPipeError):
        leaving(monkeypatch, write)
