"""Ladders: which level is reached at an instant, why, why not the next one, and what is owed.

What is not known is never told as not reached: the level is then the least that can be said, and the levels above it
that may be reached as well are named. The order of triggers never matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gatekeeper.evaluate.admission import Admitted, admit, lies_ahead
from gatekeeper.evaluate.duties import DutyInputs, Reached, judge_duty
from gatekeeper.evaluate.inputs import bindings_of, defined, read_by
from gatekeeper.evaluate.judgement import because, lacks_of, observations, run, tell_lacks
from gatekeeper.evaluate.moments import Undecidable, instant_of, span_of
from gatekeeper.evaluate.paging import whom_to_page
from gatekeeper.evaluate.parameters import resolve_parameters
from gatekeeper.model.calendar import Calendar
from gatekeeper.model.finding import Lack
from gatekeeper.model.ladder import PAGING, Ladder, Lasting, Level, Remedy, Trigger
from gatekeeper.model.policy import ParamValue, PolicySet
from gatekeeper.model.rule import Expression
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.standing import (
    LadderStanding,
    LevelStanding,
    Reach,
    RemedyStanding,
    TriggerStanding,
)
from gatekeeper.model.times import exact_span_text, instant_text, span_text_beside


@dataclass(frozen=True, slots=True)
class LadderInputs:
    """Everything that one ladder may look at.

    Attributes:
        calendars: id → calendar, for the deadlines that count working days.
    """

    ladder: Ladder
    admitted: Admitted
    parameters: Mapping[str, ParamValue]
    subject: Subject
    as_of: datetime
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    bindings: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        bindings = bindings_of(self.ladder, self.admitted, self.parameters, self.subject, self.as_of)
        topics = {PAGING: {topic: list(people) for topic, people in self.ladder.topics.items()}}
        object.__setattr__(self, "bindings", defined(self.ladder, {**bindings, **topics}))


def stand(
    policies: PolicySet,
    ladder: str,
    snapshot: Snapshot | None,
    as_of: datetime,
    given: Mapping[str, str] | None = None,
) -> LadderStanding:
    """How a ladder of a set of policies stands on a snapshot.

    Args:
        ladder: its id.
        snapshot: the evidence; None where there is none, so that everything is unknown.
        given: parameter → value as text, where it is not the default.

    Raises:
        KeyError: there is no such ladder.
        UsageError: an unknown parameter, or a value that it does not take.
    """
    its = policies.ladders[ladder]
    return evaluate_ladder(
        LadderInputs(
            ladder=its,
            admitted=admit(its, snapshot, as_of),
            parameters=resolve_parameters(its, given or {}),
            subject=snapshot.subject if snapshot is not None else Subject(),
            as_of=as_of,
            calendars=policies.calendars,
        )
    )


def evaluate_ladder(inputs: LadderInputs) -> LadderStanding:
    """How a ladder stands at an instant. A pure function of its inputs."""
    ladder = inputs.ladder
    levels = _cumulated([_level(level, inputs) for level in ladder.levels])
    reached = [index for index, each in enumerate(levels) if each.state is Reach.REACHED]
    top = reached[-1] if reached else -1
    word = levels[top].word if reached else None
    unknown = tuple(each.word for each in levels[top + 1 :] if each.own is Reach.UNKNOWN)
    levels_reached = {each.word: Reached(each.state, each.since, _lacks(levels[at:])) for at, each in enumerate(levels)}
    owing = DutyInputs(inputs.bindings, inputs.admitted, inputs.as_of, inputs.calendars, levels_reached)
    responses = {level.word: judge_duty(level.response, owing) for level in ladder.levels if level.response is not None}
    owed = [judge_duty(duty, owing) for duty in ladder.duties]
    pages, not_paged = whom_to_page(
        tuple(zip(ladder.levels[: top + 1], levels[: top + 1], strict=True)),
        {word: response.due for word, response in responses.items()},
        inputs.bindings,
        inputs.calendars,
        inputs.as_of,
    )
    return LadderStanding(
        ladder=ladder.id,
        title=ladder.title,
        policy_digest=ladder.digest,
        as_of=inputs.as_of,
        level=word,
        unknown=unknown,
        told=_tell(word, levels[top + 1 :]),
        levels=levels,
        duties=(*responses.values(), *owed),
        pages=pages,
        evidence=inputs.admitted.notes,
        not_paged=not_paged,
    )


def _level(level: Level, inputs: LadderInputs) -> LevelStanding:
    triggers = tuple(sorted((_trigger(each, inputs) for each in level.triggers), key=lambda each: each.id))
    own = _any(each.state for each in triggers)
    return LevelStanding(
        word=level.word,
        title=level.title,
        severity=level.severity,
        own=own,
        state=own,
        since=_earliest(each.reached_at for each in triggers if each.state is Reach.REACHED),
        action=level.action,
        page=level.page,
        triggers=triggers,
    )


def _cumulated(levels: list[LevelStanding]) -> tuple[LevelStanding, ...]:
    """The levels with what those above them say: reaching a level is reaching those below it."""
    found: list[LevelStanding] = []
    for level in reversed(levels):
        above = found[-1:]
        state = _any((level.own, *(each.state for each in above)))
        since = _earliest((level.since, *(each.since for each in above)))
        found.append(replace(level, state=state, since=since))
    return tuple(reversed(found))


def _any(states: Iterable[Reach]) -> Reach:
    """Kleene's or: one that is reached is enough, and only where all are known not to be is the whole not."""
    there = set(states)
    if Reach.REACHED in there:
        return Reach.REACHED
    return Reach.UNKNOWN if Reach.UNKNOWN in there else Reach.NOT_REACHED


def _earliest(instants: Iterable[datetime | None]) -> datetime | None:
    return min((each for each in instants if each is not None), default=None)


def _lacks(levels: Iterable[LevelStanding]) -> tuple[Lack, ...]:
    """What is not known about when the lowest of these levels was reached: any trigger from there up could be it."""
    triggers = [trigger for level in levels for trigger in level.triggers]
    timeless = [each.id for each in triggers if each.state is Reach.REACHED and each.reached_at is None]
    lacks = {lack for trigger in triggers for lack in trigger.lacks}
    return tuple(sorted({*lacks, *(Lack("", "undecided", f"since when `{each}` holds") for each in timeless)}))


def _reach(value: object) -> Reach:
    if value is True:
        return Reach.REACHED
    return Reach.NOT_REACHED if value is False else Reach.UNKNOWN


def _trigger(trigger: Trigger, inputs: LadderInputs) -> TriggerStanding:
    lasting = trigger.lasting
    parts = (trigger.when, trigger.since, lasting.until if lasting else None)
    spanned = lasting.span if lasting is not None and isinstance(lasting.span, Expression) else None
    value = run(trigger.when, inputs.bindings)
    state = _reach(value)
    standing = TriggerStanding(
        id=trigger.id,
        title=trigger.title,
        state=state,
        message="",
        expected=trigger.when.one_line,
        place=trigger.place,
        lacks=lacks_of(value, "a bool") if state is Reach.UNKNOWN else (),
        observed=observations(inputs.bindings, *parts),
        evidence=read_by(inputs.admitted, *parts, spanned),
        because=because(inputs.bindings, trigger.when),
    )
    if lasting is not None:
        standing = _lasted(trigger, lasting, standing, inputs)
    elif trigger.since is not None and state is Reach.REACHED:
        since = _since(trigger.since, inputs)
        standing = replace(standing, since=since, reached_at=since)
    if standing.state is not Reach.NOT_REACHED:
        remedies = tuple(_remedy(each, inputs) for each in trigger.remedies)
        standing = replace(standing, remedies=remedies)
    return replace(standing, message=_message(trigger, standing, inputs))


def _since(since: Expression, inputs: LadderInputs) -> datetime | None:
    """When a condition that holds began; None where that is not known, which makes it hold no less."""
    try:
        return _begun(since, inputs)
    except Undecidable:
        return None


def _begun(since: Expression, inputs: LadderInputs) -> datetime:
    at = instant_of(run(since, inputs.bindings))
    if lies_ahead(at, inputs.as_of):
        raise Undecidable((Lack("", "future", f"it began at {instant_text(at)}, after the decision"),))
    return at


def _lasted(trigger: Trigger, lasting: Lasting, standing: TriggerStanding, inputs: LadderInputs) -> TriggerStanding:
    """The trigger with how long its condition has lasted: both must be so, and what is not known stays so."""
    if trigger.since is None:  # the loader asks for it
        return standing
    try:
        needs = span_of(lasting.span, inputs.bindings)
        since = _begun(trigger.since, inputs)
        lasted = _span(since, _ended(lasting, inputs), inputs.as_of)
    except Undecidable as undecidable:
        if standing.state is Reach.NOT_REACHED:
            return standing
        lacks = tuple(dict.fromkeys((*standing.lacks, *undecidable.lacks)))
        return replace(standing, state=Reach.UNKNOWN, lacks=lacks)
    enough = lasted > needs if lasting.strictly else lasted >= needs
    expected = f"{standing.expected}, for {'longer than' if lasting.strictly else 'at least'} {exact_span_text(needs)}"
    standing = replace(standing, since=since, lasted=lasted, needs=needs, expected=expected)
    if not enough:  # a condition that is so or not known does not decide it any more
        parts = standing.because if standing.state is Reach.NOT_REACHED else ()
        return replace(standing, state=Reach.NOT_REACHED, lacks=(), because=parts)
    return replace(standing, reached_at=since + max(needs, timedelta(0)) if standing.state is Reach.REACHED else None)


def _ended(lasting: Lasting, inputs: LadderInputs) -> datetime | None:
    """When a condition ended; None while it lasts."""
    value = run(lasting.until, inputs.bindings) if lasting.until is not None else None
    return None if value is None else instant_of(value)


def _span(since: datetime, ended: datetime | None, as_of: datetime) -> timedelta:
    """How long something lasted, up to now at most: an end to come is no end.

    Raises:
        Undecidable: it ended before it began, so one of the two is wrong.
    """
    if ended is not None and ended < since:
        told = f"it ended at {instant_text(ended)}, before it began at {instant_text(since)}"
        raise Undecidable((Lack("", "undecided", told),))
    until = as_of if ended is None else min(ended, as_of)
    return max(until - since, timedelta(0))  # clocks disagree a little: what begins in a moment has not lasted yet


def _message(trigger: Trigger, standing: TriggerStanding, inputs: LadderInputs) -> str:
    """What is, in one line: in the ladder's own words where it is known."""
    if standing.state is Reach.UNKNOWN:
        return tell_lacks(standing.lacks)
    if trigger.message is not None:
        told = trigger.message.render(inputs.bindings)
    elif standing.lasted is None:
        told = "so" if standing.state is Reach.REACHED else "not so"
    else:
        told = ""
    if standing.lasted is None or standing.needs is None:
        return told
    sign = "more than " if trigger.lasting is not None and trigger.lasting.strictly else ""
    lasted = f"{span_text_beside(standing.lasted, standing.needs)}, needs {sign}{exact_span_text(standing.needs)}"
    return f"{told}: {lasted}" if told else lasted


def _remedy(remedy: Remedy, inputs: LadderInputs) -> RemedyStanding:
    if remedy.when is None:
        return RemedyStanding(remedy.lever, remedy.action, Reach.REACHED, "")
    value = run(remedy.when, inputs.bindings)
    advised = _reach(value)
    lacks = lacks_of(value, "a bool") if advised is Reach.UNKNOWN else ()
    told = tell_lacks(lacks) if lacks else remedy.when.one_line
    observed = observations(inputs.bindings, remedy.when)
    return RemedyStanding(remedy.lever, remedy.action, advised, told, observed, lacks)


def _tell(word: str | None, above: tuple[LevelStanding, ...]) -> str:
    """The level in one line, and where it is only the least that can be said, why."""
    unknown = [each for each in above if each.own is Reach.UNKNOWN]
    if not unknown:
        return word if word is not None else "no level"
    whether = "; ".join(
        f"whether {each.word} is reached is "
        + tell_lacks(lack for trigger in each.triggers if trigger.state is Reach.UNKNOWN for lack in trigger.lacks)
        for each in unknown
    )
    return f"at least {word}; {whether}" if word is not None else f"not known: {whether}"
