"""Lua, blind. A table is a mapping, whatever it was in Python; text and bytes are strings; a function iterates."""

import re
from typing import Any

from toolkit.canonical import Node, mapping
from toolkit.languages.base import Suite, encoded, part
from toolkit.languages.blind import Blind

_PLACE = re.compile(rb"(.*?):[0-9]+: (.*)", re.DOTALL)  # that `error` puts before a message


def files(code: str, suite: Suite, variant: int) -> dict[str, bytes]:
    """As under proof, but with calls where the checks were."""
    made = {
        "main.lua": part(__file__, "fence.lua") + part(__file__, "blind.lua") + part(__file__, "drive.lua"),
        "translation.lua": code,
        "tests.lua": "".join(f"{_word(suite)}(function() return {call} end)\n" for call in suite.calls),
        "name": suite.signature.name,
        "variant": str(variant),
    }
    return {name: encoded(text) for name, text in made.items()}


def _word(suite: Suite) -> str:
    return "verify" if suite.signature.name.startswith("check") else "check"


def model(value: Any) -> Node:
    """The expected value as Lua's literal of it would be told."""
    match value:
        case None:
            return Node("n")
        case bool():
            return Node("o", value)
        case int():
            return Node("i", value)
        case float():
            return Node("d", value)
        case str():
            return Node("s", encoded(value))
        case bytes():
            return Node("s", value)
        case list() | tuple():
            return mapping([(Node("i", place), model(each)) for place, each in enumerate(value, 1)])
        case set() | frozenset():
            return mapping([(model(each), Node("o", True)) for each in value])
        case dict():
            return mapping([(model(each), model(of)) for each, of in value.items()])
    raise ValueError(f"no form in Lua: {type(value).__name__}")


def names(name: str, error: bytes) -> bool:
    """Name at the start, behind the place in the source that `error` may have put there; then a colon or nothing."""
    placed = _PLACE.fullmatch(error)
    text = placed[2] if placed and b": " not in placed[1] else error
    return text == name.encode() or text.startswith(f"{name}:".encode())


BLIND = Blind(files, lambda value, type: model(value), names)
