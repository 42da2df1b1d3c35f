"""Modes: a policy of ordered states, the state that one is in, and what one look at it tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from gatekeeper.model.finding import Deciding, Finding, Lack, Observation, Outcome
from gatekeeper.model.place import Place
from gatekeeper.model.policy import Policy
from gatekeeper.model.rule import Expression, Template
from gatekeeper.model.series import Break, Streak

Span = timedelta | str
"""A span of time, or the name of the parameter that holds it."""

CURRENT = "current"
"""The name under which the expressions of a mode see the state before the look."""

UNKNOWN = "unknown"
"""How a state reads that is not known; no state of a mode may be called so."""


@dataclass(frozen=True, slots=True)
class CurrentState:
    """What expressions see as ``current``."""

    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """One way into a state, or the way out of it.

    Attributes:
        id: unique in the mode: ``<state>/<id of the entry>``, or ``<state>/exit``.
        state: the state that it belongs to.
        sources: the states that it leads out of.
        target: the state that it leads to.
        when: has to be true.
        length: for how long; None where one true sample is enough.
        look_back: how far back ``when`` looks by itself. It waits for nothing, but after ``unless`` ended it counts
            only once its look-back lies behind that.
    """

    id: str
    state: str
    sources: tuple[str, ...]
    target: str
    when: Expression
    length: Span | None
    look_back: Span | None
    place: Place


@dataclass(frozen=True, slots=True)
class ModeLevel:
    """One state of a mode.

    Attributes:
        unless: while this is true the state cannot be entered; it never ends it.
        enter: any of these enters it.
        exit: leads out of it, to a better one.
        dwell: how long it lasts at least, before its exit is taken.
        actions: what to do in it, as texts.
        levers: ids of the levers that belong to it.
        effects: category → what the state means for it.
        notice: what customers see, with ``{expression}`` slots; None where they see nothing.
    """

    name: str
    title: str
    unless: Expression | None
    enter: tuple[Condition, ...]
    exit: Condition | None
    dwell: Span | None
    actions: tuple[str, ...]
    levers: tuple[str, ...]
    effects: Mapping[str, str]
    notice: Template | None
    place: Place


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that a person can pull.

    Attributes:
        how: a command, or a path through a user interface.
        undo: how to take it back; empty where that cannot be done or goes without saying.
        time_to_effect: as people say it, such as ``2–5 min``.
        blast_radius: what it touches.
        last_validated: the date at which somebody last saw it work, as text; empty where nobody did.
    """

    id: str
    title: str
    how: str
    undo: str
    time_to_effect: str
    blast_radius: str
    last_validated: str
    place: Place


@dataclass(frozen=True, slots=True)
class Advice:
    """When to pull which lever.

    Attributes:
        lever: id of the lever; None where the advice is to do something else.
        reason: says why, with ``{expression}`` slots.
    """

    id: str
    when: Expression
    lever: str | None
    reason: Template
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode(Policy):
    """A policy of ordered states.

    Attributes:
        max_gap: the longest time between two looks that keeps the clocks running.
        hold_last: for how long a state is held that the evidence does not carry.
        initial: the state that it begins in.
        states: best first.
        observed: tells the state that somebody sees, such as a kill-switch.
        ladders: ids of the ladders of its system that are told with it, in that order: whom to page, and what is owed.
    """

    max_gap: Span
    hold_last: Span
    initial: str
    states: tuple[ModeLevel, ...]
    levers: Mapping[str, Lever]
    recommend: tuple[Advice, ...]
    observed: Expression | None
    ladders: tuple[str, ...] = ()

    @property
    def normal(self) -> str:
        """The state in which all is as it should be: the best one, which is the first."""
        return self.states[0].name

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition, by state from best to worst, the exit of a state last."""
        return tuple(each for state in self.states for each in (*state.enter, *((state.exit,) if state.exit else ())))

    def rank(self, name: str) -> int:
        """How bad a state is: 0 for the best.

        Raises:
            ValueError: there is no such state.
        """
        return [state.name for state in self.states].index(name)


@dataclass(frozen=True, slots=True)
class Bar:
    """When ``unless`` last kept a state from being entered.

    Attributes:
        at: the instant at which that was last seen, or, where it is over, at which it was first seen to be over.
    """

    at: datetime
    over: bool


@dataclass(frozen=True, slots=True)
class ModeState:
    """Where a mode is after one look at it: all that the next look needs to know of the past.

    Attributes:
        state: the state that it is in, or was last known to be in.
        since: when that was entered.
        at: the instant of the look.
        known_at: the instant at which evidence last carried the state; None where it never did.
        unknown: whether it has been held for longer than it may be.
        clocks: condition id → since when it has held.
        bars: state → when its ``unless`` was last true, for those where it ever was.
    """

    mode: str
    state: str
    since: datetime
    at: datetime
    known_at: datetime | None
    unknown: bool = False
    clocks: Mapping[str, Streak] = field(default_factory=dict)
    bars: Mapping[str, Bar] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """The state as people read it: ``unknown`` where it is not known."""
        return UNKNOWN if self.unknown else self.state


class BarCause(StrEnum):
    """Why a condition does not count although it may be true."""

    UNLESS = "unless"
    """``unless`` of its state is true."""
    LOOK_BACK = "look_back"
    """It still looks back at a time at which ``unless`` was true."""
    WAITS = "waits"
    """It leads out of a state, and whether the state would be entered anew is not known."""


@dataclass(frozen=True, slots=True)
class Barred:
    """What keeps a condition from counting.

    Attributes:
        told: in one line, as it reads beside the word ``barred``.
    """

    cause: BarCause
    told: str

    def __str__(self) -> str:
        head = {BarCause.UNLESS: "barred: ", BarCause.LOOK_BACK: "barred ", BarCause.WAITS: ""}
        return f"{head[self.cause]}{self.told}"


@dataclass(frozen=True, slots=True)
class ConditionReading:
    """How one condition stands that leads out of the state.

    Attributes:
        outcome: pass where it is true and nothing bars it, fail where it is false or barred, else unknown.
        since: since when it has held; None where it does not hold.
        length: for how long it has to.
        met: whether it has held long enough.
        met_at: when it has, or will have if it goes on; None where it does not hold.
        barred: what keeps it from counting although it may be true; None where nothing does.
        broken: what last broke it, or None.
        observed: the values that it saw.
        lacks: what is not known.
        because: the parts of the condition, or of what bars it, that decided the outcome, and nothing else.
    """

    condition: Condition
    outcome: Outcome
    since: datetime | None
    length: timedelta
    met: bool
    met_at: datetime | None
    barred: Barred | None
    broken: Break | None
    observed: Sequence[Observation]
    lacks: tuple[Lack, ...]
    because: Sequence[Deciding] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state.

    Attributes:
        because: ids of the conditions that were met and lead to it.
    """

    source: str
    target: str
    at: datetime
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advised:
    """A piece of advice at one look.

    Attributes:
        outcome: pass where it holds, unknown where that cannot be told; advice that does not hold is left out.
        reason: why, in one line.
    """

    id: str
    lever: str | None
    outcome: Outcome
    reason: str
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class ModeReading:
    """What one look at a mode tells.

    Attributes:
        state: the state, or ``unknown``.
        last_known: the state that it is in, or was last known to be in.
        since: when that was entered.
        at: the instant of the look.
        held_since: since when no evidence carries the state; None where some does.
        held: what was last known, and what lacks; empty where evidence carries the state.
        transition: the change that this look brought, or None.
        reason: why it is in this state, in one line.
        conditions: how the conditions stand that lead out of the state before this look.
        observed_state: the state that somebody sees, or None where none is or it is not known.
        findings: where the computed and the observed state differ, or the observed one is not known.
        actions: what to do in the state.
        levers: the levers that belong to the state.
        advice: what to pull, and why.
        effects: category → what the state means for it.
        notice: what customers see, with what is known; empty where the state says nothing about it.
    """

    mode: str
    state: str
    last_known: str
    since: datetime
    at: datetime
    held_since: datetime | None
    held: str
    transition: Transition | None
    reason: str
    conditions: tuple[ConditionReading, ...]
    lacks: tuple[Lack, ...]
    observed_state: str | None
    findings: tuple[Finding, ...]
    actions: tuple[str, ...]
    levers: tuple[Lever, ...]
    advice: tuple[Advised, ...]
    effects: Mapping[str, str]
    notice: str
