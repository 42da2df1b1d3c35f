"""The store: what gatekeeper keeps between two looks, in a file of SQLite or in a PostgreSQL database.

SQLAlchemy is imported when a store is opened, and not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gatekeeper.errors import StoreError

if TYPE_CHECKING:
    from gatekeeper.state.store import Store

__all__ = ["open_store"]


@contextmanager
def open_store(url: str, *, create: bool = True) -> Iterator[Store]:
    """The store at an address, for as long as the block lasts. Several threads may use it.

    Its tables are made, or brought to the schema of this version, where they are not.

    Args:
        url: ``sqlite:////absolute/file.db``, or ``postgresql://user:password@host:port/database?sslmode=…``.
        create: whether a file that is not there is made.

    Raises:
        StoreError: it cannot be used, in one line without the password.
    """
    try:
        import sqlalchemy  # noqa: F401  it is an extra of the package
    except ImportError:
        hint = "install gatekeeper-gates[store]"
        raise StoreError("the store is kept through SQLAlchemy, which is not here", hint) from None
    from gatekeeper.state.address import parse_url
    from gatekeeper.state.database import opened
    from gatekeeper.state.migrating import migrate
    from gatekeeper.state.store import Store

    with opened(parse_url(url), create=create) as database:
        migrate(database)
        yield Store(database)
