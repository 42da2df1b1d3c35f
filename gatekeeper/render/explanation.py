"""What ``gatekeeper explain`` prints: every rule's outcome with the values that it saw, and where it stands."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import ClassVar

from gatekeeper.errors import UsageError
from gatekeeper.model.decision import Decision, GateDecision
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.report import Report
from gatekeeper.render.canvas import Canvas, Tone
from gatekeeper.render.outline import Entry, tally, verdict_words, weight
from gatekeeper.render.text_findings import FindingsBoard
from gatekeeper.render.text_panels import quorum_block, window_block
from gatekeeper.render.wording import moment


@dataclass(frozen=True, slots=True)
class ExplanationRenderer:
    """Explains each decision of a report, or one rule of it.

    Attributes:
        rule: only this rule, in whichever gate it stands; ``gate/rule`` where several gates have one of that name.
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
            UsageError: no gate of the decision has that rule.
        """
        canvas = Canvas(max(self.width, 40), self.color, self.unicode)
        for decision in report.decisions:
            self._explain(canvas, decision)
        return "\n".join(canvas.lines).strip("\n") + "\n"

    def _explain(self, canvas: Canvas, decision: Decision) -> None:
        board = FindingsBoard(canvas, decision, explain=True)
        root = decision.root
        canvas.blank()
        canvas.ends([(f"{decision.policy}: {root.title}", Tone.STRONG)], verdict_words(root.word, str(root.verdict)))
        canvas.text(f"as of {moment(decision.as_of)}: {root.reason}", indent=2)
        wanted = self._wanted(decision)
        for gate in decision.gates:
            found = [e for e in wanted if e.gate is gate]
            if not found:
                continue
            canvas.heading(gate.gate, f"{gate.title}: {verdict_words(gate.word, str(gate.verdict))}")
            for entry in found:
                board.explained(entry)
                canvas.blank()
        if self.rule is None or any(entry.finding.window is not None for entry in wanted):
            window_block(canvas, decision, explain=True)
        if self.rule is None or any(entry.finding.quorum is not None for entry in wanted):
            quorum_block(canvas, decision)
        if decision.earliest_go is not None:
            canvas.blank()
            canvas.labelled("earliest", f"not GO before {moment(decision.earliest_go)}, even if all goes well")
        canvas.blank()
        canvas.text(tally(decision), Tone.STRONG)

    def _wanted(self, decision: Decision) -> list[Entry]:
        """The findings that are to be explained: what stops first."""
        every = [
            Entry(gate, f) for gate in decision.gates for f in sorted(gate.findings, key=lambda f: _order(gate, f))
        ]
        if self.rule is None:
            return every
        named = [e for e in every if self.rule in (e.finding.rule, f"{e.gate.gate}/{e.finding.rule}")]
        if not named:
            rules = sorted({entry.finding.rule for entry in every})
            close = difflib.get_close_matches(self.rule, rules, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(rules)}"
            raise UsageError(f"{decision.policy} has no rule {self.rule!r}", hint)
        return named


def _order(gate: GateDecision, finding: Finding) -> tuple[bool, tuple[int, int, tuple[str, str, str]]]:
    return (finding.outcome is Outcome.PASS, weight(gate, finding))
