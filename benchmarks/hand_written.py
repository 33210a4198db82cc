"""Whether right programs pass our translated tests. Run: python benchmarks/hand_written.py [--languages ruby,...]

The problems are HumanEval's, translated by `toolkit.originals`; the programs are PolyHumanEval's hand-written solutions
from the folder that LANGLIFT_SHARED_DATA names, adapted in nothing but names, behind what their own harness imports.
Prints, a language, how many problems have tests, how many solutions pass them, and each that does not, with why.
"""

import argparse
import gzip
import json
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandboxes import Limits
from sandboxes.local import Local
from toolkit import languages
from toolkit.blind import way_of
from toolkit.judge import Program, Trier
from toolkit.languages.suite import suite_of
from toolkit.originals import Original, humaneval, original

LIMITS = Limits(cpu_seconds=20, wall_seconds=120, memory_bytes=1 << 30)
# What stands before solutions, how a function is defined, and another name for one.
FORMS = {
    "javascript": (
        "var crypto = require('crypto');\n",
        r"^(?:const|function\*?) (\w+)",
        "const {name} = {known};\n",
    ),
    "php": ("<?php\n", r"^function (\w+)", "function {name}(...$words) {{ return {known}(...$words); }}\n"),
    "python": ("from math import *\nfrom typing import *\n", r"^def (\w+)", "{name} = {known}\n"),
    "ruby": ("require 'digest'\nrequire 'set'\n", r"^def (\w+)", "def {name}(*words) = {known}(*words)\n"),
}


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def adapted(language: str, solution: str, theirs: str, name: str) -> str:
    """The same, with a function of the name that the tests call in place of theirs."""
    before, defined, alias = FORMS[language]
    plain = re.sub(r"^export ", "", solution, flags=re.M)
    known = [each[1] for each in re.finditer(defined, plain, re.M) if bare(each[1]) == bare(theirs)]
    other = "" if not known or name in known else alias.format(name=name, known=known[-1])
    return f"{before}{plain}\n{other}"


def bare(name: str) -> str:
    return name.replace("_", "").lower()


def solutions(data: Path, language: str) -> dict[str, str]:
    found = rows(data / "polyhumaneval" / "solutions.jsonl.gz")
    return {row["task_id"]: row["solution"] for row in found if row["language"] == language}


def called(data: Path) -> dict[str, str]:
    """What PolyHumanEval calls the function of each problem, in its own notation."""
    found = rows(data / "polyhumaneval" / "typed_tests.jsonl.gz")
    return {row["task_id"]: row["signatures"][-1].partition("(")[0] for row in found}


def judged(pool: Local, name: str, originals: list[Original], data: Path) -> Iterator[str]:
    language, toolchain = languages.find(name), languages.toolchain(name)
    programs, titles, written, theirs = [], [], solutions(data, name), called(data)
    suites = {each.name: suite_of(language, each.function, each.cases) for each in originals}
    for each in originals:
        if each.name in written and suites[each.name].lines:
            code = adapted(name, written[each.name], theirs[each.name], language.identifier(each.function.name))
            programs.append(Program(language, toolchain, code, suites[each.name]))
            titles.append(each.name)
    verdicts = Trier(pool, LIMITS, 0, way_of(language, False)).verdicts(programs)
    passed = sum(verdict.status == "passed" for verdict in verdicts)
    tested = sum(bool(suite.lines) for suite in suites.values())
    skipped = sum(len(suite.skipped) for suite in suites.values())
    yield f"{language.title} ({toolchain.version}): {tested} of {len(originals)} problems have tests, {skipped} cases"
    yield f"  have no form; {passed} of {len(programs)} solutions pass ({100 * passed / max(1, len(programs)):.1f} %)"
    for title, verdict in zip(titles, verdicts, strict=True):
        if verdict.status != "passed":
            yield f"  {title}: {verdict.status}: {verdict.detail.splitlines()[0][:200]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", default=",".join(each for each in FORMS if each in languages.every()))
    chosen = parser.parse_args().languages.split(",")
    data = Path(os.environ.get("LANGLIFT_SHARED_DATA", ""))
    if not (data / "polyhumaneval").is_dir():
        print("LANGLIFT_SHARED_DATA names no folder with polyhumaneval", file=sys.stderr)
        return 3
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    with Local(workers=2) as pool:
        found = [original(pool, *each) for each in humaneval(rows(data / "humaneval" / "HumanEval.jsonl.gz"))]
        originals = [each for each in found if isinstance(each, Original) and each.cases]
        cases = sum(len(each.cases) for each in originals)
        lost = sum(len(each.lost) for each in originals)
        print(
            f"HumanEval: {len(originals)} of {len(found)} problems with {cases} cases; {lost} checked calls make none"
        )
        for name in chosen:
            print(*judged(pool, name, originals, data), sep="\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
