"""Run untrusted programs under limits. Knows no language and nothing of the toolkit."""

from sandboxes.base import Job, Limits, Outcome, Pool, SandboxUnavailable, Server

__all__ = ["Job", "Limits", "Outcome", "Pool", "SandboxUnavailable", "Server", "open_pool"]


def open_pool(name: str = "local", workers: int = 1) -> Pool:
    """A pool of `workers` boxes that run at once. Raises SandboxUnavailable."""
    if name != "local":
        raise SandboxUnavailable(f"unknown sandbox {name!r}; known: local")
    from sandboxes.local import Local

    return Local(workers)
