"""The environment of the Hub client, looked at before the client is loaded: some of it breaks its import.

Invariant: no message holds a value, because an address may hold a password and a token is one.
"""

import os
from urllib.parse import urlsplit

from push.errors import HubTrouble

VARIABLE = "HF_ENDPOINT"
EXAMPLE = "such as https://huggingface.co"
SECRET_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
LONGEST_NAME = 253  # letters of a host's name (RFC 1035, section 2.3.4)


def fault_of_address(address: str) -> str:
    """What keeps an address from being a Hub's, in words that quote nothing of it; empty for a usable one."""
    if not address:
        return "is empty"
    if not address.isascii() or not address.isprintable() or " " in address:
        return "holds spaces, control characters or letters beyond ASCII"
    if not address.lower().startswith(("http://", "https://")):
        return "does not begin with http:// or https://"
    if "@" in address:
        return "holds a user name or a password, and a Hub is opened by a token only"
    if "?" in address or "#" in address:
        return "holds a question mark or a number sign"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "holds brackets that are no IPv6 address"
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        return "has a port that is not a number from 1 to 65535"
    host = parts.hostname or ""
    labels = host.removesuffix(".").split(".")
    if not host or len(host) > LONGEST_NAME or not all(0 < len(label) <= 63 for label in labels):
        return "names no host"
    return ""


def refuse_address(address: str, name: str) -> None:
    """Raise `HubTrouble` for an address that can not be a Hub's; `name` is what it was given by."""
    if fault := fault_of_address(address):
        remedy = f"unset {name}, or set it to an address {EXAMPLE}" if name == VARIABLE else f"an address {EXAMPLE}"
        raise HubTrouble(f"{name} {fault}", remedy)


def refuse_environment() -> None:
    """Raise `HubTrouble` where HF_ENDPOINT is set to what can not be a Hub's address."""
    if (address := os.environ.get(VARIABLE)) is not None:
        refuse_address(address, VARIABLE)


def fault_of_token(token: str) -> str:
    """What keeps a token from being sent in a header, in words that quote nothing of it; empty for a usable one."""
    if not token.isascii() or not token.isprintable() or " " in token:
        return "holds a character that no token has: a space, or one that is not ASCII"
    return ""


def refuse_token(token: str, name: str, help: str) -> None:
    """Raise `HubTrouble` for a token that can not be sent in a header."""
    if fault := fault_of_token(token):
        raise HubTrouble(f"{name} {fault}", help)


def load_client() -> None:
    """Load the Hub client. Raises `HubTrouble`, naming the variables, where they keep it from loading."""
    try:
        import huggingface_hub.constants
        import huggingface_hub.utils._http  # noqa: F401
    except ValueError:
        refuse_environment()
        names = sorted(name for name in os.environ if name.startswith("HF_") and name not in SECRET_VARIABLES)
        raise HubTrouble(
            "the Hub client does not load with one of these environment variables: " + ", ".join(names),
            "correct or unset them; those that end in _TIMEOUT are whole numbers of seconds",
        ) from None


load_client()
