"""What is made once of a toolchain, from texts of our own, and kept for this user: a compiler's server, an archive."""

import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from sandboxes.native import cache_folder

log = logging.getLogger(__name__)


def folder(name: str, facts: tuple[str, ...], make: Callable[[Path], None]) -> str | None:
    """A folder that `make` has filled; made anew when `facts` change. None where that can not be done."""
    base = cache_folder()
    target = base / f"{name}-{hashlib.sha256(chr(0).join(facts).encode()).hexdigest()[:16]}"
    if target.is_dir():
        return str(target)
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=base))
        try:
            make(made)
            _open_to_all(made)
            made.rename(target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except (OSError, subprocess.SubprocessError) as error:
        if not target.is_dir():  # else another process was faster
            said = getattr(error, "stderr", None) or b""
            log.warning("%s programs run slower: can not prepare %s: %s %r", name, target, error, said[-300:])
            return None
    return str(target)


def _open_to_all(made: Path) -> None:
    """A sandbox shows it to programs without rights."""
    made.chmod(0o755)
    for path in made.rglob("*"):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))


def state(path: str) -> str:
    """Of an executable, for `facts`: another one in its place is another toolchain."""
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns}"
