"""The state of a mode as JSON, for what keeps it between two looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatekeeper.model.decode import checked
from gatekeeper.model.evidence import Instant
from gatekeeper.model.mode import Bar, Mode, ModeState
from gatekeeper.model.series import Break, Streak
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json


@dataclass(frozen=True, slots=True)
class _BreakRecord:
    start: Instant
    end: Instant
    cause: str
    detail: str


@dataclass(frozen=True, slots=True)
class _StreakRecord:
    since: Instant | None
    last: Instant | None
    broken: _BreakRecord | None


@dataclass(frozen=True, slots=True)
class _BarRecord:
    at: Instant
    over: bool


@dataclass(frozen=True, slots=True)
class _StateRecord:
    mode: str
    state: str
    since: Instant
    at: Instant
    known_at: Instant | None
    unknown: bool
    clocks: dict[str, _StreakRecord]
    bars: dict[str, _BarRecord]


def state_json(state: ModeState) -> Json:
    """A state as plain JSON, which has a canonical form."""
    return {
        "mode": state.mode,
        "state": state.state,
        "since": instant_text(state.since),
        "at": instant_text(state.at),
        "known_at": _text(state.known_at),
        "unknown": state.unknown,
        "clocks": {name: _streak_json(streak) for name, streak in sorted(state.clocks.items())},
        "bars": {name: {"at": instant_text(bar.at), "over": bar.over} for name, bar in sorted(state.bars.items())},
    }


def state_from_json(mode: Mode, value: Json) -> ModeState:
    """A state as ``state_json`` wrote it.

    Raises:
        ValueError: it is none, or not one of this mode; the message is one line.
    """
    value, wrong = checked(_StateRecord, value)
    if wrong:
        raise ValueError(f"this is no state of a mode: {wrong[0]}")
    read: dict[str, Any] = value  # type: ignore[assignment]  # checked
    if read["mode"] != mode.id:
        raise ValueError(f"this is a state of mode {read['mode']}, not of {mode.id}")
    names = [state.name for state in mode.states]
    if read["state"] not in names:
        raise ValueError(f"{mode.id} has no state {read['state']}: it has {', '.join(names)}")
    state = ModeState(
        mode=mode.id,
        state=read["state"],
        since=parse_instant(read["since"]),
        at=parse_instant(read["at"]),
        known_at=_instant(read["known_at"]),
        unknown=read["unknown"],
        clocks={name: _streak(each) for name, each in read["clocks"].items()},
        bars={name: Bar(parse_instant(each["at"]), each["over"]) for name, each in read["bars"].items()},
    )
    if max(_instants(state), default=state.at) > state.at:
        raise ValueError(f"this is no state of {mode.id}: something in it lies after its own instant")
    return state


def _instants(state: ModeState) -> Iterator[datetime]:
    """All that lies before the look: a clock or a bar from after it would hold what it should not."""
    yield state.since
    yield from (bar.at for bar in state.bars.values())
    found = [state.known_at]
    for clock in state.clocks.values():
        found += [clock.since, clock.last, *([clock.broken.end] if clock.broken is not None else [])]
    yield from (at for at in found if at is not None)


def _text(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)


def _streak_json(streak: Streak) -> Json:
    broken: Json = None
    if streak.broken is not None:
        start, end = instant_text(streak.broken.start), instant_text(streak.broken.end)
        broken = {"start": start, "end": end, "cause": streak.broken.cause, "detail": streak.broken.detail}
    return {"since": _text(streak.since), "last": _text(streak.last), "broken": broken}


def _streak(value: dict[str, Any]) -> Streak:
    told = value["broken"]
    broken = None
    if told is not None:
        broken = Break(parse_instant(told["start"]), parse_instant(told["end"]), told["cause"], told["detail"])
    return Streak(_instant(value["since"]), _instant(value["last"]), broken)
