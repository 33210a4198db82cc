"""The table of routes: a name, a method, an address, who may ask, and the function that answers.

The set is what `huggingface_hub`, `hf`, `datasets` and `transformers` ask for. Anything else is answered
with 404.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from push.standin import discussions, large_files, reading, writing
from push.standin.exchange import Answer

KIND = r"(?P<kind>models|datasets|spaces)"
NAME = r"(?P<name>[^/]+/[^/]+)"
REVISION = r"(?P<revision>refs/(?:pr|convert|heads)/[^/]+|[^/]+)"
REPOSITORY = rf"/api/{KIND}/{NAME}"
PAGE = rf"/(?:(?P<kind>datasets|spaces)/)?{NAME}"
DISCUSSION = rf"{REPOSITORY}/discussions/(?P<number>\d+)"


class Access(Enum):
    """Who may ask."""

    ANYBODY = "anybody"  # private repositories are still hidden from those without a token
    WRITER = "writer"  # the token is required
    SIGNED = "signed"  # the address itself carries the proof


@dataclass(frozen=True)
class Route:
    name: str
    method: str
    address: re.Pattern[str]
    access: Access
    act: Callable[..., Answer]


def _route(name: str, method: str, address: str, access: Access, act: Callable[..., Answer]) -> Route:
    return Route(name, method, re.compile(address + r"/?\Z"), access, act)


READ, WRITE, SIGNED = Access.ANYBODY, Access.WRITER, Access.SIGNED
ROUTES = (
    _route("whoami", "GET", r"/api/whoami-v2", WRITE, reading.whoami),
    _route("validate-yaml", "POST", r"/api/validate-yaml", READ, writing.validate_yaml),
    _route("identity", "POST", r"/oauth/token", READ, writing.identity),
    _route("create", "POST", r"/api/repos/create", WRITE, writing.create),
    _route("delete", "DELETE", r"/api/repos/delete", WRITE, writing.delete),
    _route("settings", "PUT", rf"{REPOSITORY}/settings", WRITE, writing.settings),
    _route("auth-check", "GET", rf"{REPOSITORY}/auth-check", READ, reading.auth_check),
    _route("list", "GET", rf"/api/{KIND}", READ, reading.listing),
    _route("info", "GET", rf"{REPOSITORY}(?:/revision/{REVISION})?", READ, reading.information),
    _route("tree", "GET", rf"{REPOSITORY}/tree/{REVISION}(?:/(?P<path>.+))?", READ, reading.tree),
    _route("paths-info", "POST", rf"{REPOSITORY}/paths-info/{REVISION}", READ, reading.paths_info),
    _route("refs", "GET", rf"{REPOSITORY}/refs", READ, reading.references),
    _route("commits", "GET", rf"{REPOSITORY}/commits/{REVISION}", READ, reading.commits),
    _route("resolve", "GET", rf"{PAGE}/resolve/{REVISION}/(?P<path>.+)", READ, reading.resolve),
    _route("preupload", "POST", rf"{REPOSITORY}/preupload/{REVISION}", WRITE, writing.preupload),
    _route("commit", "POST", rf"{REPOSITORY}/commit/{REVISION}", WRITE, writing.commit),
    _route("lfs-batch", "POST", rf"{PAGE}\.git/info/lfs/objects/batch", WRITE, large_files.batch),
    _route("lfs-verify", "POST", rf"{PAGE}\.git/info/lfs/objects/verify", WRITE, large_files.verify),
    _route("lfs-upload", "PUT", r"/objects/(?P<oid>[0-9a-f]{64})", SIGNED, large_files.upload),
    _route("tag", "POST", rf"{REPOSITORY}/tag/{REVISION}", WRITE, writing.create_tag),
    _route("delete-tag", "DELETE", rf"{REPOSITORY}/tag/{REVISION}", WRITE, writing.delete_tag),
    _route("branch", "POST", rf"{REPOSITORY}/branch/{REVISION}", WRITE, writing.create_branch),
    _route("delete-branch", "DELETE", rf"{REPOSITORY}/branch/{REVISION}", WRITE, writing.delete_branch),
    _route("discussions", "GET", rf"{REPOSITORY}/discussions", READ, discussions.listing),
    _route("discuss", "POST", rf"{REPOSITORY}/discussions", WRITE, discussions.create),
    _route("discussion", "GET", DISCUSSION, READ, discussions.details),
    _route("comment", "POST", rf"{DISCUSSION}/comment", WRITE, discussions.comment),
    _route("title", "POST", rf"{DISCUSSION}/title", WRITE, discussions.rename),
    _route("status", "POST", rf"{DISCUSSION}/status", WRITE, discussions.change_status),
    _route("merge", "POST", rf"{DISCUSSION}/merge", WRITE, discussions.merge),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request, and the names in its (still quoted) address. HEAD asks what GET does."""
    wanted = "GET" if method == "HEAD" else method
    for route in ROUTES:
        if route.method == wanted and (found := route.address.match(path)):
            return route, {name: value for name, value in found.groupdict().items() if value is not None}
    return None
