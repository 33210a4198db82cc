"""Files to functions: every top-level function with a docstring, and what it needs to run alone.

A file that holds none is dropped with one reason. What makes a function unfit for translation
(missing names, imports, effects) is said by the filter stage, so that each function is accounted for by its id.

Reasons: "does not parse" (with the line), "python 2", "too deeply nested", "no function",
"no function with a docstring".
"""

import ast
import inspect
import platform
import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from toolkit import stage
from toolkit.python.slices import Module
from toolkit.python.text import SourceText, Unreadable, first_line, normal, parse
from toolkit.records import SourceFile, SourceFunction, content_id
from toolkit.stage import Drop, Result, Stage, Tools

# Looked for on the line that does not parse: forms that Python 3 has not.
_PYTHON_2 = re.compile(
    r"^\s*print\s+[^(=\s]|^\s*print\s*>>|^\s*print\s*\(.*\)\s*%|\bexcept\s+[\w.()\s,]+,\s*\w+\s*:|\braise\s+[\w.]+\s*,"
    r"|^\s*exec\s+[^(=\s]|<>|`|\b0[0-7]+\b|\b\d+[lL]\b|\bur['\"]|\bdef\s+\w+\s*\([^)]*\([^)]*\)[^)]*\)\s*:"
    r"|\blambda\s*\("
)


class Settings(stage.Settings):
    """What is kept is decided by the filter; this only bounds what a row may weigh."""

    maximum_characters: int = Field(
        100_000,
        ge=1,
        le=stage.MOST,
        description="Of a function with its context; beyond, the context is left out and its names are missing.",
    )


def apply(rows: Iterator[SourceFile], settings: Settings, tools: Tools) -> Iterator[Result]:
    """One result a file: its functions, or why there are none."""
    for file in rows:
        yield _extract(file, settings.maximum_characters)


def _extract(file: SourceFile, limit: int) -> Result:
    text = normal(file.content)
    try:
        tree = parse(text)
    except Unreadable as error:
        return Result(file.id, drop=_unreadable(text, error))
    if not any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in tree.body):
        return Result(file.id, drop=Drop("no function"))
    kept = tuple(_functions(file, text, tree, limit))
    return Result(file.id, kept) if kept else Result(file.id, drop=Drop("no function with a docstring"))


def _functions(file: SourceFile, text: str, tree: ast.Module, limit: int) -> Iterator[SourceFunction]:
    source = SourceText(text, tree)
    module = Module(tree, source)
    for index, node in module.functions():
        docstring = ast.get_docstring(node, clean=False)
        if not docstring or not docstring.strip():
            continue
        code = source.of(node)
        part = module.slice(index, node.name, limit - len(code))
        yield SourceFunction(
            id=content_id(file.id, node.name, str(first_line(node))),
            name=node.name,
            code=code,
            context=part.context,
            docstring=inspect.cleandoc(docstring).encode("utf-8", "backslashreplace").decode(),  # "\\ud800" stays so
            first_line=first_line(node),
            last_line=node.end_lineno or node.lineno,
            missing=part.missing,
            repo=file.repo,
            path=file.path,
            revision=file.revision,
            license=file.license,
        )


def _unreadable(text: str, error: Unreadable) -> Drop:
    if error.deep:
        return Drop("too deeply nested", str(error))
    lines = text.split("\n")
    line = lines[error.line - 1] if 0 < error.line <= len(lines) else ""
    old = _PYTHON_2.search(line[:1000])
    where = f"line {error.line}: " if error.line else ""
    return Drop("python 2" if old else "does not parse", f"{where}{error}")


def _facts(settings: Any, language: str) -> dict[str, str]:
    return {"grammar": ".".join(platform.python_version_tuple()[:2])}  # its grammar decides what parses


STAGE = Stage("extract", "1", SourceFile, SourceFunction, Settings, apply, facts=_facts)
