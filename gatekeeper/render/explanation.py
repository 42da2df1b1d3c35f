"""What ``gatekeeper explain`` prints: every rule's outcome with the values that it saw, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from gatekeeper.model.decision import Decision, GateDecision
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.report import Report
from gatekeeper.render.canvas import APART, Canvas, Tone
from gatekeeper.render.ladder_text import ladder_board, ladder_explanation
from gatekeeper.render.mode_text import mode_board
from gatekeeper.render.nearest import no_such
from gatekeeper.render.outline import Entry, tally, verdict_words, weight
from gatekeeper.render.text_duties import gate_duties, gate_duties_block
from gatekeeper.render.text_findings import FindingsBoard
from gatekeeper.render.text_header import header, verdict_spans
from gatekeeper.render.text_panels import quorum_block, window_block


@dataclass(frozen=True, slots=True)
class ExplanationRenderer:
    """Explains each gate, ladder and mode of a report, or one rule of it.

    Attributes:
        rule: only this rule, row of a rule or duty: ``rule``, ``rule[key]``, each with ``gate/`` before it or without;
            of a ladder a trigger, duty or level, of a mode a condition or a piece of advice.
    """

    name: ClassVar[str] = "explanation"
    media_type: ClassVar[str] = "text/plain; charset=utf-8"

    rule: str | None = None
    width: int = 100
    color: bool = False
    unicode: bool = True

    def render(self, report: Report) -> str:
        """The explanation.

        Raises:
            UsageError: no gate of the decision, no ladder and no mode has that.
        """
        canvas = Canvas.of_width(self.width, color=self.color, unicode=self.unicode)
        for decision in report.decisions:
            self._explain(canvas, decision)
        for ladder in report.ladders:
            if self.rule is None:
                ladder_board(canvas, replace(report, explain=True), ladder)
            else:
                ladder_explanation(canvas, ladder, self.rule)
        for mode in report.modes:
            mode_board(canvas, mode, self.rule)
        return canvas.page()

    def _explain(self, canvas: Canvas, decision: Decision) -> None:
        board = FindingsBoard(canvas, decision, explain=True)
        wanted = self._wanted(decision)
        canvas.blank()
        header(canvas, decision)
        for gate in decision.gates:
            found = [e for e in wanted if e.gate is gate]
            if not found:
                continue
            canvas.heading(gate.gate, f"{gate.title}: {verdict_words(gate.word, gate.verdict.value)}")
            for entry in found:
                board.explained(entry)
                canvas.blank()
        if self.rule is not None:  # the answer ends with the rule that was asked for
            findings = [entry.finding for entry in wanted]
            window_block(canvas, decision, explain=True, only=findings)
            quorum_block(canvas, decision, only=findings)
            gate_duties_block(canvas, decision, explain=True, only=self.rule)
            return
        window_block(canvas, decision, explain=True)
        quorum_block(canvas, decision)
        gate_duties_block(canvas, decision, explain=True)
        canvas.blank()
        canvas.spans([*verdict_spans(decision), APART, (tally(decision), Tone.PLAIN)], hang=2)

    def _wanted(self, decision: Decision) -> list[Entry]:
        """The findings that are to be explained: what stops first."""
        every = [
            Entry(gate, f) for gate in decision.gates for f in sorted(gate.findings, key=lambda f: _order(gate, f))
        ]
        if self.rule is None:
            return every
        named = [entry for entry in every if self.rule in _names(entry)]
        if not named and not any(gate_duties(gate, self.rule) for gate in decision.gates):
            duties = [each.id for gate in decision.gates for each in gate.duties]
            what = "rule or duty" if duties else "rule"
            raise no_such(decision.policy, what, self.rule, [*_alike(self.rule, every), *duties])
        return named


def _names(entry: Entry) -> tuple[str, ...]:
    """What a finding can be called: its rule, or the row, each with its gate or without."""
    return (
        entry.finding.rule,
        entry.label,
        f"{entry.gate.gate}/{entry.finding.rule}",
        f"{entry.gate.gate}/{entry.label}",
    )


def _alike(asked: str, every: list[Entry]) -> list[str]:
    """The names that there are, written as the one that was asked: of a row, and with its gate, or without."""
    rule, with_row, _ = asked.partition("[")
    at = 2 if "/" in rule else 0
    rows = [
        _names(entry)[at + 1] for entry in every if with_row and entry.finding.key is not None and rule in _names(entry)
    ]
    return rows or [_names(entry)[at] for entry in every]


def _order(gate: GateDecision, finding: Finding) -> tuple[bool, tuple[int, int, tuple[str, str, str]]]:
    return (finding.outcome is Outcome.PASS, weight(gate, finding))
