"""What follows from one look at a mode, and from how its ladders stand: normal or not, levers, pages, duties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import Lever, Mode, ModeReading
from gatekeeper.model.mode_decision import LeverToPull, Owed, Pull, Reason
from gatekeeper.model.report import LadderReport
from gatekeeper.model.standing import DutyState, Reach

_ORDER = tuple(Pull)
_ASKS = (DutyState.OVERDUE, DutyState.OPEN, DutyState.UNKNOWN)
"""How a duty stands that asks for an act, or that cannot be told."""


def is_normal(mode: Mode, reading: ModeReading) -> bool | None:
    """Whether a mode is in its normal state, and is seen to be; None where that cannot be told.

    What is seen counts as well as what is computed: a kill-switch that is off is not normal, whatever the figures say.
    """
    if reading.state not in {state.name for state in mode.states}:
        return None
    outcomes = {finding.outcome for finding in reading.findings}
    if reading.state != mode.normal or Outcome.FAIL in outcomes:
        return False
    return None if outcomes else True


def levers_to_pull(
    mode: Mode, reading: ModeReading, ladders: Sequence[LadderReport], as_of: datetime
) -> tuple[LeverToPull, ...]:
    """Every lever for which something speaks, once, what is advised first, and else in the order of the policies.

    Levers of the same name that are pulled in different ways are two.
    """
    found: dict[tuple[str, str], tuple[Lever, list[Reason]]] = {}
    for lever, reason in (*_of_mode(mode, reading), *_of_ladders(ladders)):
        found.setdefault((lever.id, lever.how), (lever, []))[1].append(reason)
    pulls = []
    for lever, reasons in found.values():
        reasons.sort(key=lambda each: _ORDER.index(each.pull))
        pulls.append(LeverToPull(lever, reasons[0].pull, tuple(reasons), _age(lever.last_validated, as_of)))
    return tuple(sorted(pulls, key=lambda each: _ORDER.index(each.pull)))


def owed(ladders: Iterable[LadderReport]) -> tuple[Owed, ...]:
    """The duties that ask for an act or cannot be told, by how pressing they are."""
    every = [Owed(each.ladder.id, duty) for each in ladders for duty in each.standing.duties if duty.state in _ASKS]
    return tuple(
        sorted(
            every,
            key=lambda each: (
                _ASKS.index(each.duty.state),
                each.duty.recommended,
                each.duty.due is None,
                each.duty.due.timestamp() if each.duty.due is not None else 0.0,
            ),
        )
    )


def _of_mode(mode: Mode, reading: ModeReading) -> Iterable[tuple[Lever, Reason]]:
    for advised in reading.advice:
        if advised.lever is not None:
            pull = Pull.ADVISED if advised.outcome is Outcome.PASS else Pull.UNKNOWN
            yield mode.levers[advised.lever], Reason(f"recommendation {advised.id}", pull, advised.reason)
    for lever in reading.levers:
        told = "belongs to the state" + ("" if reading.state == reading.last_known else " that was last known")
        yield lever, Reason(f"state {reading.last_known}", Pull.OF_STATE, told)


def _of_ladders(ladders: Iterable[LadderReport]) -> Iterable[tuple[Lever, Reason]]:
    """Levers of remedies; a trigger of which it is not known whether it holds advises nothing for certain."""
    pulls = {
        (Reach.REACHED, Reach.REACHED): Pull.ADVISED,
        (Reach.REACHED, Reach.UNKNOWN): Pull.UNKNOWN,
        (Reach.UNKNOWN, Reach.REACHED): Pull.UNKNOWN,
        (Reach.UNKNOWN, Reach.UNKNOWN): Pull.UNKNOWN,
    }
    for each in ladders:
        for level in reversed(each.standing.levels):
            for trigger in level.triggers:
                for remedy in trigger.remedies:
                    pull = pulls.get((trigger.state, remedy.advised))
                    if remedy.lever is not None and pull is not None:
                        told = remedy.action or trigger.title
                        by = f"{each.ladder.id}/{trigger.id}"
                        yield each.ladder.levers[remedy.lever], Reason(by, pull, told)


def _age(last_validated: str, as_of: datetime) -> timedelta | None:
    """How long ago that day was, in whole days of UTC; a day that is still to come was none."""
    try:
        day = date.fromisoformat(last_validated)
    except ValueError:
        return None
    days = as_of.astimezone(UTC).date() - day
    return days if days >= timedelta(0) else None
