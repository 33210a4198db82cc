"""The compiled agent: found beside this module, else compiled once for this user."""

import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).parent / "agent_c"
COMMAND = ("-O2", "-static", "-o")

log = logging.getLogger(__name__)


@cache
def agent() -> Path | None:
    """An executable made from these very sources; None where there is no C compiler and none was packaged."""
    name = f"agent-{digest()}"
    for folder in (SOURCES, cache_folder()):
        if os.access(folder / name, os.X_OK):
            return folder / name
    for folder in (SOURCES, cache_folder()):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return build(folder / name)
        except OSError as error:
            log.info("the sandbox's agent can not be compiled into %s: %s", folder, error)
    return None


def digest() -> str:
    """Of the sources and of how they are compiled."""
    texts = [*COMMAND, *(path.name + path.read_text() for path in _sources())]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def build(target: Path) -> Path:
    """Compiles the agent. Raises OSError where that can not be done."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler: install gcc")
    descriptor, made = tempfile.mkstemp(dir=target.parent)
    os.close(descriptor)
    try:
        sources = [str(path) for path in _sources() if path.suffix == ".c"]
        done = subprocess.run([compiler, *COMMAND, made, *sources], capture_output=True, text=True, errors="replace")
        if done.returncode != 0:
            raise OSError(f"{compiler} failed: {done.stderr.strip().splitlines()[:1]}")
        os.chmod(made, 0o755)
        os.rename(made, target)
    finally:
        Path(made).unlink(missing_ok=True)
    return target


def _sources() -> list[Path]:
    return sorted(path for path in SOURCES.iterdir() if path.suffix in (".c", ".h"))


def cache_folder() -> Path:
    """This user's, for what is made once and can be made again."""
    named = os.environ.get("XDG_CACHE_HOME", "")  # a relative one is to be ignored (XDG base directories)
    return Path(named if os.path.isabs(named) else os.path.expanduser("~/.cache")) / "langlift"
