"""What is tried for a parameter: evidence in order of strength, and doctest calls bound by the signature."""

import ast
from typing import Any

import pytest

from toolkit.records import SourceFunction
from toolkit.suites import inputs, subject
from toolkit.suites.annotations import annotated


def function(code: str, docstring: str = "", context: str = "") -> SourceFunction:
    name = next(each.name for each in ast.parse(code).body if isinstance(each, ast.FunctionDef))
    return SourceFunction("0" * 16, name, code, context, docstring, 1, 1, (), "o/r", "a.py", "v1", "MIT")


def request(code: str, docstring: str = "", context: str = "") -> dict[str, Any]:
    return inputs.request(subject.of(function(code, docstring, context)), docstring)


def first(code: str, place: int = 0, docstring: str = "", context: str = "") -> Any:
    return request(code, docstring, context)["parameters"][place]["guesses"][0]


@pytest.mark.parametrize(
    ("body", "guess"),
    [
        ("return q.upper()", ("str",)),
        ("return q % 7", ("int",)),
        ("return [w.lower() for w in q]", ("list", ("str",))),
        ("return sum(q)", ("list", ("int",))),
        ("return {k: v + 1 for k, v in q.items()}", ("dict", ("str",), ("int",))),
        ("q.append(1)\n    return q", ("list", ("int",))),
        ("return math.sqrt(q)", ("float",)),
        ("return [a + b.strip() for a, b in q]", ("list", ("tuple", ("int",), ("str",)))),
        ("return max(row[0] for row in q if row[1] > 2)", ("list", ("list", ("int",)))),
        ("return q == 'x' or q in ('y', 'z')", ("str",)),
    ],
)
def test_usage_says_what_a_parameter_is(body: str, guess: Any) -> None:
    assert first(f"def f(q):\n    {body}") == guess


@pytest.mark.parametrize(
    ("annotation", "guess"),
    [
        ("int", ("int",)),
        ("list[str]", ("list", ("str",))),
        ("Optional[float]", ("optional", ("float",))),
        ("int | None", ("optional", ("int",))),
        ("Dict[str, List[int]]", ("dict", ("str",), ("list", ("int",)))),
        ("tuple[int, ...]", ("row", ("int",))),
        ("tuple[int, str]", ("tuple", ("int",), ("str",))),
        ("'Sequence[bool]'", ("list", ("bool",))),
    ],
)
def test_an_annotation_comes_before_usage(annotation: str, guess: Any) -> None:
    assert next(annotated(ast.parse(annotation, mode="eval").body)) == guess
    assert first(f"def f(q: {annotation}):\n    return q.upper()") == guess


def test_a_doctest_value_comes_before_the_annotation() -> None:
    assert first("def f(q: int):\n    return q", docstring=">>> f(['a'])\n1\n") == ("list", ("str",))


def test_what_a_helper_does_with_it_counts() -> None:
    assert first("def f(q):\n    return g(q)", context="def g(text):\n    return text.split(',')") == ("str",)


@pytest.mark.parametrize("line", [":type q: str", ":param str q: the q", "q (str): the q", "q : str", "q (string): x"])
def test_the_docstring_may_name_types(line: str) -> None:
    assert first("def f(q):\n    return q", docstring=f"Doc.\n\n{line}\n") == ("str",)


def test_doctest_calls_are_bound_by_the_signature() -> None:
    text = ">>> f(1)\n0\n>>> list(f(b=2, a=3))\n0\n>>> x = [4]\n>>> f(x, key=True)\n0\n>>> f(g(1))\n0\n>>> f(*x)\n0\n"
    calls = request("def f(a, b=7, *, key=None):\n    return a", text)["doctests"]
    assert calls == ["(1, 7, None)", "(3, 2, None)", "([4], 7, True)"]


def test_constants_of_the_code_are_worth_trying() -> None:
    pools = request("def f(q):\n    return 17 if q == 'needle' else 2.5", context="LIMIT = 99")["pools"]
    assert pools["str"] == ["needle"]
    assert pools["int"] == [17, 99]


def test_a_docstring_that_is_no_doctest_is_no_trouble() -> None:
    assert request("def f(q):\n    return q", ">>> f(1\n>>>f(2)\n")["doctests"] == []


@pytest.mark.parametrize(
    ("annotation", "body", "guess"),
    [
        ("list", "[each.strip() for each in q]", ("list", ("str",))),
        ("dict", "{k: [each + 1 for each in v] for k, v in q.items()}", ("dict", ("str",), ("list", ("int",)))),
        ("dict", "len(q)", ("dict", ("str",), ("int",))),
        ("Optional[dict]", "len(q)", ("optional", ("dict", ("str",), ("int",)))),
        ("list[list]", "len(q)", ("list", ("list", ("int",)))),
    ],
)
def test_a_container_that_is_named_without_its_elements_holds_what_the_usage_says(
    annotation: str, body: str, guess: Any
) -> None:
    assert first(f"def f(q: {annotation}):\n    return {body}") == guess


@pytest.mark.parametrize(
    ("context", "guess"),
    [
        ("Q = list[list[int]]", ("list", ("list", ("int",)))),
        ("P = str\nQ = dict[str, P]", ("dict", ("str",), ("str",))),
        ("Q = TypeVar('Q', str, bytes)", ("str",)),
        ("Q = NewType('Q', float)", ("float",)),
    ],
)
def test_an_annotation_may_use_a_name_of_the_context(context: str, guess: Any) -> None:
    code = "def f(q: Q | None):\n    return q"
    assert first(code, context=context) == ("optional", guess)
    assert ast.unparse(subject.of(function(code, context=context)).node) == code  # the function is left as it is
