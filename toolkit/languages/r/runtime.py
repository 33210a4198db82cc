"""Programs in R."""

import os
import shutil
import subprocess
from functools import cache

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.runtime import HUGE_PAGES, Programs, Runtime, as_main, prefix_of, under_harness

OPTIONS = ("--vanilla",)  # nothing of the user's
QUESTION = """
cat(R.version.string, R.home("etc"), R.home(), commandArgs()[seq_len(match("-e", commandArgs()) - 1L)], "", sep = "\\n")
variables <- readBin("/proc/self/environ", "raw", 65536L)
writeLines(strsplit(rawToChar(replace(variables, variables == 0L, charToRaw("\\t"))), "\\t")[[1L]])
"""
COPY = "/box/tmp/R"  # of R's executable
GIVEN = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}  # as in a sandbox
OF_THE_SHELL = {"_", "OLDPWD", "PWD", "SHLVL"}  # where a command was started from, not what it is


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `Rscript` on PATH; where R is a distribution's, its settings lie in /etc/R.

    `Rscript` starts a shell script that sets variables and starts R, a quarter of the time of most programs: the
    command is what it ends in, the same words under the same variables.
    """
    found = shutil.which("Rscript")
    if found is None:
        return ()
    real = os.path.realpath(found)
    done = subprocess.run([real, *OPTIONS, "-e", QUESTION], capture_output=True, text=True, timeout=60, env=GIVEN)
    if done.returncode:
        return ()
    about, variables = done.stdout.split("\n\n", 1)
    version, settings, home, *words = about.splitlines()
    set_by_script = [
        each for each in variables.splitlines() if each.partition("=")[0] not in OF_THE_SHELL | GIVEN.keys()
    ]
    linked = {os.path.dirname(os.path.realpath(entry)) for entry in os.scandir(settings)}
    command = ("/usr/bin/env", HUGE_PAGES, *sorted(set_by_script), *words, "--file=main.R")
    return (Toolchain("Rscript", version, command, {}, prefix_of(real, home, *linked)),)


def server(toolchain: Toolchain) -> Server | None:
    """None where R is started by its shell script: the server could be looked into (server.sh)."""
    *start, script = toolchain.command
    executable = next((word for word in start if word.endswith("/bin/exec/R")), None)
    if executable is None:
        return None
    start[start.index(executable)] = COPY
    command = ("/bin/sh", "/server/server.sh", executable, *start, script.replace("main.R", "/server/server.R"))
    files = {name: encoded(part(__file__, name)) for name in ("server.sh", "server.R", "proof.R")}
    return Server(command, files)


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
    image=Toolchain("Rscript", "", ("/usr/bin/env", HUGE_PAGES, "/usr/bin/Rscript", *OPTIONS, "main.R")),
)
