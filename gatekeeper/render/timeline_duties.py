"""What changed of the duties of a ladder or a gate from one look to the next."""

from __future__ import annotations

from collections.abc import Iterable

from gatekeeper.model.duty import DutyStanding, DutyState
from gatekeeper.render.duties import DUTIES
from gatekeeper.render.timeline_parts import Change, Weight

_DUTIES = {
    DutyState.OVERDUE: Weight.ALARM,
    DutyState.OPEN: Weight.ACT,
    DutyState.UNKNOWN: Weight.DOUBT,
    DutyState.WAITING: Weight.QUIET,
    DutyState.DONE: Weight.GOOD,
    DutyState.NOT_APPLICABLE: Weight.QUIET,
}

_ASKING = (DutyState.OVERDUE, DutyState.OPEN, DutyState.UNKNOWN)


def duty_changes(before: Iterable[DutyStanding], now: Iterable[DutyStanding], whose: str = "") -> list[Change]:
    """Duties that stand otherwise, or are due at another instant; ``whose`` stands before their names."""
    earlier = {each.id: each for each in before}
    return [change for each in now for change in _duty(whose, earlier.get(each.id), each)]


def _duty(whose: str, before: DutyStanding | None, now: DutyStanding) -> list[Change]:
    if before is None and now.state not in _ASKING:
        return []
    moved = before is not None and before.due != now.due and now.state in (DutyState.OPEN, DutyState.OVERDUE)
    if before is not None and before.state is now.state and not moved:
        return []
    was = DUTIES[before.state] if before is not None and before.state is not now.state else ""
    told = now.title if now.state is DutyState.DONE else f"{now.title}: {now.told}"
    if now.state is DutyState.NOT_APPLICABLE:
        told = now.title
    advised = " (recommended)" if now.recommended else ""
    return [Change("duty", f"{whose}{now.id}", was, DUTIES[now.state], _DUTIES[now.state], f"{told}{advised}")]
