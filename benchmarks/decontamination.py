"""Recall of `decontaminate` per kind of planted leak, and its false alarms on clean code.

    python benchmarks/decontamination.py [--clean 60000] [--index packaged]

Reads the labelled corpus in the shared data (contamination/). A plant counts as found when the right item
is among those over their threshold. Clean code: the packages that the packaged index held out.
"""

import argparse
import math
import os
import time
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from toolkit.benchmarks import PACKAGED, Index, background_texts, load
from toolkit.lexer import PYTHON
from toolkit.stages.decontaminate import Settings

ROOT = Path(__file__).resolve().parent.parent


def items_over(text: str, python: bool, index: Index, settings: Settings) -> set[str]:
    """The items that the text overlaps."""
    found = index.overlaps(text, PYTHON if python else None)
    return {each.item.partition("@")[0] for each in found if each.score >= settings.thresholds[each.what]}


def print_recall(folder: Path, index: Index, settings: Settings) -> None:
    """One line a kind of plant."""
    right, flagged = defaultdict[str, list[bool]](list), defaultdict[str, list[bool]](list)
    for row in pq.read_table(folder / "plants.parquet").to_pylist():
        items = items_over(row["text"], row["lang"] == "python", index, settings)
        name = row["item"] if row["item"].startswith("HumanEval") else row["item"].removeprefix("MBPP/")
        right[row["kind"]].append(f"{row['bench']}/{name}" in items)
        flagged[row["kind"]].append(bool(items))
    print(f"{'kind':<24}{'rows':>6}{'right item':>12}{'flagged':>9}")
    for kind in sorted(right):
        rows = len(right[kind])
        print(f"{kind:<24}{rows:>6}{sum(right[kind]) / rows:>12.1%}{sum(flagged[kind]) / rows:>9.1%}")


def print_false_alarms(folder: Path, index: Index, settings: Settings, wanted: int) -> None:
    """Clean rows flagged, in a million, with the speed; then hard negatives by kind."""
    start = time.process_time()
    alarms, rows, size = 0, 0, 0
    for text in islice(background_texts(folder / "clean.parquet", held_out=True), wanted):
        alarms += bool(items_over(text, True, index, settings))
        rows += 1
        size += len(text)
    seconds = time.process_time() - start
    high = (math.sqrt(alarms + 1) + 0.98) ** 2  # about the upper end of a 95 % interval of a Poisson count
    print(f"clean: {alarms} of {rows}: {1e6 * alarms / rows:.0f} in a million (95 %: below {1e6 * high / rows:.0f})")
    print(f"       {rows / seconds:.0f} rows/s, {size / 1e6 / seconds:.2f} MB/s of CPU")
    counts = defaultdict[str, list[bool]](list)
    for row in pq.read_table(folder / "hard_negatives.parquet").to_pylist():
        counts[row["kind"]].append(bool(items_over(row["text"], row["lang"] == "python", index, settings)))
    for kind, found in sorted(counts.items()):
        print(f"{kind:<24}{len(found):>6}{sum(found):>6} flagged")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clean", type=int, default=60_000)
    parser.add_argument("--index", type=Path, default=PACKAGED)
    given: Any = parser.parse_args()
    data = Path(os.environ.get("LANGLIFT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    index, settings = load(given.index), Settings()
    print(f"index {index.digest}: {len(index.grams)} grams of {len(index.parts)} parts")
    print(f"not checkable: {dict(index.not_checkable(settings.thresholds))}; thresholds {settings.thresholds}")
    print_recall(data / "contamination", index, settings)
    print_false_alarms(data / "contamination", index, settings, given.clean)


if __name__ == "__main__":
    main()
