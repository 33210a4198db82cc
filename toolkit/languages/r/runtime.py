"""Programs in R."""

import os
import shutil
import subprocess
from functools import cache

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.runtime import Programs, Runtime, as_main, prefix_of, under_harness

OPTIONS = ("--vanilla",)  # nothing of the user's


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `Rscript` on PATH; where R is a distribution's, its settings lie in /etc/R."""
    found = shutil.which("Rscript")
    if found is None:
        return ()
    real = os.path.realpath(found)
    done = subprocess.run(
        [real, *OPTIONS, "-e", "cat(R.version.string, R.home('etc'), R.home(), sep = '\\n')"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    version, settings, home = done.stdout.splitlines() if done.returncode == 0 else ("", "", "")
    linked = {os.path.dirname(os.path.realpath(entry)) for entry in os.scandir(settings or "/var/empty")}
    folders = prefix_of(real, home, *linked)
    return (Toolchain("Rscript", version, (real, *OPTIONS, "main.R"), {}, folders),) if version else ()


def server(toolchain: Toolchain) -> Server:
    command = ("/bin/sh", "/server/server.sh", *toolchain.command[:-1], "/server/server.R")
    files = {name: encoded(part(__file__, name)) for name in ("server.sh", "server.R")}
    return Server(command, files, programs=2000)


ADD = "add <- function(a, b) a + b\n"

RUNTIME = Runtime(
    name="r",
    title="R",
    extension=".R",
    remedy="install R 4 (apt install r-base-core)",
    toolchains=toolchains,
    plain=as_main(".R"),
    proof=under_harness(__file__, ".R"),
    server=server,
    programs=Programs(
        right=ADD + "stopifnot(add(1, 2) == 3)\nstopifnot(add(0, 0) == 0)\n",
        wrong=ADD + "stopifnot(add(1, 2) == 4)\n",
        broken="add <- function(a, b {\n",
        leaves="quit(status = 0)\nstop('reached')\n",
    ),
    image=Toolchain("Rscript", "", ("/usr/bin/Rscript", *OPTIONS, "main.R")),
)
