"""A stage: a pure, restartable, inspectable function over a stream of rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, model_validator

from sandboxes import Pool
from toolkit.generators import Generator

MOST = 1_000_000_000  # of anything that a setting counts: more than any run has, and no trouble for any loop


class Settings(BaseModel):
    """Base of every stage's settings: frozen, unknown keys refused, and no value taken for one of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, values: Any) -> Any:
        """TOML has lists where settings, which never change, have tuples."""
        if not isinstance(values, dict):
            return values
        return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


@dataclass(frozen=True)
class Drop:
    """One reason, from the stage's own small vocabulary, and what exactly it was about."""

    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Result:
    """What became of one input row: rows to keep, or one reason to drop it. Never both, never neither."""

    source: str  # id of the input row
    kept: tuple[Any, ...] = ()
    drop: Drop | None = None


@dataclass(frozen=True)
class Tools:
    """What a stage may use beside its rows and settings."""

    pool: Pool  # one box: a shard is run by one worker
    generator: Generator
    language: str = ""  # the target language, in stages that have one
    decisions: Mapping[str, str] = field(default_factory=dict)  # what `Survey.merge` decided: row id -> word


class Apply(Protocol):
    def __call__(self, rows: Iterator[Any], settings: Any, tools: Tools) -> Iterator[Result]: ...


@dataclass(frozen=True)
class Survey:
    """The first pass of a stage that needs the whole corpus: fingerprints, never rows.

    `marks` runs over each shard; `merge` sees all marks in the order of shards and rows, and
    yields (row id, word); `apply` then reads the words from `tools.decisions`.
    """

    mark: type  # a frozen dataclass of scalars and tuples, as in toolkit.records
    marks: Callable[[Iterator[Any], Any], Iterator[Any]]
    merge: Callable[[Iterable[Any], Any], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class Stage:
    """Everything the machinery must know of a stage. One module each in `toolkit/stages`, as `STAGE`."""

    name: str
    version: str  # raised when the meaning of the output changes
    reads: type
    writes: type
    settings: type[Settings]
    apply: Apply
    survey: Survey | None = None
    facts: Callable[[Any, str], dict[str, str]] | None = None  # (settings, language) -> versions of what it used
