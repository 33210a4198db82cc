"""What langlift needs of this machine, checked by using it, each finding with its remedy.

Required: the Python version, a sandbox that runs programs, one language at least, some disk
space. What else is missing is a warning: something will be weaker, or not to be had.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sandboxes import Job, Pool, SandboxUnavailable, cgroups, images, native, open_pool
from sandboxes.box import ADDED
from sandboxes.local import Local
from toolkit import fences, languages
from toolkit.languages.base import Language, Toolchain
from toolkit.languages.runtime import Runtime
from toolkit.programs import PROOF, Program, Setting
from toolkit.records import Status

OK, WARN, FAIL = "ok", "warn", "fail"
OLDEST_PYTHON = (3, 11)
_LEAST_BYTES, _GOOD_BYTES = 1 << 29, 5 << 30
_SWITCHES = (  # what refuses namespaces, by the file that says so: (file, its refusing value, remedy)
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor refuses them to users: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sudo sysctl kernel.unprivileged_userns_clone=1"),
    ("/proc/sys/user/max_user_namespaces", "0", "sudo sysctl user.max_user_namespaces=10000"),
)
_AS_BELOW = "see the checks around this one: agent, cgroups"
_COMPILER = "install a C compiler (apt install gcc libc6-dev): the agent is compiled at its first use"
_GROUPS = "run as root, or in a container whose /sys/fs/cgroup may be written: only then may groups be made"
_IN_A_CONTAINER = "allow user namespaces and mounts; in a container its seccomp and AppArmor profiles refuse them"


_ENGINE = "an engine with control groups (rootless: delegated ones), its own seccomp filter and a kernel with landlock"


@dataclass(frozen=True)
class Finding:
    name: str
    state: str  # ok, warn, fail
    what: str
    remedy: str = ""


def examine(folder: Path) -> Iterator[Finding]:
    """Every check, one after another; `folder` is where a run would be written. Raises nothing of its own."""
    yield python(sys.version_info[:3])
    yield disk(folder)
    try:
        pool = Local()
    except SandboxUnavailable as trouble:
        yield Finding("sandbox", FAIL, str(trouble), trouble.help)
        yield from containers()
        return
    with pool:
        yield sandbox(pool)
        yield agent(pool)
        yield groups(pool)
        yield from containers()
        found = [language_finding(language, pool) for language in languages.every().values()]
        yield from found
        for runtime in languages.runtimes().values():
            yield runtime_finding(runtime, pool)
    if all(finding.state != OK for finding in found):
        yield Finding("languages", FAIL, "none can be run", "one of those above is needed")


def python(version: tuple[int, ...]) -> Finding:
    words = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return Finding("python", FAIL, words, f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed")
    return Finding("python", OK, words)


def disk(folder: Path) -> Finding:
    """Space that a run in the folder can use."""
    free = shutil.disk_usage(folder).free
    words = f"{free / (1 << 30):.1f} GiB free in {folder}"
    if free >= _GOOD_BYTES:
        return Finding("disk", OK, words)
    return Finding("disk", WARN if free >= _LEAST_BYTES else FAIL, words, "free some space or run in another folder")


def sandbox(pool: Local) -> Finding:
    """Whether programs run, and what keeps them in."""
    trouble = _trouble(pool, Job("doctor", ("sh", "-c", "exit 0")))
    if trouble:
        return Finding("sandbox", FAIL, *trouble)
    if not pool.lacking:
        return Finding("sandbox", OK, pool.fence)
    remedy = _namespace_remedy() if "network" in pool.lacking else _AS_BELOW
    return Finding("sandbox", WARN, f"{pool.fence}; not kept from: {', '.join(pool.lacking)}", remedy)


def agent(pool: Local) -> Finding:
    """What runs programs inside the box: warm servers need the compiled one."""
    if pool.warm:
        return Finding("agent", OK, "compiled")
    if native.agent() is None:
        return Finding("agent", WARN, "in Python, slower, without warm servers: no C compiler", _COMPILER)
    return Finding("agent", WARN, "in Python, slower, without warm servers: no namespaces", _namespace_remedy())


def groups(pool: Local) -> Finding:
    """Control groups, which limit the processes of a program together."""
    version = 2 if (cgroups.ROOT / "cgroup.controllers").exists() else 1
    have = [kind for kind in ("memory", "processes") if ADDED[kind] not in pool.lacking]
    if not pool.warm:
        return Finding("cgroups", WARN, f"version {version}, not used: the agent is in Python", _AS_BELOW)
    if len(have) == 2:
        return Finding("cgroups", OK, f"version {version}: memory and processes of a program together")
    words = f"version {version}: {' and '.join(have) or 'nothing'} of a program together; the rest for each process"
    return Finding("cgroups", WARN, words, _GROUPS)


def containers() -> Iterator[Finding]:
    """The engine that the fence `docker` needs and its images; what that fence covers here, by using one of them."""
    try:
        with closing(images.connect()) as client, images.engine_trouble("does not describe itself"):
            about = client.info()
            tags = {tag for image in client.images.list() for tag in image.tags}
    except SandboxUnavailable as trouble:
        yield Finding("docker", WARN, str(trouble), f"only the fence `docker` needs it; {trouble.help}")
        return
    names = {language: fences.image_of(language) for language in images.languages()}
    built = [language for language, name in names.items() if name in tags]
    gvisor = "gVisor by --runtime runsc" if "runsc" in about["Runtimes"] else "no gVisor (runsc)"
    words = f"engine {about['ServerVersion']}, {gvisor}; images: {', '.join(built) or 'none'}"
    missing = " ".join(language for language in names if language not in built)
    yield Finding("docker", OK if built else WARN, words, f"langlift sandbox build {missing}" if missing else "")
    if built:
        yield container(names[built[0]])


def container(image: str) -> Finding:
    """What keeps programs in."""
    try:
        with open_pool("docker", image=image) as pool:
            trouble = _trouble(pool, Job("doctor", ("sh", "-c", "exit 0")))
            fence, lacking = pool.fence, fences.lacking(pool)
    except SandboxUnavailable as refusal:
        return Finding("containers", WARN, str(refusal), refusal.help or _ENGINE)
    if trouble:
        return Finding("containers", WARN, trouble[0], trouble[1] or _ENGINE)
    if lacking:
        return Finding("containers", WARN, f"{fence}; not kept from or limited: {', '.join(lacking)}", _ENGINE)
    return Finding("containers", OK, fence)


def language_finding(language: Language, pool: Pool) -> Finding:
    """Whether a translation of this language runs: its toolchain runs the language's own example."""
    name = f"language {language.name}"
    toolchains = language.toolchains()
    if not toolchains:
        return Finding(name, WARN, "no toolchain on this machine", language.remedy)
    best = toolchains[0]
    trouble = _trouble(pool, _example(language, best))
    if trouble:
        return Finding(name, WARN, f"{best.name}: {trouble[0]}", trouble[1] or language.remedy)
    return Finding(name, OK, f"{best.name}, {best.version}")


def runtime_finding(runtime: Runtime, pool: Pool) -> Finding:
    """Whether whole programs of this language run, and whether warm: its own right program is proven."""
    name = f"programs {runtime.name}"
    toolchains = runtime.toolchains()
    if not toolchains:
        return Finding(name, WARN, "no toolchain on this machine", runtime.remedy)
    best = toolchains[0]
    setting = Setting(runtime, best, PROOF, warm=True)
    program = Program("doctor", runtime.programs.right)
    jobs = [setting.job(program, "doctor", server) for server in (None, setting.server)]
    try:
        ((cold,), (warm,)) = [list(pool.run([job])) for job in jobs]
    except SandboxUnavailable as trouble:
        return Finding(name, WARN, f"{best.name}: {trouble}", trouble.help or runtime.remedy)
    for outcome in (cold, warm):
        verdict = setting.judge(outcome, "doctor", setting.limits(program))
        if verdict.status != Status.PASSED:
            how = "warm" if outcome.warm else "cold"
            words = f"{best.name}, {best.version}: {how}, its own example does not pass: {verdict.status}"
            return Finding(name, WARN, ": ".join(filter(None, (words, verdict.reason))), runtime.remedy)
    if setting.server and not warm.warm:
        remedy = runtime.remedy if getattr(pool, "warm", False) else _AS_BELOW
        return Finding(name, WARN, f"{best.name}, {best.version}; cold: no warm server starts", remedy)
    return Finding(name, OK, f"{best.name}, {best.version}; {'warm' if warm.warm else 'cold'}")


def _example(language: Language, toolchain: Toolchain) -> Job:
    files = {**toolchain.files, **language.plain(language.examples.right)}
    return Job("doctor", toolchain.command, files, readable=toolchain.readable)


def _trouble(pool: Pool, job: Job) -> tuple[str, str] | None:
    """What is wrong and the remedy."""
    try:
        (outcome,) = pool.run([job])
    except SandboxUnavailable as trouble:
        return str(trouble), trouble.help
    if outcome.exit_code == 0:
        return None
    end = f"exit code {outcome.exit_code}" if outcome.signal is None else f"signal {outcome.signal}"
    said = outcome.stderr.decode(errors="replace").strip().splitlines()[-1:]
    return ": ".join([f"{' '.join(job.command)} ended with {outcome.limit or end}", *said]), ""


def _namespace_remedy() -> str:
    if os.geteuid() != 0:
        for path, refusing, remedy in _SWITCHES:
            if _content(path) == refusing:
                return remedy
    return _IN_A_CONTAINER


def _content(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:  # a switch that this kernel does not have
        return ""
