"""Ingestion on its recorded days, and over its real document."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from gatekeeper.evaluate.ladder import stand
from gatekeeper.evaluate.mode import look
from gatekeeper.model.decision import Verdict
from gatekeeper.model.duty import DutyState
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.mode import ModeState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import parse_instant
from gatekeeper.snapshot import find_newest
from tests.sample.asking import decided, gate, stops, the
from tests.sample.record_ingestion import (
    DAYS,
    EVE,
    GENERAL,
    LAUNCHED,
    MORNING,
    SYSTEM,
    Day,
    load_ingestion_policies,
    record_all,
    snapshot_of,
)

RUNBOOK = "runbooks/ingestion-day0-day1.md"
GROUPS = {
    "boxes-database": 4,
    "boxes-file-storage": 3,
    "boxes-environment": 4,
    "boxes-workers": 4,
    "boxes-flags": 2,
    "boxes-health": 3,
    "boxes-metrics": 4,
    "boxes-alerts": 4,
    "boxes-dashboard": 3,
    "boxes-on-call": 4,
    "boxes-communication": 3,
    "boxes-rollback": 3,
    "boxes-final": 5,
}


@pytest.fixture(scope="module")
def policies(root: Path) -> PolicySet:
    return load_ingestion_policies(root)


@pytest.fixture
def real(root: Path, corpus: Path, tmp_path: Path) -> Path:
    """The evidence of ingestion with the real document in the place of ours."""
    evidence = tmp_path / SYSTEM
    shutil.copytree(root / "evidence" / SYSTEM, evidence)
    for day in DAYS:
        shutil.copyfile(corpus / RUNBOOK, evidence / day.runbook)
    return evidence


def open_boxes(findings: Iterable[Finding]) -> Counter[str]:
    """How many boxes are open, by the rule of their group."""
    return Counter(each.rule for each in findings if each.rule in GROUPS and each.outcome is Outcome.FAIL)


# ---------------------------------------------------------------------- what is recorded
def test_what_is_recorded_is_what_the_program_makes_of_the_evidence(root: Path, tmp_path: Path) -> None:
    for part in ("policies", "evidence"):
        shutil.copytree(root / part / SYSTEM, tmp_path / part / SYSTEM)
    record_all(tmp_path)

    def files(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    made, kept = files(tmp_path / "evidence" / SYSTEM), files(root / "evidence" / SYSTEM)
    assert sorted(made) == sorted(kept)
    changed = [name for name, content in made.items() if content != kept[name]]
    assert not changed, "run: python -m tests.sample.record_ingestion"


@pytest.mark.parametrize(
    ("policy", "as_of", "day", "verdict"),
    [
        ("ingestion-day0", "2026-03-09T16:00:00Z", EVE, Verdict.NO_GO),
        ("ingestion-day0", "2026-03-10T08:50:00Z", MORNING, Verdict.GO),
        ("ingestion-launch", "2026-03-10T08:50:00Z", MORNING, Verdict.NO_GO),
        ("ingestion-launch", "2026-03-10T10:00:00Z", LAUNCHED, Verdict.GO),
        ("ingestion-day1", "2026-03-10T10:00:00Z", LAUNCHED, Verdict.GO),
        ("ingestion-day0", "2026-03-10T10:00:00Z", LAUNCHED, Verdict.NO_GO),
        ("ingestion-ga", "2026-03-10T10:00:00Z", LAUNCHED, Verdict.NO_GO),
        ("ingestion-ga", "2026-05-04T14:00:00Z", GENERAL, Verdict.GO),
        ("ingestion-data-fix", "2026-05-04T14:00:00Z", GENERAL, Verdict.NO_GO),
        ("ingestion-day0", "2026-11-21T08:00:00Z", GENERAL, Verdict.INCONCLUSIVE),
    ],
)
def test_the_board_of_each_recorded_day(
    root: Path, policies: PolicySet, policy: str, as_of: str, day: Day, verdict: Verdict
) -> None:
    snapshot = find_newest((root / "evidence" / SYSTEM / "recorded",), SYSTEM, parse_instant(as_of))
    assert snapshot is not None
    assert snapshot.taken_at == day.collected_at
    assert decided(policies, snapshot, as_of, policy).verdict is verdict


def test_general_availability_has_words_of_its_own(policies: PolicySet) -> None:
    assert policies.gates["ingestion-ga"].words == {
        "GO": "APPROVED",
        "NO-GO": "DEFERRED",
        "INCONCLUSIVE": "DEFERRED",
    }


@pytest.mark.parametrize("day", [LAUNCHED, GENERAL], ids=lambda day: day.folder)
def test_on_a_recorded_day_ingestion_runs_and_nobody_is_needed(root: Path, policies: PolicySet, day: Day) -> None:
    snapshot = snapshot_of(root / "evidence" / SYSTEM, day)
    standing = stand(policies, "ingestion-escalation", snapshot, day.collected_at)
    assert (standing.level, standing.unknown, standing.pages) == (None, (), ())
    assert DutyState.OVERDUE not in {each.state for each in standing.duties}
    began = parse_instant("2026-03-10T08:00:00Z")
    earlier = ModeState("ingestion-control", "disabled", began, began, None)
    _, reading = look(policies.modes["ingestion-control"], earlier, snapshot, day.collected_at)
    assert (reading.state, reading.observed_state, reading.findings, reading.advice) == ("running", "running", (), ())


# ---------------------------------------------------------------------- the real document
def test_every_box_of_the_real_document_is_counted(real: Path) -> None:
    runbook = _runbook(snapshot_of(real, MORNING, frozenset({"runbook"})))
    boxes = runbook["tasks"]
    first = [box for box in boxes if box["path"][0].startswith("1. ")]
    assert len(boxes) == 129
    assert Counter(bool(box["nested"]) for box in first) == {True: 12, False: 46}
    lost = [repair for repair in runbook["repairs"] if repair["text"] is None]
    assert [(repair["line"], repair["cause"]) for repair in lost] == [(261, "incomplete")]


def test_as_written_day0_is_no_go_with_46_open_boxes_by_group(real: Path, policies: PolicySet) -> None:
    decision = decided(policies, snapshot_of(real, MORNING), "2026-03-10T08:50:00Z", "ingestion-day0")
    findings = gate(decision, "ingestion-day0").findings
    assert decision.verdict is Verdict.NO_GO
    assert open_boxes(findings) == GROUPS
    assert sum(GROUPS.values()) == 46
    # the checklist itself is whole and names all that it should; what can be asked is as on our morning
    blocking = {each.rule for each in findings if each.stops}
    assert blocking == {*GROUPS, "launch-time"}
    assert not [each for each in findings if each.outcome is Outcome.UNKNOWN]


def test_as_written_the_blanks_and_the_lost_sign_are_told_and_stop_nothing(real: Path, policies: PolicySet) -> None:
    decision = decided(policies, snapshot_of(real, MORNING), "2026-03-10T08:50:00Z", "ingestion-day0")
    told = [each for each in gate(decision, "ingestion-day0").findings if each.enforcement is Enforcement.ADVISORY]
    assert Counter(each.rule for each in told if each.outcome is Outcome.FAIL) == {
        "contacts-named": 4,
        "document-approved": 2,
        "document-readable": 1,
    }
    readable = the(decision, "ingestion-day0", "document-readable")
    assert readable.message == "encoded twice: 141, put right: 140, not in line 261"


def test_as_written_and_with_nothing_else_day0_is_no_go(real: Path, policies: PolicySet) -> None:
    only = snapshot_of(real, MORNING, frozenset({"runbook"}))
    decision = decided(policies, only, "2026-03-10T08:50:00Z", "ingestion-day0")
    assert decision.verdict is Verdict.NO_GO
    assert open_boxes(gate(decision, "ingestion-day0").findings) == GROUPS


def test_as_written_general_availability_is_deferred_and_every_unknown_is_named(
    real: Path, policies: PolicySet
) -> None:
    only = snapshot_of(real, GENERAL, frozenset({"runbook"}))
    decision = decided(policies, only, "2026-05-04T14:00:00Z", "ingestion-ga")
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert policies.gates["ingestion-ga"].words[decision.verdict] == "DEFERRED"
    criteria = {
        "p4-complete",
        "error-rate",
        "latency",
        "availability",
        "no-opening",
        "no-intervention",
        "feedback",
        "tickets",
        "on-call",
        "documentation",
        "runbook-validated",
        "votes",
    }
    assert stops(decision, "ingestion-ga") == criteria
    for rule in criteria:
        finding = the(decision, "ingestion-ga", rule)
        assert finding.outcome is Outcome.UNKNOWN
        assert {lack.cause for lack in finding.lacks} == {"missing"}
    assert the(decision, "ingestion-ga", "re-review-planned").outcome is Outcome.FAIL
    review = decision.root.review
    assert review is not None
    assert review.told == "no date is set to look at it again: the form gives no reason"


def test_as_written_the_launch_has_six_open_boxes(real: Path, policies: PolicySet) -> None:
    decision = decided(policies, snapshot_of(real, LAUNCHED), "2026-03-10T10:00:00Z", "ingestion-launch")
    findings = gate(decision, "ingestion-launch").findings
    assert decision.verdict is Verdict.NO_GO
    assert {each.rule for each in findings if each.stops} == {"boxes"}
    assert len([each for each in findings if each.stops]) == 6


def test_a_deferral_that_is_written_into_the_real_form_shows_why_and_until_when(
    real: Path, policies: PolicySet
) -> None:
    path = real / GENERAL.runbook
    text = path.read_bytes().decode("utf-8")
    box = "â–¡"  # the open box, encoded twice
    text = text.replace(f"{box} GA DEFERRED", "☑ GA DEFERRED")
    text = text.replace("If deferred, reason: _________________________", "If deferred, reason: the latency rises")
    text = text.replace("Re-review date: _____________", "Re-review date: 2026-05-18")
    path.write_bytes(text.encode("utf-8"))
    decision = decided(policies, snapshot_of(real, GENERAL), "2026-05-04T14:00:00Z", "ingestion-ga")
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision, "ingestion-ga") == {"form-agrees"}
    message = the(decision, "ingestion-ga", "form-agrees").message
    assert message == "ticked: GA DEFERRED; why: the latency rises; looked at again: 2026-05-18"
    review = decision.root.review
    assert review is not None
    assert review.told == "looked at again on 2026-05-18: the latency rises"


# ---------------------------------------------------------------------- our document beside it
def test_our_document_has_the_boxes_and_the_groups_of_the_real_one(root: Path, real: Path) -> None:
    ours = _runbook(snapshot_of(root / "evidence" / SYSTEM, EVE, frozenset({"runbook"})))
    theirs = _runbook(snapshot_of(real, EVE, frozenset({"runbook"})))
    for number in ("1.", "2.", "5.", "6."):
        assert _shape(ours, number) == _shape(theirs, number)
    copied = {box["text"] for box in ours["tasks"]} & {box["text"] for box in theirs["tasks"] if not box["nested"]}
    assert copied == {"GA APPROVED", "GA DEFERRED"}


def _shape(runbook: dict[str, Any], number: str) -> list[tuple[int, int]]:
    return [(box["depth"], box["nested"]) for box in runbook["tasks"] if box["path"][0].startswith(number)]


def _runbook(snapshot: Snapshot) -> dict[str, Any]:
    return cast("dict[str, Any]", snapshot.items["runbook"].value)


def test_a_vote_is_for_the_review_that_was_read(root: Path, policies: PolicySet) -> None:
    snapshot = snapshot_of(root / "evidence" / SYSTEM, GENERAL)
    review = snapshot.items["review"]
    value = {**cast("dict[str, Any]", review.value), "docs_published_at": "2026-04-28T10:00:00Z"}
    changed = replace(snapshot, items={**snapshot.items, "review": replace(review, value=value, digest="sha256:other")})
    decision = decided(policies, changed, "2026-05-04T14:00:00Z", "ingestion-ga")
    assert stops(decision, "ingestion-ga") == {"votes"}
    assert "what was signed has changed since" in the(decision, "ingestion-ga", "votes").message
