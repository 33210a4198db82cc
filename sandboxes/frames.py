"""Length-prefixed frames between the pool and its agent: a JSON header, then raw blobs.

No pickle: the agent runs beside untrusted programs, so its answers are data and never code.
"""

import json
import struct
from collections.abc import Sequence
from typing import IO, Any

_LENGTHS = struct.Struct("!II")  # of the header; how many blobs
_LENGTH = struct.Struct("!Q")


def send(stream: IO[bytes], header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write one frame. Raises OSError (BrokenPipeError when the other side is gone)."""
    text = json.dumps(header).encode()
    lengths = b"".join(_LENGTH.pack(len(blob)) for blob in blobs)
    stream.write(b"".join((_LENGTHS.pack(len(text), len(blobs)), text, lengths, *blobs)))
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Read one frame. Raises EOFError when the other side is gone."""
    header_length, count = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    header = json.loads(_exactly(stream, header_length))
    lengths = [_LENGTH.unpack(_exactly(stream, _LENGTH.size))[0] for _ in range(count)]
    return header, [_exactly(stream, length) for length in lengths]


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError("the other side of the pipe is gone")
    return content
