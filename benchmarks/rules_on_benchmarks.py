"""How many canonical solutions of HumanEval and MBPP (sanitized) the embedded rewriter turns into proven Lua.

    python benchmarks/rules_on_benchmarks.py DATA [--show NAME] [--workers N]

DATA is the folder that holds `humaneval` and `mbpp`. The benchmark's own test is run in the sandbox against its own
solution, and every call that it makes is recorded: arguments (defaults filled in) and result. The test must run to its
end, so each recorded result is one that the benchmark's assert accepts; for `call == literal` it equals the literal,
for tolerances and for computed or random arguments (seeded here) asking for it is at least as strict as the assert.
A problem is proven when its Lua passes every case; a problem of which a call can not be carried over (None in a
table, integers beyond 64 bits, ...) is counted apart, even where all its others pass. The asserts do not ask whether a
call changes its arguments, and some solutions do (`arr.sort()`): a translation that does is judged by its tests alone.
"""

import argparse
import ast
import gzip
import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandboxes import Job, Limits, Pool, open_pool
from toolkit import languages
from toolkit.generators import Prompt, open_generator
from toolkit.judge import PUBLISHED, Program, Trier
from toolkit.languages.base import Suite
from toolkit.languages.suite import suite_of
from toolkit.prompts import prompt_of
from toolkit.records import Case, Problem, SourceFunction, Status
from toolkit.suites.probing import interpreter

RECORDER = """
import copy, inspect, json, random
_calls = []
def _recorder(function):
    def candidate(*arguments, **named):
        bound = inspect.signature(function).bind(*arguments, **named)
        bound.apply_defaults()
        kept = repr(tuple(copy.deepcopy(list(bound.arguments.values()))))
        result = function(*arguments, **named)
        _calls.append((kept, repr(result)))
        return result
    return candidate
random.seed(0)
"""

CHANGING = "the call changes its arguments"


@dataclass(frozen=True)
class Item:
    """One problem of a benchmark."""

    name: str
    function: str
    code: str  # the whole solution
    test: str  # Python that runs the asserts; `candidate` is the recorded function
    asserts: str  # the source that holds the assert statements


def humaneval(data: Path) -> Iterator[Item]:
    with gzip.open(data / "humaneval" / "HumanEval.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            code = row["prompt"] + row["canonical_solution"]
            yield Item(row["task_id"], row["entry_point"], code, f"{row['test']}\ncheck(candidate)\n", row["test"])


def mbpp(data: Path) -> Iterator[Item]:
    for row in json.loads((data / "mbpp" / "sanitized-mbpp.json").read_text(encoding="utf-8")):
        tests = "\n".join([*row["test_imports"], *row["test_list"]])
        defined = {each.name for each in ast.parse(row["code"]).body if isinstance(each, ast.FunctionDef)}
        called = [each.id for each in ast.walk(ast.parse(tests)) if isinstance(each, ast.Name) and each.id in defined]
        yield Item(f"MBPP/{row['task_id']}", called[0], row["code"], f"{called[0]} = candidate\n{tests}\n", tests)


def program(item: Item) -> bytes:
    """The Python that records the calls of a benchmark's own test."""
    lines = [item.code, RECORDER, f"candidate = _recorder({item.function})", item.test]
    return "\n".join([*lines, "print('\\n@@' + json.dumps(_calls))\n"]).encode()


def record(items: list[Item], pool: Pool) -> dict[str, list[Any]]:
    """Item name -> calls as (arguments with defaults filled in, result)."""
    jobs = (
        Job(item.name, (interpreter(), "-I", "main.py"), {"main.py": program(item)}, limits=Limits(cpu_seconds=60))
        for item in items
    )
    return {
        outcome.id: json.loads(outcome.stdout.decode().rpartition("@@")[2]) if b"@@" in outcome.stdout else []
        for outcome in pool.run(jobs)
    }


def kinds(item: Item) -> Counter[str]:
    """How many asserts of each kind a test holds."""
    counts: Counter[str] = Counter()
    for node in ast.walk(ast.parse(item.asserts)):
        if isinstance(node, ast.Assert):
            counts[_kind(node.test)] += 1
    return counts


def _kind(test: ast.expr) -> str:
    match test:
        case ast.Constant():
            return "constant (says nothing)"
        case ast.Compare(left=ast.Call(args=args), ops=[ast.Eq()], comparators=[expected]):
            literal = all(map(_is_literal, [*args, expected]))
            return "call == literal" if literal else "call == computed"
        case ast.Compare(ops=[ast.Eq()]):
            return "expression == expression"
        case ast.Compare():
            return "other comparison (tolerance)"
    return "truth of a call"


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def source(item: Item) -> SourceFunction:
    """Solution as function and context."""
    tree = ast.parse(item.code)
    main = next(
        each for each in reversed(tree.body) if isinstance(each, ast.FunctionDef) and each.name == item.function
    )
    context = "\n\n".join(ast.unparse(each) for each in tree.body if each is not main)
    lines = item.code.splitlines()
    code = "\n".join(lines[main.lineno - 1 : main.end_lineno])
    docstring = ast.get_docstring(main) or ""
    return SourceFunction(item.name, item.function, code, context, docstring, 1, 1, (), "", "", "", "")


def problem(item: Item, calls: list[Any]) -> Problem:
    """The recorded calls as cases."""
    cases = tuple(dict.fromkeys(Case(arguments, "returns", result, "doctest") for arguments, result in calls))
    return Problem(item.name, source(item), cases, (), 0, 0, 0)


def attempt(items: list[Item], pool: Pool, show: str) -> dict[str, tuple[str, str]]:
    """Item name -> (outcome, detail)."""
    recorded = record(items, pool)
    language, generator = languages.find("lua"), open_generator("rules")
    toolchain = languages.toolchain("lua")
    result: dict[str, tuple[str, str]] = {}
    programs: list[tuple[str, Program]] = []
    for item in items:
        row = problem(item, recorded[item.name])
        if not row.cases:
            result[item.name] = ("not recorded", "its own test fails or makes no call")
            continue
        prompt: Prompt = prompt_of(language, row)
        (completion,) = generator.complete([prompt])
        if show and item.name == show:
            print("\n".join(completion.codes) or completion.declined)
        if not completion.codes:
            result[item.name] = ("declined", completion.declined)
            continue
        suite: Suite = suite_of(language, row.function, row.cases)
        if suite.skipped:
            result[item.name] = ("not all carried over", suite.skipped[0])
        if suite.lines:
            programs.append((item.name, Program(language, toolchain, completion.codes[0], suite)))
    limits = Limits(cpu_seconds=30)
    verdicts = Trier(pool, limits, 1).verdicts([each for _, each in programs])
    changing = [place for place, each in enumerate(verdicts) if each.detail.endswith(CHANGING)]
    again = Trier(pool, limits, 1, PUBLISHED).verdicts([programs[place][1] for place in changing])
    for place, verdict in zip(changing, again, strict=True):
        verdicts[place] = verdict
    for (name, _), verdict in zip(programs, verdicts, strict=True):
        if verdict.status != Status.PASSED:
            result[name] = (str(verdict.status), verdict.detail)
        else:
            result.setdefault(name, ("proven", ""))
    return result


def report(title: str, items: list[Item], result: dict[str, tuple[str, str]]) -> None:
    counts = Counter(outcome for outcome, _ in result.values())
    asserts = sum((kinds(item) for item in items), Counter[str]())
    print(f"\n{title}: {counts['proven']} of {len(items)} proven ({100 * counts['proven'] / len(items):.1f} %)")
    print("  outcomes: " + ", ".join(f"{name} {count}" for name, count in counts.most_common()))
    print("  asserts: " + ", ".join(f"{name} {count}" for name, count in asserts.most_common()))
    for item in items:
        outcome, detail = result[item.name]
        if outcome != "proven":
            print(f"  {item.name} {item.function}: {outcome}: {detail[:230]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", default="", help="print the Lua of one problem")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(f"{languages.toolchain('lua').version}; input: {options.data.name}", file=sys.stdout)
    with open_pool(workers=options.workers) as pool:
        for title, items in (
            ("HumanEval", list(humaneval(options.data))),
            ("MBPP sanitized", list(mbpp(options.data))),
        ):
            report(title, items, attempt(items, pool, options.show))


if __name__ == "__main__":
    main()
