"""Sends a probe and its request into a sandbox, and reads the answer or why there is none.

A probe is one of `toolkit/suites/probes`; it takes a request on standard input and prints a nonce and one literal.
Whatever else comes back is a refusal with a reason: a function may exit, loop or eat memory; it can not
forge the nonce's line by accident, and nothing it prints is ever run. A function that finds the way back on purpose
costs its own row: an answer must have the exact shape of its probe (`toolkit.suites.answers`).
"""

import __future__

import ast
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from sandboxes import Job, Limits, Pool
from toolkit.records import Case
from toolkit.suites.answers import fits
from toolkit.suites.subject import UNPARSABLE, Subject

LIMITS = Limits(cpu_seconds=20, wall_seconds=300.0, memory_bytes=1 << 29, processes=8, kept_bytes=4 << 20)
# No site packages, no user folder: the function meets the standard library alone. `-I` would ignore the hash seed.
FLAGS = ("-S", "-s", "-B", "-X", "utf8")
_ANNOTATIONS = re.compile(r"^from __future__ import .*\bannotations\b", re.M)
_STOPPED = {"cpu": "timeout", "wall": "timeout", "memory": "memory", "output": "output limit"}


@dataclass(frozen=True)
class Refusal:
    """Why a probe gave no answer, in the words of a drop."""

    reason: str
    detail: str = ""


def ask(
    pool: Pool,
    subject: Subject,
    probe: str,
    request: Mapping[str, Any],
    *,
    hash_seed: int = 0,
    readable: tuple[str, ...] = (),
    limits: Limits = LIMITS,
) -> dict[str, Any] | Refusal:
    """The probe's answer about a subject. Raises SandboxUnavailable."""
    nonce = secrets.token_hex(8)
    whole = {**request, "nonce": nonce, "call": subject.call, "context": subject.context, "code": subject.code}
    whole["raising"] = _raising(subject)
    whole["flags"] = __future__.annotations.compiler_flag if _ANNOTATIONS.search(subject.context) else 0
    job = Job(
        id=subject.id,
        command=(interpreter(), *FLAGS, f"{probe}.py"),
        files=_files(probe),
        stdin=ascii(whole).encode(),
        environment={"PYTHONHASHSEED": str(hash_seed)},
        limits=limits,
        readable=(str(Path(sys.base_prefix)), *readable),
    )
    (outcome,) = pool.run([job])
    answer = _read(outcome.stdout, nonce)
    if answer is not None:
        if not fits(probe, answer, request):
            return Refusal("left early", "forged answer")
        return Refusal(answer["refused"], answer["detail"]) if "refused" in answer else answer
    if outcome.limit:
        return Refusal(_STOPPED.get(outcome.limit, "left early"), f"{outcome.limit} limit")
    how = f"signal {outcome.signal}" if outcome.signal else f"exit code {outcome.exit_code}"
    last = outcome.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return Refusal("left early", f"{how}: {last}"[:200] if last else how)


def agree(case: Case, outcome: Sequence[Any]) -> bool:
    """Whether (outcome, text, reason, ...) of a probe is what the case says; a dict may come in another order."""
    if outcome[2] or case.outcome != outcome[0]:
        return False
    if case.expected == outcome[1]:
        return True
    alike = "{" in case.expected and sorted(case.expected) == sorted(outcome[1])
    return alike and bool(ast.literal_eval(case.expected) == ast.literal_eval(outcome[1]))


@cache
def interpreter() -> str:
    """The interpreter below a virtual environment: the one that needs no file of ours."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


@cache
def _files(probe: str) -> dict[str, bytes]:
    folder = files("toolkit.suites").joinpath("probes")
    names = {f"{probe}.py", "box.py", "literals.py", *(["values.py", "trials.py"] if probe == "explore" else [])}
    return {name: folder.joinpath(name).read_bytes() for name in sorted(names)}


def _read(stdout: bytes, nonce: str) -> dict[str, Any] | None:
    text = stdout.decode("ascii", "replace")
    if not (text.startswith(nonce + " ") and text.endswith("\n")):
        return None
    try:
        answer = ast.literal_eval(text[len(nonce) + 1 :])
    except (*UNPARSABLE, TypeError):  # TypeError: an unhashable key
        return None
    return answer if isinstance(answer, dict) else None


def _raising(subject: Subject) -> list[tuple[str, int]]:
    """Places of `raise` and `assert`: an exception from there is meant by the author."""
    trees = [("function.py", subject.node)]
    if "raise" in subject.context or "assert" in subject.context:
        trees.append(("context.py", _context(subject.context)))  # type: ignore[arg-type]
    return [
        (place, line)
        for place, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, (ast.Raise, ast.Assert))
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    ]


def _context(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except UNPARSABLE:
        return ast.Module([], [])
