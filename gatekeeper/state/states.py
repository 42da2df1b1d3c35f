"""The states of modes and ladders, their changes, and the decisions that went with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from gatekeeper.errors import StoreError
from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.kept import (
    KeptDecision,
    KeptState,
    KeptTransition,
    NewDelivery,
    NewTransition,
    StateKey,
    delivery_id,
)
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.values import Json
from gatekeeper.state.database import Database
from gatekeeper.state.tables import decisions, deliveries, states, transitions

_MOST_BYTES = 64 * 1024 * 1024
_DEPTH = 256


@dataclass(frozen=True, slots=True)
class States:
    """What is kept of modes and ladders. Every method is one short transaction."""

    database: Database

    def get(self, key: StateKey) -> KeptState | None:
        """The state of a policy for a subject; None where none was kept yet."""
        with self.database.reading() as connection:
            row = connection.execute(select(states).where(states.c.key == key.text)).one_or_none()
        return None if row is None else _state(row)

    def all(self) -> tuple[KeptState, ...]:
        """Every state, by key."""
        with self.database.reading() as connection:
            rows = connection.execute(select(states).order_by(states.c.key)).all()
        return tuple(map(_state, rows))

    def advance(
        self,
        key: StateKey,
        expected: int,
        state: Json,
        at: datetime,
        *,
        transitions: Sequence[NewTransition] = (),
        deliveries: Sequence[NewDelivery] = (),
        decision: Json = None,
        snapshot: str | None = None,
    ) -> bool:
        """Keep the next state with everything that belongs to it, unless somebody else was first.

        All of it is kept, or nothing. Of several that go on from the same version, exactly one succeeds.

        Args:
            expected: the version that the state goes on from; 0 where there was none.
            state: the next state.
            at: the instant of the look that it comes from.
            transitions: the changes that the look brought, in order.
            deliveries: the messages about these changes.
            decision: the decision that goes with the state, in the shape whose canonical form its digest is of; None
                for none. To keep one for each look takes room: one for each change is what history needs.
            snapshot: digest of the evidence that the decision rests on.

        Returns:
            False where another one was first: nothing was kept, and the state is to be read again.

        Raises:
            StoreError: the store cannot be written; nothing was kept.
        """
        with self.database.writing() as connection:
            digest = None if decision is None else digest_of(canonical_bytes(decision))
            if not self._swap(connection, key, expected, state, at, digest):
                return False
            if digest is not None:
                self._decide(connection, KeptDecision(digest, key, at, snapshot, decision))
            _append(connection, key, expected + 1, transitions, digest)
            _post(connection, key, expected + 1, at, deliveries)
        return True

    def transitions(
        self, key: StateKey | None = None, *, since: datetime | None = None, limit: int = 1000
    ) -> tuple[KeptTransition, ...]:
        """The latest changes, the oldest of them first.

        Args:
            key: of one state; None for all.
            since: only those at or after this instant.
            limit: how many at most.
        """
        asked = select(transitions).order_by(transitions.c.at.desc(), transitions.c.seq.desc()).limit(limit)
        if key is not None:
            asked = asked.where(transitions.c.key == key.text)
        if since is not None:
            asked = asked.where(transitions.c.at >= since)
        with self.database.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(map(_transition, reversed(rows)))

    def keep_decision(
        self, body: Json, at: datetime, *, key: StateKey | None = None, snapshot: str | None = None
    ) -> str:
        """Keep a decision that goes with no change, such as one of a gate; one that is there stays as it is.

        Returns:
            Its digest, of the canonical form of ``body``.
        """
        digest = digest_of(canonical_bytes(body))
        with self.database.writing() as connection:
            self._decide(connection, KeptDecision(digest, key, at, snapshot, body))
        return digest

    def decision(self, digest: str) -> KeptDecision | None:
        """The decision of that digest; None where it was not kept, or is no longer.

        Raises:
            StoreError: its content was changed.
        """
        with self.database.reading() as connection:
            row = connection.execute(select(decisions).where(decisions.c.digest == digest)).one_or_none()
        return None if row is None else _decision(self.database.name, row)

    def decisions(self, *, key: StateKey | None = None, limit: int = 100) -> tuple[KeptDecision, ...]:
        """The latest decisions, the newest first.

        Args:
            key: about one state; None for all.
            limit: how many at most.
        """
        asked = select(decisions).order_by(decisions.c.at.desc(), decisions.c.digest).limit(limit)
        if key is not None:
            asked = asked.where(decisions.c.key == key.text)
        with self.database.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(_decision(self.database.name, row) for row in rows)

    def _swap(
        self, connection: Connection, key: StateKey, expected: int, state: Json, at: datetime, digest: str | None
    ) -> bool:
        """Put the next version in the place of the expected one; whether that one was there."""
        values: dict[str, Any] = {"version": expected + 1, "state": state, "at": at, "decision": digest}
        if expected == 0:
            return self.database.add(connection, states, {"key": key.text, **values})
        same = (states.c.key == key.text) & (states.c.version == expected)
        return connection.execute(update(states).where(same).values(**values)).rowcount == 1

    def _decide(self, connection: Connection, kept: KeptDecision) -> None:
        row = {
            "digest": kept.digest,
            "key": None if kept.key is None else kept.key.text,
            "at": kept.at,
            "snapshot": kept.snapshot,
            "body": canonical_bytes(kept.body),
        }
        self.database.add(connection, decisions, row)


def _append(
    connection: Connection, key: StateKey, version: int, changes: Sequence[NewTransition], decision: str | None
) -> None:
    for number, each in enumerate(changes):
        row = {
            "key": key.text,
            "version": version,
            "number": number,
            "source": each.source,
            "target": each.target,
            "at": each.at,
            "reasons": list(each.reasons),
            "decision": decision,
        }
        connection.execute(transitions.insert().values(**row))


def _post(connection: Connection, key: StateKey, version: int, at: datetime, messages: Sequence[NewDelivery]) -> None:
    numbers: dict[str, int] = {}
    for each in messages:
        number = numbers[each.channel] = numbers.get(each.channel, -1) + 1
        row = {
            "id": delivery_id(key, version, each.channel, number),
            "key": key.text,
            "version": version,
            "channel": each.channel,
            "payload": each.payload,
            "created_at": at,
            "attempts": 0,
            "next_at": each.not_before or at,
            "error": "",
        }
        connection.execute(deliveries.insert().values(**row))


def _state(row: Row[Any]) -> KeptState:
    return KeptState(StateKey.read(row.key), row.version, row.state, row.at, row.decision)


def _transition(row: Row[Any]) -> KeptTransition:
    return KeptTransition(
        seq=row.seq,
        key=StateKey.read(row.key),
        version=row.version,
        source=row.source,
        target=row.target,
        at=row.at,
        reasons=tuple(row.reasons),
        decision=row.decision,
    )


def _decision(name: str, row: Row[Any]) -> KeptDecision:
    key = None if row.key is None else StateKey.read(row.key)
    try:
        body = parse_json(row.body, max_bytes=_MOST_BYTES, max_depth=_DEPTH)
    except JsonRefused:
        body = None
    if digest_of(row.body) != row.digest:
        raise StoreError(f"the decision {row.digest} in the store {name} was changed", "restore a backup of the store")
    return KeptDecision(row.digest, key, row.at, row.snapshot, body)
