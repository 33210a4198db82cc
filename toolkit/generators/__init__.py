"""Generators: prompts in, completions out. Backends are found through a table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol

from toolkit.errors import UnknownName
from toolkit.records import SourceFunction, content_id
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


@cache
def sources_digest() -> str:
    """What this package is made of: another rewriter under the same name has another digest."""
    return digest_of(Path(__file__).parent)


def digest_of(folder: Path) -> str:
    """A short digest of the Python and Lua files below a folder, by name and content."""
    files = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.suffix in (".py", ".lua") and path.is_file()
    }
    return content_id(*(part for name in sorted(files) for part in (name, files[name].read_text(encoding="utf-8"))))
