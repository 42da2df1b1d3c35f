"""The body of an answer, decompressed within bounds. Half of one is none."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import httpx

from gatekeeper.model.shown import shown
from gatekeeper.refused import FEWER_BYTES, ONCE_MORE, Refused

RATIO = 200
"""How many times larger than what was sent a body may become."""

_SMALL = 1024 * 1024
"""Bodies up to this size may grow as they like."""

_STEP = 256 * 1024
"""How much is decompressed before it is looked at again, in bytes."""

_BODILESS = frozenset({204, 304})

_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


def read_body(response: httpx.Response, most: int) -> bytes:
    """The whole body.

    Args:
        response: its head has been read.
        most: the largest body in bytes, decompressed.

    Raises:
        Refused: it is too large, grows too much, is cut, or is compressed in a way that is not known here.
        httpx.TransportError: the connection broke, or it took too long.
    """
    told = response.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:20]) > most:
        raise Refused(
            "failed",
            f"the answer is too large: {int(told[:20]):,} bytes; at most {most:,} are read (max_bytes)",
            FEWER_BYTES,
        )
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        if not told and "transfer-encoding" not in response.headers and response.status_code not in _BODILESS:
            raise Refused("failed", "the answer does not say how long it is, so nobody can tell whether it is whole")
        return _read(response, most, None)
    if encoding not in _WINDOWS:
        raise Refused("mistyped", f"the answer is compressed with {shown(encoding)}, which was not asked for")
    unpack = zlib.decompressobj(_WINDOWS[encoding])

    def unpacked(data: bytes) -> Iterator[bytes]:
        while True:
            try:
                part = unpack.decompress(data, _STEP)
            except zlib.error:
                raise Refused("failed", f"the answer is no {encoding}, although it says so") from None
            data = unpack.unconsumed_tail
            if not part and not data:
                return
            yield part

    whole = _read(response, most, unpacked)
    if not unpack.eof:
        raise Refused("truncated", "the compressed answer ended before it was whole", ONCE_MORE)
    if unpack.unused_data:
        raise Refused("failed", "something follows behind the compressed answer")
    return whole


def _read(response: httpx.Response, most: int, unpacked: Callable[[bytes], Iterator[bytes]] | None) -> bytes:
    found = bytearray()
    received = 0
    for data in response.iter_raw():
        received += len(data)
        for part in (data,) if unpacked is None else unpacked(data):
            found += part
            if len(found) > most:
                raise Refused("failed", f"the answer is too large: more than {most:,} bytes (max_bytes)", FEWER_BYTES)
            if len(found) > _SMALL and len(found) > received * RATIO:
                raise Refused("failed", f"the compressed answer grows more than {RATIO} times")
    return bytes(found)
