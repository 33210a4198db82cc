"""One container of the docker fence: made, attached to, removed whatever happens.

Its agent's standard streams come by one connection to the engine, cut into pieces that say which stream
they are of. The engine closes the container's stdin for good with that connection, on which the agent
ends, and removes a container that has ended: so none outlives this process. For what was made and never
started see `sandboxes/leftovers.py`.
"""

import contextlib
import socket
import struct
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sandboxes import images, wire
from sandboxes.base import Job, SandboxUnavailable
from sandboxes.leftovers import LABEL, label, remove

if TYPE_CHECKING:
    from docker import DockerClient

_USER = 65534
_MEBIBYTE = 1 << 20
_OWN_MEMORY = 8 * _MEBIBYTE  # the agent's
_SERVER_BYTES = 64 * _MEBIBYTE
_SECONDS_TO_ANSWER, _SECONDS_TO_END = 60.0, 10.0
_STDERR, _KEPT_WORDS = 2, 4096
_HEAD = struct.Struct(">BxxxI")  # before each piece of a stream: which one, how many bytes
_GVISOR = "runsc"
_GVISOR_TASKS = 4096  # its own threads are counted with the program's


class Shape(NamedTuple):
    """What a container was made for. It can not be changed; another is made."""

    memory_bytes: int
    processes: int
    file_bytes: int
    folder_bytes: int  # at least the file_bytes and the job's own files
    serves: bool  # warm servers: one process more


def shape_of(job: Job) -> Shape:
    limits = job.limits
    own = sum(-(-len(content) // 4096) * 4096 for content in job.files.values())
    folder = limits.file_bytes + max(1, -(-own // _MEBIBYTE)) * _MEBIBYTE
    return Shape(limits.memory_bytes, limits.processes, limits.file_bytes, folder, job.server is not None)


class Engine:
    """What is the same for every box of a pool."""

    def __init__(self, client: "DockerClient", about: Mapping[str, Any], runtime: str) -> None:
        self.client = client
        self.runtime = runtime
        self.warm = True
        gvisor = _GVISOR in (runtime or about["DefaultRuntime"])
        self.tasks = _GVISOR_TASKS if gvisor else 0  # 0: as many as the job's limit says
        self.memory = bool(about.get("MemoryLimit"))
        self.processes = bool(about.get("PidsLimit")) and not gvisor
        self.unified = about.get("CgroupVersion") == "2"

    def configuration(self) -> bytes:
        """The groups are the engine's to limit; the agent looks into them."""
        root = "/sys/fs/cgroup"
        memory, processes = (root, root) if self.unified else (f"{root}/memory", f"{root}/pids")
        records = [
            wire.record(b"c", b""),
            wire.texts(b"m", [memory if self.memory else ""]),
            wire.texts(b"n", [processes if self.processes else ""]),
        ]
        return wire.frame(*records, *([wire.record(b"u", b"")] if self.unified else ()))

    def create(self, image: str, shape: Shape) -> str:
        from docker.types import LogConfig

        tasks = self.tasks or shape.processes + 1 + shape.serves  # the agent, the server
        memory = shape.memory_bytes + shape.folder_bytes + _OWN_MEMORY + shape.serves * _SERVER_BYTES
        folder = f"rw,exec,nosuid,nodev,uid={_USER},gid={_USER},mode=0700,nr_inodes=16384,size={shape.folder_bytes}"
        server = f"rw,exec,nosuid,nodev,uid={_USER},gid={_USER},mode=0755,size={_SERVER_BYTES}"
        api = self.client.api
        limits = {"mem_limit": memory, "memswap_limit": memory} if self.memory else {}
        host = api.create_host_config(
            network_mode="none",
            dns=["127.0.0.1"],  # or a file of the engine's machine would be shown
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            pids_limit=tasks if self.processes or self.tasks else None,
            tmpfs={"/box/work": folder, "/box/tmp": folder, "/dev/shm": folder, "/server": server},
            ipc_mode="private",
            auto_remove=True,
            log_config=LogConfig(type="none"),  # answers are not for the engine's disk
            runtime=self.runtime or None,
            **limits,
        )
        made = api.create_container(
            image,
            hostname="box",
            stdin_open=True,  # and closed for good with the connection: the agent ends when this process does
            labels={LABEL: label()},
            user=f"{_USER}:{_USER}",
            healthcheck={"test": ["NONE"]},
            stop_signal="SIGKILL",  # an engine that is stopped need not wait for an agent
            use_config_proxy=False,
            host_config=host,
        )
        return str(made["Id"])


class Attached:
    """A link to an agent in a container: its standard streams, by one connection to the engine."""

    def __init__(self, engine: Engine, image: str, shape: Shape) -> None:
        self._api = engine.client.api
        self._answers = bytearray()  # taken out of their pieces
        self._pieces = bytearray()
        self._words = bytearray()
        self._file: Any  # what the SDK puts around the connection
        self.container = engine.create(image, shape)
        try:
            streams = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            self._file = connection = self._api.attach_socket(self.container, params=streams)
            while not hasattr(connection, "recv"):  # a file around a socket
                connection = connection._sock
            connection.settimeout(_SECONDS_TO_ANSWER)
            self._connection = connection
            self._api.start(self.container)
        except BaseException:
            with contextlib.suppress(SandboxUnavailable):
                self._remove()
            raise

    def fileno(self) -> int:
        return int(self._connection.fileno())

    def waiting(self) -> bool:
        """Also where a connection under TLS has decoded more than it gave."""
        return bool(self._answers) or bool(getattr(self._connection, "pending", int)())

    def send(self, content: bytes) -> None:
        try:
            self._connection.sendall(content)
        except TimeoutError as error:
            raise self._silent() from error
        except OSError as error:  # TLS and ssh have errors of their own below it
            raise BrokenPipeError(str(error)) from error

    def receive(self) -> wire.Answer:
        return wire.receive(self._read)

    def _read(self, most: int) -> bytes:
        while not self._answers:
            try:
                piece = self._connection.recv(1 << 16)
            except TimeoutError as error:
                raise self._silent() from error
            except OSError:  # reset: the engine is gone
                piece = b""
            if not piece:
                return b""
            self._pieces += piece
            self._sort()
        part = bytes(self._answers[:most])
        del self._answers[:most]
        return part

    def _sort(self) -> None:
        while len(self._pieces) >= _HEAD.size:
            stream, length = _HEAD.unpack_from(self._pieces)
            end = _HEAD.size + length
            if len(self._pieces) < end:
                return
            if stream == _STDERR:
                self._words = (self._words + self._pieces[_HEAD.size : end])[-_KEPT_WORDS:]
            else:
                self._answers += self._pieces[_HEAD.size : end]
            del self._pieces[:end]

    def _silent(self) -> SandboxUnavailable:
        words = f"the Docker engine was silent for {_SECONDS_TO_ANSWER:.0f} s in the middle of an answer"
        return SandboxUnavailable(words, "see whether it hangs: docker info")

    def check(self) -> None:
        with images.engine_trouble("does not answer any more"):
            state = self._api.inspect_container(self.container)["State"]["Status"]
        if state != "running":
            words = f"the container {self.container[:12]} is {state}, by somebody else's doing"
            raise SandboxUnavailable(words, "start again; let nobody touch containers with the label " + LABEL)

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):  # it is gone already
            self._connection.shutdown(socket.SHUT_RDWR)  # a mere close waits for what the SDK keeps of it
        self._file.close()
        self._connection.close()

    def close(self, at_once: bool = False) -> str:
        self.hang_up()
        if not at_once and not self._is_gone(_SECONDS_TO_END):
            at_once = True
        try:
            if at_once:
                self._remove()
        except SandboxUnavailable as trouble:
            return f"{self._said()}{trouble}"
        return self._said()

    def _said(self) -> str:
        return self._words.decode(errors="replace").strip()

    def _is_gone(self, seconds: float) -> bool:
        from docker.errors import NotFound

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with images.engine_trouble("does not answer any more"):
                    self._api.inspect_container(self.container)
            except SandboxUnavailable as trouble:
                return isinstance(trouble.__cause__, NotFound)
            time.sleep(0.02)
        return False

    def _remove(self) -> None:
        """Returns when it is gone. Raises SandboxUnavailable."""
        remove(self._api, self.container)
        self._is_gone(_SECONDS_TO_END)
