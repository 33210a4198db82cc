"""From facts to the text of a card."""

import re
from importlib.resources import files

import jinja2

from cards.facts import Count, DatasetCard, Named, StageRun
from cards.front_matter import check_front_matter, front_matter
from cards.markdown import bibtex, cell, fence, plain, span

STAGE_WORDS = {
    "read": "files of the source data",
    "extract": "top-level functions with a docstring, with what they need to run alone",
    "filter": "functions without side effects, of an allowed licence and size",
    "tests": "functions with recorded cases: doctests and generated inputs",
    "cover": "functions whose cases reach the coverage and mutation floors",
    "translate": "functions with at least one translation",
    "validate": "functions with a translation that passed every case in a sandbox",
    "dedup": "exact and near duplicates removed",
    "decontaminate": "overlap with benchmarks removed",
    "split": "rows assigned to train, validation and test",
}


def render(card: DatasetCard) -> str:
    """The card: front matter and Markdown. Raises jinja2.UndefinedError for a fact that is not there."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {
        "fence": fence,
        "span": span,
        "cell": cell,
        "bibtex": bibtex,
        "plain": plain,
        "number": "{:,}".format,
        "score": "{:.3f}".format,
        "percent": "{:.1%}".format,
        "reasons": reasons,
        "settings": settings,
    }
    template = environment.from_string(files("cards").joinpath("DatasetCard.md.jinja").read_text(encoding="utf-8"))
    body = template.render(
        card=card, words=stage_words, decontaminate=_stages(card, "decontaminate"), split=_stages(card, "split")
    )
    text = front_matter(card) + "\n" + body
    if findings := check_front_matter(text):
        raise ValueError(f"the card of {card.repo} can not be published: {'; '.join(findings)}")
    return text


def stage_words(stage: StageRun) -> str:
    """What a stage does; how often it looked is counted from its settings."""
    words = STAGE_WORDS.get(stage.name, "")
    seeds = next((setting.value for setting in stage.settings if setting.name == "hash_seeds"), "")
    if stage.name != "tests" or not (count := len(re.findall(r"\d+", seeds))):
        return words
    processes = (
        "1 process with a hash seed of its own" if count == 1 else f"{count} processes with hash seeds of their own"
    )
    return f"{words}, each outcome seen again in {processes}"


def reasons(dropped: tuple[Count, ...]) -> str:
    """Drops by reason on one line, most first."""
    ordered = sorted(dropped, key=lambda count: (-count.rows, count.name))
    return ", ".join(f"{count.rows:,} {plain(count.name)}" for count in ordered) or "none"


def settings(stages: list[StageRun]) -> list[Named]:
    """The settings of a stage that ran once a language: each one once, with every value it had."""
    values: dict[str, list[str]] = {}
    for setting in (setting for stage in stages for setting in stage.settings):
        values.setdefault(setting.name, []).append(setting.value)
    return [Named(name, "; ".join(dict.fromkeys(several))) for name, several in values.items()]


def _stages(card: DatasetCard, name: str) -> list[StageRun]:
    return [stage for stage in card.stages if stage.name == name]
