"""The waivers on the board: each with what became of it."""

from __future__ import annotations

from gatekeeper.model.decision import Decision
from gatekeeper.model.waiver import WaiverNote, WaiverUse
from gatekeeper.render.canvas import APART, Canvas, Tone
from gatekeeper.render.outline import USES, waivers
from gatekeeper.render.wording import count, listing, moment


def waivers_block(canvas: Canvas, decision: Decision) -> None:
    """Every waiver of every gate, the applied ones first."""
    notes = waivers(decision)
    if not notes:
        return
    canvas.heading("WAIVERS", listing([_counted(notes, use) for use in USES if _counted(notes, use)]))
    for note in notes:
        waiver = note.waiver
        row = f"[{waiver.key}]" if waiver.key is not None else ""
        tone = Tone.WAIVED if note.use is WaiverUse.APPLIED else Tone.DOUBT
        canvas.blank()
        canvas.spans(
            [
                (f"± {USES[note.use]}", tone),
                APART,
                (waiver.id, Tone.STRONG),
                (f"on {waiver.gate}/{waiver.rule}{row}", Tone.PLAIN),
            ],
            hang=2,
        )
        canvas.labelled("effect", note.reason)
        if note.keys:
            canvas.labelled("rows", listing(note.keys))
        if waiver.subject:
            canvas.labelled("only for", listing([f"{name} {value}" for name, value in sorted(waiver.subject.items())]))
        canvas.labelled("grounds", waiver.justification)
        unknown = ", accepts an unknown too" if waiver.accepts_unknown else ""
        canvas.labelled("until", f"{moment(waiver.expires_at)} (granted {moment(waiver.granted_at)}{unknown})")
        canvas.labelled("by", f"{waiver.person} as {waiver.role}, owner {waiver.owner}, ticket {waiver.ticket}")


def _counted(notes: tuple[WaiverNote, ...], use: WaiverUse) -> str:
    number = sum(1 for note in notes if note.use is use)
    return count(number, USES[use], USES[use]) if number else ""
