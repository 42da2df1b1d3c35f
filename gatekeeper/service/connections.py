"""Connections: each has to say what it wants within seconds, and they are not more than a bound.

uvicorn closes no connection on which half a head or half a body has arrived. Here each connection has an instant by
which it has to be a step further: the head, the body, the answer that is made and read. Where there are too many of
them, a new one takes the place of the one that has kept us waiting for longest.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

Step = Literal["head", "body", "answer"]

_LENIENCE = 2.0
"""Seconds by which a body may be later here than where it is read, so that its sender is told why."""


def _plain(status: int, title: bytes, detail: bytes, more: bytes = b"") -> bytes:
    """A refusal of somebody who has not come as far as a request."""
    body = b'{"type": "about:blank", "title": "%s", "status": %d, "detail": "%s", "hint": "", "errors": []}'
    body %= (title, status, detail)
    head = (
        b"HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n"
    )
    return head % (status, title, len(body), more) + body


_BUSY = _plain(503, b"Service Unavailable", b"there are too many connections", b"Retry-After: 5\r\n")


@dataclass(slots=True)
class Limits:
    """How many connections there may be, and how long each step may take in seconds.

    Attributes:
        waiting: those that have to send something yet, the one first that has been waited for longest.
        cut: how many were closed that were too slow, or in the way.
    """

    connections: int
    head: float
    body: float
    answer: float
    waiting: dict[Connection, None] = field(default_factory=dict)
    cut: int = 0


class Connection(H11Protocol):
    """One connection, with the limits that hold for all of them."""

    limits: Limits

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._step: Step | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection in, or refuse it where everyone else is being answered."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            oldest = next(iter(self.limits.waiting), None)
            if oldest is None:
                self.limits.cut += 1
                transport.write(_BUSY)
                transport.close()
                return
            oldest.cut()
        self._follow()

    def data_received(self, data: bytes) -> None:
        """Take bytes in."""
        super().data_received(data)
        self._follow()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, as everything else is refused."""
        if self._now_at() == "head":
            self.transport.write(_plain(400, b"Bad Request", msg.encode("ascii", "replace")))
        self.transport.close()

    def on_response_complete(self) -> None:
        """An answer was sent: the next head may come."""
        self._step = None
        super().on_response_complete()
        self._follow()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._forget()
        super().connection_lost(exc)

    def cut(self) -> None:
        """Close it at once, whatever was to come."""
        self.limits.cut += 1
        self._forget()
        self.transport.abort()

    def _follow(self) -> None:
        """Set the instant by which the next step has to be done, once for each step."""
        if self.transport.is_closing():
            self._forget()
            return
        step = self._now_at()
        if step == self._step:
            return
        self._forget()
        self._step = step
        if step != "answer":
            self.limits.waiting[self] = None
        seconds = {"head": self.limits.head, "body": self.limits.body + _LENIENCE, "answer": self.limits.answer}
        self._timer = self.loop.call_later(seconds[step], self.cut)

    def _now_at(self) -> Step:
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            return "head"
        return "body" if cycle.more_body else "answer"

    def _forget(self) -> None:
        self.limits.waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def connections_within(limits: Limits) -> type[Connection]:
    """The class of connections that keep to these limits."""
    return type("LimitedConnection", (Connection,), {"limits": limits})
