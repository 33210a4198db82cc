"""Recall of `dedup` on planted copies of real functions, its false merges, and its speed.

    python benchmarks/dedup_recall.py [--functions 1500]

Each function of a sample of real files is planted once a kind; found is the share of the copies that the
stage itself drops in favour of their original. The merges among the functions as they are, unplanted,
are counted too, and pairs of functions from different repositories that are over the threshold.
"""

import argparse
import ast
import hashlib
import io
import os
import re
import time
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from toolkit.fingerprints import structure_grams
from toolkit.lexer import PYTHON, tokens
from toolkit.neighbours import similarity, sketch
from toolkit.records import Attempt, Problem, Scores, SourceFunction, Trial, Verdict, content_id
from toolkit.stages.dedup import Settings, marks, merge

ROOT = Path(__file__).resolve().parent.parent


def functions(folder: Path, wanted: int) -> list[tuple[str, str]]:
    """(repository, code) of top-level functions with a docstring: those with the smallest digests."""
    found: dict[str, tuple[str, str]] = {}
    table = pq.read_table(folder / "python-files.parquet", columns=["repo", "content"])
    for repo, content in zip(table["repo"].to_pylist(), table["content"].to_pylist(), strict=True):
        try:
            body = ast.parse(content).body
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in body:
            if isinstance(node, ast.FunctionDef) and not node.decorator_list and ast.get_docstring(node):
                code = ast.get_source_segment(content, node) or ""
                found[hashlib.sha256(code.encode()).hexdigest()] = (repo, code)
    return [found[key] for key in sorted(found)[:wanted]]


def trial(code: str, context: str = "") -> Trial:
    """A trial of that function; its one answer is like no other."""
    id = content_id(code, context)
    function = SourceFunction(id, "f", code, context, "", 1, 1, (), "r", "p", "", "MIT")
    attempt = Attempt(id, Problem(id, function, (), (), 0, 0, 0), "lua", "", "", (f'"{id}"',))
    return Trial(id, attempt, "", 0, 0, (), Scores(1.0, 1.0, 1.0), (Verdict("passed", ""),))


def renamed(code: str) -> str:
    """Every name that the function binds, and its own, under another name."""
    tree = ast.parse(code)
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    order = {name: f"renamed_{place}" for place, name in enumerate(sorted(names))}
    parts, last = [], ""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        change = token.type == tokenize.NAME and last != "."
        parts.append((token.type, order.get(token.string, token.string) if change else token.string))
        last = token.string
    return tokenize.untokenize(parts)


def commented(code: str) -> str:
    """A comment at the end of every logical line."""
    lines = code.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.NEWLINE and "#" not in lines[token.start[0] - 1]:
            lines[token.start[0] - 1] += f"  # step {token.start[0]} of the plan"
    return "\n".join(lines)


def spaced(code: str) -> str:
    """Tabs, trailing blanks, blank lines, CRLF."""
    tabs = re.sub(r"^( {4})+", lambda match: "\t" * (len(match[0]) // 4), code, flags=re.MULTILINE)
    return tabs.replace("\n", "  \r\n\r\n")


def undocumented(code: str) -> str:
    """The docstring cut out, all else as it stands."""
    node = ast.parse(code).body[0]
    assert isinstance(node, ast.FunctionDef)
    lines = code.splitlines()
    first, rest = node.body[0], node.body[1:]
    return "\n".join(lines[: first.lineno - 1] + (lines[first.end_lineno :] if rest else ["    pass"]))


def one_more_statement(code: str) -> str:
    """A statement before the last line of the body."""
    node = ast.parse(code).body[0]
    assert isinstance(node, ast.FunctionDef)
    lines = code.splitlines()
    last = node.body[-1]
    lines.insert(last.lineno - 1, " " * last.col_offset + "extra = [n * n for n in range(10)]")
    return "\n".join(lines)


IMPORTS = "import math\nimport os\nfrom typing import Any, List\nfrom re import sub"
REORDERED = "from re import sub\nfrom typing import (\n    List,\n    Any,\n)\nimport os, math"
KINDS: dict[str, Callable[[str], str]] = {
    "renamed": renamed,
    "comments added": commented,
    "white space": spaced,
    "reformatted (ast.unparse)": lambda code: ast.unparse(ast.parse(code)),
    "documentation removed": undocumented,
    "renamed and reformatted": lambda code: ast.unparse(ast.parse(renamed(code))),
    "one statement more": one_more_statement,
    "imports reordered": lambda code: code,
}


def recall(sample: list[tuple[str, str]], kind: str, settings: Settings) -> tuple[int, int]:
    """Copies found, of those planted: the stage itself decides over originals and copies together."""
    originals, copies = [], []
    for _, code in sample:
        try:
            copy = KINDS[kind](code)
            ast.parse(copy)
        except (SyntaxError, tokenize.TokenError, IndentationError):
            continue  # tokenize can not rewrite it
        with_imports = kind == "imports reordered"
        originals.append(trial(code, IMPORTS if with_imports else ""))
        copies.append(trial(copy, REORDERED if with_imports else "\n"))
    words = dict(merge(marks(iter(originals + copies), settings), settings))
    return sum(words[copy.id] != "keep" for copy in copies), len(copies)


def false_pairs(sample: list[tuple[str, str]], settings: Settings) -> tuple[int, int]:
    """Pairs of different repositories over the threshold, of all such pairs of 1,000 functions."""
    read = []
    for repo, code in sample[:1000]:
        grams = structure_grams(tokens(code, PYTHON))
        if len(grams) >= settings.minimum_grams:
            read.append((repo, np.array(sketch(grams), np.uint32)))
    pairs = [(one, other) for (a, one), (b, other) in combinations(read, 2) if a != b]
    return sum(similarity(one, other) >= settings.threshold for one, other in pairs), len(pairs)


def report(folder: Path, wanted: int) -> Iterator[str]:
    """The lines of the report."""
    settings = Settings()
    sample = functions(folder, wanted)
    yield f"{len(sample)} functions, threshold {settings.threshold}, at least {settings.minimum_grams} grams"
    for kind in KINDS:
        found, planted = recall(sample, kind, settings)
        yield f"  {kind:<28} {found / planted:7.2%} of {planted}"
    rows = [trial(code) for _, code in sample]
    start = time.process_time()
    marked = list(marks(iter(rows), settings))
    middle = time.process_time()
    words = Counter(word.partition(":")[0] for _, word in merge(iter(marked), settings))
    end = time.process_time()
    yield f"  merged as they are: {words['exact']} exact, {words['near']} near, of {len(rows)}"
    over, pairs = false_pairs(sample, settings)
    yield f"  pairs of different repositories over the threshold: {over} of {pairs}"
    compared = len(rows) * (len(rows) - 1) / 2 / (end - start)
    rates = len(rows) / (middle - start), len(rows) / (end - middle)
    yield f"  of CPU: {rates[0]:.0f} marks/s, {rates[1]:.0f} decisions/s; as many as {compared:.0f} pairs/s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=1500)
    data = Path(os.environ.get("LANGLIFT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    for line in report(data, parser.parse_args().functions):
        print(line, flush=True)


if __name__ == "__main__":
    main()
