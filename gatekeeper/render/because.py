"""Which of the parts that decided a finding are worth a line."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.model.finding import Deciding

SHOWN = 6
"""So many parts or values are told where not all of them were asked for."""


def worth_telling(because: Sequence[Deciding], expected: str) -> tuple[Deciding, ...]:
    """The parts that decided; none where the only one is a whole that is not known.

    What is wanted and what lacks say the same then.

    Args:
        expected: the expression as the policy writes it, on one line.
    """
    if len(because) == 1 and because[0].value is None:
        part = because[0].part
        if part == expected or (part.endswith("…") and expected.startswith(part[:-1])):
            return ()
    return tuple(because)


def in_short(parts: Sequence[Deciding], most: int) -> tuple[Deciding, ...]:
    """The first ``most`` of the parts, and of the entries below a line about their list the first alone."""
    first = [part for at, part in enumerate(parts) if not part.depth or parts[at - 1].depth < part.depth]
    return tuple(first[:most])
