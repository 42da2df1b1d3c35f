"""How the duties of a ladder or a gate are told to people, whatever the format: words, order, figures."""

from __future__ import annotations

from collections.abc import Iterable

from gatekeeper.model.duty import DutyStanding, DutyState
from gatekeeper.render.wording import count, listing

DUTIES = {
    DutyState.OVERDUE: "overdue",
    DutyState.OPEN: "open",
    DutyState.UNKNOWN: "not known",
    DutyState.WAITING: "waiting",
    DutyState.DONE: "done",
    DutyState.NOT_APPLICABLE: "not owed",
}
"""How a duty stands, in words; what asks for an act comes first."""


def in_order(duties: Iterable[DutyStanding]) -> tuple[DutyStanding, ...]:
    """Every duty, by what asks for an act first, and by when it is due."""
    order = list(DUTIES)
    return tuple(
        sorted(
            duties,
            key=lambda each: (
                order.index(each.state),
                each.recommended,
                each.due is None,
                each.due.timestamp() if each.due is not None else 0.0,
            ),
        )
    )


def duty_figures(duties: Iterable[DutyStanding]) -> str:
    """How many duties stand how: ``1 overdue, 2 open``."""
    states = [each.state for each in duties]
    numbers = {words: states.count(state) for state, words in DUTIES.items()}
    return listing([f"{number} {words}" for words, number in numbers.items() if number])


def pressing_duties(duties: Iterable[DutyStanding]) -> list[str]:
    """How many of those that are owed ask for an act, or may: ``2 duties overdue``, ``1 duty open``."""
    states = [each.state for each in duties if not each.recommended]
    numbers = {state: states.count(state) for state in (DutyState.OVERDUE, DutyState.OPEN, DutyState.UNKNOWN)}
    return [f"{count(number, 'duty', 'duties')} {DUTIES[state]}" for state, number in numbers.items() if number]
