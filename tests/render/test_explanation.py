"""``gatekeeper explain``: one rule, or all of them, each with everything that is known of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.errors import UsageError
from gatekeeper.model.report import Report
from gatekeeper.render.explanation import ExplanationRenderer
from gatekeeper.render.text import TextRenderer
from tests.render.cases import canary_reset, go, stale


def explained(report: Report, rule: str | None = None) -> str:
    return ExplanationRenderer(rule=rule).render(report)


def test_it_opens_as_the_board_does() -> None:
    board = TextRenderer(100).render(canary_reset()).splitlines()
    assert explained(canary_reset()).splitlines()[:7] == board[:7]


def test_every_finding_of_every_gate_is_explained_with_its_place() -> None:
    text = explained(go())
    for gate in go().decisions[0].gates:
        for finding in gate.findings:
            assert f"{finding.rule}[{finding.key}]" in text if finding.key else finding.rule in text
            assert f"rule       {finding.place}" in text
    assert 'wanted     rls.latest.conclusion == "success"' in text


@pytest.mark.parametrize(
    "name", ["lever-validated[3]", "p11-g/lever-validated[3]", "lever-validated", "p11-g/lever-validated"]
)
def test_a_rule_or_a_row_is_asked_for_with_its_gate_or_without(name: str) -> None:
    text = explained(go(), name)
    assert "lever-validated[3]" in text
    assert ("lever-validated[4]" in text) == (not name.endswith("]"))
    assert "tenant-isolation-verified" not in text


def test_one_rule_ends_with_its_finding_and_not_with_the_counts_of_the_gate() -> None:
    text = explained(canary_reset(), "on-call-named")
    assert text.splitlines()[-1] == "  rule       policies/rgl8r/p11-h.yaml:64:5"
    assert "hard fail" not in text


def test_one_rule_shows_its_own_window_or_sign_offs_and_no_others() -> None:
    assert "SIGN-OFFS" in explained(canary_reset(), "approval-record-complete")
    assert "CLEAN WINDOW" not in explained(canary_reset(), "approval-record-complete")
    assert "CLEAN WINDOW" in explained(canary_reset(), "seven-clean-days")
    assert "SIGN-OFFS" not in explained(canary_reset(), "canary-clean-run")


def test_what_is_not_known_is_said_once() -> None:
    text = explained(stale(), "tenant-isolation-verified")
    assert text.count("not known") == 1
    assert "not known  rls is stale since 2026-03-03T09:55Z" in text


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("tenant-isolation-verifed", "did you mean tenant-isolation-verified?"),
        ("p11-h/no-open-incidents", "did you mean p11-h/no-open-incident?"),
        ("lever-validated[33]", "did you mean lever-validated[3] or lever-validated[6] or lever-validated[5]?"),
        (
            "p11-g/lever-validated[zz]",
            "did you mean p11-g/lever-validated[6] or p11-g/lever-validated[5] or p11-g/lever-validated[4]?",
        ),
        ("zzzz", "gatekeeper explain p11-h shows them all"),
    ],
)
def test_a_name_that_there_is_not_gets_the_nearest_few(asked: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        explained(go(), asked)
    assert refused.value.message == f"p11-h has no rule {asked!r}"
    assert refused.value.hint == hint


def test_no_more_than_three_names_are_offered() -> None:
    many = tuple(replace(go().decisions[0].root.findings[0], rule=f"rule-number-{number}") for number in range(43))
    day = go().decisions[0]
    with pytest.raises(UsageError) as refused:
        explained(Report((replace(day, gates=(replace(day.root, findings=many),)),)), "rule-number")
    assert refused.value.hint.count("rule-number") == 3
