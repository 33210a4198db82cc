"""OCaml, blind. The type of the result is settled before, so that one text is written for each type."""

from typing import Any

from toolkit.canonical import Node, collection, mapping
from toolkit.languages.base import Suite, encoded, part
from toolkit.languages.blind import Blind
from toolkit.languages.ocaml import MODULE, kind_text, wide
from toolkit.value_types import ValueType


def files(code: str, suite: Suite, variant: int) -> dict[str, bytes]:
    """As under proof, but with calls where the checks were."""
    name, kind = suite.signature.name, kind_text(suite.signature.result)
    word = "yields" if suite.signature.yields else "returns"
    calls = "".join(f"  {MODULE}.({word} {kind}) (fun () -> {call});\n" for call in suite.calls)
    tuples = "".join(map(_tuple, wide(suite.signature.result)))
    made = {
        "run.sh": part(__file__, "run.sh"),
        "translation.ml": code,
        f"harness/{MODULE.lower()}.ml": part(__file__, "harness.ml")
        + part(__file__, "blind.ml")
        + tuples
        + part(__file__, "drive.ml"),
        "tests.ml": f"let {name} = Translation.{name}\n\nlet () = {MODULE}.run @@ fun () ->\n{calls}  ()\n",
    }
    return {path: encoded(text) for path, text in made.items()}


def _tuple(arity: int) -> str:
    places = range(1, arity + 1)
    kinds, values = (" ".join(f"{letter}{place}" for place in places) for letter in "kv")
    puts = "; ".join(f"k{place}.put depth v{place}" for place in places)
    return f"""
  let tuple{arity} {kinds} =
    {{ put = (fun depth ({values.replace(" ", ", ")}) ->
        let depth = deeper depth in
        Buffer.add_string text "u{arity}:"; {puts}) }}
"""


def model(value: Any, type: ValueType) -> Node:
    """The expected value as the kind of its type would write it."""
    match type.kind:
        case "optional":
            return Node("n") if value is None else model(value, type.of[0])
        case "bool" | "int" | "float":
            tag = {"bool": "o", "int": "i", "float": "d"}[type.kind]
            return Node(tag, float(value) if tag == "d" else value)
        case "str" | "bytes":
            return Node("s", value if isinstance(value, bytes) else encoded(value))
        case "list":
            return Node("l", tuple(model(each, type.of[0]) for each in value))
        case "set" | "frozenset":
            return collection([model(each, type.of[0]) for each in value])
        case "dict":
            return mapping([(model(key, type.of[0]), model(each, type.of[1])) for key, each in value.items()])
        case "tuple" if type.of:
            return Node("u", tuple(map(model, value, type.of)))
        case "none" | "tuple":
            return Node("n")
    raise ValueError(f"no form in OCaml: {type}")


def names(name: str, error: bytes) -> bool:
    """A failure with the name at its start, or an exception of that name."""
    return error == name.encode() or error.startswith(f"{name}:".encode())


BLIND = Blind(files, model, names)
