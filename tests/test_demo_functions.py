"""The packaged functions: enough of them, each with a docstring, annotations and doctests that hold."""

import ast
import doctest
import gzip
import importlib.util
import json
import random
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "toolkit" / "demo" / "functions"
FILES = sorted(FOLDER.glob("*.py"))
FUNCTIONS = [
    (path, node)
    for path in FILES
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
]
NAMES = [f"{path.stem}.{node.name}" for path, node in FUNCTIONS]


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"demo_functions_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_enough_functions() -> None:
    assert len(FUNCTIONS) >= 130
    assert len(FILES) >= 10
    assert len({node.name for _, node in FUNCTIONS}) == len(FUNCTIONS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_doctest_of_a_file_holds(path: Path) -> None:
    functions = [node for file, node in FUNCTIONS if file == path]
    result = doctest.testmod(load(path), raise_on_error=False)
    assert result.failed == 0
    assert result.attempted >= len(functions)


@pytest.mark.parametrize(("path", "node"), FUNCTIONS, ids=NAMES)
def test_a_function_is_documented_annotated_and_of_a_readable_size(path: Path, node: ast.FunctionDef) -> None:
    docstring = ast.get_docstring(node)
    assert docstring
    assert 1 <= docstring.count(">>>") <= 2
    assert node.returns is not None
    assert all(argument.annotation is not None for argument in node.args.args)
    assert not node.args.vararg
    assert not node.args.kwarg
    first = node.body[1].lineno
    assert 2 <= (node.end_lineno or 0) - first + 1 <= 35
    assert any(isinstance(each, ast.If | ast.For | ast.While | ast.comprehension) for each in ast.walk(node))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_uses_nothing_but_the_language_itself(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.isascii()
    tree = ast.parse(text)
    imports = [ast.unparse(each) for each in ast.walk(tree) if isinstance(each, ast.Import | ast.ImportFrom)]
    assert set(imports) <= {"from collections.abc import Iterator"}
    odd = (ast.ClassDef, ast.AsyncFunctionDef, ast.Global, ast.Nonlocal, ast.With, ast.Try, ast.Lambda)
    assert not [each for each in ast.walk(tree) if isinstance(each, odd)]
    assert not {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)} & {"open", "print", "input", "eval"}


def test_some_raise_some_yield_some_use_helpers_and_constants() -> None:
    def having(kind: type[ast.AST]) -> int:
        return sum(any(isinstance(each, kind) for each in ast.walk(node)) for _, node in FUNCTIONS)

    names = {node.name for _, node in FUNCTIONS}
    called = [
        {each.func.id for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}
        for _, node in FUNCTIONS
    ]
    assert having(ast.Raise) >= 40
    assert having(ast.Yield) >= 10
    assert sum(bool(each & names) for each in called) >= 10


def test_no_function_is_named_like_a_problem_of_a_benchmark(shared_data: Path) -> None:
    with gzip.open(shared_data / "humaneval" / "HumanEval.jsonl.gz", "rt", encoding="utf-8") as lines:
        taken = {json.loads(line)["entry_point"] for line in lines}
    for line in (shared_data / "mbpp" / "mbpp.jsonl").read_text(encoding="utf-8").splitlines():
        taken |= set(re.findall(r"^def (\w+)", json.loads(line)["code"], re.MULTILINE))
    assert len(taken) > 900
    assert not {node.name for _, node in FUNCTIONS} & taken


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_function_is_given_is_left_as_it_was(path: Path) -> None:
    """The doctests once more, through functions that compare their arguments before and after."""
    module = load(path)
    names = [node.name for file, node in FUNCTIONS if file == path]

    def guarded(function):
        def call(*arguments, **named):
            before = repr((arguments, named))
            result = function(*arguments, **named)
            assert repr((arguments, named)) == before
            return result

        call.__doc__ = function.__doc__
        return call

    scope = {**vars(module), **{name: guarded(getattr(module, name)) for name in names}}
    runner = doctest.DocTestRunner(verbose=False)
    parser = doctest.DocTestParser()
    order = list(names)
    random.Random(0).shuffle(order)
    for name in order:
        runner.run(parser.get_doctest(getattr(module, name).__doc__, dict(scope), name, str(path), 0))
    assert runner.failures == 0
    assert sys.modules.get(module.__name__) is None
