"""Stores with messages in them, couriers with a clock of their own, and what receivers got."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gatekeeper.model.channel import Channel
from gatekeeper.model.kept import NewDelivery, NewTransition, StateKey
from gatekeeper.notify.courier import Courier
from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.fakes.servers import LOOPBACK, Call

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = StateKey("mode", "demo", "demo-mode", "api", "staging")
SECRET = "a-secret-of-the-receiver-0123456789"
ENVIRON = {"HOOK_KEY": SECRET, "ROUTING_KEY": "r0ut1ngk3yr0ut1ngk3yr0ut1ngk3y00"}


@dataclass
class Hands:
    """A clock that is set by hand."""

    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now

    def forward(self, span: timedelta) -> None:
        self.now += span


@contextmanager
def store_in(folder: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{folder}/store.db") as store:
        yield store


def hook(url: str, **more: Any) -> Channel:
    """A webhook of a server on this machine."""
    return Channel("hook", "webhook", url, **{"allow_addresses": tuple(LOOPBACK), **more})


def change(
    store: Store, version: int, target: str, channels: Sequence[Channel], key: StateKey = KEY, at: datetime = T0
) -> None:
    """One change that is kept with a message for each channel."""
    messages = [NewDelivery(each.name, payload(target)) for each in channels]
    transition = NewTransition("before", target, at)
    assert store.states.advance(key, version - 1, {}, at, transitions=(transition,), deliveries=messages)


def payload(target: str) -> dict[str, Any]:
    return {"event_action": "trigger", "dedup_key": "demo", "target": target, "amount": 1.5}


def courier(store: Store, channels: Sequence[Channel], clock: Callable[[], datetime], worker: str = "one") -> Courier:
    return Courier(store.outbox, channels, ENVIRON, worker, clock)


@dataclass
class Receiver:
    """Answers with one status after the other, the last of them for ever, and shows what honest receivers show.

    Attributes:
        got: id → what was said with it, in the order of arrival; of one that came again nothing more.
        attempts: the ids as they came.
    """

    statuses: Sequence[str] = ("200 OK",)
    headers: Mapping[str, str] = field(default_factory=dict)
    got: dict[str, Any] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def __call__(self, call: Call) -> None:
        id_ = call.headers["idempotency-key"]
        status = self.statuses[min(len(self.attempts), len(self.statuses) - 1)]
        self.attempts.append(id_)
        self.calls.append(call)
        if status.startswith("2"):
            self.got.setdefault(id_, json.loads(call.body))
        more: dict[str, Any] = {name.replace("-", "_"): each for name, each in self.headers.items()}
        call.answer(b"{}", status, **more)
