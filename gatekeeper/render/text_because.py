"""What decided, and what was seen, on the board and in explanations."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.model.finding import Deciding, Observation
from gatekeeper.render.because import in_short
from gatekeeper.render.canvas import Canvas, Tone


def because_lines(canvas: Canvas, parts: Sequence[Deciding], most: int = 0) -> None:
    """The parts of an expression that decided what it came to, a line each.

    Args:
        most: so many are told in short, the others counted; 0 tells all.
    """
    shown = in_short(parts, most) if most else parts
    for number, part in enumerate(shown):
        canvas.labelled("" if number else "because", part.told, indent=2 + 2 * part.depth)
    if len(shown) < len(parts):
        canvas.labelled("", f"… and {len(parts) - len(shown)} more (--explain)", Tone.QUIET)


def saw_lines(canvas: Canvas, observed: Sequence[Observation], most: int = 0) -> None:
    """The values that were seen, a line each; ``most`` as for ``because_lines``."""
    shown = observed[:most] if most else observed
    for number, seen in enumerate(shown):
        line = f" (line {seen.line})" if seen.line is not None else ""
        canvas.labelled("" if number else "saw", f"{seen.told()}{line}")
    if len(shown) < len(observed):
        canvas.labelled("", f"… and {len(observed) - len(shown)} more values (--explain)", Tone.QUIET)


def because_and_saw_lines(canvas: Canvas, because: Sequence[Deciding], observed: Sequence[Observation]) -> None:
    """All the parts that decided, and the values that none of them tells."""
    because_lines(canvas, because)
    told = {seen.path for each in because for seen in each.observed}
    saw_lines(canvas, [seen for seen in observed if seen.path not in told])
