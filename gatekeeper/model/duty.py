"""Duties: what is owed by an instant, of a ladder or of a gate, and how that stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gatekeeper.model.finding import Lack
from gatekeeper.model.place import Place
from gatekeeper.model.rule import Expression

Span = timedelta | Expression
"""How long: a span, or an expression that gives a duration."""


@dataclass(frozen=True, slots=True)
class DueAt:
    """Due at the instant that an expression gives; null means that it is not set yet."""

    at: Expression


@dataclass(frozen=True, slots=True)
class DueWithin:
    """Due a span after an instant.

    Attributes:
        start: gives the instant (null while it has not come), or names the level whose reaching it is.
        strictly: whether it is late at the end of the span already, and not only after it.
    """

    start: Expression | str
    span: Span
    strictly: bool


@dataclass(frozen=True, slots=True)
class DueByWorkingDay:
    """Due at the end of the n-th working day after the day of an instant."""

    start: Expression | str
    days: int
    calendar: str


@dataclass(frozen=True, slots=True)
class DueEvery:
    """Due again and again until the duty is discharged: a span after ``last``, at first a span after ``start``.

    Attributes:
        last: gives the instant at which it was done the last time, null while it never was.
    """

    start: Expression | str
    span: Span
    last: Expression


Deadline = DueAt | DueWithin | DueByWorkingDay | DueEvery


@dataclass(frozen=True, slots=True)
class Duty:
    """Something owed by an instant.

    Attributes:
        who: who owes it.
        level: of a ladder, the level from which on it is owed; None for one that does not hang on a level.
        deadline: by when.
        or_at_level: of a ladder, due already when this level is reached, if that comes first; or None.
        recommended: whether it is only advised, and never owed.
    """

    id: str
    title: str
    who: str
    level: str | None
    applies_when: Expression | None
    deadline: Deadline
    or_at_level: str | None
    done_when: Expression
    recommended: bool
    place: Place


class DutyState(StrEnum):
    """How a duty stands."""

    NOT_APPLICABLE = "not_applicable"
    WAITING = "waiting"
    """It is not owed yet: what it counts from has not come."""
    OPEN = "open"
    """It is owed, and its deadline has not passed."""
    OVERDUE = "overdue"
    DONE = "done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DutyStanding:
    """How one duty stands.

    Attributes:
        due: by when, where that is known.
        overdue_by: how long it is overdue, or None.
        told: one line that says why it stands so.
    """

    id: str
    title: str
    who: str
    level: str | None
    state: DutyState
    recommended: bool
    told: str
    place: Place
    due: datetime | None = None
    overdue_by: timedelta | None = None
    lacks: tuple[Lack, ...] = ()
    evidence: tuple[str, ...] = ()
