"""What a person can act on when a release does not go out.

Exit codes: 1 findings, 2 usage, 3 environment, 4 conflict.
"""


class PushError(Exception):
    """A message that names the thing, and a help line that names the remedy. Never holds a token."""

    exit_code = 2

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


class NotARelease(PushError):
    """There is no release.json, or it does not say what it must."""


class BadRelease(PushError):
    """A release that is not what its release.json says, or that must not leave this machine."""

    exit_code = 1


class HubTrouble(PushError):
    """The Hub can not be reached, refuses the token, or failed; nothing is wrong with the release."""

    exit_code = 3


class Conflict(PushError):
    """The repository, or the tag, holds something else."""

    exit_code = 4
