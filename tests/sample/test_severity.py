"""Every mode of failure of the severity ladder: its sign, its rank and what helps, seen so, not so and unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gatekeeper.model.duty import DutyState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.standing import Reach
from tests.sample.incidents import advised, deploys, duty, incident, minute, severity, signs, state, trigger

ROWS: Mapping[str, tuple[str, Mapping[str, Any], Mapping[str, Any]]] = {
    # mode of failure: its severity, evidence of it, evidence at the very limit that is none
    "canary-broken": ("LOW", {"signs": signs(canary_broken=True)}, {"signs": signs()}),
    "b2-degraded-latency": (
        "MED",
        {"signs": signs(auth_s=3.01)},
        {"signs": signs(auth_s=3, enqueue_s=5.0, completion_s=90)},
    ),
    "b6-quota-exhaustion": (
        "MED",
        {"signs": signs(canary_status="FAIL_ENQUEUE", canary_http_status=429)},
        {"signs": signs(canary_status="FAIL_AUTH", canary_http_status=429)},
    ),
    "b1-high-error-rate": ("HIGH", {"signs": signs(error_rate_5m=0.0501)}, {"signs": signs(error_rate_5m=0.05)}),
    "b4-queue-stall": (
        "HIGH",
        {"signs": signs(jobs_pending=1, completions_10m=0)},
        {"signs": signs(jobs_pending=0, completions_10m=0)},
    ),
    "b5-auth-failures": (
        "HIGH",
        {"signs": signs(canary_status="FAIL_AUTH", canary_http_status=401)},
        {"signs": signs(canary_status="FAIL_ENQUEUE", canary_http_status=403)},
    ),
    "b3-tenant-isolation-breach": ("BLOCK", {"incident": incident(isolation_breach_at=1)}, {"incident": incident()}),
    "data-integrity": ("BLOCK", {"incident": incident(data_issue_at=1)}, {"incident": incident()}),
}


def test_every_mode_of_failure_has_its_row(policies: PolicySet) -> None:
    levels = policies.ladders["rgl8r-severity"].levels
    assert {each.id for level in levels for each in level.triggers} == set(ROWS)
    assert [(level.word, level.severity) for level in levels] == [
        ("LOW", "low"),
        ("MED", "medium"),
        ("HIGH", "high"),
        ("BLOCK", "critical"),
    ]


@pytest.mark.parametrize("name", ROWS)
def test_each_mode_of_failure_has_its_severity(policies: PolicySet, name: str) -> None:
    level, present, _ = ROWS[name]
    standing = severity(policies, 3, **present)
    assert trigger(standing, name).state is Reach.REACHED
    assert (standing.level, standing.unknown) == (level, ())


@pytest.mark.parametrize("name", ROWS)
def test_each_mode_of_failure_is_seen_to_be_absent(policies: PolicySet, name: str) -> None:
    _, _, absent = ROWS[name]
    assert trigger(severity(policies, 3, **absent), name).state is Reach.NOT_REACHED


@pytest.mark.parametrize("name", ROWS)
def test_without_its_evidence_no_mode_of_failure_is_ruled_out(policies: PolicySet, name: str) -> None:
    level, present, _ = ROWS[name]
    standing = severity(policies, 3, without=list(present), **present)
    assert trigger(standing, name).state is Reach.UNKNOWN
    assert level in standing.unknown


def test_the_worst_mode_of_failure_is_the_severity(policies: PolicySet) -> None:
    slow = signs(auth_s=4.0, canary_broken=True)
    assert severity(policies, 3, signs=slow).level == "MED"
    assert severity(policies, 3, signs={**slow, "error_rate_5m": 0.2}).level == "HIGH"
    assert severity(policies, 3, signs=slow, incident=incident(data_issue_at=1)).level == "BLOCK"


@pytest.mark.parametrize(
    ("status", "http", "name"),
    [
        ("FAIL_AUTH", 503, "b1-high-error-rate"),
        ("FAIL_ENQUEUE", 500, "b1-high-error-rate"),
        ("FAIL_AUTH", 403, "b5-auth-failures"),
        ("FAIL_ENQUEUE", 429, "b6-quota-exhaustion"),
    ],
)
def test_a_canary_status_is_read_by_its_http_status(policies: PolicySet, status: str, http: int, name: str) -> None:
    standing = severity(policies, 3, signs=signs(canary_status=status, canary_http_status=http))
    reached = [each.id for level in standing.levels for each in level.triggers if each.state is Reach.REACHED]
    assert reached == [name]


FAILING: Mapping[str, Any] = {"signs": signs(error_rate_5m=0.4), "incident": incident()}
ELSE = "look at the database, at memory and CPU, and at the variables of the environment"


@pytest.mark.parametrize(
    ("before", "expected"),
    [(-30, "render-rollback"), (-20, "render-rollback"), (0, "render-rollback"), (-30.02, ELSE), (1, ELSE)],
)
def test_after_a_deploy_means_within_thirty_minutes_before_it_began(
    policies: PolicySet, before: float, expected: str
) -> None:
    for at in (3, 300):  # however long ago it began
        assert advised(severity(policies, at, **FAILING, deploys=deploys(before)), "b1-high-error-rate") == [expected]


def test_a_deploy_to_another_environment_is_none(policies: PolicySet) -> None:
    elsewhere = deploys(-20, environment="production")
    assert advised(severity(policies, 3, **FAILING, deploys=elsewhere), "b1-high-error-rate") == [ELSE]


def test_without_the_deploys_it_is_not_known_which_remedy_helps(policies: PolicySet) -> None:
    standing = severity(policies, 3, without=["deploys"], **FAILING)
    assert standing.level == "HIGH"
    remedies = {each.lever: each for each in trigger(standing, "b1-high-error-rate").remedies}
    assert remedies["render-rollback"].advised is Reach.UNKNOWN
    assert "deploys" in remedies["render-rollback"].told
    assert remedies["feature-flags"].advised is Reach.NOT_REACHED


REMEDIES = [
    ("b1-high-error-rate", {"error_rate_5m": 0.4, "behind_a_flag": True}, ["feature-flags", ELSE]),
    ("b2-degraded-latency", {"auth_s": 4.0, "cold_start": True}, ["note it; a cold start passes by itself"]),
    ("b2-degraded-latency", {"auth_s": 4.0, "job_contention": True}, ["queue-caps"]),
    ("b2-degraded-latency", {"auth_s": 4.0}, ["look for slow queries and bloated tables, then for a larger plan"]),
    ("b4-queue-stall", {"completions_10m": 0, "processor_stopped": True}, ["restart the job processor"]),
    ("b4-queue-stall", {"completions_10m": 0, "blocking_query": True}, ["end the query that blocks"]),
    ("b4-queue-stall", {"completions_10m": 0, "silent_failures": True}, ["mend what fails without saying so"]),
    ("b4-queue-stall", {"completions_10m": 0, "caps_reject": True}, ["queue-caps"]),
    ("b4-queue-stall", {"completions_10m": 0}, []),  # the caps are loosened only where they reject
    (
        "b5-auth-failures",
        {"refused_tokens_5m": 1, "keys_misconfigured": True},
        ["mend keys or variables and deploy again"],
    ),
    ("b5-auth-failures", {"refused_tokens_5m": 1, "key_revoked": True}, ["issue the client a new key"]),
    (
        "b5-auth-failures",
        {"refused_tokens_5m": 1, "clock_skew": True},
        ["restart the service so that its clock is set"],
    ),
    ("b6-quota-exhaustion", {"limited_clients_5m": 1, "abuse": True}, ["revoke-key"]),
    ("b6-quota-exhaustion", {"limited_clients_5m": 1, "limits_too_tight": True}, ["loosen the limits"]),
    (
        "b6-quota-exhaustion",
        {"limited_clients_5m": 1, "client_ignores_retry_after": True},
        ["tell the client to wait as Retry-After says"],
    ),
    ("canary-broken", {"canary_broken": True}, ["disable-canary"]),
]


@pytest.mark.parametrize(("name", "found", "expected"), REMEDIES)
def test_each_remedy_is_advised_for_what_it_helps_against(
    policies: PolicySet, name: str, found: dict[str, Any], expected: list[str]
) -> None:
    assert advised(severity(policies, 3, incident=incident(), signs=signs(**found)), name) == expected


def test_auth_failures_after_a_deploy_are_rolled_back(policies: PolicySet) -> None:
    refused = signs(refused_tokens_5m=3)
    standing = severity(policies, 3, incident=incident(), signs=refused, deploys=deploys(-10))
    assert advised(standing, "b5-auth-failures") == ["render-rollback"]


def test_what_nobody_looked_for_is_not_ruled_out(policies: PolicySet) -> None:
    stalled = signs(completions_10m=0, processor_stopped=None)
    remedy = trigger(severity(policies, 3, signs=stalled), "b4-queue-stall").remedies[0]
    assert remedy.advised is Reach.UNKNOWN


def test_a_breach_has_its_steps_in_order(policies: PolicySet) -> None:
    standing = severity(policies, 3, incident=incident(isolation_breach_at=1))
    assert [each.lever or each.action for each in trigger(standing, "b3-tenant-isolation-breach").remedies] == [
        "let the endpoint answer 503",
        "rls-verification",
        "mend the cause",
        "rls-verification",
    ]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"isolation_breach_at": 1, "resolved_at": 2}, DutyState.OPEN),
        ({"data_issue_at": 1, "resolved_at": 2}, DutyState.OPEN),
        ({"outage": True, "resolved_at": 61}, DutyState.OPEN),
        ({"outage": True, "resolved_at": 60}, DutyState.NOT_APPLICABLE),
        ({"outage": True}, DutyState.WAITING),
        ({"environment": "production", "customer_impact_at": 1, "resolved_at": 9}, DutyState.OPEN),
        ({"environment": "production", "resolved_at": 9}, DutyState.NOT_APPLICABLE),
        ({"resolved_at": 600}, DutyState.NOT_APPLICABLE),
        ({"data_issue_at": 1, "resolved_at": 2, "review_held_at": 99}, DutyState.DONE),
    ],
)
def test_a_review_is_owed_for_what_the_runbook_names(
    policies: PolicySet, facts: dict[str, Any], expected: DutyState
) -> None:
    assert state(severity(policies, 100, incident=incident(**facts)), "review") is expected


def test_a_review_is_owed_two_days_after_the_resolution(policies: PolicySet) -> None:
    facts = incident(data_issue_at=1, resolved_at=30)
    last = 30 + 48 * 60
    assert duty(severity(policies, 31, incident=facts), "review").due == minute(last)
    assert state(severity(policies, last, incident=facts), "review") is DutyState.OPEN
    late = duty(severity(policies, last + 1, incident=facts), "review")
    assert (late.state, late.overdue_by) == (DutyState.OVERDUE, minute(1) - minute(0))
    assert state(severity(policies, 31, without=["incident"]), "review") is DutyState.UNKNOWN


def test_without_an_incident_no_review_is_owed_or_recommended(policies: PolicySet) -> None:
    standing = severity(policies, 3)
    assert {each.state for each in standing.duties} == {DutyState.NOT_APPLICABLE}


def test_every_lever_tells_what_it_does_to_whom(policies: PolicySet) -> None:
    levers = policies.ladders["rgl8r-severity"].levers
    assert {name: (each.time_to_effect, each.last_validated) for name, each in levers.items()} == {
        "render-rollback": ("2–5 min", "2026-02-24"),
        "feature-flags": ("1–3 min", "2026-02-24"),
        "disable-canary": ("immediate", "2026-02-24"),
        "rls-verification": ("1–2 min", "2026-02-24"),
        "revoke-key": ("immediate", "2026-02-24"),
        "queue-caps": ("1–3 min", "2026-02-24"),
    }
    assert all(each.how and each.blast_radius for each in levers.values())


def test_the_ladder_and_the_mode_know_the_same_levers(policies: PolicySet) -> None:
    ladder, mode = policies.ladders["rgl8r-severity"].levers, policies.modes["rgl8r-degraded"].levers
    anywhere = policies.ladders["rgl8r-severity"].place
    same = [{name: replace(each, place=anywhere) for name, each in its.items()} for its in (ladder, mode)]
    assert same[0] == same[1]
