"""Messages that are to be sent because of a change: kept with it, sent at least once, and given up visibly.

A worker claims what is due, sends it, and says how that went. What it claimed comes back when it says nothing for a
while, so a message may be sent twice, with the same id, and is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, exists, or_, select, update

from gatekeeper.model.kept import Delivery, StateKey
from gatekeeper.state.database import Database
from gatekeeper.state.tables import deliveries

CLAIMED = timedelta(minutes=2)
"""For how long a claim holds, unless the worker says otherwise: longer than any attempt to send may take."""

Standing = Literal["pending", "delivered", "dead"]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The messages of a store. Every method is one short transaction."""

    database: Database

    def claim(self, now: datetime, limit: int, worker: str, held: timedelta = CLAIMED) -> tuple[Delivery, ...]:
        """Messages that are due, the oldest first; until the claim ends no other worker gets them.

        A message waits for those before it that go to the same channel about the same state, so that a receiver hears
        of changes in their order.

        Args:
            limit: how many at most.
            worker: who claims them.
            held: for how long.
        """
        before = deliveries.alias("before")
        waits = exists().where(
            before.c.key == deliveries.c.key,
            before.c.channel == deliveries.c.channel,
            before.c.seq < deliveries.c.seq,
            before.c.delivered_at.is_(None),
            before.c.dead_at.is_(None),
        )
        free = or_(deliveries.c.claimed_until.is_(None), deliveries.c.claimed_until <= now)
        due = select(deliveries.c.seq).where(_pending(), deliveries.c.next_at <= now, free, ~waits)
        chosen = due.order_by(deliveries.c.seq).limit(limit).with_for_update(of=deliveries, skip_locked=True)
        with self.database.writing() as connection:
            numbers = connection.execute(chosen).scalars().all()
            mine = deliveries.c.seq.in_(numbers)
            connection.execute(update(deliveries).where(mine).values(claimed_by=worker, claimed_until=now + held))
            rows = connection.execute(select(deliveries).where(mine).order_by(deliveries.c.seq)).all()
        return tuple(map(_delivery, rows))

    def delivered(self, id_: str, at: datetime) -> bool:
        """A message was sent. Whoever sent it, it was; False where that was known."""
        return self._settle(id_, delivered_at=at, error="")

    def failed(self, id_: str, worker: str, error: str, next_at: datetime) -> bool:
        """An attempt failed; the message is due again later. False where the claim is another worker's by now."""
        return self._settle(id_, deliveries.c.claimed_by == worker, error=error, next_at=next_at)

    def given_up(self, id_: str, worker: str, error: str, at: datetime) -> bool:
        """The last attempt failed; the message stays, to be looked at. False where the claim is another worker's."""
        return self._settle(id_, deliveries.c.claimed_by == worker, error=error, dead_at=at)

    def revive(self, id_: str, now: datetime) -> bool:
        """Let a message that was given up be sent after all. False where there is none of that id that was."""
        fresh = {"dead_at": None, "next_at": now, "attempts": 0, "claimed_by": None, "claimed_until": None}
        dead = (deliveries.c.id == id_) & deliveries.c.dead_at.is_not(None)
        with self.database.writing() as connection:
            return connection.execute(update(deliveries).where(dead).values(**fresh)).rowcount == 1

    def list(self, standing: Standing | None = None, limit: int = 100) -> tuple[Delivery, ...]:
        """The latest messages, the newest first.

        Args:
            standing: only those that are still to be sent, were sent, or were given up; None for all.
            limit: how many at most.
        """
        asked = select(deliveries).order_by(deliveries.c.seq.desc()).limit(limit)
        if standing == "pending":
            asked = asked.where(_pending())
        elif standing is not None:
            column = deliveries.c.delivered_at if standing == "delivered" else deliveries.c.dead_at
            asked = asked.where(column.is_not(None))
        with self.database.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(map(_delivery, rows))

    def _settle(self, id_: str, *also: ColumnElement[bool], **values: Any) -> bool:
        counted = {"attempts": deliveries.c.attempts + 1, "claimed_by": None, "claimed_until": None, **values}
        asked = update(deliveries).where(deliveries.c.id == id_, deliveries.c.delivered_at.is_(None), *also)
        if "delivered_at" in values:
            counted["dead_at"] = None
        else:
            asked = asked.where(deliveries.c.dead_at.is_(None))
        with self.database.writing() as connection:
            return connection.execute(asked.values(**counted)).rowcount == 1


def _pending() -> ColumnElement[bool]:
    return deliveries.c.delivered_at.is_(None) & deliveries.c.dead_at.is_(None)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        key=StateKey.read(row.key),
        version=row.version,
        channel=row.channel,
        payload=row.payload,
        created_at=row.created_at,
        attempts=row.attempts,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
        dead_at=row.dead_at,
        error=row.error,
    )
