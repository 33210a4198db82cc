"""Runs program.py, then the calls of tests.py, and tells what each does as `toolkit.languages.blind` says.

Runs INSIDE a sandbox, beside hostile code; never imported by langlift. What it uses is bound before the program runs,
so that a program that rewrites `builtins` or `os` by mistake is still judged by what it answers.
"""

from __future__ import annotations

import os
import sys
from builtins import (  # noqa: UP029 - bound before a program can rewrite them
    BaseException,
    MemoryError,
    SystemExit,
    ValueError,
    any,
    callable,
    compile,
    dict,
    exec,
    float,
    frozenset,
    getattr,
    int,
    iter,
    len,
    list,
    open,
    set,
    sorted,
    str,
    tuple,
    type,
)  # fmt: skip

TYPE_CHECKING = False  # `typing` is not worth its import time here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LARGEST, DEEPEST, YIELDED, BITS = 32768, 100, 1000, 13000
_write, _exit, _items = os.write, os._exit, dict.items


class NoText(ValueError):
    """The value has none, or too much; the message says why."""


def canonical(value: object, listed: bool = False) -> bytes:
    """The text of a value, in its place the reason why it has none. `listed`: a list, whatever its values are."""
    left = [LARGEST]
    try:
        texts = [_text(each, left, 0) for each in value] if listed else [_text(value, left, 0)]  # type: ignore[attr-defined]
    except NoText as error:
        reason = str(error).encode("ascii", "backslashreplace")[:200]
        return b"x%d:%s" % (len(reason), reason)
    return b"l%d:%s" % (len(texts), b"".join(texts)) if listed else texts[0]


def _text(value: Any, left: list[int], depth: int) -> bytes:
    left[0] -= 4
    if left[0] < 0:
        raise NoText("a value that is too long")
    kind = type(value)
    if value is None or value is True or value is False:
        return b"n" if value is None else b"t" if value else b"f"
    if kind is int:
        if value.bit_length() > BITS:
            raise NoText("an integer that is too long")
        return b"i%d;" % value
    if kind is float:
        return b"dnan;" if value != value else b"d%.17g;" % value
    if kind is str or kind is bytes:
        content = value.encode("utf-8", "surrogatepass") if kind is str else value
        left[0] -= len(content)
        if left[0] < 0:
            raise NoText("a value that is too long")
        return b"%s%d:%s" % (b"s" if kind is str else b"b", len(content), content)
    return _many(value, kind, left, depth + 1)


def _many(value: Any, kind: Any, left: list[int], depth: int) -> bytes:
    if depth > DEEPEST:
        raise NoText("a value nested too deep")
    if kind is list or kind is tuple:
        return b"%s%d:%s" % (
            b"l" if kind is list else b"u",
            len(value),
            b"".join([_text(each, left, depth) for each in value]),
        )
    if kind is set or kind is frozenset:
        return b"e%d:%s" % (len(value), b"".join(sorted([_text(each, left, depth) for each in value])))
    if kind is dict or (kind.__module__ == "collections" and any(each is dict for each in kind.__mro__)):
        pairs = [_text(name, left, depth) + _text(each, left, depth) for name, each in _items(value)]
        return b"m%d:%s" % (len(pairs), b"".join(pairs))
    raise NoText(f"a value of type {kind.__name__}")


def consumed(result: Any) -> tuple[bytes, Any]:
    """An iterator, judged by its type alone, becomes what it yields; anything else is itself."""
    if not all_callable(type(result), "__next__", "__iter__"):
        return b"returns", result
    values = []
    for each in iter(result):
        values.append(each)
        if len(values) == YIELDED:
            break
    return b"yields", values


def all_callable(kind: type, *names: str) -> bool:
    return not any(not callable(getattr(kind, name, None)) for name in names)


def shown(error: BaseException) -> bytes:
    """Name, colon, message."""
    try:
        text = f"{type(error).__name__}: {str(error)[:800]}"
        return text.encode("utf-8", "backslashreplace")
    except BaseException:
        return b"an error that can not be shown"


class Teller:
    """The two ways back, kept from the program; what that prints goes nowhere."""

    def __init__(self) -> None:
        raw = b""
        while part := os.read(0, 1 << 16):
            raw += part
        self.mark, self.case = raw.split(b"\n")[0], 0
        _write(2, b"ready\n")
        self.said, self.answers = os.dup(1), os.dup(2)
        nothing = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1, 2):
            os.dup2(nothing, each)

    def end(self, status: bytes, case: int = 0, detail: bytes | None = None) -> None:
        told = b"" if detail is None else b"\t%d\t%s" % (case, detail)
        _put(self.said, b"\n%s %s%s\n" % (self.mark, status, told))
        _exit(0 if detail is None else 1)  # nothing that the program registered for the end is run

    def failed(self, case: int, error: BaseException) -> None:
        self.end(b"memory" if type(error) is MemoryError else b"runtime error", case, shown(error))

    def check(self, call: Callable[[], object]) -> None:
        try:
            outcome, value = consumed(call())
            text = canonical(value, outcome == b"yields")
        except SystemExit:
            _exit(0)
        except MemoryError as error:
            self.failed(self.case + 1, error)
        except BaseException as error:
            outcome, text = b"raises", shown(error)
        self.case += 1
        _put(self.answers, b"\n%s %d %s %d\n%s\n" % (self.mark, self.case, outcome, len(text), text))


def _put(descriptor: int, content: bytes) -> None:
    while content:
        content = content[_write(descriptor, content) :]


def content(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogatepass") as file:
        return file.read()


def main() -> None:
    teller = Teller()
    name, text, calls = content("name"), content("program.py"), content("tests.py")
    module = sys.modules["__main__"] = type(sys)("__main__")
    try:
        code = compile(text, "program.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        teller.end(b"compile error", 0, shown(error))
    try:
        exec(code, module.__dict__)
        candidate = module.__dict__[name]
    except SystemExit:
        _exit(0)
    except BaseException as error:
        teller.failed(0, error)
    sight = {name: candidate, "set": set, "frozenset": frozenset, "inf": float("inf"), "nan": float("nan")}
    sight["verify" if name.startswith("check") else "check"] = teller.check
    exec(compile(calls, "tests.py", "exec", dont_inherit=True), sight)
    teller.end(b"done %d" % teller.case)


main()
