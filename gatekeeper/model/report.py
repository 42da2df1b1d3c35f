"""What a renderer receives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gatekeeper.model.decision import Decision


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A snapshot that is there: its time, and the file."""

    taken_at: datetime
    origin: str


@dataclass(frozen=True, slots=True)
class Report:
    """The decisions of one run, with what helps to read them.

    Attributes:
        decisions: one for each policy that was asked for, in that order.
        recorded: snapshots that the reader could look at instead, the newest first.
        explain: whether passing rules are shown with the values that they saw as well.
    """

    decisions: tuple[Decision, ...]
    recorded: tuple[RecordedDay, ...] = ()
    explain: bool = False
