"""What holds for every report and every format."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings

from gatekeeper.model.decision import Decision
from gatekeeper.model.finding import Outcome
from gatekeeper.model.report import Report
from gatekeeper.model.rule import Enforcement
from gatekeeper.render.registry import RENDERERS, renderer_for
from gatekeeper.render.text import TextRenderer
from gatekeeper.render.visible import cells, visible
from tests.render.cases import CASES
from tests.render.strategies import HOSTILE, altered, elsewhere, reports

FORMATS = tuple(RENDERERS)
SGR = re.compile(r"\x1b\[[0-9;]*m")
DECISION_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def parts(text: str, heading: str) -> dict[str, str]:
    """The parts of a rendered text by their headings; those of several decisions one after the other."""
    found: dict[str, str] = {}
    pieces = re.split(heading, text, flags=re.MULTILINE)
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        found[title] = found.get(title, "") + body
    return found


TEXT_HEADING = r"^── (.*?) ─.*$"
MARKDOWN_HEADING = r"^## (.*)$"


@given(report=reports())
@settings(max_examples=25)
def test_what_was_skipped_waived_shadowed_or_not_applicable_stands_in_its_part_of_every_format(report: Report) -> None:
    text = parts(TextRenderer(120).render(report), TEXT_HEADING)
    page = parts(renderer_for("markdown").render(report), MARKDOWN_HEADING)
    document = renderer_for("json").render(report)
    for decision in report.decisions:
        for gate in decision.gates:
            for finding in gate.findings:
                assert f'"rule": "{finding.rule}"' in document
                if finding.enforcement is Enforcement.SHADOW:
                    told, written = "SHADOW (never counts)", "Shadow rules (they never count)"
                elif finding.outcome is Outcome.NOT_APPLICABLE:
                    told, written = "NOT APPLICABLE", "Not applicable"
                elif finding.waiver is not None:
                    told, written = "WAIVED", "Waived rules"
                else:
                    continue
                assert finding.rule in text[told]
                assert finding.rule in page[written]


@given(report=reports())
@settings(max_examples=25)
def test_no_rule_waiver_or_piece_of_evidence_falls_out_of_any_format(report: Report) -> None:
    for name in FORMATS:
        text = renderer_for(name).render(report)
        for decision in report.decisions:
            named = {finding.rule for gate in decision.gates for finding in gate.findings}
            named |= {note.waiver.id for gate in decision.gates for note in gate.waivers}
            named |= {note.name for note in decision.evidence}
            assert {each for each in named if each not in text} == set()


@given(report=reports())
@settings(max_examples=25)
def test_the_verdict_stands_on_the_first_line(report: Report) -> None:
    for name in ("text", "markdown"):
        for decision in report.decisions:
            alone = Report((decision,), report.recorded, report.explain)
            first = renderer_for(name).render(alone).splitlines()[0]
            assert first.removeprefix("# ").startswith(decision.verdict.value)
            assert decision.policy in first


@given(report=reports())
@settings(max_examples=25)
def test_no_format_depends_on_when_where_or_in_which_offset_it_is_rendered(report: Report) -> None:
    before = [renderer_for(name).render(report) for name in FORMATS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Pacific/Apia")
        time.tzset()
        try:
            assert [renderer_for(name).render(elsewhere(report)) for name in FORMATS] == before
        finally:
            patch.undo()
            time.tzset()


@given(report=reports())
@settings(max_examples=25)
def test_no_line_of_the_board_is_wider_than_the_terminal(report: Report) -> None:
    for width in (40, 57, 80, 120):
        for unicode in (True, False):
            lines = TextRenderer(width, unicode=unicode).render(report).split("\n")
            assert [line for line in lines if cells(line) > width] == []


@given(report=reports())
@settings(max_examples=25)
def test_no_format_lets_a_text_write_control_or_bidi_characters(report: Report) -> None:
    for name in FORMATS:
        text = renderer_for(name).render(report).replace("\u2060", "" if name == "markdown" else "\u2060")
        assert [each for each in text if not each.isprintable() and each != "\n"] == []


@given(report=reports())
@settings(max_examples=25)
def test_colour_adds_codes_and_nothing_else(report: Report) -> None:
    plain = TextRenderer(90).render(report)
    coloured = TextRenderer(90, color=True).render(report)
    assert SGR.sub("", coloured) == plain
    assert "\x1b" not in SGR.sub("", coloured)


@given(report=reports())
@settings(max_examples=25)
def test_a_board_for_an_ascii_terminal_is_ascii(report: Report) -> None:
    assert TextRenderer(90, unicode=False).render(report).isascii()


def without_digest(text: str, decision: Decision) -> str:
    kept = {decision.snapshot, *(gate.policy_digest for gate in decision.gates)}
    return DECISION_DIGEST.sub(lambda found: found.group() if found.group() in kept else "", text)


@pytest.mark.parametrize("poison", HOSTILE)
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_text_is_shown_on_the_board_as_its_harmless_spelling_is(case: str, poison: str) -> None:
    report = CASES[case]()

    def board(ending: str) -> str:
        poisoned: Any = altered(report, lambda text: text + ending)
        return without_digest(TextRenderer(100).render(poisoned), report.decisions[0])

    assert board(poison) == board(visible(poison))


@given(report=reports(most=2))
@settings(max_examples=15)
def test_the_json_text_reads_back_and_holds_a_document_for_each_decision(report: Report) -> None:
    read = json.loads(renderer_for("json").render(report))
    documents = read if isinstance(read, list) else [read]
    assert [each["policy"] for each in documents] == [decision.policy for decision in report.decisions]
