"""Alerts as they were sent to gatekeeper: intervals, each kept once however often it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, or_, select

from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.state.database import Database
from gatekeeper.state.tables import alerts


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts of a store. Every method is one short transaction."""

    database: Database

    def receive(self, received: Iterable[ReceivedAlert], at: datetime) -> int:
        """Keep alerts, each once; of one that is there, what was sent last replaces what was sent before.

        Args:
            at: the present instant.

        Returns:
            How many were not there.
        """
        known = {(each.fingerprint, each.starts_at, each.status): each for each in received}
        new = 0
        with self.database.writing() as connection:
            for identity in sorted(known):  # in one order, so that no two transactions wait for each other
                row = _row(known[identity], at)
                if self.database.add(connection, alerts, row):
                    new += 1
                    continue
                fingerprint, starts_at, status = identity
                same = (
                    (alerts.c.fingerprint == fingerprint)
                    & (alerts.c.starts_at == starts_at)
                    & (alerts.c.status == status)
                )
                latest = {name: row[name] for name in ("ends_at", "told", "last_at")}
                connection.execute(alerts.update().where(same, alerts.c.last_at <= at).values(**latest))
        return new

    def active(self, at: datetime) -> tuple[ReceivedAlert, ...]:
        """The alerts that go on at an instant, by when they began, then by fingerprint.

        An alert goes on that was received as firing and has neither ended nor been resolved, and than which no later
        one with the same fingerprint was received.
        """
        other = alerts.alias("other")
        same = other.c.fingerprint == alerts.c.fingerprint
        resolved = exists().where(
            same,
            other.c.starts_at == alerts.c.starts_at,
            other.c.status == "resolved",
            or_(other.c.ends_at.is_(None), other.c.ends_at <= at),
        )
        later = exists().where(same, other.c.starts_at > alerts.c.starts_at, other.c.starts_at <= at)
        asked = select(alerts).where(
            alerts.c.status == "firing",
            alerts.c.starts_at <= at,
            or_(alerts.c.ends_at.is_(None), alerts.c.ends_at > at),
            ~resolved,
            ~later,
        )
        with self.database.reading() as connection:
            rows = connection.execute(asked.order_by(alerts.c.starts_at, alerts.c.fingerprint)).all()
        return tuple(map(_alert, rows))

    def list(self, *, since: datetime | None = None, limit: int = 1000) -> tuple[ReceivedAlert, ...]:
        """The alerts that were received last, the newest first.

        Args:
            since: only those that were received at or after this instant.
            limit: how many at most.
        """
        asked = select(alerts).order_by(alerts.c.last_at.desc(), alerts.c.fingerprint, alerts.c.status).limit(limit)
        if since is not None:
            asked = asked.where(alerts.c.last_at >= since)
        with self.database.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(map(_alert, rows))

    def count(self) -> int:
        """How many there are."""
        with self.database.reading() as connection:
            found: int = connection.execute(select(func.count()).select_from(alerts)).scalar_one()
        return found


def _row(alert: ReceivedAlert, at: datetime) -> dict[str, Any]:
    return {
        "fingerprint": alert.fingerprint,
        "starts_at": alert.starts_at,
        "status": alert.status,
        "ends_at": alert.ends_at,
        "told": {
            "name": alert.name,
            "labels": dict(alert.labels),
            "annotations": dict(alert.annotations),
            "receiver": alert.receiver,
            "generator_url": alert.generator_url,
        },
        "received_at": at,
        "last_at": at,
    }


def _alert(row: Row[Any]) -> ReceivedAlert:
    told: dict[str, Any] = row.told
    return ReceivedAlert(
        fingerprint=row.fingerprint,
        starts_at=row.starts_at,
        status=row.status,
        ends_at=row.ends_at,
        received_at=row.received_at,
        last_at=row.last_at,
        **told,
    )
