"""Duties and reviews of gates in the formats, and from look to look."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gatekeeper.errors import UsageError
from gatekeeper.model.decision import Decision
from gatekeeper.model.report import Report
from gatekeeper.model.values import Json
from gatekeeper.render.decision_json import decision_document
from gatekeeper.render.explanation import ExplanationRenderer
from gatekeeper.render.markdown import MarkdownRenderer
from gatekeeper.render.text import TextRenderer
from gatekeeper.render.timeline_gates import gate_changes
from gatekeeper.render.visible import cells
from tests.builders import NOW
from tests.conftest import ROOT
from tests.evaluate.gates import WITHIN, decided, duty, load
from tests.evaluate.ladders import ago

POLICY = (
    f"duties:\n{duty(WITHIN)}{duty('due: b.other', 'other')}"
    'review: {at: b.again, reason: "it rains, and nobody knows for how long that will last this time ({b.why})"}\n'
)
UPPER = (
    "apiVersion: gatekeeper/v1\nkind: Gate\nid: mall\ntitle: M\nowner: o\n"
    "rules: [{id: shop-opens, title: S, enforcement: blocking, severity: high, gate: shop}]\n"
)
DARK: Json = {"on": False}
SCHEMA: dict[str, Any] = json.loads((ROOT / "gatekeeper/schemas/decision.v1.json").read_text(encoding="utf-8"))


def found(folder: Path, a: Json = DARK, gate: str = "shop", **changes: Json) -> Decision:
    document: dict[str, Json] = {"done": False, "at": ago(minutes=31), "other": 5, "again": "2026-04-01", "why": "w"}
    return decided(load(folder, POLICY, UPPER), gate=gate, a=a, b={**document, **changes})


def board(decision: Decision, **options: Any) -> str:
    return TextRenderer(**options).render(Report((decision,)))


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_the_board_fits_and_shows_duties_and_the_review_in_its_head(tmp_path: Path, width: int, unicode: bool) -> None:
    text = board(found(tmp_path), width=width, unicode=unicode)
    assert max(cells(line) for line in text.splitlines()) <= width
    head = " ".join(text.split("as of")[0].split())
    assert "review looked at again on 2026-04-01: it rains, and nobody knows" in head
    assert "! OVERDUE d D" in " ".join(text.split())
    assert "1 duty overdue" in " ".join(text.split("RESULT")[1].split())


def test_what_no_evidence_is_to_blame_for_is_told_with_the_duty(tmp_path: Path) -> None:
    assert "somebody: not known: the expression gives an int, not a timestamp" in board(found(tmp_path))
    lost = decided(load(tmp_path, POLICY), a=DARK, b=None)
    assert "  not known  d, other" in board(lost).splitlines()


@pytest.mark.parametrize(
    ("again", "told"),
    [
        ("2026-03-01", "was to be looked at again on 2026-03-01, which is past: it rains"),
        (None, "no date is set to look at it again: it rains"),
        ("soon", "when it is looked at again is not known: 'soon' is neither a date nor an instant"),
    ],
)
def test_every_format_says_clearly_where_there_is_no_day_to_come(tmp_path: Path, again: Json, told: str) -> None:
    decision = found(tmp_path, again=again)
    assert told in " ".join(board(decision).split())
    assert told.replace("'", "") in MarkdownRenderer().render(Report((decision,))).replace("'", "")
    document = decision_document(decision)
    assert isinstance(document["review"], dict)
    assert str(document["review"]["told"]).startswith(told)
    Draft202012Validator(SCHEMA).validate(document)


def test_what_is_go_tells_of_no_review_in_any_format(tmp_path: Path) -> None:
    decision = found(tmp_path, a={"on": True})
    for told in (board(decision), MarkdownRenderer().render(Report((decision,)))):
        assert "looked at again" not in told
        assert "review" not in told.lower()
    assert decision_document(decision)["review"] is None


def test_a_gate_below_tells_its_duties_and_its_review_under_its_name(tmp_path: Path) -> None:
    decision = found(tmp_path, gate="mall")
    assert "review     shop looked at again on 2026-04-01" in board(decision)
    assert "shop: 1 overdue, 1 not known" in board(decision)
    packet = MarkdownRenderer().render(Report((decision,)))
    assert "## Duties of shop: 1 overdue, 1 not known" in packet
    document: Any = decision_document(decision)
    assert document["review"] is None
    assert [each["duty"] for each in document["gates"][1]["duties"]] == ["d", "other"]


def explained(decision: Decision, rule: str | None) -> str:
    return ExplanationRenderer(rule=rule).render(Report((decision,)))


def test_explain_shows_one_duty_with_its_evidence_and_its_place(tmp_path: Path) -> None:
    text = explained(found(tmp_path), "d")
    assert "! OVERDUE  d  D" in text
    assert "duty       policies/demo/gate.yaml:" in text
    assert "evidence   b (" in text
    assert "other" not in text
    assert "lit" not in text.replace("1 rule fails (lit)", "")
    assert "! OVERDUE  d  D" in explained(found(tmp_path, gate="mall"), "shop/d")
    assert "DUTIES" in explained(found(tmp_path), None)
    assert "DUTIES" not in explained(found(tmp_path), "lit")


def test_explain_of_neither_a_rule_nor_a_duty_names_a_near_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rule or duty 'othr'") as refused:
        explained(found(tmp_path), "othr")
    assert "other" in str(refused.value.hint)


def test_from_look_to_look_duties_and_reviews_that_change_are_told(tmp_path: Path) -> None:
    policies = load(tmp_path, POLICY, UPPER)

    def changes(gate: str) -> list[tuple[str, str, str, str]]:
        document: dict[str, Json] = {
            "done": False,
            "at": ago(minutes=29),
            "other": None,
            "again": "2026-03-03T09:01:00Z",
        }
        first = decided(policies, NOW, gate, a=DARK, b=document)
        second = decided(policies, NOW + timedelta(minutes=2), gate, a=DARK, b=document)
        third = decided(policies, NOW + timedelta(minutes=3), gate, b={**document, "done": True})
        assert [each.kind for each in gate_changes(None, first) if each.kind in ("duty", "review")] == [
            "duty",
            "review",
        ]
        told = [*gate_changes(first, second), *gate_changes(second, third)]
        return [(each.kind, each.name, each.before, each.now) for each in told if each.kind in ("duty", "review")]

    assert changes("shop") == [
        ("duty", "d", "open", "overdue"),
        ("review", "review", "set", "past"),
        ("duty", "d", "overdue", "done"),
        ("duty", "other", "waiting", "done"),
    ]
    assert [each[1] for each in changes("mall")] == ["shop/d", "shop/review", "shop/d", "shop/other"]
