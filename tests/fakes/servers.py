"""Servers on 127.0.0.1 that speak HTTP byte by byte, so that they can also speak it wrongly."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = ["127.0.0.0/8"]
"""What a source has to allow to reach these servers."""

Reply = Callable[["Call"], None]


@dataclass
class Call:
    """One request that a server has read, with its body where the head says how long that is."""

    connection: socket.socket
    method: str
    target: str
    headers: dict[str, str]
    number: int
    body: bytes = b""

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.connection.sendall(data)

    def answer(
        self,
        body: bytes,
        status: str = "200 OK",
        kind: str = "application/json",
        length: int | None = None,
        **more: str,
    ) -> None:
        """A whole answer, with a length that may be wrong."""
        self.send(
            head(status, {"Content-Type": kind, "Content-Length": str(len(body) if length is None else length)} | more)
        )
        self.send(body)


@dataclass
class Server:
    """A server that runs: where it is, and what it was asked."""

    url: str
    port: int
    calls: list[Call] = field(default_factory=list)


def head(status: str, headers: dict[str, str]) -> bytes:
    """The head of an answer."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\nConnection: close\r\n\r\n").encode()


@contextmanager
def serving(reply: Reply, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Server]:
    """A server for as long as the block lasts; each request has a thread of its own."""
    listener = socket.create_server((host, 0))
    server = Server(f"{'https' if tls else 'http'}://{host}:{listener.getsockname()[1]}", listener.getsockname()[1])

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_serve, args=(connection, reply, server, tls), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.close()


def _serve(connection: socket.socket, reply: Reply, server: Server, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):  # the other side may go away at any time
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        with connection:
            call = _read(connection, server)
            if call is not None:
                reply(call)


def _read(connection: socket.socket, server: Server) -> Call | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    call = Call(connection, method, target, headers, len(server.calls) + 1, body)
    server.calls.append(call)
    return call


def answering(value: Any, **more: Any) -> Reply:
    """Answers everybody with this value as JSON."""
    body = json.dumps(value).encode()
    return lambda call: call.answer(body, **more)


GOOD = {"status": "ok", "service": "demo", "timestamp": "2026-03-03T08:59:00Z"}


def _delay(call: Call) -> None:
    time.sleep(30)


def _reset(call: Call) -> None:
    call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    call.connection.close()


def _half_body(call: Call) -> None:
    body = json.dumps(GOOD).encode()
    call.answer(body[: len(body) // 2], length=len(body))


def _half_chunks(call: Call) -> None:
    call.send(head("200 OK", {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
    call.send(b"a\r\n" + json.dumps(GOOD).encode()[:10] + b"\r\n")


def _too_short_a_length(call: Call) -> None:
    call.answer(b'"ok" and more', kind="text/plain", length=4)


def _no_length(call: Call) -> None:
    call.send(head("200 OK", {"Content-Type": "text/plain"}) + b"half of a sent")


def _drip_body(call: Call) -> None:
    call.send(head("200 OK", {"Content-Type": "application/json", "Content-Length": "1000"}))
    for _ in range(300):
        call.send(b" ")
        time.sleep(0.1)


def _drip_head(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(300):
        call.send(f"X-{number}: x\r\n".encode())
        time.sleep(0.1)


def _endless_head(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        call.send(f"X-{number}: {'x' * 1000}\r\n".encode())


def _endless_body(call: Call) -> None:
    call.send(head("200 OK", {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"}))
    while True:
        call.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def _bomb(call: Call) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packer.compress(b" " * 1024 * 1024) for _ in range(64)) + packer.flush()
    call.answer(body, Content_Encoding="gzip")


def _half_gzip(call: Call) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = packer.compress(json.dumps(GOOD).encode()) + packer.flush()
    call.answer(body[:-9], Content_Encoding="gzip")


FAULTS: dict[str, tuple[Reply, str]] = {
    "delay": (_delay, "gave no whole answer within"),
    "reset": (_reset, "connection broke"),
    "no answer at all": (lambda call: None, "was not answered in HTTP, or the connection was closed"),
    "no HTTP": (lambda call: call.send(b"SSH-2.0-OpenSSH_9.6\r\n"), "was not answered in HTTP"),
    "half a body": (_half_body, "ended before it was whole"),
    "half of the chunks": (_half_chunks, "ended before it was whole"),
    "half a gzip": (_half_gzip, "ended before it was whole"),
    "longer than it says": (_too_short_a_length, "is longer than its Content-Length says"),
    "no length": (_no_length, "does not say how long it is"),
    "slow drip of the body": (_drip_body, "gave no whole answer within"),
    "slow drip of the head": (_drip_head, "gave no whole answer within"),
    "a head without end": (_endless_head, ""),
    "a body without end": (_endless_body, "is too large"),
    "too many requests": (lambda call: call.answer(b"{}", "429 Too Many Requests"), "answered 429 Too Many Requests"),
    "wait for an hour": (
        lambda call: call.answer(b"{}", "429 Too Many Requests", Retry_After="3600"),
        "asks to wait (3600)",
    ),
    "invalid JSON": (lambda call: call.answer(b'{"status": '), "is no JSON"),
    "a key twice": (lambda call: call.answer(b'{"status": "ok", "status": "ok"}'), "twice"),
    "no number": (lambda call: call.answer(b'{"status": NaN}'), "NaN"),
    "not UTF-8": (lambda call: call.answer(b"caf\xe9", kind="text/plain"), "is not UTF-8"),
    "not as compressed as it says": (lambda call: call.answer(b"{}", Content_Encoding="gzip"), "is no gzip"),
    "another compression": (lambda call: call.answer(b"{}", Content_Encoding="br"), "which was not asked for"),
    "a bomb": (_bomb, "is too large"),
    "a redirect to metadata": (
        lambda call: call.answer(b"", "302 Found", Location="http://169.254.169.254/latest/meta-data/"),
        "is not the source's own host",
    ),
    "a redirect to another scheme": (
        lambda call: call.answer(b"", "302 Found", Location="file:///etc/passwd"),
        "starts with http:// or https://",
    ),
    "a redirect in a circle": (lambda call: call.answer(b"", "302 Found", Location=call.target), "more than 5 times"),
}
"""What can go wrong, by name: how the server answers, and words that the failure says."""

ANOTHERS: dict[str, tuple[Reply, str]] = {
    "a server error": (answering(GOOD, status="500 Internal Server Error"), "answered 500 Internal Server Error"),
    "another content type": (lambda call: call.answer(json.dumps(GOOD).encode(), kind="text/html"), "text/html"),
}
"""Answers that arrive whole and are not what was asked for; only the kind ``http`` takes them as they are."""
