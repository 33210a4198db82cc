"""Near neighbours among many sets of hashes: MinHash bands propose, sketches decide. Pure.

A sketch is the smallest hashes of a set (bottom-k; A. Broder, "On the resemblance and containment
of documents", SEQUENCES 1997). A set no larger than the sketch is held whole, so for most single
functions the similarity is exact. Bands are MinHash values of rensa, a few to a band (LSH).

Memory of `Neighbours` and `Sketches`: about 170 and at most 512 bytes a row.
"""

import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from toolkit.fingerprints import Grams

BANDS = 42
BAND_VALUES = 3  # similarity 0.5 is proposed with probability 0.996, 0.7 with 1 - 5e-8, 0.1 with 0.04
SKETCH_SIZE = 128
REACH = 64  # earlier rows looked at in a band: more than that share only boilerplate
_SEED = 20

Sketch = NDArray[np.uint32]  # sorted, distinct


def bands(grams: Grams, salt: str = "") -> tuple[int, ...]:
    """The keys of a set of grams, each below 2**32; none for an empty set. Sets of other salts share none."""
    if not len(grams):
        return ()
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(grams, [0, len(grams)], BANDS * BAND_VALUES, _SEED)
    values = np.array(matrix.to_rows()[0], np.uint64).reshape(BANDS, BAND_VALUES)
    keys: Grams = np.arange(BANDS, dtype=np.uint64) + np.uint64(zlib.crc32(salt.encode()))
    for column in values.T:
        keys = (keys ^ column) * np.uint64(0x9E3779B97F4A7C15)
        keys = keys ^ (keys >> np.uint64(29))
    return tuple((keys >> np.uint64(32)).tolist())


def sketch(grams: Grams, size: int = SKETCH_SIZE) -> tuple[int, ...]:
    """The smallest hashes of a set, in order: the whole set where it is no larger than `size`."""
    return tuple((grams >> np.uint64(32))[:size].tolist())


def similarity(left: Sketch, right: Sketch, size: int = SKETCH_SIZE) -> float:
    """Jaccard similarity: exact where both sets are whole, else estimated (standard error below 0.045)."""
    shared = np.intersect1d(left, right)
    both = np.union1d(left, right)
    if len(left) < size and len(right) < size:
        return len(shared) / len(both) if len(both) else 1.0
    both = both[:size]
    return int(np.searchsorted(shared, both[-1], side="right")) / len(both)


class Sketches:
    """Many sketches in little memory, found by the place at which they were added."""

    def __init__(self) -> None:
        self._values = array("I")
        self._ends = array("Q", [0])

    def add(self, values: Sequence[int]) -> None:
        self._values.extend(values)
        self._ends.append(len(self._values))

    def __getitem__(self, place: int) -> Sketch:
        start, end = self._ends[place], self._ends[place + 1]
        return np.array(self._values[start:end], np.uint32)


class Keys:
    """The bands of many rows; a row without any has no neighbours."""

    def __init__(self) -> None:
        self._values = array("I")
        self._has = array("b")

    def add(self, values: Sequence[int]) -> None:
        self._values.extend(values or (0,) * BANDS)
        self._has.append(bool(values))

    def before(self) -> NDArray[np.int32]:
        """For each row and band the row last before it with that key, or -1. Takes the place of the keys."""
        table = np.frombuffer(self._values, np.uint32).reshape(-1, BANDS).view(np.int32).copy()
        self._values = array("I")
        rows = np.flatnonzero(np.frombuffer(self._has, np.int8))
        for band in range(BANDS):
            column = table[rows, band]
            order = np.argsort(column, kind="stable")
            same = column[order[1:]] == column[order[:-1]]
            table[:, band] = -1
            table[rows[order[1:][same]], band] = rows[order[:-1][same]]
        return table


class Neighbours:
    """Earlier rows that share a band with a row, nearest place first, at most `REACH` a band."""

    def __init__(self, keys: Keys) -> None:
        self._before = keys.before()

    def of(self, row: int, skip: Callable[[int], bool]) -> Iterator[int]:
        """Distinct earlier rows for which `skip` is false. What was once skipped must stay so."""
        seen: set[int] = set()
        for band in np.flatnonzero(self._before[row] >= 0):
            place = row
            for _ in range(REACH):
                place = self._step(place, int(band), skip)
                if place < 0:
                    break
                if place not in seen:
                    seen.add(place)
                    yield place

    def _step(self, row: int, band: int, skip: Callable[[int], bool]) -> int:
        """The next row back that is not skipped; the chain is shortened on the way."""
        target = int(self._before[row, band])
        while target >= 0 and skip(target):
            target = int(self._before[target, band])
        self._before[row, band] = target
        return target
