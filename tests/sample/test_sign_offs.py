"""Who has to sign, on what, and when a sign-off does not hold."""

from __future__ import annotations

import pytest

from gatekeeper.model.decision import Verdict
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from tests.sample import scenarios
from tests.sample.asking import BAD_RUN, RECORD_ROW, advised, decided, stops, the


@pytest.mark.parametrize("role", ["approver", "launch-window", "rollback-authority"])
def test_one_sign_off_less_is_no_go_and_named(policies: PolicySet, launch_day: Snapshot, role: str) -> None:
    decision = decided(policies, scenarios.blank(launch_day, role))
    assert decision.verdict is Verdict.NO_GO
    assert the(decision, "p11-h", "approval-record-complete").message == f"still without a final sign-off: {role}"
    assert f"{role}: nobody has signed" in the(decision, "p11-h", "sign-offs-hold").message
    assert stops(decision) == {"approval-record-complete", "sign-offs-hold", f"no-open-blocker {RECORD_ROW}"}


def test_one_person_in_all_roles_is_no_go(policies: PolicySet, launch_day: Snapshot) -> None:
    decision = decided(policies, scenarios.with_sign_offs(launch_day, person="Dan"))
    finding = the(decision, "p11-h", "sign-offs-hold")
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision) == {"sign-offs-hold"}
    assert finding.message == "3 of 3 roles signed off by 1 person; 2 people are needed"


def test_a_sign_off_on_another_commit_is_no_go(policies: PolicySet, launch_day: Snapshot) -> None:
    other = "e2704bd16f8c39a5d07e61b4c83f92ad105c6e37"
    decision = decided(policies, scenarios.with_sign_off(launch_day, "approver", commit=other))
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision) == {"sign-offs-hold"}
    message = the(decision, "p11-h", "sign-offs-hold").message
    assert "approver: it is for commit e2704bd16f8c, not 7d19f5a3c86e" in message


def test_a_document_that_changed_after_the_sign_off_is_no_go(policies: PolicySet, launch_day: Snapshot) -> None:
    changed = scenarios.with_cell(launch_day, "runbook", "owner", "Priya Raman", "Marta Kowalska")
    decision = decided(policies, changed)
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision) == {"sign-offs-hold"}
    assert "what was signed has changed since" in the(decision, "p11-h", "sign-offs-hold").message


def test_live_evidence_is_not_bound_by_the_sign_off(policies: PolicySet, launch_day: Snapshot) -> None:
    other = scenarios.with_run(launch_day, "canary", BAD_RUN, conclusion="skipped")
    assert decided(policies, other).verdict is Verdict.GO


@pytest.mark.parametrize(
    "fields",
    [
        {"person": "Claude Code"},
        {"person": "Claude Code", "signer": "software"},
        {"person": "TBD"},
        {"person": "<NAME>"},
    ],
    ids=["software by name", "software", "nobody yet", "placeholder"],
)
def test_only_a_named_person_approves(policies: PolicySet, launch_day: Snapshot, fields: dict[str, object]) -> None:
    decision = decided(policies, scenarios.with_sign_off(launch_day, "approver", **fields))
    assert decision.verdict is Verdict.NO_GO
    assert "signed-by-people" in stops(decision)


NOBODY = [
    "CLAUDE",
    "Claude Opus",
    "Dependabot",
    "Github Actions",
    "Nobody yet",
    "Not yet named",
    "On leave",
    "On-call Engineer",
    "Platform Team",
    "Release manager",
    "Same as primary",
    "See PagerDuty",
    "Tbd",
    "To be decided",
    "Vacant",
    "X",
]


@pytest.mark.parametrize("person", NOBODY)
def test_who_is_not_on_the_roster_is_nobody(policies: PolicySet, launch_day: Snapshot, person: str) -> None:
    signed = decided(policies, scenarios.with_sign_off(launch_day, "approver", person=person))
    assert stops(signed) == {"signed-by-people", "sign-offs-hold"}
    on_call = scenarios.with_cell(launch_day, "runbook", "owner", "Priya Raman", person)
    assert "on-call-named Backup on-call" in stops(decided(policies, on_call))
    owned = scenarios.with_cell(launch_day, "tabletop", "owner", "platform-oncall", person)
    assert "follow-up-owned" in advised(decided(policies, owned), "p11-g")


@pytest.mark.parametrize(
    ("role", "person"),
    [("approver", "Priya Raman"), ("launch-window", "Priya Raman"), ("rollback-authority", "Marta Kowalska")],
)
def test_only_who_holds_a_role_signs_in_it(policies: PolicySet, launch_day: Snapshot, role: str, person: str) -> None:
    decision = decided(policies, scenarios.with_sign_off(launch_day, role, person=person))
    assert stops(decision) == {"sign-offs-hold"}
    assert f"{role}: {person} does not hold this role" in the(decision, "p11-h", "sign-offs-hold").message


@pytest.mark.parametrize("other", ["<BACKUP>", "Marta Kowalska"])
def test_a_role_on_call_with_two_rows_has_nobody(policies: PolicySet, launch_day: Snapshot, other: str) -> None:
    def change(value: scenarios.Value) -> None:
        rows = next(table["rows"] for table in value["tables"] if table["path"][-1].startswith("Launch Window"))
        rows.append({**next(row for row in rows if row["role"] == "Backup on-call"), "owner": other})

    decision = decided(policies, scenarios.with_value(launch_day, "runbook", change))
    assert "on-call-named Backup on-call" in stops(decision)
