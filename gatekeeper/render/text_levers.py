"""Levers on a terminal: how they are pulled, and what somebody should know before."""

from __future__ import annotations

from gatekeeper.model.mode import Lever
from gatekeeper.render.canvas import Canvas, Tone


def lever_lines(canvas: Canvas, lever: Lever) -> None:
    """How a lever is pulled, how soon it helps, what it touches, and when somebody last saw it work."""
    canvas.labelled("how", lever.how, Tone.ACT, indent=4)
    if lever.undo:
        canvas.labelled("undo", lever.undo, indent=4)
    canvas.labelled("helps in", lever.time_to_effect, indent=4)
    canvas.labelled("touches", lever.blast_radius, indent=4)
    if lever.last_validated:
        canvas.labelled("validated", lever.last_validated, indent=4)
    else:
        canvas.labelled("validated", "never: nobody has seen it work", Tone.DOUBT, indent=4)


def lever_in_short(canvas: Canvas, lever: Lever, *, named: bool) -> None:
    """The same in two lines, without how to take it back.

    Args:
        named: whether the lever's name stands before.
    """
    canvas.text(lever.how if named else f"{lever.id}: {lever.how}", Tone.ACT, indent=6, hang=2)
    validated = f"last validated {lever.last_validated}" if lever.last_validated else "never validated"
    facts = f"helps in {lever.time_to_effect} · touches {lever.blast_radius} · {validated}"
    canvas.text(facts, Tone.QUIET, indent=6, hang=2)
