"""Other people's text in Markdown: it is shown, and it can not become markup.

Code goes into a fence longer than any run of backticks in it (CommonMark 0.31, section 4.5),
short texts into a code span chosen alike (section 6.1). Neither is read as HTML or as a link.
"""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")  # of ASCII: all that could be markup, or make an address a link
LINES_SHOWN = 40
CHARACTERS_SHOWN = 200  # of a line, and of a code span


def fence(code: str, language: str, tail: bool = False) -> str:
    """A fenced block that the code can not leave. Long code is cut to its first or its last lines, and says so."""
    lines = [_shortened(_CONTROL.sub("\ufffd", line)) for line in code.replace("\r\n", "\n").strip("\n").split("\n")]
    marks = "`" * max(3, 1 + _longest_run(code))
    seen = lines[-LINES_SHOWN:] if tail else lines[:LINES_SHOWN]
    block = "\n".join([marks + language, *seen, marks])
    hidden = len(lines) - LINES_SHOWN
    where = "lines before these" if tail else "more lines"
    return f"{block}\n\n({hidden} {where} in the row.)" if hidden > 0 else block


def span(text: str) -> str:
    """A code span on one line; in a table use `cell`."""
    line = _shortened(" ".join(_CONTROL.sub("\ufffd", text).split()))
    if not line:
        return "(none)"
    marks = "`" * (1 + _longest_run(line))
    edge = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{marks}{edge}{line}{edge}{marks}"


def cell(text: str) -> str:
    """A code span inside a table cell: there, and only there, a bar needs its backslash (GFM 0.29, section 4.10).

    Renderers disagree on a bar behind a backslash of the text, so a text with both is written without either: in
    character references, which are read after cells are split, and never as markup (CommonMark 0.31, section 2.5).
    """
    if "|" in text and "\\" in text:
        line = _shortened(" ".join(_CONTROL.sub("\ufffd", text).split()))
        return _PUNCTUATION.sub(lambda mark: f"&#{ord(mark[0])};", line)
    return span(text).replace("|", "\\|")


def plain(text: str) -> str:
    """Words that carry no markup: every character that Markdown or HTML could read is escaped."""
    return re.sub(r"([\\`*_{}\[\]()<>#|~&$])", r"\\\1", " ".join(_CONTROL.sub("\ufffd", text).split()))


def bibtex(text: str) -> str:
    """A value between braces in BibTeX, itself inside a fence."""
    return re.sub(r"[\\{}`]", "", " ".join(_CONTROL.sub("\ufffd", text).split()))


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _shortened(line: str) -> str:
    return line if len(line) <= CHARACTERS_SHOWN else line[: CHARACTERS_SHOWN - 3] + "..."
