"""Where a database is: a file beside the sources file, or a PostgreSQL server. No password stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from gatekeeper.model.shown import meant, shown
from gatekeeper.secrets import SecretText

Encryption = Literal["verify-full", "verify-ca", "require", "disable"]

_ENCRYPTIONS: dict[str, Encryption] = {
    "verify-full": "verify-full",
    "verify-ca": "verify-ca",
    "require": "require",
    "disable": "disable",
}
_FORMS = "write sqlite:///file.db, postgresql://user:${env:PASSWORD}@host/database, or one reference to such a text"
_MARK = "\N{SYMBOL FOR SUBSTITUTE}"


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file of SQLite.

    Attributes:
        file: its path from the folder of the sources file.
    """

    file: str

    def __str__(self) -> str:
        return self.file


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A database of a PostgreSQL server.

    Attributes:
        user: may refer to secrets, and so does the password.
        encryption: what the connection has to be, in the words of ``sslmode``.
    """

    host: str
    port: int
    database: str
    user: SecretText
    password: SecretText | None
    encryption: Encryption

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{host}:{self.port}/{self.database}"


Address = SqliteFile | PostgresServer


def parse_address(given: SecretText, *, open_password: bool = False) -> Address:
    """The database that a text names.

    Args:
        given: the text; references to secrets may stand for user and password.
        open_password: whether the password itself may stand in it, since the whole text is a secret.

    Raises:
        ValueError: it is none. The message repeats no part of it that may be secret.
    """
    text = given.text
    if _MARK in text:
        raise ValueError(f"is no address of a database: {_FORMS}")
    for number, reference in enumerate(given.references):
        text = text.replace(str(reference), f"{_MARK}{number}{_MARK}")  # a reference has characters that URLs use
    if text.startswith("sqlite:"):
        return _file(text)
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError(f"is no database: {_FORMS}")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, 5432 if parts.port is None else parts.port
    except ValueError:
        raise ValueError(f"is no address of a database: {_FORMS}") from None
    if not host or port == 0 or "," in parts.netloc.rpartition("@")[2] or "%" in host:
        raise ValueError("names no single host; sockets of this machine and lists of hosts are not reached")
    name = unquote(parts.path.removeprefix("/"))
    if not name or parts.fragment or not name.isprintable():
        raise ValueError("names no database behind the host")
    if not parts.username:
        raise ValueError("names no user: write it before the host, with @ between them")
    if _MARK in host + name + parts.query:
        raise ValueError("has a reference elsewhere than in user or password")
    password = None if parts.password is None else _secret(parts.password, given)
    if password is not None and not password.references and not open_password:
        raise ValueError("has a password written out: write where it is, ${env:NAME} or ${file:/run/secrets/name}")
    return PostgresServer(host, port, name, _secret(parts.username, given), password, _encryption(parts))


def _file(text: str) -> SqliteFile:
    name = text.removeprefix("sqlite:///")
    if name == text or not name or "?" in name or _MARK in name or not name.isprintable():
        raise ValueError("is no file of SQLite: write sqlite:///file.db, from the folder of the sources file")
    return SqliteFile(name)


def _secret(part: str, given: SecretText) -> SecretText:
    """A part of the address, with its references; only what stands between them is escaped as in URLs."""
    pieces = re.split(f"{_MARK}(\\d+){_MARK}", part)
    texts = [str(given.references[int(each)]) if index % 2 else unquote(each) for index, each in enumerate(pieces)]
    references = tuple(given.references[int(each)] for each in pieces[1::2])
    return SecretText("".join(texts), references)


def _encryption(parts: SplitResult) -> Encryption:
    found: Encryption = "verify-full"
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key != "sslmode":
            raise ValueError(f"has the setting {shown(key)}; of those behind ? only sslmode is known")
        if value not in _ENCRYPTIONS:
            words = ", ".join(_ENCRYPTIONS)
            raise ValueError(f"has sslmode {shown(value)}, which is none of {words}{meant(value, _ENCRYPTIONS)}")
        found = _ENCRYPTIONS[value]
    return found
