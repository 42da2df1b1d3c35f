"""What the board of a ladder tells, and what it must not hide."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gatekeeper.errors import UsageError
from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.report import LadderReport, RecordedDay, Report
from gatekeeper.render.explanation import ExplanationRenderer
from gatekeeper.render.markdown import MarkdownRenderer
from gatekeeper.render.text import TextRenderer
from gatekeeper.render.visible import cells
from tests.builders import NOW
from tests.evaluate.ladders import ago
from tests.render.cases import go
from tests.render.ladder_cases import FAILING, LADDERS, ladder, mode


def board(report: LadderReport, width: int = 100) -> str:
    return TextRenderer(width).render(Report((), ladders=(report,)))


def explained(report: Report, rule: str | None = None) -> str:
    return ExplanationRenderer(rule=rule, width=100).render(report)


def test_the_level_comes_first_and_last(tmp_path: Path) -> None:
    lines = board(ladder(tmp_path, **FAILING, since=ago(minutes=40))).splitlines()
    assert lines[0].startswith("PAGE  shop")
    assert lines[-1].startswith("PAGE  shop  pull back, page primary on-call")


def test_a_lever_is_told_with_its_command_and_what_it_touches(tmp_path: Path) -> None:
    told = board(ladder(tmp_path, **FAILING, since=ago(minutes=1)))
    for part in ("shop deploy --previous", "2–5 min", "all code", "2026-02-24", "shop deploy --latest"):
        assert part in told
    assert "look at the database" not in told, "a remedy that is known not to help"


def test_a_lever_that_nobody_has_seen_work_says_so(tmp_path: Path) -> None:
    told = board(ladder(tmp_path, **{**FAILING, "flag": True}, since=ago(minutes=1)))
    assert "never: nobody has seen it work" in told


def test_evidence_that_lacks_is_named_once_with_what_hangs_on_it(tmp_path: Path) -> None:
    told = board(ladder(tmp_path, "b", **FAILING, since=ago(minutes=1)))
    assert told.startswith("at least LOOK  shop")
    assert "whether LEAD is reached is not known" in told
    assert "LEAD/breach" in told
    assert "what helps against errors" in told
    assert "gatekeeper collect shop" in told


@pytest.mark.parametrize("case", LADDERS)
@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_no_line_is_wider_than_the_terminal(case: str, width: int, tmp_path: Path) -> None:
    without, changes = LADDERS[case]
    for line in board(ladder(tmp_path, *without, **changes), width).splitlines():
        assert cells(line) <= width


def test_text_of_evidence_cannot_forge_a_line(tmp_path: Path) -> None:
    report = ladder(tmp_path, reported=True, error_rate=0.01, deployed="\n! reached  forged\x1b[31m")
    for told in (board(report), explained(Report((), explain=True, ladders=(report,)))):
        assert "\n! reached  forged" not in told
        assert "\x1b" not in told


def test_one_trigger_one_duty_or_one_level_can_be_asked(tmp_path: Path) -> None:
    report = Report((), explain=True, ladders=(ladder(tmp_path, **FAILING, since=ago(minutes=1)),))
    assert "a.error_rate = 0.2" in explained(report, "errors")
    assert "notice" not in explained(report, "errors")
    assert "Customers are told" in explained(report, "notice")
    assert "lasting" in explained(report, "PAGE")
    with pytest.raises(UsageError, match=r"no level, trigger or duty 'eror'.*did you mean errors"):
        explained(report, "eror")


def test_a_part_of_a_name_finds_the_names_that_have_it(tmp_path: Path) -> None:
    report = Report((), explain=True, ladders=(ladder(tmp_path, **FAILING),))
    with pytest.raises(UsageError, match="did you mean LOOK/respond or PAGE/respond"):
        explained(report, "resp")
    look = Report((), modes=(mode(tmp_path, **FAILING),))
    with pytest.raises(UsageError, match=r"no condition or advice 'go'.*did you mean go-back"):
        explained(look, "go")


def test_a_parameter_that_the_caller_gave_is_told_in_every_format(tmp_path: Path) -> None:
    report = Report((), ladders=(ladder(tmp_path, given={"most": "0.5"}, **FAILING),))
    assert "most = 0.5, given by the caller" in TextRenderer().render(report)
    assert "--param most=0.5" in MarkdownRenderer().render(report)


def test_with_several_answers_they_are_listed_on_top(tmp_path: Path) -> None:
    report = Report(go().decisions, ladders=(ladder(tmp_path, **FAILING, since=ago(minutes=40)),))
    first = TextRenderer().render(report).splitlines()[:2]
    assert [line.split()[0] for line in first] == ["GO", "PAGE"]
    packet = MarkdownRenderer().render(report)
    assert "| `shop` | **PAGE** | pull back, page primary on-call" in packet


def test_stale_evidence_names_the_days_that_are_recorded(tmp_path: Path) -> None:
    stale = ladder(tmp_path, "b", **FAILING, since=ago(minutes=1))
    note = replace(stale.standing.evidence[1], state="stale", stale_since=NOW)
    old = replace(stale, standing=replace(stale.standing, evidence=(note,)))
    days = (RecordedDay(NOW - timedelta(days=1), "recorded/one.json"),)
    told = TextRenderer().render(Report((), days, ladders=(old,)))
    assert "To see a day that is recorded:" in told
    assert "gatekeeper evaluate shop --as-of 2026-03-02T09:05:00Z" in told


def test_one_look_at_a_mode_says_that_it_is_no_state(tmp_path: Path) -> None:
    told = explained(Report((), modes=(mode(tmp_path, **FAILING),)))
    assert told.startswith("ONE LOOK  shop-slow")
    assert "does not tell the state" in told
    assert "✓ true  slow/errors → slow" in told
    assert "○ false  slow/exit → normal" in told
    assert "shop deploy --previous" in told
    assert "be-patient (in slow)" in told


def test_a_condition_that_one_look_meets_stands_under_the_state_that_it_leads_out_of(tmp_path: Path) -> None:
    told = explained(Report((), modes=(mode(tmp_path, reported=True),)))
    assert told.index("IF IT IS NORMAL") < told.index("✓ true  slow/report") < told.index("IF IT IS SLOW")
    assert "this look is enough for slow" in told


def test_what_bars_a_condition_and_what_lacks_are_told(tmp_path: Path) -> None:
    assert "○ barred  slow/errors" in explained(Report((), modes=(mode(tmp_path, **{**FAILING, "breach": True}),)))
    blind = explained(Report((), modes=(mode(tmp_path, "a", **FAILING),)))
    assert "? not known  slow/errors" in blind
    assert "a is missing: no evidence called a was collected" in blind


def test_one_condition_or_piece_of_advice_can_be_asked(tmp_path: Path) -> None:
    report = Report((), modes=(mode(tmp_path, **FAILING),))
    assert "slow/report" not in explained(report, "slow/errors")
    assert "shop deploy --previous" in explained(report, "go-back")
    quiet = Report((), modes=(mode(tmp_path),))
    assert "○ not advised  go-back" in explained(quiet, "go-back")
    with pytest.raises(UsageError, match="did you mean go-back"):
        explained(report, "go-bak")


def _with_trouble(notes: tuple[EvidenceNote, ...]) -> tuple[EvidenceNote, ...]:
    """The evidence, none of which anything hangs on: of the first one it failed, the second one is stale."""
    failed = replace(
        notes[0], state="failed", detail="the server answered 500", source="https://shop.example/metrics", digest=None
    )
    return (failed, replace(notes[1], state="stale", detail="too old", stale_since=NOW - timedelta(hours=1)))


def test_the_board_says_what_is_wrong_with_evidence_that_nothing_hangs_on(tmp_path: Path) -> None:
    report = ladder(tmp_path)
    standing = replace(report.standing, evidence=_with_trouble(report.standing.evidence))
    told = board(replace(report, standing=standing))
    assert "a is failed: the server answered 500" in told
    assert "source https://shop.example/metrics" in told
    assert re.search(r"b .* stale +2026-03-03T08:00Z", told), "since when it is stale"


def test_on_a_narrow_board_it_stands_below_the_table_since_when_evidence_is_stale(tmp_path: Path) -> None:
    report = ladder(tmp_path)
    standing = replace(report.standing, evidence=_with_trouble(report.standing.evidence))
    told = board(replace(report, standing=standing), width=60)
    assert "b is stale since 2026-03-03T08:00Z" in told
    assert "since  " not in told, "no column for it"


def test_one_look_at_a_mode_says_what_is_wrong_with_its_evidence(tmp_path: Path) -> None:
    look = mode(tmp_path)
    told = explained(Report((), modes=(replace(look, evidence=_with_trouble(look.evidence)),)))
    assert "a is failed: the server answered 500" in told
    assert "source https://shop.example/metrics" in told
    assert re.search(r"b .* stale +2026-03-03T08:00Z", told)


def test_what_lacks_is_told_once_on_the_board(tmp_path: Path) -> None:
    report = ladder(tmp_path, "b", **FAILING, since=ago(minutes=1))
    told, _, evidence = board(report).partition("EVIDENCE")
    assert "no evidence called b was collected" in told
    assert "no evidence called b was collected" not in evidence


def test_the_packet_says_what_is_wrong_with_evidence(tmp_path: Path) -> None:
    report = ladder(tmp_path)
    standing = replace(report.standing, evidence=_with_trouble(report.standing.evidence))
    told = MarkdownRenderer().render(Report((), ladders=(replace(report, standing=standing),)))
    assert "- **`a` is failed:** the server answered 500" in told
    assert "- **`b` is stale since 2026-03-03T08:00:00Z:** too old" in told
