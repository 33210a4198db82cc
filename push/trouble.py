"""What the Hub client raises, as what a person can do about it.

Covered: refusals, networks that fail, disks that are full, servers that are no Hub. What this project's own code
raises by mistake is no trouble of a Hub, and keeps its traceback.
Invariant: no message made here holds the token.
"""

import errno
from collections.abc import Iterator
from traceback import walk_tb
from typing import Any

from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # httpx or httpx2, whichever the client uses

from push.errors import BadRelease, Conflict, HubTrouble, PushError
from push.redaction import redacted

BROKEN = (RuntimeError, ValueError, LookupError, TypeError, AttributeError)  # what an answer of another form leads to
RAISED = (httpx.HTTPError, httpx.InvalidURL, OSError, *BROKEN)
FULL = (errno.ENOSPC, errno.EDQUOT)
LONGEST_WORDS = 500  # letters of what a server said
TOKEN_HELP = "set HF_TOKEN to a token that may write to the repository, or run `hf auth login`"
AGAIN_HELP = "run the same command again: it goes on from here"
NETWORK_HELP = f"check the network and HF_ENDPOINT, then {AGAIN_HELP}"
MOVED_HELP = (
    "`langlift plan` shows what a push would change now; if that is right and the version is still free, push again"
)
DISK_HELP = "free some space, or set TMPDIR to a folder with more, and run the same command again"


def translate(endpoint: str, token: str, doing: str, error: BaseException) -> PushError | None:
    """What an exception of the Hub client, or one of its causes, means to a person; None for a bug of ours."""
    for cause in _causes(error):
        if found := _translated(endpoint, bool(token), doing, cause):
            return found
    if isinstance(error, OSError) and error.filename is not None:
        return None  # the command line tells of a file by its name
    if isinstance(error, OSError):
        return HubTrouble(f"{doing}: {error.strerror or _words(error)}", AGAIN_HELP)
    if _in_the_client(error):
        return HubTrouble(
            f"{doing}: {endpoint} gave an answer that is not a Hub's ({type(error).__name__})", NETWORK_HELP
        )
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _translated(endpoint: str, known: bool, doing: str, cause: BaseException) -> PushError | None:
    if isinstance(cause, PushError):
        return cause
    if isinstance(cause, HfHubHTTPError | httpx.HTTPStatusError):
        return _refused(endpoint, known, doing, cause)
    if isinstance(cause, httpx.HTTPError):
        return HubTrouble(f"{doing}: no answer from {endpoint}: {_words(cause)}", NETWORK_HELP)
    if isinstance(cause, httpx.InvalidURL):
        return HubTrouble(f"{doing}: {endpoint} is no address of a server", "correct HF_ENDPOINT")
    if isinstance(cause, OfflineModeIsEnabled):
        return HubTrouble(f"{doing}: HF_HUB_OFFLINE is set", "unset HF_HUB_OFFLINE")
    if isinstance(cause, LocalEntryNotFoundError) and cause.__cause__ is None:
        return HubTrouble(f"{doing}: no answer from {endpoint}", NETWORK_HELP)
    if isinstance(cause, HFValidationError):
        return PushError(f"{doing}: {_words(cause)}", "correct the name of the repository: org/name")
    if isinstance(cause, ValueError) and str(cause).startswith("Invalid metadata in README.md"):
        return BadRelease(f"{doing}: {endpoint} refuses the card: {_words(cause)}", "correct the card's YAML block")
    if isinstance(cause, OSError) and cause.errno in FULL:
        return HubTrouble(f"{doing}: no space left on the disk", DISK_HELP)
    return None


def _in_the_client(error: BaseException) -> bool:
    """Whether it came up in the client's code, or in the standard library's as the client called it."""
    modules = [str(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(error.__traceback__)]
    ours = max((place for place, module in enumerate(modules) if module.startswith("push")), default=-1)
    return any(module.startswith("huggingface_hub") for module in modules[ours + 1 :])


def _words(error: BaseException | str) -> str:
    """What was said, on one line of a bearable length, and no token cut in two by it."""
    said = " ".join(redacted(str(error)).split())
    said = "".join(letter if letter.isprintable() else "?" for letter in said) or type(error).__name__
    return said if len(said) <= LONGEST_WORDS else f"{said[:LONGEST_WORDS]}..."


def _refused(endpoint: str, known: bool, doing: str, error: Any) -> PushError:
    headers, status = error.response.headers, error.response.status_code
    said = _words(getattr(error, "server_message", "") or headers.get("X-Error-Message") or f"status {status}")
    if status in (409, 412):
        return Conflict(f"{doing}: the repository has changed meanwhile: {said}", MOVED_HELP)
    if isinstance(error, GatedRepoError):
        help = "ask for access on its page, then set HF_TOKEN to a token of that account, or run `hf auth login`"
        return HubTrouble(f"{doing}: {endpoint} gives access on request only: {said}", help)
    if status == 401 and known and not isinstance(error, RepositoryNotFoundError | RevisionNotFoundError):
        return HubTrouble(f"{doing}: {endpoint} does not accept the token: {said}", TOKEN_HELP)
    if isinstance(error, RepositoryNotFoundError | RevisionNotFoundError):  # a 401 where nobody has said who asks
        return PushError(f"{doing}: not found on {endpoint}: {said}", "check the name; a private one needs HF_TOKEN")
    if status == 404:
        return HubTrouble(f"{doing}: not found on {endpoint}: {said}", NETWORK_HELP)
    if status in (401, 403):
        return HubTrouble(f"{doing}: {endpoint} does not allow it: {said}", TOKEN_HELP)
    wait = headers.get("Retry-After", "")
    if status == 429 and wait.isdigit():
        return HubTrouble(f"{doing}: {endpoint} asks for a pause of {wait} s: {said}", f"then {AGAIN_HELP}")
    help = AGAIN_HELP if status >= 500 or status in (408, 429) else ""
    return HubTrouble(f"{doing}: {endpoint} answered {status}: {said}", help)
