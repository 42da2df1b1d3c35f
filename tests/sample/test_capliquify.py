"""Capliquify's policies over the real runbook and over the recorded days."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from gatekeeper.evaluate.ladder import stand
from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.duty import DutyState
from gatekeeper.model.finding import Outcome
from gatekeeper.model.policy import PolicySet
from tests.sample.asking import advised, decided, findings, stops, the
from tests.sample.record_capliquify import FIRST, GATE, LAUNCH, load_capliquify_policies, record_all, snapshot_of

FIRST_DAY = "documents/production-runbook-2025-10-24.md"
REGISTER = "days/2025-10-24/register.yaml"
SOURCES = ("integration_tests", "load_test", "security_audit")
ONLY_CLAIMS = "integration_tests: null\nload_test: null\nsecurity_audit: null\napprovals: null\n"
UNSIGNED = {"signed Technical Lead", "signed DevOps Lead", "signed Product Owner", "signed CTO"}

Decide = Callable[..., Decision]


@pytest.fixture(scope="module")
def capliquify(root: Path) -> PolicySet:
    return load_capliquify_policies(root)


@pytest.fixture
def evidence(root: Path, tmp_path: Path) -> Path:
    return shutil.copytree(root / "evidence" / "capliquify", tmp_path / "evidence" / "capliquify")


@pytest.fixture
def as_written(capliquify: PolicySet, evidence: Path, corpus: Path) -> Decide:
    """Readiness by the real runbook, with texts of it changed on the way."""
    shutil.copyfile(corpus / "runbooks" / "capliquify-production.md", evidence / FIRST_DAY)

    def as_written(*edits: tuple[str, str]) -> Decision:
        runbook = evidence / FIRST_DAY
        text = runbook.read_text(encoding="utf-8")
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
            text = text.replace(old, new)
        runbook.write_text(text, encoding="utf-8")
        return decided(capliquify, snapshot_of(evidence), f"{FIRST:%FT%TZ}", GATE)

    return as_written


def test_the_real_runbook_is_no_go_with_one_open_box_and_four_missing_signatures(
    as_written: Decide, evidence: Path
) -> None:
    (evidence / REGISTER).write_text(ONLY_CLAIMS, encoding="utf-8")
    decision = as_written()
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision, GATE) == {"stakeholder-approval", *UNSIGNED}
    claims = [the(decision, GATE, rule) for rule in ("integration-tests", "load-test", "security-audit", "alerts")]
    assert {(claim.outcome, claim.message) for claim in claims} == {(Outcome.PASS, "by the box alone, a claim: ticked")}


def test_the_real_runbook_calls_itself_complete_and_that_is_told(as_written: Decide) -> None:
    decision = as_written()
    told = the(decision, GATE, "summary-agrees")
    assert told.outcome is Outcome.FAIL
    assert told.message == (
        'line 461 says "Status: ✅ COMPLETE (7/7 stories)" and shows 6 of 7 in "Checklist" (lines 448)'
    )
    assert advised(decision, GATE) == {"summary-agrees", "launch-date", "contact-numbers"}
    assert the(decision, GATE, "launch-date").message == "launch date: TBD"
    numbers = {finding.key: finding.outcome for finding in findings(decision, GATE, "contact-numbers")}
    assert numbers == {
        "On-Call Engineer": "pass",
        "Senior Engineer": "pass",
        "DevOps Lead": "fail",
        "Database Admin": "fail",
        "Security Officer": "fail",
        "CTO": "fail",
    }


def test_damaged_characters_of_the_real_runbook_are_all_put_right(as_written: Decide) -> None:
    told = the(as_written(), GATE, "text-certain")
    assert (told.outcome, told.message) == (Outcome.PASS, "repaired: 11; left as found on lines: none")


def test_a_real_source_goes_before_the_tick_of_the_real_runbook(as_written: Decide, evidence: Path) -> None:
    audit = evidence / "proofs" / "audit.json"
    audit.write_text(audit.read_text(encoding="utf-8").replace('"critical": 0', '"critical": 2'), encoding="utf-8")
    decision = as_written()
    assert the(decision, GATE, "security-audit").message.startswith("by proofs/audit.json: 2 critical, complete")
    assert stops(decision, GATE) == {"stakeholder-approval", "security-audit", *UNSIGNED}
    told = the(decision, GATE, "claims-agree", "Security audit")
    assert told.message == 'the box "Security audit complete (0 critical)" is ticked (line 444)'
    assert told.outcome is Outcome.FAIL


@pytest.mark.parametrize("report", ["integration-tests.xml", "load-test.json", "audit.json"])
def test_a_source_that_vanished_is_not_replaced_by_the_tick(as_written: Decide, evidence: Path, report: str) -> None:
    (evidence / "proofs" / report).unlink()
    decision = as_written()
    assert the(decision, GATE, report.rsplit(".", 1)[0].replace("audit", "security-audit")).outcome is Outcome.UNKNOWN


def test_the_real_runbook_is_go_once_the_last_box_is_ticked_and_all_have_signed(as_written: Decide) -> None:
    lines = [
        ("Technical Lead: ___________________ Date: __________", "Technical Lead: Ines Falk Date: 2025-10-23"),
        ("DevOps Lead: _____________________ Date: __________", "DevOps Lead: Tomasz Riel Date: 2025-10-23"),
        ("Product Owner: ___________________ Date: __________", "Product Owner: Hanna Oost Date: 2025-10-23"),
        ("CTO: ____________________________ Date: __________", "CTO: Viktor Lind Date: 2025-10-23"),
    ]
    signed = [(f"- [ ] {old}", f"- [x] {new}") for old, new in lines]
    decision = as_written(("- [ ] Stakeholder approval", "- [x] Stakeholder approval"), *signed)
    assert decision.verdict is Verdict.GO
    assert advised(decision, GATE) == {"launch-date", "contact-numbers"}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("- [x] Alerts configured (Slack + Email)", "- [ ] Alerts configured (Slack + Email)", "alerts"),
        ("- [x] Alerts configured (Slack + Email)", "- [x] Alerts configured - not done", "ticks-stand"),
        ("- [x] Runbook created\n", "- [x] Runbook created\n- [ ] Data protection\n", "nothing-else-open"),
        ("### Issue 6: Cross", "### Cross", "runbook-written"),
        ("- [x] Monitoring configured (Prometheus + Grafana)\n", "", "monitoring"),
    ],
    ids=["a box is open", "a tick is taken back", "a box is new", "a page lacks", "a box lacks"],
)
def test_what_is_hidden_in_the_real_runbook_stops_it(as_written: Decide, old: str, new: str, rule: str) -> None:
    assert rule in {each.split(" ")[0] for each in stops(as_written((old, new)), GATE)}


def test_the_launch_is_go_by_the_approval_record(capliquify: PolicySet, evidence: Path) -> None:
    decision = decided(capliquify, snapshot_of(evidence, LAUNCH), f"{LAUNCH:%FT%TZ}", GATE)
    assert decision.verdict is Verdict.GO
    assert the(decision, GATE, "signed").outcome is Outcome.NOT_APPLICABLE
    assert the(decision, GATE, "sign-offs-hold").outcome is Outcome.PASS


@pytest.mark.parametrize("day", [FIRST, LAUNCH], ids=["first day", "launch"])
def test_a_recorded_day_is_in_good_order(capliquify: PolicySet, evidence: Path, day: datetime) -> None:
    snapshot = snapshot_of(evidence, day)
    daily = decided(capliquify, snapshot, f"{day:%FT%TZ}", "capliquify-daily")
    assert daily.verdict is Verdict.GO
    assert set(capliquify.ladders) == {"capliquify-severity", "capliquify-escalation"}
    for ladder in capliquify.ladders:
        standing = stand(capliquify, ladder, snapshot, day)
        assert (standing.level, standing.unknown, standing.pages) == (None, (), ())
        owed = {duty.state for duty in standing.duties}
        assert not owed & {DutyState.OPEN, DutyState.OVERDUE, DutyState.UNKNOWN}


def test_the_recorded_days_tell_what_is_owed_each_week_and_each_month(capliquify: PolicySet, evidence: Path) -> None:
    def standing(day: datetime, state: DutyState) -> set[str]:
        daily = decided(capliquify, snapshot_of(evidence, day), f"{day:%FT%TZ}", "capliquify-daily")
        assert len(daily.root.duties) == 10
        return {duty.id for duty in daily.root.duties if duty.state is state}

    assert standing(FIRST, DutyState.OVERDUE) == {"documentation"}
    assert standing(FIRST, DutyState.OPEN) == set()
    assert standing(LAUNCH, DutyState.OVERDUE) == set()
    monthly = {"vacuum", "log-rotation", "archive", "penetration-test", "baseline"}
    assert standing(LAUNCH, DutyState.OPEN) == monthly


def test_what_is_recorded_is_what_the_program_makes_of_the_evidence(root: Path, tmp_path: Path) -> None:
    for part in ("policies", "evidence"):
        shutil.copytree(root / part / "capliquify", tmp_path / part / "capliquify")
    record_all(tmp_path)
    made, kept = (
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "evidence" / "capliquify", root / "evidence" / "capliquify")
    )
    assert made == kept, "run: python -m tests.sample.record_capliquify"
