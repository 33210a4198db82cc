"""The Linux calls that the standard library lacks (`os.unshare` came with 3.12), by ctypes.

Each raises OSError with the call's name. Constants are the kernel's, the same on every
architecture that Python's wheels know.
"""

import ctypes
import os
from functools import cache

NEW_NAMESPACE = {
    "mount": 0x00020000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "network": 0x40000000,
}
MOUNT_NOSUID, MOUNT_NODEV, MOUNT_BIND, MOUNT_RECURSIVE, MOUNT_PRIVATE = 2, 4, 4096, 16384, 1 << 18
DIE_WITH_PARENT, DUMPABLE, SUBREAPER, NO_NEW_PRIVILEGES, DROP_FROM_BOUNDING_SET = 1, 4, 36, 38, 24

_DETACH = 2
_AT_CURRENT_FOLDER = -100
_AT_RECURSIVE = 0x8000
_MOUNT_SETATTR = 442  # Linux 5.12
_READ_ONLY, _NOSUID = 1, 2


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace", ctypes.c_uint64),
    )


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def unshare(*names: str) -> None:
    flags = sum(NEW_NAMESPACE[name] for name in names)
    _check(_libc().unshare(flags), f"unshare {', '.join(names)}")


def mount(source: str, target: str, filesystem: str = "", flags: int = 0, options: str = "") -> None:
    arguments = [text.encode("utf-8", "surrogateescape") for text in (source, target, filesystem, options)]
    result = _libc().mount(arguments[0], arguments[1], arguments[2], ctypes.c_ulong(flags), arguments[3])
    _check(result, f"mount {target}")


def set_read_only(target: str, *, recursive: bool) -> None:
    """Also without set-user-id. Recursive: unlike a remount it reaches the mounts below."""
    attributes = _MountAttributes(set=_READ_ONLY | _NOSUID)
    result = _libc().syscall(
        ctypes.c_long(_MOUNT_SETATTR),
        ctypes.c_int(_AT_CURRENT_FOLDER),
        ctypes.c_char_p(os.fsencode(target)),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _check(result, f"mount_setattr {target}")


def detach(target: str) -> None:
    _check(_libc().umount2(os.fsencode(target), _DETACH), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    _check(_libc().pivot_root(os.fsencode(new), os.fsencode(old)), f"pivot_root {new}")


def set_hostname(name: bytes) -> None:
    _check(_libc().sethostname(name, ctypes.c_size_t(len(name))), "sethostname")


def control(option: int, value: int) -> None:
    """prctl(2)."""
    zero = ctypes.c_ulong(0)
    _check(_libc().prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")
