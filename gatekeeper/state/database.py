"""The database behind a store: how it is reached, and short transactions on it.

SQLite 3.7.0 to 3.51.2 can damage a file in WAL mode (https://www.sqlite.org/wal.html#walresetbug), and many a system
has one of these. So the file has a rollback journal, and with ``synchronous=EXTRA`` what was acknowledged is there
after a loss of power as well (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite

from gatekeeper.errors import StoreError
from gatekeeper.state.address import StoreFile, StoreServer
from gatekeeper.state.refusals import told

_WAIT = 10
"""Seconds that a transaction waits for another one, and that a connection may take."""

_NOWHERE = f"{os.devnull}/none"
"""A file that cannot be there: what libpq finds in somebody's home is not used."""

_PATIENCE = text(
    f"SELECT set_config('lock_timeout', '{_WAIT}s', true), set_config('statement_timeout', '{_WAIT * 3}s', true)"
)
"""For the transaction alone, since a pool may stand between us and the server."""

_WRITES = "gatekeeper_writes"


@dataclass(frozen=True, slots=True)
class Database:
    """A database that is open.

    Attributes:
        name: where it is, for people; without user and password.
    """

    name: str
    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Raises:
            StoreError: the database cannot do it.
        """
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or, where the block raises, nothing.

        Raises:
            StoreError: the database cannot do it; nothing of the block is kept then.
        """
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        with told(self.name), self.engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: writes})
            if self.is_server and not writes:
                # Several questions of one transaction see one state, as those to SQLite do.
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                if self.is_server:
                    connection.execute(_PATIENCE)
                yield connection

    @property
    def is_server(self) -> bool:
        """Whether it is PostgreSQL."""
        return self.engine.dialect.name == "postgresql"

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An ``INSERT`` that can say what happens where the row is there already."""
        return postgresql.insert(table) if self.is_server else sqlite.insert(table)

    def add(self, connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert a row unless one with the same key is there; whether it is new."""
        # What was inserted is asked for: of an INSERT not every driver says how many rows it made.
        asked = self.insert(table).values(**row).on_conflict_do_nothing().returning(*table.primary_key)
        return connection.execute(asked).first() is not None


@contextmanager
def opened(address: StoreFile | StoreServer, *, create: bool) -> Iterator[Database]:
    """The database at an address, for as long as the block lasts; nothing is asked of it yet.

    Args:
        create: whether a file that is not there is made, with its folder.

    Raises:
        StoreError: there is no such file, or it cannot be made.
    """
    if isinstance(address, StoreFile):
        _prepare(address.path, create=create)
        engine = _of_file(address.path)
    else:
        engine = _of_server(address)
    try:
        yield Database(str(address), engine)
    finally:
        engine.dispose()


def _prepare(path: Path, *, create: bool) -> None:
    """SQLite would wait for a pipe, and each transaction opens the file again, which must not make a new one."""
    try:
        if not path.exists() and create:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        if path.exists() and not path.is_file():
            raise StoreError(f"the store {path} is no regular file", "name a file under `store`")
    except OSError as error:
        blocked = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "a part of the path is no folder" if blocked else (error.strerror or str(error)).lower()
        hint = "let this user write there, or name another place under `store`"
        raise StoreError(f"the store {path} cannot be made: {reason}", hint) from None
    if not path.exists():
        hint = "`gatekeeper event` makes it, or name the one that there is under `store`"
        raise StoreError(f"there is no store {path} yet", hint)


def _of_file(path: Path) -> Engine:
    """Without a pool: a file that was replaced is seen, and no thread has another's connection."""
    import sqlite3

    address = f"file:{quote(str(path))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            for pragma in ("journal_mode = DELETE", "synchronous = EXTRA", "foreign_keys = ON", "trusted_schema = OFF"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that began with reading could not always go on to write.
        writes = connection.get_execution_options().get(_WRITES, True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _of_server(server: StoreServer) -> Engine:
    try:
        import certifi
        import psycopg
    except ImportError:
        hint = "install gatekeeper-gates[store,postgres]"
        raise StoreError("a store on PostgreSQL is kept through psycopg, which is not here", hint) from None

    def connect() -> Any:
        return psycopg.connect(
            host=server.host,
            port=server.port,
            dbname=server.database,
            user=server.user,
            password=server.password or None,
            sslmode=server.sslmode,
            sslrootcert=(server.sslrootcert or certifi.where()) if server.sslmode.startswith("verify") else _NOWHERE,
            passfile=_NOWHERE,
            gssencmode="disable",
            target_session_attrs="read-write",
            tcp_user_timeout=_WAIT * 3000,
            client_encoding="UTF8",
            application_name="gatekeeper",
            connect_timeout=_WAIT,
            prepare_threshold=None,  # a pool may stand between us and the server
        )

    return create_engine(
        "postgresql+psycopg://",
        creator=connect,
        pool_pre_ping=True,
        pool_timeout=_WAIT,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
    )
