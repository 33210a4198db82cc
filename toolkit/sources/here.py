"""Python files that are on this machine already: the standard library of this Python, and langlift's own functions."""

import platform
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from toolkit import __version__
from toolkit.errors import InputError

_PACKAGED = Path(__file__).parent.parent / "demo" / "functions"
# Tests, tools, generated tables and what a distribution adds: no library code of the release.
_LEFT_OUT = """
    __pycache__ site-packages dist-packages test tests idle_test idlelib lib2to3 turtledemo ensurepip pydoc_data
    lib-dynload encodings sitecustomize.py usercustomize.py this.py antigravity.py
"""


@dataclass(frozen=True)
class Origin:
    """Files of one project, by their path in it, in order."""

    repo: str
    revision: str
    license: str  # SPDX
    files: tuple[tuple[str, Path], ...]


def origins(names: Iterable[str]) -> list[Origin]:
    """The origins of these names: "stdlib", "packaged". Raises InputError where their files are not there."""
    return [{"stdlib": _stdlib, "packaged": _packaged}[name]() for name in names]


def _stdlib() -> Origin:
    folder = Path(sysconfig.get_path("stdlib"))
    files = _python_files(folder, "Lib")
    if not files:
        raise InputError(f"{folder}: this Python keeps no source of its library", "use a Python with its .py files")
    return Origin("python/cpython", f"v{platform.python_version()}", "PSF-2.0", files)


def _packaged() -> Origin:
    files = _python_files(_PACKAGED, "toolkit/demo/functions")
    if not files:
        raise InputError(f"{_PACKAGED}: langlift's own functions are not there", "install langlift again")
    return Origin("langlift", __version__, "Apache-2.0", files)


def _python_files(folder: Path, prefix: str) -> tuple[tuple[str, Path], ...]:
    left_out = frozenset(_LEFT_OUT.split())
    found = []
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).parts
        generated = parts[0].startswith(("_sysconfigdata", "config-"))
        if not generated and not left_out.intersection(parts) and path.is_file() and not path.is_symlink():
            found.append((f"{prefix}/{path.relative_to(folder).as_posix()}", path))
    return tuple(sorted(found))
