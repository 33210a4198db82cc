"""The prelude: Lua helpers that a translation carries with it, each only where it is used.

`prelude.lua` is parts, each begun by a line `--@ name: helpers it needs`. A part stands behind those it needs.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_MARK = re.compile(r"^--@ (\w+):([\w ]*)$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    text: str
    needs: tuple[str, ...]


class Prelude:
    """The parts of a prelude text, in its order."""

    def __init__(self, text: str) -> None:
        marks = list(_MARK.finditer(text))
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        self.parts = {
            mark.group(1): Part(text[mark.end() : end].strip("\n"), tuple(mark.group(2).split()))
            for mark, end in zip(marks, ends, strict=True)
        }

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.parts)

    def closure(self, used: Iterable[str]) -> set[str]:
        """The helpers used, and those that they need. KeyError for a helper that is not there."""
        result: set[str] = set()
        stack = list(used)
        while stack:
            name = stack.pop()
            if name not in result:
                result.add(name)
                stack.extend(self.parts[name].needs)
        return result

    def text(self, used: Iterable[str], renamed: Mapping[str, str]) -> str:
        """The helpers' text, in the order of the prelude."""
        wanted = self.closure(used)
        text = "\n\n".join(part.text for name, part in self.parts.items() if name in wanted)
        for old, new in renamed.items():
            text = re.sub(rf"(?<![\w.:\"]){old}\b(?!\")", new, text)
        return text
