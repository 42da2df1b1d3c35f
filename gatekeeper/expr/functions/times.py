"""Parts of timestamps and durations, and gatekeeper's own functions of dates and ages.

Months, days of the month, of the week (Sunday is 0) and of the year count from 0 in CEL;
only ``getDate`` counts from 1.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.limits import READING_TIME
from gatekeeper.expr.temporal import DAY, HOUR, MINUTE, SECOND, Duration, Timestamp, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_OFFSET: Final = re.compile(r"\bT\+(\d{1,3}):([0-5]\d)\b", re.ASCII)
"""How records of exercises and incidents write the time since the start."""


def _local(at: Timestamp, zone_name: str) -> datetime:
    from gatekeeper.expr.functions.zones import zone

    try:
        return (_EPOCH + timedelta(seconds=at.ns // SECOND)).astimezone(zone(zone_name))
    except OverflowError:
        raise ValueError("the instant is outside of the years 1 to 9999 in that zone") from None


def _getter(part: Callable[[datetime], int]) -> tuple[Form, ...]:
    def of_utc(at: Timestamp) -> int:
        return part(_EPOCH + timedelta(seconds=at.ns // SECOND))

    def of_zone(at: Timestamp, zone_name: str) -> int:
        return part(_local(at, zone_name))

    return (
        Form(("timestamp",), "int", of_utc, receiver=True),
        Form(("timestamp", "string"), "int", of_zone, receiver=True),
    )


def _part(unit: int, wrap: int = 0) -> Form:
    """A duration in whole units towards zero, or what is left of them beyond whole ``wrap``."""

    def call(stretch: Duration) -> int:
        length = abs(stretch.ns) % wrap if wrap else abs(stretch.ns)
        return length // unit * (-1 if stretch.ns < 0 else 1)

    return Form(("duration",), "int", call, receiver=True)


def _millisecond(at: Timestamp, zone_name: str = "UTC") -> int:
    _local(at, zone_name)
    return at.ns % SECOND // 1_000_000


def _stretch(unit: int) -> tuple[Form, ...]:
    def of_double(count: float) -> Duration:
        if not abs(count) * unit < 2.0**63:
            raise ValueError("the duration is longer than 292 years")
        return Duration(round(count * unit))

    return (
        Form(("int",), "duration", lambda count: Duration(count * unit)),
        Form(("double",), "duration", of_double),
    )


def _instant(text: str) -> Timestamp:
    """An RFC 3339 timestamp, or the first instant of an ISO date."""
    try:
        return parse_date(text) if len(text) <= 10 else Timestamp.parse(text)
    except ValueError as error:
        raise ValueError(f"neither an ISO date nor an RFC 3339 timestamp: {error}") from None


def _day_end(text: str) -> Timestamp:
    instant = _instant(text)
    return Timestamp(instant.ns + DAY - 1) if len(text) <= 10 else instant


def _is_date(text: str) -> bool:
    try:
        _instant(text)
    except ValueError:
        return False
    return True


def _offset(text: str) -> Duration:
    found = _OFFSET.search(text)
    if found is None:
        raise ValueError("there is no time of the form T+0:10 in it")
    return Duration(int(found[1]) * HOUR + int(found[2]) * MINUTE)


def _age(now: Timestamp, since: Timestamp) -> Duration:
    return Duration(now.ns - since.ns)


_NOW: Final = ("now",)

TIMES: Final[dict[str, tuple[Form, ...]]] = {
    "getFullYear": _getter(lambda local: local.year),
    "getMonth": _getter(lambda local: local.month - 1),
    "getDate": _getter(lambda local: local.day),
    "getDayOfMonth": _getter(lambda local: local.day - 1),
    "getDayOfWeek": _getter(lambda local: local.isoweekday() % 7),
    "getDayOfYear": _getter(lambda local: local.timetuple().tm_yday - 1),
    "getHours": (*_getter(lambda local: local.hour), _part(HOUR)),
    "getMinutes": (*_getter(lambda local: local.minute), _part(MINUTE)),
    "getSeconds": (*_getter(lambda local: local.second), _part(SECOND)),
    "getMilliseconds": (
        Form(("timestamp",), "int", _millisecond, receiver=True),
        Form(("timestamp", "string"), "int", _millisecond, receiver=True),
        _part(1_000_000, wrap=SECOND),
    ),
    "days": _stretch(DAY),
    "hours": _stretch(HOUR),
    "minutes": _stretch(MINUTE),
    "seconds": _stretch(SECOND),
    "age": (
        Form(("timestamp", "timestamp"), "duration", _age, needs=_NOW),
        Form(
            ("timestamp", "string"),
            "duration",
            lambda now, text: _age(now, _instant(text)),
            needs=_NOW,
            cost=lambda *_: READING_TIME,
        ),
    ),
    "day_start": (Form(("string",), "timestamp", _instant, cost=lambda _: READING_TIME),),
    "day_end": (Form(("string",), "timestamp", _day_end, cost=lambda _: READING_TIME),),
    "offset": (Form(("string",), "duration", _offset),),
    "is_date": (Form(("string",), "bool", _is_date, cost=lambda _: READING_TIME),),
}
