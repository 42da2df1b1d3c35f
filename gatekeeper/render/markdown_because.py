"""What decided, and what was seen, in the packet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatekeeper.model.finding import Deciding, Observation
from gatekeeper.render.because import SHOWN, worth_telling
from gatekeeper.render.markup import Markup, code, said

LONGEST_VALUE = 400
LONGEST_BRIEF = 80


def because(parts: Sequence[Deciding], expected: str) -> list[Markup]:
    """What decided, where what is wanted and what lacks do not say it."""
    return [code(part.told) for part in worth_telling(parts, expected)]


def seen(observed: Iterable[Observation], longest: int = LONGEST_VALUE) -> list[Markup]:
    """Every value that was seen."""
    told = []
    for each in observed:
        line = f" (line {each.line})" if each.line is not None else ""
        told.append(Markup(f"{code(each.told(longest))}{line}"))
    return told


def briefly_seen(observed: Iterable[Observation]) -> list[Markup]:
    """The first of the values, without the parameters, which the page lists."""
    return briefly(seen((each for each in observed if not each.is_demand), LONGEST_BRIEF))


def briefly(told: Sequence[Markup]) -> list[Markup]:
    """The first few, and how many more there are."""
    more = len(told) - SHOWN
    return [*told[:SHOWN], *([said(f"and {more} more")] if more > 0 else [])]
