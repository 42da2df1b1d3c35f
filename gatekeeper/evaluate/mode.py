"""One look at a mode: the earlier state and the evidence come in, the next state comes out, with its reasons.

A condition has a clock while it leads out of the state that the mode is in. The clock runs while the condition is seen
to be true; a sample that is false, not known or barred stops and clears it, and so does more than ``max_gap`` between
two looks. Of several conditions that are met, the one that leads to the worst state is followed.

What is not known never makes a state better and never keeps it from getting worse: an exit waits until every way into
a worse state is known, and an entry that is known to hold is taken, whatever else is not known. A state that no
evidence carries is held for at most ``hold_last``; after that it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatekeeper.evaluate.admission import admit
from gatekeeper.evaluate.inputs import bindings_of, defined
from gatekeeper.evaluate.judgement import because, lacks_of, observations, run, tell_lacks
from gatekeeper.evaluate.parameters import resolve_parameters
from gatekeeper.evaluate.series import stand, stop, take
from gatekeeper.expr import Duration, Timestamp
from gatekeeper.model.finding import Finding, Lack, Outcome
from gatekeeper.model.mode import (
    CURRENT,
    Advised,
    Bar,
    BarCause,
    Barred,
    Condition,
    ConditionReading,
    Mode,
    ModeLevel,
    ModeReading,
    ModeState,
    Span,
    Transition,
)
from gatekeeper.model.rule import Enforcement, Expression
from gatekeeper.model.series import NO_TIME, Streak, Truth
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.times import instant_text, later

Bindings = Mapping[str, object]

NOT_KNOWN_YET = "not known yet"
"""How what nobody knows reads in a notice: customers are not told of evidence and its causes."""


def step(mode: Mode, earlier: ModeState | None, bindings: Bindings, at: datetime) -> tuple[ModeState, ModeReading]:
    """The next state of a mode, and what is to be told about it.

    Args:
        earlier: the state after the look before; None where this is the first.
        bindings: the evidence at this instant and the parameters, as ``bindings_of`` makes them.
        at: the instant of this look.

    Raises:
        ValueError: ``earlier`` is of another mode, or later than ``at``.
    """
    before = earlier or ModeState(mode.id, mode.initial, at, at, None)
    if before.mode != mode.id or at < before.at:
        raise ValueError(
            f"{mode.id} cannot go on at {instant_text(at)} from {before.mode} at {instant_text(before.at)}"
        )
    view = _Look(mode, before, _seen(mode, bindings, before, at), at)
    bars = {state.name: bar for state in mode.states if (bar := view.bar(state)) is not None}
    readings, clocks = view.conditions(bars)
    transition = _transition(mode, before, readings, at)
    lacks = tuple(sorted({lack for each in readings if each.outcome is Outcome.UNKNOWN for lack in each.lacks}))
    blind = transition is None and any(each.outcome is Outcome.UNKNOWN for each in readings)
    state = transition.target if transition is not None else before.state
    known_at = before.known_at if blind else at
    after = ModeState(
        mode=mode.id,
        state=state,
        since=at if transition is not None else before.since,
        at=at,
        known_at=known_at,
        unknown=blind and (known_at is None or at - known_at > view.span(mode.hold_last)),
        clocks={name: clock for name, clock in clocks.items() if clock != Streak()},
        bars=bars,
    )
    return after, _reading(mode, after, transition, readings, lacks if blind else (), _seen(mode, bindings, after, at))


def look(
    mode: Mode,
    earlier: ModeState | None,
    snapshot: Snapshot | None,
    at: datetime,
    given: Mapping[str, str] | None = None,
) -> tuple[ModeState, ModeReading]:
    """The next state of a mode, by a snapshot.

    Args:
        snapshot: the evidence; None where there is none, so that everything is unknown.
        given: parameter → value as text, where it is not the default.

    Raises:
        UsageError: an unknown parameter, or a value that it does not take.
        ValueError: as ``step``.
    """
    subject = snapshot.subject if snapshot is not None else Subject()
    bindings = bindings_of(mode, admit(mode, snapshot, at), resolve_parameters(mode, given or {}), subject, at)
    return step(mode, earlier, bindings, at)


def _seen(mode: Mode, bindings: Bindings, state: ModeState, at: datetime) -> Bindings:
    """What expressions see in a state; variables too see that state."""
    current = {"state": state.state, "since": Timestamp.of(state.since)}
    return defined(mode, {**bindings, "now": Timestamp.of(at), CURRENT: current})


@dataclass(frozen=True, slots=True)
class _Seen:
    """The truth of an expression at one look; None where it is not known."""

    value: bool | None
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look has to go by. It lives for one call of ``step``."""

    mode: Mode
    before: ModeState
    bindings: Bindings
    at: datetime

    def span(self, given: Span | None) -> timedelta:
        """A span of the policy; none is no time at all.

        Raises:
            ValueError: the parameter that it names is not among the bindings.
        """
        if given is None or isinstance(given, timedelta):
            return given or NO_TIME
        params = self.bindings.get("params")
        value = params.get(given) if isinstance(params, dict) else None
        if isinstance(value, Duration):
            return value.to_timedelta()
        raise ValueError(f"{self.mode.id} needs a duration under params.{given}")

    def truth(self, when: Expression | None) -> _Seen:
        """Whether an expression is strictly true or false; where there is none it is false."""
        value = run(when, self.bindings) if when is not None else False
        if value is True or value is False:
            return _Seen(value)
        return _Seen(None, lacks_of(value, "a bool"))

    def bar(self, state: ModeLevel) -> Bar | None:
        """When ``unless`` last barred a state. What is not known neither bars it nor ends a bar."""
        before = self.before.bars.get(state.name)
        barred = self.truth(state.unless).value
        if barred:
            return Bar(self.at, over=False)
        if barred is False and before is not None and not before.over:
            return Bar(self.at, over=True)
        return before

    def conditions(self, bars: Mapping[str, Bar]) -> tuple[tuple[ConditionReading, ...], dict[str, Streak]]:
        """Every condition that leads out of the state, and their clocks after this look."""
        clocks: dict[str, Streak] = {}
        readings: list[ConditionReading] = []
        levels = {state.name: state for state in self.mode.states}
        leading = [each for each in self.mode.conditions if self.before.state in each.sources]
        for each in sorted(leading, key=_is_exit):
            level = levels[each.state]
            if _is_exit(each):
                open_ = [reading.condition.id for reading in readings if reading.outcome is Outcome.UNKNOWN]
                reading, clock = self._exit(each, level, open_)
            else:
                reading, clock = self._entry(each, level, bars.get(level.name))
            readings.append(reading)
            clocks[each.id] = clock
        return tuple(readings), clocks

    def _entry(self, condition: Condition, level: ModeLevel, bar: Bar | None) -> tuple[ConditionReading, Streak]:
        seen, unless = self.truth(condition.when), self.truth(level.unless)
        barred: Barred | None = None
        deciding: tuple[Expression | None, ...] = (condition.when,)
        if seen.value is not False and unless.value is True:
            barred = Barred(BarCause.UNLESS, "`unless` is true")
            deciding = (level.unless,)
        elif seen.value is True and unless.value is None:
            seen = _Seen(None, unless.lacks)
            deciding = (level.unless,)
        elif seen.value is True and bar is not None and self.at < bar.at + self.span(condition.look_back):
            until = instant_text(bar.at + self.span(condition.look_back))
            barred = Barred(BarCause.LOOK_BACK, f"until {until}: it looks back into what barred it")
        return self._read(condition, seen, barred, NO_TIME, observed=(condition.when, level.unless), deciding=deciding)

    def _exit(self, condition: Condition, level: ModeLevel, open_entries: list[str]) -> tuple[ConditionReading, Streak]:
        seen = self.truth(condition.when)
        waits = Barred(BarCause.WAITS, f"waits: {', '.join(open_entries)} is not known")
        barred = waits if seen.value and open_entries else None
        dwell = self.span(level.dwell) - (self.at - self.before.since)
        return self._read(condition, seen, barred, dwell, observed=(condition.when,), deciding=(condition.when,))

    def _read(
        self,
        condition: Condition,
        seen: _Seen,
        barred: Barred | None,
        wait: timedelta,
        observed: tuple[Expression | None, ...],
        deciding: tuple[Expression | None, ...],
    ) -> tuple[ConditionReading, Streak]:
        """A condition and its clock; ``wait`` is how long its state has to last yet."""
        clock, max_gap = self.before.clocks.get(condition.id, Streak()), self.span(self.mode.max_gap)
        if barred:
            clock = stop(clock, self.at, max_gap, "barred", str(barred))
        else:
            detail = tell_lacks(seen.lacks) if seen.lacks else ""
            clock = take(clock, Truth(self.at, seen.value, detail), max_gap)
        length = self.span(condition.length)
        stands = stand(clock, self.at, length)
        met_at = max(stands.met_at, later(self.at, wait)) if stands.met_at is not None else None
        outcome = Outcome.FAIL if barred or seen.value is False else Outcome.PASS if seen.value else Outcome.UNKNOWN
        reading = ConditionReading(
            condition=condition,
            outcome=outcome,
            since=stands.since,
            length=length,
            met=stands.met and wait <= NO_TIME,
            met_at=met_at,
            barred=barred,
            broken=stands.broken,
            observed=observations(self.bindings, *observed),
            lacks=seen.lacks if outcome is Outcome.UNKNOWN else (),
            because=because(self.bindings, *deciding),
        )
        return reading, clock


def _is_exit(condition: Condition) -> bool:
    return condition.target != condition.state


def _transition(
    mode: Mode, before: ModeState, readings: tuple[ConditionReading, ...], at: datetime
) -> Transition | None:
    """The change that the conditions bring that are met: the worst state wins."""
    met = [each.condition for each in readings if each.met]
    if not met:
        return None
    target = max((each.target for each in met), key=mode.rank)
    return Transition(before.state, target, at, tuple(each.id for each in met if each.target == target))


def _reading(
    mode: Mode,
    state: ModeState,
    transition: Transition | None,
    readings: tuple[ConditionReading, ...],
    lacks: tuple[Lack, ...],
    bindings: Bindings,
) -> ModeReading:
    level = mode.states[mode.rank(state.state)]
    observed, findings = _observed(mode, state, bindings)
    held = _held_for(state, lacks)
    return ModeReading(
        mode=mode.id,
        state=state.word,
        last_known=state.state,
        since=state.since,
        at=state.at,
        held_since=(state.known_at or state.since) if held else None,
        transition=transition,
        held=held,
        reason=_reason(state, transition, readings, held),
        conditions=readings,
        lacks=lacks,
        observed_state=observed,
        findings=findings,
        actions=level.actions,
        levers=tuple(mode.levers[lever] for lever in level.levers),
        advice=tuple(_advice(mode, bindings)),
        effects=level.effects,
        notice=level.notice.render(bindings, absent=NOT_KNOWN_YET) if level.notice is not None else "",
    )


def _held_for(state: ModeState, lacks: tuple[Lack, ...]) -> str:
    """What was last known of a state that no evidence carries now, and what lacks; empty where some does."""
    if state.known_at == state.at:
        return ""
    last = f"last known to be {state.state} at {instant_text(state.known_at)}" if state.known_at else "never known"
    return f"{last}: {tell_lacks(lacks)}"


def _reason(state: ModeState, transition: Transition | None, readings: tuple[ConditionReading, ...], held: str) -> str:
    """Why the mode is in its state, in one line."""
    if transition is not None:
        met = [each for each in readings if each.condition.id in transition.because]
        return f"from {transition.source}: " + "; ".join(_held(each) for each in met)
    if held:
        return f"{'unknown' if state.unknown else 'held'}, {held}"
    running = [f"{_held(each)}, enough at {instant_text(each.met_at)}" for each in readings if each.met_at is not None]
    barred = [f"{each.condition.id} {each.barred}" for each in readings if each.barred]
    return "; ".join([*running, *barred]) or "no condition that leads out of it holds"


def _held(reading: ConditionReading) -> str:
    since = reading.since
    told = f"{reading.condition.id} holds"
    return told if since is None else f"{told} since {instant_text(since)}"


def _observed(mode: Mode, state: ModeState, bindings: Bindings) -> tuple[str | None, tuple[Finding, ...]]:
    """The state that somebody sees, and what there is to say where it is another one."""
    if mode.observed is None:
        return None, ()
    value = run(mode.observed, bindings)
    names = [each.name for each in mode.states]
    if isinstance(value, str) and value in names:
        if state.unknown or value == state.state:
            return value, ()
        message = f"{mode.id} computes {state.state}, and {value} is observed"
        return value, (_difference(mode, mode.observed, bindings, Outcome.FAIL, message, ()),)
    if isinstance(value, str):
        lacks: tuple[Lack, ...] = (Lack("", "mistyped", f"the observed state is none of {', '.join(names)}"),)
    else:
        lacks = lacks_of(value, "the name of a state")
    return None, (_difference(mode, mode.observed, bindings, Outcome.UNKNOWN, tell_lacks(lacks), lacks),)


def _difference(
    mode: Mode, seen: Expression, bindings: Bindings, outcome: Outcome, message: str, lacks: tuple[Lack, ...]
) -> Finding:
    names = {entry.name for entry in mode.evidence} & set(seen.program.free_names)
    return Finding(
        rule="observed-state",
        key=None,
        title="The computed state is the observed one",
        enforcement=Enforcement.BLOCKING,
        severity="high",
        outcome=outcome,
        message=message,
        expected="the same state",
        place=seen.place,
        observed=observations(bindings, seen),
        lacks=lacks,
        evidence=tuple(sorted(names)),
        owner=mode.owner,
    )


def _advice(mode: Mode, bindings: Bindings) -> list[Advised]:
    """The advice that holds, and that of which it cannot be told."""
    found = []
    for each in mode.recommend:
        value = run(each.when, bindings)
        if value is True:
            found.append(Advised(each.id, each.lever, Outcome.PASS, each.reason.render(bindings)))
        elif value is not False:
            lacks = lacks_of(value, "a bool")
            found.append(Advised(each.id, each.lever, Outcome.UNKNOWN, tell_lacks(lacks), lacks))
    return found
