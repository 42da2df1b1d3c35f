"""Duties: what is owed by when, and how that stands at an instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from gatekeeper.evaluate.admission import Admitted, lies_ahead
from gatekeeper.evaluate.inputs import read_by
from gatekeeper.evaluate.judgement import lacks_of, run, tell_lacks
from gatekeeper.evaluate.moments import Undecidable, instant_of, span_of
from gatekeeper.expr.functions.zones import zone
from gatekeeper.model.calendar import Calendar, end_of_working_day
from gatekeeper.model.duty import Deadline, DueAt, DueByWorkingDay, DueEvery, DueWithin, Duty, DutyStanding, DutyState
from gatekeeper.model.finding import Lack
from gatekeeper.model.rule import Expression
from gatekeeper.model.standing import Reach
from gatekeeper.model.times import instant_text, span_text


@dataclass(frozen=True, slots=True)
class Reached:
    """How a level stands for the duties that hang on it.

    Attributes:
        since: when it was reached, where that is known: at the latest, where something is lacking.
        lacks: what is not known about it.
    """

    state: Reach
    since: datetime | None
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class DutyInputs:
    """What the duties of a ladder or a gate may look at.

    Attributes:
        calendars: id → calendar.
        levels: of a ladder, the level's word → how it stands.
    """

    bindings: Mapping[str, object]
    admitted: Admitted
    as_of: datetime
    calendars: Mapping[str, Calendar]
    levels: Mapping[str, Reached] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Term:
    """By when: None while what it counts from has not come.

    Attributes:
        begins: when it begins to be owed.
        strictly: whether it is late at ``due`` already.
    """

    due: datetime | None
    begins: datetime | None = None
    strictly: bool = False

    def passed(self, at: datetime) -> bool:
        return self.due is not None and (at > self.due or (self.strictly and at == self.due))


def judge_duty(duty: Duty, inputs: DutyInputs) -> DutyStanding:
    """How one duty stands."""
    standing = DutyStanding(
        id=duty.id,
        title=duty.title,
        who=duty.who,
        level=duty.level,
        state=DutyState.UNKNOWN,
        recommended=duty.recommended,
        told="",
        place=duty.place,
        evidence=read_by(inputs.admitted, duty.applies_when, duty.done_when, *_read(duty.deadline)),
    )
    unless, lacks = _applies(duty, inputs)
    if unless:
        return replace(standing, state=DutyState.NOT_APPLICABLE, told=unless)
    term, wrong = _term(duty, inputs)
    standing = replace(standing, due=term.due)
    done = run(duty.done_when, inputs.bindings)
    if not lacks and done is True:
        return replace(standing, state=DutyState.DONE, told="done")
    if done is not False and done is not True:
        lacks = (*lacks, *lacks_of(done, "a bool"))
    if not lacks and term.passed(inputs.as_of) and term.due is not None:
        late = inputs.as_of - term.due
        told = f"was due {instant_text(term.due)}, overdue by {span_text(late)}"
        return replace(standing, state=DutyState.OVERDUE, told=told, overdue_by=late)
    lacks = tuple(dict.fromkeys((*lacks, *wrong)))
    if lacks:
        return replace(standing, told=tell_lacks(lacks), lacks=lacks)
    return _not_due(standing, term, inputs.as_of)


def _not_due(standing: DutyStanding, term: _Term, as_of: datetime) -> DutyStanding:
    if term.due is None:
        return replace(standing, state=DutyState.WAITING, told="not owed yet: what it counts from has not come")
    due = f"due {instant_text(term.due)}, in {span_text(term.due - as_of)}"
    if term.begins is not None and term.begins > as_of:
        return replace(standing, state=DutyState.WAITING, told=f"not owed before {instant_text(term.begins)}; {due}")
    return replace(standing, state=DutyState.OPEN, told=due)


def _applies(duty: Duty, inputs: DutyInputs) -> tuple[str, tuple[Lack, ...]]:
    """Why a duty does not apply, and what is not known about that: both its level and its condition must be so."""
    level = inputs.levels[duty.level] if duty.level is not None else None
    if level is not None and level.state is Reach.NOT_REACHED:
        return f"owed from {duty.level} on, which is not reached", ()
    applies = run(duty.applies_when, inputs.bindings) if duty.applies_when is not None else True
    if applies is False and duty.applies_when is not None:
        return f"owed only when {duty.applies_when.one_line}", ()
    lacks = level.lacks if level is not None and level.state is Reach.UNKNOWN else ()
    return "", (*lacks, *(lacks_of(applies, "a bool") if applies is not True else ()))


def _term(duty: Duty, inputs: DutyInputs) -> tuple[_Term, tuple[Lack, ...]]:
    """By when a duty is owed, and what is not known about that; a level that is reached can bring it forward."""
    try:
        term, lacks = _own_term(duty.deadline, inputs)
    except Undecidable as undecidable:
        term, lacks = _Term(None), undecidable.lacks
    if duty.or_at_level is None:
        return term, lacks
    level = inputs.levels[duty.or_at_level]
    if level.since is not None and (term.due is None or level.since < term.due):
        term = _Term(level.since)
    return term, (*lacks, *level.lacks)


def _own_term(deadline: Deadline, inputs: DutyInputs) -> tuple[_Term, tuple[Lack, ...]]:
    if isinstance(deadline, DueAt):
        return _Term(_instant(deadline.at, inputs)), ()
    lacks: tuple[Lack, ...] = ()
    if isinstance(deadline.start, Expression):
        start = _instant(deadline.start, inputs)
    else:
        start, lacks = inputs.levels[deadline.start].since, inputs.levels[deadline.start].lacks
    if start is None:
        return _Term(None), lacks
    return _counted(deadline, start, inputs), lacks


def _counted(deadline: DueWithin | DueByWorkingDay | DueEvery, start: datetime, inputs: DutyInputs) -> _Term:
    """By when something is owed that counts from an instant."""
    if isinstance(deadline, DueByWorkingDay):
        calendar = inputs.calendars[deadline.calendar]
        with _in_reach():
            return _Term(end_of_working_day(start, deadline.days, calendar, zone(calendar.zone)), start)
    span = span_of(deadline.span, inputs.bindings)
    if isinstance(deadline, DueWithin):
        with _in_reach():
            return _Term(start + span, start, deadline.strictly)
    last = _instant(deadline.last, inputs)
    if last is not None and lies_ahead(last, inputs.as_of):
        raise Undecidable((Lack("", "future", f"it was done at {instant_text(last)}, after the decision"),))
    with _in_reach():
        return _Term((start if last is None else max(last, start)) + span, start)


@contextmanager
def _in_reach() -> Iterator[None]:
    """Tells of a deadline that no calendar of Python's has."""
    try:
        yield
    except OverflowError:
        raise Undecidable((Lack("", "error", "the deadline lies outside of the years 1 to 9999"),)) from None


def _instant(expression: Expression, inputs: DutyInputs) -> datetime | None:
    value = run(expression, inputs.bindings)
    return None if value is None else instant_of(value)


def _read(deadline: Deadline) -> tuple[Expression, ...]:
    """The expressions of a deadline."""
    if isinstance(deadline, DueAt):
        return (deadline.at,)
    parts = [deadline.start]
    if not isinstance(deadline, DueByWorkingDay):
        parts += [deadline.span] if isinstance(deadline.span, Expression) else []
    if isinstance(deadline, DueEvery):
        parts.append(deadline.last)
    return tuple(part for part in parts if isinstance(part, Expression))
