"""Snapshots, taken apart: a piece of evidence that is the same in two of them is kept once.

A look every 30 s brings much that has not changed. The value of an item is kept under its digest, and of a snapshot
only what is said around its values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from gatekeeper.errors import StoreError
from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.state.database import Database
from gatekeeper.state.tables import items, snapshot_items, snapshots

MOST_BYTES = 64 * 1024 * 1024
_DEPTH = 256

SAMPLES = 0x67_61_74_66
"""The lock of PostgreSQL that keeps an item from being removed while a snapshot that has it is added."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The snapshots of a store. Every method is one short transaction."""

    database: Database

    def keep(self, data: bytes, taken_at: datetime) -> str:
        """Keep a snapshot; one that is there stays as it is.

        Args:
            data: its canonical bytes, as its file holds them.
            taken_at: its time.

        Returns:
            Its digest.
        """
        digest = digest_of(data)
        frame: Any = parse_json(data, max_bytes=MOST_BYTES, max_depth=_DEPTH)
        bodies = {each["digest"]: canonical_bytes(each.pop("value")) for each in frame["items"].values()}
        with self.database.writing() as connection:
            if self.database.is_server:
                connection.execute(text(f"SELECT pg_advisory_xact_lock_shared({SAMPLES})"))
            there = select(items.c.digest).where(items.c.digest.in_(bodies))
            known = set(connection.execute(there).scalars())
            for item in sorted(bodies.keys() - known):
                self.database.add(connection, items, {"digest": item, "body": bodies[item]})
            row = {"digest": digest, "taken_at": taken_at, "frame": canonical_bytes(frame)}
            if self.database.add(connection, snapshots, row):
                pairs = [{"snapshot": digest, "item": item} for item in sorted(bodies)]
                connection.execute(snapshot_items.insert(), pairs)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The canonical bytes of a snapshot; None where it was not kept, or is no longer.

        Raises:
            StoreError: its content was changed.
        """
        joined = items.join(snapshot_items, snapshot_items.c.item == items.c.digest)
        bodies = select(items.c.digest, items.c.body).select_from(joined).where(snapshot_items.c.snapshot == digest)
        with self.database.reading() as connection:
            frame = connection.execute(select(snapshots.c.frame).where(snapshots.c.digest == digest)).scalar()
            found = {row.digest: row.body for row in connection.execute(bodies)}
        if frame is None:
            return None
        whole: Any = None
        try:
            whole = parse_json(frame, max_bytes=MOST_BYTES, max_depth=_DEPTH)
            for each in whole["items"].values():
                each["value"] = parse_json(found[each["digest"]], max_bytes=MOST_BYTES, max_depth=_DEPTH)
            data = canonical_bytes(whole)
        except (JsonRefused, KeyError, TypeError, AttributeError):
            data = b""
        if digest_of(data) != digest:
            name = self.database.name
            raise StoreError(f"the snapshot {digest} in the store {name} was changed", "restore a backup of the store")
        return data

    def digests(self, limit: int = 100) -> tuple[str, ...]:
        """The digests of the latest snapshots, the newest first."""
        asked = select(snapshots.c.digest).order_by(snapshots.c.taken_at.desc(), snapshots.c.digest).limit(limit)
        with self.database.reading() as connection:
            return tuple(connection.execute(asked).scalars())
