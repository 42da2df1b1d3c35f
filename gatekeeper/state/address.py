"""Where a store is: a file of SQLite, or a database of a PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from gatekeeper.errors import StoreError
from gatekeeper.model.shown import meant, shown

_FORMS = "write sqlite:////folder/file.db or postgresql://user:${env:PASSWORD}@host/database"
_ENCRYPTIONS = ("verify-full", "verify-ca", "require", "disable")
_SETTINGS = ("sslmode", "sslrootcert")


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A file of SQLite."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class StoreServer:
    """A database of a PostgreSQL server. To print it is safe.

    Attributes:
        password: empty where the server asks for none.
        sslmode: what the connection has to be, in the words of libpq.
        sslrootcert: a file with the certificates (PEM) that vouch for the server; None for those that browsers trust.
    """

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str
    sslrootcert: str | None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{host}:{self.port}/{self.database}"


def parse_url(url: str) -> StoreFile | StoreServer:
    """The store that an address names.

    Raises:
        StoreError: it names none. No part of it is repeated that may be secret.
    """
    if url.startswith("sqlite:"):
        name = url.removeprefix("sqlite:///")
        if name == url or not name.startswith("/") or "?" in name or not name.isprintable():
            raise StoreError("the address of the store is no absolute path of a file", _FORMS)
        return StoreFile(Path(unquote(name)))
    if not url.startswith(("postgresql://", "postgres://")):
        raise StoreError("the address of the store is neither of SQLite nor of PostgreSQL", _FORMS)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, 5432 if parts.port is None else parts.port
    except ValueError:
        raise StoreError("the address of the store cannot be read", f"{_FORMS}; escape @, : and / as in URLs") from None
    name = unquote(parts.path.removeprefix("/"))
    if not host or "," in parts.netloc.rpartition("@")[2] or not name or parts.fragment or not parts.username:
        raise StoreError(
            "the address of the store lacks a user, one host or a database, or has more than these", _FORMS
        )
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    for key in given:
        if key not in _SETTINGS:
            hint = meant(key, _SETTINGS).removeprefix("; ") or f"there are {', '.join(_SETTINGS)}"
            raise StoreError(f"the address of the store has the setting {shown(key)}", hint)
    mode = given.get("sslmode", "verify-full")
    if mode not in _ENCRYPTIONS:
        hint = meant(mode, _ENCRYPTIONS).removeprefix("; ") or f"it is one of {', '.join(_ENCRYPTIONS)}"
        raise StoreError(f"the address of the store has sslmode {shown(mode)}", hint)
    user, password = unquote(parts.username), unquote(parts.password or "")
    return StoreServer(host, port, name, user, password, mode, given.get("sslrootcert"))
