"""Tokens taken out of what is said: servers and proxies repeat what they were sent.

Covered: each token that this process has opened a Hub with, as it is, quoted as in an address, and inside base64 as
an Authorization header has it. Not covered: a token cut in two, or written backwards.
Every `PushError`, remark of a push and line of the Hub client's log passes `redacted`; whoever shortens a text
does it after that, because half a token is told by no pattern.
"""

import base64
import re

TOKEN = "[token]"
SHORTEST = 8  # letters: a shorter text, such as `x`, is no secret and stands in other words
BEFORE = 64  # letters of base64 that are taken out before a token: bounded, for a text may be long
_patterns: dict[str, re.Pattern[str]] = {}


def keep_out(token: str) -> None:
    """Take this token out of everything that is said from now on."""
    if len(token) >= SHORTEST and token not in _patterns:
        _patterns[token] = re.compile("|".join((_quoted(token), *_encoded(token))))


def redacted(text: str) -> str:
    """The text without the tokens."""
    for pattern in _patterns.values():
        text = pattern.sub(TOKEN, text)
    return text


def _quoted(token: str) -> str:
    """Any letter may stand as %XX, and in the other case."""
    return "(?i:" + "".join(f"(?:{re.escape(letter)}|{_hexadecimal(letter)})" for letter in token) + ")"


def _hexadecimal(letter: str) -> str:
    return "".join(f"%{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass"))


def _encoded(token: str) -> list[str]:
    """The letters of base64 that depend on the token alone, for each place it may begin at, and all around them."""
    found = []
    raw = token.encode("utf-8", "surrogatepass")
    for before in range(3):
        whole = (before + len(raw)) // 3 * 3 - before  # bytes of the token that fill groups of three
        letters = base64.b64encode(bytes(before) + raw[:whole]).decode()[4 if before else 0 :]
        sure = "".join({"+": "[+-]", "/": "[/_]"}.get(letter, letter) for letter in letters)
        found.append(f"[A-Za-z0-9+/_-]{{0,{BEFORE}}}{sure}[A-Za-z0-9+/_-]*={{0,2}}")
    return found
