"""Runs migrations on the connection that it is given; Alembic imports this module when it begins."""

from __future__ import annotations

from alembic import context

from gatekeeper.state.tables import VERSIONS, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSIONS,
    transactional_ddl=True,  # SQLite can, once the driver leaves the transaction alone
)
with context.begin_transaction():
    context.run_migrations()
