"""Programs in Perl 5."""

import os
import shutil
import subprocess
from functools import cache

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, outside_system, part
from toolkit.languages.runtime import Programs, Runtime


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `perl` on PATH."""
    found = shutil.which("perl")
    if found is None:
        return ()
    real = os.path.realpath(found)
    done = subprocess.run([real, "-e", "print $^V"], capture_output=True, text=True, timeout=60)
    folders = outside_system(os.path.dirname(os.path.dirname(real)))
    return (Toolchain("perl", f"Perl {done.stdout}", (real, "main.pl"), {}, folders),) if done.stdout else ()


def plain(program: str) -> dict[str, bytes]:
    return {"main.pl": encoded(program)}


def proof(program: str) -> dict[str, bytes]:
    return {"main.pl": encoded(part(__file__, "proof.pl")), "program.pl": encoded(program)}


def server(toolchain: Toolchain) -> Server:
    return Server((toolchain.command[0], "/server/server.pl"), {"server.pl": encoded(part(__file__, "server.pl"))})


ADD = "use strict;\nuse warnings;\nsub add { my ($a, $b) = @_; return $a + $b; }\n"

RUNTIME = Runtime(
    name="perl",
    title="Perl",
    extension=".pl",
    remedy="install perl 5.24 or later (apt install perl)",
    toolchains=toolchains,
    plain=plain,
    proof=proof,
    server=server,
    programs=Programs(
        right=ADD + "die 'sum' unless add(1, 2) == 3;\ndie 'none' unless add(0, 0) == 0;\n",
        wrong=ADD + "die 'sum' unless add(1, 2) == 4;\n",
        broken="sub add {\n",
        leaves="exit 0;\ndie 'reached';\n",
    ),
    image=Toolchain("perl", "", ("/usr/bin/perl", "main.pl")),
)
