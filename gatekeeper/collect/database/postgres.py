"""A question to a PostgreSQL server, in a transaction that cannot write.

The statement is declared as a cursor (https://www.postgresql.org/docs/current/sql-declare.html): the server's own
grammar then takes a question and nothing else, no writing ``WITH``, no ``SELECT INTO``. The transaction is read-only,
so that functions cannot write to tables either, and it is rolled back. A superuser is not asked: some functions act
outside of every transaction. Everything is set for the transaction alone, since a pool may stand between us and the
server.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from threading import Timer
from typing import TYPE_CHECKING, Any

from gatekeeper.collect.database.address import PostgresServer
from gatekeeper.collect.database.answer import Answered, Budget, Native
from gatekeeper.collect.database.statement import Statement
from gatekeeper.deadline import Deadline
from gatekeeper.model.evidence_sql import ColumnType
from gatekeeper.model.shown import shown
from gatekeeper.redaction import LogFilter
from gatekeeper.refused import MORE_TIME, REACH_SERVER, Refused

if TYPE_CHECKING:
    from psycopg import Connection, Cursor
    from psycopg.adapt import AdaptersMap

logging.getLogger("psycopg").addFilter(LogFilter())  # its lines name users, and repeat what a server says

_NOWHERE = f"{os.devnull}/none"
"""A file that cannot be there: what libpq finds in somebody's home is not used."""

_AGAIN = ("08", "57P01", "57P02", "57P03", "53300", "40001")
"""Beginnings of SQLSTATE that say: not now. A question that only reads may be asked again."""

_TYPES: Mapping[str, ColumnType] = {
    "bool": "bool",
    "int2": "int",
    "int4": "int",
    "int8": "int",
    "oid": "int",
    "float4": "number",
    "float8": "number",
    "timestamptz": "timestamp",
    "json": "json",
    "jsonb": "json",
}
"""What is a type of ours without a loss; everything else is a text, as PostgreSQL writes it."""


_AT_ONCE = struct.pack("ii", 1, 0)
"""Close a connection without waiting for what is on its way (``struct linger``)."""

_FIRST_BATCH = 64
_LARGEST_BATCH = 4096


_AT_THE_END = 0.5
"""Seconds before the deadline in which a statement that was ended ended by its time-out."""

_BUSY = "collect again; if it goes on, see how many connections the server takes and whether it is being restarted"
_WAYS = (
    ("28", "mend user and password, and see that the server lets this role in from here (pg_hba.conf)"),
    ("3D", "mend the name of the database"),
    ("42501", "GRANT SELECT on what the query reads to the role"),
    ("42", "mend the query: ask it of the database with psql, as the same role"),
    ("25006", "ask with a SELECT that calls no function which writes"),
    ("22", "mend the query for the rows that are there, such as with NULLIF around what it divides by"),
    ("57014", "see who ends statements there (pg_cancel_backend), and collect again"),
    ("", "ask the query of the database with psql, as the same role and with the same sslmode, and mend what it tells"),
)
"""What to do, by the beginning of the SQLSTATE; empty where there was no connection."""

_READER = (
    "ask as a role that may only read: CREATE ROLE gatekeeper LOGIN PASSWORD '…'; "
    "GRANT SELECT ON the tables of the statement TO gatekeeper"
)


class NotNow(Refused):
    """The server cannot be reached or cannot answer at the moment, which may pass."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a server is reached.

    Attributes:
        server: where it is.
        addresses: that of its host, which were looked at; at least one.
        user: as it is.
        password: as it is.
        trusted: the file with the certificates that vouch for the server.
        connect_timeout: seconds that one attempt to connect may take.
        replica: whether a server that only follows another will do.
    """

    server: PostgresServer
    addresses: Sequence[str]
    user: str
    password: str
    trusted: str
    connect_timeout: float
    replica: bool

    def __repr__(self) -> str:
        return f"Access({self.server})"


def ask_postgres(
    access: Access,
    statement: Statement,
    parameters: Mapping[str, str | float | None],
    budget: Budget,
    rows: int,
    deadline: Deadline,
) -> Answered:
    """What the server answers.

    Args:
        access: how it is reached.
        statement: the question.
        parameters: a value for each of its parameters.
        budget: counts the rows.
        rows: how many there may be; one more is asked for, so that a cut is seen.
        deadline: the question is broken off then.

    Raises:
        NotNow: it cannot be reached or is not ready.
        Refused: it does not let us in, or as a superuser, it does not understand or does not allow the statement, or it
            takes too long.
    """
    with (
        _told(access, deadline),
        closing(_connected(access, deadline)) as connection,
        _cut_off(connection, deadline) as cut,
    ):
        _refuse_superuser(connection, access)
        connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _settle(connection, access, deadline)
        declare = f"DECLARE gatekeeper NO SCROLL CURSOR WITHOUT HOLD FOR {statement.numbered}"
        cursor = connection.cursor()
        # With parameters, even with none, the server takes one statement and no more.
        cursor.execute(declare, [parameters[name] for name in statement.names], binary=False, prepare=True)
        found = _fetched(cursor, budget, rows + 1, cut)
        connection.execute("ROLLBACK")
    return found


def _connected(access: Access, deadline: Deadline) -> Connection[Any]:
    from psycopg import Connection, RawCursor, pq

    server = access.server
    verified = server.encryption.startswith("verify")
    many = len(access.addresses)
    left = deadline.left / many
    return Connection.connect(
        host=",".join([server.host] * many),
        hostaddr=",".join(access.addresses),
        port=server.port,
        dbname=server.database,
        user=access.user,
        password=access.password,
        sslmode=server.encryption,
        sslrootcert=access.trusted if verified else _NOWHERE,
        # Whoever answers could ask for the password itself. libpq can refuse that since version 16.
        require_auth="!password" if not verified and pq.version() >= 160_000 else None,
        # The rest is said so that no variable and no file of whoever runs this says it.
        passfile=_NOWHERE,
        sslcert=_NOWHERE,
        sslkey=_NOWHERE,
        sslcrl="",
        gssencmode="disable",
        target_session_attrs="any",
        options="",
        client_encoding="UTF8",
        application_name="gatekeeper",
        connect_timeout=max(1, ceil(min(left, access.connect_timeout))),
        tcp_user_timeout=max(1, int(deadline.left * 1000)),
        autocommit=True,  # the transaction is begun below, in words of ours
        context=_as_texts(),
        cursor_factory=RawCursor,
    )


def _refuse_superuser(connection: Connection[Any], access: Access) -> None:
    """What the role is, the server tells when the connection is made; one that does not tell it is not asked.

    https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC
    """
    if connection.info.parameter_status("is_superuser") != "off":
        told = "the role is a superuser, whose functions write also where a transaction only reads"
        raise Refused("failed", f"{access.server}: {told}", _READER)


def _as_texts() -> AdaptersMap:
    """Values come as the texts that PostgreSQL writes: Python's types would lose offsets, digits and months."""
    import psycopg
    from psycopg.adapt import AdaptersMap
    from psycopg.types.string import TextLoader

    adapters = AdaptersMap(psycopg.adapters)
    for info in psycopg.adapters.types:
        for oid in (info.oid, info.array_oid):
            if oid:
                adapters.register_loader(oid, TextLoader)
    return adapters


def _settle(connection: Connection[Any], access: Access, deadline: Deadline) -> None:
    """The transaction's own settings. The question that comes with them fixes what it sees, and that it only reads."""
    milliseconds = max(1, int(deadline.left * 1000))
    settings = {
        "statement_timeout": str(milliseconds),
        "lock_timeout": str(milliseconds),
        "idle_in_transaction_session_timeout": str(milliseconds + 1000),
        "default_transaction_read_only": "on",
        "standard_conforming_strings": "on",
        "TimeZone": "UTC",
        "DateStyle": "ISO, YMD",
        "IntervalStyle": "iso_8601",
        "bytea_output": "hex",
        "extra_float_digits": "1",
        "cursor_tuple_fraction": "1",  # all rows are wanted, so the plan is to be the best for all
    }
    each = ", ".join(f"set_config(${2 * number + 1}, ${2 * number + 2}, true)" for number in range(len(settings)))
    pairs = [part for pair in settings.items() for part in pair]
    row = connection.execute(f"SELECT pg_is_in_recovery(), {each}".encode(), pairs).fetchone()
    if (row is None or row[0] != "f") and not access.replica:
        raise Refused(
            "failed", f"{access.server} is a replica, whose rows may be old: ask the primary, or allow it with replica"
        )


def _fetched(cursor: Cursor[Any], budget: Budget, most: int, cut: Callable[[], None]) -> Answered:
    """The rows as they come, so that a large answer is left before it is here.

    The server makes all rows of one ``FETCH`` before it sends the first, so the first ones ask for few.
    """
    names, kinds = _columns(cursor.execute(b"FETCH FORWARD 0 FROM gatekeeper"))
    rows: list[tuple[Native, ...]] = []
    batch = _FIRST_BATCH
    while True:
        before = len(rows)
        wanted = min(batch, most - before)
        stream: Any = cursor.stream(f"FETCH FORWARD {wanted} FROM gatekeeper".encode())
        with closing(stream):
            for row in stream:
                try:
                    budget.take(row)
                except Refused:
                    cut()  # else psycopg would wait for what is still on its way
                    raise
                rows.append(tuple(map(_native, kinds, row)))
        if len(rows) - before < wanted:
            return Answered(names, tuple(_TYPES.get(kind, "string") for kind in kinds), tuple(rows))
        batch = min(batch * 2, _LARGEST_BATCH)


def _columns(cursor: Cursor[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    columns = cursor.description or []
    types = cursor.adapters.types
    found = [(types.get(column.type_code), column.type_code) for column in columns]
    # The same entry stands for a type and for lists of it.
    kinds = tuple(info.name if info is not None and info.oid == code else "" for info, code in found)
    return tuple(column.name for column in columns), kinds


def _native(kind: str, text: str | None) -> Native:
    if text is None:
        return None
    match kind:
        case "bool":
            return text == "t"
        case "int2" | "int4" | "int8" | "oid":
            return int(text)
        case "float4" | "float8":
            return float(text)
        case "numeric":
            return Decimal(text)
        case _:
            return text


@contextmanager
def _cut_off(connection: Connection[Any], deadline: Deadline) -> Iterator[Callable[[], None]]:
    """Ends the connection at the deadline: a server that went away answers neither us nor its own time-out.

    What it yields ends it at once.
    """
    descriptor = os.dup(connection.fileno())

    def cut() -> None:
        with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connected:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)  # so that the server notices
            connected.shutdown(socket.SHUT_RDWR)

    timer = Timer(deadline.left, cut)
    timer.daemon = True
    timer.start()
    try:
        yield cut
    finally:
        timer.cancel()
        os.close(descriptor)


@contextmanager
def _told(access: Access, deadline: Deadline) -> Iterator[None]:
    """What the server says, on one line. Of its messages only the first part is told: others may hold content."""
    import psycopg

    server = access.server
    try:
        yield
    except psycopg.Error as error:
        code = error.sqlstate or ""
        # The server's own time-out is set to end with the deadline: what is ended before, somebody ended.
        if deadline.passed or (code in ("57014", "55P03") and deadline.left < _AT_THE_END):
            raise Refused("failed", f"{server} did not answer in time (timeout, deadline)", MORE_TIME) from None
        said = _line(error.diag.message_primary or "") if code else _reason(error)
        if code.startswith(_AGAIN) if code else _may_pass(error):
            raise NotNow("failed", f"{server}: {said}", _BUSY if code else REACH_SERVER) from None
        if code == "25006" or "DECLARE CURSOR" in said:
            said = f"the statement does more than read, which is not allowed ({said})"
        told = f"{server}: {said}{f' (SQLSTATE {code})' if code else ''}"
        raise Refused("failed", told, next(way for begin, way in _WAYS if code.startswith(begin))) from None
    except UnicodeError:
        raise Refused("mistyped", f"{server}: a text of the answer is not UTF-8") from None


def _may_pass(error: Exception) -> bool:
    """Whether a connection that was not made may be made later. Where the server said no, it stays with that."""
    from psycopg import OperationalError

    text = str(error)
    if "FATAL" in text:
        return "starting up" in text or "too many" in text or "shutting down" in text
    return isinstance(error, OperationalError) and "SSL" not in text and "certificate" not in text


def _reason(error: Exception) -> str:
    """Why there is no connection. libpq writes several lines, and repeats the address before the reason."""
    first = next(iter(str(error).splitlines()), "")
    return _line(first.rpartition("failed: ")[2].removeprefix("FATAL:")) or "the connection broke"


def _line(text: str) -> str:
    return shown(" ".join(text.split()), 200)[1:-1].replace('\\"', '"')
