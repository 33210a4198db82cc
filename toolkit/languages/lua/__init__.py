"""Lua 5.4.

Values: None is nil; lists and tuples are tables counted from 1; dictionaries plain tables; sets
tables with `true` behind each key; text is its UTF-8 bytes, and bytes are a string too. All
parameters are passed by position. A generator is a function that returns an iterator function.

Without a faithful form: integers beyond 64 bits, None inside a table (the key would vanish),
tuples, None and nan as keys (tables compare by identity), text with lone surrogates, complex
numbers, two keys that become one.

The translation runs without `debug`, `package`, files, processes and binary chunks, so it finds
neither the nonce nor the expected values. `pairs` and `next` visit a sequence in order and the
other keys in an order that the run chooses (ascending, descending, shuffled), since Lua's own
order changes with each process: a translation that depends on it is found out, every time the
same way. Keys that are tables or functions keep Lua's order.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from toolkit.languages.base import (
    Call,
    Language,
    Signature,
    Suite,
    Toolchain,
    Untranslatable,
    encoded,
    outside_system,
    part,
)
from toolkit.languages.lua.examples import EXAMPLES
from toolkit.value_types import ValueType

WORDS = (
    "and break do else elseif end false for function goto if in local nil not or repeat return then true until while"
    " assert collectgarbage coroutine debug dofile error getmetatable io ipairs load loadfile math next os package"
    " pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring"
    " type utf8 warn xpcall _G _ENV _VERSION"
)
TAKEN = frozenset(WORDS.split())  # keywords, and the library's names: a function must not hide them


def identifier(name: str) -> str:
    """An underscore behind what means something else in Lua; letters beyond ASCII by their code."""
    plain = "".join(letter if letter.isascii() else f"u{ord(letter):x}" for letter in name)
    return f"{plain}_" if plain in TAKEN else plain


def literal(value: Any, type: ValueType) -> str:
    """The value in Lua. Raises Untranslatable."""
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case int():
            return _integer(value)
        case float():
            return _float(value)
        case str() | bytes():
            return _string(value)
        case list() | tuple():
            return f"{{{', '.join(_inner(each) for each in value)}}}"
        case set() | frozenset():
            return _table((each, True) for each in value)
        case dict():
            return _table(value.items(), ordered=True)
    raise Untranslatable(f"a value of type {value.__class__.__name__}")


def _inner(value: Any) -> str:
    if value is None:
        raise Untranslatable("None inside a table")
    return literal(value, _UNTYPED)


_UNTYPED = ValueType("any")


def _integer(value: int) -> str:
    if not -(2**63) <= value < 2**63:
        raise Untranslatable("an integer beyond 64 bits")
    return "math.mininteger" if value == -(2**63) else str(value)  # -9223372036854775808 would be a float


def _float(value: float) -> str:
    if value != value:
        return "(0/0)"
    if value in (float("inf"), float("-inf")):
        return "math.huge" if value > 0 else "-math.huge"
    return repr(value)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _string(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return '"' + "".join(_character(chr(byte)) if byte < 128 else f"\\{byte:03d}" for byte in value) + '"'
    return '"' + "".join(map(_character, value)) + '"'


def _character(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    try:
        return "".join(f"\\{byte:03d}" for byte in letter.encode())
    except UnicodeEncodeError:
        raise Untranslatable("text with a lone surrogate") from None


def _table(pairs: Iterable[tuple[Any, Any]], ordered: bool = False) -> str:
    entries: dict[str, str] = {}
    for key, value in pairs:
        text = _key(key)
        if text in entries:
            raise Untranslatable("two keys that are one in Lua")
        entries[text] = f"{_field(key, text)} = {_inner(value)}"
    return f"{{{', '.join(entries.values() if ordered else sorted(entries.values()))}}}"


def _key(key: Any) -> str:
    if isinstance(key, tuple | frozenset):
        raise Untranslatable(f"a {key.__class__.__name__} as a key")
    if key is None or key != key:
        raise Untranslatable(f"{key} as a key")
    if isinstance(key, float) and key.is_integer() and abs(key) < 2**63:
        key = int(key)  # as Lua itself does
    return literal(key, _UNTYPED)


def _field(key: Any, text: str) -> str:
    bare = isinstance(key, str) and key.isascii() and key.isidentifier() and key not in TAKEN
    return key if bare else f"[{text}]"


def check(signature: Signature, call: Call, text: str, expected: str) -> str:
    """One line that calls the function and compares."""
    word = word_of(signature.name)
    if call.outcome == "raises":
        body = f"for _ in {text} do end" if signature.yields else f"return {text}"
        return f"{word}_raises({_string(call.expected)}, function() {body} end)"
    return f"{word}_yields({text}, {expected})" if call.outcome == "yields" else f"{word}({text}, {expected})"


def word_of(name: str) -> str:
    """What checks are called beside a function of this name, which must not be hidden."""
    return "verify" if name.startswith("check") else "check"


def tests(signature: Signature, lines: tuple[str, ...]) -> str:
    """The checks with what they need, to stand behind a translation."""
    word = word_of(signature.name)
    checks = (PLAIN + part(__file__, "checks.lua")).replace("check", word)
    return f"local {word}, {word}_raises, {word}_yields\ndo\n{checks}end\n\n" + "".join(f"{line}\n" for line in lines)


PLAIN = """\
  local function fail(case, message) error("case " .. case .. ": " .. message, 0) end

"""


def proof(code: str, suite: Suite, variant: int) -> dict[str, bytes]:
    """The proving run. Variant 0 visits keys in ascending order, 1 in descending order, the others shuffled."""
    return run_of("checks.lua", code, suite.lines, suite.signature.name, variant)


def run_of(harness: str, code: str, lines: Iterable[str], name: str, variant: int) -> dict[str, bytes]:
    """A translation, and lines that call it, under a harness that stands between the fence and what drives them."""
    files = {
        "main.lua": part(__file__, "fence.lua") + part(__file__, harness) + part(__file__, "drive.lua"),
        "translation.lua": code,
        "tests.lua": "".join(f"{line}\n" for line in lines),
        "name": name,
        "variant": str(variant),
    }
    return {path: encoded(text) for path, text in files.items()}


def plain(program: str) -> dict[str, bytes]:
    return {"main.lua": encoded(program)}


def closing(word: str) -> str:
    return f'io.stdout:write("\\n{word}\\n")'


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """A `lua` on PATH, then the one inside the lupa wheel."""
    return tuple(filter(None, (_installed(), _wheel())))


def _installed() -> Toolchain | None:
    for path in filter(None, map(shutil.which, ("lua5.4", "lua"))):
        done = subprocess.run([path, "-v"], capture_output=True, text=True, check=False, timeout=60)
        words = (done.stdout or done.stderr).split()
        if words[1:2] and words[1].startswith("5.4"):
            real = os.path.realpath(path)
            return Toolchain("lua", f"Lua {words[1]}", (real, "main.lua"), {}, outside_system(os.path.dirname(real)))
    return None


def _wheel() -> Toolchain | None:
    found = importlib.util.find_spec("lupa")
    if found is None or found.origin is None or not list(Path(found.origin).parent.glob("lua54.*")):
        return None
    package = Path(found.origin).parent
    python = os.path.realpath(sys.executable)
    return Toolchain(
        name="lupa",
        version=f"Lua 5.4 of lupa {metadata.version('lupa')}",
        command=(python, "-I", "-S", "driver.py", str(package.parent)),
        files={"driver.py": encoded(part(__file__, "driver.py"))},
        readable=(*outside_system(sys.base_prefix, sys.base_exec_prefix, python), str(package)),
    )


LANGUAGE = Language(
    name="lua",
    title="Lua",
    extension=".lua",
    typed=False,
    ordered=False,
    remedy="install lua5.4 (apt install lua5.4), or the lupa wheel (pip install lupa)",
    toolchains=toolchains,
    identifier=identifier,
    comment=lambda text: "".join(f"-- {line}".rstrip() + "\n" for line in text.splitlines()),
    type_text=lambda type: "",
    literal=literal,
    header=lambda signature: f"function {signature.name}({', '.join(signature.parameters)})",
    call=lambda name, arguments: f"{name}({', '.join(arguments)})",
    check=check,
    tests=tests,
    proof=proof,
    plain=plain,
    closing=closing,
    examples=EXAMPLES,
)
