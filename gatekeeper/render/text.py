"""Format ``text``: a board for a terminal. The verdict first, then what blocks, then what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gatekeeper.model.decision import Decision
from gatekeeper.model.report import Report
from gatekeeper.render.canvas import APART, Canvas, TerminalText, Tone
from gatekeeper.render.decision_json import decision_digest
from gatekeeper.render.lacks import absent_evidence
from gatekeeper.render.ladder_outline import figures as ladder_figures
from gatekeeper.render.ladder_text import ladder_board, level_spans
from gatekeeper.render.mode_text import mode_board
from gatekeeper.render.outline import evidence_rows, figures, tally
from gatekeeper.render.terms import parameters_of
from gatekeeper.render.text_duties import gate_duties_block
from gatekeeper.render.text_evidence import evidence_block, parameters_block
from gatekeeper.render.text_findings import FindingsBoard
from gatekeeper.render.text_header import header, next_steps, verdict_spans
from gatekeeper.render.text_lacks import lacks_block
from gatekeeper.render.text_lists import (
    advisory_block,
    below_block,
    not_applicable_block,
    passing_block,
    shadow_block,
    waived_block,
)
from gatekeeper.render.text_panels import quorum_block, window_block
from gatekeeper.render.text_waivers import waivers_block
from gatekeeper.render.visible import cells, visible
from gatekeeper.render.wording import listing, short_digest


@dataclass(frozen=True, slots=True)
class TextRenderer(TerminalText):
    """The board."""

    name: ClassVar[str] = "text"
    media_type: ClassVar[str] = "text/plain; charset=utf-8"

    def render(self, report: Report) -> str:
        """The boards of all gates and ladders, one under the other; with several, a list of their answers on top."""
        canvas = self.canvas()
        answers = len(report.decisions) + len(report.ladders) + len(report.modes)
        if not answers:
            canvas.text("No decision was asked for.")
        if answers > 1:
            _overview(canvas, report)
        for decision in report.decisions:
            _board(canvas, report, decision)
        for ladder in report.ladders:
            ladder_board(canvas, report, ladder)
        for mode in report.modes:
            mode_board(canvas, mode)
        return canvas.page()


def _overview(canvas: Canvas, report: Report) -> None:
    for decision in report.decisions:
        canvas.ends(verdict_spans(decision), tally(decision))
    for ladder in report.ladders:
        canvas.ends(level_spans(ladder.standing), ladder_figures(ladder.standing))
    canvas.blank()


def _board(canvas: Canvas, report: Report, decision: Decision) -> None:
    canvas.blank()
    header(canvas, decision)
    next_steps(canvas, report, decision)
    board = FindingsBoard(canvas, decision, report.explain)
    board.blocking()
    lacks_block(board)
    waived_block(board)
    waivers_block(canvas, decision)
    window_block(canvas, decision, report.explain)
    quorum_block(canvas, decision)
    below_block(board)
    advisory_block(board)
    gate_duties_block(canvas, decision, explain=report.explain)
    shadow_block(board)
    not_applicable_block(board)
    passing_block(board)
    gathered = () if report.explain else [(each.note.name, each.note.state) for each in absent_evidence(decision)]
    evidence_block(canvas, evidence_rows(decision), gathered, several=len(decision.gates) > 1)
    if report.explain:
        parameters_block(canvas, parameters_of(decision))
    _footer(canvas, decision)


def _footer(canvas: Canvas, decision: Decision) -> None:
    canvas.heading("RESULT")
    canvas.labelled("decision", decision_digest(decision), Tone.QUIET)
    canvas.labelled("snapshot", decision.snapshot or "none", Tone.QUIET)
    policies = ", ".join(f"{gate.gate} {short_digest(gate.policy_digest)}" for gate in decision.gates)
    canvas.labelled("policies", policies, Tone.QUIET)
    canvas.labelled("semantics", decision.semantics, Tone.QUIET)
    canvas.blank()
    head = verdict_spans(decision)
    taken = sum(cells(visible(text)) + 1 for text, _ in head)
    canvas.spans([*head, APART, (_fitting(decision, canvas.width - taken - 1), Tone.PLAIN)], hang=2)


def _fitting(decision: Decision, room: int) -> str:
    """As many of the figures as one line holds; what is left out blocks nothing, and stands in its part above."""
    told = [each.replace("not applicable", "n/a") for each in figures(decision)]
    if cells(tally(decision)) <= room or len(told) < 2:
        return tally(decision)
    while len(told) > 1 and cells(listing(told)) > room and told[-1].split()[-1] in _MAY_BE_LEFT_OUT:
        told.pop()
    return listing(told)


_MAY_BE_LEFT_OUT = frozenset({"shadow", "n/a", "pass"})
