"""Checks the YAML block of a card the way the Hub's `validate-yaml` does, for the fields it documents.

Strict in known fields (hub-docs: datasetcard.md, modelcard.md), silent about unknown ones. The Hub's own
rules are closed: what passes here may still be refused there.
"""

import re
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import yaml

BLOCK = re.compile(r"^(\s*---[\r\n]+)([\S\s]*?)([\r\n]+---(\r\n|\n|$))")  # as huggingface_hub reads it
LANGUAGE = re.compile(r"(?:[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*|code|multilingual)\Z")
SPLIT = re.compile(r"\w+(?:\.\w+)*\Z")  # `datasets` refuses dashes
SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*\Z")
REPOSITORY = re.compile(r"[\w][\w.-]*(?:/[\w][\w.-]*)?\Z")
SIZES = {
    "n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B", "10B<n<100B",
    "100B<n<1T", "n>1T",
}  # fmt: skip
RELATIONS = {"adapter", "merge", "quantized", "finetune"}
LICENSE_IDS = """
    apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0
    bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc
    cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0
    cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0
    cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1
    eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 lgpl-lr isc h-research intel-research
    lppl-1.3c ms-pl apple-ascl apple-amlr mpl-2.0 odc-by odbl openmdw-1.0 openrail++ osl-3.0 postgresql ofl-1.1
    ncsa unlicense zlib pddl deepfloyd-if-license fair-noncommercial-research-license llama2 llama3 llama3.1
    llama3.2 llama3.3 llama4 gemma unknown other
"""
LICENSES = frozenset(LICENSE_IDS.split())
Problems = Iterator[str]


class _Loader(yaml.SafeLoader):
    """Refuses a key that comes twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"duplicate key {twice!r}", node.start_mark)
        return super().construct_mapping(node, deep)


def metadata(card: str) -> dict[str, Any]:
    """The block of a card as a mapping; empty where there is none, or it can not be read."""
    try:
        found = _read(card)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _read(card: str) -> Any:
    block = BLOCK.match(card)
    return yaml.load(block[2], _Loader) if block else None


def examine(card: str, kind: str) -> tuple[list[str], list[str]]:
    """(errors, warnings) of a card's block; `kind` is dataset, model, space, or "" for what all share."""
    try:
        found = _read(card)
    except yaml.YAMLError as error:
        return [f"the YAML block can not be read: {' '.join(str(error).split())}"], []
    if found is None:
        return [], ["empty or missing yaml metadata in repo card"]
    if not isinstance(found, dict):
        return ["the YAML block must be a mapping"], []
    checks = {**COMMON, **{"dataset": DATASET, "model": MODEL}.get(kind, {})}
    errors = [f'"{key}" {problem}' for key in checks if key in found for problem in checks[key](found[key])]
    return errors, list(_warnings(found, kind))


def _warnings(found: dict[str, Any], kind: str) -> Problems:
    if found.get("license") == "other" and not found.get("license_name"):
        yield 'with "license: other" give "license_name" and "license_link"'
    if kind == "model" and found.get("base_model_relation") and not found.get("base_model"):
        yield '"base_model_relation" without "base_model"'


def _text(value: Any) -> Problems:
    if not isinstance(value, str):
        yield f"must be a string, not {value!r}"


def _boolean(value: Any) -> Problems:
    if not isinstance(value, bool):
        yield f"must be true or false, not {value!r}"


def _strings(value: Any) -> Problems:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        yield f"must be a list of strings, not {value!r}"


def _one_or_more(allowed: Callable[[str], object], meaning: str) -> Callable[[Any], Problems]:
    def check(value: Any) -> Problems:
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, str) or not allowed(each):
                yield f"must be {meaning}; {each!r} is not"

    return check


def _configurations(value: Any) -> Problems:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        yield "must be a list of mappings"
        return
    names = [each.get("config_name") for each in value]
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:
            yield f"[{index}] needs a config_name"
        elif name in names[:index]:
            yield f"[{index}] has the config_name {name!r} again"
    if sum(each.get("default") is True for each in value) > 1:
        yield "has more than one default"
    for index, each in enumerate(value):
        yield from (f"[{index}].data_files {problem}" for problem in _data_files(each.get("data_files", [])))


def _data_files(value: Any) -> Problems:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            continue
        if not isinstance(each, dict) or not {"split", "path"} <= each.keys():
            yield f"must be paths, or mappings of split and path; {each!r} is not"
        elif not isinstance(each["split"], str) or not SPLIT.match(each["split"]):
            yield f"has a split name that datasets refuses: {each['split']!r}"


def _dataset_info(value: Any) -> Problems:
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            yield f"must be a mapping or a list of mappings; {each!r} is not"
            continue
        if isinstance(value, list) and not isinstance(each.get("config_name"), str):
            yield "needs a config_name in each of several entries"
        yield from _named(each, "features")
        yield from _named(each, "splits")
        for key in ("download_size", "dataset_size"):
            if key in each and type(each[key]) is not int:
                yield f"has a {key} that is no integer: {each[key]!r}"


def _named(info: dict[str, Any], key: str) -> Problems:
    entries = info.get(key, [])
    if not isinstance(entries, list) or not all(
        isinstance(e, dict) and isinstance(e.get("name"), str) for e in entries
    ):
        yield f"has {key} without a name"


def _emissions(value: Any) -> Problems:
    grams = value.get("emissions") if isinstance(value, dict) else value
    if isinstance(grams, bool) or not isinstance(grams, int | float):
        yield "needs its emissions as a number, in grams"


def _results(value: Any) -> Problems:
    if not isinstance(value, list) or not all(isinstance(e, dict) and isinstance(e.get("name"), str) for e in value):
        yield "must be a list of mappings with a name"
        return
    for result in (result for each in value for result in each.get("results") or []):
        for key in ("task", "dataset", "metrics"):
            if key not in result:
                yield f"has a result without {key}"


def _mapping(value: Any) -> Problems:
    if not isinstance(value, dict):
        yield f"must be a mapping, not {value!r}"


_slugs = _one_or_more(SLUG.match, "lower-case ids joined by dashes")
_repositories = _one_or_more(REPOSITORY.match, "ids on the Hub")
COMMON: dict[str, Callable[[Any], Problems]] = {
    "license": _one_or_more(LICENSES.__contains__, "one of the Hub's licence ids"),
    "license_name": _text,
    "license_link": _text,
    "language": _one_or_more(LANGUAGE.match, "an ISO 639 code, code, or multilingual (quote words such as no)"),
    "tags": _strings,
}
DATASET: dict[str, Callable[[Any], Problems]] = {
    "pretty_name": _text,
    "size_categories": _one_or_more(SIZES.__contains__, "one of the Hub's size categories"),
    "task_categories": _slugs,
    "task_ids": _slugs,
    "annotations_creators": _slugs,
    "language_creators": _slugs,
    "source_datasets": _strings,
    "configs": _configurations,
    "dataset_info": _dataset_info,
    "viewer": _boolean,
    "extra_gated_prompt": _text,
    "extra_gated_fields": _mapping,
}
MODEL: dict[str, Callable[[Any], Problems]] = {
    "library_name": _text,
    "pipeline_tag": _one_or_more(SLUG.match, "a task id"),
    "base_model": _repositories,
    "base_model_relation": _one_or_more(RELATIONS.__contains__, "adapter, merge, quantized or finetune"),
    "datasets": _repositories,
    "metrics": _strings,
    "new_version": _repositories,
    "co2_eq_emissions": _emissions,
    "model-index": _results,
}
