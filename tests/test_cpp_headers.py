"""C++ programs compiled with precompiled headers are what a plain call of g++ makes of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes import Job, Limits, Outcome
from sandboxes.local import Local
from toolkit import languages
from toolkit.languages.base import part
from toolkit.languages.cpp import headers

SORTS = """#include <cstdio>
#include <algorithm> // after what it does not need
using namespace std;
#include <string>
int main() { string text = "cab"; sort(text.begin(), text.end()); puts(text.c_str()); printf("%d", __LINE__); }
"""
PROGRAMS = {
    "sorts": SORTS,
    "all": SORTS.replace("<cstdio>", "<bits/stdc++.h>"),
    "uses what it has not included": "#include <cstdio>\nint main() { std::string text; }\n",
    "fails to compile": SORTS.replace("cab", 'c" + 1 + "ab'),
    "is warned": SORTS + "#warning it is late\n",
    "asks whether something is there": "#include <string>\n#ifdef _GLIBCXX_MAP\n#error map\n#endif\nint main() {}\n",
    "asks for checks": "#define _GLIBCXX_ASSERTIONS\n#include <vector>\nint main() { return std::vector<int>()[0]; }\n",
    "adds to std": "#include <string>\nnamespace std { template <> void swap(string &a, string &) { a = \"mine\"; } }\n"
    "int main() { std::string a, b; std::swap(a, b); return a != \"mine\"; }\n",
    "specializes what the headers use": "#include <string>\ntemplate <>\nvoid std::string::_M_construct<char *>("
    "char *, char *, std::forward_iterator_tag) {}\nint main() {}\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[Local]:
    if not languages.runtime("cpp").toolchains():
        pytest.skip(languages.runtime("cpp").remedy)
    with Local(1) as pool:
        yield pool


def run(pool: Local, program: str, *, prepared: bool) -> Outcome:
    runtime = languages.runtime("cpp")
    (toolchain,) = runtime.toolchains()
    command = toolchain.command if prepared else (*toolchain.command[:-1], "")
    files = {**toolchain.files, **runtime.plain(program)}
    (outcome,) = pool.run([Job("x", command, files, limits=Limits(cpu_seconds=30), readable=toolchain.readable)])
    return outcome


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_ends_as_it_does_without_precompiled_headers(pool: Local, name: str) -> None:
    program = PROGRAMS[name]
    for _ in range(headers.ENOUGH):
        files = languages.runtime("cpp").plain(program)
    if "headers" in files:
        made = languages.runtime("cpp").toolchains()[0].command[-1]
        assert Path(made, f"{files['headers'].decode().strip()}.h.gch").exists()
    found, plain = (run(pool, program, prepared=prepared) for prepared in (True, False))
    assert (found.exit_code, found.stdout, found.stderr) == (plain.exit_code, plain.stdout, plain.stderr)


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("#include <vector>\n/* a */ using namespace std;\n// b\n#include <map>\nint x;", {"vector", "map"}),
        ("#include <map>\n#include <bits/stdc++.h>\n", headers.ALL),
        ("#include <vector>\n#define X\n#include <map>\n", {"vector"}),
        ("#include <vector>\n#include <unknown>\n#include <map>\n", {"vector"}),
        ("// goes on \\\n#include <vector>\n", set()),
        ("#include <vector> /*\n*/ #include <map>\n", set()),
        ("/* #include <map> */\n#include <vector>\n", {"vector"}),
        ("#include <vector>\nnamespace std { }", set()),
        ('#include "vector"\n', set()),
        ("#include <vector>", set()),
    ],
)
def test_the_headers_at_the_start_of_a_program_are_found(program: str, found: set[str]) -> None:
    assert headers.of(program) == found


def test_only_so_many_sets_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (toolchains := languages.runtime("cpp").toolchains()):
        pytest.skip(languages.runtime("cpp").remedy)
    monkeypatch.setattr(headers, "MOST", 2)
    (tmp_path / "header.sh").write_text(part(headers.__file__, "header.sh"))
    precompiled = headers.Precompiled(toolchains[0].command[2], str(tmp_path))
    for name in ("stdio.h", "stdlib.h", "math.h"):
        for _ in range(headers.ENOUGH):
            precompiled.ask(frozenset({name}))
    left = {headers.name_of(frozenset({name})) + ".h.gch" for name in ("stdlib.h", "math.h")}
    assert {path.name for path in tmp_path.glob("*.gch")} == left
