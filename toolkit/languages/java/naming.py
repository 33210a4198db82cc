"""Which file a Java program belongs into, and whose `main` is run."""

import re

_UNREAD = re.compile(r'//[^\n]*|/\*.*?\*/|"""(?:\\.|.)*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
_TYPE = re.compile(
    r"(\bpublic\s+)?(?:\b(?:abstract|final|sealed|strictfp)\s+)*\b(?:class|interface|enum|record)\s+(\w+)|([{}])"
)
_MAIN = re.compile(r"\bvoid\s+main\s*\(")
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.M)


def names(program: str) -> tuple[str, str]:
    """The file, without its extension, and the class to run."""
    text = _UNREAD.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), program)
    types = _outermost(text)
    public = [name for _, name, is_public in types if is_public]
    file = public[0] if public else "Main"
    place = found.start() if (found := _MAIN.search(text)) else 0
    before = [name for start, name, _ in types if start < place]
    entry = before[-1] if before else file
    package = _PACKAGE.search(text)
    return file, f"{package[1]}.{entry}" if package else entry


def _outermost(text: str) -> list[tuple[int, str, bool]]:
    """Types that lie in no other: where, name, whether public."""
    found, depth = [], 0
    for each in _TYPE.finditer(text):
        if each[3]:
            depth += 1 if each[3] == "{" else -1
        elif depth == 0:
            found.append((each.start(), each[2], bool(each[1])))
    return found
