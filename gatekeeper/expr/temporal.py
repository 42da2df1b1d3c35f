"""Instants and stretches of time, exact to the nanosecond.

Formats: RFC 3339 for timestamps, with an offset always (https://www.rfc-editor.org/rfc/rfc3339),
and for durations the decimal numbers with units of the CEL language definition (``1h30m``, ``1.5s``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_INSTANT: Final = (date.min.toordinal() - _EPOCH_DAY) * DAY
LAST_INSTANT: Final = (date.max.toordinal() - _EPOCH_DAY + 1) * DAY - 1
LONGEST: Final = 2**63 - 1

_TIMESTAMP: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_PART: Final = re.compile(r"(?=\.?\d)(\d{0,20})(?:\.(\d{0,30}))?(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_UNITS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """An instant between 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z.

    Attributes:
        ns: nanoseconds since 1970-01-01T00:00:00Z.
    """

    ns: int

    def __post_init__(self) -> None:
        if not FIRST_INSTANT <= self.ns <= LAST_INSTANT:
            raise ValueError("the instant is outside of the years 1 to 9999")

    @classmethod
    def of(cls, instant: datetime) -> Timestamp:
        """The same instant.

        Raises:
            ValueError: the datetime has no offset.
        """
        if instant.tzinfo is None:
            raise ValueError("a datetime without an offset is no instant")
        since = instant - _EPOCH
        return cls((since.days * 86_400 + since.seconds) * SECOND + since.microseconds * 1_000)

    @classmethod
    def parse(cls, text: str) -> Timestamp:
        """An RFC 3339 timestamp with an offset.

        Raises:
            ValueError: anything else, such as a bare date, ``now``, or a time without an offset.
        """
        found = _TIMESTAMP.fullmatch(text)
        if found is None:
            raise ValueError("no RFC 3339 timestamp with an offset, such as 2026-01-31T09:30:00Z")
        year, month, day, hour, minute, second = (int(found[at]) for at in range(1, 7))
        away = int(found[9] or 0), int(found[10] or 0)
        if hour > 23 or minute > 59 or second > 59 or away[0] > 23 or away[1] > 59:
            raise ValueError("no such time of day")
        offset = (away[0] * HOUR + away[1] * MINUTE) * (-1 if found[8] == "-" else 1)
        clock = hour * HOUR + minute * MINUTE + second * SECOND + int((found[7] or "").ljust(9, "0"))
        return cls(_day(year, month, day) + clock - offset)

    def to_datetime(self) -> datetime:
        """The same instant in UTC, cut to whole microseconds."""
        return _EPOCH + timedelta(microseconds=self.ns // 1_000)

    def __str__(self) -> str:
        """RFC 3339 in UTC, with none, three, six or nine digits after the second."""
        whole, rest = divmod(self.ns, SECOND)
        instant = _EPOCH + timedelta(seconds=whole)
        return f"{instant:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + _fraction(rest) + "Z"


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A stretch of time, of either sign, up to about 292 years (nanoseconds in 64 bits).

    Attributes:
        ns: its length in nanoseconds.
    """

    ns: int

    def __post_init__(self) -> None:
        if not -LONGEST - 1 <= self.ns <= LONGEST:
            raise ValueError("the duration is longer than 292 years")

    @classmethod
    def of(cls, stretch: timedelta) -> Duration:
        """The same stretch."""
        return cls(((stretch.days * 86_400 + stretch.seconds) * 1_000_000 + stretch.microseconds) * 1_000)

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Decimal numbers with units ``h m s ms us ns``, largest first or not: ``1h30m``, ``-1.5s``.

        Raises:
            ValueError: anything else; days have no unit in CEL.
        """
        body = text[1:] if text[:1] in ("+", "-") else text
        total, at = 0, 0
        while found := _PART.match(body, at):
            scale, digits = _UNITS[found[3]], found[2] or ""
            total += int(found[1] or 0) * scale + int(digits or 0) * scale // 10 ** len(digits)
            at = found.end()
        if body != "0" and (at == 0 or at != len(body)):
            raise ValueError('no duration with units h, m, s, ms, us or ns, such as "1h30m"')
        return cls(-total if text[:1] == "-" else total)

    def to_timedelta(self) -> timedelta:
        """The same stretch, cut to whole microseconds towards zero."""
        micro = abs(self.ns) // 1_000
        return timedelta(microseconds=-micro if self.ns < 0 else micro)

    def __str__(self) -> str:
        """In seconds, as CEL writes it: ``604800s``, ``1.500s``."""
        whole, rest = divmod(abs(self.ns), SECOND)
        return f"{'-' if self.ns < 0 else ''}{whole}{_fraction(rest)}s"

    def readable(self) -> str:
        """For people: ``7d``, ``1h30m``, ``1.5s``."""
        days, rest = divmod(abs(self.ns), DAY)
        hours, rest = divmod(rest, HOUR)
        minutes, rest = divmod(rest, MINUTE)
        seconds, rest = divmod(rest, SECOND)
        units = [f"{count}{unit}" for count, unit in ((days, "d"), (hours, "h"), (minutes, "m")) if count]
        if seconds or rest or not units:
            units.append(f"{seconds}.{rest:09d}".rstrip("0").rstrip(".") + "s")
        return ("-" if self.ns < 0 else "") + "".join(units)


def parse_date(text: str) -> Timestamp:
    """The first instant, in UTC, of an ISO date ``YYYY-MM-DD``.

    Raises:
        ValueError: anything else.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError("no date such as 2026-01-31")
    return Timestamp(_day(int(found[1]), int(found[2]), int(found[3])))


def _day(year: int, month: int, day: int) -> int:
    try:
        return (date(year, month, day).toordinal() - _EPOCH_DAY) * DAY
    except ValueError:
        raise ValueError("no such day") from None


def _fraction(ns: int) -> str:
    """Three, six or nine digits, or none: https://protobuf.dev/programming-guides/json/."""
    digits = f"{ns:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}" if digits else ""
