"""What is owed by when: each kind of deadline, and each way in which a duty can stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.duty import DutyStanding, DutyState
from gatekeeper.model.values import Json
from tests.builders import NOW
from tests.evaluate.ladders import ago, duty, load, standing

LEVELS = """\
params: {patience: 30m}
levels_lowest_first:
  - {level: L1, title: One, triggers: [{id: t, title: T, when: a.on, since: a.since}]}
  - {level: L2, title: Two, triggers: [{id: u, title: U, when: a.worse, since: a.worse_since}]}
"""
CALENDAR = """\
apiVersion: gatekeeper/v1
kind: Calendar
id: riyadh
title: Sunday to Thursday
working_days: [sun, mon, tue, wed, thu]
holidays: [2026-03-08]
zone: Asia/Riyadh
"""
CALM: dict[str, Json] = {"on": True, "since": ago(hours=1), "worse": False, "worse_since": None}


def owed(folder: Path, terms: str, at: datetime = NOW, **documents: Json) -> DutyStanding:
    """How the one duty of a ladder stands, beyond its levels."""
    text = f"duties:\n  - {{id: d, title: D, who: somebody, done_when: b.done, {terms}}}\n"
    policies = load(folder, LEVELS + text, CALENDAR)
    given: dict[str, Json] = {"a": CALM, "b": {"done": False, "at": ago(minutes=20)}, **documents}
    return duty(standing(policies, at, **given))


def b(**changes: Json) -> dict[str, Json]:
    return {"done": False, "at": ago(minutes=20), **changes}


WITHIN = "from: b.at, within: 30m"


@pytest.mark.parametrize(
    ("minutes", "state", "told"),
    [
        (-5, DutyState.WAITING, "not owed before 2026-03-03T09:05:00Z; due 2026-03-03T09:35:00Z, in 35 min"),
        (20, DutyState.OPEN, "due 2026-03-03T09:10:00Z, in 10 min"),
        (30, DutyState.OPEN, "due 2026-03-03T09:00:00Z, in 0 s"),
        (31, DutyState.OVERDUE, "was due 2026-03-03T08:59:00Z, overdue by 1 min"),
    ],
)
def test_a_duty_is_overdue_only_after_the_instant_that_it_is_due(
    tmp_path: Path, minutes: float, state: DutyState, told: str
) -> None:
    found = owed(tmp_path, WITHIN, b=b(at=ago(minutes=minutes)))
    assert (found.state, found.told) == (state, told)
    assert found.overdue_by == (timedelta(minutes=1) if state is DutyState.OVERDUE else None)


@pytest.mark.parametrize(("minutes", "state"), [(29, DutyState.OPEN), (30, DutyState.OVERDUE)])
def test_less_than_is_late_at_that_instant_already(tmp_path: Path, minutes: float, state: DutyState) -> None:
    assert owed(tmp_path, "from: b.at, less_than: params.patience", b=b(at=ago(minutes=minutes))).state is state


def test_a_duty_waits_for_what_it_counts_from(tmp_path: Path) -> None:
    found = owed(tmp_path, WITHIN, b=b(at=None))
    assert (found.state, found.due, found.told) == (
        DutyState.WAITING,
        None,
        "not owed yet: what it counts from has not come",
    )


def test_a_duty_that_is_discharged_is_done_late_or_not(tmp_path: Path) -> None:
    assert owed(tmp_path, WITHIN, b=b(done=True, at=ago(days=3))).state is DutyState.DONE
    assert owed(tmp_path, WITHIN, b=b(done=True, at=None)).state is DutyState.DONE
    assert owed(tmp_path, WITHIN, b=b(done=True, at="broken")).state is DutyState.DONE


def test_a_duty_that_does_not_apply_says_when_it_would(tmp_path: Path) -> None:
    found = owed(tmp_path, f"{WITHIN}, applies_when: b.live", b=b(live=False))
    assert (found.state, found.told) == (DutyState.NOT_APPLICABLE, "owed only when b.live")


@pytest.mark.parametrize(
    ("terms", "document"),
    [
        (WITHIN, None),
        (WITHIN, b(done="yes")),
        (WITHIN, b(at="tomorrow")),
        (WITHIN, b(at=5)),
        (f"{WITHIN}, applies_when: b.live", b(live=None)),
        (f"{WITHIN}, applies_when: b.live", b(live=None, done=True)),
        ("from: b.at, within: b.span", b(span="1h")),
        ("from: b.at, within: duration(b.span)", b(at="9999-12-30T00:00:00Z", span="100h")),
        ("from: b.at, working_days: 2, calendar: riyadh", b(at="9999-12-30T00:00:00Z")),
        ("from: b.at, working_days: 1, calendar: riyadh", b(at="9999-12-31T23:00:00Z")),
        ("from: b.at, every: 30m, last: b.last", b(last=ago(minutes=-2))),
        ("due: b.at", b(at=[])),
    ],
)
def test_what_is_not_known_about_a_duty_makes_it_unknown_with_its_cause(
    tmp_path: Path, terms: str, document: Json
) -> None:
    found = owed(tmp_path, terms, b=document)
    assert (found.state, found.overdue_by) == (DutyState.UNKNOWN, None)
    assert found.lacks
    assert found.told.startswith("not known: ")
    assert found.evidence == ("b",)


def test_a_duty_can_name_its_instant(tmp_path: Path) -> None:
    assert owed(tmp_path, "due: b.at", b=b(at=ago(minutes=-1))).told == "due 2026-03-03T09:01:00Z, in 1 min"
    assert owed(tmp_path, "due: b.at", b=b(at=ago(minutes=1))).state is DutyState.OVERDUE
    assert owed(tmp_path, "due: b.at", b=b(at=None)).state is DutyState.WAITING


@pytest.mark.parametrize(
    ("last", "due", "state"),
    [
        (None, "2026-03-03T08:30:00Z", DutyState.OVERDUE),
        (ago(minutes=50), "2026-03-03T08:40:00Z", DutyState.OVERDUE),
        (ago(minutes=10), "2026-03-03T09:20:00Z", DutyState.OPEN),
        (ago(days=9), "2026-03-03T08:30:00Z", DutyState.OVERDUE),  # of the time before; it begins anew
    ],
)
def test_a_duty_that_returns_is_due_so_long_after_the_last_time(
    tmp_path: Path, last: str | None, due: str, state: DutyState
) -> None:
    found = owed(tmp_path, "from: b.at, every: 30m, last: b.last", b=b(at=ago(hours=1), last=last))
    assert (found.due, found.state) == (datetime.fromisoformat(due), state)
    over = owed(tmp_path, "from: b.at, every: 30m, last: b.last", b=b(at=ago(hours=1), last=last, done=True))
    assert over.state is DutyState.DONE


def test_a_deadline_in_working_days_ends_with_the_day_of_its_calendar(tmp_path: Path) -> None:
    # Wednesday in Riyadh; Thursday, then Friday and Saturday off, Sunday a holiday, Monday, Tuesday
    found = owed(tmp_path, "from: b.at, working_days: 3, calendar: riyadh", b=b(at="2026-03-04T10:00:00Z"))
    assert found.due == datetime(2026, 3, 10, 20, 59, 59, 999_999, tzinfo=UTC)
    late = owed(
        tmp_path,
        "from: b.at, working_days: 3, calendar: riyadh",
        datetime(2026, 3, 10, 21, tzinfo=UTC),
        b=b(at="2026-03-04T10:00:00Z"),
    )
    assert late.state is DutyState.OVERDUE


WORSE: dict[str, Json] = {**CALM, "worse": True, "worse_since": ago(minutes=7)}


@pytest.mark.parametrize(
    ("levels", "at", "due", "state"),
    [
        (WORSE, ago(minutes=20), ago(minutes=7), DutyState.OVERDUE),  # the level comes first
        (WORSE, ago(minutes=39), ago(minutes=9), DutyState.OVERDUE),  # the instant does
        (WORSE, None, ago(minutes=7), DutyState.OVERDUE),
        (CALM, ago(minutes=20), ago(minutes=-10), DutyState.OPEN),
        (CALM, None, None, DutyState.WAITING),
        (None, ago(minutes=20), ago(minutes=-10), DutyState.UNKNOWN),  # it may be owed already
        (None, ago(minutes=39), ago(minutes=9), DutyState.OVERDUE),  # it is overdue anyway
        ({**WORSE, "worse_since": None}, None, None, DutyState.UNKNOWN),
    ],
)
def test_a_level_can_bring_a_deadline_forward(
    tmp_path: Path, levels: Json, at: str | None, due: str | None, state: DutyState
) -> None:
    found = owed(tmp_path, f"{WITHIN}, or_at_level: L2", a=levels, b=b(at=at))
    assert (found.due, found.state) == (None if due is None else datetime.fromisoformat(due), state)


def leveled(folder: Path, terms: str, **documents: Json) -> DutyStanding:
    """How a duty stands that is owed from the second level on."""
    duties = f"    duties:\n      - {{id: d, title: D, who: somebody, done_when: b.done, {terms}}}\n"
    text = LEVELS.replace("  - {level: L2, title: Two, triggers: [", "  - level: L2\n    title: Two\n    triggers: [")
    text = text.replace("a.worse_since}]}\n", "a.worse_since}]\n" + duties)
    given: dict[str, Any] = {"a": CALM, "b": b(), **documents}
    return duty(standing(load(folder, text, CALENDAR), **given))


def test_a_duty_of_a_level_counts_from_its_reaching(tmp_path: Path) -> None:
    assert leveled(tmp_path, "within: 10m").state is DutyState.NOT_APPLICABLE
    reached = leveled(tmp_path, "within: 10m", a=WORSE)
    assert (reached.level, reached.due) == ("L2", NOW + timedelta(minutes=3))
    at_once = leveled(tmp_path, "within: at once", a=WORSE)
    assert (at_once.due, at_once.state) == (NOW - timedelta(minutes=7), DutyState.OVERDUE)
    assert leveled(tmp_path, "within: 10m", a=None).state is DutyState.UNKNOWN
    days = leveled(tmp_path, "working_days: 1, calendar: riyadh", a=WORSE)
    assert days.due == datetime(2026, 3, 4, 20, 59, 59, 999_999, tzinfo=UTC)
