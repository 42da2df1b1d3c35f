"""What a database answers to one statement that only reads: a file of SQLite, or a PostgreSQL server."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from pydantic import Field, field_validator, model_validator

from gatekeeper.collect.database.address import Address, PostgresServer, SqliteFile, parse_address
from gatekeeper.collect.database.answer import Answered, Budget, rows_of
from gatekeeper.collect.database.statement import Statement, parse_statement
from gatekeeper.collect.files import locate
from gatekeeper.collect.interface import CollectRequest, FileText, SourceConfig, Span, brought
from gatekeeper.model.canonical import digest_of
from gatekeeper.model.evidence_sql import ColumnType
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence
from gatekeeper.net.addresses import parse_network
from gatekeeper.net.retries import pause
from gatekeeper.net.texts import NetworkText
from gatekeeper.refused import RESOLVE_HOST, Refused
from gatekeeper.secrets import SecretText

_FOR_SERVERS = ("allow_addresses", "ca_file", "connect_timeout", "replica", "retries")


class SqlConfig(SourceConfig):
    """A question to a database.

    Attributes:
        database: where it is; references to secrets may stand for user and password, or for the whole.
        query: the statement; its parameters are written ``:name``.
        parameters: a value for each of them.
        columns: column → what its values are, where the database does not say it or says it otherwise.
        max_rows: with more rows than that, the answer is no evidence.
        replica: whether a server that only follows another will do.
        allow_addresses: networks that may be reached although they are not public.
        ca_file: certificates (PEM) to trust instead of the usual ones, relative to the folder of the sources file.
        retries: how many more attempts there may be.
        connect_timeout: how long one attempt to connect may take.
    """

    database: SecretText
    query: str = Field(min_length=1)
    parameters: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    columns: dict[str, ColumnType] = Field(default_factory=dict)
    max_rows: int = Field(default=10_000, ge=1, le=100_000)
    replica: bool = False
    allow_addresses: list[NetworkText] = Field(default_factory=list)
    ca_file: FileText | None = None
    retries: int = Field(default=3, ge=0, le=10)
    connect_timeout: Span = Field(default=timedelta(seconds=5), gt=timedelta(0), le=timedelta(minutes=1))

    @field_validator("database")
    @classmethod
    def _is_one(cls, given: SecretText) -> SecretText:
        if not _is_reference(given):
            parse_address(given)
        return given

    @field_validator("query")
    @classmethod
    def _asks(cls, query: str) -> str:
        parse_statement(query)
        return query

    @model_validator(mode="after")
    def _fits(self) -> SqlConfig:
        wanted = self.statement.names
        lacking = [name for name in wanted if name not in self.parameters]
        if lacking:
            raise ValueError(f"query has :{lacking[0]}, and parameters gives it no value")
        unused = [name for name in self.parameters if name not in wanted]
        if unused:
            raise ValueError(f"parameters gives a value for {shown(unused[0])}, and query has no :{unused[0]}")
        if not _is_reference(self.database) and isinstance(parse_address(self.database), SqliteFile):
            idle = [name for name in _FOR_SERVERS if name in self.model_fields_set]
            if idle:
                raise ValueError(f"{idle[0]} is for servers, and the database is a file")
        return self

    @property
    def statement(self) -> Statement:
        """The statement, taken apart."""
        return parse_statement(self.query)

    def source_line(self) -> str:
        """The file, or host, port and database; where the whole is a secret, its reference."""
        return str(self.database) if _is_reference(self.database) else str(parse_address(self.database))


class SqlCollector:
    """Asks one question in a transaction that cannot write. No row is an answer; half of the rows are none."""

    kind = "sql"
    gives = "rows"
    config = SqlConfig

    def collect(self, request: CollectRequest[SqlConfig]) -> Evidence:
        """The rows in the shape of their kind."""
        config = request.config
        request.trace.asking(_asked(config))
        address = _address(request)
        if isinstance(address, SqliteFile):
            answered = _of_file(request, address)
        else:
            answered = _of_server(request, address)
        return brought(self, request, config.source_line(), rows_of(answered, config.columns))


def _is_reference(given: SecretText) -> bool:
    """Whether a text is one reference to a secret, and nothing beside it."""
    return len(given.references) == 1 and given.text == str(given.references[0])


def _asked(config: SqlConfig) -> str:
    """What is asked: the digest of the statement as the sources file has it, and its parameters."""
    given = ", ".join(f"{name}={shown(value)}" for name, value in sorted(config.parameters.items()))
    return f"SQL {digest_of(config.query.encode())}" + (f" with {given}"[:400] if given else "")


def _address(request: CollectRequest[SqlConfig]) -> Address:
    given = request.config.database
    if not _is_reference(given):
        return parse_address(given)
    try:
        return parse_address(SecretText(request.secrets.reveal(given)), open_password=True)
    except ValueError as error:
        raise Refused("failed", f"the secret {given} {error}") from None


def _of_file(request: CollectRequest[SqlConfig], address: SqliteFile) -> Answered:
    from gatekeeper.collect.database.sqlite import ask_sqlite

    config = request.config
    request.trace.tried()
    budget = Budget(config.max_rows, config.max_bytes)
    return ask_sqlite(
        request.base, address.file, config.statement, config.parameters, budget, config.max_bytes, request.deadline
    )


def _of_server(request: CollectRequest[SqlConfig], server: PostgresServer) -> Answered:
    try:
        import psycopg  # noqa: F401  it is an extra of the package
    except ImportError:
        hint = "install gatekeeper-gates[postgres]"
        raise Refused("failed", f"PostgreSQL is asked through psycopg, which is not here: {hint}") from None
    from gatekeeper.collect.database.postgres import Access, NotNow, ask_postgres

    config = request.config
    access = Access(
        server=server,
        addresses=_addresses(request, server),
        user=_plain(request, server.user),
        password="" if server.password is None else _plain(request, server.password),
        trusted=_trusted(request),
        connect_timeout=config.connect_timeout.total_seconds(),
        replica=config.replica,
    )
    while True:
        request.trace.tried()
        try:
            return ask_postgres(
                access,
                config.statement,
                config.parameters,
                Budget(config.max_rows, config.max_bytes),
                config.max_rows,
                request.deadline,
            )
        except NotNow:
            wait = pause(request.trace.attempts, None, request.clock())
            if request.trace.attempts > config.retries or wait >= request.deadline.left:
                raise
            time.sleep(wait)


def _addresses(request: CollectRequest[SqlConfig], server: PostgresServer) -> tuple[str, ...]:
    """Those that the host leads to, once each of them was looked at."""
    import httpcore  # here, as the transport below

    from gatekeeper.net.transport import verified

    try:
        return verified(server.host, server.port, tuple(map(parse_network, request.config.allow_addresses)))
    except httpcore.ConnectError:
        told = f"{shown(server.host, 80)} cannot be resolved at the moment"
        raise Refused("failed", told, RESOLVE_HOST) from None


def _plain(request: CollectRequest[SqlConfig], text: SecretText) -> str:
    return request.secrets.reveal(text) if text.references else text.text


def _trusted(request: CollectRequest[SqlConfig]) -> str:
    """The file of the certificates to trust; those that ``http`` trusts, unless the source names others."""
    if request.config.ca_file is not None:
        return str(locate(request.base, request.config.ca_file))
    import certifi

    found: Any = certifi.where()
    return str(found)
