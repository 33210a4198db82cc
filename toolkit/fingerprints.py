"""Texts of programs as sets of stable hashes: a lexer, token n-grams, a normal form.

One lexer for every language: it needs to know only how a comment opens. Comments and documentation
are out, identifiers are renamed by their places, strings are one token, numbers keep their value.
Pure, and the same on every machine: no `hash()`, no locale, no parser that changes with Python.

Limits: strings that hold code (f-strings) are not looked into; languages with layout other than
Python's are read as if layout meant nothing.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Grams = NDArray[np.uint64]  # sorted, distinct

STRUCTURE_LENGTH = 8  # tokens in a structure gram
LEAST_TOKENS = 24  # below, two whole programs that are alike but for their names are so by chance
WORDS_LENGTH = 6  # words in a word gram

NAME, NUMBER, STRING, MARK = "name", "number", "string", "mark"

_COMMENTS = {
    "#": r"\#[^\n]*",
    "--": r"--\[(?P<level>=*)\[.*?\](?P=level)\]|--[^\n]*",
    "(*": r"\(\*(?:(?!\(\*|\*\)).|\(\*(?:(?!\*\)).)*\*\))*\*\)",  # one level of nesting
    "//": r"//[^\n]*|/\*.*?\*/",
}

_SINGLE = r"(?<!\w)[rRbBuUfF]{0,2}'(?:[^'\\\n]|\\.)*'"
_SINGLES = {"(*": r"(?<!\w)'(?:[^'\\\n]|\\[^\n]{1,4})'"}  # one character: 'a is a type
_LONGS = {"--": r"\[(?P<equals>=*)\[.*?\](?P=equals)\]"}

_TOKEN = r"""
    (?P<imports>^[ \t]*(?:from[ \t]+(?P<module>[\w.]+)[ \t]+)?import[ \t]+
        (?P<listed>\([^)]*\)|(?:[^\n\\]|\\\n)*))
  | (?P<comment>{comments})
  | (?P<string>(?<!\w)[rRbBuUfF]{{0,2}}(?:\"\"\".*?\"\"\"|'''.*?''')
      | {long}
      | (?<!\w)[rRbBuUfF]{{0,2}}\"(?:[^\"\\\n]|\\.)*\"
      | {single})
  | (?P<number>0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?\w*)
  | (?P<name>[^\W\d]\w*)
  | (?P<line>\n[ \t]*)
  | (?P<mark>[^\w\s])
"""

# Names that mean the same wherever they stand. Renaming them would make min(x) and max(x) one program;
# keeping a word that is an ordinary name in its language would hide renamed copies.
_PYTHON_NAMES = """
    and as assert async await break case class continue def del elif else except finally for from global if import in
    is lambda match nonlocal not or pass raise return try while with yield None True False
    abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod enumerate filter float
    format frozenset getattr hasattr hash hex int isinstance issubclass iter len list map max memoryview min next oct
    ord pow print property range repr reversed round set setattr slice sorted staticmethod str sum super tuple type zip
    ArithmeticError AssertionError AttributeError Exception IndexError KeyError LookupError NotImplementedError
    OverflowError RuntimeError StopIteration TypeError ValueError ZeroDivisionError
"""
_OTHER_NAMES = """
    and as assert async await begin bool break case catch char class const continue def do done double downto elif
    else elseif elsif end exception exit extends external false finally float fn for foreach fun func function functor
    global goto if import in include inherit instanceof int interface is lambda lazy let local long loop match method
    mod module mutable new nil not null of open or private public raise rec repeat require return self static struct
    switch then throw to true try type unless until var void when while with yield
    error getmetatable ipairs math next pairs pcall print rawequal rawget rawset select setmetatable string table
    tonumber tostring unpack utf8
    Array Buffer Bytes Char Float Fun Hashtbl Int List Map Option Printf Seq Set String Sys abs compare failwith fst
    float_of_int ignore incr decr int_of_float int_of_string invalid_arg land lnot lor lsl lsr lxor max max_int min
    min_int option pred print_endline ref snd sqrt string_of_int succ unit
"""
_KNOWN = {True: frozenset(_PYTHON_NAMES.split()), False: frozenset(_OTHER_NAMES.split())}  # by Syntax.layout
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")

_FILLING = "();\\"  # not part of the structure


class Token(NamedTuple):
    kind: str  # NAME, NUMBER, STRING or MARK
    text: str  # of a name from outside (imported, standard): its full name
    fixed: bool  # a name that is not renamed
    indent: int  # columns before it where it begins a line, else -1


@dataclass(frozen=True)
class Syntax:
    """What the lexer must know of a language."""

    comment: str  # what opens its comments: # -- (* // ; and so on
    layout: bool = False  # as in Python: indentation is structure, a string can be a statement, imports are lines


PYTHON = Syntax("#", layout=True)


def tokens(text: str, syntax: Syntax) -> list[Token]:
    """The tokens of a program, without comments, documentation and imports."""
    found: list[Token] = []
    outside: dict[str, str] = {}  # names that an import brings -> their full names
    source = "\n" + text.replace("\r\n", "\n").replace("\r", "\n")
    indent = -1
    for match in _lexer(syntax).finditer(source):
        kind, spelt = match.lastgroup or "", match.group()
        if kind == "line":
            indent = len(spelt[1:].expandtabs(8))
        elif kind == "imports" and syntax.layout:
            outside.update(_imported(match["module"] or "", match["listed"]))
        elif kind == "string" and syntax.layout and indent >= 0 and _is_documentation(match, found):
            indent = -1
        elif kind in (NAME, NUMBER, STRING, MARK):
            found.append(_token(kind, spelt, indent, found, outside, _KNOWN[syntax.layout]))
            indent = -1
    return _freed(found) if syntax.layout else found


def _freed(found: list[Token]) -> list[Token]:
    """A standard name that the text binds itself (`sum = 0`, `def f(str)`) is a name like any other."""
    own: set[str] = set()
    depth = -1  # of brackets in the parameters of a function; -1 outside
    for place, token in enumerate(found[:-1]):
        if place >= 2 and found[place - 2].text == "def":
            depth = 0
        if depth >= 0 and token.kind == MARK:
            depth += (token.text in "([{") - (token.text in ")]}")
            depth = depth or -1
        bound = token.indent >= 0 and found[place + 1].text in ("=", ",")
        parameter = depth == 1 and found[place - 1].text in ("(", ",", "*")
        if token.kind == NAME and (bound or parameter):
            own.add(token.text)
    own &= _KNOWN[True]
    return [token._replace(fixed=False) if token.text in own else token for token in found] if own else found


@cache
def _lexer(syntax: Syntax) -> re.Pattern[str]:
    opener = syntax.comment
    single, long = _SINGLES.get(opener, _SINGLE), _LONGS.get(opener, "(?!)")
    pattern = _TOKEN.format(comments=_COMMENTS.get(opener, rf"{re.escape(opener)}[^\n]*"), single=single, long=long)
    if not syntax.layout:
        pattern = pattern[pattern.index("  | (?P<comment>") + 4 :]
    return re.compile(pattern, re.VERBOSE | re.DOTALL | re.MULTILINE)


def _token(
    kind: str, spelt: str, indent: int, before: Sequence[Token], outside: dict[str, str], known: frozenset[str]
) -> Token:
    if kind == NUMBER:
        return Token(kind, _number(spelt), True, indent)
    if kind != NAME:
        return Token(kind, _string(spelt) if kind == STRING else spelt, True, indent)
    if before and before[-1].text == ".":
        return Token(kind, spelt, True, indent)
    return Token(kind, outside.get(spelt, spelt), spelt in outside or spelt in known, indent)


def _number(spelt: str) -> str:
    """One spelling a value where that is easy: 1 = 1.0 = 1L, 2.80 = 2.8."""
    plain = spelt.replace("_", "").lower()
    if plain.startswith("0x") or "e" in plain:
        return plain
    plain = plain.rstrip("ulfj")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _string(spelt: str) -> str:
    """Prefix and content, whatever the quotes."""
    quote = next((mark for mark in ('"""', "'''", '"', "'") if spelt.endswith(mark)), "")
    return '"'.join(spelt.split(quote, 1)).removesuffix(quote) if quote else spelt


def _imported(module: str, listed: str) -> Iterator[tuple[str, str]]:
    for part in re.sub(r"\#[^\n]*|[()\\]", " ", listed).split(","):
        words = part.split()
        if words:
            full = f"{module}.{words[0]}" if module else words[0]
            yield (words[-1], full) if module or len(words) > 1 else (words[0].split(".")[0],) * 2


def _is_documentation(match: re.Match[str], before: Sequence[Token]) -> bool:
    """A string that is a statement: alone on its lines, and tripled or the first thing in a body."""
    rest = match.string[match.end() : match.end() + 80].lstrip(" \t;")
    alone = not rest or rest[0] in "\n#"
    first = not before or before[-1].text == ":"
    return alone and (first or match.group().lstrip("rRbBuUfF").startswith(('"""', "'''")))


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
    for place, token in enumerate(token for token in found if token.kind != MARK or token.text not in _FILLING):
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
    """What a whole program is known by: its tokens as spelt, and under whatever names where it is no idiom."""
    if found:
        yield hashlib.sha256("\0".join(each.text for each in found).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if len(found) >= LEAST_TOKENS:
        yield digest(found, syntax)


def digest(found: Sequence[Token], syntax: Syntax) -> str:
    """Sixteen hexadecimal digits of the normal form: equal where two programs are one program renamed.

    Stricter than the grams: strings and the nesting of lines count, names of keyword arguments stay.
    """
    names: dict[str, str] = {}
    columns = [0]
    parts = []
    open_brackets = 0
    for place, token in enumerate(found):
        if syntax.layout and token.indent >= 0 and open_brackets == 0:
            parts.append(_nesting(columns, token.indent))
        if token.kind == MARK:
            open_brackets += (token.text in "([{") - (token.text in ")]}")
        if token.kind == NAME and not token.fixed and not _is_keyword_argument(found, place):
            parts.append(names.setdefault(token.text, f"${len(names)}"))
        else:
            parts.append(token.text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


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
