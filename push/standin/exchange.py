"""One request and its answer: the body as a stream, the answer as a value, a refusal as an exception."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from push.standin.files import CHUNK_BYTES
from push.standin.store import Repository, Store

LONGEST_LINE = 32 << 20  # of a commit's payload: a small file in base64
LONGEST_FORM = 8 << 20  # of a JSON or form body


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    stream: Callable[[], Iterator[bytes]] | None = None  # in place of content; Content-Length is in the headers


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer."""
    return Answer(status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(value).encode())


class Refusal(Exception):
    """What the Hub answers in place of what was asked; `code` is its X-Error-Code."""

    def __init__(self, status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {}), **(headers or {})}

    def answer(self) -> Answer:
        return answer({"error": self.message}, self.status, self.headers)


class Body:
    """A request's body, of a known length or chunked, read a piece at a time."""

    def __init__(self, source: BinaryIO, headers: Mapping[str, str]) -> None:
        self.source = source
        self.chunked = "chunked" in headers.get("Transfer-Encoding", "").lower()
        self.left = 0 if self.chunked else int(headers.get("Content-Length") or 0)
        self.ended = not self.chunked and not self.left

    def read(self, limit: int) -> bytes:
        """Up to `limit` bytes; empty at the end. Raises `ConnectionError` where the client left early."""
        if self.chunked and not self.left and not self.ended:
            self._next_chunk()
        if self.ended:
            return b""
        piece = self.source.read1(min(limit, self.left)) if hasattr(self.source, "read1") else b""
        if not piece:
            raise ConnectionError("the client left before the end of its request")
        self.left -= len(piece)
        if not self.left:
            if self.chunked:
                self.source.readline()
            else:
                self.ended = True
        return piece

    def _next_chunk(self) -> None:
        self.left = int(self.source.readline().split(b";")[0] or b"0", 16)
        if not self.left:
            self.ended = True
            while self.source.readline().strip():
                pass

    def chunks(self) -> Iterator[bytes]:
        while piece := self.read(CHUNK_BYTES):
            yield piece

    def lines(self) -> Iterator[bytes]:
        """Lines of a body; only one is held."""
        rest = bytearray()
        for piece in self.chunks():
            start = len(rest)
            rest += piece
            while (end := rest.find(b"\n", start)) >= 0:
                yield bytes(rest[:end])
                del rest[: end + 1]
                start = 0
            if len(rest) > LONGEST_LINE:
                raise Refusal(413, "a regular file is too large: send it through LFS")
        if rest.strip():
            yield bytes(rest)

    def whole(self) -> bytes:
        parts = bytearray()
        for piece in self.chunks():
            parts += piece
            if len(parts) > LONGEST_FORM:
                raise Refusal(413, "the request is too large")
        return bytes(parts)

    def fields(self) -> dict[str, Any]:
        """A JSON object, or a form in which a name may come several times (its value is then a list)."""
        content = self.whole()
        if not content.strip():
            return {}
        if content.lstrip()[:1] == b"{":
            try:
                found: dict[str, Any] = json.loads(content)
            except ValueError as error:
                raise Refusal(400, f"not JSON: {error}") from None
            return found
        form: dict[str, Any] = {}
        for name, value in parse_qsl(content.decode(), keep_blank_values=True):
            form.setdefault(name, []).append(value)
        return form


def objects_in(fields: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The list of JSON objects under a name; none where it is not given. Raises `Refusal` for anything else."""
    found = fields.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Refusal(400, f"{name} must be a list of objects")
    return found


def size_in(fields: Mapping[str, Any]) -> int:
    """The size that a JSON object names, 0 where it names none. Raises `Refusal` for what is no size."""
    found = fields.get("size") or 0
    if type(found) is not int or found < 0:
        raise Refusal(400, "size must be a number of bytes")
    return found


@dataclass
class Exchange:
    """What a route is given beside the names in its address."""

    method: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Body
    store: Store
    endpoint: str
    user: str  # whoever holds the token; empty for an anonymous reader
    sign: Callable[[str], str]  # a short proof that this server issued a text
    exchange_identity: Callable[[str, str], str | None]  # (id token, resource) -> a short-lived token

    def repository(self, kind: str, name: str) -> Repository:
        """The repository, if it is there and this reader may know of it."""
        found = self.store.find(kind, name)
        if found is None or (found.state()["private"] and not self.user):
            raise Refusal(404 if self.user else 401, "Repository not found", "RepoNotFound")
        return found

    def head(self, repository: Repository, revision: str) -> str:
        """The SHA that a revision means."""
        sha = repository.resolve(revision)
        if sha is None:
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return sha

    def url(self, repository: Repository) -> str:
        prefix = "" if repository.kind == "models" else f"{repository.kind}/"
        return f"{self.endpoint}/{prefix}{repository.name}"
