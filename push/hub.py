"""The one door to a Hub: an endpoint with a token, and its troubles as errors that a person can act on.

Invariant: no message made here holds the token.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from huggingface_hub import HfApi, constants, get_token, set_client_factory
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    OIDCError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # httpx or httpx2, whichever the client uses
from huggingface_hub.utils._http import default_client_factory  # the hooks of the stock client: not public elsewhere
from huggingface_hub.utils.tqdm import disable_progress_bars

from push.errors import BadRelease, Conflict, HubTrouble, PushError

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 300.0  # a commit of many files takes the Hub its time
TOKEN_HELP = "set HF_TOKEN to a token that may write to the repository, or run `hf auth login`"
CONFLICT_HELP = "`langlift plan` shows what is there now; look at it, then push under a new version"


@dataclass(frozen=True)
class Hub:
    """Where to publish, and who asks; `token` is empty for an anonymous reader."""

    api: HfApi
    endpoint: str
    token: str = field(repr=False)


def open_hub(
    endpoint: str | None = None,
    token: str | None = None,
    *,
    writing: bool = True,
    answer_seconds: float = ANSWER_SECONDS,
) -> Hub:
    """A Hub: by default HF_ENDPOINT, with the token that `hf` would use (HF_OIDC_RESOURCE, HF_TOKEN, its file).

    Gives this process's Hub client time limits. On a loopback address Xet is switched off, because a stand-in
    speaks plain LFS. Asks the Hub nothing. Raises `HubTrouble` where writing needs a token and there is none.
    """
    where = (endpoint or constants.ENDPOINT).rstrip("/")
    try:
        given = get_token() if token is None else token
    except OIDCError as error:
        raise HubTrouble(f"the trusted publisher exchange with {where} failed: {error}", TOKEN_HELP) from error
    if writing and not given:
        raise HubTrouble(f"no token for {where}", TOKEN_HELP)
    if urlsplit(where).hostname in ("127.0.0.1", "localhost", "::1"):
        constants.HF_HUB_DISABLE_XET = True
    if not sys.stderr.isatty():
        disable_progress_bars()
    set_client_factory(_with_limits(answer_seconds))
    return Hub(HfApi(endpoint=where, token=given or False), where, given or "")


def _with_limits(answer_seconds: float) -> Callable[[], httpx.Client]:
    """Clients whose requests all end. Set on each request: several calls of `HfApi` ask for no limit by name."""
    limits = httpx.Timeout(answer_seconds, connect=CONNECT_SECONDS).as_dict()

    def limit(request: httpx.Request) -> None:
        asked = {key: value for key, value in request.extensions.get("timeout", {}).items() if value is not None}
        request.extensions["timeout"] = {**limits, **asked}

    def client() -> httpx.Client:
        made = default_client_factory()
        made.event_hooks = {**made.event_hooks, "request": [*made.event_hooks["request"], limit]}
        return made

    return client


@contextmanager
def talking(hub: Hub, doing: str) -> Iterator[None]:
    """Turns the client's exceptions into ours, whatever they are wrapped in; bugs pass through."""
    try:
        yield
    except PushError:
        raise
    except (HfHubHTTPError, httpx.HTTPError, OSError, RuntimeError, ValueError) as error:
        translated = translate(hub, doing, error)
        if translated is None:
            raise
        raise translated from None


def translate(hub: Hub, doing: str, error: BaseException) -> PushError | None:
    """What an exception of the Hub client, or one of its causes, means to a person; None for a bug."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, HfHubHTTPError):
            return _refused(hub, doing, cause)
        if isinstance(cause, httpx.TransportError):
            what = str(cause) or type(cause).__name__
            help = "check the network and HF_ENDPOINT, then run the same command again: it goes on from here"
            return HubTrouble(f"{doing}: no answer from {hub.endpoint}: {what}", help)
        if isinstance(cause, OfflineModeIsEnabled):
            return HubTrouble(f"{doing}: HF_HUB_OFFLINE is set", "unset HF_HUB_OFFLINE")
        if isinstance(cause, LocalEntryNotFoundError) and cause.__cause__ is None:
            return HubTrouble(f"{doing}: no answer from {hub.endpoint}", "check the network and HF_ENDPOINT")
        if isinstance(cause, ValueError) and str(cause).startswith("Invalid metadata in README.md"):
            return BadRelease(f"{doing}: {hub.endpoint} refuses the card: {cause}", "correct the card's YAML block")
        cause = cause.__cause__ or cause.__context__
    return None


def _refused(hub: Hub, doing: str, error: HfHubHTTPError) -> PushError:
    status = error.response.status_code
    said = error.server_message or error.response.headers.get("X-Error-Message") or f"status {status}"
    if status in (409, 412):
        return Conflict(f"{doing}: the repository has changed meanwhile: {said}", CONFLICT_HELP)
    wrong_token = status == 401 and hub.token
    if wrong_token and not isinstance(error, RepositoryNotFoundError | RevisionNotFoundError):
        return HubTrouble(f"{doing}: {hub.endpoint} does not accept the token: {said}", TOKEN_HELP)
    if status in (401, 403):
        return HubTrouble(f"{doing}: {hub.endpoint} does not allow it: {said}", TOKEN_HELP)
    if status == 404:
        return PushError(
            f"{doing}: not found on {hub.endpoint}: {said}", "check the name; a private one needs HF_TOKEN"
        )
    help = "run the same command again: it goes on from here" if status >= 500 or status == 429 else ""
    return HubTrouble(f"{doing}: {hub.endpoint} answered {status}: {said}", help)
