"""`langlift sandbox`: rows in, rows out, and what ends it."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from toolkit import languages

ROOT = Path(__file__).resolve().parent.parent
RUN = [sys.executable, "-m", "toolkit", "sandbox", "run", "--language", "python", "--workers", "2"]
KEYS = ["id", "status", "reason", "exit_code", "stdout", "stderr", "seconds", "peak_bytes"]
RIGHT = "assert 1 + 1 == 2\n"


@pytest.fixture(autouse=True)
def _python() -> None:
    if not languages.runtime("python").toolchains():
        pytest.skip("no python3 where a sandbox sees it")


def text(*rows: Any) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def run(*options: str, rows: bytes = b"", code: int = 0) -> tuple[list[dict[str, Any]], str]:
    done = subprocess.run([*RUN, *options], cwd=ROOT, input=rows, capture_output=True, timeout=300)
    words = done.stderr.decode()
    assert done.returncode == code, words
    assert "Traceback" not in words
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(list(verdict) == KEYS for verdict in verdicts)
    return verdicts, words


def statuses(verdicts: Iterable[dict[str, Any]]) -> dict[str, str]:
    return {verdict["id"]: verdict["status"] for verdict in verdicts}


def start(*options: str) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    return subprocess.Popen([*RUN, *options], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe)


def send(process: "subprocess.Popen[bytes]", *rows: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(text(*rows))
    process.stdin.flush()


def test_each_row_has_one_verdict_with_the_promised_keys_and_a_summary_on_stderr() -> None:
    programs = {
        "right": RIGHT,
        "wrong": "assert False\n",
        "leaves": "import sys\nsys.exit(0)\nassert False\n",
        "\ud800\u2028": "print('h\u00e9')\n",
    }
    verdicts, words = run(rows=text(*({"id": id, "program": each} for id, each in programs.items())))
    assert statuses(verdicts) == {
        "right": "passed",
        "wrong": "runtime error",
        "leaves": "left early",
        "\ud800\u2028": "passed",
    }
    (spoken,) = (verdict for verdict in verdicts if verdict["id"] == "\ud800\u2028")
    assert (spoken["stdout"], spoken["exit_code"], spoken["reason"]) == ("h\u00e9\n", 0, "")
    assert "2 passed, 1 left early, 1 runtime error" in words
    assert "cold and warm disagreed 0 times" in words


def test_no_rows_are_no_verdicts() -> None:
    assert run(rows=b"\n\n")[0] == []


def test_what_a_program_prints_is_inside_its_row_alone() -> None:
    program = "import os\nfor number in range(3, 20):\n    try: os.write(number, b'forged')\n    except OSError: pass\n"
    verdicts, words = run(rows=text({"id": "x", "program": program + "print('{\"id\": 1}')\n"}))
    assert statuses(verdicts) == {"x": "passed"}
    assert "forged" not in words


@pytest.mark.parametrize("options", [("--warm",), ("--cold",)])
def test_verdicts_do_not_depend_on_how_many_run_at_once(options: tuple[str, ...]) -> None:
    rows = text(*({"id": str(number), "program": f"assert {number} % 7\n"} for number in range(60)))
    one, four = (run("--no-cache", *options, "--workers", each, rows=rows)[0] for each in ("1", "4"))
    assert statuses(one) == statuses(four)
    assert sum(status == "passed" for status in statuses(one).values()) == 51


def test_stdin_and_limits_of_a_row_are_its_own() -> None:
    reads = {"id": "reads", "program": "assert input() == 'a'\n", "stdin": "a\n"}
    loops = {"id": "loops", "program": "while True: pass\n", "limits": {"cpu_seconds": 1}}
    verdicts, _ = run("--oracle", "exit-code", rows=text(reads, loops))
    assert statuses(verdicts) == {"reads": "passed", "loops": "timeout"}
    assert "1 s of CPU" in next(verdict["reason"] for verdict in verdicts if verdict["id"] == "loops")


GOOD = {"id": "good", "program": "import time\ntime.sleep(0.2)\n"}
BAD = {
    "no JSON": (b'{"id": "x", ', "not JSON"),
    "no text": (b'{"id": "\xff"}', "not JSON"),
    "deep": (b"[" * 200_000, "line 2"),
    "a list": ([1], "not an object"),
    "no id": ({"program": ""}, "'id' is missing"),
    "no program": ({"id": "x"}, "'program' is missing"),
    "a number for an id": ({"id": 7, "program": ""}, "'id' must be a text"),
    "null": ({"id": "x", "program": None}, "'program' must be a text"),
    "unknown key": ({"id": "x", "program": "", "limit": {}}, "did you mean 'limits'?"),
    "unknown limit": ({"id": "x", "program": "", "limits": {"cpu": 1}}, "no limit is named 'cpu'"),
    "odd limit": ({"id": "x", "program": "", "limits": {"processes": "many"}}, "'processes' must be a whole number"),
    "limits as a list": ({"id": "x", "program": "", "limits": []}, "'limits' must be an object"),
    "key twice": (b'{"id": "x", "program": "", "program": "1"}', "the key 'program' stands twice"),
    "limit twice": (
        b'{"id": "x", "program": "", "limits": {"processes": 1, "processes": 2}}',
        "'processes' stands twice",
    ),
    "id twice": ({"id": "good", "program": ""}, "'good' was there before"),
    "stdin under proof": ({"id": "x", "program": "", "stdin": "a"}, "--oracle exit-code"),
    "50 MB": (b'{"id": "x", "program": "' + b"x" * 50_000_000 + b'"}', "longer than 16 MiB"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_row_is_named_by_its_line_and_the_rows_before_it_have_their_verdicts(kind: str) -> None:
    row, words = BAD[kind]
    behind = {"id": "behind", "program": RIGHT}
    done = subprocess.run([*RUN], cwd=ROOT, input=text(GOOD, row, behind), capture_output=True, timeout=120)
    said = done.stderr.decode()
    assert done.returncode == 2, said
    assert "line 2 of the programs: " in said
    assert words in said
    assert "Traceback" not in said
    assert len(said) < 2000
    assert statuses(json.loads(line) for line in done.stdout.splitlines()) == {"good": "passed"}


def test_a_verdict_comes_before_the_next_row_is_sent() -> None:
    with start() as process:
        assert process.stdout is not None
        for id in ("a", "b", "c"):
            send(process, {"id": id, "program": RIGHT})
            assert json.loads(process.stdout.readline())["id"] == id
        process.stdin.close()  # type: ignore[union-attr]
        process.stdin = None
        assert process.wait(60) == 0


def test_verdicts_come_in_the_order_in_which_they_are_found() -> None:
    slow = {"id": "slow", "program": "import time\ntime.sleep(2)\n"}
    verdicts, _ = run(rows=text(slow, *({"id": str(number), "program": RIGHT} for number in range(4))))
    assert verdicts[0]["id"] != "slow"


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    with start("--no-cache") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        send(process, *({"id": str(number), "program": RIGHT} for number in range(200)))
        process.stdout.readline()
        process.stdout.close()
        process.stdin.close()  # type: ignore[union-attr]
        process.stdin = process.stdout = None
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def test_an_interrupt_ends_the_programs_and_leaves_with_130() -> None:
    with start("--no-cache") as process:
        assert process.stdout is not None
        send(process, {"id": "a", "program": RIGHT})
        process.stdout.readline()
        send(process, *({"id": str(number), "program": "import time\ntime.sleep(50)\n"} for number in range(9)))
        time.sleep(1)
        boxes = children(process.pid)
        assert boxes
        process.send_signal(signal.SIGINT)
        out, words = process.communicate(timeout=30)
        assert process.returncode == 130
        assert out == b""
        assert b"stopped: 1 passed" in words
        assert b"Traceback" not in words
        assert not [box for box in boxes if Path("/proc", str(box)).exists()]


def test_what_a_library_prints_or_reads_does_not_touch_the_rows() -> None:
    code = (
        "import os, subprocess; from toolkit.cli.sandbox import _streams\n"
        "with _streams() as (programs, verdicts):\n"
        "    print('noise', flush=True); subprocess.run('cat; echo more', shell=True)\n"
        "    os.write(verdicts, os.read(programs, 99))\n"
        "print('after')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, input="row\n", capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("row\nafter\n", "noise\nmore\n")


@pytest.mark.parametrize("closed", ["stdin", "stdout"])
def test_without_an_open_stream_for_its_rows_it_does_not_start(closed: str) -> None:
    shut = {"stdin": "<&-", "stdout": ">&-"}[closed]
    done = subprocess.run(["sh", "-c", f'"$@" {shut}', "sh", *RUN], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "must be open" in done.stderr


def test_verdicts_that_find_no_room_end_it_with_the_remedy() -> None:
    with open("/dev/full", "wb") as full:
        rows = text({"id": "x", "program": RIGHT})
        done = subprocess.run(RUN, cwd=ROOT, input=rows, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 3
    assert b"the verdicts can not be written: No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_killed_at_any_moment_it_leaves_no_process_and_a_cache_from_which_it_goes_on() -> None:
    rows = text(*({"id": str(number), "program": f"assert {number} % 5\n"} for number in range(400)))
    chance, path = random.Random(3), Path(json.loads(cache("--json"))["path"])
    for _ in range(8):
        with start("--confirm", "0.5") as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(rows)
            process.stdin.close()
            process.stdin = None
            process.stdout.readline()
            time.sleep(chance.random() * 0.6)
            boxes = children(process.pid)
            process.kill()
            process.communicate()
        assert gone(boxes, 5)
        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    verdicts, words = run(rows=rows)
    assert sum(status == "passed" for status in statuses(verdicts).values()) == 320
    assert len(verdicts) == 400
    assert " 0 from the cache" not in words


def gone(processes: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while left := [each for each in processes if Path("/proc", str(each)).exists()]:
        if time.monotonic() > deadline:
            pytest.fail(f"still there: {left}")
        time.sleep(0.05)
    return True


def test_many_rows_from_the_cache_take_no_memory() -> None:
    most = []
    with start() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        send(process, {"id": "first", "program": RIGHT})
        process.stdout.readline()
        number = 0
        for several in (2_000, 18_000):
            for _ in range(several // 100):
                send(process, *({"id": str(number + each), "program": RIGHT} for each in range(100)))
                for _ in range(100):
                    assert process.stdout.readline()
                number += 100
            most.append(memory(process.pid))
        process.stdin.close()
        process.stdin = None
        assert process.wait(60) == 0
    assert most[1] < most[0] + 4_000, most  # kB


def test_a_row_that_comes_late_does_not_wait_for_the_programs_that_run() -> None:
    with start() as process:
        assert process.stdout is not None
        send(process, {"id": "long", "program": "import time\ntime.sleep(6)\n"}, {"id": "first", "program": RIGHT})
        first = json.loads(process.stdout.readline())
        send(process, {"id": "late", "program": RIGHT})
        late = json.loads(process.stdout.readline())
        process.stdin.close()  # type: ignore[union-attr]
        process.stdin = None
        last = json.loads(process.stdout.readline())
        assert process.wait(60) == 0
    assert [first["id"], late["id"], last["id"]] == ["first", "late", "long"]


def children(process: int) -> list[int]:
    """Those that are there, and theirs; a program may end while they are counted."""
    try:
        found = [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return found + [inner for each in found for inner in children(each)]


def test_the_second_run_answers_from_the_cache_and_says_the_same() -> None:
    rows = text(*({"id": str(number), "program": f"assert {number} % 5\n"} for number in range(30)))
    (first, _), (second, words) = run(rows=rows), run(rows=rows)
    assert "0 warm and 0 cold runs, 30 from the cache" in words
    by_id = [sorted(each, key=lambda verdict: verdict["id"]) for each in (first, second)]
    assert by_id[0] == by_id[1]
    _, words = run("--no-cache", rows=rows)
    assert "0 from the cache" in words


def test_memory_does_not_grow_with_the_rows() -> None:
    program = RIGHT + "#" * 100_000
    most = []
    with start() as process:
        assert process.stdout is not None
        number = 0
        for several in (200, 2000):
            for _ in range(several):
                number += 1
                send(process, {"id": str(number), "program": program})
                process.stdout.readline()
            most.append(memory(process.pid))
        process.stdin.close()  # type: ignore[union-attr]
        process.stdin = None
        assert process.wait(60) == 0
    assert most[1] < most[0] + 8_000, most  # kB, where 200 MB went through


def memory(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def test_an_unknown_language_is_answered_with_the_known_ones() -> None:
    done = subprocess.run(
        [*RUN[:5], "--language", "pythn"], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "unknown language 'pythn'" in done.stderr
    assert "python" in done.stderr.partition("known:")[2]


def cache(*options: str, code: int = 0) -> str:
    command = [*RUN[:4], "cache", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    return done.stdout


def test_the_cache_shows_what_it_holds_and_is_emptied() -> None:
    assert json.loads(cache("--json"))["entries"] == 0
    for _ in range(2):
        run(rows=text({"id": "x", "program": RIGHT}))
    facts = json.loads(cache("--json"))
    assert (facts["entries"], facts["languages"], facts["hits"]) == (1, {"python": 1}, {"python": 1})
    assert facts["path"].startswith(os.environ["HOME"])
    assert "1 verdicts" in cache()
    assert json.loads(cache("--prune", "1", "--json"))["entries"] == 1
    assert json.loads(cache("--clear", "--json"))["entries"] == 0
    cache("--clear", "--prune", "1", code=2)
    cache("--prune", "nan", code=2)


def test_no_number_is_no_share() -> None:
    assert "'nan' is not a number" in run("--confirm", "nan", code=2)[1]


@pytest.mark.parametrize("named", ["", "of/ours"])
def test_a_cache_folder_that_is_no_absolute_path_is_ignored(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", named)
    assert json.loads(cache("--json"))["path"].startswith(os.environ["HOME"])


def test_a_damaged_cache_stops_the_run_with_its_remedy() -> None:
    path = Path(json.loads(cache("--json"))["path"])
    path.write_bytes(b"no database " * 500)
    rows = text({"id": "x", "program": RIGHT})
    _, words = run(rows=rows, code=3)
    assert "--no-cache" in words
    assert statuses(run("--no-cache", rows=rows)[0]) == {"x": "passed"}
    cache("--clear")
    assert statuses(run(rows=rows)[0]) == {"x": "passed"}
