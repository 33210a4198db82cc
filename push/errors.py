"""What a person can act on when a release does not go out.

Exit codes: 1 findings, 2 usage, 3 environment, 4 conflict.
"""

from collections.abc import Sequence

from push.redaction import redacted


class PushError(Exception):
    """A message that names the thing, and a help line that names the remedy. Never holds a token."""

    exit_code = 2

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(redacted(message))
        self.help = redacted(help)


class NotARelease(PushError):
    """There is no release to look at."""


class BadManifest(NotARelease):
    """A release.json that does not say what it must; `faults` names each field that is wrong."""

    exit_code = 1
    SHOWN = 10

    def __init__(self, path: str, faults: Sequence[str], help: str = "") -> None:
        more = f"\n  and {len(faults) - self.SHOWN} more" if len(faults) > self.SHOWN else ""
        shown = faults[0] if len(faults) == 1 else "".join(f"\n  {fault}" for fault in faults[: self.SHOWN]) + more
        super().__init__(f"{path}: {shown}", help)
        self.faults = tuple(faults)


class BadRelease(PushError):
    """A release that is not what its release.json says, or that must not leave this machine."""

    exit_code = 1


class HubTrouble(PushError):
    """The Hub can not be reached, refuses the token, or failed; nothing is wrong with the release."""

    exit_code = 3


class Conflict(PushError):
    """The repository, or the tag, holds something else."""

    exit_code = 4
