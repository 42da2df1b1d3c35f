"""A question to a file of SQLite, which is opened for reading alone.

Four locks lie on it, each of which would be enough: the file is opened read-only, ``query_only`` is set, the authorizer
allows nothing but to select, and SQLite itself takes one statement at a time
(https://www.sqlite.org/c3ref/set_authorizer.html).
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from gatekeeper.collect.database.answer import Answered, Budget, Native
from gatekeeper.collect.database.statement import Statement
from gatekeeper.collect.files import locate
from gatekeeper.deadline import Deadline
from gatekeeper.model.shown import shown
from gatekeeper.refused import MORE_TIME, NO_SUCH_FILE, Refused

if TYPE_CHECKING:
    from sqlite3 import Connection

_STEPS = 10_000
"""How many instructions SQLite runs between two looks at the deadline."""

_FORBIDDEN = ("authoriz", "prohibited", "readonly", "unsafe use")
"""Words by which SQLite says that a statement may not do what it does."""

_OUTSIDE = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
"""Functions that reach out of the database, where a build has them."""


def ask_sqlite(
    base: Path,
    name: str,
    statement: Statement,
    parameters: Mapping[str, str | float | None],
    budget: Budget,
    most: int,
    deadline: Deadline,
) -> Answered:
    """What the file answers.

    Args:
        base: the folder of the sources file.
        name: the file, from there.
        statement: the question.
        parameters: a value for each of its parameters.
        budget: counts the rows.
        most: the largest single value in bytes.
        deadline: the question is broken off then.

    Raises:
        Refused: there is no such file, it is no database, the statement is not allowed or not understood, or it takes
            too long.
    """
    path = _regular(base, name)
    with _told(name, deadline), closing(_opened(path, most, deadline)) as connection:
        cursor = connection.execute(statement.text, parameters)
        names = tuple(column[0] for column in cursor.description or ())
        rows: list[tuple[Native, ...]] = []
        for row in cursor:
            budget.take(row)
            rows.append(row)
    return Answered(names, (None,) * len(names), tuple(rows))


def _regular(base: Path, name: str) -> Path:
    """SQLite would wait for a pipe, and make a file that is not there."""
    path = locate(base, name)
    try:
        about = path.lstat()
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        reason = "there is no such file or folder" if gone else "cannot be reached"
        raise Refused("failed", f"{shown(name, 120)} {reason}", NO_SUCH_FILE if gone else "") from None
    if not stat.S_ISREG(about.st_mode):
        raise Refused("failed", f"{shown(name, 120)} is not a regular file")
    return path


def _opened(path: Path, most: int, deadline: Deadline) -> Connection:
    import sqlite3  # here, since few sources are databases

    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(
        address, uri=True, timeout=deadline.left, isolation_level=None, cached_statements=0, check_same_thread=True
    )
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")  # a view of the file may not call what reaches out of it
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, most)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_progress_handler(lambda: deadline.passed, _STEPS)
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}

    def authorize(action: int, _first: str | None, second: str | None, *_rest: object) -> int:
        harmless = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _OUTSIDE
        return sqlite3.SQLITE_OK if action in allowed or harmless else sqlite3.SQLITE_DENY

    connection.set_authorizer(authorize)
    return connection


@contextmanager
def _told(name: str, deadline: Deadline) -> Iterator[None]:
    """What SQLite says, as a refusal: its messages name parts of the statement and of the schema, and no content."""
    import sqlite3

    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        text = " ".join(str(error).split())[:200]
        if deadline.passed or text == "interrupted":
            raise Refused(
                "failed", f"{shown(name, 120)} did not answer in time (timeout, deadline)", MORE_TIME
            ) from None
        if "Could not decode" in text:
            raise Refused("mistyped", f"{shown(name, 120)} holds a text that is not UTF-8") from None
        if any(word in text for word in _FORBIDDEN):
            text = f"the statement does more than read, which is not allowed ({text})"
        raise Refused("failed", f"{shown(name, 120)}: {text}") from None
