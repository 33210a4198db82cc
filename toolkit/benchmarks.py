"""An index of benchmarks as hashes: what `decontaminate` compares rows with. No benchmark text is in it.

Each item has up to three parts: the words of its prompt, the words of its solution, the structure of
its solution. A part is the set of its grams (`toolkit.fingerprints`) with weights: a gram that ordinary
code holds, or many items, says little. Found is the share of a part's weight that a text holds, however
long the text; the score also asks for enough evidence:

    score = share * (1 - exp(-found / EVIDENCE))

A part that could not reach a threshold even if wholly copied is *not checkable*, and counted as such;
its whole solution is still found, under other names too where it is no idiom. Tests are not indexed.

    python -m toolkit.benchmarks build OUT --humaneval FILE --mbpp FILE --multipl-e FILE ... --background FILE ...
"""

import argparse
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toolkit.errors import InputError
from toolkit.fingerprints import Grams, digests, structure_grams, word_grams
from toolkit.lexer import PYTHON, Syntax, Token, tokens

PACKAGED = Path(__file__).parent / "data" / "benchmarks.parquet"
FORMAT = "3"
EVIDENCE = 40.0  # nats; an unseen gram brings about ten
COMMON_SHARE = 5e-5  # grams in a larger share of the background say nothing
LEAST_TEXTS = 10_000  # an unseen gram weighs as much as in a background of so many, however small it is
COMMON_ITEMS = 8  # nor do grams of more items
_SHORTER = np.uint64(16)  # bits of a gram that are not stored: 48 are enough for a hundred thousand grams
WEIGHTED = "weighted by "  # begins the facts about background: ordinary code, no benchmark
KINDS = ("words of the prompt", "words of the solution", "code of the solution")
PROMPT_WORDS, SOLUTION_WORDS, SOLUTION_STRUCTURE = KINDS


class Part(NamedTuple):
    item: str  # "humaneval/HumanEval/12", "mbpp/601"; translations of a prompt add "@lua"
    what: str  # one of the three above


@dataclass(frozen=True)
class Item:
    """One benchmark problem as texts. `code` is the whole solution, `body` the part that is not prompt."""

    name: str
    prompt: str
    code: str = ""
    body: str = ""


@dataclass(frozen=True)
class Overlap:
    """A text holds much of a part."""

    item: str
    what: str
    share: float  # of the part's weight
    score: float

    def __str__(self) -> str:
        return f"{self.item}: {self.what}, {self.share:.2f} of its grams"


@dataclass(frozen=True)
class Index:
    """Grams sorted; the postings of gram g are [starts[g], starts[g + 1])."""

    grams: Grams
    starts: NDArray[np.int64]
    parts_of: NDArray[np.int64]
    weights: NDArray[np.float64]  # one a posting
    parts: tuple[Part, ...]
    exact: Mapping[str, str]  # digest of a solution, whatever its names -> item
    inputs: Mapping[str, str]  # name of a file of benchmarks -> SHA-256
    background: Mapping[str, str]  # the same of the ordinary code that says which grams are common
    revisions: Mapping[str, str]  # name of a file of benchmarks -> where it comes from, as owner/name@commit

    @cached_property
    def totals(self) -> NDArray[np.float64]:
        """The weight of each part."""
        return np.asarray(np.bincount(self.parts_of, self.weights, len(self.parts)), np.float64)

    @cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of all that decides."""
        hasher = hashlib.sha256(json.dumps([self.parts, sorted(self.exact.items())]).encode())
        for values in (self.grams, self.starts, self.parts_of, np.round(self.weights, 3)):
            hasher.update(values.tobytes())
        return hasher.hexdigest()[:16]

    def overlaps(self, text: str, syntax: Syntax | None = None) -> list[Overlap]:
        """The parts of which the text holds anything, best score first; structure only where the syntax is given."""
        found = tokens(text, syntax) if syntax else []
        if syntax and (item := next(filter(None, map(self.exact.get, digests(found, syntax))), "")):
            return [Overlap(item, SOLUTION_STRUCTURE, 1.0, 1.0)]
        grams = _stored(text, found)
        places = np.minimum(np.searchsorted(self.grams, grams), max(len(self.grams) - 1, 0))
        hits = places[self.grams[places] == grams] if len(self.grams) else places[:0]
        postings = [np.arange(self.starts[hit], self.starts[hit + 1]) for hit in hits]
        if not postings:
            return []
        chosen = np.concatenate(postings)
        parts, inverse = np.unique(self.parts_of[chosen], return_inverse=True)
        weight = np.bincount(inverse, self.weights[chosen])
        overlaps = [self._overlap(int(part), float(held)) for part, held in zip(parts, weight, strict=True) if held > 0]
        return sorted(overlaps, key=lambda each: (-each.score, each.item, each.what))

    def _overlap(self, part: int, held: float) -> Overlap:
        share = held / float(self.totals[part])
        return Overlap(*self.parts[part], share=share, score=share * float(1 - np.exp(-held / EVIDENCE)))

    def not_checkable(self, thresholds: Mapping[str, float]) -> Counter[str]:
        """How many parts of a kind can not reach its threshold, even wholly copied."""
        highest = 1 - np.exp(-self.totals / EVIDENCE)
        pairs = zip(self.parts, highest, strict=True)
        return Counter(part.what for part, most in pairs if most < thresholds[part.what])


def _stored(text: str, found: Sequence[Token]) -> Grams:
    return np.unique(np.concatenate([word_grams(text), structure_grams(found)]) >> _SHORTER)


@cache
def load(path: Path) -> Index:
    """An index from its file. Raises InputError."""
    help = "langlift ships one: index = 'packaged'"
    try:
        table = pq.read_table(path)
        about = json.loads(table.schema.metadata[b"index"])
        if (found := about["format"]) != FORMAT:
            raise InputError(f"{path}: format {found}, not {FORMAT}", "build it again: python -m toolkit.benchmarks")
        return _index(table, about)
    except FileNotFoundError:
        raise InputError(f"{path}: is not there", help) from None
    except (OSError, pa.ArrowException, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not an index of benchmarks ({' '.join(str(error).split())[:200]})", help) from error


def _index(table: pa.Table, about: Mapping[str, Any]) -> Index:
    grams, starts = np.unique(table["gram"].to_numpy(), return_index=True)
    return Index(
        grams=grams,
        starts=np.append(starts, table.num_rows).astype(np.int64),
        parts_of=table["part"].to_numpy().astype(np.int64),
        weights=table["weight"].to_numpy().astype(np.float64),
        parts=tuple(Part(item, KINDS[kind]) for item, kind in about["parts"]),
        **{name: dict(about[name]) for name in ("exact", "inputs")},
        **{name: dict(about.get(name, {})) for name in ("background", "revisions")},
    )


def build(items: Iterable[Item], background: Iterable[str], origins: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """The index of the items; common grams are those of the background's texts (Python). `origins` as `Index` has."""
    parts: list[Part] = []
    exact: dict[str, str] = {}
    pairs: list[tuple[int, int]] = []  # gram, part
    for item in items:
        found = tokens(item.code, PYTHON)
        for known in digests(found, PYTHON):
            exact.setdefault(known, item.name)
        for what, grams in (
            (PROMPT_WORDS, word_grams(item.prompt)),
            (SOLUTION_WORDS, word_grams(item.body)),
            (SOLUTION_STRUCTURE, structure_grams(found)),
        ):
            if len(grams):
                pairs += ((gram, len(parts)) for gram in (grams >> _SHORTER).tolist())
                parts.append(Part(item.name, what))
    frequencies, texts = _document_frequencies({gram for gram, _ in pairs}, background)
    rows = sorted(_weighted(pairs, parts, frequencies, texts))
    about = {
        "format": FORMAT,
        "parts": [(part.item, KINDS.index(part.what)) for part in parts],
        "exact": dict(sorted(exact.items())),
        **{name: dict(files) for name, files in origins.items()},
    }
    columns = {
        "gram": pa.array([row[0] for row in rows], pa.uint64()),
        "part": pa.array([row[1] for row in rows], pa.uint16()),
        "weight": pa.array([row[2] for row in rows], pa.float32()),
    }
    return pa.table(columns).replace_schema_metadata({"index": json.dumps(about)})


def _document_frequencies(wanted: set[int], background: Iterable[str]) -> tuple[Counter[int], int]:
    keys = np.array(sorted(wanted), np.uint64)
    counts = np.zeros(len(keys), np.int64)
    texts = 0
    for text in background:
        grams = _stored(text, tokens(text, PYTHON))
        places = np.minimum(np.searchsorted(keys, grams), len(keys) - 1)
        counts[places[keys[places] == grams]] += 1
        texts += 1
    return Counter(dict(zip(keys.tolist(), counts.tolist(), strict=True))), texts


def _weighted(
    pairs: Sequence[tuple[int, int]], parts: Sequence[Part], frequencies: Mapping[int, int], texts: int
) -> Iterator[tuple[int, int, float]]:
    """(gram, part, weight): ln((N + 1) / (df + 1/2)) / sqrt(items with it); 0 for common ones, which are left out."""
    tasks: dict[int, set[str]] = defaultdict(set)
    for gram, part in pairs:
        tasks[gram].add(parts[part].item.partition("@")[0])
    most = max(2.0, COMMON_SHARE * texts)
    for gram, part in pairs:
        if frequencies[gram] <= most and len(tasks[gram]) <= COMMON_ITEMS:
            weight = np.log((max(texts, LEAST_TEXTS) + 1) / (frequencies[gram] + 0.5)) / np.sqrt(len(tasks[gram]))
            yield gram, part, float(np.round(max(weight, 0.0), 3))


def humaneval(path: Path) -> Iterator[Item]:
    """The items of HumanEval.jsonl, compressed or not."""
    for row in _lines(path):
        whole = row["prompt"] + row["canonical_solution"]
        yield Item(f"humaneval/{row['task_id']}", row["prompt"], whole, row["canonical_solution"])


def mbpp(path: Path) -> Iterator[Item]:
    """The items of mbpp.jsonl (all splits) or sanitized-mbpp.json, which words some prompts anew."""
    for row in json.loads(path.read_text("utf-8")) if path.suffix == ".json" else _lines(path):
        name = f"mbpp/{row['task_id']}"
        yield (
            Item(name, row["text"], row["code"], row["code"])
            if "text" in row
            else Item(f"{name}@sanitized", row["prompt"], row["code"], row["code"])
        )


def multipl_e(path: Path) -> Iterator[Item]:
    """The prompts of one MultiPL-E file; there are no solutions."""
    for row in _lines(path):
        benchmark, number, _ = row["name"].split("_", 2)
        name = f"humaneval/HumanEval/{number}" if benchmark == "HumanEval" else f"mbpp/{number}"
        yield Item(f"{name}@{row['language']}", row["prompt"])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def background_texts(path: Path, held_out: bool = False) -> Iterator[str]:
    """The `text` or `content` column of a Parquet file. Where rows name their `pkg`, two packages in five are held out.

    What is held out is for measuring false alarms: `held_out` gives those instead.
    """
    file = pq.ParquetFile(path)
    column = next((name for name in ("text", "content") if name in file.schema_arrow.names), None)
    if column is None:
        raise InputError(f"{path}: neither a column text nor content", "hand in Parquet files of Python code")
    for batch in file.iter_batches(1024):
        packages = batch["pkg"].to_pylist() if "pkg" in batch.schema.names else [None] * batch.num_rows
        for text, package in zip(batch[column].to_pylist(), packages, strict=True):
            if (package is not None and hashlib.sha256(package.encode()).digest()[0] % 5 < 2) == held_out:
                yield text


def main(arguments: Sequence[str] | None = None) -> None:
    """`build`: write an index from local files."""
    parser = argparse.ArgumentParser(prog="python -m toolkit.benchmarks", description=__doc__.split("\n")[0])
    command = parser.add_subparsers(required=True).add_parser("build", help="write an index from local files")
    command.add_argument("out", type=Path)
    for name in ("humaneval", "mbpp", "multipl-e", "background"):
        command.add_argument(f"--{name}", type=Path, nargs="*", default=[])
    command.add_argument("--revision", nargs="*", default=[], metavar="FILE=OWNER/NAME@COMMIT")
    given = parser.parse_args(arguments)
    readers = ((humaneval, given.humaneval), (mbpp, given.mbpp), (multipl_e, given.multipl_e))
    inputs, background = (
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
        for paths in ([path for _, paths in readers for path in paths], given.background)
    )
    revisions = dict(each.partition("=")[::2] for each in given.revision)
    if odd := revisions.keys() - inputs.keys():
        raise InputError(f"--revision {min(odd)}: not among the files", f"they are: {', '.join(inputs)}")
    items = (item for reader, paths in readers for path in paths for item in reader(path))
    texts = (text for path in given.background for text in background_texts(path))
    table = build(items, texts, {"inputs": inputs, "background": background, "revisions": revisions})
    how = {"compression": "zstd", "compression_level": 19, "use_dictionary": ["part", "weight"]}
    pq.write_table(table, given.out, column_encoding={"gram": "DELTA_BINARY_PACKED"}, **how)


if __name__ == "__main__":
    main()
