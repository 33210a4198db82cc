"""Whether a blind run says of a program what checks beside it say.

    python benchmarks/blind_truth.py translations ../shared/data/python-files.parquet --share 10 [--mutants 3]
    python benchmarks/blind_truth.py translations --run RUN           # the translations of a run that is there
    python benchmarks/blind_truth.py python ../shared/data --programs 3000

`translations`: every translation that a run over a part of the files makes, and mutants of it (one small edit of its
text), judged as `validate` does: a proving run, one more in another order of keys, and as published. Beside their
checks and blind; then the first run of each alone is timed in both ways, in turns.

`python`: solutions of HumanEval and MBPP, their mutants and models' completions of HumanEval. Native is the benchmark's
own test under proof, as `langlift sandbox run` has it; blind are the calls that this test makes of the solution,
recorded, with their results. The two ask for different things where a test compares loosely or looks at something else
than the result of a call: such tests are counted apart.

Prints the machine, the input, the counts and every disagreement; exit code 1 where one says passed and the other not
and the reason is not among those that are known.
"""

import argparse
import ast
import gzip
import json
import os
import platform
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq
from rich.console import Console
from rules_on_benchmarks import Item, humaneval, kinds, mbpp, problem, record
from truth_programs import SWAPS, TOKENS

from sandboxes import Limits, Pool, open_pool
from toolkit import blind, languages
from toolkit.blind import Trial
from toolkit.inspection import stage_folders
from toolkit.judge import Program, Trier
from toolkit.languages.base import Suite
from toolkit.languages.python import blind as python
from toolkit.languages.suite import suite_of
from toolkit.pipeline import FOLDERS, run
from toolkit.programs import PROOF, Setting
from toolkit.programs import Program as Whole
from toolkit.progress import LogLines
from toolkit.records import Attempt, Status, Verdict
from toolkit.shards import read_rows
from toolkit.spec import Spec

LIMITS = Limits(cpu_seconds=2, wall_seconds=120.0, memory_bytes=512 << 20, kept_bytes=1 << 16)


def mutants(text: str, name: str, most: int) -> list[str]:
    """Distinct edits of a text, one each, the same ones every time."""
    edits = [(found.start(), found.end(), new) for found in TOKENS.finditer(text) if (new := swap(found[0]))]
    random.Random(name).shuffle(edits)
    return list(dict.fromkeys(text[:start] + new + text[end:] for start, end, new in edits))[:most]


def swap(token: str) -> str:
    return str(int(token) + 1) if token.isdecimal() and len(token) < 9 else SWAPS.get(token, "")


def attempts(options: argparse.Namespace) -> Iterator[Attempt]:
    """Those of the run that is named, or of one made here."""
    if options.run:
        yield from read_attempts(options.run)
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        table = pq.read_table(options.data)
        pq.write_table(table.take(list(range(0, table.num_rows, options.share))), folder / "files.parquet")
        names = ["lua"]
        spec = Spec.model_validate(
            {"name": "blind", "languages": names, "source": {"path": str(folder / "files.parquet")}}
        )
        run(spec, "", folder / "run", LogLines(Console(stderr=True)), until="translate")
        yield from read_attempts(folder / "run")


def read_attempts(folder: Path) -> Iterator[Attempt]:
    for stage in stage_folders(folder):
        if stage.name == FOLDERS["translate"]:
            for shard in sorted(stage.glob("*/rows.parquet")):
                yield from read_rows(shard, Attempt)


def translations(options: argparse.Namespace) -> int:
    made: list[tuple[str, Program]] = []
    count = 0
    for attempt in attempts(options):
        language = languages.find(attempt.language)
        suite = suite_of(language, attempt.problem.function, attempt.problem.cases)
        count += bool(suite.lines)
        toolchain = languages.toolchain(attempt.language)
        name = f"{attempt.problem.function.name} {attempt.id}"
        for code in attempt.codes if suite.lines else ():
            texts = enumerate([code, *mutants(code, attempt.id, options.mutants)])
            made += [(f"{name} #{number}", Program(language, toolchain, text, suite)) for number, text in texts]
    cases = sum(len(program.suite.lines) for _, program in made)
    print(f"input: {count} functions, {len(made)} programs (#0 is the translation, the others mutants), {cases} calls")
    programs = [program for _, program in made]
    found: dict[str, list[Verdict]] = {}
    with open_pool(workers=options.workers) as pool:
        for name, way in (("beside", None), ("blind", blind.way("lua"))):
            began = time.monotonic()
            found[name] = [
                verdict for some in batches(programs) for verdict in Trier(pool, LIMITS, 1, way).verdicts(some)
            ]
            print(f"{name}: {time.monotonic() - began:.0f} s; {counted(found[name])}", flush=True)
        faults = compare([name for name, _ in made], found["beside"], found["blind"], [""] * len(made))
        cost(pool, programs)
    return faults


def batches(programs: list[Program]) -> Iterator[list[Program]]:
    rest = iter(programs)
    while some := list(islice(rest, 64)):
        yield some


def cost(pool: Pool, programs: list[Program]) -> None:
    """One proving run of each of 300 programs in either way, in turns, three times."""
    some = random.Random(1).sample(programs, min(300, len(programs)))
    quick = Limits(cpu_seconds=1, wall_seconds=30.0, memory_bytes=512 << 20, kept_bytes=1 << 16)
    ways = {"beside": Trier(pool, quick, 0)._prove, "blind": Trier(pool, quick, 0, blind.way("lua"))._prove}
    passed = [program for program, verdict in zip(some, Trier(pool, quick, 0).verdicts(some), strict=True)
              if verdict.status == Status.PASSED]  # fmt: skip
    for title, chosen in (("all", some), ("those that pass", passed)):
        times = dict.fromkeys(ways, 1e9)
        for _ in range(3):
            for name, prove in ways.items():
                began = time.monotonic()
                prove([(program, 0) for program in chosen])
                times[name] = min(times[name], time.monotonic() - began)
        each = ", ".join(f"{name} {1000 * seconds / len(chosen):.2f} ms" for name, seconds in times.items())
        ratio = times["blind"] / times["beside"]
        print(f"cost of a proving run, {title} of {len(some)}: {each} a program; ratio {ratio:.2f}")


@dataclass(frozen=True)
class Candidate:
    """A program, and what it is asked."""

    name: str
    text: str
    item: Item
    suite: Suite
    loose: str  # why the benchmark's test may ask for something else than the recorded results; "" where it does not


def python_programs(options: argparse.Namespace) -> int:
    items = [*humaneval(options.data), *mbpp(options.data)]
    with open_pool(workers=options.workers) as pool:
        recorded = record(items, pool)
        every = list(candidates(options.data, items, recorded))
        chosen = every if len(every) <= options.programs else random.Random(7).sample(every, options.programs)
        print(f"input: {len(items)} problems, {len(chosen)} of {len(every)} programs: solutions, mutants, completions")
        beside, blindly = native(pool, chosen), blind_python(pool, chosen)
    print(f"beside: {counted(beside)}\nblind: {counted(blindly)}")
    strict = [index for index, each in enumerate(chosen) if not each.loose]
    print(f"{len(strict)} programs under tests that only compare results of calls with literals:")
    faults = compare(*([row[index] for index in strict] for row in ([each.name for each in chosen], beside, blindly,
                     [reason(*three) for three in zip(chosen, beside, blindly, strict=True)])))  # fmt: skip
    rest = [index for index, each in enumerate(chosen) if each.loose]
    print(f"{len(rest)} programs under other tests:")
    compare(*([row[index] for index in rest] for row in ([each.name for each in chosen], beside, blindly,
              [each.loose for each in chosen])))  # fmt: skip
    return faults


def candidates(data: Path, items: list[Item], recorded: dict[str, list[list[str]]]) -> Iterator[Candidate]:
    known = {}
    for item in items:
        if not recorded[item.name]:
            continue
        of = problem(item, recorded[item.name])
        suite = python.suite_of(of.function, of.cases)
        loose = looseness(item, suite)
        known[item.name.rpartition("/")[2] if item.name.startswith("HumanEval") else item.name] = (item, suite, loose)
        for number, text in enumerate([item.code, *mutants(item.code, item.name, 12)]):
            yield Candidate(f"{item.name} #{number}", text, item, suite, loose)
    for name, task, text in completions(data):
        if task in known:
            yield Candidate(name, text, *known[task])


def looseness(item: Item, suite: Suite) -> str:
    if suite.skipped:
        return "a result without canonical text"
    odd = kinds(item).keys() - {"call == literal", "constant (says nothing)"}
    return ", ".join(sorted(odd))


def completions(data: Path) -> Iterator[tuple[str, str, str]]:
    """(name, number of the HumanEval problem, program)."""
    path = data / "codegeex-generations" / "humaneval_python_generations.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            task = row["task_id"].rpartition("/")[2]
            yield f"codegeex {task} {number}", task, row["prompt"] + row["generation"]


def native(pool: Pool, chosen: Sequence[Candidate]) -> list[Verdict]:
    """The benchmark's own test behind the program, as one program under proof."""
    runtime = languages.runtime("python")
    setting = Setting(runtime, languages.program_toolchain("python"), PROOF, warm=False)
    nonces = [secrets.token_hex(16) for _ in chosen]
    wholes = [
        Whole(str(index), f"{each.text}\n\ncandidate = {each.item.function}\n{each.item.test}\n",
              limits={"cpu_seconds": LIMITS.cpu_seconds, "wall_seconds": 120, "memory_bytes": LIMITS.memory_bytes})
        for index, each in enumerate(chosen)
    ]  # fmt: skip
    found = {}
    for outcome in pool.run(setting.job(whole, nonces[int(whole.id)], None) for whole in wholes):
        index = int(outcome.id)
        verdict = setting.judge(outcome, nonces[index], setting.limits(wholes[index]))
        found[index] = Verdict(verdict.status, verdict.reason)
    return [found[index] for index in range(len(chosen))]


def blind_python(pool: Pool, chosen: Sequence[Candidate]) -> list[Verdict]:
    toolchain = languages.program_toolchain("python")
    trials = [Trial(python.BLIND, toolchain, each.text, each.suite) for each in chosen]
    return blind.verdicts(pool, trials, replace(LIMITS, address_space_bytes=None))


def reason(each: Candidate, beside: Verdict, blindly: Verdict) -> str:
    """What is known to make the two differ."""
    if Status.TIMEOUT in (beside.status, blindly.status):
        return "a call that takes long"
    if blindly.status == Status.PASSED and defaults(each.text, each.item) != defaults(each.item.code, each.item):
        return "another default: recorded calls pass every argument"
    return ""


def defaults(text: str, item: Item) -> list[str]:
    """Of the function that is asked for."""
    try:
        found = [each.args for each in ast.walk(ast.parse(text)) if isinstance(each, ast.FunctionDef)
                 and each.name == item.function]  # fmt: skip
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [ast.dump(each) for spec in found for each in (*spec.defaults, *filter(None, spec.kw_defaults))]


def counted(verdicts: list[Verdict]) -> str:
    return ", ".join(f"{count} {status}" for status, count in Counter(each.status for each in verdicts).most_common())


def compare(names: list[str], beside: list[Verdict], blindly: list[Verdict], reasons: list[str]) -> int:
    """Prints agreement and what differs; returns how many are passed in one way alone, for no reason."""
    rows = list(zip(names, beside, blindly, reasons, strict=True))
    apart = [row for row in rows if (row[1].status == Status.PASSED) != (row[2].status == Status.PASSED)]
    worded = [row for row in rows if row not in apart and row[1].status != row[2].status]
    told = sum(one == other for _, one, other, _ in rows)
    print(f"  agree on passed or not: {len(rows) - len(apart)} of {len(rows)}; on the status: "
          f"{len(rows) - len(apart) - len(worded)}; word for word: {told}")  # fmt: skip
    for (one, other), count in Counter((row[1].status, row[2].status) for row in worded).most_common():
        print(f"    {count} are {one} beside their checks and {other} blind, as in:")
        name, first, second, _ = next(row for row in worded if (row[1].status, row[2].status) == (one, other))
        print(f"        {name}: {first.detail[:150]!r} / {second.detail[:150]!r}")
    for name, one, other, why in apart:
        print(f"    {'(' + why + ') ' if why else 'FAULT '}{name}: {one.status}, blind {other.status}")
        print(f"        {one.detail[:200]!r} / {other.detail[:200]!r}", flush=True)
    return sum(not row[3] for row in apart)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["translations", "python"])
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--share", type=int, default=10, help="take every n-th file")
    parser.add_argument("--run", type=Path, help="a run folder in place of the data")
    parser.add_argument("--mutants", type=int, default=3, help="of each translation")
    parser.add_argument("--programs", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if not (options.data or (options.run and options.what == "translations")):
        parser.error("name the data")
    with open_pool(workers=1) as pool:
        print(f"machine: {platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}; {pool.fence}")
    print(f"Python {platform.python_version()}, {languages.toolchain('lua').version}; {options.data or options.run}")
    return 1 if (translations if options.what == "translations" else python_programs)(options) else 0


if __name__ == "__main__":
    sys.exit(main())
