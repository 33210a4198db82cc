"""Boxes in containers: each a long-lived, hardened container with the compiled agent as its first process.

Covered: no network; the image's files alone, all read-only; no capabilities, no new privileges, an own user
without rights; no processes of others to see or to signal; memory (no swap) and number of processes of all
together, by the engine; three file systems in memory of limited size (work folder, /tmp, /dev/shm), empty
for each job; dangerous system calls refused, by the engine's filter and by the agent's; what a program may
write and connect to, by landlock where the kernel has it; processor time of all together; output; an
allow-listed environment; every process that a job started is killed at its end; containers that end with
the pool, even one killed by SIGKILL.
Not covered: the kernel's own bugs (with the runtime runsc: gVisor's), the engine's; of an engine that is
killed by SIGKILL, containers that run until their program's limit, or until it is started again. Without landlock warm
servers are not used: a program could write over their files. With runsc the number of processes is not
limited, memory is. Where an engine can not limit memory or processes (rootless without delegated control
groups) limits of each process stand alone. A job's own namespaces are not to be had: it is refused. On a busy
machine containers are slower than the local fence.

What a job names of this machine (`Job.readable`) is not shown: the image has what its programs need. The
engine may run on another machine: nothing is mounted from this one.
"""

from collections.abc import Mapping
from dataclasses import replace

from sandboxes import images, wire
from sandboxes.base import Job, SandboxUnavailable
from sandboxes.box import ADDED, Box, Boxes, Link
from sandboxes.containers import Attached, Engine, Shape, shape_of
from sandboxes.leftovers import Watcher, sweep

_ALWAYS = (
    "no network, the image's files read-only, no capabilities, no new privileges, an own user without rights, "
    "folders in memory of limited size, resource limits, an allow-listed environment"
)


class Docker(Boxes):
    """`workers` containers of one image that run at once; with one, outcomes come in the order of the jobs.

    `runtime` is one that the engine has, as `runsc`. Raises SandboxUnavailable.
    """

    patience = 60.0

    def __init__(self, workers: int = 1, *, image: str, runtime: str = "") -> None:
        super().__init__()
        self.workers = workers
        self.client = images.connect()
        self._watcher = Watcher()
        try:
            self._open(image, runtime)
        except BaseException:
            self.close()
            raise

    def _open(self, image: str, runtime: str) -> None:
        with images.engine_trouble("does not describe itself"):
            about = self.client.info()
        if runtime and runtime not in about["Runtimes"]:
            known = ", ".join(sorted(about["Runtimes"]))
            raise SandboxUnavailable(f"this Docker engine has no runtime {runtime!r}", f"it has: {known}")
        engine = Engine(self.client, about, runtime)
        sweep(self.client)
        digest = images.find(self.client, image)
        boxed = images.with_agent(self.client, digest)
        boxes = [ContainerBox(engine, boxed, image) for _ in range(self.workers)]
        self.boxes, first = boxes, boxes[0]
        first.adapt(Job("first", ("true",)))
        first.start()
        self.warm = engine.warm = "landlock" in first.facts  # whether `Job.server` is used
        self.facts: Mapping[str, str] = {
            "engine": f"docker {about['ServerVersion']}",
            "runtime": runtime or about["DefaultRuntime"],
            "image": image,
            "digest": digest,
            "toolchain": _toolchain(first),
        }
        self.lacking = tuple(words for name, words in ADDED.items() if name not in first.facts)
        self.fence = _fence(self.facts, first.facts)

    def close(self) -> None:
        for box in self.boxes:  # all of them first: they end side by side
            if isinstance(box.agent, Attached):
                box.agent.hang_up()
        super().close()
        self._watcher.stop()
        self.client.close()


def _fence(facts: Mapping[str, str], added: tuple[str, ...]) -> str:
    place = f"a container a worker ({facts['engine']}, {facts['runtime']}, {facts['image']} {facts['digest']})"
    return ", ".join((f"{place}: {_ALWAYS}", *(words for name, words in ADDED.items() if name in added)))


def _toolchain(box: "ContainerBox") -> str:
    """The versions that were written down when the image was built; none in an image that is not ours."""
    box.submit(Job("toolchain", ("cat", images.TOOLCHAIN)))
    outcome = box.take()
    lines = outcome.stdout.decode(errors="replace").splitlines() if outcome.exit_code == 0 else []
    return ", ".join(" ".join(line.split()) for line in lines)


class ContainerBox(Box):
    ahead = 4  # answers and jobs go by way of the engine, which waits for a processor as programs do

    def __init__(self, engine: Engine, image: str, name: str) -> None:
        super().__init__()
        self.absent = f"it must be in the image {name}"
        self.facts: tuple[str, ...] = ()
        self._engine = engine
        self._image = image
        self._shape: Shape | None = None

    def link(self) -> Link:
        with images.engine_trouble("can not start a container"):
            attached = Attached(self._engine, self._image, self._shape or shape_of(Job("", ())))
        try:
            attached.send(self._engine.configuration())
            answer = attached.receive()
        except (BrokenPipeError, EOFError):
            words = attached.close(at_once=True) or "no message"
            raise SandboxUnavailable(f"the sandbox's agent did not start in its container: {words}") from None
        if answer.kind != wire.READY:
            attached.close(at_once=True)
            raise SandboxUnavailable(f"the sandbox's agent refuses its container: {answer.words}")
        own = {"memory": self._engine.memory, "processes": self._engine.processes}
        self.facts = (*answer.words.split(), *(name for name, limited in own.items() if limited))
        return attached

    def suits(self, job: Job) -> bool:
        shape, wanted = self._shape, shape_of(job)
        if shape is None or shape[:3] != wanted[:3]:
            return False
        return shape.folder_bytes >= wanted.folder_bytes and shape.serves >= wanted.serves

    def adapt(self, job: Job) -> None:
        self.close()
        self._shape = shape_of(job)

    def cut(self, job: Job) -> Job:
        if job.root or job.own_namespaces:
            what = "a root file system folder" if job.root else "namespaces of its own"
            raise SandboxUnavailable(f"job {job.id!r}: {what} is not to be had in a container", "use the fence local")
        return job if self._engine.warm or not job.server else replace(job, server=None)
