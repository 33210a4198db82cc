"""Programs in Python 3, run by the system's own interpreter: it is where a sandbox can see it."""

import shutil
import subprocess
from functools import cache

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.runtime import Programs, Runtime

OPTIONS = ("-I", "-S", "-B")  # nothing of the user's, no site packages, no caches written


@cache
def toolchains() -> tuple[Toolchain, ...]:
    interpreter = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    if interpreter is None:
        return ()
    done = subprocess.run([interpreter, "-V"], capture_output=True, text=True, timeout=60)
    return (Toolchain("python3", done.stdout.strip(), (interpreter, *OPTIONS, "main.py")),) if done.stdout else ()


def plain(program: str) -> dict[str, bytes]:
    return {"main.py": encoded(program)}


def proof(program: str) -> dict[str, bytes]:
    return {"main.py": encoded(part(__file__, "proof.py")), "program.py": encoded(program)}


def server(toolchain: Toolchain) -> Server:
    text = encoded(part(__file__, "server.py"))
    return Server((toolchain.command[0], *OPTIONS, "/server/server.py"), {"server.py": text})


RUNTIME = Runtime(
    name="python",
    title="Python",
    extension=".py",
    remedy="install python3 where every user finds it (apt install python3)",
    toolchains=toolchains,
    plain=plain,
    proof=proof,
    server=server,
    programs=Programs(
        right="def add(a, b):\n    return a + b\n\nassert add(1, 2) == 3\nassert add(0, 0) == 0\n",
        wrong="def add(a, b):\n    return a - b\n\nassert add(1, 2) == 3\n",
        broken="def add(a, b:\n",
        leaves="import sys\nsys.exit(0)\nassert False\n",
    ),
    image=Toolchain("python3", "", ("/usr/bin/python3", *OPTIONS, "main.py")),
)
