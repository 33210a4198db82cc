"""Lua, blind. A table is a mapping, whatever it was in Python; text and bytes are strings; a function iterates."""

import re
from typing import Any

from toolkit.canonical import Node, mapping, scalar
from toolkit.languages.base import Suite
from toolkit.languages.blind import Blind
from toolkit.languages.lua import run_of, word_of

_PLACE = re.compile(rb"(.*?):[0-9]+: (.*)", re.DOTALL)  # that `error` puts before a message


def files(code: str, suite: Suite, variant: int) -> dict[str, bytes]:
    """As under proof, but with calls where the checks were."""
    name = suite.signature.name
    lines = (f"{word_of(name)}(function() return {call} end)" for call in suite.calls)
    return run_of("blind.lua", code, lines, name, variant)


def model(value: Any) -> Node:
    """The expected value as Lua's literal of it would be told."""
    if (node := scalar(value)) is not None:
        return node
    match value:
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
