"""Working days: which days count, and when the n-th of them ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from gatekeeper.model.place import Place

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MOST_DAYS = 366
"""How many working days a deadline may be away."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days people work.

    Attributes:
        working_days: words of ``WEEKDAYS``, at least one.
        holidays: days off all the same.
        zone: the time zone in which days begin and end: an IANA name, or an offset such as ``+03:00``.
        hours: from which minute of a working day on people work, and from which on they do not any more; None where the
            calendar does not say.
        digest: sha256 of the calendar's content, free of layout and comments.
    """

    id: str
    title: str
    working_days: frozenset[str]
    holidays: frozenset[date]
    zone: str
    digest: str
    place: Place
    hours: tuple[int, int] | None = None

    def works_on(self, day: date) -> bool:
        """Whether people work on a day."""
        return WEEKDAYS[day.weekday()] in self.working_days and day not in self.holidays


def end_of_working_day(start: datetime, count: int, calendar: Calendar, zone: tzinfo) -> datetime:
    """The end of the ``count``-th working day after the day of ``start``, whether that is one itself or not.

    Args:
        start: an instant; its day is the one that the calendar's zone has then.
        count: 1 to ``MOST_DAYS``.
        zone: the calendar's zone.

    Raises:
        OverflowError: the day lies outside of the years 1 to 9999.
    """
    day = start.astimezone(zone).date()
    left = count
    while left:
        day += timedelta(days=1)
        left -= calendar.works_on(day)
    # The last microsecond, as deadlines on a date end elsewhere; from the next midnight, since a day may be cut short.
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(start.tzinfo) - timedelta(microseconds=1)


def opening(at: datetime, calendar: Calendar, zone: tzinfo) -> datetime | None:
    """The next instant, ``at`` itself included, that lies within the hours of a calendar; None where none does.

    Args:
        at: an instant; the answer has its time zone.
        calendar: one with hours.
        zone: the calendar's zone.

    Raises:
        OverflowError: it lies outside of the years 1 to 9999.
    """
    begin, end = calendar.hours or (0, 0)
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    if calendar.works_on(local.date()) and begin <= minute < end:
        return at
    day = local.date() if minute < begin else local.date() + timedelta(days=1)
    for _ in range(MOST_DAYS):
        if calendar.works_on(day):
            return datetime.combine(day, time(begin // 60, begin % 60), zone).astimezone(at.tzinfo)
        day += timedelta(days=1)
    return None
