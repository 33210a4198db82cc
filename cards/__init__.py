"""Facts in, Markdown out. Knows nothing of the toolkit: any facts can be rendered.

A card has no defaults: one with a hole can not be built, and a template that asks for an
unknown fact fails. Front matter is checked offline.
"""

from cards.facts import Count, DatasetCard, LanguageRows, Named, ShownRow, Spread, StageRun
from cards.front_matter import check_front_matter
from cards.rendering import render

__all__ = [
    "Count",
    "DatasetCard",
    "LanguageRows",
    "Named",
    "ShownRow",
    "Spread",
    "StageRun",
    "check_front_matter",
    "render",
]
