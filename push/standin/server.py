"""The HTTP side of the stand-in Hub: who asks, which route, what leaves.

Loopback only. Reading a public repository needs no token; everything that writes does. Tokens are
compared in constant time and written nowhere.
"""

import errno
import hashlib
import hmac
import secrets
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from push.standin.exchange import Answer, Body, Exchange, Refusal, answer
from push.standin.faults import Dropped, Faults
from push.standin.files import WrongDigest
from push.standin.routes import Access, Route, find
from push.standin.store import Store

ADDRESS = "127.0.0.1"
FULL = (errno.ENOSPC, errno.EDQUOT)
USER = "rehearsal"  # the account that the token belongs to
SHORT_LIFE_SECONDS = 3600


class Server(ThreadingHTTPServer):
    """One store, one token, one loopback port."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, store: Store, port: int, token: str, identities: Mapping[str, str]) -> None:
        super().__init__((ADDRESS, port), Handler)
        self.store, self.faults = store, Faults()
        self._token, self._identities = token, identities
        self._short_lived: dict[str, tuple[str, float]] = {}  # token -> repository it may write, end of its life
        self._secret = secrets.token_bytes(32)
        self.endpoint = f"http://{ADDRESS}:{self.server_port}"

    def sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def exchange_identity(self, identity: str, resource: str) -> str | None:
        """A token for one repository and one hour, where the identity is trusted to publish to it."""
        if not resource or self._identities.get(identity) != resource:
            return None
        token = f"hf_jwt_{secrets.token_hex(16)}"
        self._short_lived[token] = (resource, time.monotonic() + SHORT_LIFE_SECONDS)
        return token

    def reader(self, authorization: str | None) -> tuple[str, str]:
        """(user, the one repository this token may write or "" for all). Raises `Refusal` for a wrong token."""
        if not authorization:
            return "", ""
        given = authorization.removeprefix("Bearer ").encode()
        if hmac.compare_digest(given, self._token.encode()):
            return USER, ""
        for token, (resource, end) in self._short_lived.items():
            if hmac.compare_digest(given, token.encode()) and time.monotonic() < end:
                return USER, resource
        raise Refusal(401, "Invalid credentials in Authorization header")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no news; anything else is a bug and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "langlift-standin"
    disable_nagle_algorithm = True

    def _answer_request(self) -> None:
        body = Body(self.rfile, self.headers)  # type: ignore[arg-type]
        try:
            reply = self._reply(body)
        except Refusal as refusal:
            reply = refusal.answer()
        except WrongDigest as error:
            reply = answer({"error": str(error)}, 400, {"X-Error-Message": str(error)})
        except OSError as error:
            if error.errno not in FULL:
                raise
            reply = Refusal(507, "no space left on the disk of this Hub: free some where its --root lies").answer()
        except Dropped:
            self.close_connection = True
            return
        for _ in body.chunks():  # what a refusal left unread, so that the client can read its answer
            pass
        self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer_request

    def _reply(self, body: Body) -> Answer:
        address = urlsplit(self.path)
        user, only = self.server.reader(self.headers.get("Authorization"))
        found = find(self.command, address.path)
        if found is None:
            raise _unknown(address.path, user)
        route, quoted = found
        names = {name: unquote(value) for name, value in quoted.items()}
        _allow(route, names, user, only)
        exchange = Exchange(
            method=self.command,
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            headers=self.headers,  # type: ignore[arg-type]
            body=body,
            store=self.server.store,
            endpoint=self.server.endpoint,
            user=user,
            sign=self.server.sign,
            exchange_identity=self.server.exchange_identity,
        )
        with self.server.faults.around(route.name):
            return route.act(exchange, **names)

    def _send(self, reply: Answer) -> None:
        self.send_response(reply.status)
        self.send_header("X-Request-Id", secrets.token_hex(8))
        for name, value in reply.headers.items():
            self.send_header(name, " ".join(value.split()))
        if "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        for chunk in reply.stream() if reply.stream else (reply.content,):
            self.wfile.write(chunk)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: addresses may carry signatures."""


def _allow(route: Route, names: Mapping[str, str], user: str, only: str) -> None:
    if route.access is Access.WRITER and not user:
        raise Refusal(401, "Invalid username or password.")
    kind = names.get("kind", "models")
    target = names.get("name", "") if kind == "models" else f"{kind}/{names.get('name', '')}"
    if only and route.access is Access.WRITER and route.name != "whoami" and target != only:
        raise Refusal(403, f"this token may write to {only} only")


def _unknown(path: str, user: str) -> Refusal:
    if path.startswith(("/api/models/", "/api/datasets/", "/api/spaces/")) and path.count("/") < 5:
        return Refusal(404 if user else 401, "Repository not found", "RepoNotFound")
    return Refusal(404, f"the stand-in has no route {path}")
