"""One look at a mode: how its conditions stand on a snapshot, from each state; it does not tell the state."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.mode import Advised, ConditionReading, ModeReading
from gatekeeper.model.report import ModeReport
from gatekeeper.model.series import NO_TIME
from gatekeeper.render.because import worth_telling
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.nearest import no_such
from gatekeeper.render.terms import parameters_of, rows_of
from gatekeeper.render.text_because import because_and_saw_lines
from gatekeeper.render.text_evidence import evidence_block, parameters_block
from gatekeeper.render.text_levers import lever_lines
from gatekeeper.render.text_terms import given_lines, terms_lines
from gatekeeper.render.wording import TRUTHS, count, duration, listing, short_digest

_SIGNS = {
    Outcome.PASS: ("✓", Tone.GOOD),
    Outcome.FAIL: ("○", Tone.QUIET),
    Outcome.UNKNOWN: ("?", Tone.DOUBT),
    Outcome.NOT_APPLICABLE: ("–", Tone.QUIET),
}


def mode_board(canvas: Canvas, report: ModeReport, asked: str | None = None) -> None:
    """What one look says: each condition with its values, what is advised, what was observed.

    Args:
        asked: only this condition or advice.

    Raises:
        UsageError: the mode has none of that name.
    """
    board = _Board(canvas, report)
    canvas.blank()
    board.header()
    if asked is not None:
        board.only(asked)
        return
    board.conditions()
    board.advice()
    board.observed()
    evidence_block(canvas, rows_of(report.evidence))
    parameters_block(canvas, parameters_of(report.terms))
    board.footer()


@dataclass(frozen=True, slots=True)
class _Board:
    canvas: Canvas
    report: ModeReport

    def header(self) -> None:
        canvas, report = self.canvas, self.report
        head: list[Span] = [("ONE LOOK", Tone.DOUBT_BANNER), APART, (report.mode.id, Tone.STRONG), APART]
        canvas.spans([*head, (report.mode.title, Tone.PLAIN)], hang=2)
        canvas.text(
            "without a history, so it does not tell the state: that hangs on what was seen before", Tone.DOUBT, 2
        )
        terms = report.terms
        given_lines(canvas, parameters_of(terms))
        terms_lines(canvas, terms, report.as_of)

    def conditions(self) -> None:
        """Every condition, by the state that it leads out of."""
        for state, reading in self.report.readings.items():
            self.canvas.heading(f"IF IT IS {state.upper()}", self._figures(reading))
            if not reading.conditions:
                self.canvas.text("no condition leads out of it", Tone.QUIET, indent=2)
            for number, each in enumerate(reading.conditions):
                if number:
                    self.canvas.blank()
                self._condition(each)

    def advice(self) -> None:
        """What to pull, and why; advice that holds in some states only says in which."""
        found = self._advised()
        if not found:
            return
        holds = sum(1 for each, _ in found if each.outcome is Outcome.PASS)
        unknown = len(found) - holds
        told = [f"{holds} advised"] if holds else []
        self.canvas.heading("WHAT TO DO", listing([*told, *([f"{unknown} not known"] if unknown else [])]))
        for number, (each, states) in enumerate(found):
            if number:
                self.canvas.blank()
            self._advice(each, states)

    def observed(self) -> None:
        """The state that somebody sees, where the mode says how."""
        if self.report.mode.observed is None:
            return
        self.canvas.heading("OBSERVED STATE")
        seen = next((each.observed_state for each in self.report.readings.values() if each.observed_state), None)
        if seen is not None:
            self.canvas.labelled("observed", seen, Tone.STRONG)
        unknown = [each for reading in self.report.readings.values() for each in reading.findings if _unknown(each)]
        for finding in unknown[:1]:
            self.canvas.labelled("not known", finding.message, Tone.DOUBT)

    def only(self, asked: str) -> None:
        """One condition or one piece of advice."""
        conditions = [
            (state, each)
            for state, reading in self.report.readings.items()
            for each in reading.conditions
            if asked in (each.condition.id, each.condition.id.partition("/")[2])
        ]
        for state, condition in conditions:
            self.canvas.heading(f"IF IT IS {state.upper()}")
            self._condition(condition)
        advice = [(each, states) for each, states in self._advised() if each.id == asked]
        for each, states in advice:
            self.canvas.heading("WHAT TO DO")
            self._advice(each, states)
        idle = next((each for each in self.report.mode.recommend if each.id == asked), None)
        if idle is not None and not advice:
            self.canvas.heading("WHAT TO DO")
            self.canvas.spans([("○ not advised", Tone.QUIET), APART, (idle.id, Tone.STRONG)])
            self.canvas.labelled("wanted", idle.when.one_line)
        if not conditions and idle is None:
            names = [each.id for each in self.report.mode.conditions]
            names += [each.id for each in self.report.mode.recommend]
            raise no_such(self.report.mode.id, "condition or advice", asked, names)

    def footer(self) -> None:
        canvas, report = self.canvas, self.report
        canvas.heading("RESULT")
        canvas.labelled("snapshot", report.terms.snapshot or "none", Tone.QUIET)
        canvas.labelled("policy", f"{report.mode.id} {short_digest(report.mode.digest)}", Tone.QUIET)
        canvas.blank()
        every = [each for reading in report.readings.values() for each in reading.conditions]
        told = listing(
            [
                f"{number} {words}"
                for outcome, words in TRUTHS.items()
                if (number := sum(1 for each in every if each.outcome is outcome))
            ]
        )
        head: list[Span] = [("ONE LOOK", Tone.DOUBT_BANNER), APART, (report.mode.id, Tone.STRONG), APART]
        canvas.spans([*head, (f"{count(len(every), 'condition')}: {told}" if every else "no condition", Tone.PLAIN)])

    def _figures(self, reading: ModeReading) -> str:
        ready = [each.condition for each in reading.conditions if each.met]
        return f"this look is enough for {listing([each.target for each in ready])}" if ready else ""

    def _condition(self, reading: ConditionReading) -> None:
        canvas, condition = self.canvas, reading.condition
        sign, tone = _SIGNS[reading.outcome]
        words = "barred" if reading.barred is not None else TRUTHS[reading.outcome]
        head: list[Span] = [(f"{sign} {words}", tone), APART, (condition.id, Tone.STRONG)]
        canvas.ends([*head, (f"→ {condition.target}", Tone.PLAIN)], _length(reading))
        if reading.barred is not None:
            canvas.text(str(reading.barred), indent=2)
        expected = condition.when.one_line
        because_and_saw_lines(canvas, worth_telling(reading.because, expected), reading.observed)
        canvas.labelled("wanted", expected)
        for number, lack in enumerate(reading.lacks):
            about = f"{lack.evidence} is {lack.cause}: " if lack.evidence else ""
            canvas.labelled("" if number else "not known", f"{about}{lack.detail}", Tone.DOUBT)
        canvas.labelled("condition", str(condition.place), Tone.QUIET)

    def _advised(self) -> list[tuple[Advised, tuple[str, ...]]]:
        """Each piece of advice once, with the states in which it is given where those are not all."""
        states: dict[Advised, list[str]] = {}
        for state, reading in self.report.readings.items():
            for each in reading.advice:
                states.setdefault(each, []).append(state)
        every = len(self.report.readings)
        found = [(each, tuple(where) if len(where) < every else ()) for each, where in states.items()]
        return sorted(found, key=lambda each: each[0].outcome is not Outcome.PASS)

    def _advice(self, advised: Advised, states: tuple[str, ...]) -> None:
        canvas = self.canvas
        lever = self.report.mode.levers.get(advised.lever) if advised.lever is not None else None
        sign, tone = ("→", Tone.ACT) if advised.outcome is Outcome.PASS else ("?", Tone.DOUBT)
        where = [(f"(in {listing(states)})", Tone.QUIET)] if states else []
        called: list[Span] = [(lever.id, Tone.STRONG), APART] if lever is not None else []
        canvas.ends([(sign, tone), (advised.id, Tone.STRONG), *where], "")
        canvas.spans([*called, (advised.reason, Tone.PLAIN if advised.outcome is Outcome.PASS else tone)], 2, 2)
        if lever is not None:
            lever_lines(canvas, lever)


def _unknown(finding: Finding) -> bool:
    return finding.outcome is Outcome.UNKNOWN


def _length(reading: ConditionReading) -> str:
    return f"has to hold for {duration(reading.length)}" if reading.length > NO_TIME else "one look is enough"
