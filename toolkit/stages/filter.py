"""Keep the functions that can be tested and translated: each other one is dropped with one reason.

A function is kept when it stands alone, computes a value from arguments by deterministic means, may be
released, and is neither trivial nor huge. The thresholds for triviality and the marker words are those of
MultiPL-T (Cassano et al., OOPSLA 2024, section 4.1), which also drops one-line bodies of fewer than nine nodes.

What looks like a credential, as written or as the value of a constant, is dropped here by the detector that
guards a push (`push.credentials`): one such row would block a whole release. A case that computes one is left out in
`tests`.

Reasons: "licence", "credential", "async", "missing names", "third-party import", "import", "side effects",
"returns nothing", "too few parameters", "takes self", "trivial", "unfinished", "too long", "too deeply nested",
"does not compile", "static check".
"""

import ast
import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from push.credentials import kind_of
from toolkit import stage
from toolkit.errors import guess
from toolkit.licences import PERMISSIVE, is_identifier, refusal
from toolkit.python.names import FunctionNode, own_nodes
from toolkit.python.purity import DETERMINISTIC, findings
from toolkit.python.text import Unreadable, check_compiles, parse
from toolkit.records import SourceFunction
from toolkit.stage import Drop, Result, Stage, Tools


def _known_licence(name: str) -> str:
    if not is_identifier(name):
        raise ValueError(f"{name!r} is not one SPDX identifier, nor LicenseRef-name{guess(name, PERMISSIVE)}")
    return name


def _known_module(name: str) -> str:
    top = name.split(".")[0]
    known = {*sys.stdlib_module_names, *DETERMINISTIC}
    if not all(part.isidentifier() for part in name.split(".")) or not {top, name} & known:
        raise ValueError(f"{name!r} is no module of the standard library, and no other is there{guess(name, known)}")
    return name


def _some_text(marker: str) -> str:
    if not marker.strip():
        raise ValueError("is empty, and every function would hold it")
    return marker


class Settings(stage.Settings):
    """What is kept."""

    licenses: tuple[Annotated[str, AfterValidator(_known_licence)], ...] = Field(
        PERMISSIVE, description="SPDX identifiers that are allowed; AND, OR and WITH in a row's licence are understood."
    )
    modules: tuple[Annotated[str, AfterValidator(_known_module)], ...] = Field(
        DETERMINISTIC, description="Modules that a function may import: they compute from their arguments alone."
    )
    allow_print: bool = Field(
        False, description="Keep functions that print. The tests do not see what is printed, so it is not proven."
    )
    minimum_parameters: int = Field(
        1,
        ge=0,
        le=stage.MOST,
        description="Parameters a function must have: without one there is but one case to test.",
    )
    minimum_nodes: int = Field(
        9, ge=1, le=stage.MOST, description="Syntax nodes that a body of one statement needs; smaller ones are trivial."
    )
    maximum_lines: int = Field(200, ge=1, le=stage.MOST, description="Lines of the function, docstring included.")
    maximum_characters: int = Field(
        40_000, ge=1, le=stage.MOST, description="Characters of the function with its context."
    )
    maximum_depth: int = Field(100, ge=1, le=stage.MOST, description="Levels of nesting in the syntax tree.")
    markers: tuple[Annotated[str, AfterValidator(_some_text)], ...] = Field(
        ("TODO", "FIXME"), description="Words in the function that say it is unfinished."
    )
    static_check: bool = Field(False, description="Also run mypy over each program; needs langlift[static].")
    static_batch: int = Field(100, ge=1, le=1_000_000, description="Programs that mypy looks at in one go.")

    @field_validator("licenses")
    @classmethod
    def _some_licence(cls, licenses: tuple[str, ...]) -> tuple[str, ...]:
        if not licenses:
            raise ValueError("none is named, and every row would be dropped")
        return licenses


def apply(rows: Iterator[SourceFunction], settings: Settings, tools: Tools) -> Iterator[Result]:
    """One result a function. With `static_check`, at most `static_batch` rows are held at a time."""
    if not settings.static_check:
        yield from (_result(row, examine(row, settings)) for row in rows)
        return
    from toolkit.python.static_check import first_errors  # mypy is an extra

    while batch := list(islice(rows, settings.static_batch)):
        drops = {row.id: examine(row, settings) for row in batch}
        errors = first_errors({row.id: row.program for row in batch if drops[row.id] is None})
        for row in batch:
            error = errors.get(row.id)
            yield _result(row, Drop("static check", error) if error else drops[row.id])


def _result(row: SourceFunction, drop: Drop | None) -> Result:
    return Result(row.id, drop=drop) if drop else Result(row.id, (row,))


def examine(row: SourceFunction, settings: Settings) -> Drop | None:
    """The first reason against a function; none where it is kept. Nothing of it is run."""
    if blocked := refusal(row.license, settings.licenses):
        return Drop("licence", blocked)
    if len(row.program) > settings.maximum_characters:
        return Drop("too long", f"{len(row.program)} characters")
    if (lines := row.last_line - row.first_line + 1) > settings.maximum_lines:
        return Drop("too long", f"{lines} lines")
    try:
        tree = parse(row.program)
    except Unreadable as error:
        return Drop("too deeply nested" if error.deep else "does not compile", str(error))
    if (depth := _depth(tree)) > settings.maximum_depth:
        return Drop("too deeply nested", f"{depth} levels")
    if kind := kind_of(_published(row, tree)):
        return Drop("credential", kind)
    function = tree.body[-1]
    if not isinstance(function, ast.FunctionDef):
        return Drop("async")
    return (
        _shape(function, settings)
        or _surroundings(row, tree, settings)
        or _text(row, settings)
        or _compiles(row.program)
    )


def _published(row: SourceFunction, tree: ast.Module) -> Iterator[str]:
    """The texts of a row, and those that its constants become in another language: "a" "b" is written as "ab"."""
    yield from (row.program, row.repo, row.path, row.revision)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as text):
                yield text
            case ast.Constant(value=bytes() as raw):
                yield raw.decode("latin-1")


def _shape(function: ast.FunctionDef, settings: Settings) -> Drop | None:
    arguments = function.args
    places = [*arguments.posonlyargs, *arguments.args]
    if places and places[0].arg == "self":
        return Drop("takes self")
    extras = [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
    if len(places) + len(arguments.kwonlyargs) + len(extras) < settings.minimum_parameters:
        return Drop("too few parameters")
    if not _gives_a_value(function):
        return Drop("returns nothing")
    statements = [node for node in function.body if not _is_docstring(node)]
    if len(statements) == 1 and isinstance(statements[0], ast.Return):
        value = statements[0].value
        size = sum(1 for _ in ast.walk(value)) if value else 0
        if size < settings.minimum_nodes:
            return Drop("trivial", f"{size} nodes")
    return None


def _gives_a_value(function: FunctionNode) -> bool:
    for node in own_nodes(function):
        match node:
            case ast.Yield() | ast.YieldFrom():
                return True
            case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
                return True
    return False


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _surroundings(row: SourceFunction, tree: ast.Module, settings: Settings) -> Drop | None:
    first = next(findings(tree, settings.modules, settings.allow_print), None)
    if row.missing:
        star = first if first and first.detail.endswith(".*") else None
        maybe = f"; perhaps from {star.detail}" if star else ""
        return Drop("missing names", ", ".join(row.missing) + maybe)
    return Drop(first.reason, first.detail) if first else None


def _text(row: SourceFunction, settings: Settings) -> Drop | None:
    if settings.markers:
        found = re.search(rf"\b({'|'.join(map(re.escape, settings.markers))})\b", row.code)
        if found:
            return Drop("unfinished", found[1])
    return None


def _compiles(program: str) -> Drop | None:
    try:
        check_compiles(program)
    except Unreadable as error:
        return Drop("too deeply nested" if error.deep else "does not compile", f"line {error.line}: {error}")
    return None


def _depth(tree: ast.AST) -> int:
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _facts(settings: Any, language: str) -> dict[str, str]:
    if not settings.static_check:
        return {}
    from toolkit.python.static_check import version

    return {"mypy": version()}


STAGE = Stage("filter", "2", SourceFunction, SourceFunction, Settings, apply, facts=_facts)
