"""Ways to keep a blocker, or somebody who is lacking, out of sight in the documents: none of them leads to GO."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.policy import PolicySet
from tests.sample import scenarios
from tests.sample.asking import CANARY_ROW, RECORD_ROW, decided, findings, stops, the
from tests.sample.record_days import LAUNCH, snapshot_of
from tests.sample.signing import basis_of

HEAD = "| # | Blocker | Current State | Owner | Target Date | Source |\n|---|---|---|---|---|---|\n"
ROW = "| 3 | **Payment data leaks** | open | Dan | 2026-03-01 | x |\n"
BLOCKERS = "## A. Known Launch Blockers / Risks\n"
NEXT = "**Hard rule:**"
TRIAGE = "## B. Incident Triage\n"
HTML = "<table><tr><td>3</td><td>Payment data leaks</td></tr></table>\n\n"
ON_CALL = "| Role | Owner |\n|---|---|\n| Primary on-call | Dan |\n| Backup on-call | Priya Raman |\n\n"

Decide = Callable[..., Decision]


@pytest.fixture
def decide_with(root: Path, policies: PolicySet, tmp_path: Path) -> Decide:
    """The launch, with the runbook edited and signed anew by people who did not notice."""
    evidence = tmp_path / "rgl8r"
    shutil.copytree(root / "evidence" / "rgl8r", evidence)
    runbook = evidence / "documents" / LAUNCH.runbook

    def decide_with(*edits: tuple[str, str]) -> Decision:
        text = runbook.read_text(encoding="utf-8")
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
            text = text.replace(old, new)
        runbook.write_text(text, encoding="utf-8")
        snapshot = snapshot_of(evidence, LAUNCH)
        return decided(policies, scenarios.with_sign_offs(snapshot, basis=basis_of(policies, snapshot)))

    return decide_with


def test_a_runbook_that_says_the_same_in_another_place_is_go(decide_with: Decide) -> None:
    assert decide_with((TRIAGE, TRIAGE + "\nMore words.\n")).verdict is Verdict.GO


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NEXT, f"### More of them\n\n{HEAD}{ROW}\n{NEXT}"),
        (NEXT, f"### More of them\n\n| What | Who |\n|---|---|\n| Payment data leaks | Dan |\n\n{NEXT}"),
        (TRIAGE, f"## Y. Further matters\n\n{HEAD}{ROW}\n{TRIAGE}"),
    ],
    ids=["under a sub-heading", "with other columns", "in another section"],
)
def test_a_blocker_in_another_table_is_seen(decide_with: Decide, old: str, new: str) -> None:
    decision = decide_with((old, new))
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision) == {"blockers-in-one-table"}


@pytest.mark.parametrize(
    "title", ["Known Launch Blockers", "A. Known Launch Blockers", "Z. Known Launch Blockers / Risks"]
)
def test_a_second_heading_for_blockers_is_not_read_instead_of_the_first(decide_with: Decide, title: str) -> None:
    decision = decide_with((TRIAGE, f"## {title}\n\n{HEAD}\n{TRIAGE}"))
    assert decision.verdict is Verdict.INCONCLUSIVE
    finding = the(decision, "p11-h", "no-open-blocker")
    assert finding.outcome is Outcome.UNKNOWN
    assert '2 headings match "Known Launch Blockers" (lines 15, ' in finding.message


def test_a_second_heading_for_the_first_days_is_not_read_instead_of_the_first(decide_with: Decide) -> None:
    decision = decide_with(
        ("| **Backup on-call** | Priya Raman |", "| **Backup on-call** | <BACKUP> |"),
        ("### Escalation Ladder\n", f"### First 7 Days\n\n{ON_CALL}### Escalation Ladder\n"),
    )
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert {each.outcome for each in findings(decision, "p11-h", "on-call-named")} == {Outcome.UNKNOWN}


@pytest.mark.parametrize("html", [HTML, HTML.upper(), f"<div>\n{HTML}", f"Also: {HTML}"])
def test_a_table_in_html_is_not_passed_over(decide_with: Decide, html: str) -> None:
    decision = decide_with((NEXT, html + NEXT))
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert "the raw HTML table in line 2" in " ".join(
        lack.detail for lack in the(decision, "p11-h", "no-open-blocker").lacks
    )


def test_a_row_with_the_number_of_another_is_not_closed_by_its_rule(decide_with: Decide) -> None:
    decision = decide_with(("| 1 | **7-day canary clean run** |", "| 1 | **Payment data leaks** |"))
    assert stops(decision) == {"no-open-blocker 1 Payment data leaks"}


def test_a_blocker_table_without_rows_is_not_known(root: Path, decide_with: Decide) -> None:
    text = (root / "evidence/rgl8r/documents" / LAUNCH.runbook).read_text(encoding="utf-8")
    rows = [line + "\n" for line in text.splitlines() if line.startswith(("| 1 | **7-day", "| 2 | **P11-H"))]
    assert len(rows) == 2
    decision = decide_with(*((row, "") for row in rows))
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert stops(decision) == {"no-open-blocker"}


def test_the_rows_of_the_sample_are_closed_by_their_rules(decide_with: Decide) -> None:
    rows = findings(decide_with(), "p11-h", "no-open-blocker")
    assert [(row.key, row.closed_by) for row in rows] == [
        (CANARY_ROW, "canary-clean-run"),
        (RECORD_ROW, "approval-record-complete"),
    ]
