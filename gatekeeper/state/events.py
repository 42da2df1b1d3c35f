"""What people did, as they said it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select

from gatekeeper.errors import UsageError
from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.kept import RecordedEvent
from gatekeeper.model.shown import shown
from gatekeeper.model.times import instant_text
from gatekeeper.state.database import Database
from gatekeeper.state.tables import events


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a store. Every method is one short transaction."""

    database: Database

    def record(self, event: RecordedEvent, recorded_at: datetime) -> bool:
        """Keep an event, once.

        Args:
            recorded_at: the present instant; the event's own one may lie before it.

        Returns:
            Whether it is new; False where the same one was kept before.

        Raises:
            UsageError: its key was given to another event.
        """
        kept = replace(event, key=event.key or _key(event))
        row = {
            "system": kept.system,
            "service": kept.service,
            "environment": kept.environment,
            "event": kept.event,
            "person": kept.by,
            "at": kept.at,
            "note": kept.note,
            "key": kept.key,
            "recorded_at": recorded_at,
        }
        same = (events.c.system == kept.system) & (events.c.key == kept.key)
        with self.database.writing() as connection:
            if self.database.add(connection, events, row):
                return True
            there = _event(connection.execute(select(events).where(same)).one())
        if there != kept:
            told = f"the key {shown(kept.key)} was given to {there.event} by {there.by} at {instant_text(there.at)}"
            raise UsageError(told, "give another key to another event")
        return False

    def list(
        self,
        system: str,
        *,
        service: str | None = None,
        environment: str | None = None,
        since: datetime | None = None,
        limit: int = 1000,
    ) -> tuple[RecordedEvent, ...]:
        """The latest events of a system, the oldest of them first.

        Args:
            service: with events of this service, and those that name none; None for these alone.
            environment: as ``service``.
            since: only those at or after this instant.
            limit: how many at most.
        """
        asked = select(events).where(
            events.c.system == system,
            or_(events.c.service.is_(None), events.c.service == service),
            or_(events.c.environment.is_(None), events.c.environment == environment),
        )
        if since is not None:
            asked = asked.where(events.c.at >= since)
        with self.database.reading() as connection:
            rows = connection.execute(asked.order_by(events.c.at.desc(), events.c.seq.desc()).limit(limit)).all()
        return tuple(map(_event, reversed(rows)))


def _key(event: RecordedEvent) -> str:
    """A key made of everything that is said of the event."""
    parts = [event.event, event.by, instant_text(event.at), event.note, event.service, event.environment]
    return digest_of(canonical_bytes(list(parts)))


def _event(row: Row[Any]) -> RecordedEvent:
    return RecordedEvent(
        system=row.system,
        event=row.event,
        by=row.person,
        at=row.at,
        note=row.note,
        service=row.service,
        environment=row.environment,
        key=row.key,
    )
