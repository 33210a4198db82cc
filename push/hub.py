"""The one door to a Hub: an endpoint with a token, and its troubles as errors that a person can act on.

Invariant: no message made here holds the token.
"""

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from huggingface_hub import HfApi, constants, get_session, get_token, set_client_factory
from huggingface_hub.errors import OIDCError
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # httpx or httpx2, whichever the client uses
from huggingface_hub.utils._http import default_client_factory  # the hooks of the stock client: not public elsewhere
from huggingface_hub.utils.tqdm import disable_progress_bars

from push.address import SECRET_VARIABLES, VARIABLE, refuse_address, refuse_token
from push.errors import HubTrouble, PushError
from push.redaction import keep_out, redacted
from push.trouble import RAISED, TOKEN_HELP, translate

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 300.0  # a commit of many files takes the Hub its time
EXCHANGING = "exchanging the identity of this machine for a token (HF_OIDC_RESOURCE is set)"
OIDC_HELP = "correct HF_OIDC_RESOURCE and the trusted publishers of that repository, or unset it and set HF_TOKEN"


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
    speaks plain LFS. Asks the Hub nothing, but for a token where HF_OIDC_RESOURCE is set. Raises `HubTrouble` for
    an address, a proxy or a token that can not be one, and where writing needs a token and there is none.
    """
    where = (constants.ENDPOINT if endpoint is None else endpoint).rstrip("/")
    refuse_address(where, VARIABLE if endpoint is None else "the endpoint")
    if urlsplit(where).hostname in ("127.0.0.1", "localhost", "::1"):
        constants.HF_HUB_DISABLE_XET = True
    if not sys.stderr.isatty():
        disable_progress_bars()
    logging.getLogger(default_client_factory.__module__).addFilter(_without_secrets)
    set_client_factory(_with_limits(answer_seconds))
    _refuse_what_no_client_takes()
    given = _own_token(where) if token is None else token
    keep_out(given)
    refuse_token(given, _source_of_token() if token is None else "the token", TOKEN_HELP)
    if writing and not given:
        raise HubTrouble(f"no token for {where}", TOKEN_HELP)
    return Hub(HfApi(endpoint=where, token=given or False), where, given)


def _without_secrets(record: logging.LogRecord) -> bool:
    """The client's remarks name addresses, whose queries open a store, and repeat what a server warns of."""
    record.msg, record.args = redacted(re.sub(r"\?\S+", "", record.getMessage())), ()
    return True


def _refuse_what_no_client_takes() -> None:
    """Raise `HubTrouble` where a client can not be made. No value is told: a proxy's address may hold a password."""
    try:
        get_session()
    except OSError:
        raise HubTrouble(
            "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names can not be read", "correct or unset the variable"
        ) from None
    except (ValueError, ImportError, httpx.InvalidURL):
        raise HubTrouble(
            "the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names can not be used",
            "correct or unset the variable: http://host:port; one that begins with socks5:// needs httpx[socks]",
        ) from None


def _own_token(where: str) -> str:
    """The token that `hf` would use; empty where there is none."""
    try:
        return get_token() or ""
    except UnicodeDecodeError:
        raise HubTrouble(f"{constants.HF_TOKEN_PATH} holds bytes that are no text", TOKEN_HELP) from None
    except OIDCError as error:
        raise HubTrouble(f"{EXCHANGING}: {error}", OIDC_HELP) from None
    except RAISED as error:
        found = translate(where, "", EXCHANGING, error)
        if found is None:
            raise
        raise HubTrouble(str(found), OIDC_HELP) from None


def _source_of_token() -> str:
    """What the token was read from, by its name."""
    return next((name for name in SECRET_VARIABLES if os.environ.get(name)), constants.HF_TOKEN_PATH)


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
    except RAISED as error:
        translated = translate(hub.endpoint, hub.token, doing, error)
        if translated is None:
            raise
        raise translated from None
