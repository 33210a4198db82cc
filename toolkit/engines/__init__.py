"""Where shards run. An engine is handed a function and items; it knows neither stages nor rows."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, Protocol, Self, TypeVar

from toolkit.errors import UnknownName

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Tell = Callable[[Any], None]  # what work says while it runs; reaches `hear` in the parent


class Engine(Protocol):
    """`map` gives the answers as they finish. A context manager: its workers live inside the block."""

    def map(
        self, work: Callable[[Item, Tell], Answer], items: Iterable[Item], hear: Callable[[Any], None]
    ) -> Iterator[Answer]: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


ENGINES = {"local": "toolkit.engines.local"}


def open_engine(name: str, workers: int) -> Engine:
    """The engine by name, with so many shards at once. Raises UnknownName."""
    if name not in ENGINES:
        raise UnknownName(f"unknown engine {name!r}", f"known: {', '.join(ENGINES)}")
    engine: Engine = import_module(ENGINES[name]).open(workers)
    return engine
