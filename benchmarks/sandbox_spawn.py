"""How many real programs a second the sandbox judges, beside what a user would write instead.

Run: python benchmarks/sandbox_spawn.py [--programs 1610] [--languages lua,python] [--every 1]
            [--rounds 1]

Programs are made from real data (`truth_programs.py`, the folder that LANGLIFT_SHARED_DATA names): up to 161 solutions
of HumanEval and MBPP under their tests that pass, each in distinct copies; one program in twenty is a mutant that
fails. Two workers each; what the other forms run is spread before, between and behind the rounds of the warm one, so
that other load hits them alike:

- bare: the language's ordinary command, spawned in a loop by as many threads, with no fence at all;
- cold: in the local fence, judged by its proof, and the same with namespaces of its own for every program;
- warm: by the language's server, judged by its proof, every failure and a share of the passes run again cold;
- containers, cold: where a Docker engine answers and has the language's image;
- the field's design: one bare process at a time, asked every 0.1 s whether it has ended (of fewer programs).

The warm form runs every program, and all again in each further round of --rounds; the others, with --every N, one in
N. Prints programs a second, the
ratio to bare, and verdicts that are not the ones expected: exit code 1 where there are any in a form of ours (an exit
code says less than a proof). Ratios travel to other machines, rates do not.
"""

import argparse
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from truth_programs import data_folder, make

from sandboxes import Pool, SandboxUnavailable
from sandboxes.local import Local
from toolkit import fences, languages
from toolkit.languages.runtime import Runtime
from toolkit.program_runs import Runs
from toolkit.programs import PROOF, Program, ProgramVerdict, Setting
from toolkit.records import Status

WORKERS, PROBLEMS, POLLED = 2, 161, 40
WARM, FIELD = "warm", "the field's design"
SHOWN = [word for path in ("/dev", "/proc", "/tmp") for word in ("--dev-bind", path, path)]
# The ordinary command of each, in the folder of its program.
COMMANDS = {
    "cpp": "g++ main.cpp -o main && ./main",
    "java": "javac Main.java && java Main",
    "javascript": "node main.js",
    "julia": "julia --startup-file=no main.jl",
    "lua": "lua5.4 main.lua",
    "ocaml": "ocamlopt main.ml -o main && ./main",
    "perl": "perl main.pl",
    "php": "php main.php",
    "python": "python3 main.py",
    "r": "Rscript main.R",
    "racket": "racket main.rkt",
    "ruby": "ruby main.rb",
}
Expected = dict[str, bool]  # by id: whether the program passes


def warm(pool: Pool, setting: Setting, programs: list[Program], expected: Expected) -> int:
    """Runs them as `langlift sandbox run` does; programs with another verdict than expected."""
    found: list[ProgramVerdict] = []
    Runs(pool, setting).run(programs, found.append)
    return _wrong(found, programs, expected)


def cold(pool: Pool, setting: Setting, programs: list[Program], expected: Expected, own: bool = False) -> int:
    """Runs each in a process of its own; programs with another verdict than expected."""
    jobs = (replace(setting.job(each, f"{each.id}!", None), own_namespaces=own) for each in programs)
    limits = setting.limits(programs[0])
    found = [setting.judge(outcome, f"{outcome.id}!", limits) for outcome in pool.run(jobs)]
    return _wrong(found, programs, expected)


def _wrong(found: list[ProgramVerdict], programs: list[Program], expected: Expected) -> int:
    return sum((each.status == Status.PASSED) != expected[each.id] for each in found) + len(programs) - len(found)


def bare(spoken: Runtime, programs: list[Program], expected: Expected) -> int:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as threads:
        places = [_written(spoken, each, Path(folder, str(number))) for number, each in enumerate(programs)]
        codes = list(threads.map(lambda place: _spawn(spoken, place).wait(), places))
    return sum((code == 0) != expected[each.id] for code, each in zip(codes, programs, strict=True))


def polled(spoken: Runtime, programs: list[Program], expected: Expected) -> int:
    """One at a time, asked every tenth of a second: the design of MultiPL-E's evaluator."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, each in enumerate(programs):
            process = _spawn(spoken, _written(spoken, each, Path(folder, str(number))))
            while process.poll() is None:
                time.sleep(0.1)
            wrong += (process.returncode == 0) != expected[each.id]
    return wrong


def _written(spoken: Runtime, program: Program, folder: Path) -> Path:
    folder.mkdir()
    name = "Main" if spoken.name == "java" else "main"
    (folder / f"{name}{spoken.extension}").write_text(program.text)
    return folder


def _spawn(spoken: Runtime, folder: Path) -> "subprocess.Popen[bytes]":
    words = COMMANDS[spoken.name]
    command = ["sh", "-c", words] if "&&" in words else shlex.split(words)
    if root := spoken.toolchains()[0].root:  # what a person would use to run a command in there
        command = ["bwrap", "--bind", root, "/", *SHOWN, "--chdir", str(folder), *command]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder)}  # as in a box
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)


def programs_of(data: Path, setting: Setting, count: int) -> tuple[list[Program], Expected]:
    """Distinct programs, one in twenty of which fails; raises SystemExit where none is made for the language."""
    made = [Program(each.id, each.text) for each in make(data, setting.runtime.name, 3 * PROBLEMS)]
    with Local(WORKERS) as pool:
        statuses = {}
        jobs = (setting.job(each, f"{each.id}!", None) for each in made)
        for outcome in pool.run(jobs):
            verdict = setting.judge(outcome, f"{outcome.id}!", setting.limits(made[0]))
            if verdict.seconds < 1:  # of the program, not of its language
                statuses[verdict.id] = verdict.status
    right = [each for each in made if statuses.get(each.id) == Status.PASSED][:PROBLEMS]
    wrong = [each for each in made if statuses.get(each.id) == Status.RUNTIME_ERROR][:PROBLEMS]
    if not right or not wrong:
        raise SystemExit(f"no programs are made for {setting.runtime.title}")
    chosen, expected = [], {}
    for number in range(count):
        fails = number % 20 == 19
        base = (wrong if fails else right)[number % len(wrong if fails else right)]
        chosen.append(Program(str(number), base.text + "\n" * (1 + number // PROBLEMS)))
        expected[str(number)] = not fails
    return chosen, expected


def compare(spoken: Runtime, data: Path, count: int, every: int, rounds: int) -> int:
    setting = Setting(spoken, spoken.toolchains()[0], PROOF, True)
    programs, expected = programs_of(data, setting, count)
    with ExitStack() as stack:
        local = stack.enter_context(Local(WORKERS))
        forms: dict[str, Callable[[list[Program]], int]] = {
            "bare": lambda batch: bare(spoken, batch, expected),
            "cold": lambda batch: cold(local, setting, batch, expected),
            "cold, own namespaces": lambda batch: cold(local, setting, batch, expected, own=True),
        }
        if setting.server:
            forms[WARM] = lambda batch: warm(local, setting, batch, expected)
        if boxed := containers(spoken, stack):
            forms["containers, cold"] = lambda batch: cold(*boxed, batch, expected)
        seconds, wrong, done = Counter[str](), Counter[str](), Counter[str]()
        for form, batch in _turns(forms, programs, every, rounds):
            began = time.perf_counter()
            wrong[form] += forms[form](batch)
            seconds[form] += time.perf_counter() - began
            done[form] += len(batch)
        rates = {form: done[form] / seconds[form] for form in forms}
        began = time.perf_counter()
        wrong[FIELD] = polled(spoken, programs[:POLLED], expected)
        done[FIELD] = len(programs[:POLLED])
        rates[FIELD] = done[FIELD] / (time.perf_counter() - began)
    for form, rate in rates.items():
        of_local = f", {rate / rates['cold']:.2f} of local" if form.startswith("containers") else ""
        print(
            f"{spoken.title:11}{form:24}{rate:8.1f} a second, {rate / rates['bare']:6.2f} of bare, "
            f"{rate / rates[FIELD]:6.1f} of the field's{of_local}, {wrong[form]} of {done[form]} wrong",
            flush=True,
        )
    return wrong.total() - wrong["bare"] - wrong[FIELD]


def _turns(
    forms: Collection[str], programs: list[Program], every: int, rounds: int
) -> Iterator[tuple[str, list[Program]]]:
    """Warm in one run as a user's, round by round; the others before, between and behind."""
    others = [form for form in forms if form != WARM]
    sample = programs[: -(-len(programs) // every)]
    for turn in range(rounds + 1):
        part = sample[turn * len(sample) // (rounds + 1) : (turn + 1) * len(sample) // (rounds + 1)]
        yield from ((form, part) for form in others)
        if WARM in forms and turn < rounds:
            yield WARM, programs


def containers(spoken: Runtime, stack: ExitStack) -> tuple[Pool, Setting] | None:
    try:
        pool = stack.enter_context(fences.open_fence(fences.DOCKER, spoken.name, WORKERS))
        return pool, Setting(spoken, fences.toolchain_in(pool, spoken), PROOF, False)
    except SandboxUnavailable as trouble:
        print(f"{spoken.title}: no containers: {trouble}")
        return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=10 * PROBLEMS, help="of each language")
    parser.add_argument("--languages", default="", help="by default all that run here")
    parser.add_argument("--every", type=int, default=1, help="of all forms but warm: one program in so many")
    parser.add_argument("--rounds", type=int, default=1, help="of the warm form: more of them vary less")
    options = parser.parse_args()
    data = data_folder()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"
    )
    print(f"{options.programs} programs a language, {WORKERS} workers")
    wrong = 0
    for name in options.languages.split(",") if options.languages else COMMANDS:
        spoken = languages.runtime(name)
        if spoken.toolchains():
            wrong += compare(spoken, data, options.programs, options.every, options.rounds)
        else:
            print(f"{spoken.title}: no toolchain here: {spoken.remedy}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
