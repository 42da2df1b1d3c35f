"""What is forgotten, and when. States, leases, and messages that are still to be sent are never forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Delete, Table, delete, exists, or_, select, text

from gatekeeper.state.database import Database
from gatekeeper.state.samples import SAMPLES
from gatekeeper.state.tables import (
    alerts,
    decisions,
    deliveries,
    events,
    items,
    snapshot_items,
    snapshots,
    states,
    transitions,
)


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long what is kept is kept.

    Attributes:
        looks: decisions that brought no change, and evidence that no kept decision rests on.
        history: changes with their decisions and evidence, events, alerts, and messages that were sent or given up.
    """

    looks: timedelta = timedelta(days=7)
    history: timedelta = timedelta(days=400)


def prune(database: Database, now: datetime, retention: Retention) -> dict[str, int]:
    """Forget what is older than it has to be, in one transaction.

    Returns:
        How many rows of each table went.
    """
    looks, history = now - retention.looks, now - retention.history
    with database.writing() as connection:
        if database.is_server:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({SAMPLES})"))
        old = [
            delete(events).where(events.c.at < history, events.c.recorded_at < history),
            delete(alerts).where(alerts.c.last_at < history),
            delete(deliveries).where(or_(deliveries.c.delivered_at < history, deliveries.c.dead_at < history)),
            delete(transitions).where(transitions.c.at < history),
            _unused_decisions(looks),
            _unused_snapshots(looks),
            delete(items).where(~exists().where(snapshot_items.c.item == items.c.digest)),
        ]
        return {_table(each).name.removeprefix("gatekeeper_"): _gone(connection, each) for each in old}


def _unused_decisions(looks: datetime) -> Delete:
    brought = exists().where(transitions.c.decision == decisions.c.digest)
    current = exists().where(states.c.decision == decisions.c.digest)
    return delete(decisions).where(decisions.c.at < looks, ~brought, ~current)


def _unused_snapshots(looks: datetime) -> Delete:
    resting = select(decisions.c.snapshot).where(decisions.c.snapshot.is_not(None))
    return delete(snapshots).where(snapshots.c.taken_at < looks, snapshots.c.digest.not_in(resting))


def _table(statement: Delete) -> Table:
    found = statement.table
    assert isinstance(found, Table)  # noqa: S101  deletes here name tables
    return found


def _gone(connection: Connection, statement: Delete) -> int:
    return connection.execute(statement).rowcount
