"""Give each example to train, validation or test, by groups that are never cut.

A group is what is linked by near-duplicate sources (a looser threshold than that of `dedup`, and
here chains count) or by the same origin: repository, or file. Groups are placed the largest first,
each where most rows are still owed, and the largest always in train, so the error is at most about
the size of a small group. Groups of one size are placed in an order drawn from `seed`.

Where one repository holds nearly everything, validation and test stay small or empty: a smaller
unit is a decision for a person (`group = "file"`), not a fallback. Nothing is dropped.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from toolkit import stage
from toolkit.fingerprints import structure_grams
from toolkit.lexer import PYTHON, tokens
from toolkit.neighbours import Keys, Neighbours, Sketches, bands, similarity, sketch
from toolkit.records import Example, content_id
from toolkit.stage import Result, Stage, Survey, Tools

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Assigned:
    """An example and the split it belongs to."""

    id: str
    split: str  # one of SPLITS
    example: Example


class Settings(stage.Settings):
    """How large the splits are, and what must not be on two sides."""

    train: float = Field(0.9, gt=0, le=1, description="Share of the rows.")
    validation: float = Field(0.05, ge=0, lt=1, description="Share of the rows.")
    test: float = Field(0.05, ge=0, lt=1, description="Share of the rows.")
    seed: int = Field(0, ge=0, le=(1 << 63) - 1, description="Draws the order in which groups of one size are placed.")
    group: Literal["repository", "file"] = Field(
        "repository", description="What is never on two sides: rows of one repository, or of one file of it."
    )
    threshold: float = Field(
        0.5, gt=0, le=1, description="Jaccard similarity of structure grams from which two sources are one group."
    )
    minimum_grams: int = Field(12, ge=1, le=stage.MOST, description="Grams that both sources need to be compared.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train, validation and test add up to {total:g}, not to 1")
        return self


@dataclass(frozen=True)
class Mark:
    """What the survey must know of an example: at most 1 kB."""

    id: str
    origin: str  # rows of one origin are one group
    bands: tuple[int, ...]
    sketch: tuple[int, ...]


def marks(rows: Iterator[Example], settings: Settings) -> Iterator[Mark]:
    """One mark an example."""
    for row in rows:
        grams = structure_grams(tokens(row.source, PYTHON))
        proposed = bands(grams) if len(grams) >= settings.minimum_grams else ()
        yield Mark(row.id, _origin(row, settings.group), proposed, sketch(grams))


def _origin(row: Example, group: str) -> str:
    """A row that names no repository is known by its file, and one that names neither stands alone."""
    if not row.repo and not row.path:
        return content_id("row", row.id)
    if group == "repository" and row.repo:
        return content_id("repository", row.repo)
    return content_id("file", row.repo, row.path)


def merge(found: Iterable[Mark], settings: Settings) -> Iterator[tuple[str, str]]:
    """(id, split) for each row, in order."""
    ids: list[str] = []
    origins = array("Q")
    keys, sketches = Keys(), Sketches()
    for mark in found:
        ids.append(mark.id)
        origins.append(int(mark.origin, 16))
        keys.add(mark.bands)
        sketches.add(mark.sketch)
    groups = _groups(origins, keys, sketches, settings.threshold)
    splits = _place(groups, ids, settings)
    for row, id in enumerate(ids):
        yield id, splits[groups[row]]


def _groups(origins: "array[int]", keys: Keys, sketches: Sketches, threshold: float) -> list[int]:
    """For each row the first row of its group (union-find; the first row is the root)."""
    roots = list(range(len(origins)))

    def root(row: int) -> int:
        while roots[row] != row:
            roots[row] = roots[roots[row]]
            row = roots[row]
        return row

    def join(left: int, right: int) -> None:
        low, high = sorted((root(left), root(right)))
        roots[high] = low

    first_of = dict[int, int]()
    neighbours = Neighbours(keys)
    for row, origin in enumerate(origins):
        join(row, first_of.setdefault(origin, row))
        mine = sketches[row]
        for other in neighbours.of(row, lambda place: False):
            if root(other) != root(row) and similarity(mine, sketches[other]) >= threshold:
                join(row, other)
    return [root(row) for row in range(len(roots))]


def _place(groups: list[int], ids: list[str], settings: Settings) -> dict[int, str]:
    """Group -> split."""
    sizes = np.bincount(groups, minlength=len(ids)) if ids else np.zeros(0, np.int64)
    owed = {name: getattr(settings, name) * len(ids) for name in SPLITS if getattr(settings, name) > 0}
    order = sorted(set(groups), key=lambda group: (-sizes[group], content_id(str(settings.seed), ids[group])))
    placed: dict[int, str] = {}
    for group in order:
        split = max(owed, key=lambda name: owed[name]) if placed else "train"
        owed[split] -= float(sizes[group])
        placed[group] = split
    return placed


def apply(rows: Iterator[Example], settings: Settings, tools: Tools) -> Iterator[Result]:
    """Each example with its split; reads the words of `merge`."""
    for row in rows:
        yield Result(row.id, (Assigned(row.id, tools.decisions[row.id], row),))


STAGE = Stage(
    name="split",
    version="1",
    reads=Example,
    writes=Assigned,
    settings=Settings,
    apply=apply,
    survey=Survey(Mark, marks, merge),
)
