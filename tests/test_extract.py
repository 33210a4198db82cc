"""Files to functions: what is cut out, what comes with it, and what is said of files that give nothing."""

import ast
import symtable
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq
import pytest

from toolkit.python.names import uses
from toolkit.python.text import SourceText, Unreadable, normal, parse
from toolkit.records import SourceFile, SourceFunction
from toolkit.sources import here
from toolkit.stage import Result, Tools
from toolkit.stages.extract import STAGE, Settings, apply

NO_TOOLS = cast(Tools, None)


def file(content: str, id: str = "0" * 16) -> SourceFile:
    return SourceFile(id, "owner/project", "a.py", "v1", "MIT", content)


def result(content: str) -> Result:
    return next(apply(iter([file(content)]), Settings(), NO_TOOLS))


def functions(content: str) -> dict[str, SourceFunction]:
    return {function.name: function for function in result(textwrap.dedent(content)).kept}


def only(content: str) -> SourceFunction:
    [function] = functions(content).values()
    return function


def test_a_function_brings_what_it_needs_and_nothing_else() -> None:
    function = only('''
        import os, math
        from itertools import chain, cycle
        LIMIT = 3
        UNUSED = os.getcwd()
        def helper(x):
            return math.floor(x) + len(list(chain()))
        def f(x):
            """Doc."""
            return helper(x) + LIMIT
        ''')
    assert function.context == (
        "import math\nfrom itertools import chain\nLIMIT = 3\n\n\n"
        "def helper(x):\n    return math.floor(x) + len(list(chain()))"
    )
    assert function.missing == ()
    assert function.program.startswith("import math\n")
    assert function.program.endswith("return helper(x) + LIMIT\n")


def test_lines_count_from_the_decorator() -> None:
    function = only('import functools\n\n@functools.cache\ndef f(x):\n    """Doc."""\n    return x\n\n\n')
    assert (function.first_line, function.last_line) == (3, 6)
    assert function.code.startswith("@functools.cache\ndef f")
    assert function.context == "import functools"


@pytest.mark.parametrize(
    ("body", "needs"),
    [
        ("return [v for v in K]", "K"),
        ("return [K for K in x]", ""),
        ("return [K for K in K]", "K"),
        ("class A:\n        K = x\n        L = [v for v in K]\n    return A.L", ""),
        ("class A:\n        K = x\n        L = [K for v in x]\n    return A.L", "K"),
        ("return {k: v for k, v in K.items() if k}", "K"),
        ("return [y for x in x for y in K]", "K"),
        ("return (lambda K: K)(x)", ""),
        ("return (lambda y=K: y)()", "K"),
        ("def inner():\n        return K\n    return inner()", "K"),
        ("K = 1\n    def inner():\n        return K\n    return inner()", ""),
        ("K = 1\n    def inner():\n        global K\n        return K\n    return inner()", "K"),
        ("class A:\n        K = 1\n        def m(self):\n            return K\n    return A().m()", "K"),
        ("class A:\n        K = 1\n        L = K\n    return A.L", ""),
        ("if (K := x):\n        return K", ""),
        ("any((K := v) for v in x)\n    return K", ""),
        ("try:\n        pass\n    except ValueError as K:\n        return K\n    return 0", ""),
        ("match x:\n        case [K, *rest]:\n            return K, rest\n    return 0", ""),
        ("for K in x:\n        pass\n    else:\n        return K", ""),
        ("with x as K:\n        return K", ""),
        ("import K\n    return K", ""),
        ("K: int = 1\n    return K", ""),
        ("return f'{K!r:>{x}}'", "K"),
        ("del K\n    return x", ""),
    ],
)
def test_scopes_decide_what_a_name_means(body: str, needs: str) -> None:
    function = only(f'K = 1\ndef f(x):\n    """Doc."""\n    {body}\n')
    assert function.context == ("K = 1" if needs else "")


def test_default_values_decorators_and_bases_are_needed() -> None:
    function = only('''
        SIZE = 4
        def mark(g): return g
        class Base: pass
        class Node(Base):
            size = SIZE
        @mark
        def f(x=Node()):
            """Doc."""
            return x
        ''')
    for text in ("SIZE = 4", "def mark", "class Base", "class Node"):
        assert text in function.context


def test_what_changes_a_constant_comes_with_it() -> None:
    function = only('''
        import sys
        TABLE = {}
        for i in range(3):
            TABLE[i] = i * i
        TABLE.update(x=1)
        OTHER = []
        OTHER.append(TABLE)
        sys.path.append("x")
        def f(x):
            """Doc."""
            return TABLE[x], sys.maxsize
        ''')
    assert "for i in range(3):" in function.context
    assert "TABLE.update(x=1)" in function.context
    assert "OTHER" not in function.context
    assert "sys.path" not in function.context


def test_the_last_definition_of_a_name_wins() -> None:
    found = functions('''
        def helper(x): return 1
        LEVEL = 1
        def helper(x): return 2
        LEVEL = LEVEL + 1
        def f(x):
            """Doc."""
            return helper(x), LEVEL
        ''')
    context = found["f"].context
    assert "return 2" in context
    assert "return 1" not in context
    assert context.index("LEVEL = 1") < context.index("LEVEL = LEVEL + 1")


def test_two_functions_of_one_name_are_two_rows() -> None:
    kept = result('def f(x):\n    """A."""\n    return 1\ndef f(x):\n    """B."""\n    return f(x)\n').kept
    assert [function.docstring for function in kept] == ["A.", "B."]
    assert len({function.id for function in kept}) == 2
    assert kept[1].context == ""  # it calls itself


def test_conditional_imports_and_definitions_are_found() -> None:
    found = functions('''
        try:
            import fast
        except ImportError:
            fast = None
        if fast:
            def helper(x): return fast.f(x)
        else:
            def helper(x): return x
        def f(x):
            """Doc."""
            return helper(x)
        ''')
    assert "except ImportError" in found["f"].context
    assert "else:" in found["f"].context


def test_names_that_nothing_binds_are_missing() -> None:
    function = only('''
        from elsewhere import *
        if __name__ == "__main__":
            depth = 3
        def f(x):
            """Doc."""
            return unknown(x) + depth + len(x)
        ''')
    assert function.missing == ("depth", "unknown")
    assert function.context == "from elsewhere import *"  # it may be from there: nobody can know


def test_a_star_import_of_a_known_module_binds_its_names() -> None:
    function = only('from math import *\ndef f(x):\n    """Doc."""\n    return sqrt(x) + len(x)\n')
    assert function.missing == ()
    assert function.context == "from math import *"


def test_a_name_needed_before_the_function_is_there_is_missing() -> None:
    function = only('def f(x):\n    """Doc."""\n    return TABLE[x]\nTABLE = [f(n) for n in range(3)]\n')
    assert function.missing == ("f",)  # the function stands last, its table would need it first


def test_annotations_that_can_not_be_evaluated_stay_unevaluated() -> None:
    function = only('''
        from typing import TYPE_CHECKING, Sequence
        import numpy as np
        if TYPE_CHECKING:
            from there import Thing
        class Big: pass
        def f(x: Thing, y: np.ndarray, z: Sequence[int], b: Big) -> "Other":
            """Doc."""
            here: Unknown = len(z)
            return here
        ''')
    assert function.context == "from __future__ import annotations\nfrom typing import Sequence"
    assert function.missing == ()
    compile(function.program, "<f>", "exec")


def test_annotations_that_are_cheap_come_along_as_written() -> None:
    function = only('''
        from typing import Union
        Number = Union[int, float]
        class Node:
            next: "Node"
        def f(x: Number) -> Number:
            """Doc."""
            Node()
            return x
        ''')
    assert "__future__" not in function.context
    assert "Number = Union[int, float]" in function.context


def test_a_class_that_names_itself_in_an_annotation_postpones_it() -> None:
    function = only('''
        class Node:
            def __init__(self, next: Node) -> None: ...
        def f(x):
            """Doc."""
            return Node(x)
        ''')
    assert function.context.startswith("from __future__ import annotations\n")


def test_statements_that_share_a_line_are_told_apart() -> None:
    function = only('import os; import math; E = "é"; D = 2\ndef f(x):\n    """Doc."""\n    return math.pi * D\n')
    assert function.context == "import math\nD = 2"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_and_marks_change_nothing(end: str) -> None:
    text = '\ufeff# -*- coding: latin-1 -*-\nA = """x\ny"""\n\x0c\ndef f(x):\n\t"""Doc.\x0c\u2028"""\n\treturn A\n'
    function = result(text.replace("\n", end)).kept[0]
    assert function.code.count("\n") == 2
    assert function.first_line == 5
    assert function.context == 'A = """x\ny"""'
    parse(function.program)


@pytest.mark.parametrize(
    ("content", "reason", "detail"),
    [
        ("x = 1\nprint 'a'\n", "python 2", "line 2: "),
        ("try:\n    pass\nexcept ValueError, e:\n    pass\n", "python 2", "line 3: "),
        ("raise E, 'x'\n", "python 2", "line 1: "),
        ("x = 0777\n", "python 2", "line 1: "),
        ("if a <> b: pass\n", "python 2", "line 1: "),
        ("x = `y`\n", "python 2", "line 1: "),
        ('exec "x"\n', "python 2", "line 1: "),
        ("def f(:\n", "does not parse", "line 1: "),
        ("x = 1\n\0", "does not parse", "null bytes"),
        ("x = " + "9" * 5000, "does not parse", ""),
        ("x = " + "-" * 100_000 + "1", "too deeply nested", ""),
        ("x = " + "(" * 5000, "does not parse", ""),
        ("X = 1\n", "no function", ""),
        ("", "no function", ""),
        ("def f():\n    return 1\n", "no function with a docstring", ""),
        ('def f():\n    "  "\n    return 1\n', "no function with a docstring", ""),
        ('class A:\n    def f(self):\n        """Doc."""\n', "no function", ""),
    ],
)
def test_a_file_without_functions_has_one_reason(content: str, reason: str, detail: str) -> None:
    found = result(content)
    assert not found.kept
    assert found.drop is not None
    assert found.drop.reason == reason
    assert detail in found.drop.detail


def test_deep_and_long_files_do_not_stop_the_stage() -> None:
    deep = 'def f(x):\n    """Doc."""\n    return ' + " + ".join(["x"] * 900) + "\n"
    wide = "DATA = '" + "a" * 50_000_000 + "'\n" + 'def f(x):\n    """Doc."""\n    return x\n'
    nested = "".join(f"{' ' * depth}def f{depth}(x):\n" for depth in range(90)) + " " * 90 + '"""Doc."""\n'
    results = list(apply(iter([file(deep), file(wide), file(nested)]), Settings(), NO_TOOLS))
    assert [len(each.kept) for each in results] == [1, 1, 0]
    assert results[1].kept[0].context == ""


def test_doubtful_escapes_do_not_matter() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert only('def f(x):\n    """Doc."""\n    return "\\d"\n').name == "f"


def test_a_context_beyond_the_limit_is_left_out_and_said() -> None:
    content = "DATA = '" + "a" * 5000 + "'\n" + 'def f(x):\n    """Doc."""\n    return DATA, unknown\n'
    [kept] = next(apply(iter([file(content)]), Settings(maximum_characters=1000), NO_TOOLS)).kept
    assert kept.context == ""
    assert kept.missing == ("DATA", "unknown")


def test_async_functions_are_counted() -> None:
    assert only('async def f(x):\n    """Doc."""\n    return x\n').name == "f"


def test_an_endless_input_is_answered() -> None:
    def endless() -> Iterator[SourceFile]:
        while True:
            yield file('def f(x):\n    """Doc."""\n    return x\n')

    results = apply(endless(), Settings(), NO_TOOLS)
    assert [next(results).source for _ in range(10)] == ["0" * 16] * 10


def test_facts_name_the_grammar() -> None:
    assert STAGE.facts is not None
    assert STAGE.facts(Settings(), "").keys() == {"grammar"}


def _oracle(statement: str) -> tuple[set[str], set[str]]:
    """Global names of a statement as Python's own compiler sees them, and names of which it does not tell.

    From Python 3.12 on a comprehension of the module is inlined, and its own names look like the module's.
    """
    found: set[str] = set()
    loops = (node.target for node in ast.walk(ast.parse(statement)) if isinstance(node, ast.comprehension))
    unclear = {name.id for target in loops for name in ast.walk(target) if isinstance(name, ast.Name)} | {"__class__"}
    tables: list[Any] = [symtable.symtable(statement, "<statement>", "exec")]
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        top = table.get_type() == "module"
        found |= {each.get_name() for each in table.get_symbols() if each.is_referenced() and (top or each.is_global())}
    return found, unclear


@pytest.mark.filterwarnings("ignore")
def test_names_agree_with_the_compiler_over_the_standard_library() -> None:
    compared = 0
    [stdlib] = here.origins(["stdlib"])
    for _, path in stdlib.files[::4]:
        try:
            text = normal(path.read_text(encoding="utf-8"))
            tree = parse(text)
        except (Unreadable, UnicodeDecodeError):
            continue
        source = SourceText(text, tree)
        for node in tree.body:
            # symtable takes a function called `top` for the module
            if any(isinstance(each, ast.FunctionDef) and each.name == "top" for each in ast.walk(node)):
                continue
            needs = uses(node)
            theirs, unclear = _oracle(source.of(node))
            mine = (needs.now | needs.later | needs.annotations) - unclear
            assert mine <= theirs - unclear <= mine | needs.hints, (path, node.lineno)
            compared += 1
    assert compared > 2000


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest) -> list[SourceFile]:
    import os

    root = Path(__file__).resolve().parent.parent
    data = Path(os.environ.get("LANGLIFT_SHARED_DATA", root.parent / "shared" / "data")) / "python-files.parquet"
    if not data.exists():
        pytest.skip("shared data is not here: set LANGLIFT_SHARED_DATA to its folder")
    rows = pq.read_table(data).to_pylist()
    return [SourceFile(f"{number:016x}", **row) for number, row in enumerate(rows)]


def test_every_documented_function_of_the_real_files_is_accounted_for(real: list[SourceFile]) -> None:
    part = real[::8]
    results = list(apply(iter(part), Settings(), NO_TOOLS))
    assert [each.source for each in results] == [each.id for each in part]
    expected: Counter[str] = Counter()
    for each in part:
        for node in parse(normal(each.content)).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (ast.get_docstring(node) or "").strip():
                expected[each.id] += 1
    assert {each.source: len(each.kept) for each in results if each.kept} == dict(expected)
    kept = [function for each in results for function in each.kept]
    assert len({function.id for function in kept}) == len(kept)
    for function in kept:
        tree = parse(function.program)
        assert tree.body[-1].name == function.name  # type: ignore[attr-defined]


def test_a_docstring_that_no_file_can_hold_is_kept_as_it_is_written() -> None:
    function = only('def f(x):\n    """Doc \\ud800."""\n    return x')
    assert function.docstring == "Doc \\ud800."
