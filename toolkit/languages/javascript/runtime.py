"""Programs in JavaScript, run by Node as CommonJS modules; warm, many in one process.

Not covered by the proof: a program that debugs its own process from a worker.
"""

import shutil
import subprocess
from functools import cache

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, outside_system, part
from toolkit.languages.runtime import Programs, Runtime, as_main, under_harness

FOLDERS = "/usr/local/bin:/usr/bin:/bin"


@cache
def toolchains() -> tuple[Toolchain, ...]:
    node = shutil.which("node", path=FOLDERS) or shutil.which("nodejs", path=FOLDERS)
    if node is None:
        return ()
    done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        return ()
    return (Toolchain("node", f"Node {done.stdout.strip()}", (node, "main.js"), readable=outside_system(node)),)


def server(toolchain: Toolchain) -> Server:
    """Its command begins with another than node, which would be copied: a hundred megabytes."""
    files = {name: encoded(part(__file__, name)) for name in ("server.js", "state.js", "world.js", "proof.js")}
    return Server(("/usr/bin/env", toolchain.command[0], "/server/server.js"), files, inside=True)


RUNTIME = Runtime(
    name="javascript",
    title="JavaScript",
    extension=".js",
    remedy="install Node (apt install nodejs)",
    toolchains=toolchains,
    plain=as_main(".js"),
    proof=under_harness(__file__, ".js"),
    server=server,
    programs=Programs(
        right="const assert = require('assert');\nfunction add(a, b) { return a + b; }\n"
        "assert.deepStrictEqual(add(1, 2), 3);\nassert.deepStrictEqual([add(0, 0)], [0]);\n",
        wrong="const assert = require('assert');\nfunction add(a, b) { return a - b; }\n"
        "assert.deepStrictEqual(add(1, 2), 3);\n",
        broken="function add(a, b {\n",
        leaves="process.exit(0);\nrequire('assert')(false);\n",
    ),
    address_space=False,
    processes=64,
    image=Toolchain("node", "", ("/usr/bin/node", "main.js")),
)
