"""Programs in C++, compiled by `g++` as it is called plainly: its own standard, no optimization.

The headers that a program begins with are precompiled (`headers.py`).

Not covered by the proof: a program that searches its own memory, or runs code before the first constructor
(an indirect function).
"""

import shutil
import subprocess
from functools import cache, partial
from pathlib import Path

from toolkit.languages import prepared
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.cpp import headers
from toolkit.languages.runtime import Programs, Runtime, on_path, prefix_of

SCRIPT = {"run.sh": encoded(part(__file__, "run.sh"))}
LINKERS = ("mold", "gold")  # in a fraction of the time of the usual one


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `g++` on PATH."""
    real, said = on_path("g++", "--version")
    if not real:
        return ()
    linker = next((f"-fuse-ld={name}" for name in LINKERS if shutil.which(f"ld.{name}", path="/usr/bin:/bin")), "")
    made = _prepared(real, said) or ""
    command = ("/bin/sh", "run.sh", real, linker, made)
    folders = prefix_of(real, *([made] if made else ()))
    version = said.partition("\n")[0]
    return (Toolchain("g++", version, command, SCRIPT, folders),)


def _prepared(compiler: str, version: str) -> str | None:
    texts = {name: part(__file__, name) for name in ("start.cpp", "early.cpp")}

    def make(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name).write_text(text)
        run = partial(subprocess.run, cwd=folder, capture_output=True, timeout=300)
        run([compiler, "-c", "start.cpp", "-o", "start.o"], check=True)
        run([compiler, "-shared", "-fPIC", "early.cpp", "-o", "early.so"])  # without it, headers cost some more
        headers.precompile(compiler, folder, headers.ALL)

    facts = (version, prepared.state(compiler), part(__file__, "headers.py"), *texts.values())
    return prepared.folder("cpp", facts, make)


@cache
def _precompiled() -> headers.Precompiled | None:
    for toolchain in toolchains():
        _, _, compiler, _, made = toolchain.command
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
    image=Toolchain("g++", "", ("/bin/sh", "run.sh", "/usr/bin/g++", "", ""), SCRIPT),
)
