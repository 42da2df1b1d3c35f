"""How a clean window stands: since when, what broke it, when it completes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Reset:
    """A sample that broke the streak.

    Attributes:
        at: the sample's instant.
        sample: how the report names it.
        cause: what it was.
    """

    at: datetime
    sample: str
    cause: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a clean sample that is longer than the allowed gap.

    Attributes:
        start: the last clean sample before it, or the start of the window.
        end: the first clean sample after it, or the end of what was observed.
        where: head, inside or tail.
        samples: what was there all the same and fills no gap, named.
    """

    start: datetime
    end: datetime
    where: str
    samples: tuple[str, ...] = ()

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Tally:
    """How many samples counted in one way.

    Attributes:
        counted_as: clean, reset, pending or void.
        because: why, in a few words.
        count: how many.
        samples: the names of some of them, the earliest first.
    """

    counted_as: str
    because: str
    count: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowState:
    """How a clean window stands at a decision.

    Attributes:
        length: how long the streak must be.
        max_gap: the longest allowed gap, or None.
        not_before: the earliest start, or None.
        observed_until: up to here the samples were observed (the collection).
        clean_since: start of the present streak, or None where there is none.
        clean_samples: clean samples in the present streak.
        completes_at: when the present streak is long enough if every further sample is clean; None without a streak.
        complete: whether it is long enough by what was observed, whatever the undecided samples come to.
        resets: every sample that broke a streak since ``not_before``, the earliest first.
        gaps: every gap over the limit since ``not_before``, the earliest first.
        tallies: how the samples counted, by name.
        undecided_from: where undecided samples decide whether the window is complete, the first of them; else None.
    """

    length: timedelta
    max_gap: timedelta | None
    not_before: datetime | None
    observed_until: datetime
    clean_since: datetime | None
    clean_samples: int
    completes_at: datetime | None
    complete: bool
    resets: tuple[Reset, ...]
    gaps: tuple[Gap, ...]
    tallies: tuple[Tally, ...]
    undecided_from: datetime | None = None
