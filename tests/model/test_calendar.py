"""Working days: weekends wherever they lie, holidays, and where a day ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.expr.functions.zones import zone
from gatekeeper.model.calendar import WEEKDAYS, Calendar, end_of_working_day
from tests.builders import PLACE


def calendar(days: str = "mon tue wed thu fri", *holidays: str, name: str = "UTC") -> Calendar:
    off = frozenset(date.fromisoformat(each) for each in holidays)
    return Calendar("c", "Working days", frozenset(days.split()), off, name, "sha256:c", PLACE)


SUNDAY_TO_THURSDAY = "sun mon tue wed thu"


@pytest.mark.parametrize(
    ("start", "count", "days", "expected"),
    [
        ("2026-03-02T00:00:00+00:00", 3, "mon tue wed thu fri", "2026-03-05"),  # its own day does not count
        ("2026-03-02T23:59:59+00:00", 3, "mon tue wed thu fri", "2026-03-05"),
        ("2026-03-05T12:00:00+00:00", 3, "mon tue wed thu fri", "2026-03-10"),  # over Saturday and Sunday
        ("2026-03-05T12:00:00+00:00", 3, SUNDAY_TO_THURSDAY, "2026-03-10"),  # over Friday and Saturday
        ("2026-03-06T12:00:00+00:00", 1, SUNDAY_TO_THURSDAY, "2026-03-08"),  # from within the weekend
        ("2026-03-07T12:00:00+00:00", 1, "mon tue wed thu fri", "2026-03-09"),
        ("2026-03-05T12:00:00+00:00", 5, "wed", "2026-04-08"),
    ],
)
def test_the_nth_working_day_after_an_instant(start: str, count: int, days: str, expected: str) -> None:
    end = end_of_working_day(datetime.fromisoformat(start), count, calendar(days), UTC)
    assert end == datetime.fromisoformat(f"{expected}T23:59:59.999999+00:00")


def test_holidays_do_not_count() -> None:
    found = end_of_working_day(
        datetime(2026, 3, 5, 12, tzinfo=UTC), 2, calendar("mon tue wed thu fri", "2026-03-06", "2026-03-09"), UTC
    )
    assert found.date() == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Asia/Riyadh", "2026-03-04T20:59:59.999999+00:00"),  # it is Tuesday already there
        ("+03:00", "2026-03-04T20:59:59.999999+00:00"),
        ("America/New_York", "2026-03-04T04:59:59.999999+00:00"),
    ],
)
def test_a_day_ends_where_the_calendar_says(name: str, expected: str) -> None:
    found = end_of_working_day(datetime(2026, 3, 2, 22, tzinfo=UTC), 1, calendar(name=name), zone(name))
    assert found == datetime.fromisoformat(expected)


def test_a_day_that_a_change_of_the_clocks_shortens_ends_at_its_own_midnight() -> None:
    berlin: tzinfo = zone("Europe/Berlin")
    week = calendar("mon tue wed thu fri sat sun", name="Europe/Berlin")
    found = end_of_working_day(datetime(2026, 3, 28, 12, tzinfo=UTC), 1, week, berlin)
    assert found == datetime(2026, 3, 29, 21, 59, 59, 999_999, tzinfo=UTC)


@given(
    st.integers(0, 5_000_000).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.integers(1, 30),
    st.frozensets(st.sampled_from(WEEKDAYS), min_size=1),
    st.frozensets(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=5),
)
def test_so_many_working_days_lie_between_and_the_last_is_one(
    start: datetime, count: int, days: frozenset[str], holidays: frozenset[date]
) -> None:
    its = Calendar("c", "C", days, holidays, "UTC", "", PLACE)
    end = end_of_working_day(start, count, its, UTC)
    between = [start.date() + timedelta(days=n) for n in range(1, (end.date() - start.date()).days + 1)]
    assert sum(WEEKDAYS[day.weekday()] in days and day not in holidays for day in between) == count
    assert its.works_on(end.date())
