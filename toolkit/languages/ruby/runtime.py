"""Programs in Ruby."""

import os
import shutil
import subprocess
from functools import cache

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, outside_system, part
from toolkit.languages.runtime import Programs, Runtime


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `ruby` on PATH."""
    found = shutil.which("ruby")
    if found is None:
        return ()
    real = os.path.realpath(found)
    done = subprocess.run([real, "-v"], capture_output=True, text=True, timeout=60)
    folders = outside_system(os.path.dirname(os.path.dirname(real)))
    return (Toolchain("ruby", done.stdout.strip(), (real, "main.rb"), {}, folders),) if done.stdout else ()


def plain(program: str) -> dict[str, bytes]:
    return {"main.rb": encoded(program)}


def proof(program: str) -> dict[str, bytes]:
    return {"main.rb": encoded(part(__file__, "proof.rb")), "program.rb": encoded(program)}


def server(toolchain: Toolchain) -> Server:
    return Server((toolchain.command[0], "/server/server.rb"), {"server.rb": encoded(part(__file__, "server.rb"))})


ADD = "def add(a, b)\n  a + b\nend\n"

RUNTIME = Runtime(
    name="ruby",
    title="Ruby",
    extension=".rb",
    remedy="install ruby 3.0 or later (apt install ruby)",
    toolchains=toolchains,
    plain=plain,
    proof=proof,
    server=server,
    programs=Programs(
        right=ADD + "raise 'sum' unless add(1, 2) == 3\nraise 'none' unless add(0, 0) == 0\n",
        wrong=ADD + "raise 'sum' unless add(1, 2) == 4\n",
        broken="def add(a, b\n",
        leaves="exit 0\nraise 'reached'\n",
    ),
    image=Toolchain("ruby", "", ("/usr/bin/ruby", "main.rb")),
)
