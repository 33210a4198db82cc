"""The cache of verdicts: what it may answer, for whom, and that no end of a process harms it."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandboxes import Server
from sandboxes.local import Local
from toolkit import languages, verdict_cache
from toolkit.errors import EnvironmentTrouble
from toolkit.program_runs import Runs
from toolkit.programs import EXIT_CODE, PROOF, Program, ProgramVerdict, Setting
from toolkit.verdict_cache import VerdictCache, key_of, server_digest

ROOT = Path(__file__).resolve().parent.parent
PASSED = ProgramVerdict("one", "passed", "", 0, "said\\xff", "", 0.25, 4096)
KEY = b"k" * 32

# Writes verdicts without end, each under a key of its own, and says so when the first are handed over.
WRITER = """
import sys, hashlib
from pathlib import Path
from toolkit.programs import ProgramVerdict
from toolkit.verdict_cache import VerdictCache
path, name, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with VerdictCache(path) as cache:
    number = 0
    while number < most:
        key = hashlib.sha256(f"{name} {number}".encode()).digest()
        cache.put(key, "python", "", ProgramVerdict("x", "passed", name, 0, "x" * 2000, "", 0.0, 0))
        number += 1
        if number % 50 == 0:
            cache.hand_over()
            print(number, flush=True)
"""


# Calls every program a pass.
LIAR = Server(
    ("python3", "-I", "/server/liar.py"),
    {
        "liar.py": b"""
import os
os.write(4, b"ready\\n")
while os.read(3, 64):
    os.write(1, b"\\n" + os.read(0, 99).strip() + b" done\\n")
    os.write(4, b"0 1 1\\n")
"""
    },
)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[VerdictCache]:
    with VerdictCache(tmp_path / "verdicts.sqlite3") as cache:
        yield cache


@pytest.fixture
def setting() -> Setting:
    if not languages.runtime("python").toolchains():
        pytest.skip("no python3 where a sandbox sees it")
    return Setting(languages.runtime("python"), languages.program_toolchain("python"), PROOF, True)


def put(cache: VerdictCache, server: str, verdict: ProgramVerdict, key: bytes = KEY) -> None:
    cache.put(key, "python", server, verdict)
    cache.hand_over()


def test_a_verdict_comes_back_whole_under_the_id_that_asks(cache: VerdictCache) -> None:
    put(cache, "", PASSED)
    assert cache.get(KEY, "python", "", "two") == replace(PASSED, id="two")
    assert cache.get(b"o" * 32, "python", "", "two") is None


def test_another_process_finds_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "verdicts.sqlite3"
    with VerdictCache(path) as one, VerdictCache(path) as other:
        one.put(KEY, "python", "", PASSED)
        one.hand_over()
        assert other.get(KEY, "python", "", "one") == PASSED


@pytest.mark.parametrize("status", ["timeout", "memory", "harness error"])
def test_what_the_next_run_may_not_say_again_is_not_kept(cache: VerdictCache, status: str) -> None:
    put(cache, "", replace(PASSED, status=status))
    assert cache.get(KEY, "python", "", "one") is None


def test_a_warm_verdict_is_for_those_that_would_use_the_same_server(cache: VerdictCache) -> None:
    put(cache, "server", PASSED)
    assert cache.get(KEY, "python", "server", "one") == PASSED
    assert cache.get(KEY, "python", "another", "one") is None
    assert cache.get(KEY, "python", "", "one") is None


def test_a_cold_verdict_is_for_all_and_replaces_a_warm_one(cache: VerdictCache) -> None:
    cold = replace(PASSED, reason="cold")
    put(cache, "server", PASSED)
    put(cache, "", cold)
    put(cache, "server", PASSED)
    assert cache.get(KEY, "python", "server", "one") == cold
    assert cache.get(KEY, "python", "", "one") == cold


def test_the_key_holds_all_that_a_verdict_depends_on(setting: Setting) -> None:
    def key(settled: Setting, fence: str = "f", text: str = "t", stdin: str = "", cpu: int = 5) -> bytes:
        program = Program("x", text, stdin, {"cpu_seconds": cpu})
        return key_of(settled, fence, program, settled.job(program, os.urandom(4).hex(), None))

    runtime, toolchain = setting.runtime, setting.toolchain
    assert key(setting) == key(setting)
    others = {
        key(setting, fence="g"),
        key(setting, text="u"),
        key(setting, cpu=6),
        key(replace(setting, oracle=EXIT_CODE)),
        key(replace(setting, oracle=EXIT_CODE), stdin="s"),
        key(replace(setting, toolchain=replace(toolchain, version="9"))),
        key(replace(setting, toolchain=replace(toolchain, name="pypy"))),
        key(replace(setting, toolchain=replace(toolchain, command=("python3", "main.py")))),
        key(replace(setting, runtime=replace(runtime, name="lua"))),
        key(replace(setting, runtime=replace(runtime, proof=lambda text: {"main.py": text.encode()}))),
    }
    assert len(others | {key(setting)}) == 11


def test_the_id_of_a_program_is_not_part_of_its_key(setting: Setting) -> None:
    one, two = (Program(id, "t") for id in ("1", "2"))
    assert key_of(setting, "f", one, setting.job(one, "n", None)) == key_of(
        setting, "f", two, setting.job(two, "m", None)
    )


def test_the_digest_of_a_server_follows_its_text() -> None:
    one, two = Server(("a",), {"s": b"1"}), Server(("a",), {"s": b"2"})
    assert len({server_digest(None), server_digest(one), server_digest(two)}) == 3
    assert server_digest(None) == ""


def test_a_second_run_runs_nothing_but_what_is_not_final(cache: VerdictCache, setting: Setting) -> None:
    texts = {
        "right": "assert True\n",
        "wrong": "assert False\n",
        "leaves": "import sys\nsys.exit(0)\n",
        "loops": "while True: pass\n",
    }
    programs = [Program(id, text, limits={"cpu_seconds": 1}) for id, text in texts.items()]
    found: list[list[ProgramVerdict]] = [[], []]
    with Local(2) as pool:
        summaries = []
        for each in found:
            runs = Runs(pool, setting, cache=cache)
            runs.run(iter(programs), each.append)
            summaries.append(runs.summary)
    assert [summary.cached for summary in summaries] == [0, 3]
    assert summaries[1].cold == 1
    first, second = ({verdict.id: verdict for verdict in each} for each in found)
    assert {id: verdict.status for id, verdict in first.items()} == {id: each.status for id, each in second.items()}
    assert all(first[id] == second[id] for id in ("right", "wrong", "leaves"))


def test_a_cold_run_does_not_take_the_word_of_a_server(cache: VerdictCache, setting: Setting) -> None:
    with Local() as pool:
        for settled, cached in ((setting, 0), (replace(setting, warm=False), 0), (setting, 1)):
            runs = Runs(pool, settled, cache=cache, share=0)
            runs.run([Program("x", "assert True\n")], lambda verdict: None)
            assert runs.summary.cached == cached


def test_a_server_that_lied_once_is_not_believed_from_the_cache_either(cache: VerdictCache) -> None:
    put(cache, "liar", PASSED)
    put(cache, "", PASSED, b"c" * 32)
    put(cache, "another", PASSED, b"d" * 32)
    cache.put(b"w" * 32, "python", "liar", PASSED)
    cache.distrust("liar")
    cache.hand_over()
    assert cache.get(KEY, "python", "liar", "one") is None
    assert cache.get(b"w" * 32, "python", "liar", "one") is None
    assert cache.get(b"c" * 32, "python", "liar", "one") == PASSED
    assert cache.get(b"d" * 32, "python", "another", "one") == PASSED


def test_one_lie_that_is_found_takes_what_the_server_said_before_out_of_the_cache(
    cache: VerdictCache, setting: Setting
) -> None:
    runtime = replace(setting.runtime, server=lambda toolchain: LIAR)
    lying = replace(setting, runtime=runtime)
    wrong = [Program(str(number), f"assert {number} < 0\n") for number in range(5)]
    with Local() as pool:
        Runs(pool, lying, cache=cache, share=0).run(wrong, lambda verdict: None)
        assert cache.facts().entries == 5
        Runs(pool, lying, cache=cache, share=1).run([Program("x", "assert False\n")], lambda verdict: None)
        assert cache.facts().entries == 0
        found: list[ProgramVerdict] = []
        Runs(pool, setting, cache=cache).run(wrong, found.append)
    assert {verdict.status for verdict in found} == {"runtime error"}


def test_many_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.sqlite3"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, "200"], cwd=ROOT, stdout=subprocess.DEVNULL)
        for name in "abcd"
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0, 0]
    with VerdictCache(path) as cache:
        assert cache.facts().entries == 800


def test_a_writer_that_is_killed_leaves_a_whole_cache_with_all_that_was_handed_over(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.sqlite3"
    chance, handed_over = random.Random(7), 0
    for name in map(str, range(8)):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name, "1000000"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(chance.random() * 0.3)
        os.kill(writer.pid, signal.SIGKILL)
        handed_over += max(map(int, ["50", *writer.stdout.read().split()]))
        writer.wait()
        writer.stdout.close()
        base = sqlite3.connect(path)
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        base.close()
        with VerdictCache(path) as cache:
            assert cache.facts().entries >= handed_over


@pytest.mark.parametrize("content", [b"no database at all " * 99, b"SQLite format 3\0" + b"\x07" * 5000])
def test_a_damaged_cache_is_named_with_its_remedy_and_can_be_cleared(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "verdicts.sqlite3"
    path.write_bytes(content)
    with pytest.raises(EnvironmentTrouble, match=r"verdicts\.sqlite3") as raised:
        VerdictCache(path)
    assert "--clear" in raised.value.help
    assert raised.value.exit_code == 3
    verdict_cache.clear(path)
    with VerdictCache(path) as cache:
        put(cache, "", PASSED)
        assert cache.get(KEY, "python", "", "one") == PASSED


def test_clearing_takes_nothing_from_a_process_that_writes_on(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.sqlite3"
    with VerdictCache(path) as cache:
        put(cache, "", PASSED)
        verdict_cache.clear(path)
        assert cache.facts().entries == 0
        put(cache, "", PASSED, b"l" * 32)
    with VerdictCache(path) as cache:
        assert cache.facts().entries == 1


def test_pruning_removes_what_nobody_asked_for(cache: VerdictCache, monkeypatch: pytest.MonkeyPatch) -> None:
    put(cache, "", PASSED)
    put(cache, "", PASSED, b"l" * 32)
    today = verdict_cache._today()
    monkeypatch.setattr(verdict_cache, "_today", lambda: today + 10)
    assert cache.get(KEY, "python", "", "one") is not None
    cache.hand_over()
    assert cache.prune(11) == 0
    assert cache.prune(9) == 1
    assert cache.get(KEY, "python", "", "one") is not None


def test_hits_are_counted_by_language(cache: VerdictCache) -> None:
    put(cache, "", PASSED)
    cache.put(b"l" * 32, "lua", "", PASSED)
    for _ in range(3):
        cache.get(KEY, "python", "", "one")
    cache.hand_over()
    facts = cache.facts()
    assert (facts.entries, facts.languages, facts.hits) == (2, {"lua": 1, "python": 1}, {"python": 3})
    assert facts.bytes > 0


def test_a_folder_that_can_not_be_made_is_trouble_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentTrouble, match="can not be used"):
        VerdictCache(tmp_path / "file" / "verdicts.sqlite3")
