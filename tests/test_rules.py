"""The rewriter: what it writes runs as Python does, reads as Lua, and is the same on every run."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from rules_cases import DECLINED, SAME

from sandboxes import Limits, Pool, open_pool
from toolkit import languages
from toolkit.generators import Completion, Prompt, open_generator
from toolkit.generators.rules.prelude import Prelude
from toolkit.judge import PUBLISHED, Program, Trier
from toolkit.languages.suite import suite_of
from toolkit.prompts import prompt_of
from toolkit.records import Case, Problem, SourceFunction, Status, Verdict
from toolkit.value_types import UNKNOWN, read

ROOT = Path(__file__).parent.parent
PRELUDE = ROOT / "toolkit" / "generators" / "rules" / "prelude.lua"


def problem(source: str, calls: list[tuple[Any, ...]]) -> Problem:
    """A function of ours (trusted) with cases recorded from Python itself."""
    tree = ast.parse(dedent(source))
    main = [each for each in tree.body if isinstance(each, ast.FunctionDef)][-1]
    context = "\n\n".join(ast.unparse(each) for each in tree.body if each is not main)
    names: dict[str, Any] = {}
    exec(dedent(source), names)
    cases = tuple(case(names[main.name], arguments) for arguments in calls)
    docstring = ast.get_docstring(main) or ""
    function = SourceFunction("0", main.name, ast.unparse(main), context, docstring, 1, 1, (), "", "", "", "MIT")
    return Problem("0", function, cases, (), 1, 0, 0)


def case(function: Any, arguments: tuple[Any, ...]) -> Case:
    written = repr(arguments)
    try:
        value = function(*arguments)
        if hasattr(value, "__next__"):
            return Case(written, "yields", repr(list(value)), "generated")
        return Case(written, "returns", repr(value), "generated")
    except Exception as error:
        return Case(written, "raises", type(error).__name__, "generated")


def translated(row: Problem) -> Completion:
    (completion,) = open_generator("rules").complete([prompt_of(languages.find("lua"), row)])
    return completion


def code_of(source: str, calls: list[tuple[Any, ...]]) -> str:
    completion = translated(problem(source, calls))
    assert completion.declined == ""
    return completion.codes[0]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with open_pool() as pool:
        yield pool


def verdict(source: str, calls: list[tuple[Any, ...]], pool: Pool) -> Verdict:
    row = problem(source, calls)
    completion = translated(row)
    assert completion.codes, completion.declined
    return judged(completion.codes[0], row, pool)


def judged(code: str, row: Problem, pool: Pool) -> Verdict:
    language = languages.find("lua")
    suite = suite_of(language, row.function, row.cases)
    assert not suite.skipped
    program = Program(language, languages.toolchain("lua"), code, suite)
    way = PUBLISHED if changes_arguments(row) else None
    return Trier(pool, Limits(), 2, way).verdicts([program])[0]


def changes_arguments(row: Problem) -> bool:
    """Such a source makes no row, so the harness refuses a translation that does it; as published it is proven."""
    names: dict[str, Any] = {}
    exec(row.function.program, names)
    for each in row.cases:
        arguments = read(each.arguments)
        with suppress(Exception):
            names[row.function.name](*arguments)
        if arguments != read(each.arguments):
            return True
    return False


@pytest.mark.parametrize("title", SAME)
def test_lua_does_as_python_does(title: str, pool: Pool) -> None:
    found = verdict(*SAME[title], pool)
    assert found == Verdict(Status.PASSED, "")


@pytest.mark.parametrize("title", DECLINED)
def test_what_can_not_be_expressed_is_declined_with_a_reason(title: str) -> None:
    completion = translated(problem(DECLINED[title], [(1,)] if "re" not in DECLINED[title][:9] else [("a",)]))
    assert completion.codes == ()
    assert completion.declined


def test_another_language_is_declined() -> None:
    prompt = prompt_of(languages.find("ocaml"), problem("def f(a):\n    return a", [(1,)]))
    (completion,) = open_generator("rules").complete([prompt])
    assert completion.declined == "language: ocaml"


def test_the_text_reads_like_lua() -> None:
    source = """
        def close(numbers, limit):
            \"\"\"Whether two numbers are nearer than a limit.\"\"\"
            for i, first in enumerate(numbers):
                for j in range(i + 1, len(numbers)):
                    if abs(first - numbers[j]) < limit:
                        return True
            return False
    """
    assert code_of(source, [([1.0, 2.0], 0.5)]) == dedent("""\
        -- Whether two numbers are nearer than a limit.
        function close(numbers, limit)
          for i = 0, #numbers - 1 do
            local first = numbers[i + 1]
            for j = i + 1, #numbers - 1 do
              if math.abs(first - numbers[j + 1]) < limit then
                return true
              end
            end
          end
          return false
        end
    """)


def test_types_seen_in_the_cases_choose_the_operator() -> None:
    source = "def f(a, b):\n    return a + b"
    assert "a .. b" in code_of(source, [("x", "y")])
    assert "return a + b" in code_of(source, [(1, 2.5)])
    assert "concat(a, b)" in code_of(source, [([1], [2])])


def test_types_seen_in_the_cases_choose_the_condition() -> None:
    source = "def f(x):\n    return 'yes' if x else 'no'"
    assert 'x ~= 0 and "yes"' in code_of(source, [(1,)])
    assert 'x ~= "" and "yes"' in code_of(source, [("a",)])
    assert '#x > 0 and "yes"' in code_of(source, [([1],)])
    assert 'truthy(x) and "yes"' in code_of(source, [(1,), ("a",)])


def test_helpers_come_only_where_they_are_used() -> None:
    assert code_of("def f(a):\n    return a * 2", [(1,)]) == "function f(a)\n  return a * 2\nend\n"


def test_pairs_is_not_used_where_order_can_matter() -> None:
    text = code_of("def f(d):\n    return [k for k in d]", [({"a": 1},)])
    assert "in pairs(d)" not in text


def test_every_helper_of_the_prelude_is_lua_and_names_what_it_needs(tmp_path: Path) -> None:
    prelude = Prelude(PRELUDE.read_text(encoding="utf-8"))
    lua = languages.toolchain("lua")
    for name, part in prelude.parts.items():
        (tmp_path / "main.lua").write_text(f"{prelude.text([name], {})}\nreturn {name}\n")
        plain = re.sub(r'--.*|"(\\\\.|[^"\\\\])*"|\'[^\']*\'', " ", part.text)
        called = set(re.findall(r"(?<![\w.:])(\w+)\(", plain)) & prelude.names
        own = set(re.findall(r"(?:local|function|,|\()\s*(\w+)", plain))
        assert called - own <= prelude.closure([name]), name
        for file, text in lua.files.items():
            (tmp_path / file).write_bytes(text)
        done = subprocess.run(lua.command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, ""), name


SCRIPT = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from test_rules import SAME, code_of
for source, calls in SAME.values():
    sys.stdout.write(code_of(source, calls))
"""


def test_the_same_source_gives_the_same_text_in_every_process() -> None:
    outputs = set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        script = SCRIPT.format(root=str(ROOT), tests=str(ROOT / "tests"))
        outputs.add(
            subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True).stdout
        )
    assert len(outputs) == 1
    assert b"function" in outputs.pop()


@pytest.mark.parametrize("annotation", ["int \\ud800", "-" * 8_000 + "1", "int \\x00", "("])
def test_an_annotation_that_can_not_be_read_says_nothing(annotation: str) -> None:
    source = f'def f(a: "{annotation}"):\n    return a + 1\n'
    function = SourceFunction("0", "f", source, "", "", 1, 2, (), "", "", "", "")
    (found,) = open_generator("rules").complete([Prompt("0", "lua", "", function, (UNKNOWN,), UNKNOWN)])
    assert len(found.codes) == 1, found
