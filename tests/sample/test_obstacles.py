"""What else stands in the way of the launch: isolation, incidents, a degraded mode."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.snapshot import Snapshot
from tests.sample import scenarios
from tests.sample.asking import advised, decided, findings, stops, the


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"conclusion": "failure"}, "failure"),
        ({"conclusion": "cancelled"}, "cancelled"),
        ({"status": "in_progress", "conclusion": None}, "in_progress"),
        ({"head_branch": "rls-fix"}, "on rls-fix"),
    ],
)
def test_the_last_rls_verification_has_to_have_passed(
    policies: PolicySet, launch_day: Snapshot, fields: dict[str, object], said: str
) -> None:
    last = scenarios.run_at(launch_day, "rls", "2026-03-03T06:07:00Z")
    decision = decided(policies, scenarios.with_run(launch_day, "rls", last["created_at"], **fields))
    finding = the(decision, "p11-h", "tenant-isolation-verified")
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision) == {"tenant-isolation-verified"}
    assert finding.enforcement is Enforcement.HARD
    assert said in finding.message


YESTERDAY = "2026-03-02T06:07:00Z"


@pytest.mark.parametrize(
    "ended", [{"conclusion": "failure"}, {"conclusion": "cancelled"}, {"status": "in_progress", "conclusion": None}]
)
def test_an_older_rls_verification_that_was_started_again_counts_as_the_last_look(
    policies: PolicySet, launch_day: Snapshot, ended: dict[str, object]
) -> None:
    later = scenarios.with_second_attempt(launch_day, "rls", YESTERDAY, run_started_at="2026-03-03T08:30:00Z", **ended)
    decision = decided(policies, later)
    assert stops(decision) == {"tenant-isolation-verified"}
    message = the(decision, "p11-h", "tenant-isolation-verified").message
    assert message.endswith("started later without a pass: run 8, attempt 2")
    no_start = scenarios.with_second_attempt(launch_day, "rls", YESTERDAY, run_started_at=None, **ended)
    assert decided(policies, no_start).verdict is Verdict.INCONCLUSIVE


def test_an_rls_verification_that_failed_before_the_last_one_passed_is_over(
    policies: PolicySet, launch_day: Snapshot
) -> None:
    before = scenarios.with_second_attempt(launch_day, "rls", YESTERDAY, conclusion="failure")
    assert decided(policies, before).verdict is Verdict.GO
    passed = scenarios.with_second_attempt(launch_day, "rls", YESTERDAY, run_started_at="2026-03-03T08:30:00Z")
    assert decided(policies, passed).verdict is Verdict.GO


def test_an_rls_verification_older_than_a_day_is_no_go(policies: PolicySet, launch_day: Snapshot) -> None:
    older = scenarios.without_run(launch_day, "rls", "2026-03-03T06:07:00Z", total_count_too=True)
    decision = decided(policies, older)
    assert stops(decision) == {"tenant-isolation-fresh"}
    assert decision.verdict is Verdict.NO_GO


@pytest.mark.parametrize(
    ("severity", "fields", "verdict"),
    [
        ("BLOCK", {}, Verdict.NO_GO),
        ("HIGH", {}, Verdict.NO_GO),
        ("SEV1", {}, Verdict.NO_GO),
        ("MED", {}, Verdict.GO),
        ("LOW", {}, Verdict.GO),
        ("HIGH", {"resolved_at": "2026-03-02T13:00:00Z"}, Verdict.GO),
        ("HIGH", {"origin": "exercise"}, Verdict.GO),
    ],
)
def test_a_severe_open_incident_is_no_go(
    policies: PolicySet, launch_day: Snapshot, severity: str, fields: dict[str, object], verdict: Verdict
) -> None:
    incident = {
        "id": "INC-2026-020",
        "title": "Enqueue answers 500",
        "severity": severity,
        "environment": "staging",
        "opened_at": "2026-03-02T12:00:00Z",
        "resolved_at": None,
        "origin": "alert",
        "url": None,
        **fields,
    }
    more = scenarios.with_value(launch_day, "incidents", lambda value: value["incidents"].append(incident))
    decision = decided(policies, more)
    assert decision.verdict is verdict
    if verdict is Verdict.NO_GO:
        assert stops(decision) == {"no-open-incident INC-2026-020"}


def test_a_degraded_mode_is_no_go(policies: PolicySet, launch_day: Snapshot) -> None:
    decision = decided(policies, scenarios.with_value(launch_day, "mode", lambda value: value.update(state="degraded")))
    assert decision.verdict is Verdict.NO_GO
    assert the(decision, "p11-h", "no-degraded-mode").message == "rgl8r-degraded is degraded"


def test_the_state_of_another_mode_is_not_taken_for_this_one(policies: PolicySet, launch_day: Snapshot) -> None:
    other = scenarios.with_value(launch_day, "mode", lambda value: value.update(mode="ingestion-control"))
    assert decided(policies, other).verdict is not Verdict.GO


@pytest.mark.parametrize("severity", ["LOW", "HIGH"])
def test_an_open_item_above_low_is_pointed_out(policies: PolicySet, launch_day: Snapshot, severity: str) -> None:
    item = "Unit tests of the deep health check"

    def change(value: scenarios.Value) -> None:
        rows = [row for table in value["tables"] for row in table["rows"] if row.get("item") == item]
        rows[0]["severity"] = severity

    decision = decided(policies, scenarios.with_value(launch_day, "runbook", change))
    assert ("other-open-items-low" in advised(decision, "p11-h")) is (severity == "HIGH")
    assert len(findings(decision, "p11-h", "other-open-items")) == 3


def test_a_backup_who_is_the_primary_is_pointed_out(policies: PolicySet, launch_day: Snapshot) -> None:
    assert "backup-is-not-the-primary" not in advised(decided(policies, launch_day), "p11-h")
    same = scenarios.with_cell(launch_day, "runbook", "owner", "Priya Raman", "Dan")
    assert "backup-is-not-the-primary" in advised(decided(policies, same), "p11-h")


def test_the_resolved_blocker_may_not_be_forgotten(policies: PolicySet, launch_day: Snapshot) -> None:
    kept = the(decided(policies, launch_day), "p11-h", "resolved-blocker-on-record")
    assert (kept.outcome, kept.message) == (Outcome.PASS, "FORCE RLS on integration_keys, resolved by #431, #433")

    def forget(value: scenarios.Value) -> None:
        section = next(each for each in value["sections"] if each["title"].startswith("Recently Resolved Blocker"))
        section["text"] = section["text"].replace("#433", "")

    forgotten = scenarios.with_value(launch_day, "runbook", forget)
    assert "resolved-blocker-on-record" in advised(decided(policies, forgotten), "p11-h")


def test_a_canary_that_is_late_stops_the_launch_before_it_is_a_gap(policies: PolicySet, launch_day: Snapshot) -> None:
    """So many runs at the end of the list could have been dropped from it without a trace."""
    late = scenarios.disabled(launch_day, "canary", "2026-03-03T08:00:00Z", timedelta(hours=1))
    assert stops(decided(policies, late, policy="p11-f"), "p11-f") == {"canary-on-schedule"}
    assert decided(policies, late).verdict is Verdict.NO_GO
    just_in_time = scenarios.disabled(launch_day, "canary", "2026-03-03T08:30:00Z", timedelta(hours=1))
    assert decided(policies, just_in_time).verdict is Verdict.GO


@pytest.mark.parametrize("name", ["runbook", "tabletop", "canary", "rls", "record", "incidents", "mode"])
def test_no_piece_of_evidence_can_be_done_without(policies: PolicySet, launch_day: Snapshot, name: str) -> None:
    assert decided(policies, scenarios.without(launch_day, name)).verdict is Verdict.INCONCLUSIVE
