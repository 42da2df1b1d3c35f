"""Works off what is to be sent: claims a message, sends it, and says how that went."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from gatekeeper.clock import Clock, system_clock
from gatekeeper.model.channel import Channel
from gatekeeper.model.kept import Delivery
from gatekeeper.notify.retrying import Attempt, next_attempt
from gatekeeper.secrets import Secrets, SecretText, look_up_references

SIDE_BY_SIDE = 4
"""So many messages are sent at once, so that a slow receiver does not hold up the others."""

_USUAL_ATTEMPTS = 20


class Outbox(Protocol):
    """Where messages wait, as the store has it. A claim holds longer than an attempt may take."""

    def claim(self, now: datetime, limit: int, worker: str) -> tuple[Delivery, ...]:
        """Messages that are due, which no other worker gets then."""
        ...

    def delivered(self, id_: str, at: datetime) -> bool:
        """A message was sent."""
        ...

    def failed(self, id_: str, worker: str, error: str, next_at: datetime) -> bool:
        """An attempt failed, and there is to be another one."""
        ...

    def given_up(self, id_: str, worker: str, error: str, at: datetime) -> bool:
        """The last attempt failed."""
        ...


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a message at one attempt.

    Attributes:
        error: why it was not sent; empty where it was.
        next_at: when it is tried again; None where it was sent or given up.
    """

    delivery: Delivery
    outcome: Literal["sent", "failed", "given up"]
    error: str = ""
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Courier:
    """Sends what is due.

    Attributes:
        outbox: where messages wait; several couriers may share one.
        channels: those of the configuration.
        environ: where secrets are looked up, each time anew.
        worker: a name that no other courier has.
        clock: tells what is due.
        stopping: whether no other message is to be begun.
    """

    outbox: Outbox
    channels: Sequence[Channel]
    environ: Mapping[str, str]
    worker: str
    clock: Clock = system_clock
    stopping: Callable[[], bool] = lambda: False

    def work(self) -> tuple[Handled, ...]:
        """Send everything that is due, and come back when nothing is. What failed is due again later.

        Raises:
            StoreError: the outbox cannot be used. What was sent before may be sent again then, with the same id.
        """
        first = self._claim()
        if first is None:
            return ()
        secrets = self._secrets()
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="courier") as threads:
            lanes = [threads.submit(self._lane, each, secrets) for each in (first, *[None] * (SIDE_BY_SIDE - 1))]
        return tuple(handled for lane in lanes for handled in lane.result())

    def _lane(self, first: Delivery | None, secrets: Secrets) -> list[Handled]:
        """Send one after the other what nobody else sends."""
        return [self._handle(each, secrets) for each in self._claimed(first)]

    def _claimed(self, first: Delivery | None) -> Iterator[Delivery]:
        claimed = first or self._claim()
        while claimed is not None:
            yield claimed
            claimed = None if self.stopping() else self._claim()

    def _claim(self) -> Delivery | None:
        return next(iter(self.outbox.claim(self.clock(), 1, self.worker)), None)

    def _handle(self, delivery: Delivery, secrets: Secrets) -> Handled:
        channel = next((each for each in self.channels if each.name == delivery.channel), None)
        attempt = _sent(delivery, channel, secrets, self.clock)
        now = self.clock()
        if attempt.sent:
            self.outbox.delivered(delivery.id, now)
            return Handled(delivery, "sent")
        most = _USUAL_ATTEMPTS if channel is None else channel.attempts
        draw = random.random()  # noqa: S311  a wait is no secret
        again = next_attempt(attempt, delivery.attempts + 1, most, now, draw)
        if again is None:
            self.outbox.given_up(delivery.id, self.worker, attempt.error, now)
            return Handled(delivery, "given up", attempt.error)
        self.outbox.failed(delivery.id, self.worker, attempt.error, again)
        return Handled(delivery, "failed", attempt.error, again)

    def _secrets(self) -> Secrets:
        texts = (SecretText.parse(text) for channel in self.channels for text in channel.texts)
        return look_up_references((each for text in texts for each in text.references), self.environ)


def _sent(delivery: Delivery, channel: Channel | None, secrets: Secrets, clock: Clock) -> Attempt:
    if channel is None:
        return Attempt(sent=False, error="the configuration has no channel of that name any more")
    from gatekeeper.notify.sending import send  # here: httpx takes a quarter of a second

    return send(delivery, channel, secrets, clock)
