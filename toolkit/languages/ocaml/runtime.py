"""Programs in OCaml: compiled by `ocamlc`, run by `ocamlrun`. Warm, the compiler is loaded already and forks.

Not covered by the proof: a program that reads its own memory (`Obj`, `external`, `/proc/self/mem`).
"""

import shutil
from dataclasses import replace
from functools import cache

from sandboxes import Server
from toolkit.languages import prepared
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.ocaml import toolchains as compilers
from toolkit.languages.runtime import Programs, Runtime

SCRIPT = {"run.sh": encoded(part(__file__, "program.sh"))}
PARTS = prepared.texts(__file__, "server.ml", "wait.c")


@cache
def toolchains() -> tuple[Toolchain, ...]:
    return tuple(map(_with_server, compilers()))


def _with_server(toolchain: Toolchain) -> Toolchain:
    made = _prepared(toolchain.command[2], toolchain.version) or ""
    readable = (*toolchain.readable, *([made] if made else ()))
    return replace(toolchain, command=(*toolchain.command, made), files=SCRIPT, readable=readable)


@cache
def _prepared(compiler: str, version: str) -> str | None:
    native = shutil.which("ocamlopt")
    if native is None:
        return None
    return prepared.folder("ocaml", (version, prepared.state(compiler), prepared.state(native)), PARTS, native)


def plain(program: str) -> dict[str, bytes]:
    return {"main.ml": encoded(program)}


def proof(program: str) -> dict[str, bytes]:
    return {
        "main.ml": encoded(part(__file__, "proof.ml")),
        "start.ml": encoded(part(__file__, "start.ml")),
        "program.ml": encoded(program),
    }


def server(toolchain: Toolchain) -> Server | None:
    _, _, _, interpreter, made = toolchain.command
    return Server((f"{made}/server", interpreter), {}) if made else None


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
    image=Toolchain(
        "ocamlc", "", ("/bin/sh", "run.sh", "/usr/bin/ocamlc", "/usr/bin/ocamlrun", prepared.IN_IMAGE), SCRIPT
    ),
    parts=PARTS,
)
