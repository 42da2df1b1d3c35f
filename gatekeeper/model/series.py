"""How long something has held without a break, by samples of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Break:
    """What ended a streak.

    Attributes:
        start: the last instant at which the streak still held.
        end: the instant at which it was seen to be broken.
        cause: ``false``, ``unknown``, ``barred`` or ``gap``.
        detail: one line for a person; empty where the cause says all.
    """

    start: datetime
    end: datetime
    cause: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Streak:
    """A stretch of samples that were all true, without too long a gap between them.

    Attributes:
        since: its first sample; None where there is no streak.
        last: its last sample; None where there is no streak.
        broken: what ended the streak before it, or None.
    """

    since: datetime | None = None
    last: datetime | None = None
    broken: Break | None = None


@dataclass(frozen=True, slots=True)
class Sustained:
    """How a condition stands that has to hold for a while.

    Attributes:
        since: since when it has held; None where it does not hold.
        met: whether it has held long enough.
        met_at: when it has held long enough, or will have if it goes on; None where it does not hold.
        broken: what last broke it, or None.
    """

    since: datetime | None
    met: bool
    met_at: datetime | None
    broken: Break | None


@dataclass(frozen=True, slots=True)
class Truth:
    """One sample of a condition.

    Attributes:
        at: its instant.
        value: true, false, or None where it is not known.
        detail: why it is not known, in one line.
    """

    at: datetime
    value: bool | None
    detail: str = ""


NO_TIME = timedelta(0)
