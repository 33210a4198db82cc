"""Run untrusted programs under limits. Knows no language and nothing of the toolkit."""

from sandboxes.base import Job, Limits, Outcome, Pool, SandboxUnavailable, Server

__all__ = ["Job", "Limits", "Outcome", "Pool", "SandboxUnavailable", "Server", "open_pool"]


def open_pool(name: str = "local", workers: int = 1, *, image: str = "", runtime: str = "") -> Pool:
    """A pool of `workers` boxes that run at once. Raises SandboxUnavailable.

    `docker` needs an image (`sandboxes.images.image_of` names a language's) and may be given a runtime.
    """
    if name == "local":
        from sandboxes.local import Local

        return Local(workers)
    if name == "docker":
        from sandboxes.docker import Docker

        return Docker(workers, image=image, runtime=runtime)
    raise SandboxUnavailable(f"unknown sandbox {name!r}; known: local, docker")
