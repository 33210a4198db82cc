"""Programs in Python 3, run by the system's own interpreter: it is where a sandbox can see it."""

import shutil
import subprocess
from functools import cache

from toolkit.languages.base import Toolchain
from toolkit.languages.runtime import Programs, Runtime, as_main, interpreted_server, under_harness

OPTIONS = ("-I", "-S", "-B")  # nothing of the user's, no site packages, no caches written


@cache
def toolchains() -> tuple[Toolchain, ...]:
    interpreter = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    if interpreter is None:
        return ()
    done = subprocess.run([interpreter, "-V"], capture_output=True, text=True, timeout=60)
    return (Toolchain("python3", done.stdout.strip(), (interpreter, *OPTIONS, "main.py")),) if done.stdout else ()


RUNTIME = Runtime(
    name="python",
    title="Python",
    extension=".py",
    remedy="install python3 where every user finds it (apt install python3)",
    toolchains=toolchains,
    plain=as_main(".py"),
    proof=under_harness(__file__, ".py"),
    server=interpreted_server(__file__, ".py"),
    programs=Programs(
        right="def add(a, b):\n    return a + b\n\nassert add(1, 2) == 3\nassert add(0, 0) == 0\n",
        wrong="def add(a, b):\n    return a - b\n\nassert add(1, 2) == 3\n",
        broken="def add(a, b:\n",
        leaves="import sys\nsys.exit(0)\nassert False\n",
    ),
    image=Toolchain("python3", "", ("/usr/bin/python3", *OPTIONS, "main.py")),
)
