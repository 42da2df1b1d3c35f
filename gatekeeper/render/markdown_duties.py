"""Duties in a packet, of a ladder or of a gate."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.model.duty import DutyStanding, DutyState
from gatekeeper.model.times import instant_text
from gatekeeper.render.duties import DUTIES, duty_figures, in_order
from gatekeeper.render.markup import Page, code, said, strong

_PRESSING = (DutyState.OVERDUE, DutyState.UNKNOWN)


def duties_section(page: Page, duties: Sequence[DutyStanding], gate: str = "") -> None:
    """What is owed, as a table; ``gate`` is the gate that the duties are of, where there are several."""
    if not duties:
        return
    page.heading(2, said(f"Duties{f' of {gate}' if gate else ''}: {duty_figures(duties)}"))
    page.table(
        ("Duty", "Means", "Who", "Is", "Due", "Told"),
        [
            (
                code(each.id),
                said(f"{each.title}{' (recommended, never owed)' if each.recommended else ''}"),
                said(each.who),
                strong(said(DUTIES[each.state])) if each.state in _PRESSING else said(DUTIES[each.state]),
                said(instant_text(each.due) if each.due is not None else ""),
                said(each.told),
            )
            for each in in_order(duties)
        ],
    )
