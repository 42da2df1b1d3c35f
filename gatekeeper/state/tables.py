"""The tables of a store. Migrations make them; a test sees to it that both say the same.

Instants are counted in microseconds from 1970 in UTC, so that no zone of a session or a server has a say in them.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.strict_json import parse_json
from gatekeeper.model.values import Json

VERSIONS = "gatekeeper_schema"
"""The table that holds the revision of the schema."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST_BYTES = 256 * 1024 * 1024
_DEPTH = 256


class Instant(TypeDecorator[datetime]):
    """An instant with its offset, as a number."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        return None if value is None else _EPOCH + int(value) * _MICROSECOND


class JsonText(TypeDecorator[Json]):
    """JSON in its canonical form, which an operator can read."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """The canonical form; None is JSON's null."""
        return canonical_bytes(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Json:
        """What was written."""
        return parse_json(value.encode(), max_bytes=_MOST_BYTES, max_depth=_DEPTH)


class Packed(TypeDecorator[bytes]):
    """Bytes that repeat themselves, compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes:
        """Compressed."""
        return zlib.compress(value or b"")

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes:
        """As they were."""
        return zlib.decompress(value)


_COUNTED = BigInteger().with_variant(Integer, "sqlite")  # which counts in columns of that name alone

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

states = Table(
    "gatekeeper_states",
    metadata,
    Column("key", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("state", JsonText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("decision", Text),
)

transitions = Table(
    "gatekeeper_transitions",
    metadata,
    Column("seq", _COUNTED, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("source", Text),
    Column("target", Text),
    Column("at", Instant, nullable=False),
    Column("reasons", JsonText, nullable=False),
    Column("decision", Text),
    UniqueConstraint("key", "version", "number"),
    Index(None, "at"),
)

decisions = Table(
    "gatekeeper_decisions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("key", Text),
    Column("at", Instant, nullable=False),
    Column("snapshot", Text),
    Column("body", Packed, nullable=False),
    Index(None, "at"),
)

events = Table(
    "gatekeeper_events",
    metadata,
    Column("seq", _COUNTED, primary_key=True, autoincrement=True),
    Column("system", Text, nullable=False),
    Column("service", Text),
    Column("environment", Text),
    Column("event", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", Text),
    Column("key", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("system", "key"),
    Index(None, "system", "at"),
)

alerts = Table(
    "gatekeeper_alerts",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("starts_at", Instant, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("ends_at", Instant),
    Column("told", JsonText, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Index(None, "last_at"),
)

leases = Table(
    "gatekeeper_leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

deliveries = Table(
    "gatekeeper_deliveries",
    metadata,
    Column("seq", _COUNTED, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("payload", JsonText, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Instant),
    Column("delivered_at", Instant),
    Column("dead_at", Instant),
    Column("error", Text, nullable=False),
    UniqueConstraint("id"),
    Index(None, "delivered_at", "dead_at", "next_at"),
    Index(None, "key", "channel", "seq"),
)

snapshots = Table(
    "gatekeeper_snapshots",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("taken_at", Instant, nullable=False),
    Column("frame", Packed, nullable=False),
    Index(None, "taken_at"),
)

items = Table(
    "gatekeeper_items",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("body", Packed, nullable=False),
)

snapshot_items = Table(
    "gatekeeper_snapshot_items",
    metadata,
    Column("snapshot", Text, ForeignKey(snapshots.c.digest, ondelete="CASCADE"), primary_key=True),
    Column("item", Text, ForeignKey(items.c.digest), primary_key=True),
    Index(None, "item"),
)
