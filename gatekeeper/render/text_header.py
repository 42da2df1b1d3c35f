"""The head of a board: the verdict, why, what was judged and when, and what to run next."""

from __future__ import annotations

from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.report import Report
from gatekeeper.model.standing import LadderStanding
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.outline import (
    applied,
    asked,
    days_to_see,
    granted,
    reviews,
    too_young,
    verdict_words,
    waived_label,
)
from gatekeeper.render.terms import parameters_of
from gatekeeper.render.text_terms import given_lines, terms_lines
from gatekeeper.render.wording import age, collect_command, evaluate_command, moment

_BANNERS = {
    Verdict.GO: Tone.GOOD_BANNER,
    Verdict.NO_GO: Tone.BAD_BANNER,
    Verdict.INCONCLUSIVE: Tone.DOUBT_BANNER,
}


def verdict_spans(decision: Decision) -> list[Span]:
    """The verdict with what it rests on besides policies and evidence, and the gate."""
    spans: list[Span] = [(verdict_words(decision.word, decision.verdict.value), _BANNERS[decision.verdict])]
    if granted(decision):
        spans.append((f"with {granted(decision)}", Tone.WAIVED))
    return [*spans, APART, (decision.policy, Tone.STRONG)]


def header(canvas: Canvas, decision: Decision) -> None:
    """Verdict, reason, what was granted; instant, subject, snapshot."""
    canvas.spans([*verdict_spans(decision), APART, (decision.root.title, Tone.PLAIN)], hang=2)
    canvas.text(decision.root.reason, Tone.STRONG, indent=2)
    for told in reviews(decision):
        canvas.labelled("review", told, Tone.ACT)
    for note in applied(decision):
        waiver = note.waiver
        told = f"{waiver.id} accepts {waived_label(waiver)} until {moment(waiver.expires_at)}"
        canvas.labelled("waiver", f"{told}, says {waiver.person}", Tone.WAIVED)
    given_lines(canvas, parameters_of(decision), decision.policy)
    terms_lines(canvas, decision, decision.as_of, "decided")
    if decision.earliest_go is not None:
        wait = age(decision.earliest_go - decision.as_of)
        canvas.labelled("earliest", f"{moment(decision.earliest_go)}, in {wait}: not GO before, even if all goes well")


def next_steps(canvas: Canvas, report: Report, decision: Decision) -> None:
    """What to run next, where the evidence is the trouble and not what it says."""
    if decision.verdict is Verdict.GO:
        return
    younger = too_young(report, decision)
    if younger is not None:
        canvas.blank()
        told = f"No snapshot is that old; the oldest is of {moment(younger)}. To see that day:"
        canvas.text(told, Tone.DOUBT, indent=2)
        canvas.text(evaluate_command(asked(report), younger), Tone.ACT, indent=4)
    elif decision.snapshot is None:
        canvas.blank()
        canvas.text("Nothing is known before evidence is collected:", Tone.DOUBT, indent=2)
        canvas.text(collect_command(decision.policy), Tone.ACT, indent=4)
    days_lines(canvas, report, decision)


def days_lines(canvas: Canvas, report: Report, decision: Decision | LadderStanding) -> None:
    """Where the evidence is too old, how to see days that are recorded."""
    days = days_to_see(report, decision)
    if days:
        canvas.blank()
        canvas.text("That is too old to say how things are. To see a day that is recorded:", Tone.DOUBT, indent=2)
        for _, at in days:
            canvas.text(evaluate_command(asked(report), at), Tone.ACT, indent=4)
