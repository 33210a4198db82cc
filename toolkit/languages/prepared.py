"""What is made once of a toolchain, from texts of our own, and kept: a compiler's server, an archive, headers.

One of the texts is `prepare.sh`, which makes it in the folder where they lie: on this machine it is kept for this
user, an image has it from when it was built (`sandboxes/images/*/Dockerfile`).
"""

import contextlib
import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from sandboxes.native import cache_folder
from toolkit.languages.base import encoded, part

IN_IMAGE = "/usr/share/langlift/prepared"

_DAY, _LONG = 86_400, 30

log = logging.getLogger(__name__)


def texts(module: str, *names: str) -> dict[str, bytes]:
    """Those of these names that lie beside the language's module, and its `prepare.sh`."""
    return {name: encoded(part(module, name)) for name in ("prepare.sh", *names)}


def folder(name: str, facts: Iterable[str], files: Mapping[str, bytes], *arguments: str) -> str | None:
    """What `prepare.sh` makes, with these arguments; anew when a fact or a file changes. None where it can not."""
    digest = hashlib.sha256("\0".join((*facts, *arguments)).encode())
    for each, content in sorted(files.items()):
        digest.update(f"\0{each}\0{len(content)}\0".encode() + content)
    base = cache_folder()
    target = base / f"{name}-{digest.hexdigest()[:16]}"
    if target.is_dir():
        _used(target)
        return str(target)
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=base))
        try:
            for each, content in files.items():
                (made / each).write_bytes(content)
            command = ["/bin/sh", "prepare.sh", *arguments]
            subprocess.run(command, cwd=made, check=True, capture_output=True, timeout=300)
            _open_to_all(made)
            made.rename(target)
            _remove_unused(base, name)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except (OSError, subprocess.SubprocessError) as error:
        if not target.is_dir():  # else another process was faster
            said = getattr(error, "stderr", None) or b""
            log.warning("%s programs run slower: can not prepare %s: %s %r", name, target, error, said[-300:])
            return None
    return str(target)


def _used(made: Path) -> None:
    with contextlib.suppress(OSError):  # of another user
        if time.time() - made.stat().st_mtime > _DAY:
            os.utime(made)


def _remove_unused(base: Path, name: str) -> None:
    """Those of other toolchains or versions that nobody has used for long."""
    for other in base.glob(f"{name}-*"):
        about = other.stat()
        if about.st_uid == os.getuid() and time.time() - about.st_mtime > _LONG * _DAY:
            shutil.rmtree(other, ignore_errors=True)


def _open_to_all(made: Path) -> None:
    """A sandbox shows it to programs without rights."""
    made.chmod(0o755)
    for path in made.rglob("*"):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))


def state(path: str) -> str:
    """Of an executable, for `facts`: another one in its place is another toolchain."""
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns}"
