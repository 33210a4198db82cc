"""The two forms of the local fence, as the agent sees them: what surrounds a program.

`Namespaces`: user, mount, pid, network, ipc and uts namespaces; needs Linux 5.12 and the right
to make a user namespace. `ProcessGroup`: what is left where the kernel refuses them.

A fence is isolated once, then for each job: `prepare` and `discard` in the agent around
`enter` in the program's child. Only the standard library; runs inside the agent alone.
"""

import contextlib
import errno
import os
import signal
from collections.abc import Sequence
from typing import Protocol

from sandboxes import kernel, processes
from sandboxes.removal import remove

NOBODY = 65534
_PAGE = 4096
_TO_CHANGE_USER = 1 << 0 | 1 << 6 | 1 << 7  # chown, setgid, setuid
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
_SYSTEM_FILES = ("/etc/alternatives", "/etc/ld.so.cache")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_HOST = "/host"  # the machine's own root: seen by the agent, taken away before a program starts
_BOX = "/box"

Shown = tuple[str, str]  # the path a program sees, the real path on the machine


class Fence(Protocol):
    work: str  # the program's folder

    def isolate(self) -> None: ...  # in the guard, before the agent is forked

    def build(self) -> None: ...  # in the agent, once

    def prepare(self, size: int) -> None: ...  # an empty folder that holds `size` bytes

    def enter(self) -> None: ...  # in the child: unprivileged, in `work`, afterwards

    def processes_beside(self) -> int: ...  # that the kernel counts with the program's own

    def kill_children(self) -> None: ...  # everything that the program left; may need repeating

    def used(self) -> int: ...  # bytes in the program's folder

    def discard(self) -> None: ...  # the folder

    def leave(self) -> None: ...  # in the guard, when all is over


class Namespaces:
    """A root of its own. The agent is the first process of the pid namespace."""

    def __init__(self, visible: Sequence[Shown]) -> None:
        self.work = f"{_BOX}/work"
        self.visible = visible
        self.shown = list(_SYSTEM)

    def isolate(self) -> None:
        start, go = os.pipe()
        mapper = _fork_mapper(start, go)
        os.close(start)
        try:
            kernel.unshare("user", "pid", "network", "uts")
            os.write(go, b"1")
        finally:
            os.close(go)
            _, status = os.waitpid(mapper, 0)
        if status != 0:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), "map of user ids")

    def build(self) -> None:
        kernel.unshare("mount")  # here and not before: the guard keeps the machine's root
        kernel.mount("none", "/", flags=kernel.MOUNT_RECURSIVE | kernel.MOUNT_PRIVATE)
        with contextlib.suppress(OSError):  # a container may show it read-only: the fence stands without
            _write("/proc/sys/user/max_user_namespaces", "0")  # a program makes none of its own
        kernel.set_hostname(b"box")
        root = "/tmp"  # any folder that every machine has: it is covered in here alone
        kernel.mount("tmpfs", root, "tmpfs", kernel.MOUNT_NOSUID | kernel.MOUNT_NODEV, "mode=755,size=4m")
        os.mkdir(root + _HOST)
        kernel.pivot_root(root, root + _HOST)
        os.chdir("/")
        for path in (*_SYSTEM, *_SYSTEM_FILES):
            _show_system(path)
        for path in _DEVICES:
            _bind(_HOST + path, path)
        for shown, real in self.visible:
            self._show(shown, real)
        os.mkdir(_BOX)
        if not os.path.lexists("/tmp"):  # something under it may be shown
            os.symlink(f"{_BOX}/tmp", "/tmp")
        for capability in range(64):
            try:
                kernel.control(kernel.DROP_FROM_BOUNDING_SET, capability)
            except OSError:
                break  # past the last one that this kernel knows

    def prepare(self, size: int) -> None:
        pages = size // _PAGE + 2
        options = f"mode=755,size={pages * _PAGE},nr_inodes=16384"
        kernel.mount("tmpfs", _BOX, "tmpfs", kernel.MOUNT_NOSUID | kernel.MOUNT_NODEV, options)
        for folder in (self.work, f"{_BOX}/tmp"):
            os.mkdir(folder, 0o700)
            os.chown(folder, NOBODY, NOBODY)

    def enter(self) -> None:
        kernel.unshare("mount", "ipc")
        _be_first_to_go(_HOST)
        kernel.detach(_HOST)
        kernel.set_read_only("/", recursive=False)
        os.chdir(self.work)
        _become_nobody()
        _check_readable(self.visible)

    def _show(self, shown: str, real: str) -> None:
        if any(shown == above or shown.startswith(above + "/") for above in self.shown):
            return
        _bind(_HOST + real, shown)
        kernel.set_read_only(shown, recursive=True)
        self.shown.append(shown)

    def processes_beside(self) -> int:
        return 2 if os.getuid() == NOBODY else 0  # the guard and the agent, where they share the program's id

    def kill_children(self) -> None:
        if os.getpid() != 1:
            raise RuntimeError("not the first process of a pid namespace: kill(-1) would reach the machine's processes")
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)

    def used(self) -> int:
        state = os.statvfs(_BOX)
        return (state.f_blocks - state.f_bfree) * state.f_frsize

    def discard(self) -> None:
        kernel.detach(_BOX)

    def leave(self) -> None:
        pass


class ProcessGroup:
    """No namespaces: the agent inherits what a program leaves behind, and kills it."""

    def __init__(self, folder: str, visible: Sequence[Shown]) -> None:
        self.folder = folder  # made by the pool
        self.visible = visible
        self.changes_user = _may_become_nobody()
        self.work = f"{folder}/work"

    def isolate(self) -> None:
        os.chmod(self.folder, 0o711)  # another user's programs pass through

    def build(self) -> None:
        kernel.control(kernel.SUBREAPER, 1)

    def prepare(self, size: int) -> None:
        os.mkdir(self.work, 0o700)
        if self.changes_user:
            os.chown(self.work, NOBODY, NOBODY)

    def enter(self) -> None:
        _be_first_to_go("")
        os.chdir(self.work)
        if self.changes_user:
            _become_nobody()
        _check_readable(self.visible)

    def processes_beside(self) -> int:
        user = NOBODY if self.changes_user else os.getuid()
        return sum(process.threads for process in processes.every() if process.owner == user)

    def kill_children(self) -> None:
        processes.kill_descendants()

    def used(self) -> int:
        return sum(_size(os.path.join(folder, name)) for folder, _, names in os.walk(self.work) for name in names)

    def discard(self) -> None:
        remove(self.work)

    def leave(self) -> None:
        remove(self.folder)


def _fork_mapper(start: int, go: int) -> int:
    """A child that stays outside the new user namespace and writes its id maps, when told to."""
    owner, user, group = os.getpid(), os.geteuid(), os.getegid()
    mapper = os.fork()
    if mapper:
        return mapper
    code = 1
    try:
        os.close(go)
        if os.read(start, 1):
            _write_maps(owner, user, group)
        code = 0
    finally:
        os._exit(code)


def _may_become_nobody() -> bool:
    """Root may, if it has kept the rights of root and the id exists in its container."""
    with open("/proc/self/status") as lines:
        rights = next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff:"))
    known = all(any(first <= NOBODY < first + count for first, count in _ids(kind)) for kind in ("uid", "gid"))
    return rights & _TO_CHANGE_USER == _TO_CHANGE_USER and known


def _write_maps(owner: int, user: int, group: int) -> None:
    """Root keeps every id, to reach what others own; whoever else becomes nobody, the only id there is."""
    maps = {kind: "".join(f"{first} {first} {count}\n" for first, count in _ids(kind)) for kind in ("uid", "gid")}
    if not _may_become_nobody():
        _write(f"/proc/{owner}/setgroups", "deny")
        maps = {"uid": f"{NOBODY} {user} 1\n", "gid": f"{NOBODY} {group} 1\n"}
    for kind, text in maps.items():
        _write(f"/proc/{owner}/{kind}_map", text)


def _ids(kind: str) -> list[tuple[int, int]]:
    """Ranges of ids that this process knows: fewer than all when it is itself in a user namespace."""
    with open(f"/proc/self/{kind}_map") as lines:
        return [(int(line.split()[0]), int(line.split()[2])) for line in lines]


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _show_system(path: str) -> None:
    """As on the machine: a link as a link, a folder read-only."""
    if os.path.islink(_HOST + path):
        os.symlink(os.readlink(_HOST + path), path)
    elif os.path.exists(_HOST + path):
        _bind(_HOST + path, path)
        kernel.set_read_only(path, recursive=True)


def _bind(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_RDONLY, 0o644))
    kernel.mount(source, target, flags=kernel.MOUNT_BIND | kernel.MOUNT_RECURSIVE)


def _be_first_to_go(root: str) -> None:
    """When the machine runs out of memory: the program, not the agent or the pool."""
    kernel.control(kernel.DUMPABLE, 1)  # else the file belongs to root
    _write(f"{root}/proc/self/oom_score_adj", "1000")


def _become_nobody() -> None:
    if os.getuid() == NOBODY:
        return
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _check_readable(readable: Sequence[Shown]) -> None:
    for shown, _ in readable:
        if not os.access(shown, os.R_OK):
            raise PermissionError(errno.EACCES, f"not readable by user {os.getuid()}, as which programs run", shown)


def _size(path: str) -> int:
    try:
        return -(-os.lstat(path).st_size // _PAGE) * _PAGE
    except FileNotFoundError:
        return 0
