"""Drop what overlaps HumanEval or MBPP: the Python side and the target side, code and prompt.

Compared by token grams with an index that holds hashes only (`toolkit.benchmarks`): the words of a
benchmark's prompts (in Python and in target languages) and of its solutions, and the structure of its
solutions, which survives renaming, comments and white space. The thresholds are those at which clean
code raises fewer than a hundred false alarms in a million (benchmarks/decontamination.py).

Reason: "overlaps a benchmark". Not seen: code translated or rephrased without its prompt, tests.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from toolkit import stage
from toolkit.benchmarks import (
    PACKAGED,
    PROMPT_WORDS,
    SOLUTION_STRUCTURE,
    SOLUTION_WORDS,
    WEIGHTED,
    Index,
    Overlap,
    load,
)
from toolkit.lexer import PYTHON, Syntax
from toolkit.records import Example
from toolkit.stage import Drop, Result, Stage, Tools


def _some_path(path: str) -> str:
    if not path:
        raise ValueError("is empty; langlift ships one: 'packaged'")
    return path


class Settings(stage.Settings):
    """What rows are compared with, and how much of an item is too much."""

    index: Annotated[str, AfterValidator(_some_path)] = Field(
        "packaged",
        exclude=True,  # where the file lies decides nothing: its digest is among the facts
        description="'packaged', or the path of an index made by `toolkit.benchmarks`, from the spec's folder.",
    )
    prompt_threshold: float = Field(
        0.15, gt=0, le=1, description="Score from which a text overlaps a benchmark's prompt."
    )
    solution_threshold: float = Field(
        0.5, gt=0, le=1, description="Score from which a text overlaps a benchmark's solution."
    )

    def resolved(self, folder: Path) -> "Settings":
        """The same with the path of an index taken from a folder, the spec's."""
        packaged = self.index == "packaged"
        return self if packaged else self.model_copy(update={"index": str((folder / self.index).absolute())})

    @property
    def thresholds(self) -> dict[str, float]:
        """By what is compared."""
        return {
            PROMPT_WORDS: self.prompt_threshold,
            SOLUTION_WORDS: self.solution_threshold,
            SOLUTION_STRUCTURE: self.solution_threshold,
        }


def find_overlap(
    texts: Iterable[tuple[str, Syntax | None]],
    index: Index,
    thresholds: Mapping[str, float],
) -> Overlap | None:
    """The strongest overlap, of those over their thresholds, in any of the texts.

    Structure is compared only in texts with a syntax. `thresholds` is by what is compared.
    """
    found = (each for text, syntax in texts for each in index.overlaps(text, syntax))
    over = (each for each in found if each.score >= thresholds[each.what])
    return max(over, key=lambda each: (each.score, each.item, each.what), default=None)


def apply(rows: Iterator[Example], settings: Settings, tools: Tools) -> Iterator[Result]:
    """One result an example. Raises InputError where the index can not be read."""
    index, thresholds = index_of(settings), settings.thresholds
    for row in rows:
        texts: list[tuple[str, Syntax | None]] = [(row.source, PYTHON), (row.translation, None), (row.prompt, None)]
        overlap = find_overlap(texts, index, thresholds)
        yield Result(row.id, drop=Drop("overlaps a benchmark", str(overlap))) if overlap else Result(row.id, (row,))


def facts(settings: Settings, language: str) -> dict[str, str]:
    """What the rows were compared with, and how much of it could not be."""
    index = index_of(settings)
    missing = index.not_checkable(settings.thresholds)
    said = {"index": index.digest}
    for name, digest in sorted(index.inputs.items()):
        said[f"built from {name}"] = ", ".join(filter(None, (index.revisions.get(name), f"sha256:{digest}")))
    said |= {f"{WEIGHTED}{name}": f"sha256:{digest}" for name, digest in sorted(index.background.items())}
    for what in settings.thresholds:
        total = sum(part.what == what for part in index.parts)
        said[f"not checkable: {what}"] = f"{missing[what]} of {total}"
    return said


def index_of(settings: Settings) -> Index:
    """What rows are compared with. Raises InputError where it can not be read."""
    return load(PACKAGED if settings.index == "packaged" else Path(settings.index))


STAGE = Stage(
    name="decontaminate",
    version="1",
    reads=Example,
    writes=Example,
    settings=Settings,
    apply=apply,
    facts=facts,
)
