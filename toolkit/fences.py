"""The fence that was asked for by name; what is weaker than its name says is refused unless it was allowed by name.

From the strongest: `local` (namespaces), `reduced` (processes and resource limits alone: a program can use
the network and all that this user may read and write). A fence is a function that opens a pool for one
language's programs, and imports what it needs itself: nothing is paid for a fence that is not asked for.
"""

from collections.abc import Callable, Collection

from sandboxes import Pool, SandboxUnavailable, open_pool

LOCAL, REDUCED = "local", "reduced"
_OPEN = "network"  # what a local pool lacks first where there are no namespaces


def open_fence(name: str, language: str, workers: int, allowed: Collection[str] = ()) -> Pool:
    """A pool for programs of this language. Raises SandboxUnavailable, with how to allow a weaker one."""
    return _OPENERS[name](language, workers, allowed)


def lacking(pool: Pool) -> tuple[str, ...]:
    """What the fence does not keep a program from, in words."""
    found: tuple[str, ...] = getattr(pool, "lacking", ())
    return found


def identity(pool: Pool) -> str:
    """All of a fence that a verdict may depend on: what it is made of, and what it lacks."""
    return "\n".join((pool.fence, *lacking(pool)))


def _local(language: str, workers: int, allowed: Collection[str]) -> Pool:
    pool = open_pool(LOCAL, workers)
    if REDUCED in allowed or _OPEN not in lacking(pool):
        return pool
    fence = pool.fence
    pool.close()
    raise SandboxUnavailable(
        f"the fence `local` is not to be had here: {fence}",
        f"see `langlift doctor` for what is missing; or --allow-weaker {REDUCED}",
    )


_OPENERS: dict[str, Callable[[str, int, Collection[str]], Pool]] = {LOCAL: _local}
FENCES = tuple(_OPENERS)
