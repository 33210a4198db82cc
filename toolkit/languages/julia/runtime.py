"""Programs in Julia. Where no `julia` is on PATH, a root file system folder that holds one stands in for the machine's.

Not covered by the proof: a program that reads its own memory (pointers, `ccall`, /proc/self/mem).
"""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, outside_system, part
from toolkit.languages.prepared import IN_IMAGE, texts
from toolkit.languages.runtime import Programs, Runtime, as_main, under_harness

VARIABLE = "LANGLIFT_JULIA_ROOT"
CHECKOUT = Path(__file__).resolve().parents[3]
ROOT = CHECKOUT / ".cache" / "julia"
SCRIPT = CHECKOUT / "sandboxes" / "images" / "julia" / "install.sh"
PREPARE = Path(__file__).with_name("prepare.sh")
IMAGE = f"{IN_IMAGE}/image.so"  # of Julia, in a root or a container: with what nearly all programs need compiled
PARTS = texts(__file__, "image.jl", "warm.jl", "proof.jl")
PLACES = ("usr/bin/julia", "usr/local/julia/bin/julia")  # in a root: Debian's package, the official image
ENVIRONMENT = ("/usr/bin/env", "OPENBLAS_NUM_THREADS=1")  # or it starts a thread for each processor
OPTIONS = ("--startup-file=no", "-O1")  # a program runs once: what compiles fast is fast
START = 'Base.include(Module(), "/server/server.jl")'
FILES = ("server.jl", "renewal.jl", "warm.jl", "proof.jl")


def command(julia: str, *options: str) -> tuple[str, ...]:
    return (*ENVIRONMENT, julia, *OPTIONS, *options, "main.jl")


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The root that the variable names; the `julia` on PATH; the root in the checkout's cache."""
    named = os.environ.get(VARIABLE)
    found = (_in_root(Path(named)) if named else None, _on_path(), _in_root(ROOT))
    return tuple(filter(None, found))


def _on_path() -> Toolchain | None:
    found = shutil.which("julia")
    if found is None:
        return None
    ask = [found, "--startup-file=no", "-e", "println(VERSION); println(Sys.BINDIR)"]
    done = subprocess.run(ask, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        return None
    version, folder = done.stdout.splitlines()  # what is on PATH may only choose among several
    return Toolchain(
        "julia", f"Julia {version}", command(f"{folder}/julia"), {}, outside_system(os.path.dirname(folder))
    )


def _in_root(root: Path) -> Toolchain | None:
    root = root.resolve()
    place = next((place for place in PLACES if (root / place).is_file()), None)
    if place is None:
        return None
    options = [f"-J{IMAGE}"] if (root / IMAGE.lstrip("/")).is_file() else []
    return Toolchain(
        "julia in a root", f"Julia {_version(root, place)}", command(f"/{place}", *options), root=str(root)
    )


def _version(root: Path, place: str) -> str:
    """Of Debian's package, else as far as the folder of its library says it."""
    status = root / "var/lib/dpkg/status"
    text = status.read_text(encoding="utf-8", errors="replace") if status.is_file() else ""
    package = re.search(r"^Package: julia\n(?:.+\n)*?Version: (\S+)$", text, re.MULTILINE)
    if package:
        return package[1]
    libraries = (root / place).parent.parent.glob("share/julia/stdlib/v*")
    return next((path.name.removeprefix("v") for path in libraries), "of unknown version")


def server(toolchain: Toolchain) -> Server:
    """Its command begins with another than Julia, which has to read its own executable: server.c."""
    files = {name: encoded(part(__file__, name)) for name in FILES}
    return Server((*toolchain.command[:-1], "-e", START), files, programs=1000)


ADD = "function add(a, b)\n    a + b\nend\n"

RUNTIME = Runtime(
    name="julia",
    title="Julia",
    extension=".jl",
    remedy=f"install julia, or set {VARIABLE} to a root file system folder that holds it, or make one, as root: "
    f"sh {SCRIPT} {ROOT}, then sh {PREPARE} {ROOT}; looked for: {VARIABLE}, julia on PATH, {ROOT}",
    toolchains=toolchains,
    plain=as_main(".jl"),
    proof=under_harness(__file__, ".jl"),
    server=server,
    programs=Programs(
        right=f"using Test\n{ADD}@test add(1, 2) == 3\n@assert add(0, 0) == 0\n",
        wrong=f'using Test\n{ADD}@testset "sum" begin\n    @test add(1, 2) == 4\nend\n',
        broken="function add(a, b\n",
        leaves="exit(0)\n@assert false\n",
    ),
    address_space=False,
    image=Toolchain("julia", "", command("/usr/bin/julia", f"-J{IMAGE}")),
    parts=PARTS,
)
