"""What a document says in one place and belies in another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.collect.sources import value_of, write


def contradictions(tmp_path: Path, text: str) -> list[Any]:
    value = value_of(tmp_path, collector="markdown", file=write(tmp_path, "doc.md", text))
    found: list[Any] = value["contradictions"]
    return found


@pytest.mark.parametrize(
    ("text", "kind", "says", "shows"),
    [
        ("- [x] Load test — not done", "text", '"Load test — not done" is ticked', "not done"),
        ("- [x] Audit (pending)", "text", '"Audit (pending)" is ticked', "pending"),
        ("- [x] Restore: failed", "text", '"Restore: failed" is ticked', "failed"),
        ("- ☑ Launch time: ____", "text", '"Launch time: ____" is ticked', "____ is still to be filled in"),
        ("- [x] Owner: TBD", "text", '"Owner: TBD" is ticked', "TBD is still to be filled in"),
        ("- [x] Database\n  - [ ] backup", "group", '"Database" is ticked', '"backup" is not'),
        ("[x] GO / [x] NO-GO", "pair", '"GO" and "NO-GO" are ticked', "they exclude one another"),
        ("|check|Yes|No|\n|-|-|-|\n|a|[x]|[x]|\n|b|[x]|[ ]|", "pair", '"Yes" and "No" are ticked',
         "they exclude one another"),
        ("- [x] Approved\n- [x] Rejected", "pair", '"Approved" and "Rejected" are ticked', "they exclude one another"),
        ("- [ ] a\n- [x] All of the above", "summary", '"All of the above" is ticked', '"a" is not'),
        ("- [x] a\n- [ ] b\n\nStatus: complete (2/2)", "summary", "Status: complete (2/2)", '1 of 2 in "S"'),
        ("- [x] a\n- [ ] b\n\nAll done, 2 of 2.", "summary", "All done, 2 of 2.", '1 of 2 in "S"'),
        ("- [x] a\n- [ ] b\n\nStatus: complete", "summary", "Status: complete", "1 of 2 open"),
        ("Validated: 2026-03-04", "date", "Validated: 2026-03-04", "that day had not come when it was read"),
        ("- [x] tested 2027-01-01", "date", '"tested 2027-01-01" is ticked: 2027-01-01',
         "that day had not come when it was read"),
        ("CTO: Ada Byron Date: 2026-04-01", "date", "CTO signed: 2026-04-01", "that day had not come when it was read"),
    ],
)  # fmt: skip
def test_a_contradiction_is_told(text: str, kind: str, says: str, shows: str, tmp_path: Path) -> None:
    (found,) = contradictions(tmp_path, f"## S\n\n{text}\n")
    assert (found["kind"], found["says"], found["shows"], found["path"]) == (kind, says, shows, ["S"])
    assert found["lines"]


def test_a_summary_is_held_against_the_rows_of_a_table(tmp_path: Path) -> None:
    table = "|action|status|\n|-|-|\n|a|closed|\n|b|open|\n"
    (found,) = contradictions(tmp_path, f"## S\n\n{table}\n2 of 2 closed\n")
    assert (found["shows"], found["lines"]) == ("1 of 2 in the table of line 3", [6])


def test_a_total_is_held_against_its_rows(tmp_path: Path) -> None:
    table = "|suite|passed|failed|\n|-|-|-|\n|unit|10|0|\n|load|5|1|\n|Total|15|0|\n"
    (found,) = contradictions(tmp_path, f"## S\n\n{table}")
    assert (found["says"], found["shows"], found["line"]) == ("failed: 0 in total", "the rows come to 1", 7)


@pytest.mark.parametrize(
    "text",
    [
        "- [x] Security audit complete (0 critical)",
        "- [x] No failed jobs\n- [x] Failing over was rehearsed\n- [x] feedback: No blockers",
        "- [ ] Load test (pending)",
        "- [x] Database\n  - [x] backup",
        "- [ ] All of the above\n- [ ] a",
        "[x] GO / [ ] NO-GO",
        "|service|Deployed|Tested|\n|-|-|-|\n|a|[x]|[x]|",
        "- [x] go\n\nOther:\n\n- [x] no-go",
        "- [x] a\n- [ ] b\n\nStatus: complete (1/2)",
        "- [x] a\n- [x] b\n\nStatus: complete (2/2)",
        "- [x] a\n- [ ] b\n\nStatus: not complete",
        "- [x] a\n- [ ] b\n\nThe job is done when 2 of 2 are ticked.",
        "- [ ] a\n\nAvailable 24/7, closed on 1/5/2026",
        "Target date: 2026-09-01\n\nReview due: 2027-01-01",
        "Validated: 2026-03-03",
        "|suite|n|\n|-|-|\n|unit|10|\n|load|5|\n|Total|15|",
    ],
)
def test_what_fits_together_is_not_told(text: str, tmp_path: Path) -> None:
    assert contradictions(tmp_path, f"## S\n\n{text}\n") == []
