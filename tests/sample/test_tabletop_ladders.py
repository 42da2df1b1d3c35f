"""The tabletop exercise, instant by instant: the ladders say what the exercise came to."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.model.duty import DutyState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.standing import LadderStanding, Reach
from tests.sample import incidents
from tests.sample.incidents import (
    advised,
    canary,
    deploys,
    duty,
    escalation,
    incident,
    listed,
    minute,
    severity,
    signs,
    state,
    trigger,
)

DOWN: dict[str, Any] = {
    "error_rate_5m": 1.0,
    "auth_s": None,
    "enqueue_s": None,
    "completion_s": None,
    "completions_10m": 0,
    "canary_status": "FAIL_AUTH",
    "canary_http_status": 503,
}
TOLD: dict[str, Any] = {
    "detected_by": "canary",
    "outage": True,
    "status": "INVESTIGATING",
    "status_at": 2,
    "next_update_at": 32,
}
FAILED = canary("success", "success", "failure")
OVER: dict[str, Any] = {
    **TOLD,
    "acknowledged_at": 2,
    "restored_at": 14,
    "resolved_at": 15,
    "status": "RESOLVED",
    "status_at": 15,
    "next_update_at": None,
}


def passed() -> dict[str, Any]:
    """The failed run, and the one that was started by hand at T+0:15 and passed."""
    manual = canary("success", last=15, event="workflow_dispatch")["runs"][-1]
    return listed([*FAILED["runs"], {**manual, "run_number": incidents.FIRST_RUN + 3, "id": 999}])


def both(policies: PolicySet, at: float, **changes: Any) -> tuple[LadderStanding, LadderStanding]:
    over = at >= 15
    facts = {**(OVER if over else TOLD), **changes}
    documents: dict[str, Any] = {
        "incident": incident(**facts),
        "signs": signs() if at >= 14 else signs(**DOWN),
        "deploys": deploys(-2000, -20),
        "canary": passed() if over else FAILED,
    }
    return escalation(policies, at, **documents), severity(policies, at, **documents)


@pytest.mark.parametrize("at", [0, 2, 8, 10, 14, 15, 16, 17, 20, 25])
def test_the_exercise_is_on_the_first_level_and_only_on_it(policies: PolicySet, at: float) -> None:
    standing, _ = both(policies, at)
    assert (standing.level, standing.unknown, standing.told) == ("L1", (), "L1")
    assert [each.state for each in standing.levels] == [Reach.REACHED, Reach.NOT_REACHED, Reach.NOT_REACHED]
    assert standing.levels[0].since == minute(0)
    assert standing.pages == ()


def test_as_it_begins_somebody_has_to_look_within_a_quarter_of_an_hour(policies: PolicySet) -> None:
    standing, _ = both(policies, 0)
    assert trigger(standing, "canary-failure").message.endswith("failure")
    response = duty(standing, "L1/respond")
    assert (response.state, response.due) == (DutyState.OPEN, minute(15))


@pytest.mark.parametrize("at", [0, 8, 10, 13])
def test_the_rollback_is_advised_and_neither_a_code_fix_nor_a_feature_flag(policies: PolicySet, at: float) -> None:
    _, standing = both(policies, at)
    assert standing.level == "HIGH"
    assert advised(standing, "b1-high-error-rate") == ["render-rollback"]
    remedies = {each.lever: each for each in trigger(standing, "b1-high-error-rate").remedies}
    assert remedies["feature-flags"].advised is Reach.NOT_REACHED
    lever = policies.ladders["rgl8r-severity"].levers["render-rollback"]
    assert lever.time_to_effect == "2–5 min"


def test_after_the_resolution_the_ladder_tells_why_it_went_no_further(policies: PolicySet) -> None:
    standing, _ = both(policies, 16)
    second = standing.next_level
    assert second is not None
    assert second.word == "L2"
    assert trigger(standing, "canary-failures").message == "canary failures on end: 0, needs 3"
    assert (
        trigger(standing, "canary-failures-until-restored").message
        == "canary failures on end until it was restored: 1, needs 3"
    )
    assert trigger(standing, "unresolved").message.endswith(": 15 min, needs 30 min")
    assert trigger(standing, "long-outage").message == "outage: true: 14 min, needs more than 2 h"
    assert all(each.state is Reach.NOT_REACHED for level in standing.levels[1:] for each in level.triggers)


def test_in_staging_no_customer_is_told(policies: PolicySet) -> None:
    standing, _ = both(policies, 17)
    notices = ("start-notice", "progress-notice", "resolution-notice")
    assert [state(standing, each) for each in notices] == [DutyState.NOT_APPLICABLE] * 3


def test_in_production_the_start_notice_is_due_five_minutes_after_the_impact_is_confirmed(policies: PolicySet) -> None:
    live = {"environment": "production", "customer_impact_at": 0}
    notice = duty(both(policies, 4, **live)[0], "start-notice")
    assert (notice.state, notice.due) == (DutyState.OPEN, minute(5))
    assert state(both(policies, 5, **live)[0], "start-notice") is DutyState.OPEN
    late = duty(both(policies, 17, **live)[0], "start-notice")
    assert (late.state, late.told) == (
        DutyState.OVERDUE,
        "was due 2026-02-24T14:05:00Z, overdue by 12 min",
    )
    told = duty(both(policies, 17, **live, start_notice_at=5)[0], "start-notice")
    assert told.state is DutyState.DONE


def test_at_the_close_no_review_is_owed_and_one_is_recommended(policies: PolicySet) -> None:
    _, standing = both(policies, 20)
    assert standing.level is None
    assert state(standing, "review") is DutyState.NOT_APPLICABLE
    anyway = duty(standing, "review-anyway")
    assert (anyway.recommended, anyway.state, anyway.due) == (True, DutyState.OPEN, minute(15 + 48 * 60))


def test_a_follow_up_without_a_named_person_keeps_the_duty_open(policies: PolicySet) -> None:
    follow = {"action": "mend the import", "owner": None, "due": "2026-02-25", "tracked_in": "#512", "closed_at": None}
    _, standing = both(policies, 20, follow_ups=[follow])
    assert state(standing, "follow-ups") is DutyState.OPEN
    _, standing = both(policies, 20, follow_ups=[{**follow, "owner": "Dan"}])
    assert state(standing, "follow-ups") is DutyState.DONE
