"""Every row of the escalation ladder: seen reached, not reached and unknown, and its limits to the second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gatekeeper.model.duty import DutyState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.standing import Reach
from tests.sample.incidents import canary, duty, escalation, failure, incident, minute, quiet, shift, state, trigger

SECOND = 1 / 60

ROWS: Mapping[str, tuple[str, float, Mapping[str, Any], Mapping[str, Any]]] = {
    # trigger: its level, minute, evidence that reaches it, evidence that does not
    "canary-failure": ("L1", 3, {"canary": canary("success", "failure")}, {"canary": canary("failure", "success")}),
    "canary-report": ("L1", 3, {"incident": incident(detected_by="canary")}, {"incident": incident()}),
    "customer-report": ("L1", 3, {"incident": incident(detected_by="customer")}, {"incident": incident()}),
    "alert": ("L1", 3, {"incident": incident()}, {"incident": quiet()}),
    "seen-by-people": ("L1", 3, {"incident": incident(detected_by="person")}, {"incident": incident()}),
    "on-record": ("L1", 3, {"incident": incident(detected_by=None)}, {"incident": incident()}),
    "canary-failures": ("L2", 3, {"canary": canary(*failure(3))}, {"canary": canary(*failure(2))}),
    "canary-failures-until-restored": (
        "L2",
        3,
        {
            "canary": canary(*failure(3), "success"),
            "incident": incident(started_at=-90, detected_at=-2, restored_at=-1),
        },
        {
            "canary": canary(*failure(2), "success"),
            "incident": incident(started_at=-60, detected_at=-2, restored_at=-1),
        },
    ),
    "unresolved": ("L2", 30, {"incident": incident()}, {"incident": incident(resolved_at=29)}),
    "long-outage": ("L3", 121, {"incident": incident(outage=True)}, {"incident": incident()}),
    "tenant-isolation-breach": ("L3", 3, {"incident": incident(isolation_breach_at=1)}, {"incident": incident()}),
    "data-integrity": ("L3", 3, {"incident": incident(data_issue_at=1)}, {"incident": incident()}),
}


def test_every_trigger_has_its_row(policies: PolicySet) -> None:
    levels = policies.ladders["rgl8r-escalation"].levels
    assert {each.id for level in levels for each in level.triggers} == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_each_trigger_reaches_its_level(policies: PolicySet, name: str) -> None:
    level, at, reaching, _ = ROWS[name]
    standing = escalation(policies, at, **reaching)
    assert trigger(standing, name).state is Reach.REACHED
    assert (standing.level, standing.unknown) == (level, ())


@pytest.mark.parametrize("name", ROWS)
def test_each_trigger_is_seen_not_to_hold(policies: PolicySet, name: str) -> None:
    _, at, _, calm = ROWS[name]
    assert trigger(escalation(policies, at, **calm), name).state is Reach.NOT_REACHED


@pytest.mark.parametrize("name", ROWS)
def test_without_its_evidence_each_trigger_is_unknown_and_never_not_reached(policies: PolicySet, name: str) -> None:
    level, at, reaching, _ = ROWS[name]
    standing = escalation(policies, at, without=list(reaching), **reaching)
    found = trigger(standing, name)
    assert found.state is Reach.UNKNOWN
    assert {lack.evidence for lack in found.lacks} <= set(reaching)
    assert standing.level is None or standing.level < level
    assert level in standing.unknown


def test_what_is_known_is_the_least_and_what_may_be_is_named_with_its_reason(policies: PolicySet) -> None:
    standing = escalation(policies, 5, without=["incident"], canary=canary(*failure(2)))
    assert (standing.level, standing.unknown) == ("L1", ("L2", "L3"))
    assert standing.told == (
        "at least L1; "
        "whether L2 is reached is not known: incident: no evidence called incident was collected; "
        "whether L3 is reached is not known: incident: no evidence called incident was collected"
    )
    assert state(standing, "page-primary") is DutyState.UNKNOWN


def test_without_any_evidence_nothing_is_known(policies: PolicySet) -> None:
    standing = escalation(policies, 5, without=["incident", "canary", "shift"])
    assert (standing.level, standing.unknown) == (None, ("L1", "L2", "L3"))
    assert standing.told.startswith("not known: whether L1 is reached is not known: ")
    assert {each.state for each in standing.duties} == {DutyState.UNKNOWN}


def test_where_nothing_is_wrong_no_level_is_reached(policies: PolicySet) -> None:
    standing = escalation(policies, 5)
    assert (standing.level, standing.unknown, standing.told) == (None, (), "no level")
    assert standing.next_level is not None
    assert standing.next_level.word == "L1"


@pytest.mark.parametrize(("at", "level"), [(30 - SECOND, "L1"), (30, "L2"), (120, "L2"), (120 + SECOND, "L3")])
def test_thirty_minutes_are_enough_and_two_hours_are_not(policies: PolicySet, at: float, level: str) -> None:
    assert escalation(policies, at, incident=incident(outage=True)).level == level


def test_an_outage_that_is_over_counts_as_long_as_it_was(policies: PolicySet) -> None:
    short = incident(outage=True, restored_at=120, resolved_at=125)
    assert escalation(policies, 600, incident=short).level == "L2"
    assert escalation(policies, 600, incident={**short, "restored_at": None}).level == "L3"


@pytest.mark.parametrize(
    ("runs", "level"),
    [
        (("failure", "failure", "failure"), "L2"),
        (("failure", "timed_out", "cancelled"), "L2"),  # a missed SLO fails the run; so does one that was cut off
        (("failure", "failure", "success", "failure"), "L1"),  # any later pass ends the row
        (("failure", "failure", "skipped", "failure"), "L2"),  # a run that did not look proves nothing
        (("failure", "failure", "failure", None), "L2"),  # nor does one that has not ended
        (("failure", "failure", None), "L1"),
        (("failure", "failure", "failure", "success"), None),
    ],
)
def test_only_failures_on_end_count(policies: PolicySet, runs: tuple[str | None, ...], level: str | None) -> None:
    assert escalation(policies, 1, canary=canary(*runs)).level == level


@pytest.mark.parametrize(("failures", "until_restored"), [(0, 0), (3, 2)])
def test_ten_thousand_runs_are_within_the_budget(policies: PolicySet, failures: int, until_restored: int) -> None:
    runs = canary(*["success"] * (10_000 - failures), *failure(failures))
    its = incident(started_at=-400_000, detected_at=-2, restored_at=-1)
    standing = escalation(policies, 3, canary=runs, incident=its)
    assert standing.unknown == ()
    for name in ("canary-failure", "canary-failures"):
        found = trigger(standing, name)
        assert found.state is (Reach.REACHED if failures else Reach.NOT_REACHED)
        assert found.message.startswith(f"canary failures on end: {failures}")
        assert (found.since is not None) == bool(failures)
    before = trigger(standing, "canary-failures-until-restored")
    assert before.message == f"canary failures on end until it was restored: {until_restored}, needs 3"


def test_runs_of_another_branch_do_not_count(policies: PolicySet) -> None:
    assert escalation(policies, 1, canary=canary(*failure(3), head_branch="wip")).level is None


def test_runs_of_another_workflow_say_nothing_about_the_canary(policies: PolicySet) -> None:
    for runs in (failure(3), ("success",)):
        standing = escalation(policies, 1, canary={**canary(*runs), "workflow": "nightly.yml"})
        assert (standing.level, standing.unknown) == (None, ("L1", "L2"))
        assert "no such key" in trigger(standing, "canary-failures").message


def test_a_response_counts_from_the_run_that_reached_its_level_however_many_fail_after_it(policies: PolicySet) -> None:
    standing = escalation(policies, 31, canary=canary(*failure(4), last=30))
    assert duty(standing, "L1/respond").due == minute(-60 + 15)
    assert (duty(standing, "L2/respond").due, state(standing, "L2/respond")) == (minute(15), DutyState.OVERDUE)
    assert trigger(standing, "canary-failures").message == (
        "canary failures on end: 4, needs 3, reached by run 403 of 2026-02-24T14:00:00Z"
    )


def test_a_new_row_of_failures_counts_though_the_last_incident_is_resolved(policies: PolicySet) -> None:
    past = incident(started_at=-900, detected_at=-900, restored_at=-890, resolved_at=-885, detected_by="person")
    assert escalation(policies, 1, canary=canary(*failure(3)), incident=past).level == "L2"


def test_the_levels_tell_whom_to_page_and_by_when_they_respond(policies: PolicySet) -> None:
    standing = escalation(policies, 35, incident=incident(isolation_breach_at=33))
    assert [(page.who, page.level, page.respond_by) for page in standing.pages] == [
        ("primary on-call", "L2", minute(45)),
        ("engineering lead", "L3", minute(33)),
    ]
    assert state(standing, "L3/respond") is DutyState.OVERDUE
    assert state(escalation(policies, 33, incident=incident(isolation_breach_at=33)), "L3/respond") is DutyState.OPEN


@pytest.mark.parametrize(("at", "expected"), [(14, DutyState.OPEN), (15, DutyState.OVERDUE), (16, DutyState.OVERDUE)])
def test_less_than_a_quarter_of_an_hour_is_late_at_a_quarter_of_an_hour(
    policies: PolicySet, at: float, expected: DutyState
) -> None:
    assert state(escalation(policies, at, incident=incident()), "L1/respond") is expected
    looked = incident(acknowledged_at=4)
    assert state(escalation(policies, at, incident=looked), "L1/respond") is DutyState.DONE


PAGED = {"primary_paged_at": 31}


@pytest.mark.parametrize(
    ("at", "more", "expected"),
    [
        (30, {}, DutyState.WAITING),
        (46, PAGED, DutyState.OPEN),
        (46 + SECOND, PAGED, DutyState.OVERDUE),
        (50, {**PAGED, "backup_paged_at": 46}, DutyState.DONE),
        (50, {**PAGED, "primary_answered_at": 40}, DutyState.DONE),
    ],
)
def test_without_an_answer_the_backup_is_paged(
    policies: PolicySet, at: float, more: dict[str, float], expected: DutyState
) -> None:
    assert state(escalation(policies, at, incident=incident(**more)), "page-backup") is expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, DutyState.WAITING),
        ({"slack_asked_at": 35}, DutyState.OPEN),
        ({"slack_asked_at": 30}, DutyState.OVERDUE),
        ({"slack_asked_at": 30, "slack_answered_at": 10}, DutyState.OVERDUE),
        ({"slack_asked_at": 30, "slack_answered_at": 31}, DutyState.DONE),
        ({"slack_asked_at": 30, "phone_tree_at": 46}, DutyState.DONE),
    ],
)
def test_the_phone_tree_is_used_where_slack_is_silent(
    policies: PolicySet, more: dict[str, float], expected: DutyState
) -> None:
    assert state(escalation(policies, 47, incident=incident(**more)), "phone-tree") is expected


def test_duties_of_a_level_do_not_apply_below_it(policies: PolicySet) -> None:
    standing = escalation(policies, 5, incident=incident())
    assert state(standing, "page-primary") is DutyState.NOT_APPLICABLE
    assert duty(standing, "page-primary").told == "owed from L2 on, which is not reached"


LIVE = {"environment": "production"}


def test_customers_are_told_at_the_third_level_where_that_comes_first(policies: PolicySet) -> None:
    at_once = duty(escalation(policies, 10, incident=incident(**LIVE, isolation_breach_at=9)), "start-notice")
    assert (at_once.state, at_once.due) == (DutyState.OVERDUE, minute(9))
    first = incident(**LIVE, isolation_breach_at=9, customer_impact_at=2)
    assert duty(escalation(policies, 10, incident=first), "start-notice").due == minute(7)
    waiting = duty(escalation(policies, 10, incident=incident(**LIVE)), "start-notice")
    assert (waiting.state, waiting.due) == (DutyState.WAITING, None)
    assert state(escalation(policies, 10, without=["incident"]), "start-notice") is DutyState.UNKNOWN


def test_progress_and_resolution_are_told_when_they_were_promised(policies: PolicySet) -> None:
    told = {**LIVE, "customer_impact_at": 1, "start_notice_at": 4, "next_update_at": 34}
    standing = escalation(policies, 34, incident=incident(**told))
    assert (state(standing, "progress-notice"), state(standing, "resolution-notice")) == (
        DutyState.OPEN,
        DutyState.WAITING,
    )
    assert state(escalation(policies, 35, incident=incident(**told)), "progress-notice") is DutyState.OVERDUE
    over = incident(**{**told, "resolved_at": 40})
    assert state(escalation(policies, 41, incident=over), "progress-notice") is DutyState.DONE
    assert duty(escalation(policies, 41, incident=over), "resolution-notice").due == minute(55)
    said = incident(**{**told, "resolved_at": 40, "resolution_notice_at": 41})
    assert state(escalation(policies, 41, incident=said), "resolution-notice") is DutyState.DONE


@pytest.mark.parametrize("word", ["INVESTIGATING", "IDENTIFIED", "MONITORING"])
def test_each_status_but_the_last_names_the_time_of_the_next(policies: PolicySet, word: str) -> None:
    silent = incident(status=word, status_at=5)
    standing = escalation(policies, 6, incident=silent)
    assert state(standing, "status-names-the-next") is DutyState.OVERDUE
    assert state(standing, "next-status") is DutyState.WAITING
    names = incident(status=word, status_at=5, next_update_at=35)
    standing = escalation(policies, 36, incident=names)
    assert state(standing, "status-names-the-next") is DutyState.DONE
    assert state(standing, "next-status") is DutyState.OVERDUE
    last = escalation(policies, 36, incident=incident(status="RESOLVED", status_at=20))
    assert state(last, "status-names-the-next") is DutyState.NOT_APPLICABLE
    assert state(last, "next-status") is DutyState.DONE


HANDED = {"state": "healthy", "incidents": "none", "pending": "none", "changes": "none"}
HANDOVER = ("handover-summary", "handover-acknowledged", "handover-access", "handover-confirmed")


def test_a_change_of_shift_is_owed_by_both(policies: PolicySet) -> None:
    before = escalation(policies, -10, shift=shift(changes_at=0))
    assert {state(before, each) for each in HANDOVER} == {DutyState.WAITING}
    assert duty(before, HANDOVER[0]).due == minute(30)
    late = escalation(policies, 31, shift=shift(changes_at=0, summary={**HANDED, "changes": None}))
    assert {state(late, each) for each in HANDOVER} == {DutyState.OVERDUE}
    done = shift(
        changes_at=0,
        summary=HANDED,
        acknowledged_at=5,
        access_verified_at=9,
        outgoing_confirmed_at=10,
        incoming_confirmed_at=10,
    )
    assert {state(escalation(policies, 31, shift=done), each) for each in HANDOVER} == {DutyState.DONE}
    assert {state(escalation(policies, 31, without=["shift"]), each) for each in HANDOVER} == {DutyState.UNKNOWN}
