"""Whether verdicts depend on how a program is run. Run: python benchmarks/sandbox_truth.py [--languages python,ruby]
[--programs 5000] [--settings "cold 2,warm 2,warm 4,warm 16,warm 2 loaded,cold 2 loaded"] [--cpu-seconds 2]

Real programs and their mutants (`truth_programs.py`), from the folder that LANGLIFT_SHARED_DATA names, each run under
proof in every setting: cold or warm, with so many workers, and `loaded`: beside two busy processes a processor that
have nothing to do with the sandbox. The words of warm servers are taken as they are, without the cold runs that
`langlift sandbox run` confirms them with. The first setting is what the others are held against.

Every program whose status differs anywhere is run again, alone, cold and warm, several times: one whose own cold runs
differ from each other has no verdict to agree on (chance, a clock), one that comes near a limit of time or memory is
said to. What remains is a fault. Prints machine, input, agreement and every disagreement; exit code 1 for a fault.
"""

import argparse
import multiprocessing
import os
import platform
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from truth_programs import Made, data_folder, make

from sandboxes import Job, Pool
from sandboxes.local import Local
from toolkit import languages
from toolkit.languages.runtime import Runtime
from toolkit.programs import PROOF, Program, ProgramVerdict, Setting
from toolkit.records import Status

SETTINGS = "cold 2,warm 2,warm 4,warm 16,warm 2 loaded,cold 2 loaded"
AGAIN = 4  # runs of each kind, where there was a disagreement
NEAR = 0.5  # of a limit
MEMORY = 512 << 20
Verdicts = dict[str, ProgramVerdict]


@dataclass(frozen=True)
class Way:
    """One way to run all programs."""

    warm: bool
    workers: int
    loaded: bool

    @classmethod
    def read(cls, text: str) -> "Way":
        warmth, workers, *loaded = text.split()
        if warmth not in ("cold", "warm") or loaded not in ([], ["loaded"]):
            raise SystemExit(f"not a setting: {text!r}")
        return cls(warmth == "warm", int(workers), bool(loaded))

    def __str__(self) -> str:
        return f"{'warm' if self.warm else 'cold'} {self.workers}{' loaded' if self.loaded else ''}"


@contextmanager
def load(wanted: bool) -> Iterator[None]:
    """Two busy processes a processor, ended by their ids."""
    busy = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(2 * (os.cpu_count() or 1) * wanted)]
    for each in busy:
        each.start()
    try:
        yield
    finally:
        for each in busy:
            each.terminate()
            each.join()


def _spin() -> None:
    while True:
        pass


def run(pool: Pool, setting: Setting, programs: Iterable[Program]) -> Iterator[tuple[ProgramVerdict, bool]]:
    """The verdict on each, and whether a server gave it."""
    waiting: dict[str, tuple[Program, str]] = {}
    server = setting.server

    def jobs() -> Iterator[Job]:
        for program in programs:
            nonce = secrets.token_hex(16)
            waiting[program.id] = program, nonce
            yield setting.job(program, nonce, server)

    for outcome in pool.run(jobs()):
        program, nonce = waiting.pop(outcome.id)
        yield setting.judge(outcome, nonce, setting.limits(program)), outcome.warm


def measure(setting: Setting, way: Way, programs: list[Program]) -> Verdicts:
    found: Verdicts = {}
    warm = 0
    started = time.monotonic()
    with load(way.loaded), Local(way.workers) as pool:
        for verdict, by_server in run(pool, replace(setting, warm=way.warm), programs):
            found[verdict.id] = verdict
            warm += by_server
    seconds = time.monotonic() - started
    if found.keys() != {program.id for program in programs}:
        raise SystemExit("a program has no verdict")
    counts = ", ".join(f"{count} {status}" for status, count in Counter(each.status for each in found.values()).items())
    print(f"  {way!s:15} {seconds:6.0f} s, {len(found) / seconds:6.1f}/s, {warm} by a server: {counts}", flush=True)
    return found


def explain(setting: Setting, program: Program) -> tuple[str, bool]:
    """Why its verdicts differ, and whether that is a fault."""
    seen: dict[bool, list[ProgramVerdict]] = {False: [], True: []}
    with Local(1) as pool:
        for warm, verdicts in seen.items():
            for _ in range(AGAIN):
                verdicts += [verdict for verdict, _ in run(pool, replace(setting, warm=warm), [program])]
    limits = setting.limits(program)
    cold, warm_ones = ({each.status for each in verdicts} for verdicts in seen.values())
    both = seen[False] + seen[True]
    most = max(each.seconds for each in both)
    peak = max(each.peak_bytes for each in both)
    words = f"alone, {AGAIN} times each: cold {counted(seen[False])}; warm {counted(seen[True])}"
    if len(cold) > 1:
        return f"its own cold runs differ; {words}", False
    if most > NEAR * limits.cpu_seconds or peak > NEAR * limits.memory_bytes:
        return f"near a limit: {most:.2f} s, {peak >> 20} MiB; {words}", False
    if cold == warm_ones:
        return f"the same when run alone; {words}", True
    return f"cold and warm differ; {words}", True


def counted(verdicts: list[ProgramVerdict]) -> str:
    return ", ".join(f"{count} {status}" for status, count in Counter(each.status for each in verdicts).items())


def known(runtime: Runtime, cpu_seconds: int) -> list[str]:
    """Programs of known worth, cold and warm; what is wrong."""
    wrong = []
    setting = Setting(runtime, runtime.toolchains()[0], PROOF, True)
    four = vars(runtime.programs)
    with Local(1) as pool:
        for warm in (False, True):
            programs = [Program(name, text, limits={"cpu_seconds": cpu_seconds}) for name, text in four.items()]
            for verdict, _ in run(pool, replace(setting, warm=warm), programs):
                if (verdict.status == Status.PASSED) != (verdict.id == "right"):
                    wrong.append(f"{'warm' if warm else 'cold'}, the {verdict.id} one: {verdict.status}")
    return wrong


def compare(setting: Setting, programs: list[Program], found: dict[Way, Verdicts]) -> int:
    """Prints agreement and what differs. Returns the number of faults."""
    reference, *others = found
    first = found[reference]
    for way in others:
        same = [sum(getattr(found[way][id], name) == getattr(each, name) for id, each in first.items())
                for name in ("status", "reason", "exit_code", "stdout")]  # fmt: skip
        words = ", ".join(
            f"{name} {count}" for name, count in zip(("reason", "exit code", "stdout"), same[1:], strict=True)
        )
        print(f"  {way!s:15} agrees with {reference} on {same[0]} of {len(first)} statuses; the same {words}")
    faults = 0
    for program in programs:
        if len({verdicts[program.id].status for verdicts in found.values()}) > 1:
            why, fault = explain(setting, program)
            faults += fault
            print(f"  {'FAULT ' if fault else ''}{program.id}: {why}", flush=True)
            for way, verdicts in found.items():
                each = verdicts[program.id]
                print(
                    f"      {way!s:15} {each.status}, {each.seconds:.2f} s, {each.peak_bytes >> 20} MiB: {each.reason}"
                )
    return faults


def examine(data: Path, runtime: Runtime, ways: list[Way], most: int, cpu_seconds: int) -> int:
    toolchain = runtime.toolchains()[0]
    made: list[Made] = make(data, runtime.name, most)
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(each.kind for each in made).items())
    print(f"{runtime.title} ({toolchain.version}): {len(made)} programs: {kinds or 'none are made for it'}", flush=True)
    setting = Setting(runtime, toolchain, PROOF, True)
    limits = {"cpu_seconds": cpu_seconds, "wall_seconds": 600, "memory_bytes": MEMORY}
    programs = [Program(each.id, each.text, limits=limits) for each in made]
    wrong = known(runtime, cpu_seconds)
    for words in wrong:
        print(f"  FAULT {words}")
    found = {way: measure(setting, way, programs) for way in ways} if programs else {}
    passed = Counter(each.kind for each in made if found and found[ways[0]][each.id].status == Status.PASSED)
    print(f"  passed: {', '.join(f'{count} {kind}' for kind, count in passed.items()) or 'none'}")
    return len(wrong) + (compare(setting, programs, found) if found else 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", default="", help="by default all that run here")
    parser.add_argument("--programs", type=int, default=5000, help="a language, at most")
    parser.add_argument("--settings", default=SETTINGS)
    parser.add_argument("--cpu-seconds", type=int, default=2)
    options = parser.parse_args()
    data = data_folder()
    ways = [Way.read(each) for each in options.settings.split(",")]
    with Local() as pool:
        print(f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}; {pool.fence}")
    faults = 0
    for name in filter(None, options.languages.split(",")) if options.languages else languages.runtimes():
        if languages.runtime(name).toolchains():
            faults += examine(data, languages.runtime(name), ways, options.programs, options.cpu_seconds)
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
