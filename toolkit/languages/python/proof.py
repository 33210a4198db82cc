"""Runs program.py as a program of its own and tells of its end.

`sys.exit(VALUE)` or `unittest.main()` as the last statement counts as the end: what it would leave with is kept under
a name made for this run, and is the status of the program.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # few programs need `ast`, and none `typing`
if TYPE_CHECKING:
    from typing import Any

LEAVES = (b"sys.exit", b"SystemExit", b"unittest.main")
PARSED = 0x400  # compile: to a tree


def keep_status(tree: Any, mark: str) -> str:
    """Makes a last statement that leaves one that keeps what it would leave with; what that is."""
    import ast

    body = tree.body
    while body and isinstance(body[-1], ast.If) and not body[-1].orelse:
        body = body[-1].body
    values: Any = None
    match body[-1:]:
        case [ast.Expr(ast.Call(ast.Attribute(ast.Name("sys"), "exit"), [*values], []))] if len(values) < 2:
            status = values[0] if values else ast.Constant(None)
        case [ast.Raise(ast.Call(ast.Name("SystemExit"), [*values], []), None)] if len(values) < 2:
            status = values[0] if values else ast.Constant(None)
        case [ast.Expr(ast.Call(ast.Attribute(ast.Name("unittest"), "main")) as status)]:
            if status.args or any(word.arg in (None, "exit") for word in status.keywords):
                return ""
            status.keywords.append(ast.keyword("exit", ast.Constant(False)))
        case _:
            return ""
    if isinstance(status, ast.Starred):
        return ""
    body[-1] = ast.fix_missing_locations(ast.copy_location(ast.Assign([ast.Name(mark, ast.Store())], status), body[-1]))
    return "tests" if values is None else "status"


def prove() -> None:
    nonce = bytearray()
    while (byte := os.read(0, 1)) not in (b"\n", b""):
        nonce += byte
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    write, flush, output = os.write, sys.stdout.flush, sys.stdout
    with open("program.py", "rb") as file:
        text: Any = file.read()
    mark = kept = ""
    if any(word in text for word in LEAVES):
        mark = "_" + os.urandom(8).hex()
        text = compile(text, "program.py", "exec", PARSED, dont_inherit=True)
        kept = keep_status(text, mark)
    code = compile(text, "program.py", "exec", dont_inherit=True)
    main = sys.modules["__main__"] = type(sys)("__main__")
    main.__dict__.update(__builtins__=__builtins__, __file__="program.py")
    exec(code, main.__dict__)
    status: Any = main.__dict__.get(mark)
    if kept == "tests" and mark in main.__dict__:
        status = int(not (status.result.wasSuccessful() and status.result.testsRun))
    if status is not None and not (type(status) in (int, bool) and status == 0):
        sys.exit(status)
    del code, text, main
    try:
        flush() if sys.stdout is output else sys.stdout.flush()
    finally:
        write(1, b"\n" + bytes(nonce) + b" done\n")


prove()
