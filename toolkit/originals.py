"""Benchmark problems in Python as rows: a function, and cases made of the calls that its own tests check.

What a case expects is what the function gives (`replay`, in a sandbox), so a test that allows a distance becomes one
that allows that of `toolkit.languages.base`. A call whose arguments are no literals, as in a loop over random ones,
makes no case: a translation that differs from the original there may be as right.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandboxes import Pool
from toolkit.records import Case, SourceFunction, content_id
from toolkit.suites import subject
from toolkit.suites.probing import Refusal, ask

FUEL = 20_000_000  # steps of one call
MOST = 200  # cases of a problem


@dataclass(frozen=True)
class Original:
    """A problem, its cases, and why each call that is checked and makes no case makes none."""

    name: str
    function: SourceFunction
    cases: tuple[Case, ...]
    lost: tuple[str, ...]


def humaneval(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, SourceFunction, str]]:
    """Name, function and tests of rows as OpenAI publishes them, EvalPlus too."""
    for row in rows:
        program = row["prompt"] + row["canonical_solution"]
        yield row["task_id"], _function(row["task_id"], program, row["entry_point"]), row["test"]


def mbpp(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, SourceFunction, str]]:
    """The same of MBPP, sanitized or not. Its text is the docstring. Raises ValueError for odd rows."""
    for row in rows:
        name, tests = f"MBPP/{row['task_id']}", "\n".join(row["test_list"])
        called = [each for each in _calls(tests) if isinstance(each.func, ast.Name)]
        defined = {each.name for each in ast.parse(row["code"]).body if isinstance(each, ast.FunctionDef)}
        known = [each.func.id for each in called if isinstance(each.func, ast.Name) and each.func.id in defined]
        if not known:
            raise ValueError(f"{name}: its tests call none of its functions")
        text = row.get("prompt") or row["text"]
        yield name, _function(name, row["code"], known[0], text), tests


def _function(id: str, program: str, name: str, docstring: str = "") -> SourceFunction:
    tree = ast.parse(program)
    lines = program.splitlines()
    [node] = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name][-1:]
    code = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    others = [each for each in tree.body if each is not node]
    context = "\n".join("\n".join(lines[each.lineno - 1 : each.end_lineno]) for each in others)
    told = docstring or ast.get_docstring(node) or ""
    last = node.end_lineno or node.lineno
    return SourceFunction(content_id(id, program), name, code, context, told, node.lineno, last, (), "", id, "", "")


def _calls(tests: str) -> Iterator[ast.Call]:
    """In the order of the text: those inside what an `assert` looks at."""
    for node in ast.walk(ast.parse(tests)):
        if isinstance(node, ast.Assert):
            yield from (each for each in ast.walk(node.test) if isinstance(each, ast.Call))


def asked(function: SourceFunction, tests: str) -> tuple[list[str], list[str]]:
    """The arguments of the checked calls as literals, each once; and why others have none."""
    names = [each.name for each in subject.of(function).parameters]
    found: dict[str, None] = {}
    lost: list[str] = []
    for call in _calls(tests):
        if not (isinstance(call.func, ast.Name) and call.func.id in ("candidate", function.name)):
            continue
        given = dict(zip(names, call.args, strict=False)) | {each.arg or "": each.value for each in call.keywords}
        try:
            values = tuple(ast.literal_eval(given[name]) for name in names)
        except KeyError as missing:
            lost.append(f"{ast.unparse(call)[:100]}: no argument {missing}")
        except ValueError:
            lost.append(f"{ast.unparse(call)[:100]}: arguments that are no literals")
        else:
            found[repr(values)] = None
    return list(found), lost


def original(pool: Pool, name: str, function: SourceFunction, tests: str) -> Original | Refusal:
    """The problem with its cases. Raises SandboxUnavailable."""
    texts, lost = asked(function, tests)
    it = subject.of(function)
    answer = ask(pool, it, "replay", {"cases": texts[:MOST], "call_fuel": FUEL})
    if isinstance(answer, Refusal):
        return answer
    cases = []
    for text, (outcome, expected, reason) in zip(texts, answer["outcomes"], strict=False):
        if reason and reason != "changes its arguments":
            lost.append(f"{function.name}{text}: {reason}"[:200])
        else:
            cases.append(Case(text, outcome, expected, "benchmark"))
    return Original(name, function, tuple(cases), tuple(lost))
