"""Programs in OCaml: compiled by `ocamlc`, run by `ocamlrun`. Warm, the compiler is loaded already and forks.

Not covered by the proof: a program that reads its own memory (`Obj`, `external`, `/proc/self/mem`).
"""

import os
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

from sandboxes import Server
from toolkit.languages import prepared
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.ocaml import toolchains as compilers
from toolkit.languages.runtime import Programs, Runtime

SCRIPT = {"run.sh": encoded(part(__file__, "program.sh"))}
LIBRARIES = ("unix.cmxa", "ocamlcommon.cmxa", "ocamlbytecomp.cmxa")


@cache
def toolchains() -> tuple[Toolchain, ...]:
    return tuple(replace(each, files=SCRIPT, readable=_readable(each)) for each in compilers())


def _readable(toolchain: Toolchain) -> tuple[str, ...]:
    made = _server_folder(toolchain.command[2], toolchain.version)
    return toolchain.readable if made is None else (*toolchain.readable, made)


@cache
def _server_folder(compiler: str, version: str) -> str | None:
    """With the server compiled from our text; it needs the compiler as a library, and a C compiler."""
    native = shutil.which("ocamlopt")
    if native is None:
        return None
    texts = part(__file__, "server.ml"), part(__file__, "wait.c")

    def make(folder: Path) -> None:
        for name, content in zip(("server.ml", "wait.c"), texts, strict=True):
            (folder / name).write_text(content)
        options = ("-w", "-a", "-I", "+compiler-libs", "-o", "server")
        command = [native, *options, *LIBRARIES, "wait.c", "server.ml"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
        for path in folder.iterdir():
            if path.name != "server":
                path.unlink()

    return prepared.folder("ocaml", (version, prepared.state(compiler), prepared.state(native), *texts), make)


def plain(program: str) -> dict[str, bytes]:
    return {"main.ml": encoded(program)}


def proof(program: str) -> dict[str, bytes]:
    return {
        "main.ml": encoded(part(__file__, "proof.ml")),
        "start.ml": encoded(part(__file__, "start.ml")),
        "program.ml": encoded(program),
    }


def server(toolchain: Toolchain) -> Server | None:
    paths = (f"{folder}/server" for folder in reversed(toolchain.readable))
    made = next(filter(os.path.isfile, paths), None)
    return None if made is None else Server((made, toolchain.command[3]), {})


RUNTIME = Runtime(
    name="ocaml",
    title="OCaml",
    extension=".ml",
    remedy="install ocaml-nox 4.13 or later (apt install ocaml-nox)",
    toolchains=toolchains,
    plain=plain,
    proof=proof,
    server=server,
    programs=Programs(
        right="let add a b = a + b\n\nlet () = assert (add 1 2 = 3)\nlet () = assert (add 0 0 = 0)\n",
        wrong="let add a b = a - b\n\nlet () = assert (add 1 2 = 3)\n",
        broken="let add a b = (\n",
        leaves="let () = exit 0\nlet () = assert false\n",
    ),
    image=Toolchain("ocamlc", "", ("/bin/sh", "run.sh", "/usr/bin/ocamlc", "/usr/bin/ocamlrun"), SCRIPT),
)
