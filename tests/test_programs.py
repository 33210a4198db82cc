"""What a whole program's run is worth, and how many of them go through a pool: warm, and again cold."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from sandboxes import Limits, Outcome, Server
from sandboxes.local import Local, Process
from toolkit import languages
from toolkit.errors import InputError
from toolkit.languages.base import Toolchain
from toolkit.program_runs import Runs
from toolkit.programs import EXIT_CODE, PROOF, Program, ProgramVerdict, Setting, check_limits
from toolkit.records import Status

NONCE = "5f2d"
RIGHT = "assert 1 + 1 == 2\n"
WRONG = "assert 1 + 1 == 3\n"

# A server that calls every program a pass, or a failure, without a look at it.
LIAR = """
import os, sys
os.write(4, b"ready\\n")
while os.read(3, 64):
    nonce = os.read(0, 99).strip()
    os.write(1, b"\\n" + nonce + b" done\\n")
    os.write(4, b"CODE 1 1\\n")
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[Local]:
    if not languages.runtime("python").toolchains():
        pytest.skip("no python3 where a sandbox sees it")
    with Local(2) as pool:
        yield pool


def setting(oracle: str = PROOF, *, warm: bool = True, server: Server | None = None) -> Setting:
    runtime = languages.runtime("python")
    if server:
        runtime = replace(runtime, server=lambda toolchain: server)
    return Setting(runtime, languages.program_toolchain("python"), oracle, warm)


def liar(code: int) -> Server:
    return server_of(LIAR.replace("CODE", str(code)))


def server_of(text: str) -> Server:
    toolchain = languages.program_toolchain("python")
    return Server((toolchain.command[0], "-I", "/server/liar.py"), {"liar.py": text.encode()})


def changing(first: str, later: str) -> Server:
    """A liar whose answer to its first program is another than to all behind it."""
    text = LIAR.replace('b"CODE 1 1\\n")', "answer)\n    answer = LATER").replace("while", "answer = FIRST\nwhile", 1)
    return server_of(text.replace("FIRST", repr(f"{first}\n".encode())).replace("LATER", repr(f"{later}\n".encode())))


def verdicts(
    pool: Local, settled: Setting, *programs: Program, **options: Any
) -> tuple[dict[str, ProgramVerdict], Runs]:
    found: list[ProgramVerdict] = []
    runs = Runs(pool, settled, **options)
    runs.run(iter(programs), found.append)
    assert sorted(verdict.id for verdict in found) == sorted(program.id for program in programs)
    return {verdict.id: verdict for verdict in found}, runs


def outcome(
    stdout: bytes = b"",
    *,
    code: int | None = 0,
    signal: int | None = None,
    limit: str = "",
    stderr: bytes = b"",
    peak: int = 0,
) -> Outcome:
    return Outcome("x", code, signal, limit, stdout, stderr, 0.0, 0.0, peak)


FRAMES = b"    at load (node:internal/modules/cjs/loader:1521:14)\n" * 20
DONE = f"\n{NONCE} done\n".encode()


@pytest.mark.parametrize(
    ("seen", "status", "reason"),
    [
        (outcome(DONE), "passed", ""),
        (outcome(b"said" + DONE), "passed", ""),
        (outcome(), "left early", "exit code 0 before its end"),
        (outcome(DONE + b"more"), "harness error", "beside"),
        (outcome(DONE + DONE), "harness error", "beside"),
        (outcome(DONE, stderr=NONCE.encode()), "harness error", "beside"),
        (outcome(DONE.strip()), "harness error", "beside"),
        (outcome(DONE, code=3), "runtime error", "exit code 3 behind its last line"),
        (outcome(DONE, code=None, signal=6), "runtime error", "SIGABRT"),
        (outcome(f"\n{NONCE} compile error\n".encode(), code=1, stderr=b"a.ml: Error: odd"), "compile error", "odd"),
        (outcome(f"\n{NONCE} compile error\n".encode()), "left early", ""),
        (
            outcome(code=1, stderr=b"Traceback (most recent call last):\n  x\nValueError: y"),
            "runtime error",
            "ValueError: y",
        ),
        (
            outcome(
                code=1, stderr=b"node:assert:90\nthrow new AssertionError(obj);\n\nAssertionError [X]: y\n" + FRAMES
            ),
            "runtime error",
            "exit code 1: AssertionError [X]: y",
        ),
        (outcome(code=1, stderr=b"main.lua:1: attempt to call\nstack traceback:"), "runtime error", "attempt to call"),
        (outcome(code=1, stderr=b"error: \x1b[2Jred\r\0"), "runtime error", r"exit code 1: error: \x1b[2Jred\r\x00"),
        (outcome(code=1, stderr=b"lua: not enough memory"), "memory", "not enough memory"),
        (outcome(code=None, signal=11), "runtime error", "SIGSEGV"),
        (outcome(code=None, signal=40), "runtime error", "signal 40"),
        (outcome(code=None, signal=6, peak=900 << 20), "memory", "SIGABRT near"),
        (outcome(DONE, limit="cpu", code=None, signal=9), "timeout", "its 10 s of CPU time are used up"),
        (outcome(limit="wall", code=None, signal=9), "timeout", "its 60 s are over"),
        (outcome(limit="memory", code=None, signal=9), "memory", "bytes"),
        (outcome(limit="output", code=None, signal=9), "output limit", "bytes"),
        (outcome(limit="files", code=1), "runtime error", "bytes of files"),
    ],
)
def test_each_ending_has_one_status(seen: Outcome, status: str, reason: str) -> None:
    verdict = setting().judge(seen, NONCE, Limits())
    assert verdict.status == status
    assert reason in verdict.reason
    assert NONCE not in verdict.stdout + verdict.stderr + verdict.reason


def test_without_a_proof_an_exit_code_of_0_is_a_pass_and_all_that_was_written_is_shown() -> None:
    verdict = setting(EXIT_CODE).judge(outcome(DONE), NONCE, Limits())
    assert (verdict.status, verdict.stdout) == ("passed", DONE.decode())


def test_what_was_kept_in_part_is_flagged_and_no_failure() -> None:
    limits = Limits(kept_bytes=1024)
    verdict = setting().judge(outcome(b"x" * (1024 - len(DONE)) + DONE), NONCE, limits)
    assert (verdict.status, verdict.reason) == ("passed", "stdout kept in part")


def test_bytes_that_are_no_text_are_escaped() -> None:
    assert setting().judge(outcome(b"\xff\xc3\xa9\xc3" + DONE), NONCE, Limits()).stdout == "\\xff\u00e9\\xc3"


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize(
    ("text", "status"),
    [
        (RIGHT, "passed"),
        (WRONG, "runtime error"),
        ("def add(a, b:\n", "runtime error"),
        ("import os\nos._exit(0)\n", "left early"),
        ("import sys\nsys.exit(0)\nassert False\n", "left early"),
        ("import atexit\natexit.register(print, 'bye')\n", "harness error"),
        ("print('x' * 10_000_000)\n", "passed"),
        ("while True: print('x' * 100_000)\n", "output limit"),
        ("while True: pass\n", "timeout"),
        ("import time\ntime.sleep(60)\n", "timeout"),
        ("text = bytearray(8 << 30)\n", "memory"),
        ("with open('a', 'wb') as file:\n    while True: file.write(b'x' * 1_000_000)\n", "runtime error"),
        ("import sys\nsys.stdout.buffer.write(b'\\xff\\xfe')\n", "passed"),
        ("'\ud800'\n", "runtime error"),
    ],
)
def test_programs_get_the_verdict_they_deserve(pool: Local, text: str, status: str, warm: bool) -> None:
    program = Program("x", text, limits={"cpu_seconds": 1, "wall_seconds": 4})
    found, _ = verdicts(pool, setting(warm=warm), program)
    assert (found["x"].status, found["x"].id) == (status, "x"), found["x"].reason


def test_stdin_reaches_a_program_under_the_exit_code_oracle(pool: Local) -> None:
    program = Program("x", "assert input() == 'h\u00e9'\n", stdin="h\u00e9\n")
    found, _ = verdicts(pool, setting(EXIT_CODE), program)
    assert found["x"].status == Status.PASSED


def test_every_warm_outcome_that_is_no_pass_is_run_again_and_the_cold_verdict_counts(pool: Local) -> None:
    programs = [Program(str(index), f"{RIGHT}# {index}\n") for index in range(20)]
    said: list[str] = []
    found, runs = verdicts(pool, setting(server=liar(1)), *programs, report=said.append)
    assert {verdict.status for verdict in found.values()} == {"passed"}
    assert (runs.summary.warm, runs.summary.cold, runs.summary.disagreements) == (20, 20, 20)
    assert len(said) == 20
    assert "warm runtime error" in said[0]
    assert "cold passed" in said[0]


def test_a_share_of_the_passes_is_run_again_and_a_disagreement_raises_it_to_all(pool: Local) -> None:
    programs = [Program(str(index), f"{WRONG}# {index}\n") for index in range(300)]
    one_in_ten = itertools.cycle([0.0] + 9 * [0.999])  # below any share, then above any that is not all
    found, runs = verdicts(pool, setting(server=liar(0)), *programs, share=0.1, chance=lambda: next(one_in_ten))
    wrong = sum(verdict.status == Status.PASSED for verdict in found.values())
    assert runs.summary.disagreements == runs.summary.cold == 300 - wrong
    assert runs.summary.share == 1
    assert found["299"].status == Status.RUNTIME_ERROR


def test_a_disagreement_ends_the_server_that_it_came_from(pool: Local) -> None:
    programs = [Program(str(index), f"{RIGHT}# {index}\n") for index in range(40)]
    found, runs = verdicts(pool, setting(server=changing("0 1 1", "1 1 1")), *programs, share=0)
    assert {verdict.status for verdict in found.values()} == {"passed"}
    assert 0 < runs.summary.disagreements < 30  # of 38 or 39 if two servers stayed


def test_what_a_server_leaves_to_a_cold_start_does_not_end_it(pool: Local) -> None:
    settled = setting(server=changing("cold", "0 1 1"))
    with Local(1) as one:
        jobs = (settled.job(Program(name, WRONG), f"{name}!", settled.server) for name in "abc")
        outcomes = {outcome.id: outcome for outcome in one.run(jobs)}
    assert [outcomes[name].warm for name in "abc"] == [False, True, True]
    assert [settled.judge(outcomes[name], f"{name}!", Limits()).status for name in "ab"] == ["runtime error", "passed"]


def test_each_job_is_run_by_the_server_that_it_names(pool: Local) -> None:
    """A box sends a server but once, as long as no other one and no other agent comes between."""
    cold, servers = setting(warm=False), (setting(server=liar(0)), setting(server=liar(7)))
    turns = [0, 0, None, 0, 1, 1, None, 0, 1]

    def run(pool: Local) -> list[tuple[bool, int | None]]:
        each = [(str(index), cold if turn is None else servers[turn]) for index, turn in enumerate(turns)]
        jobs = (by.job(Program(name, f"raise SystemExit(3)  # {name}"), "x", by.server) for name, by in each)
        found = {outcome.id: outcome for outcome in pool.run(jobs)}
        return [(found[str(index)].warm, found[str(index)].exit_code) for index in range(len(turns))]

    expected = [(False, 3) if turn is None else (True, 7 * turn) for turn in turns]
    with Local(1) as one:
        assert run(one) == expected
        link = one.boxes[0].agent
        assert isinstance(link, Process)
        link.process.kill()
        link.process.wait()
        assert run(one) == expected


def test_with_a_share_of_all_no_lie_of_a_server_counts(pool: Local) -> None:
    programs = [Program(str(index), f"{WRONG}# {index}\n") for index in range(10)]
    found, _ = verdicts(pool, setting(server=liar(0)), *programs, share=1)
    assert {verdict.status for verdict in found.values()} == {"runtime error"}


def test_the_share_is_drawn_by_chance_and_is_what_was_asked_for(pool: Local) -> None:
    programs = [Program(str(index), f"{RIGHT}# {index}\n") for index in range(200)]
    found = [
        verdicts(pool, setting(), *programs, share=0.1, chance=random.Random(seed).random)[1].summary
        for seed in (1, 1, 2)
    ]
    cold = [summary.cold for summary in found]
    assert cold[0] == cold[1]
    assert all(8 <= each <= 40 for each in cold)
    assert all(summary.disagreements == 0 for summary in found)


def test_cold_means_that_no_server_runs_anything(pool: Local) -> None:
    _, runs = verdicts(pool, setting(warm=False, server=liar(0)), Program("x", WRONG))
    assert (runs.summary.warm, runs.summary.cold) == (0, 1)


def test_programs_are_taken_only_as_fast_as_verdicts_are_found(pool: Local) -> None:
    found: list[ProgramVerdict] = []
    ahead = []

    def programs() -> Iterator[Program]:
        for index in range(60):
            ahead.append(index + 1 - len(found))
            yield Program(str(index), f"{RIGHT if index % 3 else WRONG}# {index}\n")

    Runs(pool, setting()).run(programs(), found.append)
    assert len(found) == 60
    assert max(ahead) <= 2 * 2 + 2 * 2 + 1  # two a worker, as many that wait for their cold run, the one taken


def test_what_breaks_off_the_programs_is_raised_behind_the_verdicts_before_it(pool: Local) -> None:
    found: list[ProgramVerdict] = []

    def programs() -> Iterator[Program]:
        yield from (Program(str(index), WRONG) for index in range(5))
        raise InputError("line 6")

    with pytest.raises(InputError, match="line 6"):
        Runs(pool, setting()).run(programs(), found.append)
    assert len(found) == 5


def test_a_source_that_has_nothing_yet_does_not_hold_verdicts_back(pool: Local) -> None:
    found: list[ProgramVerdict] = []

    def programs() -> Iterator[Program | None]:
        for index in range(3):
            yield Program(str(index), RIGHT)
            while len(found) <= index:
                yield None

    Runs(pool, setting()).run(programs(), found.append)
    assert [verdict.id for verdict in found] == ["0", "1", "2"]


def test_the_pool_serves_another_run_after_one_that_was_broken_off(pool: Local) -> None:
    def refuse(verdict: ProgramVerdict) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Runs(pool, setting()).run((Program(str(index), RIGHT) for index in range(50)), refuse)
    found, _ = verdicts(pool, setting(), Program("x", RIGHT))
    assert found["x"].status == Status.PASSED


def test_the_limits_of_a_language_hold_where_a_program_names_none() -> None:
    settled = replace(setting(), runtime=replace(languages.runtime("python"), address_space=False, processes=7))
    limits = settled.limits(Program("x", "", limits={"cpu_seconds": 3}))
    assert (limits.cpu_seconds, limits.processes, limits.address_space_bytes) == (3, 7, 0)
    assert limits.memory_bytes == Limits().memory_bytes


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"cpu": 3}, "no limit is named 'cpu'"),
        ({"cpu_seconds": 1.5}, "'cpu_seconds' must be a whole number"),
        ({"cpu_seconds": True}, "'cpu_seconds' must be"),
        ({"cpu_seconds": "3"}, "'cpu_seconds' must be"),
        ({"cpu_seconds": 0}, "'cpu_seconds' must lie between 1"),
        ({"memory_bytes": -1}, "'memory_bytes' must lie between"),
        ({"kept_bytes": 10}, "'kept_bytes' must lie between 1024"),
        ({"wall_seconds": float("nan")}, "'wall_seconds' must lie"),
        ({"wall_seconds": None}, "'wall_seconds' must be"),
        ({"address_space_bytes": False}, "'address_space_bytes' must be"),
        ({"processes": 10**30}, "'processes' must lie"),
    ],
)
def test_limits_that_can_not_be_meant_are_refused_by_name(limits: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_limits(limits)


@pytest.mark.parametrize("limits", [{}, {"address_space_bytes": None}, {"address_space_bytes": 0, "wall_seconds": 2}])
def test_limits_that_can_be_meant_are_taken(limits: dict[str, Any]) -> None:
    check_limits(limits)


def test_a_verdict_in_which_the_machine_had_a_say_is_not_final() -> None:
    final: Callable[[Outcome], bool] = lambda seen: setting().judge(seen, NONCE, Limits()).final  # noqa: E731
    assert final(outcome(DONE))
    assert final(outcome(code=1))
    assert final(outcome(code=None, signal=11))
    assert not final(outcome(code=None, signal=9))
    assert not final(outcome(limit="cpu", code=None, signal=9))
    assert not final(outcome(limit="memory", code=None, signal=9))
    assert not final(outcome(code=1, stderr=b"MemoryError"))


def test_a_toolchain_that_is_not_there_is_trouble_of_the_box(pool: Local) -> None:
    from sandboxes import SandboxUnavailable

    gone = replace(setting(warm=False), toolchain=Toolchain("gone", "1", ("no-such-python", "main.py")))
    with pytest.raises(SandboxUnavailable, match="no-such-python"):
        Runs(pool, gone).run([Program("x", RIGHT)], lambda verdict: None)
