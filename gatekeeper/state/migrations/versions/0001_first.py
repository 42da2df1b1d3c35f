"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make every table."""
    _states()
    _people()
    _messages()
    _samples()


def _states() -> None:
    op.create_table(
        "gatekeeper_states",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.Text),
        sa.PrimaryKeyConstraint("key", name="gatekeeper_states_pkey"),
    )
    op.create_table(
        "gatekeeper_transitions",
        sa.Column("seq", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("target", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("decision", sa.Text),
        sa.PrimaryKeyConstraint("seq", name="gatekeeper_transitions_pkey"),
        sa.UniqueConstraint("key", "version", "number", name="gatekeeper_transitions_key_version_number_key"),
    )
    op.create_index("gatekeeper_transitions_at", "gatekeeper_transitions", ["at"])
    op.create_table(
        "gatekeeper_decisions",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("snapshot", sa.Text),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="gatekeeper_decisions_pkey"),
    )
    op.create_index("gatekeeper_decisions_at", "gatekeeper_decisions", ["at"])


def _people() -> None:
    op.create_table(
        "gatekeeper_events",
        sa.Column("seq", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("service", sa.Text),
        sa.Column("environment", sa.Text),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="gatekeeper_events_pkey"),
        sa.UniqueConstraint("system", "key", name="gatekeeper_events_system_key_key"),
    )
    op.create_index("gatekeeper_events_system_at", "gatekeeper_events", ["system", "at"])
    op.create_table(
        "gatekeeper_alerts",
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "starts_at", "status", name="gatekeeper_alerts_pkey"),
    )
    op.create_index("gatekeeper_alerts_last_at", "gatekeeper_alerts", ["last_at"])


def _messages() -> None:
    op.create_table(
        "gatekeeper_leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="gatekeeper_leases_pkey"),
    )
    op.create_table(
        "gatekeeper_deliveries",
        sa.Column("seq", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", sa.BigInteger),
        sa.Column("delivered_at", sa.BigInteger),
        sa.Column("dead_at", sa.BigInteger),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="gatekeeper_deliveries_pkey"),
        sa.UniqueConstraint("id", name="gatekeeper_deliveries_id_key"),
    )
    pending = ["delivered_at", "dead_at", "next_at"]
    op.create_index("gatekeeper_deliveries_delivered_at_dead_at_next_at", "gatekeeper_deliveries", pending)
    op.create_index("gatekeeper_deliveries_key_channel_seq", "gatekeeper_deliveries", ["key", "channel", "seq"])


def _samples() -> None:
    op.create_table(
        "gatekeeper_snapshots",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.Column("frame", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="gatekeeper_snapshots_pkey"),
    )
    op.create_index("gatekeeper_snapshots_taken_at", "gatekeeper_snapshots", ["taken_at"])
    op.create_table(
        "gatekeeper_items",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="gatekeeper_items_pkey"),
    )
    op.create_table(
        "gatekeeper_snapshot_items",
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot"],
            ["gatekeeper_snapshots.digest"],
            name="gatekeeper_snapshot_items_snapshot_fkey",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["item"], ["gatekeeper_items.digest"], name="gatekeeper_snapshot_items_item_fkey"),
        sa.PrimaryKeyConstraint("snapshot", "item", name="gatekeeper_snapshot_items_pkey"),
    )
    op.create_index("gatekeeper_snapshot_items_item", "gatekeeper_snapshot_items", ["item"])
