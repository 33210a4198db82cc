"""Programs in C++, compiled by `g++` as it is called plainly: its own standard, no optimization.

The headers that a program begins with are precompiled (`headers.py`).

Not covered by the proof: a program that searches its own memory, or runs code before the first constructor
(an indirect function).
"""

from functools import cache

from toolkit.languages import prepared
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.cpp import headers
from toolkit.languages.runtime import Programs, Runtime, on_path, prefix_of

SCRIPT = {"run.sh": encoded(part(__file__, "run.sh"))}


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `g++` on PATH."""
    real, said = on_path("g++", "--version")
    if not real:
        return ()
    made = prepared.folder("cpp", (said, prepared.state(real)), _parts(headers.ALL), real) or ""
    command = ("/bin/sh", "run.sh", real, made)
    folders = prefix_of(real, *([made] if made else ()))
    version = said.partition("\n")[0]
    return (Toolchain("g++", version, command, SCRIPT, folders),)


def _parts(*sets: frozenset[str]) -> dict[str, bytes]:
    made = {f"{headers.name_of(each)}.h": headers.text_of(each) for each in sets}
    return {**prepared.texts(__file__, "start.cpp", "early.cpp", "header.sh"), **made}


@cache
def _precompiled() -> headers.Precompiled | None:
    for toolchain in toolchains():
        _, _, compiler, made = toolchain.command
        return headers.Precompiled(compiler, made) if made else None
    return None


def _headers(program: str) -> dict[str, bytes]:
    wanted = headers.of(program)
    if not wanted:
        return {}
    if precompiled := _precompiled():
        precompiled.ask(wanted)
    return {"headers": encoded(headers.name_of(wanted) + "\n")}


def plain(program: str) -> dict[str, bytes]:
    return {"main.cpp": encoded(program), **_headers(program)}


def proof(program: str) -> dict[str, bytes]:
    return {"start.cpp": encoded(part(__file__, "start.cpp")), "program.cpp": encoded(program), **_headers(program)}


ADD = "#include <assert.h>\n#include <bits/stdc++.h>\n" + "\nint add(int a, int b) { return a + b; }\n\n"

RUNTIME = Runtime(
    name="cpp",
    title="C++",
    extension=".cpp",
    remedy="install g++ (apt install g++)",
    toolchains=toolchains,
    plain=plain,
    proof=proof,
    server=lambda toolchain: None,  # a compiler that has read its headers can not be kept
    programs=Programs(
        right=ADD + "int main() {\n    assert(add(1, 2) == 3);\n    assert(add(0, 0) == 0);\n}\n",
        wrong=ADD + "int main() {\n    assert(add(1, 2) == 4);\n}\n",
        broken="int add(int a, int b {\n",
        leaves=ADD + "int main() {\n    exit(0);\n    assert(false);\n}\n",
    ),
    image=Toolchain("g++", "", ("/bin/sh", "run.sh", "/usr/bin/g++", prepared.IN_IMAGE), SCRIPT),
    parts=_parts(*headers.COMMON),
)
