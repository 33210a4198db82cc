"""A function as the object of measurement: parsed once, in a normal form, so that layout can not hide a line.

The normal form is what `ast.unparse` gives: one statement a line, no comments (a `pragma: no cover` counts for
nothing), every expression on one line. The context keeps its own text; it is run, never measured.
"""

import ast
from dataclasses import dataclass
from functools import cached_property

from toolkit.records import SourceFunction

UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # what `ast` may raise on hostile text


@dataclass(frozen=True)
class Parameter:
    """One parameter, in the order of the signature; `**keywords` are left out: nothing is passed there."""

    name: str
    kind: str  # "positional", "variadic" or "keyword"
    node: ast.arg
    default: ast.expr | None


@dataclass(frozen=True)
class Subject:
    """A function in normal form."""

    id: str
    name: str
    context: str
    code: str  # the normal form; ends with a newline
    node: ast.FunctionDef | ast.AsyncFunctionDef  # of `code`: its line numbers are those of `code`

    @cached_property
    def body(self) -> list[ast.stmt]:
        """The statements that are measured: the docstring is none of them."""
        first = self.node.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        documented = documented and isinstance(first.value.value, str)  # type: ignore[attr-defined]
        return self.node.body[1:] if documented else self.node.body

    @property
    def lines(self) -> tuple[int, int]:
        """First and last line of the body; (0, 0) where there is nothing but a docstring."""
        if not self.body:
            return (0, 0)
        return (self.body[0].lineno, self.node.end_lineno or self.node.lineno)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Positional ones, then `*arguments`, then keyword-only ones: the order of `Case.arguments`."""
        spec = self.node.args
        plain = [*spec.posonlyargs, *spec.args]
        missing: list[ast.expr | None] = [None] * (len(plain) - len(spec.defaults))
        rows = [
            Parameter(arg.arg, "positional", arg, default)
            for arg, default in zip(plain, [*missing, *spec.defaults], strict=True)
        ]
        if spec.vararg:
            rows.append(Parameter(spec.vararg.arg, "variadic", spec.vararg, None))
        pairs = zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        return (*rows, *(Parameter(arg.arg, "keyword", arg, default) for arg, default in pairs))

    @property
    def call(self) -> dict[str, object]:
        """How a probe calls it with a tuple of arguments."""
        kinds = [parameter.kind for parameter in self.parameters]
        return {
            "name": self.name,
            "positional": kinds.count("positional"),
            "variadic": "variadic" in kinds,
            "keywords": [parameter.name for parameter in self.parameters if parameter.kind == "keyword"],
        }


def of(function: SourceFunction) -> Subject:
    """The function in normal form. Raises one of UNPARSABLE."""
    found = _definition(ast.parse(function.code), function.name)
    code = ast.unparse(found) + "\n"
    return Subject(function.id, function.name, function.context, code, _definition(ast.parse(code), function.name))


def _definition(tree: ast.Module, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            return node
    raise ValueError(f"no function {name!r} in its own code")
