"""What a request may take: bytes, time, and a place among those that are worked on.

The server that carries the application keeps a connection open for as long as a body drips in, and hands over a body of
any size. So the body is read here, before anybody works on it, within a deadline and up to a size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatekeeper.service.problems import Refusal, refused, try_again

MOST_BYTES = 1024 * 1024
"""The largest body, in bytes."""

MOST_HELD = 64 * 1024 * 1024
"""How many bytes of bodies may be held at once that are not complete yet."""

ALWAYS = frozenset({"/healthz", "/readyz"})
"""Paths that are answered however much there is to do."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

_CLOSE = {"Connection": "close"}


@dataclass(slots=True)
class Bounds:
    """Keeps requests within bounds. Everything happens on the thread of the event loop.

    Attributes:
        app: who answers a request that is within them.
        requests: how many may be worked on at once.
        body_seconds: how long a body may take.
        answer_seconds: how long an answer may take to be made.
        hosts: names by which the service may be called; None for any. A browser that is led to a service on loopback
            by a foreign name calls it by that one.
        working: how many are worked on.
    """

    app: ASGIApp
    requests: int
    body_seconds: float
    answer_seconds: float
    hosts: Collection[str] | None = None
    working: int = 0
    _held: int = field(default=0, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._refuse_host(scope)
            body = await self._body(Headers(scope=scope), receive)
        except _Gone:
            return
        except Refusal as refusal:
            await refused(refusal)(scope, receive, send)
            return
        await self._work(scope, _replayed(body, receive), send)

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        always = scope["path"] in ALWAYS
        if not always and self.working >= self.requests:
            full = try_again(f"{self.requests} requests are being worked on", 1)
            await refused(full)(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        self.working += not always
        try:
            async with asyncio.timeout(self.answer_seconds):
                await self.app(scope, receive, sending)
        except TimeoutError:
            if not started:
                late = try_again(f"the answer was not there within {self.answer_seconds:g} s")
                await refused(late)(scope, receive, send)
        finally:
            self.working -= not always

    def _refuse_host(self, scope: Scope) -> None:
        if self.hosts is None:
            return
        name = Headers(scope=scope).get("host", "")
        host = name if name.endswith("]") else name.rpartition(":")[0] if ":" in name else name
        if host.lower() not in self.hosts:
            raise Refusal(421, "without tokens the service answers only to its own name", "call it localhost", _CLOSE)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body.

        Raises:
            Refusal: it is too large, too slow, or there is no room for it.
            _Gone: the sender went away.
        """
        length = headers.get("content-length", "0")
        if not length.isdigit() or len(length) > 18 or int(length) > MOST_BYTES:
            raise _too_large()
        if length == "0" and "transfer-encoding" not in headers:
            return b""
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    part: bytes = message.get("body", b"")
                    parts.append(part)
                    size += len(part)
                    self._held += len(part)
                    if size > MOST_BYTES:
                        raise _too_large()
                    if not message.get("more_body", False):
                        return b"".join(parts)
                    if self._held > MOST_HELD:
                        raise try_again("too many bodies are on their way")
        except TimeoutError:
            told = f"the body was not there within {self.body_seconds:g} s"
            raise Refusal(408, told, "send it faster", _CLOSE) from None
        finally:
            self._held -= size


class _Gone(Exception):
    """The sender went away before its body was complete."""


def _too_large() -> Refusal:
    return Refusal(413, f"the body is larger than {MOST_BYTES:,} bytes", "send less at once", _CLOSE)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
