"""Programs in Java from 17: one file, its assertions enabled. Warm, the compiler stays loaded; a program runs in a
virtual machine of its own, warm as cold.

Not covered by the proof: a program that looks into its own virtual machine (a dump of its heap, /proc/self/mem).
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from sandboxes import Server
from toolkit.languages import prepared
from toolkit.languages.base import Toolchain, encoded, outside_system, part
from toolkit.languages.java.naming import names
from toolkit.languages.runtime import Programs, Runtime

QUICK = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xshare:auto"  # made to start, not to last
OPTIONS = {
    "java.options": f"{QUICK} -XX:+DisableAttachMechanism -Xmx512m -ea\n".encode(),
    "javac.options": b"-encoding UTF-8 -proc:none -nowarn\n",
}
FILES = {"run.sh": encoded(part(__file__, "run.sh")), **OPTIONS}
PARTS = prepared.texts(__file__, "LangliftServer.java", "LangliftProof.java", "wait.c")


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The JDK of the `javac` on PATH."""
    found = shutil.which("javac")
    if found is None:
        return ()
    home = os.path.dirname(os.path.dirname(os.path.realpath(found)))
    done = subprocess.run([f"{home}/bin/javac", "-version"], capture_output=True, text=True, timeout=60)
    version = (done.stdout or done.stderr).strip()
    if not os.access(f"{home}/bin/java", os.X_OK) or not version.startswith("javac"):
        return ()
    made = _prepared(home, version)
    settings = {os.path.dirname(os.path.realpath(path)) for path in Path(home, "conf").glob("*.properties")}
    folders = outside_system(home, *settings, *([made] if made else ()))
    return (Toolchain("jdk", version, ("/bin/sh", "run.sh", home, made or ""), FILES, folders),)


@cache
def _prepared(home: str, version: str) -> str | None:
    compiler = shutil.which("cc") or shutil.which("gcc") or ""
    return prepared.folder("java", (version, prepared.state(f"{home}/bin/javac"), compiler), PARTS, home)


def plain(program: str) -> dict[str, bytes]:
    file, entry = names(program)
    return {f"source/{file}.java": encoded(program), "entry": encoded(entry)}


def proof(program: str) -> dict[str, bytes]:
    return {**plain(program), "harness/LangliftProof.java": encoded(part(__file__, "LangliftProof.java"))}


def server(toolchain: Toolchain) -> Server | None:
    _, _, home, made = toolchain.command
    if not made or (made != prepared.IN_IMAGE and not os.path.exists(f"{made}/libwait.so")):
        return None
    # java looks for its parts beside its own executable, so it must not be the copy that no one may read: server.c
    java = f"{home}/bin/java"
    return Server(
        ("/usr/bin/env", java, *QUICK.split(), "-Xmx256m", "-cp", made, "LangliftServer", java, made), {}, 500
    )


ADD = "class Sum {\n    static int add(int a, int b) {\n        return a + b;\n    }\n}\n\npublic class Main {\n"
MAIN = "    public static void main(String[] arguments) {{\n        {}\n    }}\n}}\n"

RUNTIME = Runtime(
    name="java",
    title="Java",
    extension=".java",
    remedy="install a JDK from 17 on (apt install default-jdk-headless)",
    toolchains=toolchains,
    plain=plain,
    proof=proof,
    server=server,
    programs=Programs(
        right=ADD + MAIN.format("assert Sum.add(1, 2) == 3;\n        assert Sum.add(0, 0) == 0;"),
        wrong=ADD + MAIN.format("assert Sum.add(1, 2) == 4;"),
        broken=ADD,
        leaves=ADD + MAIN.format("System.exit(0);\n        assert false;"),
    ),
    address_space=False,
    processes=64,
    image=Toolchain("jdk", "", ("/bin/sh", "run.sh", "/usr/lib/jvm/default-java", prepared.IN_IMAGE), FILES),
    parts=PARTS,
)
