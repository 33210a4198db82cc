"""The headers that programs begin with, precompiled once for all programs that include the same ones.

A program is compiled with the headers of the standard library that it includes before anything else, and no other:
nothing is visible to it that it has not asked for. Their order is ours, the standard gives it no meaning. What the
headers' own functions need of templates is instantiated with them, by the plugin `early.cpp`. A program that adds
to the namespace `std` might see that, so it is compiled plainly, as is one that has not compiled.
"""

import hashlib
import logging
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

log = logging.getLogger(__name__)

ALL = frozenset({"assert.h", "bits/stdc++.h"})
_NAMES = """
    algorithm any array atomic bit bitset charconv chrono compare complex concepts condition_variable deque
    exception filesystem forward_list fstream functional future initializer_list iomanip ios iosfwd iostream
    istream iterator limits list locale map memory memory_resource mutex new numbers numeric optional ostream
    queue random ranges ratio regex scoped_allocator set shared_mutex span sstream stack stdexcept streambuf
    string string_view system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set
    utility valarray variant vector cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp
    csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype ctype.h errno.h fenv.h
    float.h inttypes.h limits.h locale.h math.h setjmp.h signal.h stdarg.h stddef.h stdint.h stdio.h stdlib.h
    string.h time.h uchar.h wchar.h wctype.h
"""
STANDARD = ALL | frozenset(_NAMES.split())
_BEFORE = ("algorithm", "math.h", "stdio.h", "stdlib.h")  # programs of HumanEval-X begin with these, and
COMMON = (  # one of
    ALL,
    *(frozenset((*_BEFORE, *more)) for more in ((), ("string",), ("vector",), ("string", "vector"), ("map", "string"))),
)
ENOUGH = 3  # programs with the same headers: from then on they are worth it
MOST = 24  # sets that are kept, tens of megabytes each
_TOKEN = re.compile(
    r"[ \t\r\n]++|//[^\n\\]*+\n|/\*.*?\*/|using namespace std ?;"
    r"|#[ \t]*+include[ \t]*+<([\w./+]+)>[ \t\r]*+(?=\n|//)",
    re.S,
)
_ADDS = re.compile(r"(?<!using)\s+namespace\s+std\b")


def of(program: str) -> frozenset[str]:
    """Headers of the standard library that it includes before anything else that has a meaning."""
    found, place = set[str](), 0
    while token := _TOKEN.match(program, place):
        if token[1] and token[1] not in STANDARD:
            break
        if token[1]:
            found.add(token[1])
        place = token.end()
    if _ADDS.search(program, max(0, place - 1)):
        return frozenset()
    return ALL if "bits/stdc++.h" in found else frozenset(found)


def name_of(headers: frozenset[str]) -> str:
    return hashlib.sha256(" ".join(sorted(headers)).encode()).hexdigest()[:16]


def text_of(headers: frozenset[str]) -> bytes:
    """Of the one that includes them."""
    return ("".join(f"#include <{each}>\n" for each in sorted(headers)) + "#pragma langlift instantiate\n").encode()


def precompile(compiler: str, folder: Path, headers: frozenset[str]) -> None:
    """Raises OSError, subprocess.SubprocessError."""
    name = f"{name_of(headers)}.h"
    place = Path(tempfile.mkdtemp(prefix=".", dir=folder))
    try:
        (place / name).write_bytes(text_of(headers))
        command = ["/bin/sh", f"{folder}/header.sh", compiler, name]
        subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=300)
        for each in (name, f"{name}.gch"):
            (place / each).chmod(0o644)
            (place / each).rename(folder / each)
    finally:
        shutil.rmtree(place, ignore_errors=True)


class Precompiled:
    """Sets of headers in a folder, made when enough programs have asked for them."""

    def __init__(self, compiler: str, folder: str) -> None:
        self._compiler, self._folder, self._asked = compiler, Path(folder), Counter[frozenset[str]]()

    def ask(self, headers: frozenset[str]) -> None:
        self._asked[headers] += 1
        if self._asked[headers] != ENOUGH or (self._folder / f"{name_of(headers)}.h.gch").exists():
            return
        try:
            kept = [path for path in self._folder.glob("*.gch") if path.name != f"{name_of(ALL)}.h.gch"]
            if len(kept) >= MOST:
                min(kept, key=lambda path: path.stat().st_mtime).unlink(missing_ok=True)
            precompile(self._compiler, self._folder, headers)
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("C++ programs with %s run slower: can not precompile them: %s", sorted(headers), error)
