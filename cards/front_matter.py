"""The YAML block of a card: built from facts, checked offline.

The Hub checks cards on its server and nowhere else. This check is stricter in the keys langlift
writes and lenient in those it does not: known keys, their types, configurations and splits as
`datasets` will read them, no key twice, no hole.
"""

import re
from collections.abc import Callable, Hashable
from typing import Any

import yaml

from cards.facts import DatasetCard
from cards.license_ids import license_keys

_BLOCK = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_SPLIT = re.compile(r"\w+(\.\w+)*")  # as datasets/naming.py
_CONFIG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
HOLE = "[More Information Needed]"
SIZES = tuple(
    (10**power, name)
    for power, name in (
        (3, "n<1K"),
        (4, "1K<n<10K"),
        (5, "10K<n<100K"),
        (6, "100K<n<1M"),
        (7, "1M<n<10M"),
        (8, "10M<n<100M"),
        (9, "100M<n<1B"),
        (10, "1B<n<10B"),
        (11, "10B<n<100B"),
        (12, "100B<n<1T"),
    )
)
LARGEST = "n>1T"


def size_category(rows: int) -> str:
    """The Hub's size category of a number of rows."""
    return next((name for limit, name in SIZES if rows < limit), LARGEST)


def front_matter(card: DatasetCard) -> str:
    """The YAML block, its two lines of dashes included."""
    values: dict[str, Any] = {
        "language": ["code"],
        **license_keys(count.name for count in card.licenses),
        "pretty_name": card.title,
        "size_categories": [size_category(card.rows)],
        "task_categories": ["text-generation"],
        "annotations_creators": ["machine-generated"],
        "source_datasets": list(card.source_datasets),
        "tags": ["code", "code-translation", "synthetic", "langlift", *(each.name for each in card.languages)],
        "configs": [_config(card, index) for index in range(len(card.languages))],
    }
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=10**6)
    return f"---\n{text}---\n"


def _config(card: DatasetCard, index: int) -> dict[str, Any]:
    language = card.languages[index]
    files = [{"split": split.name, "path": f"data/{language.name}/{split.name}-*.parquet"} for split in language.splits]
    config: dict[str, Any] = {"config_name": language.name, "data_files": files}
    return config if index else config | {"default": True}


class _Loader(yaml.SafeLoader):
    """Refuses a key that is given twice: `datasets` does too."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable) or key in seen:
                why = "is given twice" if isinstance(key, Hashable) else "can not be a key"
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} {why}", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def check_front_matter(text: str) -> list[str]:
    """What is wrong with the front matter of a card; nothing where it can be published."""
    findings = [f"the card holds {HOLE!r}"] if HOLE in text else []
    block = _BLOCK.match(text)
    if block is None:
        return [*findings, "the card does not begin with a YAML block between two lines of ---"]
    try:
        values = yaml.load(block[1], _Loader)
    except yaml.YAMLError as error:
        return [*findings, f"the YAML block can not be read: {' '.join(str(error).split())}"]
    if not isinstance(values, dict):
        return [*findings, "the YAML block is not a mapping"]
    findings += [f"required key {key!r} is missing" for key in REQUIRED if key not in values]
    findings += [f"unknown key {key!r}" for key in values if key not in KNOWN]
    for key, value in values.items():
        if key in KNOWN and (problem := KNOWN[key](value)):
            findings.append(f"{key}: {problem}")
    return findings + _license_findings(values)


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else f"must be a text, not {value!r}"


def _texts(value: Any) -> str:
    several = value if isinstance(value, list) else [value]
    if not several:
        return "must not be empty"
    return next((problem for each in several if (problem := _text(each))), "")


def _one_of(*names: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        several = value if isinstance(value, list) else [value]
        odd = [each for each in several if each not in names]
        return _texts(value) or (f"unknown {odd[0]!r}; known: {', '.join(names)}" if odd else "")

    return check


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else f"must be true or false, not {value!r}"


def _mappings(value: Any) -> str:
    several = value if isinstance(value, list) else [value]
    return "" if all(isinstance(each, dict) for each in several) else "must be a mapping or a list of mappings"


def _configs(value: Any) -> str:
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        return "must be a list of mappings, one a configuration"
    names = [each.get("config_name") for each in value]
    if odd := [name for name in names if not isinstance(name, str) or not _CONFIG.fullmatch(name)]:
        return f"each configuration needs a config_name of letters, digits, '.', '_', '-'; found {odd[0]!r}"
    if len(set(names)) < len(names):
        return "two configurations have the same config_name"
    if sum(each.get("default") is True for each in value) > 1:
        return "two configurations are the default"
    return next((problem for each in value if (problem := _data_files(each))), "")


def _data_files(config: dict[str, Any]) -> str:
    name, files = config["config_name"], config.get("data_files")
    if files is None:
        return "" if _text(config.get("data_dir")) == "" else f"{name} has neither data_files nor data_dir"
    if isinstance(files, str):
        return _text(files)
    if not isinstance(files, list) or not files or not all(isinstance(each, dict) for each in files):
        return f"data_files of {name} must be a path or a list of split and path"
    splits = [each.get("split") for each in files]
    if odd := [split for split in splits if not isinstance(split, str) or not _SPLIT.fullmatch(split)]:
        return f"{odd[0]!r} in {name} is no split name: letters, digits and '_' only"
    if len(set(splits)) < len(splits):
        return f"{name} names a split twice"
    return next((f"a path of {name} {problem}" for each in files if (problem := _texts(each.get("path")))), "")


def _license_findings(values: dict[Any, Any]) -> list[str]:
    named = {"license_name", "license_link"} & values.keys()
    license = values.get("license")
    other = "other" in (license if isinstance(license, list) else [license])
    if other and len(named) < 2:
        return ["license 'other' needs license_name and license_link"]
    return [f"{sorted(named)[0]} is only for license 'other'"] if named and not other else []


_CREATORS = _one_of(
    "found", "crowdsourced", "expert-generated", "machine-generated", "no-annotation", "other"
)  # repocard_data.py of huggingface_hub
REQUIRED = ("language", "license", "pretty_name", "size_categories", "configs")
KNOWN: dict[str, Callable[[Any], str]] = {
    "language": _texts,
    "language_creators": _CREATORS,
    "language_details": _texts,
    "license": _texts,
    "license_name": _text,
    "license_link": _text,
    "tags": _texts,
    "pretty_name": _text,
    "paperswithcode_id": _text,
    "annotations_creators": _CREATORS,
    "size_categories": _one_of(*(name for _, name in SIZES), LARGEST),
    "source_datasets": _texts,
    "task_categories": _texts,
    "task_ids": _texts,
    "configs": _configs,
    "dataset_info": _mappings,
    "train-eval-index": _mappings,
    "viewer": _flag,
    "extra_gated_prompt": _text,
    "extra_gated_fields": _mappings,
    "extra_gated_heading": _text,
    "extra_gated_description": _text,
    "extra_gated_button_content": _text,
    "extra_gated_eu_disallowed": _flag,
}
