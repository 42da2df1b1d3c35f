"""What decided a finding stands in its place on every report, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.model.finding import Deciding, Finding, Lack, Observation, Outcome
from gatekeeper.model.report import Report
from gatekeeper.render.explanation import ExplanationRenderer
from gatekeeper.render.registry import renderer_for
from gatekeeper.render.text import TextRenderer
from tests.render.cases import finding, go

SEEN = (Observation("runs", "14 entries", summary=True),)
EXPECTED = 'runs.all(run, run.conclusion == "success")'
LINES = (
    Deciding(EXPECTED, value=False, told="13 of 14 entries of runs, needs all", observed=SEEN),
    Deciding('run.conclusion == "success"', value=False, told='run 3 of 14: run.conclusion = "failure"', depth=1),
)


def report(**more: object) -> Report:
    given: dict[str, object] = {"expected": EXPECTED, "because": LINES, "observed": SEEN, **more}
    outcome = given.pop("outcome", Outcome.FAIL)
    assert isinstance(outcome, Outcome)
    one: Finding = finding("clean", "All is clean", outcome, **given)  # type: ignore[arg-type]
    day = go().decisions[0]
    return Report((replace(day, gates=(replace(day.root, findings=(one,)),)),))


def test_the_board_tells_what_decided_and_not_what_was_read_as_well() -> None:
    text = TextRenderer(100).render(report())
    assert "  because    13 of 14 entries of runs, needs all\n" in text
    assert '               run 3 of 14: run.conclusion = "failure"\n' in text
    assert "runs = 14 entries" not in text


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.FAIL, Outcome.NOT_APPLICABLE])
def test_explain_tells_it_instead_of_the_expression(outcome: Outcome) -> None:
    text = ExplanationRenderer().render(report(outcome=outcome))
    assert "because    13 of 14 entries" in text
    assert "wanted" not in text
    assert "saw" not in text


def test_the_board_keeps_to_a_few_lines_and_explain_has_them_all() -> None:
    many = tuple(Deciding(f"v{n}", value=False, told=f"v{n} = false, needs true") for n in range(9))
    board = TextRenderer(100).render(report(because=many))
    assert "v5 = false" in board
    assert "v6 = false" not in board
    assert "… and 3 more (--explain)" in board
    assert "v8 = false" in ExplanationRenderer().render(report(because=many))


def test_the_board_tells_of_the_first_entry_of_a_list_and_explain_of_each() -> None:
    more = (LINES[1], replace(LINES[1], told='run 6 of 14: run.conclusion = "failure"'))
    again = report(because=(LINES[0], *more, Deciding("b", value=False, told="b = false, needs true")))
    board = TextRenderer(100).render(again)
    assert "run 3 of 14" in board
    assert "run 6 of 14" not in board
    assert "b = false" in board
    assert "… and 1 more (--explain)" in board
    assert "run 6 of 14" in ExplanationRenderer().render(again)


def test_of_what_is_not_known_it_names_the_part_that_is_not() -> None:
    lacks = (Lack("rls", "stale", "two days old"),)
    part = Deciding("rls.ok", value=None, told="rls.ok is not known for lack of rls (stale)")
    narrow = report(outcome=Outcome.UNKNOWN, lacks=lacks, because=(part,), expected="rls.ok && runs.ok")
    text = ExplanationRenderer().render(narrow)
    assert "because    rls.ok is not known for lack of rls (stale)" in text
    assert "wanted     rls.ok && runs.ok" in text
    assert "not known  rls is stale: two days old (" in text, "the source stands there"
    assert "owner      platform-oncall" in text


def test_where_the_whole_is_not_known_what_lacks_says_it_alone() -> None:
    lacks = (Lack("rls", "stale", "two days old"),)
    part = Deciding("rls.ok", value=None, told="rls.ok is not known for lack of rls (stale)")
    whole = report(outcome=Outcome.UNKNOWN, lacks=lacks, because=(part,), expected="rls.ok")
    for text in (ExplanationRenderer().render(whole), renderer_for("markdown").render(whole)):
        assert "for lack of rls" not in text
        assert "two days old" in text


def test_the_packet_tells_it_too() -> None:
    packet = renderer_for("markdown").render(report())
    assert "- **Because:** `13 of 14 entries of runs, needs all`; `run 3 of 14: " in packet
    assert "**Saw:**" not in packet
    passing = renderer_for("markdown").render(report(outcome=Outcome.PASS))
    assert "| Because | Evidence |" in passing
    assert "`13 of 14 entries of runs, needs all`" in passing
