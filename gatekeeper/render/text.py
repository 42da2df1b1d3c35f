"""Format ``text``: a board for a terminal. The verdict first, then what blocks, then what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.report import Report
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.decision_json import decision_digest
from gatekeeper.render.outline import applied, days_to_see, tally, verdict_words
from gatekeeper.render.text_evidence import evidence_block, parameters_block, stale_block
from gatekeeper.render.text_findings import FindingsBoard
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
from gatekeeper.render.wording import age, argument, count, evaluate_command, moment, short_digest

NARROWEST = 40

_BANNERS = {
    Verdict.GO: Tone.GOOD_BANNER,
    Verdict.NO_GO: Tone.BAD_BANNER,
    Verdict.INCONCLUSIVE: Tone.DOUBT_BANNER,
}


@dataclass(frozen=True, slots=True)
class TextRenderer:
    """The board.

    Attributes:
        width: columns of the terminal; fewer than 40 count as 40.
        color: whether SGR colour codes are written. Colour never carries a meaning that no word has.
        unicode: whether the terminal shows more than ASCII; else every other character is spelt out.
    """

    name: ClassVar[str] = "text"
    media_type: ClassVar[str] = "text/plain; charset=utf-8"

    width: int = 100
    color: bool = False
    unicode: bool = True

    def render(self, report: Report) -> str:
        """The boards of all decisions, one under the other; with several, a list of the verdicts on top."""
        canvas = Canvas(max(self.width, NARROWEST), self.color, self.unicode)
        if not report.decisions:
            canvas.text("No decision was asked for.")
        if len(report.decisions) > 1:
            _overview(canvas, report.decisions)
        for decision in report.decisions:
            _board(canvas, report, decision)
        return "\n".join(canvas.lines) + "\n"


def _overview(canvas: Canvas, decisions: Sequence[Decision]) -> None:
    for decision in decisions:
        canvas.ends(_verdict(decision), tally(decision))
    canvas.blank()


def _board(canvas: Canvas, report: Report, decision: Decision) -> None:
    canvas.blank()
    _header(canvas, report, decision)
    board = FindingsBoard(canvas, decision, report.explain)
    board.blocking()
    waivers_block(canvas, decision)
    waived_block(board)
    window_block(canvas, decision, report.explain)
    quorum_block(canvas, decision)
    below_block(board)
    advisory_block(board)
    shadow_block(board)
    not_applicable_block(board)
    passing_block(board)
    evidence_block(canvas, decision)
    stale_block(canvas, report, decision)
    parameters_block(canvas, decision, report.explain)
    _footer(canvas, decision)


def _verdict(decision: Decision) -> list[Span]:
    spans: list[Span] = [(verdict_words(decision.word, decision.verdict.value), _BANNERS[decision.verdict])]
    accepted = applied(decision)
    if accepted:
        spans.append((f"with {count(len(accepted), 'waiver')}", Tone.WAIVED))
    return [*spans, APART, (decision.policy, Tone.STRONG)]


def _header(canvas: Canvas, report: Report, decision: Decision) -> None:
    root = decision.root
    canvas.spans([*_verdict(decision), APART, (root.title, Tone.PLAIN)], hang=2)
    canvas.text(root.reason, Tone.STRONG, indent=2)
    for note in applied(decision):
        waiver = note.waiver
        row = f"[{waiver.key}]" if waiver.key is not None else ""
        told = f"{waiver.id} accepts {waiver.gate}/{waiver.rule}{row} until {moment(waiver.expires_at)}"
        canvas.labelled("waiver", f"{told}, {waiver.owner}: {waiver.justification}", Tone.WAIVED)
    canvas.blank()
    when = moment(decision.as_of)
    replay = [("REPLAY: that day had passed when this was decided", Tone.DOUBT)] if decision.replay else []
    canvas.labelled_spans("as of", [(when, Tone.PLAIN), APART, *replay])
    canvas.labelled("subject", _subject(decision))
    if decision.snapshot_at is not None:
        taken = age(decision.as_of - decision.snapshot_at)
        canvas.labelled("snapshot", f"of {moment(decision.snapshot_at)}, {taken} old")
    else:
        canvas.labelled("snapshot", "none: there is no evidence yet", Tone.DOUBT)
    if decision.earliest_go is not None:
        wait = age(decision.earliest_go - decision.as_of)
        canvas.labelled("earliest", f"{moment(decision.earliest_go)}, in {wait}: not GO before, even if all goes well")
    _see_that_day(canvas, report, decision)


def _see_that_day(canvas: Canvas, report: Report, decision: Decision) -> None:
    """What to run next, where the evidence is the trouble and not what it says."""
    if decision.verdict is Verdict.GO:
        return
    if decision.snapshot is None:
        canvas.blank()
        canvas.text("Nothing is known before evidence is collected:", Tone.DOUBT, indent=2)
        canvas.text(f"gatekeeper collect {argument(decision.policy)}", Tone.ACT, indent=4)
        return
    days = days_to_see(report, decision)
    if days:
        day, at = days[0]
        canvas.blank()
        canvas.text(f"The newest snapshot is of {moment(day.taken_at)}. To see that day:", Tone.DOUBT, indent=2)
        canvas.text(evaluate_command([each.policy for each in report.decisions], at), Tone.ACT, indent=4)


def _subject(decision: Decision) -> str:
    subject = decision.subject
    service = subject.service or "service not known"
    environment = subject.environment or "environment not known"
    return f"{service} · {environment} · {f'commit {subject.commit}' if subject.commit else 'commit not known'}"


def _footer(canvas: Canvas, decision: Decision) -> None:
    canvas.heading("RESULT")
    canvas.labelled("decision", decision_digest(decision), Tone.QUIET)
    canvas.labelled("snapshot", decision.snapshot or "none", Tone.QUIET)
    policies = ", ".join(f"{gate.gate} {short_digest(gate.policy_digest)}" for gate in decision.gates)
    canvas.labelled("policies", policies, Tone.QUIET)
    canvas.labelled("semantics", decision.semantics, Tone.QUIET)
    canvas.blank()
    canvas.spans([*_verdict(decision), APART, (tally(decision), Tone.PLAIN)], hang=2)
