"""What a database says when it cannot, as one line that tells what to do. Statements and passwords are in none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from gatekeeper.errors import StoreError
from gatekeeper.model.shown import cut, on_one_line

_OF_SQLITE: tuple[tuple[str, str, str, bool], ...] = (
    ("SQLITE_BUSY", "is locked by another process", "see which one holds it (fuser), and try again", True),
    ("SQLITE_LOCKED", "is locked by another process", "see which one holds it (fuser), and try again", True),
    ("SQLITE_READONLY", "is read-only", "let this user write to the file and to its folder", False),
    ("SQLITE_NOTADB", "is no SQLite database", "name another file under `store`, or restore a backup", False),
    ("SQLITE_CORRUPT", "is damaged", "restore a backup, or move the file away to begin anew", False),
    ("SQLITE_FULL", "cannot grow: the disk is full", "make room, and try again", True),
    ("SQLITE_CANTOPEN", "cannot be opened", "let this user read and write the file and its folder", False),
    ("SQLITE_PERM", "cannot be opened", "let this user read and write the file and its folder", False),
    ("SQLITE_AUTH", "cannot be opened", "let this user read and write the file and its folder", False),
    ("SQLITE_IOERR", "cannot be read or written", "see the disk that it lies on", True),
    ("SQLITE_SCHEMA", "was changed by another process", "try again", True),
)
"""Beginning of SQLite's name of the error → what is wrong, what to do, whether it may pass."""

_OF_POSTGRES: tuple[tuple[str, str, bool], ...] = (
    ("28", "mend user and password, and see that the server lets this role in from here (pg_hba.conf)", False),
    ("3D", "make the database (CREATE DATABASE), or mend its name", False),
    ("42501", "GRANT this role what it lacks; it has to make tables in its schema once", False),
    ("25006", "name the primary server, which can be written to", False),
    ("53", "see how many connections, and how much disk and memory, the server has left", True),
    ("55P03", "another transaction holds it; try again", True),
    ("57014", "the server was too slow or somebody ended the statement; try again", True),
    ("57P", "the server is being started or stopped; try again", True),
    ("40", "try again", True),
    ("08", "see that the server runs and can be reached from here", True),
    ("42P01", "a table of gatekeeper was removed: restore a backup", False),
    ("XX", "the server's files are damaged: restore a backup", False),
)
"""Beginning of the SQLSTATE → what to do, whether it may pass."""

_REACH = "see that the server runs and can be reached from here, and that host and port are right"
_LOGIN = "mend user and password, and see that the server lets this role in from here (pg_hba.conf)"
_TLS = "mend sslmode or sslrootcert of the address, or the server's certificate"


@contextmanager
def told(name: str) -> Iterator[None]:
    """Whatever the database of that name refuses in the block, as a ``StoreError``."""
    try:
        yield
    except NoConnection:
        hint = "more is asked of it at once than there are connections; try again"
        raise StoreError(f"the store {name} is busy", hint, passing=True) from None
    except DBAPIError as error:
        raise _refusal(name, error.orig or error) from None
    except SQLAlchemyError as error:
        raise StoreError(f"the store {name}: {_line(str(error))}") from None


def _refusal(name: str, error: BaseException) -> StoreError:
    if isinstance(error, sqlite3.Error):
        return _of_file(name, error)
    code = getattr(error, "sqlstate", None) or ""
    return _of_server(name, error, code) if code else _unreached(name, error)


def _of_file(name: str, error: sqlite3.Error) -> StoreError:
    said = getattr(error, "sqlite_errorname", "") or ""
    for begin, what, hint, passing in _OF_SQLITE:
        if said.startswith(begin):
            return StoreError(f"the store {name} {what}", hint, passing=passing)
    if "no such table" in str(error):
        hint = "restore a backup, or move the file away to begin anew"
        return StoreError(f"the store {name} was replaced by another file, or lacks a table", hint)
    return StoreError(f"the store {name}: {_line(str(error))}")


def _of_server(name: str, error: BaseException, code: str) -> StoreError:
    primary = getattr(getattr(error, "diag", None), "message_primary", None) or "the server refused"
    found = next(((hint, passing) for begin, hint, passing in _OF_POSTGRES if code.startswith(begin)), ("", False))
    return StoreError(f"the store {name}: {_line(primary)} (SQLSTATE {code})", found[0], passing=found[1])


def _unreached(name: str, error: BaseException) -> StoreError:
    """A connection that was not made. libpq writes several lines, and repeats the address before the reason."""
    first = next((line for line in str(error).splitlines() if line.strip()), "")
    reason = first.rpartition("failed: ")[2]
    said = _line(reason.removeprefix("FATAL:")) or "the connection broke"
    if "SSL" in said or "certificate" in said:
        return StoreError(f"the store {name}: {said}", _TLS)
    if "FATAL" in reason:
        passing = any(word in reason for word in ("starting up", "too many", "shutting down"))
        if passing:
            return StoreError(f"the store {name}: {said}", "try again", passing=True)
        unmade = "does not exist" in said and "database" in said
        return StoreError(f"the store {name}: {said}", _OF_POSTGRES[1][1] if unmade else _LOGIN)
    return StoreError(f"the store {name} cannot be reached: {said}", _REACH, passing=True)


def _line(text: str) -> str:
    return cut(on_one_line(text), 200)
