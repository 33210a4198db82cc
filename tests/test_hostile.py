"""Hostile programs in every language, behind every fence, cold and warm: the verdict each deserves, and nothing left.

Each fence runs all of them once, a few boxes side by side, an honest program behind each in the same box; the tests
then look at what was found.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from engine import open_containers
from hostile_programs import Bait, Held, Hostile, Namespaces, held, hostile_programs, leftovers

from sandboxes.docker import Docker
from sandboxes.local import Local
from toolkit import languages
from toolkit.programs import PROOF, Program, ProgramVerdict, Setting
from toolkit.records import Status

FENCES = ("compiled", "agent in Python", "docker")
BOXES = 4
INTERPRETED = ("lua", "python")  # by the agent in Python, which runs nothing warm: the fence is the same for all
CONTAINED = ("lua", "ocaml", "python", "r")  # images, built where they are missing
CPU_SECONDS = {
    "java": 3,
    "julia": 3,
    "cpp": 2,
    "racket": 2,
    "r": 2,
}  # for what a limit of time ends: what its start costs and 1
AT_ONCE = 24  # programs of one box
LIMITS = {
    "cpu_seconds": 20,
    "wall_seconds": 120.0,
    "memory_bytes": 384 << 20,
    "file_bytes": 4 << 20,
    "output_bytes": 4 << 20,
}
Key = tuple[str, str, bool]


@dataclass
class Found:
    """All that one fence showed."""

    fence: str
    verdicts: dict[Key, ProgramVerdict] = field(default_factory=dict)
    told: dict[Key, bytes] = field(default_factory=dict)
    harm: dict[Key, str] = field(default_factory=dict)  # to the honest program behind it, or to its box
    absent: dict[str, str] = field(default_factory=dict)  # language -> the reason
    lacking: tuple[str, ...] = ()
    reached: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    lost: list[BaseException] = field(default_factory=list)
    namespaces: Namespaces = field(default_factory=Namespaces)


def open_form(fence: str, language: str) -> Local | Docker:
    if fence == "docker":
        return open_containers(language=language)
    return Local(compiled=fence == "compiled")


def program_of(each: Hostile, text: str) -> Program:
    if not each.waits:
        return Program(each.title, text, limits=LIMITS)
    seconds = CPU_SECONDS.get(each.language, 1)
    return Program(each.title, text, limits={**LIMITS, "cpu_seconds": seconds, "wall_seconds": seconds + 0.5})


def judge(pool: Local | Docker, setting: Setting, program: Program) -> tuple[ProgramVerdict, bytes, bool]:
    nonce = secrets.token_hex(16)
    (outcome,) = pool.run([setting.job(program, nonce, setting.server)])
    told = outcome.stdout + outcome.stderr
    return setting.judge(outcome, nonce, setting.limits(program)), told, outcome.warm


def check_box(pool: Local | Docker, setting: Setting, honest: Program, before: Held | None) -> tuple[Held, str]:
    """What is wrong behind a program, in words."""
    verdict, _, warm = judge(pool, setting, honest)
    after = settled(pool, before)
    if verdict.status != Status.PASSED or verdict.stdout or verdict.stderr:
        return after, f"the next program: {verdict}"
    if setting.server and pool.warm and not warm:
        return after, "the next program was not run warm"
    if before and after.exceeds(before):
        return after, f"the box held {before} and holds {after}"
    return after, ""


def settled(pool: Local | Docker, before: Held | None) -> Held:
    """What the box holds: a verdict is told before its folders are clean."""
    end = time.monotonic() + 10
    after = held(pool)
    while time.monotonic() < end:
        if before is not None and not after.exceeds(before):
            break
        time.sleep(0.01 if before else 0.1)
        earlier, after = after, held(pool)
        if before is None and after == earlier and after.files <= 0:
            break
    return after


def run_group(found: Found, bait: Bait, group: list[Hostile], warm: bool) -> None:
    """One language, cold or warm, in one box."""
    language = group[0].language
    setting = Setting(languages.runtime(language), languages.program_toolchain(language), PROOF, warm)
    honest = Program("honest", setting.runtime.programs.right, limits=LIMITS)
    with open_form(found.fence, language) as pool:
        found.lacking = pool.lacking
        if setting.server and not pool.warm:
            return
        if warm and found.fence == "docker" and not judge(pool, setting, honest)[2]:
            return  # what the server needs is prepared on this machine, and not shown in a container
        before, harm = check_box(pool, setting, honest, None)
        assert not harm, f"{language}: {harm}"
        found.namespaces.keep(pool)
        for each in group:
            if lacks(found, each.needs):
                continue
            key = (each.language, each.title, warm)
            found.verdicts[key], found.told[key], _ = judge(pool, setting, program_of(each, bait.fill(each.text)))
            _, found.harm[key] = check_box(pool, setting, honest, before)


def lacks(found: Found, needs: str) -> bool:
    words = {"filter": "dangerous system calls refused", "memory": "memory of all processes together"}
    return words.get(needs) in found.lacking or (needs == "whole" and found.fence == "agent in Python")


def groups(found: Found) -> Iterator[tuple[list[Hostile], bool]]:
    """The longest first."""
    by_language: dict[str, list[Hostile]] = {}
    for each in hostile_programs():
        by_language.setdefault(each.language, []).append(each)
    for language, group in sorted(by_language.items(), key=lambda pair: -len(pair[1])):
        runtime = languages.runtime(language)
        if not runtime.toolchains():
            found.absent[language] = f"no toolchain for {runtime.title}: {runtime.remedy}"
        elif found.fence == "agent in Python" and language not in INTERPRETED:
            found.absent[language] = "the agent in Python is tried with two languages"
        elif found.fence == "docker" and language not in CONTAINED:
            found.absent[language] = "containers are tried with four languages"
        else:
            group.sort(key=lambda each: each.waits)  # a warm server is one for programs of the same limits
            kinds = [False]
            if found.fence != "agent in Python" and runtime.server(runtime.toolchains()[0]):
                kinds.append(True)
            for part in range(-(-len(group) // AT_ONCE)):
                yield from ((group[part :: -(-len(group) // AT_ONCE)], warm) for warm in kinds)


def work(found: Found, bait: Bait, waiting: "SimpleQueue[tuple[list[Hostile], bool]]") -> None:
    try:
        while True:
            run_group(found, bait, *waiting.get_nowait())
    except Empty:
        return
    except BaseException as error:  # a thread's own error is nobody's: the fixture raises it
        found.lost.append(error)


@pytest.fixture(scope="module", params=FENCES)
def found(request: pytest.FixtureRequest) -> Found:
    check_fence(request.param)
    found = Found(request.param)
    with pytest.MonkeyPatch.context() as patch, Bait() as bait:
        patch.setenv("HF_TOKEN", bait.secret)
        before = leftovers(found.fence == "docker")
        waiting: SimpleQueue[tuple[list[Hostile], bool]] = SimpleQueue()
        for each in groups(found):
            waiting.put(each)
        threads = [threading.Thread(target=work, args=(found, bait, waiting)) for _ in range(BOXES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found.reached = bait.reached()
        if found.lost:
            raise found.lost[0]
        found.left = leftovers(found.fence == "docker") - before | found.namespaces.alive()
        found.namespaces.close()
        for key, told in found.told.items():
            if bait.secret.encode() in told:
                found.reached.append(f"{key}: the secret")
    return found


def check_fence(fence: str) -> None:
    if fence == "docker":
        open_containers().close()
        return
    with Local(compiled=fence == "compiled") as pool:
        if "network" in pool.lacking:
            pytest.skip(f"this machine gives no namespaces: {pool.fence}")
        if fence == "compiled" and not pool.warm:
            pytest.skip("no C compiler here: install gcc")


def cases() -> list[Any]:
    return [
        pytest.param(each, warm, id=f"{each.language}-{each.title}-{'warm' if warm else 'cold'}")
        for each in hostile_programs()
        for warm in (False, True)
        if not warm or languages.runtime(each.language).server is not None
    ]


def key_of(found: Found, each: Hostile, warm: bool) -> Key:
    if each.language in found.absent:
        pytest.skip(found.absent[each.language])
    if lacks(found, each.needs):
        pytest.skip(f"it takes a fence with {each.needs}")
    key = (each.language, each.title, warm)
    if warm and key not in found.verdicts:
        pytest.skip("run cold only: by this fence, or in this language")
    return key


@pytest.mark.parametrize(("each", "warm"), cases())
def test_a_hostile_program_gets_its_verdict_and_harms_nobody(found: Found, each: Hostile, warm: bool) -> None:
    key = key_of(found, each, warm)
    verdict = found.verdicts[key]
    assert verdict.status in each.expected(warm), f"{verdict.reason}\n{verdict.stdout[-500:]}\n{verdict.stderr[-500:]}"
    assert found.harm[key] == ""


def test_nothing_outside_was_reached(found: Found) -> None:
    assert found.reached == []


def test_nothing_is_left_behind(found: Found) -> None:
    assert found.left == set()


def test_there_are_enough_programs_in_enough_languages() -> None:
    programs = hostile_programs()
    assert len(programs) >= 60
    assert len({each.language for each in programs}) >= 6
    assert len({(each.language, each.title) for each in programs}) == len(programs)
    assert all(each.statuses <= {*Status} and each.warm_statuses <= {*Status} for each in programs)
    assert all("passed" not in each.warm_statuses or "passed" in each.statuses for each in programs)
    assert all(each.needs in ("", "filter", "memory", "whole") for each in programs)
