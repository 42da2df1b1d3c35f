"""The three gates over the real documents, with runs made up as for the sample."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from tests.sample import scenarios
from tests.sample.asking import CANARY_ROW, RECORD_ROW, advised, decided, findings, gate, stops, the
from tests.sample.record_days import FIRST, LAUNCH, Day, snapshot_of
from tests.sample.signing import basis_of


def _over_the_real_documents(root: Path, corpus: Path, folder: Path, day: Day) -> Snapshot:
    evidence = folder / "rgl8r"
    shutil.copytree(root / "evidence" / "rgl8r", evidence)
    shutil.copyfile(corpus / "runbooks" / "rgl8r-launch.md", evidence / "documents" / day.runbook)
    shutil.copyfile(corpus / "runbooks" / "rgl8r-tabletop.md", evidence / "documents" / "tabletop-2026-02-24.md")
    return snapshot_of(evidence, day)


@pytest.fixture
def first_real_day(root: Path, corpus: Path, tmp_path: Path) -> Snapshot:
    return _over_the_real_documents(root, corpus, tmp_path, FIRST)


@pytest.fixture
def real_launch_day(root: Path, corpus: Path, tmp_path: Path) -> Snapshot:
    return _over_the_real_documents(root, corpus, tmp_path, LAUNCH)


def test_the_real_documents_pass_with_advice(policies: PolicySet, first_real_day: Snapshot) -> None:
    decision = decided(policies, first_real_day, "2026-02-24T12:00:00Z", "p11-g")
    assert decision.verdict is Verdict.GO
    assert advised(decision, "p11-g") == {
        "placeholders-filled",
        "follow-up-closed",
        "follow-up-owned",
        "primary-is-not-the-lead",
        "failure-modes-exercised",
        "levers-exercised",
        "documents-agree-on-force-rls",
        "links-resolve",
        "more-than-one-participant",
    }
    said = {finding.rule: finding.message for finding in gate(decision, "p11-g").findings if finding.key is None}
    assert said["placeholders-filled"].startswith("placeholders where a value is due (4), lines: ")
    assert said["links-resolve"].startswith("dead links (3): #lever-6-queue-admission-cap (line ")
    for rule in ("lever-action", "lever-command", "lever-time-to-effect", "lever-blast-radius", "lever-validated"):
        assert [finding.outcome for finding in findings(decision, "p11-g", rule)] == [Outcome.PASS] * 6
    follow_ups = findings(decision, "p11-g", "follow-up-closed")
    assert sorted(finding.outcome for finding in follow_ups) == ["fail", "fail", "pass"]


def test_the_first_day_of_the_real_documents_is_no_go(policies: PolicySet, first_real_day: Snapshot) -> None:
    decision = decided(policies, first_real_day, "2026-02-24T12:00:00Z")
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision) == {
        "canary-clean-run",
        "approval-record-complete",
        "sign-offs-hold",
        f"no-open-blocker {CANARY_ROW}",
        f"no-open-blocker {RECORD_ROW}",
        "on-call-named Backup on-call",
    }
    assert the(decision, "p11-h", "no-open-blocker", RECORD_ROW).owner == "Dan"
    assert len(findings(decision, "p11-h", "other-open-items")) == 3


def test_the_real_runbook_is_go_once_the_backup_is_named_and_all_is_signed(
    policies: PolicySet, real_launch_day: Snapshot
) -> None:
    unsigned = decided(policies, real_launch_day)
    assert stops(unsigned) == {"sign-offs-hold", "on-call-named Backup on-call"}
    named = scenarios.with_cell(real_launch_day, "runbook", "owner", "<PLACEHOLDER>", "Priya Raman")
    signed = scenarios.with_sign_offs(named, basis=basis_of(policies, named))
    assert decided(policies, signed).verdict is Verdict.GO


def test_the_real_runbook_with_a_failed_run_is_no_go(policies: PolicySet, real_launch_day: Snapshot) -> None:
    red = scenarios.with_run(real_launch_day, "canary", "2026-03-01T12:00:00Z", conclusion="failure")
    finding = the(decided(policies, red), "p11-f", "seven-clean-days")
    assert finding.outcome is Outcome.FAIL
    assert finding.message.startswith("clean since 2026-03-01T12:30:00Z")
    assert "completes 2026-03-08T12:30:00Z" in finding.message
