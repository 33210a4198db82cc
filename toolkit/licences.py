"""SPDX licence expressions: is what a row names among what a release allows?

Grammar: SPDX specification 2.3, annex D (AND binds tighter than OR, WITH than both, parentheses).
An exception of SPDX's list behind WITH only adds permissions, so it is the licence before it that decides; any other
name there may take permissions away, as the Commons Clause does, and is no expression.
A name in any case is the same licence, as the annex says.
"""

import re
from collections.abc import Iterable, Iterator

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

PERMISSIVE = (
    "0BSD",
    "Apache-2.0",
    "BlueOak-1.0.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-2-Clause-Patent",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "BSL-1.0",
    "CC0-1.0",
    "CNRI-Python",
    "HPND",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "NCSA",
    "PostgreSQL",
    "PSF-2.0",
    "Python-2.0",
    "Python-2.0.1",
    "Unlicense",
    "UPL-1.0",
    "W3C",
    "WTFPL",
    "X11",
    "Zlib",
)
_TOKEN = re.compile(r"\s*([()]|[A-Za-z0-9.:+-]+)")


def is_identifier(name: str) -> bool:
    """Whether it is one licence of SPDX's list, or a LicenseRef-: not an expression of several."""
    return not re.search(r"[\s()+]", name) and _on_the_list(name)


def _on_the_list(expression: str) -> bool:
    """Whether SPDX's lists have all its names."""
    try:
        canonicalize_license_expression(expression)
    except InvalidLicenseExpression:
        return False
    return True


class NotAnExpression(ValueError):
    """Text that is not an SPDX licence expression."""


def refusal(expression: str, allowed: Iterable[str]) -> str:
    """Why a licence expression is not allowed: the names that stand in the way; "" where it is."""
    if not expression.strip():
        return "no licence named"
    known = {name.casefold() for name in allowed}
    try:
        tokens = _tokens(expression)
        blocked = _either(tokens, known)
        rest = next(tokens, "")
        if rest:
            raise NotAnExpression(rest)
    except (NotAnExpression, RecursionError):
        return f"not an SPDX expression: {expression[:100]}"
    return " ".join(dict.fromkeys(blocked))


class _Tokens(Iterator[str]):
    """Words with a look at the next one."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._at = 0

    def __next__(self) -> str:
        if self._at == len(self._words):
            raise StopIteration
        self._at += 1
        return self._words[self._at - 1]

    def skip(self, word: str) -> bool:
        """Is this the next word? If so it is taken."""
        found = self._at < len(self._words) and self._words[self._at].upper() == word
        self._at += found
        return found


def _tokens(expression: str) -> _Tokens:
    words, at = [], 0
    text = expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotAnExpression(text[at:])
        words.append(match[1])
        at = match.end()
    return _Tokens(words)


def _either(tokens: _Tokens, known: set[str]) -> list[str]:
    blocked = [_all(tokens, known)]
    while tokens.skip("OR"):
        blocked.append(_all(tokens, known))
    return [] if [] in blocked else [name for names in blocked for name in names]


def _all(tokens: _Tokens, known: set[str]) -> list[str]:
    blocked = _one(tokens, known)
    while tokens.skip("AND"):
        blocked = blocked + _one(tokens, known)
    return blocked


def _one(tokens: _Tokens, known: set[str]) -> list[str]:
    if tokens.skip("("):
        inside = _either(tokens, known)
        if not tokens.skip(")"):
            raise NotAnExpression("a parenthesis is not closed")
        return inside
    name = next(tokens, "")
    if not _is_name(name):
        raise NotAnExpression(name)
    if tokens.skip("WITH") and not _on_the_list(f"MIT WITH {next(tokens, '')}"):
        raise NotAnExpression("no exception of SPDX's list after WITH")
    return [] if name.casefold() in known else [name]


def _is_name(word: str) -> bool:
    return word not in ("", "(", ")") and word.upper() not in ("AND", "OR", "WITH")
