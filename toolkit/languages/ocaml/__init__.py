"""OCaml from 4.13, compiled by `ocamlc` (bytecode: the compiler that Debian's ocaml-nox carries whole).

Values: None alone is `()`, beside other values it makes an option; lists are lists, tuples tuples,
dictionaries association lists in their order, sets lists without repetition (neither order counts
in a comparison); text is its UTF-8 bytes, and bytes are a string too. Parameters are curried; a
function without any takes `()`. An integer among floats is a float. A generator is a `Seq.t`.

Without a faithful form: integers beyond 63 bits, values of no common type, tuples of one, complex
numbers, text with lone surrogates. Types are settled over the whole suite; the cases that do not
fit them are skipped.

The harness is compiled after the translation and linked before it, so the translation has no name
for it, and its sources are removed before the program starts. Not covered: a program that reads its
own memory (`Obj`, `external`, `/proc/self/mem`) can find the nonce.
"""

import os
import re
import shutil
import subprocess
from functools import cache
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
from toolkit.languages.ocaml.examples import EXAMPLES
from toolkit.value_types import ValueType

WORDS = (
    "and as assert asr begin class constraint do done downto else end exception external false for fun function"
    " functor if in include inherit initializer land lazy let lor lsl lsr lxor match method mod module mutable new"
    " nonrec object of open or private rec sig struct then to true try type val virtual when while with"
)
TAKEN = frozenset(WORDS.split())
OLDEST = (4, 13)
MODULE = "Langlift_check"  # beside the names of a translation, where no name may be given twice
SCALARS = {"none": "unit", "bool": "bool", "int": "int", "float": "float", "str": "string", "bytes": "string"}
CONTAINERS = {"list": "list", "set": "set", "frozenset": "set", "dict": "dict", "optional": "option"}


def identifier(name: str) -> str:
    """In lower case at the start; an underscore behind what would be a keyword or another name."""
    plain = "".join(letter if letter.isascii() else f"u{ord(letter):x}" for letter in name)
    if plain[0].isupper():
        return f"{plain[0].lower()}{plain[1:]}_"
    return f"{plain}_" if plain in TAKEN or plain == "_" else plain


def comment(text: str) -> str:
    """As comment lines. A comment must not hold an open string or another comment: both are lexed inside."""
    quiet = re.sub(r"\{([a-z_]*)\|", r"{\1 |", text.replace('"', "''").replace("(*", "( *").replace("*)", "* )"))
    return "".join(f"(* {line.replace(chr(39) * 3, chr(39) * 2)} *)\n" for line in quiet.splitlines())


def type_text(type: ValueType) -> str:
    """The type in OCaml. Raises Untranslatable."""
    if type.kind in SCALARS:
        return SCALARS[type.kind]
    inner = [type_text(each) for each in type.of]
    match type.kind:
        case "unknown":
            return "_"
        case "list" | "set" | "frozenset":
            return f"{inner[0]} list"
        case "dict":
            return f"({inner[0]} * {inner[1]}) list"
        case "optional":
            return f"{inner[0]} option"
        case "tuple" if len(inner) != 1:
            return f"({' * '.join(inner)})" if inner else "unit"
        case "tuple":
            raise Untranslatable("a tuple of one")
        case "any":
            raise Untranslatable("values of no common type")
    raise Untranslatable(f"a value of type {type.kind}")


def kind_text(type: ValueType) -> str:
    """The value of the checks that compares and shows values of this type."""
    if type.kind in SCALARS:
        return SCALARS[type.kind]
    inner = " ".join(map(kind_text, type.of))
    if type.kind == "tuple":
        return f"(tuple{len(type.of)} {inner})" if type.of else "unit"
    return f"({CONTAINERS[type.kind]} {inner})" if type.kind in CONTAINERS else type.kind


def literal(value: Any, type: ValueType) -> str:
    """The value in OCaml, as the argument of a function. Raises Untranslatable."""
    match type.kind:
        case "optional":
            return "None" if value is None else f"(Some {literal(value, type.of[0])})"
        case "none":
            return "()"
        case "bool":
            return "true" if value else "false"
        case "int":
            return _integer(value)
        case "float":
            return _float(value)
        case "str" | "bytes":
            return _string(value)
        case "list":
            return f"[{'; '.join(literal(each, type.of[0]) for each in value)}]"
        case "set" | "frozenset":
            return f"[{'; '.join(sorted(literal(each, type.of[0]) for each in value))}]"
        case "dict":
            pairs = ((literal(key, type.of[0]), literal(each, type.of[1])) for key, each in value.items())
            return f"[{'; '.join(f'({key}, {each})' for key, each in pairs)}]"
        case "tuple":
            return f"({', '.join(map(literal, value, type.of))})"
    raise Untranslatable(f"a value of type {value.__class__.__name__}")


def _integer(value: int) -> str:
    if not -(2**62) <= value < 2**62:
        raise Untranslatable("an integer beyond 63 bits")
    return f"({value})" if value < 0 else str(value)


def _float(value: int | float) -> str:
    if value != value:
        return "Float.nan"
    if value in (float("inf"), float("-inf")):
        return "Float.infinity" if value > 0 else "Float.neg_infinity"
    if abs(value) > 2**53 and isinstance(value, int):
        raise Untranslatable("an integer among floats beyond 53 bits")
    text = repr(float(value))
    return f"({text})" if text.startswith("-") else text


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _string(value: str | bytes) -> str:
    letters = value if isinstance(value, str) else value.decode("latin-1")
    return '"' + "".join(_character(letter, isinstance(value, bytes)) for letter in letters) + '"'


def _character(letter: str, byte: bool) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable() and not (byte and letter > "~"):
        return letter
    try:
        return "".join(f"\\{each:03d}" for each in letter.encode("latin-1" if byte else "utf-8"))
    except UnicodeEncodeError:
        raise Untranslatable("text with a lone surrogate") from None


def header(signature: Signature) -> str:
    """The first line of the translation."""
    typed = zip(signature.parameters, map(type_text, signature.types), strict=True)
    parameters = " ".join(f"({name} : {text})" for name, text in typed) or "()"
    result = type_text(signature.result) + (" Seq.t" if signature.yields else "")
    return f"let rec {signature.name} {parameters} : {result} ="


def call(name: str, arguments: tuple[str, ...]) -> str:
    return f"{name} {' '.join(arguments) or '()'}"


def check(signature: Signature, case: Call, text: str, expected: str) -> str:
    """One line that calls the function and compares."""
    if case.outcome == "raises":
        body = f"{MODULE}.drain ({text})" if signature.yields else text
        return f"{MODULE}.raises {_string(case.expected)} (fun () -> {body});"
    return f"{MODULE}.({case.outcome} {kind_text(signature.result)}) ({text}) {expected};"


def tests(signature: Signature, lines: tuple[str, ...]) -> str:
    """The checks with what they need, to stand behind a translation."""
    module = f"module {MODULE} = struct\n{PLAIN}{_module(signature)}end\n"
    return f"{module}\nlet () =\n{_body(lines)}"


PLAIN = """\
  open Stdlib

  let case = ref 0
  let fail case message = failwith (Printf.sprintf "case %d: %s" case message)
"""


def _body(lines: tuple[str, ...]) -> str:
    return "".join(f"  {line}\n" for line in lines) + "  ()\n"


def _module(signature: Signature) -> str:
    return part(__file__, "checks.ml") + "".join(map(_tuple, wide(signature.result))) + part(__file__, "cases.ml")


def wide(type: ValueType) -> list[int]:
    """How many places the tuples of more than two have that a type holds."""
    return sorted(arity for arity in _arities(type) if arity > 2)


def _arities(type: ValueType) -> set[int]:
    own = {len(type.of)} if type.kind == "tuple" else set()
    return own.union(*map(_arities, type.of))


def _tuple(arity: int) -> str:
    places = range(1, arity + 1)
    row = {letter: ", ".join(f"{letter}{place}" for place in places) for letter in "ab"}
    same = " && ".join(f"k{place}.same a{place} b{place}" for place in places)
    show = ' ^ ", " ^ '.join(f"k{place}.show a{place}" for place in places)
    return f"""
  let tuple{arity} {" ".join(f"k{place}" for place in places)} =
    {{ same = (fun ({row["a"]}) ({row["b"]}) -> {same});
      show = (fun ({row["a"]}) -> "(" ^ {show} ^ ")") }}
"""


def proof(code: str, suite: Suite, variant: int) -> dict[str, bytes]:
    """The proving run; there is nothing to vary."""
    name = suite.signature.name
    files = {
        "run.sh": part(__file__, "run.sh"),
        "translation.ml": code,
        f"harness/{MODULE.lower()}.ml": part(__file__, "harness.ml")
        + _module(suite.signature)
        + part(__file__, "drive.ml"),
        "tests.ml": f"let {name} = Translation.{name}\n\nlet () = {MODULE}.run @@ fun () ->\n{_body(suite.lines)}",
    }
    return {path: encoded(text) for path, text in files.items()}


def plain(program: str) -> dict[str, bytes]:
    return {"run.sh": encoded(part(__file__, "plain.sh")), "program.ml": encoded(program)}


def closing(word: str) -> str:
    return f'Stdlib.print_endline "\\n{word}";'


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `ocamlc` on PATH with the `ocamlrun` beside it."""
    compiler, runner = shutil.which("ocamlc"), shutil.which("ocamlrun")
    if compiler is None or runner is None:
        return ()
    version, library = (_says(compiler, option) for option in ("-version", "-where"))
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST:
        return ()
    readable = outside_system(os.path.dirname(compiler), os.path.dirname(runner), library)
    return (Toolchain("ocamlc", f"OCaml {version}", ("/bin/sh", "run.sh", compiler, runner), {}, readable),)


def _says(compiler: str, option: str) -> str:
    return subprocess.run([compiler, option], capture_output=True, text=True, check=True, timeout=60).stdout.strip()


LANGUAGE = Language(
    name="ocaml",
    title="OCaml",
    extension=".ml",
    typed=True,
    ordered=True,
    remedy="install ocaml-nox 4.13 or later (apt install ocaml-nox)",
    toolchains=toolchains,
    identifier=identifier,
    comment=comment,
    type_text=type_text,
    literal=literal,
    header=header,
    call=call,
    check=check,
    tests=tests,
    proof=proof,
    plain=plain,
    closing=closing,
    examples=EXAMPLES,
)
