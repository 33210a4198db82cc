"""Programs in C++, compiled by `g++` as it is called plainly: its own standard, no optimization.

A program that includes all of the standard library (`bits/stdc++.h`) is compiled with that precompiled; nothing is
included that a program has not asked for.

Not covered by the proof: a program that searches its own memory, or runs code before the first constructor
(an indirect function).
"""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from toolkit.languages import prepared
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.runtime import Programs, Runtime, on_path, prefix_of

# Nothing before it but comments and other headers of the system: no macro that could give it another meaning.
_INCLUDES_ALL = re.compile(
    r"(?:\s++|//[^\n\\]*+\n|/\*.*?\*/|#[ \t]*+include[ \t]*+<(?!bits/stdc\+\+\.h>)[\w./+]+>)*+"
    r"#[ \t]*+include[ \t]*+<bits/stdc\+\+\.h>",
    re.S,
)
ALL = "#include <assert.h>\n#include <bits/stdc++.h>\n"
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
    start = part(__file__, "start.cpp")

    def make(folder: Path) -> None:
        (folder / "all.h").write_text(ALL)
        (folder / "start.cpp").write_text(start)
        for options in (("-x", "c++-header", "all.h", "-o", "all.h.gch"), ("-c", "start.cpp", "-o", "start.o")):
            subprocess.run([compiler, *options], cwd=folder, check=True, capture_output=True, timeout=300)

    return prepared.folder("cpp", (version, prepared.state(compiler), ALL, start), make)


def _options(program: str) -> dict[str, bytes]:
    return {"all": b""} if _INCLUDES_ALL.match(program) else {}


def plain(program: str) -> dict[str, bytes]:
    return {"main.cpp": encoded(program), **_options(program)}


def proof(program: str) -> dict[str, bytes]:
    return {"start.cpp": encoded(part(__file__, "start.cpp")), "program.cpp": encoded(program), **_options(program)}


ADD = ALL + "\nint add(int a, int b) { return a + b; }\n\n"

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
