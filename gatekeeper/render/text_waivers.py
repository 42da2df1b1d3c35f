"""The waivers on the board: what one accepts stands with its grounds; what one does not accept, with the reason."""

from __future__ import annotations

from gatekeeper.model.decision import Decision
from gatekeeper.model.waiver import Waiver, WaiverNote, WaiverUse
from gatekeeper.render.canvas import APART, Canvas, Tone
from gatekeeper.render.outline import USES, Part, entries, waived_label, waivers
from gatekeeper.render.wording import count, listing, moment


def grounds(canvas: Canvas, decision: Decision, name: str) -> None:
    """Under a finding that is waived: why it may be, until when, and who says so."""
    for note in waivers(decision):
        if note.waiver.id == name and note.use is WaiverUse.APPLIED:
            _terms(canvas, note.waiver)


def waivers_block(canvas: Canvas, decision: Decision) -> None:
    """Every waiver that no waived finding has told of: refused, expired, not yet in force, or without effect."""
    told = {entry.finding.waiver for entry in entries(decision, Part.WAIVED)}
    notes = tuple(n for n in waivers(decision) if n.use is not WaiverUse.APPLIED or n.waiver.id not in told)
    if not notes:
        return
    uses = [_counted(notes, use) for use in USES if _counted(notes, use)]
    canvas.heading("OTHER WAIVERS" if told else "WAIVERS", listing(uses))
    for number, note in enumerate(notes):
        if number:
            canvas.blank()
        waiver = note.waiver
        tone = Tone.WAIVED if note.use is WaiverUse.APPLIED else Tone.DOUBT
        canvas.spans(
            [
                (f"± {USES[note.use]}", tone),
                APART,
                (waiver.id, Tone.STRONG),
                (f"on {waived_label(waiver)}", Tone.PLAIN),
            ],
            hang=2,
        )
        canvas.labelled("effect", note.reason)
        if note.keys:
            canvas.labelled("rows", listing(note.keys))
        _terms(canvas, waiver)


def _terms(canvas: Canvas, waiver: Waiver) -> None:
    canvas.labelled("grounds", waiver.justification)
    if waiver.subject:
        canvas.labelled("only for", listing([f"{name} {value}" for name, value in sorted(waiver.subject.items())]))
    unknown = ", accepts an unknown too" if waiver.accepts_unknown else ""
    canvas.labelled("until", f"{moment(waiver.expires_at)} (granted {moment(waiver.granted_at)}{unknown})")
    canvas.labelled("by", f"{waiver.person} as {waiver.role}, owner {waiver.owner}, ticket {waiver.ticket}")


def _counted(notes: tuple[WaiverNote, ...], use: WaiverUse) -> str:
    number = sum(1 for note in notes if note.use is use)
    return count(number, USES[use], USES[use]) if number else ""
