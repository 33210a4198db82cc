"""The fence that was asked for by name; what is weaker than its name says is refused unless it was allowed by name.

From the strongest: `docker` (a container a worker), `local` (namespaces), `reduced` (processes and resource
limits alone: a program can use the network and all that this user may read and write). A fence is a function
that opens a pool for one language's programs, and imports what it needs itself: nothing is paid for a fence
that is not asked for.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from sandboxes import Pool, SandboxUnavailable, open_pool
from toolkit import languages
from toolkit.errors import UnknownName
from toolkit.languages.base import Toolchain
from toolkit.languages.runtime import Runtime
from toolkit.programs import PROOF, Program, Setting
from toolkit.records import Status

DOCKER, LOCAL, REDUCED = "docker", "local", "reduced"
_OPEN = "network"  # what a local pool lacks first where there are no namespaces

log = logging.getLogger(__name__)


def open_fence(name: str, language: str, workers: int, allowed: Collection[str] = (), runtime: str = "") -> Pool:
    """A pool for programs of this language. Raises SandboxUnavailable, with how to allow a weaker one.

    `runtime` is one of the Docker engine's, as `runsc`.
    """
    return _OPENERS[name](language, workers, allowed, runtime)


def strongest(fence: str) -> str:
    """What the fence of this machine is made of, in words. Raises SandboxUnavailable where it is weaker than asked."""
    with _local("", 1, (fence,), "") as pool:
        return pool.fence


def lacking(pool: Pool) -> tuple[str, ...]:
    """What the fence does not keep a program from, in words."""
    found: tuple[str, ...] = getattr(pool, "lacking", ())
    return found


def identity(pool: Pool) -> str:
    """All of a fence that a verdict may depend on: what it is made of (an image: its digest), and what it lacks."""
    return "\n".join((pool.fence, *lacking(pool)))


def toolchain_in(pool: Pool, spoken: Runtime) -> Toolchain:
    """The one that programs meet in this pool: an image's own, or this machine's best.

    Raises EnvironmentTrouble where this machine has none, SandboxUnavailable where the image's does not work.
    """
    facts = getattr(pool, "facts", {})
    if "digest" not in facts:
        return languages.program_toolchain(spoken.name)
    found = in_image(facts, spoken)
    trouble = _trouble(pool, Setting(spoken, found, PROOF, warm=False))
    if trouble:
        words = f"in the image {facts['image']} {spoken.title}'s own example does not pass: {trouble}"
        raise SandboxUnavailable(words, f"langlift sandbox build {spoken.name}, with another --base")
    return found


def in_image(facts: dict[str, str], spoken: Runtime) -> Toolchain:
    """Raises SandboxUnavailable."""
    if spoken.image is None:
        raise SandboxUnavailable(f"{spoken.title} does not run in an image", f"use the fence {LOCAL}")
    return replace(spoken.image, version=facts["toolchain"])


def _trouble(pool: Pool, setting: Setting) -> str:
    """Raises SandboxUnavailable."""
    program = Program(f"{setting.runtime.name}'s own example", setting.runtime.programs.right)
    nonce = "own"
    (outcome,) = pool.run([setting.job(program, nonce, None)])
    verdict = setting.judge(outcome, nonce, setting.limits(program))
    return "" if verdict.status == Status.PASSED else f"{verdict.status}: {verdict.reason or verdict.stderr[-300:]}"


def build_images(names: Collection[str], base: str = "") -> Iterator[str]:
    """Makes the images of these languages, or of all, line by line. Raises UnknownName, SandboxUnavailable."""
    from sandboxes import images

    known = images.languages()
    for name in names:
        if name not in known:
            raise UnknownName(f"there is no image for {name!r}", f"known: {', '.join(known)}")
    for name in names or known:
        yield from images.build(name, languages.runtime(name).parts, base)


def image_of(language: str) -> str:
    """The name of the language's image. Raises UnknownName, SandboxUnavailable."""
    from sandboxes import images

    return images.image_of(language, languages.runtime(language).parts)


def _local(language: str, workers: int, allowed: Collection[str], runtime: str) -> Pool:
    pool = open_pool(LOCAL, workers)
    if REDUCED in allowed or _OPEN not in lacking(pool):
        return pool
    fence = pool.fence
    pool.close()
    raise SandboxUnavailable(
        f"the fence `{LOCAL}` is not to be had here: {fence}",
        f"see `langlift doctor` for what is missing; or allow `{REDUCED}` by name: --allow-weaker {REDUCED}, in a spec "
        f'[sandbox] fence = "{REDUCED}"',
    )


def _docker(language: str, workers: int, allowed: Collection[str], runtime: str) -> Pool:
    try:
        return open_pool(DOCKER, workers, image=image_of(language), runtime=runtime)
    except SandboxUnavailable as trouble:
        if not {LOCAL, REDUCED} & set(allowed):
            help = "; ".join(filter(None, (trouble.help, f"or --allow-weaker {LOCAL}")))
            raise SandboxUnavailable(str(trouble), help) from trouble
        log.warning("the fence `%s` is not to be had (%s): programs run in the weaker one", DOCKER, trouble)
    return _local(language, workers, allowed, "")


_OPENERS: dict[str, Callable[[str, int, Collection[str], str], Pool]] = {LOCAL: _local, DOCKER: _docker}
FENCES = tuple(_OPENERS)
