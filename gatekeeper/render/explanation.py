"""What ``gatekeeper explain`` prints: every rule's outcome with the values that it saw, and where it stands."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import ClassVar

from gatekeeper.errors import UsageError
from gatekeeper.model.decision import Decision, GateDecision
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.report import Report
from gatekeeper.render.canvas import APART, Canvas, Tone
from gatekeeper.render.ladder_text import ladder_board, ladder_explanation
from gatekeeper.render.mode_text import mode_board
from gatekeeper.render.outline import Entry, tally, verdict_words, weight
from gatekeeper.render.text_findings import FindingsBoard
from gatekeeper.render.text_header import header, verdict_spans
from gatekeeper.render.text_panels import quorum_block, window_block
from gatekeeper.render.visible import visible
from gatekeeper.render.wording import argument

NEAREST = 3
"""So many names are offered for one that there is not."""

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class ExplanationRenderer:
    """Explains each gate, ladder and mode of a report, or one rule of it.

    Attributes:
        rule: only this rule, or this row of it: ``rule``, ``rule[key]``, each with ``gate/`` before it or without; of a
            ladder a trigger, duty or level, of a mode a condition or a piece of advice.
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
            UsageError: no gate of the decision, no ladder and no mode has that rule.
        """
        canvas = Canvas(max(self.width, 40), self.color, self.unicode)
        for decision in report.decisions:
            self._explain(canvas, decision)
        for ladder in report.ladders:
            if self.rule is None:
                ladder_board(canvas, replace(report, explain=True), ladder)
            else:
                ladder_explanation(canvas, ladder, self.rule)
        for mode in report.modes:
            mode_board(canvas, mode, self.rule)
        return "\n".join(canvas.lines).strip("\n") + "\n"

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
            return
        window_block(canvas, decision, explain=True)
        quorum_block(canvas, decision)
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
        if not named:
            raise UsageError(f"{decision.policy} has no rule {self.rule!r}", _hint(self.rule, every, decision))
        return named


def _names(entry: Entry) -> tuple[str, ...]:
    """What a finding can be called: its rule, or the row, each with its gate or without."""
    return (
        entry.finding.rule,
        entry.label,
        f"{entry.gate.gate}/{entry.finding.rule}",
        f"{entry.gate.gate}/{entry.label}",
    )


def _hint(asked: str, every: list[Entry], decision: Decision) -> str:
    """The nearest few of the names that there are."""
    rule = asked.partition("[")[0]
    rows = [entry.label for entry in every if "[" in asked and entry.finding.key is not None and rule in _names(entry)]
    at = 2 if "/" in asked else 0
    names = rows or list(dict.fromkeys(_names(entry)[at] for entry in every))
    close = difflib.get_close_matches(asked[:LONGEST_NAME], names, n=NEAREST, cutoff=0.7)
    close = close or [name for name in names if rule and rule in name][:NEAREST] or rows[:NEAREST]
    if close:
        return f"did you mean {' or '.join(visible(name) for name in close)}?"
    return f"gatekeeper explain {argument(decision.policy)} shows them all"


def _order(gate: GateDecision, finding: Finding) -> tuple[bool, tuple[int, int, tuple[str, str, str]]]:
    return (finding.outcome is Outcome.PASS, weight(gate, finding))
