"""Programs in PHP 8, with checks by `assert` switched on and errors on stderr."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from toolkit.languages.base import Toolchain
from toolkit.languages.runtime import Programs, Runtime, as_main, interpreted_server, prefix_of, under_harness

SETTINGS = {
    "zend.assertions": "1",
    "assert.exception": "1",
    "display_errors": "stderr",
    "log_errors": "0",
    "memory_limit": "-1",  # the sandbox has one
}
OPTIONS = tuple(word for name, value in SETTINGS.items() for word in ("-d", f"{name}={value}"))


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `php` on PATH, with the extensions that its settings name."""
    found = shutil.which("php")
    if found is None:
        return ()
    real = os.path.realpath(found)
    says = (subprocess.run([real, option], capture_output=True, text=True, timeout=60) for option in ("-v", "--ini"))
    version, settings = (done.stdout for done in says)
    if not version.startswith("PHP 8"):
        return ()
    folders = prefix_of(real, *_read_at_start(settings))
    return (Toolchain("php", " ".join(version.split()[:2]), (real, *OPTIONS, "main.php"), {}, folders),)


def _read_at_start(settings: str) -> list[str]:
    """Files and folders of settings that exist, and where links among them lead."""
    named = re.findall(r"^(?:Loaded Configuration File|Scan for additional .ini files in): *(/\S+)$", settings, re.M)
    paths = [Path(name) for name in named if os.path.exists(name)]
    linked = {file.resolve().parent for path in paths if path.is_dir() for file in path.glob("*.ini")}
    return [str(path) for path in (*paths, *sorted(linked))]


ADD = "<?php\nfunction add($a, $b) { return $a + $b; }\n"

RUNTIME = Runtime(
    name="php",
    title="PHP",
    extension=".php",
    remedy="install PHP 8 for the command line (apt install php-cli)",
    toolchains=toolchains,
    plain=as_main(".php"),
    proof=under_harness(__file__, ".php"),
    server=interpreted_server(__file__, ".php"),
    programs=Programs(
        right=ADD + "assert(add(1, 2) === 3);\nassert(add(0, 0) === 0);\n",
        wrong=ADD + "assert(add(1, 2) === 4);\n",
        broken="<?php\nfunction add($a, $b {\n",
        leaves="<?php\nexit(0);\nassert(false);\n",
    ),
    image=Toolchain("php", "", ("/usr/bin/php", *OPTIONS, "main.php")),
)
