"""A store that is open: each kind of what it keeps has a part of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gatekeeper.state.alerts import Alerts
from gatekeeper.state.database import Database
from gatekeeper.state.events import Events
from gatekeeper.state.leases import Leases
from gatekeeper.state.outbox import Outbox
from gatekeeper.state.pruning import Retention, prune
from gatekeeper.state.samples import Samples
from gatekeeper.state.states import States


@dataclass(frozen=True, slots=True)
class Store:
    """What gatekeeper keeps between two looks. Several threads, processes and machines may use one at once.

    Every method of every part is one short transaction, and raises ``StoreError`` where the database cannot do it.
    """

    database: Database

    @property
    def name(self) -> str:
        """Where it is, for people; without user and password."""
        return self.database.name

    @property
    def states(self) -> States:
        """States of modes and ladders, their changes and their decisions."""
        return States(self.database)

    @property
    def samples(self) -> Samples:
        """Snapshots of evidence."""
        return Samples(self.database)

    @property
    def events(self) -> Events:
        """What people did."""
        return Events(self.database)

    @property
    def alerts(self) -> Alerts:
        """Alerts that were received."""
        return Alerts(self.database)

    @property
    def leases(self) -> Leases:
        """Who does what for a while."""
        return Leases(self.database)

    @property
    def outbox(self) -> Outbox:
        """Messages that are to be sent."""
        return Outbox(self.database)

    def prune(self, now: datetime, retention: Retention | None = None) -> dict[str, int]:
        """Forget what is older than it has to be: table → how many rows went."""
        return prune(self.database, now, retention or Retention())

    def try_writing(self) -> None:
        """Write nothing, in a transaction that could.

        Raises:
            StoreError: the store cannot be written to.
        """
        with self.database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM gatekeeper_leases WHERE name = ''")
