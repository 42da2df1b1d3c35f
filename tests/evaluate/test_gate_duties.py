"""What a gate owes, and when it is looked at again while it is not GO."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.duty import DutyState
from gatekeeper.model.review import ReviewStanding, ReviewState
from gatekeeper.model.values import Json
from tests.builders import NOW
from tests.evaluate.gates import WITHIN, decided, duty, load, the_duty
from tests.evaluate.ladders import ago
from tests.evaluate.test_duties import CALENDAR

REVIEW = 'review: {at: b.again, reason: "because {b.why}"}\n'
DARK: Json = {"on": False}


def b(**changes: Json) -> dict[str, Json]:
    return {"done": False, "at": ago(minutes=20), **changes}


@pytest.mark.parametrize(
    ("terms", "changes", "state", "due"),
    [
        (WITHIN, {}, DutyState.OPEN, NOW + timedelta(minutes=10)),
        (WITHIN, {"at": ago(minutes=31)}, DutyState.OVERDUE, NOW - timedelta(minutes=1)),
        (WITHIN, {"done": True}, DutyState.DONE, NOW + timedelta(minutes=10)),
        (WITHIN, {"at": None}, DutyState.WAITING, None),
        (WITHIN, {"done": "yes"}, DutyState.UNKNOWN, NOW + timedelta(minutes=10)),
        (f"{WITHIN}, applies_when: b.live", {"live": False}, DutyState.NOT_APPLICABLE, None),
        ("due: b.at", {}, DutyState.OVERDUE, NOW - timedelta(minutes=20)),
        ("from: b.at, less_than: 20m", {}, DutyState.OVERDUE, NOW),
        ("from: b.at, every: 30m, last: b.last", {"last": ago(minutes=5)}, DutyState.OPEN, NOW + timedelta(minutes=25)),
        (
            "from: b.at, working_days: 3, calendar: riyadh",
            {"at": "2026-03-02T10:00:00Z"},
            DutyState.OPEN,
            datetime(2026, 3, 5, 20, 59, 59, 999_999, tzinfo=UTC),
        ),
    ],
)
def test_a_duty_of_a_gate_stands_as_one_of_a_ladder(
    tmp_path: Path, terms: str, changes: dict[str, Json], state: DutyState, due: datetime | None
) -> None:
    found = the_duty(decided(load(tmp_path, f"duties:\n{duty(terms)}", CALENDAR), b=b(**changes)))
    assert (found.state, found.due) == (state, due)
    assert found.evidence == ("b",)


def test_what_a_duty_needs_and_is_not_there_makes_it_unknown(tmp_path: Path) -> None:
    found = decided(load(tmp_path, f"duties:\n{duty(WITHIN)}"), b=None)
    assert the_duty(found).state is DutyState.UNKNOWN
    assert [each.evidence for each in the_duty(found).lacks] == ["b"]
    assert found.verdict is Verdict.GO


@pytest.mark.parametrize("document", [b(), b(at=ago(days=9)), b(done=True), b(at=[]), None])
@pytest.mark.parametrize(("on", "verdict"), [(True, Verdict.GO), (False, Verdict.NO_GO), (None, Verdict.INCONCLUSIVE)])
def test_no_verdict_rests_on_a_duty(tmp_path: Path, document: Json, on: bool | None, verdict: Verdict) -> None:
    found = decided(load(tmp_path, f"duties:\n{duty(WITHIN)}"), a={"on": on}, b=document)
    assert found.verdict is verdict
    assert [each.rule for each in found.root.findings] == ["lit"]


def test_duties_of_a_gate_below_are_its_own(tmp_path: Path) -> None:
    upper = (
        "apiVersion: gatekeeper/v1\nkind: Gate\nid: mall\ntitle: M\nowner: o\n"
        "rules: [{id: shop-opens, title: S, enforcement: blocking, severity: high, gate: shop}]\n"
    )
    found = decided(load(tmp_path, f"duties:\n{duty(WITHIN)}{REVIEW}", upper), gate="mall", a=DARK, b=b(again=None))
    assert (found.root.duties, found.root.review) == ((), None)
    assert [each.id for each in found.gates[1].duties] == ["d"]
    assert found.gates[1].review is not None


def review(folder: Path, a: Json = DARK, **changes: Any) -> ReviewStanding | None:
    return decided(load(folder, REVIEW), a=a, b=changes.get("b", changes)).root.review


@pytest.mark.parametrize(
    ("again", "state", "at", "told"),
    [
        (
            "2026-03-03",
            ReviewState.SET,
            datetime(2026, 3, 3, 23, 59, 59, 999_999, tzinfo=UTC),
            "looked at again on 2026-03-03: because of rain",
        ),
        (
            "2026-03-03T10:00:00+01:00",
            ReviewState.SET,
            NOW,
            "looked at again at 2026-03-03T10:00:00+01:00: because of rain",
        ),
        (
            "2026-03-02",
            ReviewState.PASSED,
            datetime(2026, 3, 2, 23, 59, 59, 999_999, tzinfo=UTC),
            "was to be looked at again on 2026-03-02, which is past: because of rain",
        ),
        (
            "2026-03-03T08:59:59Z",
            ReviewState.PASSED,
            NOW - timedelta(seconds=1),
            "was to be looked at again at 2026-03-03T08:59:59Z, which is past: because of rain",
        ),
        (None, ReviewState.NOT_SET, None, "no date is set to look at it again: because of rain"),
        ("", ReviewState.NOT_SET, None, "no date is set to look at it again: because of rain"),
        ("____ .", ReviewState.NOT_SET, None, "no date is set to look at it again: because of rain"),
        (
            "after the freeze",
            ReviewState.UNKNOWN,
            None,
            "when it is looked at again is not known: 'after the freeze' is neither a date nor an instant",
        ),
        (
            5,
            ReviewState.UNKNOWN,
            None,
            "when it is looked at again is not known: the expression gives an int, not a date or an instant",
        ),
    ],
)
def test_a_review_is_set_passed_not_set_or_unknown(
    tmp_path: Path, again: Json, state: ReviewState, at: datetime | None, told: str
) -> None:
    found = review(tmp_path, again=again, why="of rain")
    assert found is not None
    assert (found.state, found.at, found.told) == (state, at, told)
    assert bool(found.lacks) is (state is ReviewState.UNKNOWN)
    assert found.reason == "because of rain"
    assert found.evidence == ("b",)


def test_a_review_can_be_an_instant_that_is_computed(tmp_path: Path) -> None:
    policies = load(tmp_path, 'review: {at: timestamp(b.at) + days(7), reason: "in a week"}\n')
    found = decided(policies, a=DARK, b=b(at="2026-03-01T09:00:00Z")).root.review
    assert found is not None
    assert (found.state, found.at_text) == (ReviewState.SET, "2026-03-08T09:00:00Z")


def test_a_review_that_lacks_its_evidence_is_unknown_and_names_it(tmp_path: Path) -> None:
    found = review(tmp_path, b=None)
    assert found is not None
    assert (found.state, [each.evidence for each in found.lacks]) == (ReviewState.UNKNOWN, ["b"])


def test_only_a_decision_that_is_not_go_is_looked_at_again(tmp_path: Path) -> None:
    assert review(tmp_path, a={"on": True}, again="2026-04-01", why="w") is None
    assert review(tmp_path, a={"on": False}, again="2026-04-01", why="w") is not None
    assert review(tmp_path, a={"on": None}, again="2026-04-01", why="w") is not None  # INCONCLUSIVE


def test_a_gate_that_says_nothing_of_a_review_tells_nothing(tmp_path: Path) -> None:
    found: Decision = decided(load(tmp_path, ""), a=DARK)
    assert (found.verdict, found.root.review, found.root.duties) == (Verdict.NO_GO, None, ())
