"""Leases: for a while, one of several instances does a thing, such as to look at a mode every 30 s.

They save work and are no lock: what keeps two instances from making the same change twice is that a state is only
replaced in the version that was read (``States.advance``). The clocks of instances should agree to within a fraction
of a lease.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from gatekeeper.state.database import Database
from gatekeeper.state.tables import leases


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases of a store. Every method is one short transaction."""

    database: Database

    def acquire(self, name: str, holder: str, now: datetime, ttl: timedelta) -> bool:
        """Take a lease that nobody holds, that has ended, or that is one's own.

        Args:
            name: what it is for.
            holder: who takes it: a name that no other instance has.
            ttl: how long it holds from ``now``, unless it is renewed.

        Returns:
            Whether the holder has it now.
        """
        mine = {"holder": holder, "expires_at": now + ttl}
        taken = (
            self.database.insert(leases)
            .values(name=name, **mine)
            .on_conflict_do_update(
                index_elements=[leases.c.name],
                set_=mine,
                where=(leases.c.holder == holder) | (leases.c.expires_at <= now),
            )
            .returning(leases.c.name)
        )
        with self.database.writing() as connection:
            return connection.execute(taken).first() is not None

    def renew(self, name: str, holder: str, now: datetime, ttl: timedelta) -> bool:
        """Hold a lease for longer. False where it has ended or is another's: then it has to be taken anew."""
        mine = (leases.c.name == name) & (leases.c.holder == holder) & (leases.c.expires_at > now)
        with self.database.writing() as connection:
            return connection.execute(update(leases).where(mine).values(expires_at=now + ttl)).rowcount == 1

    def release(self, name: str, holder: str) -> bool:
        """Give a lease back before it ends; False where it is not the holder's."""
        mine = (leases.c.name == name) & (leases.c.holder == holder)
        with self.database.writing() as connection:
            return connection.execute(delete(leases).where(mine)).rowcount == 1

    def holder(self, name: str, now: datetime) -> str | None:
        """Who holds a lease; None for nobody."""
        asked = select(leases.c.holder).where(leases.c.name == name, leases.c.expires_at > now)
        with self.database.reading() as connection:
            found: str | None = connection.execute(asked).scalar()
        return found
