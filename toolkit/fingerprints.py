"""Texts of programs as sets of stable hashes: token n-grams, a normal form.

Identifiers are renamed by their places, and what formatters change does not count (`toolkit.lexer`).
Pure, and the same on every machine: no `hash()`, no locale.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from toolkit.lexer import MARK, NAME, STRING, Syntax, Token, parameters, without_annotations

Grams = NDArray[np.uint64]  # sorted, distinct

STRUCTURE_LENGTH = 8  # tokens in a structure gram
LEAST_TOKENS = 19  # below, two whole programs that are alike but for their names are so by chance
WORDS_LENGTH = 6  # words in a word gram

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_FILLING = "();\\"  # what formatters add and take: not part of the structure


@lru_cache(maxsize=1 << 16)
def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def structure_grams(found: Sequence[Token], length: int = STRUCTURE_LENGTH) -> Grams:
    """Hashes of all runs of `length` tokens, each renamed by itself.

    A name that can be renamed is written as the distance to its last use, or 0 where that lies
    before the run: two runs are equal just where one is the other renamed (B. S. Baker, "A theory of
    parameterized pattern matching", STOC 1993). No scopes are needed, and a run does not depend on
    what stands before it. Strings are alike; round brackets, which formatters add and take, do not count.
    """
    values, links, last = [], [], dict[str, int]()
    for place, token in enumerate(token for token in found if not _is_filling(token)):
        renamed = token.kind == NAME and not token.fixed
        values.append(_hash(token.kind if renamed or token.kind == STRING else f"={token.text}"))
        links.append(place - last[token.text] if renamed and token.text in last else 0)
        if renamed:
            last[token.text] = place
    return _grams(values, links, length)


def word_grams(text: str, length: int = WORDS_LENGTH) -> Grams:
    """Hashes of all runs of `length` words: of code, comments and strings alike; `hasClose` is two words."""
    words = [_hash(word.lower()) for word in _WORD.findall(text)]
    return _grams(words, [0] * len(words), length)


def _grams(values: list[int], links: list[int], length: int) -> Grams:
    if len(values) < length:
        return np.empty(0, np.uint64)
    view = np.lib.stride_tricks.sliding_window_view
    places = np.arange(length)
    back = view(np.array(links, np.int64), length)
    cells = view(np.array(values, np.uint64), length) + np.where(back > places, 0, back).astype(np.uint64) * _ODD
    return np.unique(_mix((_mix(cells) * _powers(length)).sum(axis=1, dtype=np.uint64)))


_ODD = np.uint64(0x9E3779B97F4A7C15)


@cache
def _powers(length: int) -> Grams:
    return np.array([pow(0x100000001B3, place, 1 << 64) for place in range(length)], np.uint64)


def _mix(numbers: Grams) -> Grams:
    """The finaliser of SplitMix64: every bit of the answer depends on every bit of the number."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def digests(found: Sequence[Token], syntax: Syntax) -> Iterator[str]:
    """What a whole program is known by: its tokens as spelt, and under whatever names where it is no idiom.

    Round brackets are left out, so that a copy is known that a formatter has gone over.
    """
    plain = without_annotations(found) if syntax.layout else found
    spelt = [token.text for token in plain if not _is_filling(token)]
    if spelt:
        yield hashlib.sha256("\0".join(spelt).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if len(spelt) >= LEAST_TOKENS:
        yield _digest(plain, syntax, brackets=False)


def digest(found: Sequence[Token], syntax: Syntax) -> str:
    """Sixteen hexadecimal digits of the normal form: equal where two programs are one program renamed.

    Stricter than the grams: strings, the nesting of lines and round brackets count, names of keyword arguments stay;
    types are out.
    """
    return _digest(without_annotations(found) if syntax.layout else found, syntax, brackets=True)


def _digest(found: Sequence[Token], syntax: Syntax, brackets: bool) -> str:
    named = parameters(found) if syntax.layout else ()
    names: dict[str, str] = {}
    columns = [0]
    parts = []
    open_brackets = 0
    for place, token in enumerate(found):
        if syntax.layout and token.indent >= 0 and open_brackets == 0 and found[place - 1].text != "\\":
            parts.append(_nesting(columns, token.indent))
        if token.kind == MARK:
            open_brackets += (token.text in "([{") - (token.text in ")]}")
        keyword = open_brackets > 0 and place not in named and _is_keyword_argument(found, place)
        if token.kind == NAME and not token.fixed and not keyword:
            parts.append(names.setdefault(token.text, f"${len(names)}"))
        elif not _is_filling(token) or (brackets and token.text in "()"):
            parts.append(token.text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _is_filling(token: Token) -> bool:
    return token.kind == MARK and token.text in _FILLING


def _nesting(columns: list[int], indent: int) -> str:
    """What a new line does to the nesting, whatever the width of the steps. Changes `columns`."""
    closed = 0
    while len(columns) > 1 and columns[-1] > indent:
        columns.pop()
        closed += 1
    if indent > columns[-1]:
        columns.append(indent)
        return "\n+"
    return f"\n-{closed}"


def _is_keyword_argument(found: Sequence[Token], place: int) -> bool:
    if place == 0 or place + 2 >= len(found):
        return False
    equals = found[place + 1].text == "=" and found[place + 2].text != "="
    return equals and found[place - 1].text in ("(", ",")
