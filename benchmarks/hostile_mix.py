"""Many programs of known worth through one pool, honest ones and hostile ones mixed by chance.

Run: python benchmarks/hostile_mix.py [--programs 10000] [--languages python,lua] [--workers 2] [--seed 1]

Three in four are honest: a language's right program, its failing and its leaving one, and the honest programs of
`tests/programs`. The others are drawn from `tests/hostile` and from the forgers of `tests/programs`. Each is run cold
or warm, as chance has it, all by one queue, languages changing every so often. A verdict is wrong when it is none of
those that the program deserves (a forger: when it passes); a warm verdict that is no pass and is wrong is not counted
when the cold run that replaces it is right. Time limits are short, so on a machine under load many a program is
stopped by the clock: such a program runs again with ten times as much, once.

Prints machine, input, wrong verdicts, what was reached or left behind, and the memory and descriptors of this process
and its agents at the start, in the middle and at the end. Exit code 1 for a wrong verdict or anything left.
"""

import argparse
import os
import platform
import random
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
from hostile_programs import Bait, below, hostile_programs, leftovers

from sandboxes import Job, Pool
from sandboxes.local import Local
from toolkit import languages
from toolkit.languages.runtime import Runtime
from toolkit.programs import PROOF, Program, ProgramVerdict, Setting
from toolkit.records import Status

PROGRAMS = Path(__file__).resolve().parent.parent / "tests" / "programs"
SECONDS = {"java": 5, "julia": 5, "cpp": 3, "racket": 3, "r": 3}
ROW = 50  # of one language
NEVER = frozenset({*Status} - {Status.PASSED})
LIMITS = {"memory_bytes": 384 << 20, "file_bytes": 4 << 20, "output_bytes": 4 << 20}
NEEDS = {"filter": "dangerous system calls refused", "memory": "memory of all processes together"}


@dataclass(frozen=True)
class Case:
    language: str
    title: str
    text: str
    cold: frozenset[str]
    warm: frozenset[str]
    hostile: bool

    def deserves(self, verdict: ProgramVerdict, warm: bool) -> bool:
        return verdict.status in (self.warm if warm else self.cold)


def cases(names: list[str], bait: Bait, lacking: tuple[str, ...]) -> dict[str, tuple[list[Case], list[Case]]]:
    """Honest ones and hostile ones of each language."""
    found: dict[str, tuple[list[Case], list[Case]]] = {name: known(languages.runtime(name)) for name in names}
    for each in hostile_programs():
        if each.language in found and NEEDS.get(each.needs) not in lacking:
            case = Case(each.language, each.title, bait.fill(each.text), each.statuses, each.warm_statuses, True)
            found[each.language][1].append(case)
    return found


def known(runtime: Runtime) -> tuple[list[Case], list[Case]]:
    four = runtime.programs
    passed, early = frozenset({"passed"}), frozenset({"left early"})
    failed = frozenset({"runtime error", "compile error"})
    words = ((four.right, passed), (four.right, passed), (four.wrong, failed), (four.leaves, early))
    honest = [Case(runtime.name, "known", text, status, status, False) for text, status in words]
    forgers: list[Case] = []
    path = PROGRAMS / f"{runtime.name}.txt"
    parts = re.split(r"^=== (\w+): (.*)\n", path.read_text(encoding="utf-8"), flags=re.M)[1:] if path.exists() else []
    for kind, title, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if kind == "honest":
            honest.append(Case(runtime.name, title, text, passed, passed, False))
        elif kind == "hostile":
            forgers.append(Case(runtime.name, title, text, NEVER, NEVER, True))
    return honest, forgers


def mix(
    found: dict[str, tuple[list[Case], list[Case]]], count: int, chance: random.Random
) -> Iterator[tuple[Case, bool]]:
    """Languages in rows: a box makes itself ready for each anew."""
    while count > 0:
        honest, hostile = found[chance.choice(list(found))]
        warm = chance.random() < 0.5
        for _ in range(min(ROW, count)):
            kinds = honest if chance.random() < 0.75 else hostile
            yield chance.choice(kinds), warm
            count -= 1


class Mix:
    """Runs what it is given, judges it, and counts."""

    def __init__(self, pool: Pool, names: list[str]) -> None:
        self.pool = pool
        self.settings = {
            (name, warm): Setting(languages.runtime(name), languages.program_toolchain(name), PROOF, warm)
            for name in names
            for warm in (False, True)
        }
        self.statuses: Counter[str] = Counter()
        self.warm = self.again = self.done = 0
        self.wrong: list[str] = []

    def program(self, case: Case, name: str, patience: int) -> Program:
        seconds = SECONDS.get(case.language, 1) * patience
        return Program(name, case.text, limits={**LIMITS, "cpu_seconds": seconds, "wall_seconds": 2.0 * seconds})

    def run(self, drawn: Iterator[tuple[Case, bool]], secret: bytes, patience: int = 1) -> list[tuple[Case, bool]]:
        """What has to run again, with more patience or cold."""
        running: dict[str, tuple[Case, bool, Program, str]] = {}
        again: list[tuple[Case, bool]] = []

        def jobs() -> Iterator[Job]:
            for number, (case, warm) in enumerate(drawn):
                nonce = secrets.token_hex(16)
                program = self.program(case, str(number), patience)
                running[program.id] = case, warm, program, nonce
                setting = self.settings[case.language, warm]
                yield setting.job(program, nonce, setting.server)

        for outcome in self.pool.run(jobs()):
            case, warm, program, nonce = running.pop(outcome.id)
            setting = self.settings[case.language, warm]
            verdict = setting.judge(outcome, nonce, setting.limits(program))
            self.done += 1
            self.warm += outcome.warm
            if secret in outcome.stdout or secret in outcome.stderr:
                self.wrong.append(f"{case.language}: {case.title}: tells the secret")
            if case.deserves(verdict, warm):
                self.statuses[verdict.status] += 1
            elif verdict.status != Status.PASSED and (warm or verdict.status == Status.TIMEOUT) and patience == 1:
                again.append((case, False))
            else:
                warmth = "warm" if outcome.warm else "cold"
                self.wrong.append(f"{case.language}, {warmth}: {case.title}: {verdict.status}: {verdict.reason[:200]}")
        return again


def resident() -> tuple[int, int, int]:
    """KiB of memory of this process and of its agents, and the descriptors of this process."""
    agents = [number for number in below(os.getpid()) if _status(number, "Name").startswith("agent")]
    own, *others = (int(_status(number, "VmRSS").split()[0]) for number in (os.getpid(), *agents))
    return own, sum(others), len(os.listdir("/proc/self/fd"))


def _status(process: int, name: str) -> str:
    try:
        lines = Path("/proc", str(process), "status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return "0"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:")), "0")


def measure(options: argparse.Namespace, names: list[str], bait: Bait) -> int:
    chance = random.Random(options.seed)
    with Local(options.workers) as pool:
        print(f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}; {pool.fence}")
        found = cases(names, bait, pool.lacking)
        for name, (honest, hostile) in found.items():
            print(f"  {name}: {len(honest)} honest, {len(hostile)} hostile programs to draw from")
        mixed = Mix(pool, names)
        secret = bait.secret.encode()
        memory = [resident()]
        started = time.monotonic()
        for part in range(10):  # of the same shape: what grows shows
            count = options.programs * (part + 1) // 10 - options.programs * part // 10
            again = mixed.run(mix(found, count, chance), secret)
            mixed.again += len(again)
            mixed.run(iter(again), secret, patience=10)
            memory.append(resident())
            print(f"  {mixed.done} runs, {time.monotonic() - started:.0f} s, {len(mixed.wrong)} wrong", flush=True)
    return report(options.programs, mixed, memory, bait)


def report(count: int, mixed: Mix, memory: list[tuple[int, int, int]], bait: Bait) -> int:
    reached = bait.reached()
    counts = ", ".join(f"{count} {status}" for status, count in mixed.statuses.most_common())
    print(f"{count} programs, {mixed.warm} runs by a server, {mixed.again} run again: {counts}")
    for name, at in (("start", 0), ("tenth", 1), ("middle", 5), ("end", -1)):
        own, agents, descriptors = memory[at]
        print(f"memory at the {name}: {own / 1024:.1f} MiB, agents {agents / 1024:.1f} MiB, {descriptors} descriptors")
    for words, times in Counter(mixed.wrong).most_common():
        print(f"WRONG {times} times: {words}")
    for words in reached:
        print(f"REACHED: {words}")
    print(f"{len(mixed.wrong)} wrong verdicts, {len(reached)} things reached")
    return len(mixed.wrong) + len(reached)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--languages", default="", help="by default all that run here")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    asked = options.languages.split(",") if options.languages else list(languages.runtimes())
    names = [name for name in asked if languages.runtime(name).toolchains()]
    before = leftovers(containers=False)
    with Bait() as bait:
        os.environ["HF_TOKEN"] = bait.secret
        faults = measure(options, names, bait)
    left = leftovers(containers=False) - before
    for words in sorted(left):
        print(f"LEFT: {words}")
    print(f"{len(left)} things left behind")
    return 1 if faults or left else 0


if __name__ == "__main__":
    sys.exit(main())
