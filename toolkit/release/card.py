"""From a manifest to the facts of a card: the one translation between the toolkit's words and the card's."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cards import Count, DatasetCard, LanguageRows, Named, ShownRow, Spread, StageRun
from toolkit.benchmarks import WEIGHTED
from toolkit.release.data import MEASURES, Tally

_SETTINGS = ("source.", "generate.")  # of stages whose table in the spec has another name
LARGEST = 20  # repositories named on the card; release.json names all


def make_card(manifest: Mapping[str, Any], tally: Tally, row: Mapping[str, Any]) -> DatasetCard:
    """The facts of the card of a release."""
    return DatasetCard(
        repo=manifest["repo"],
        version=manifest["version"],
        title=manifest["title"],
        source_datasets=_sources(manifest["stages"]),
        languages=tuple(
            LanguageRows(name, tuple(Count(split, rows) for split, rows in splits.items()))
            for name, splits in manifest["languages"].items()
            if splits
        ),
        row=ShownRow(**{name: row[name] for name in ShownRow.__dataclass_fields__}),
        stages=tuple(map(_stage, manifest["stages"])),
        quality=tuple(Spread(name.replace("_", " "), *tally.spread(name)) for name in MEASURES),
        licenses=_most_first(tally.licenses),
        repositories=_most_first(tally.repositories)[:LARGEST],
        repositories_in_all=len(tally.repositories),
        generators=_most_first(tally.generators),
        toolchain=tuple(Named(name, "; ".join(values)) for name, values in manifest["toolchains"].items()),
        langlift=manifest["langlift"],
    )


def _most_first(counts: Mapping[str, int]) -> tuple[Count, ...]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Count(name, rows) for name, rows in ordered)


def versions(stage: Mapping[str, Any]) -> dict[str, str]:
    """What a stage used beside its settings: tools with their versions, or the benchmarks it compared with."""
    return {
        key: value
        for key, value in stage["facts"].items()
        if key not in ("stage version", "input") and not key.startswith((f"{stage['stage']}.", *_SETTINGS))
    }


def toolchains(stages: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Tools and every version of them that a stage ran with. The facts of `decontaminate` are benchmarks, no tools."""
    seen: dict[str, set[str]] = {}
    for stage in stages:
        for key, value in versions(stage).items():
            if stage["stage"] != "decontaminate":
                seen.setdefault(key, set()).add(value)
    return {key: sorted(values) for key, values in sorted(seen.items())}


def _stage(stage: Mapping[str, Any]) -> StageRun:
    own = f"{stage['stage']}."
    settings = {key.removeprefix(own): value for key, value in stage["facts"].items() if key.startswith(own)}
    if stage["stage"] == "decontaminate":
        used = versions(stage).items()
        settings |= {key: value for key, value in used if key != "python" and not key.startswith(WEIGHTED)}
    return StageRun(
        name=stage["stage"],
        language=stage["language"],
        rows_in=stage["rows_in"],
        rows_out=stage["rows_out"],
        dropped=tuple(Count(reason, rows) for reason, rows in stage["dropped"].items()),
        settings=tuple(Named(key, value) for key, value in sorted(settings.items())),
    )


def _sources(stages: list[dict[str, Any]]) -> tuple[str, ...]:
    """The Hub id of the source, where it has one."""
    facts: dict[str, str] = next((stage["facts"] for stage in stages if stage["stage"] == "read"), {})
    dataset = facts.get("source.dataset", "")
    return (dataset,) if re.fullmatch(r"[\w.-]+/[\w.-]+", dataset) else ("original",)


def license_note(card: DatasetCard) -> str:
    """The LICENSE file: a row is under the licence of its source, and the row names it."""
    lines = "\n".join(
        f"    {' '.join(count.name.split()) or '(none named)'}: {count.rows} rows" for count in card.licenses
    )
    return (
        "Each row of this data set is under the licence of the file its Python comes from. The row names\n"
        "that licence as an SPDX expression in its column `license`, and the file in its columns `repo`,\n"
        "`path`, `revision`, `first_line` and `last_line`. Translation and tests are derived from that file.\n\n"
        f"{lines}\n\n"
        "The texts of the licences: https://spdx.org/licenses/\n"
    )
