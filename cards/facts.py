"""What a data set card says, as values. Nobody types these in: they are counted from files.

No field has a default, so that a card with a hole can not be built. Texts may be hostile
(they come from other people's repositories): `cards.markdown` makes them harmless.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    name: str
    rows: int


@dataclass(frozen=True)
class Named:
    """A setting, a version or another fact that is a text."""

    name: str
    value: str


@dataclass(frozen=True)
class Spread:
    """How a measured number is distributed over the rows."""

    name: str
    minimum: float
    median: float
    full: float  # share of the rows that reach 1.0


@dataclass(frozen=True)
class LanguageRows:
    """One configuration of the data set."""

    name: str
    splits: tuple[Count, ...]  # in the order shown; only splits that have rows


@dataclass(frozen=True)
class StageRun:
    """What one stage did. `language` is empty where the stage is shared by all of them."""

    name: str
    language: str
    rows_in: int
    rows_out: int
    dropped: tuple[Count, ...]  # by reason
    settings: tuple[Named, ...]


@dataclass(frozen=True)
class ShownRow:
    """One real row, shown on the card."""

    id: str
    language: str
    name: str
    source: str
    translation: str
    tests: str
    repo: str
    path: str
    license: str


@dataclass(frozen=True)
class DatasetCard:
    repo: str  # "organisation/name"
    version: str  # "0.1.0"; the tag is "v0.1.0"
    title: str
    source_datasets: tuple[str, ...]  # Hub ids, or "original"
    languages: tuple[LanguageRows, ...]  # the first is the default configuration
    row: ShownRow
    stages: tuple[StageRun, ...]  # in the order they ran
    quality: tuple[Spread, ...]
    licenses: tuple[Count, ...]  # SPDX expressions, most rows first
    repositories: tuple[Count, ...]  # the largest ones, most rows first
    repositories_in_all: int
    generators: tuple[Count, ...]
    toolchain: tuple[Named, ...]
    langlift: str  # version

    @property
    def rows(self) -> int:
        return sum(split.rows for language in self.languages for split in language.splits)

    @property
    def tag(self) -> str:
        return f"v{self.version}"
