"""What mypy finds wrong with programs, batched: wrong arguments, members that modules have not, missing returns.

Only errors that would be faults when the program runs count (`FAULTS`); that mypy can not infer a type, or would
have liked another annotation, is no fault of a function that nobody wrote for it. mypy never runs what it checks.
Undefined names are found by the extraction's scope analysis, which knows what mypy does not: that a postponed
annotation is never evaluated.
"""

import json
import sys
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from subprocess import run

from toolkit.errors import EnvironmentTrouble, MissingExtra

FAULTS = frozenset(
    ["call-arg", "not-callable", "return", "str-format", "string-formatting", "syntax", "used-before-def"]
)
_MODULE_MEMBER = 'Module has no attribute "'  # of private members the stubs know nothing
_OPTIONS = [
    "--config-file=",
    "--no-incremental",
    "--cache-dir=/dev/null",
    "--check-untyped-defs",
    "--ignore-missing-imports",
    "--follow-imports=silent",
    "--no-site-packages",
    "--output=json",
]


def version() -> str:
    """The version of mypy. Raises MissingExtra."""
    try:
        return metadata.version("mypy")
    except metadata.PackageNotFoundError:
        raise MissingExtra("static_check needs mypy", "pip install 'langlift[static]'") from None


def first_errors(programs: Mapping[str, str]) -> dict[str, str]:
    """The first fault of each program that has one: id -> "line 3: message [code]". Raises MissingExtra."""
    version()
    errors: dict[str, str] = {}
    waiting = dict(programs)
    while waiting:
        found, finished = _check(waiting)
        errors.update(found)
        if finished:
            break
        stopped = found.keys() & waiting.keys()
        if not stopped:
            return errors | _one_by_one(waiting)
        waiting = {id: program for id, program in waiting.items() if id not in stopped}
    return errors


def _one_by_one(programs: Mapping[str, str]) -> dict[str, str]:
    """A program that makes mypy itself fail must not take its batch with it."""
    errors = {}
    for id, program in programs.items():
        found, finished = _check({id: program})
        errors[id] = found.get(id, "" if finished else "mypy fails on it")
    return {id: error for id, error in errors.items() if error}


def _check(programs: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """The first faults, and whether mypy came to its end (it stops at the first file it can not parse)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for id, program in programs.items():
            (folder / f"f_{id}.py").write_text(program, encoding="utf-8")
        files = [f"f_{id}.py" for id in programs]
        done = run(
            [sys.executable, "-m", "mypy", *_OPTIONS, *files],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    if done.returncode not in (0, 1, 2):
        raise EnvironmentTrouble(
            f"mypy ended with {done.returncode}: {done.stderr[-500:]}", "run `python -m mypy --version`"
        )
    errors: dict[str, str] = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            remark = json.loads(line)
            if remark["severity"] == "error" and _is_fault(remark["code"], remark["message"]):
                id = Path(remark["file"]).stem.removeprefix("f_")
                errors.setdefault(id, f"line {remark['line']}: {remark['message']} [{remark['code']}]")
    return errors, done.returncode in (0, 1)


def _is_fault(code: str, message: str) -> bool:
    return code in FAULTS or (_MODULE_MEMBER in message and f"{_MODULE_MEMBER}_" not in message)
