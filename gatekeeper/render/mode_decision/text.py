"""Format ``text``: what somebody who is woken needs, in that order. The state, what to do, whom to call, then why."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.model.mode_decision import LeverToPull, ModeDecision, Pull
from gatekeeper.model.standing import DutyState
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.ladder_outline import called_for, duty_figures, reached_levels, reason_words
from gatekeeper.render.mode_decision.document import mode_decision_digest
from gatekeeper.render.mode_decision.outline import (
    acts,
    advised_levers,
    alert_words,
    by_words,
    change_words,
    condition_lines,
    doubtful,
    due_words,
    earlier_words,
    evidence_of,
    ladder_words,
    level_figures,
    other_acts,
    pressing,
    reached,
    reason_lines,
    reason_of,
    since_words,
    state_words,
    validated_words,
)
from gatekeeper.render.terms import parameters_of, rows_of
from gatekeeper.render.text_evidence import evidence_block
from gatekeeper.render.text_terms import given_lines, terms_lines
from gatekeeper.render.wording import argument, listing, moment, short_digest

_TONES = {"pass": Tone.BAD, "unknown": Tone.DOUBT}
_SIGNS = {"pass": "!", "unknown": "?"}


def render_mode_decision_text(
    decision: ModeDecision, width: int = 100, *, color: bool = False, unicode: bool = True
) -> str:
    """The board.

    Args:
        width: columns of the terminal; fewer than 40 count as 40.
        color: whether SGR colour codes are written. Colour never carries a meaning that no word has.
        unicode: whether the terminal shows more than ASCII; else every other character is spelt out.
    """
    canvas = Canvas.of_width(width, color=color, unicode=unicode)
    board = _Board(canvas, decision)
    board.header()
    board.acts()
    board.pages()
    board.duties()
    board.meaning()
    board.notice()
    board.ladders()
    board.why()
    board.alerts()
    notes = evidence_of(decision)
    evidence_block(canvas, rows_of(notes), [(note.name, note.state) for note in notes if note.state == "missing"])
    board.footer()
    return canvas.page()


@dataclass(frozen=True, slots=True)
class _Board:
    canvas: Canvas
    decision: ModeDecision

    def _banner(self) -> list[Span]:
        calm = Tone.DOUBT_BANNER if reached(self.decision) else Tone.GOOD_BANNER
        tones = {True: calm, False: Tone.BAD_BANNER, None: Tone.DOUBT_BANNER}
        return [
            (state_words(self.decision), tones[self.decision.normal]),
            APART,
            (self.decision.mode, Tone.STRONG),
            APART,
        ]

    def header(self) -> None:
        canvas, decision = self.canvas, self.decision
        canvas.spans([*self._banner(), (decision.title, Tone.PLAIN)], hang=2)
        canvas.text(since_words(decision), Tone.STRONG, indent=2)
        canvas.text(level_figures(decision), Tone.STRONG if reached(decision) else Tone.PLAIN, indent=2)
        changed = change_words(decision.reading)
        for number, line in enumerate(reason_lines(decision)):
            canvas.labelled("" if number else "because", line)
        canvas.labelled("changed", changed, Tone.BAD if decision.normal is False else Tone.PLAIN)
        for finding in decision.reading.findings:
            canvas.labelled("differs", finding.message, Tone.DOUBT)
        canvas.blank()
        canvas.labelled("to do", acts(decision), Tone.ACT)
        if any(note.state != "usable" for note in evidence_of(decision)) and not decision.terms.replay:
            canvas.labelled("to mend", f"gatekeeper doctor {argument(decision.system)}", Tone.ACT)
        given_lines(canvas, parameters_of(decision.terms))
        terms_lines(canvas, decision.terms, decision.as_of, "decided")
        canvas.labelled("last look", earlier_words(decision))

    def acts(self) -> None:
        """Levers with all that somebody has to know before, then what else is to be done."""
        decision = self.decision
        levers, others, unknown = advised_levers(decision), other_acts(decision), doubtful(decision)
        levels = [level for each in decision.ladders for level in reached_levels(each.standing) if level.action]
        if not (levers or others or unknown or levels or decision.reading.actions):
            return
        self.canvas.heading("WHAT TO DO")
        for number, each in enumerate(levers):
            if number:
                self.canvas.blank()
            self._lever(each)
        if levers and (others or levels or decision.reading.actions):
            self.canvas.blank()
        for advised in others:
            self.canvas.spans([("→", Tone.ACT), (advised.id, Tone.STRONG), APART, (advised.reason, Tone.PLAIN)], 0, 2)
        for level in levels:
            self.canvas.spans([("→", Tone.ACT), (level.word, Tone.STRONG), APART, (level.action, Tone.PLAIN)], 0, 2)
        for action in decision.reading.actions:
            self.canvas.spans([("·", Tone.QUIET), (action, Tone.PLAIN)], 0, 2)
        if unknown:
            self.canvas.blank()
            self.canvas.labelled("not known", f"whether to: {listing(unknown)}", Tone.DOUBT)

    def _lever(self, each: LeverToPull) -> None:
        canvas, lever = self.canvas, each.lever
        sign, tone = ("→", Tone.ACT) if each.pull is Pull.ADVISED else ("·", Tone.QUIET)
        words = "PULL" if each.pull is Pull.ADVISED else "at hand"
        canvas.spans([(f"{sign} {words}", tone), (lever.id, Tone.STRONG), APART, (lever.title, Tone.PLAIN)], hang=2)
        canvas.labelled("because", reason_of(each))
        canvas.labelled("how", lever.how, Tone.ACT)
        canvas.labelled("undo", lever.undo)
        canvas.labelled("helps in", lever.time_to_effect)
        canvas.labelled("touches", lever.blast_radius)
        canvas.labelled("validated", validated_words(each), Tone.PLAIN if lever.last_validated else Tone.DOUBT)

    def pages(self) -> None:
        """Whom to page and by when; who is not paged, and why."""
        decision = self.decision
        if not decision.pages and not decision.not_paged:
            return
        self.canvas.heading("WHOM TO PAGE")
        rows: list[list[Span]] = [
            [
                ("!", Tone.BAD),
                (each.page.who, Tone.STRONG),
                (by_words(each, decision.as_of), Tone.PLAIN),
                (f"{called_for(each.page)} of {each.ladder}", Tone.QUIET),
            ]
            for each in decision.pages
        ]
        for unpaged in decision.not_paged:
            other = unpaged.other
            later = f"; from {moment(other.not_before)} on" if other.not_before is not None else ""
            rows.append(
                [
                    ("·", Tone.QUIET),
                    (other.who, Tone.PLAIN),
                    (f"not paged, {other.told}{later}", Tone.QUIET),
                    (f"{called_for(other)} of {unpaged.ladder}", Tone.QUIET),
                ]
            )
        self.canvas.table(("", "", "", ""), rows)

    def duties(self) -> None:
        """What is owed and by when, the most pressing first; what cannot be told by name only."""
        decision = self.decision
        if not decision.duties:
            return
        self.canvas.heading("DUTIES", duty_figures(each.duty for each in decision.duties))
        for each in pressing(decision.duties):
            duty = each.duty
            sign, tone = ("!", Tone.BAD) if duty.state is DutyState.OVERDUE else ("○", Tone.STRONG)
            recommended = [("(recommended, never owed)", Tone.QUIET)] if duty.recommended else []
            head: list[Span] = [(sign, tone), (duty.id, Tone.STRONG), APART, (duty.title, Tone.PLAIN), *recommended]
            self.canvas.ends(head, due_words(each, decision.as_of), tone=tone)
            self.canvas.text(duty.who, Tone.QUIET, indent=2)
        unknown = [each.duty.id for each in decision.duties if each.duty.state is DutyState.UNKNOWN]
        self.canvas.labelled("not known", listing(unknown), Tone.DOUBT)

    def meaning(self) -> None:
        """What the state means: what stays up, what throttles."""
        effects = self.decision.reading.effects
        if effects:
            self.canvas.heading("WHAT IT MEANS", f"while it is {self.decision.reading.last_known}")
            rows = [[(name, Tone.STRONG), (told, Tone.PLAIN)] for name, told in effects.items()]
            self.canvas.table(("", ""), rows)

    def notice(self) -> None:
        """What customers are told."""
        if self.decision.reading.notice:
            self.canvas.heading("WHAT TO TELL CUSTOMERS")
            self.canvas.text(self.decision.reading.notice, indent=2)

    def ladders(self) -> None:
        """How far each ladder has come, and why."""
        for number, each in enumerate(self.decision.ladders):
            standing = each.standing
            if not number:
                self.canvas.heading("HOW FAR IT HAS COME")
            tone = Tone.DOUBT if standing.unknown else Tone.BAD if standing.level is not None else Tone.GOOD
            self.canvas.spans([(standing.ladder, Tone.STRONG), APART, (ladder_words(standing), tone)], 2, 2)
            if standing.level is not None:
                self.canvas.text(reason_words(standing), Tone.QUIET, indent=4)

    def why(self) -> None:
        """The conditions that lead out of the state, and that are not told as a reason."""
        if self.decision.reading.transition is not None:  # they led out of a state that it is no longer in
            return
        told = " ".join(reason_lines(self.decision))
        others = [each for each in self.decision.reading.conditions if each.condition.id not in told]
        if not others:
            return
        self.canvas.heading("WHAT WOULD CHANGE IT", f"from {self.decision.reading.last_known}")
        for outcome in dict.fromkeys(each.outcome.value for each in others):
            tone, sign = _TONES.get(outcome, Tone.QUIET), _SIGNS.get(outcome, "○")
            for line in condition_lines(each for each in others if each.outcome.value == outcome):
                self.canvas.spans([(sign, tone), (line, Tone.PLAIN)], 2, 2)

    def alerts(self) -> None:
        """The alerts that called."""
        if self.decision.alerts:
            self.canvas.heading("CALLED BY")
        for alert in self.decision.alerts:
            name = alert.name or alert.fingerprint
            self.canvas.spans([(name, Tone.STRONG), APART, (alert_words(alert), Tone.PLAIN)], 2, 2)

    def footer(self) -> None:
        canvas, decision = self.canvas, self.decision
        canvas.heading("RESULT")
        canvas.labelled("decision", mode_decision_digest(decision), Tone.QUIET)
        canvas.labelled("snapshot", decision.terms.snapshot or "none", Tone.QUIET)
        policies = [f"{decision.mode} {short_digest(decision.policy_digest)}"]
        policies += [f"{each.ladder.id} {short_digest(each.standing.policy_digest)}" for each in decision.ladders]
        canvas.labelled("policies", listing(policies), Tone.QUIET)
        canvas.labelled("semantics", decision.semantics, Tone.QUIET)
        canvas.blank()
        canvas.spans([*self._banner(), (acts(decision), Tone.PLAIN)], hang=2)
