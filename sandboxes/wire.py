"""The bytes between a pool and its agents: frames of records for a job, one packed answer for an outcome.

A frame is a length and so many bytes. A record is a tag, a length, bytes and a zero byte, so that the
compiled agent uses texts in place. No pickle: an agent runs beside untrusted programs, so what it
answers is data and never code.
"""

import os
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import IO, Any, NamedTuple

from sandboxes.base import Job, Outcome, Server

OUTCOME, COMMAND_TROUBLE, BOX_TROUBLE, READY, REFUSED = range(5)
LIMITS = ("", "cpu", "wall", "memory", "output", "files")
_LENGTH = struct.Struct("<I")
_RECORD = struct.Struct("<cI")
_LIMITS = struct.Struct("<9Q")
_LIMIT_NAMES = (
    "cpu_seconds",
    "wall_milliseconds",
    "memory_bytes",
    "address_space_bytes",
    "processes",
    "output_bytes",
    "kept_bytes",
    "file_bytes",
    "own_namespaces",
)
_OUTCOME = struct.Struct("<iBBddQII")
_ROOM = 1 << 20  # for the files of a program, in steps: a warm server serves boxes of one size


class Answer(NamedTuple):
    kind: int
    words: str
    body: bytes


def frame(*records: bytes) -> bytes:
    content = b"".join(records)
    return _LENGTH.pack(len(content)) + content


def record(tag: bytes, content: bytes) -> bytes:
    return _RECORD.pack(tag, len(content)) + content + b"\0"


SAME = record(b"K", b"")


def texts(tag: bytes, items: Sequence[str]) -> bytes:
    return b"".join(record(tag, os.fsencode(item)) for item in items)


def files(tag: bytes, contents: Mapping[str, bytes]) -> bytes:
    return b"".join(record(tag, os.fsencode(name) + b"\0" + content) for name, content in contents.items())


def pack(job: Job) -> bytes:
    """A job as records, without its server."""
    limits = job.limits
    space = limits.memory_bytes if limits.address_space_bytes is None else limits.address_space_bytes
    own = sum(-(-len(content) // 4096) * 4096 for content in job.files.values())
    numbers = _LIMITS.pack(
        limits.cpu_seconds,
        int(limits.wall_seconds * 1000),
        limits.memory_bytes,
        space,
        limits.processes,
        limits.output_bytes,
        limits.kept_bytes,
        limits.file_bytes + -(-own // _ROOM) * _ROOM,
        job.own_namespaces,
    )
    parts = [
        record(b"L", numbers),
        texts(b"C", job.command),
        texts(b"E", [f"{name}={value}" for name, value in job.environment.items()]),
        files(b"F", job.files),
    ]
    if job.stdin:
        parts.append(record(b"I", job.stdin))
    return b"".join(parts)


def pack_server(server: Server | None) -> bytes:
    """A server as records; nothing for none. An agent keeps the last: jobs behind may have `SAME` in its place."""
    if server is None:
        return b""
    return _packed_server(server.command, tuple(server.files.items()), server.programs, server.inside)


@lru_cache(maxsize=8)
def _packed_server(
    command: tuple[str, ...], contents: tuple[tuple[str, bytes], ...], programs: int, inside: bool
) -> bytes:
    return b"".join((texts(b"W", command), files(b"V", dict(contents)), record(b"N", b"%d %d" % (programs, inside))))


def unpack(answer: "Answer", id: str) -> Outcome:
    """The outcome that an agent answered."""
    code, limit, warm, cpu_seconds, wall_seconds, peak, out, error = _OUTCOME.unpack_from(answer.body)
    start = _OUTCOME.size
    return Outcome(
        id=id,
        exit_code=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        limit=LIMITS[limit],
        stdout=answer.body[start : start + out],
        stderr=answer.body[start + out : start + out + error],
        cpu_seconds=cpu_seconds,
        wall_seconds=wall_seconds,
        peak_memory_bytes=peak,
        warm=bool(warm),
    )


def receive(read: Callable[[int], bytes]) -> Answer:
    """The next answer; `read` gives so many bytes or fewer, none at the end. Raises EOFError when the agent is gone."""
    (length,) = _LENGTH.unpack(_exactly(read, _LENGTH.size))
    content = _exactly(read, length)
    kind, body = content[0], content[1:]
    return Answer(kind, "" if kind == OUTCOME else body.decode(errors="replace"), body)


def _exactly(read: Callable[[int], bytes], length: int) -> bytes:
    parts = []
    while length:
        part = read(length)
        if not part:
            raise EOFError("the other side of the pipe is gone")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


# What follows is the agents' side, in Python: `sandboxes/agent.py`.


def receive_job(stream: IO[bytes]) -> tuple[dict[str, Any], bytes, dict[str, bytes]]:
    """Limits, command, environment; stdin; files. Raises EOFError when the pool is gone."""
    (length,) = _LENGTH.unpack(_full(stream, _LENGTH.size))
    job: dict[str, Any] = {"command": [], "environment": {}}
    stdin, contents = b"", {}
    for tag, content in _records(_full(stream, length)):
        match tag:
            case b"L":
                job["limits"] = dict(zip(_LIMIT_NAMES, _LIMITS.unpack(content), strict=True))
            case b"C":
                job["command"].append(os.fsdecode(content))
            case b"E":
                name, _, value = os.fsdecode(content).partition("=")
                job["environment"][name] = value
            case b"F":
                path, _, text = content.partition(b"\0")
                contents[os.fsdecode(path)] = text
            case b"I":
                stdin = content
    return job, stdin, contents


def send_answer(stream: IO[bytes], kind: int, body: bytes) -> None:
    stream.write(_LENGTH.pack(1 + len(body)) + bytes((kind,)) + body)
    stream.flush()


def pack_outcome(code: int, limit: str, cpu_seconds: float, wall_seconds: float, peak: int, *streams: bytes) -> bytes:
    lengths = (len(stream) for stream in streams)
    head = _OUTCOME.pack(code, LIMITS.index(limit), False, cpu_seconds, wall_seconds, peak, *lengths)
    return b"".join((head, *streams))


def _records(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place < len(content):
        tag, length = _RECORD.unpack_from(content, place)
        place += _RECORD.size
        yield tag, content[place : place + length]
        place += length + 1


def _full(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError("the other side of the pipe is gone")
    return content
