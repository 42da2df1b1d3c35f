"""How bytes reach us: resolve once, look at every address, connect to one of those and to no other.

httpx would resolve a name behind our back, and a name can lead elsewhere the second time. So the connection pool of
httpcore gets a network backend of our own, and connects to the address that was looked at. The name stays the name
everywhere else: in the Host header and in the name that the certificate has to carry.
"""

from __future__ import annotations

import logging
import socket
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpcore
import httpx

from gatekeeper.deadline import Deadline
from gatekeeper.model.shown import shown
from gatekeeper.net.addresses import Network, refusal
from gatekeeper.redaction import LogFilter
from gatekeeper.refused import RESOLVE_HOST, Refused

_HEAD_MOST = 256 * 1024

for _name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
    # Whoever turns their logging on sees URLs and headers, and these may hold secrets.
    logging.getLogger(_name).addFilter(LogFilter())


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to addresses that may be reached, within the deadline."""

    def __init__(self, allowed: tuple[Network, ...], deadline: Deadline) -> None:
        self._allowed = allowed
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that answers.

        Raises:
            Refused: the name leads nowhere, or to an address that may not be reached; nothing was connected then.
        """
        failure: Exception = httpcore.ConnectError("no address")
        for address in verified(host, port, self._allowed):
            try:
                # It is written in digits, so nothing is resolved again.
                made = self._plain.connect_tcp(
                    address, port, timeout=_bounded(timeout, self._deadline), socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return BoundedStream(made, self._deadline)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never.

        Raises:
            Refused: always.
        """
        raise Refused("failed", "a socket of this machine is not reached")


def verified(host: str, port: int, allowed: tuple[Network, ...]) -> tuple[str, ...]:
    """The addresses that a host leads to, in the resolver's order.

    Raises:
        ConnectError: the resolver cannot say at the moment.
        Refused: it leads nowhere, or one of its addresses may not be reached: a name that leads to a public and to a
            private address is not trusted with either.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            raise httpcore.ConnectError(error) from error  # it may pass
        reason = getattr(error, "strerror", None) or "it is no name"
        told = f"{shown(host, 80)} cannot be resolved: {str(reason).lower()}"
        raise Refused("failed", told, RESOLVE_HOST) from None
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        what = refusal(address, allowed)
        if what is not None:
            hint = "allow its network with allow_addresses if that is meant"
            raise Refused("failed", f"{shown(host, 80)} leads to {address}, {what}, and is not reached; {hint}")
    return addresses


class BoundedStream(httpcore.NetworkStream):
    """A connection that ends at the deadline, however slowly its bytes come, and counts what it receives.

    Attributes:
        certificate_expires_at: until when the server's certificate holds; None without TLS.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._head: bytes | None = b""
        self._body = 0
        self.certificate_expires_at: datetime | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, at most ``max_bytes``; nothing at the end."""
        data = self._stream.read(max_bytes, _bounded(timeout, self._deadline))
        self._count(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send everything."""
        self._stream.write(buffer, _bounded(timeout, self._deadline))

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The connection with TLS over it."""
        stream = self._stream.start_tls(ssl_context, server_hostname, _bounded(timeout, self._deadline))
        secured = BoundedStream(stream, self._deadline)
        certificate = stream.get_extra_info("ssl_object").getpeercert() or {}
        if "notAfter" in certificate:
            ends = ssl.cert_time_to_seconds(certificate["notAfter"])
            secured.certificate_expires_at = datetime.fromtimestamp(ends, UTC)
        return secured

    def get_extra_info(self, info: str) -> Any:
        """As httpcore asks for it."""
        return self._stream.get_extra_info(info)

    def surplus(self, length: int, *, closing: bool) -> bool:
        """Whether more came behind the head than the length that it names.

        Args:
            length: what the head says.
            closing: whether the server said that it closes the connection, so that it is worth waiting for the end.
        """
        if self._body <= length and (closing or self._stream.get_extra_info("is_readable")):
            try:
                self.read(1, 0.2)
            except (httpcore.TimeoutException, httpcore.NetworkError):
                return False
        return self._body > length

    def _count(self, data: bytes) -> None:
        """Count the bytes behind the head. Answers that only announce another (100 to 199) are part of it."""
        if self._head is None:
            self._body += len(data)
            return
        self._head += data
        while (end := self._head.find(b"\r\n\r\n")) >= 0:
            first, self._head = self._head[: end + 4], self._head[end + 4 :]
            if not first.partition(b" ")[2].startswith(b"1"):
                self._body, self._head = len(self._head), None
                return
        if len(self._head) > _HEAD_MOST:
            raise httpcore.RemoteProtocolError("the head of the answer has no end")


class GuardedTransport(httpx.BaseTransport):
    """Carries httpx's requests over guarded connections, one request each."""

    def __init__(self, allowed: tuple[Network, ...], deadline: Deadline, ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=4,
            max_keepalive_connections=0,  # so that an answer with more than it says cannot become the next one
            retries=0,
            network_backend=GuardedBackend(allowed, deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, of which only the head has been read."""
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self._pool.handle_request(asked)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """End every connection."""
        with _as_httpx():
            self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body as it comes; it is refused at its end where more came than the head says."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()
            headers = {name.lower(): value for name, value in self._answer.headers}
            stream = self._answer.extensions.get("network_stream")
            told = headers.get(b"content-length", b"")
            if isinstance(stream, BoundedStream) and told.isdigit() and b"transfer-encoding" not in headers:
                closing = headers.get(b"connection", b"").lower() == b"close"
                if stream.surplus(int(told), closing=closing):
                    raise Refused("failed", "the answer is longer than its Content-Length says")

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Errors of httpcore as those of httpx, which have the same names."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
        kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise kind(str(error)) from error
    except httpcore.UnsupportedProtocol as error:
        raise httpx.UnsupportedProtocol(str(error)) from error


@cache
def usual_trust() -> ssl.SSLContext:
    """Verifies certificates against those that httpx trusts; nothing in the environment changes that."""
    import certifi

    context = _verifying()
    context.load_verify_locations(cafile=certifi.where())
    return context


def trust_of(certificates: bytes) -> ssl.SSLContext:
    """Verifies certificates against these alone.

    Args:
        certificates: in PEM.

    Raises:
        Refused: they are none.
    """
    context = _verifying()
    try:
        context.load_verify_locations(cadata=certificates.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise Refused("failed", "ca_file holds no certificates in PEM") from None
    return context


def _verifying() -> ssl.SSLContext:
    """Verifies certificates and names, and trusts nobody yet.

    Made by hand, since Python's usual one writes the keys of each connection into the file that ``SSLKEYLOGFILE``
    names, with which all that was sent can be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):  # as the usual one
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    return context


def _bounded(timeout: float | None, deadline: Deadline) -> float:
    """The time that one step may take.

    Raises:
        ReadTimeout: there is none left.
    """
    left = deadline.left
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left if timeout is None else min(timeout, left)


def stream_of(extensions: Mapping[str, Any]) -> BoundedStream | None:
    """The connection that an answer came over."""
    stream = extensions.get("network_stream")
    return stream if isinstance(stream, BoundedStream) else None
