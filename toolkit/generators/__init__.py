"""Generators: prompts in, completions out. Backends are found through a table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from toolkit.errors import UnknownName
from toolkit.records import SourceFunction
from toolkit.value_types import ValueType


@dataclass(frozen=True)
class Prompt:
    """One thing to translate: the text for a model, and the parts it was made from for a rewriter."""

    id: str
    language: str
    text: str
    function: SourceFunction
    parameters: tuple[ValueType, ...]  # seen in the cases, one a parameter
    result: ValueType


@dataclass(frozen=True)
class Completion:
    """The answers to one prompt; none, with the reason, where the generator declines."""

    id: str
    codes: tuple[str, ...]
    declined: str = ""


class Generator(Protocol):
    name: str  # name and version, or model@revision: a fact of every row
    languages: tuple[str, ...]  # that it can write

    def complete(self, prompts: Iterable[Prompt]) -> Iterator[Completion]: ...


BACKENDS = {"rules": "toolkit.generators.rules"}


def open_generator(name: str) -> Generator:
    """The backend's generator. Raises UnknownName."""
    if name not in BACKENDS:
        raise UnknownName(f"unknown generator {name!r}", f"known: {', '.join(BACKENDS)}")
    generator: Generator = import_module(BACKENDS[name]).open()
    return generator
