"""Brings a database to the schema of this version; Alembic does it, in one transaction."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Connection, inspect, select, table, text
from sqlalchemy.sql import column

from gatekeeper.errors import StoreError
from gatekeeper.state.database import Database
from gatekeeper.state.tables import VERSIONS

REVISIONS = ("0001",)
"""Every revision of the schema, the oldest first; the last one is what this version reads and writes."""

_LOCK = 0x67_61_74_65  # "gate": one number for everybody who migrates a database
_VERSION = table(VERSIONS, column("version_num"))


def migrate(database: Database) -> None:
    """Make the tables, or bring them to the last revision. Several processes may do it at once.

    Raises:
        StoreError: the database is of a newer version, is one of something else, or cannot be used.
    """
    with database.reading() as connection:
        if _revision(database, connection) == REVISIONS[-1]:
            return
    with database.writing() as connection:
        if database.is_server:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if _revision(database, connection) != REVISIONS[-1]:  # nobody did it in between
            _upgrade(connection)


def _revision(database: Database, connection: Connection) -> str | None:
    """The revision of the schema; None where nothing of ours is there.

    Raises:
        StoreError: it is not known here, or a file has tables and none of ours.
    """
    there = inspect(connection)
    if not there.has_table(VERSIONS):
        if not database.is_server and there.get_table_names():
            hint = "name another file under `store`; gatekeeper makes it"
            raise StoreError(f"the store {database.name} is a database of something else", hint)
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
    if found is not None and found not in REVISIONS:
        told = f"the store {database.name} has the schema {found} of a newer version; this one knows {REVISIONS[-1]}"
        raise StoreError(told, "use the version that wrote it, or a newer one")
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # here, since nearly always there is nothing to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("gatekeeper.state") / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
