"""Programs as tokens: one lexer for every language, which needs to know only how a comment opens.

Comments and documentation are out, numbers keep their value, strings what they hold, however either is spelt; a name
knows whether it means the same wherever it stands.
Pure, and the same on every machine: no parser that changes with Python.

Limits: strings that hold code (f-strings) are not looked into; languages with layout other than
Python's are read as if layout meant nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

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
  | (?P<number>0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*|\.(?![\w.]))?(?:[eE][+-]?\d+)?\w*)
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


def parameters(found: Sequence[Token]) -> frozenset[int]:
    """The places of the names of parameters where functions of Python are defined."""
    places = set()
    depth = -1  # of brackets in a definition; -1 outside
    hidden = False  # among the parameters of a lambda
    for place, token in enumerate(found):
        if place >= 2 and found[place - 2].text == "def":
            depth = 0
        if depth >= 0 and token.kind == MARK:
            depth += (token.text in "([{") - (token.text in ")]}")
            depth = depth or -1
        hidden = token.text == "lambda" or (hidden and depth > 0 and token.text != ":")
        if depth == 1 and token.kind == NAME and not hidden and found[place - 1].text in ("(", ",", "*"):
            places.add(place)
    return frozenset(places)


def without_annotations(found: Sequence[Token]) -> list[Token]:
    """Types of parameters, results and variables are a comment to what a program in Python does."""
    kept: list[Token] = []
    named = parameters(found)
    depth = 0  # brackets that are open
    until, level = "", 0  # the marks that end what is left out, and how many brackets are open there
    for place, token in enumerate(found):
        mark = token.text if token.kind == MARK else " "
        new = token.indent >= 0 and depth == 0
        depth -= mark in ")]}"
        if until and (new or depth < level or (depth == level and mark in until)):
            until = ""
        if not until and mark == ":" and (place - 1 in named or (depth == 0 and _is_variable(found, place - 1))):
            until, level = ",=" if depth else "=", depth
        elif not until and mark == "-" and [each.text for each in found[place - 1 : place + 2]] == [")", "-", ">"]:
            until, level = ":", depth
        if not until:
            kept.append(token)
        depth += mark in "([{"
    return kept


def _is_variable(found: Sequence[Token], place: int) -> bool:
    """Whether a line begins with this name, and no keyword."""
    return place >= 0 and found[place].kind == NAME and found[place].indent >= 0 and not found[place].fixed


def _freed(found: list[Token]) -> list[Token]:
    """A standard name that a statement of the module binds itself (`sum = 0`, `def f(str)`) is any name there."""
    freed: list[Token] = []
    starts = [place for place, token in enumerate(found) if token.indent == 0]
    for start, end in pairwise([0, *starts, len(found)]):
        part = found[start:end]
        own = {part[place].text for place in _bound(part)} & _KNOWN[True]
        freed += [token._replace(fixed=False) if token.text in own else token for token in part] if own else part
    return freed


def _bound(found: Sequence[Token]) -> Iterator[int]:
    """Places of the names of functions and parameters, after `as`, between `for` and `in`, and before `=`."""
    yield from parameters(found)
    loop = False
    for place, token in enumerate(found):
        before = found[place - 1].text if place else ""
        loop = before == "for" or (loop and token.text != "in")
        if token.kind == NAME and (loop or before in ("def", "as")):
            yield place
        if token.indent >= 0:
            yield from _assigned(found, place)


def _assigned(found: Sequence[Token], start: int) -> Sequence[int]:
    """Places of the names that the line beginning at `start` assigns to."""
    end = start + 1
    while end < len(found) and found[end].indent < 0 and _is_target(found[end - 1], found[end]):
        end += 1
    if end == len(found) or found[end].text != "=":
        return ()
    return [place for place in range(start, end) if found[place].kind == NAME]


def _is_target(before: Token, token: Token) -> bool:
    """Whether names, commas and brackets go on: `f(a=1)` is a call and `def f` a definition."""
    return token.text in "),*" or (before.kind != NAME and (token.kind == NAME or token.text == "("))


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
    """Prefix and content, whatever the quotes; a backslash that means itself is written twice."""
    quote = next((mark for mark in ('"""', "'''", '"', "'") if spelt.endswith(mark)), "")
    if not quote:
        return spelt
    prefix, content = spelt.removesuffix(quote).split(quote, 1)
    prefix = prefix.lower().replace("u", "")
    if "r" in prefix:
        return f'{prefix.replace("r", "")}"{content.replace(_SLASH, _SLASH * 2)}'
    return f'{prefix}"{_ESCAPE.sub(_escape, content)}'


_SLASH = "\\"
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def _escape(match: re.Match[str]) -> str:
    if match[1] in "'\"":
        return match[1]
    return match[0] if match[1] in "\n\\abfnrtvxuUN01234567" else _SLASH + match[0]


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
