"""Duties and the review of a gate as they are loaded: what they use, what they count by, and that they touch time."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import load_policies
from gatekeeper.load.suite.time import touches_time
from gatekeeper.model.duty import DueByWorkingDay, DueEvery, DueWithin
from gatekeeper.model.policy import Gate

HEAD = """\
apiVersion: gatekeeper/v1
kind: Gate
id: shop
title: May it open?
owner: shop-team
params: {patience: 30m}
evidence:
  door: {type: json, max_age: none, reason: it is a door, schema: any.json}
  till: {type: json, max_age: none, reason: it is a till, schema: any.json}
rules:
  - {id: open, title: Open, enforcement: blocking, severity: high, expect: door.open}
"""
DUTY = """\
duties:
  - {id: count, title: Count, who: clerk, from: till.at, within: params.patience, done_when: till.counted}
"""
REVIEW = 'review: {at: till.again, reason: "within {params.patience}"}\n'
CALENDAR = """\
---
apiVersion: gatekeeper/v1
kind: Calendar
id: days
title: Days
working_days: [mon, tue, wed, thu, fri]
"""


def load(folder: Path, text: str) -> tuple[Gate, list[str]]:
    """The gate, and the warnings."""
    where = folder / "policies" / "demo"
    where.mkdir(parents=True)
    (where / "any.json").write_text("{}")
    file = where / "gate.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    policies, warnings = load_policies([file], folder)
    return policies.gates["shop"], [each.message for each in warnings]


@pytest.mark.parametrize("text", [DUTY, REVIEW])
def test_what_a_duty_or_a_review_reads_is_used(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text)[1] == []


def test_what_nothing_reads_is_not(tmp_path: Path) -> None:
    told = ["no rule uses the parameter `patience`", "no rule uses the evidence `till`"]
    assert load(tmp_path, "")[1] == told


@pytest.mark.parametrize(
    ("terms", "form"),
    [
        ("from: till.at, within: at once", DueWithin),
        ("from: till.at, every: params.patience, last: till.last", DueEvery),
        ("from: till.at, working_days: 2, calendar: days", DueByWorkingDay),
    ],
)
def test_a_duty_has_each_form_of_deadline_and_no_level(tmp_path: Path, terms: str, form: type) -> None:
    duty = f"  - {{id: count, title: Count, who: clerk, {terms}, done_when: till.counted}}\n"
    gate, _ = load(tmp_path, f"duties:\n{duty}{CALENDAR}")
    (found,) = gate.duties
    assert isinstance(found.deadline, form)
    assert (found.level, found.or_at_level, found.recommended) == (None, None, False)
    assert gate.owed == gate.duties


def test_a_duty_or_a_review_changes_the_digest(tmp_path: Path) -> None:
    texts = ("", DUTY, REVIEW, DUTY.replace("30m", "31m").replace("clerk", "boss"))
    digests = {load(tmp_path / str(number), text)[0].digest for number, text in enumerate(texts)}
    assert len(digests) == len(texts)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", ""), (DUTY, "the duties of shop are due at some time"), (REVIEW, "the review of shop is at some time")],
)
def test_a_gate_with_duties_or_a_review_touches_time(tmp_path: Path, text: str, why: str) -> None:
    assert touches_time([load(tmp_path, text)[0]]) == why


def test_a_calendar_that_there_is_not_is_told(tmp_path: Path) -> None:
    duty = "  - {id: d, title: D, who: c, from: till.at, working_days: 2, calendar: dais, done_when: till.counted}\n"
    with pytest.raises(InvalidDocuments, match="there is no calendar `dais`"):
        load(tmp_path, f"duties:\n{duty}{CALENDAR}")
