"""Modes for tests, built from the model itself, and a way to play evidence through them minute by minute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from gatekeeper.evaluate.mode import step
from gatekeeper.expr import Unknown, compile_template
from gatekeeper.model.finding import Lack
from gatekeeper.model.mode import Advice, Condition, Lever, Mode, ModeLevel, ModeReading, ModeState
from tests.builders import PLACE, expression

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
LACKING = Unknown((Lack("metrics", "missing", "no evidence called metrics was collected"),))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def at(minute: float) -> datetime:
    return T0 + minutes(minute)


def lever(name: str) -> Lever:
    return Lever(name, f"Lever {name}", "pull it", "", "1 min", "all", "2026-02-24", PLACE)


def advice(name: str, when: str, pull: str | None, reason: str) -> Advice:
    return Advice(name, expression(when), pull, compile_template(reason), PLACE)


def mode(states: Mapping[str, Mapping[str, Any]], **changes: Any) -> Mode:
    """A mode from states as a document would write them, with spans in minutes."""
    names = list(states)
    initial = changes.get("initial", names[0])
    levers = {name: lever(name) for each in states.values() for name in each.get("levers", ())}
    fields: dict[str, Any] = {
        "id": "demo-mode",
        "title": "Demo",
        "system": "demo",
        "owner": "platform-oncall",
        "source": "",
        "description": "",
        "params": (),
        "evidence": (),
        "max_gap": minutes(2),
        "hold_last": minutes(15),
        "levers": levers,
        "recommend": (),
        "digest": "sha256:demo",
        "place": PLACE,
        **changes,
        "observed": expression(changes["observed"]) if "observed" in changes else None,
        "initial": initial,
        "states": tuple(_level(name, each, names, initial) for name, each in states.items()),
    }
    return Mode(**fields)


def _level(name: str, written: Mapping[str, Any], names: list[str], initial: str) -> ModeLevel:
    better = tuple(names[: names.index(name)])
    exit_ = written.get("exit")
    way_out = None
    if exit_ is not None:
        way_out = _condition(f"{name}/exit", name, (name,), exit_.get("to", initial), exit_)
    entries = [
        _condition(f"{name}/{each['id']}", name, tuple(each.get("from", better)), name, each)
        for each in written.get("enter", ())
    ]
    unless, dwell = written.get("unless"), written.get("dwell")
    return ModeLevel(
        name=name,
        title="",
        unless=None if unless is None else expression(unless),
        enter=tuple(entries),
        exit=way_out,
        dwell=None if dwell is None else minutes(dwell),
        actions=tuple(written.get("actions", ())),
        levers=tuple(written.get("levers", ())),
        effects=dict(written.get("effects", {})),
        notice=compile_template(written["notice"]) if "notice" in written else None,
        place=PLACE,
    )


def _condition(name: str, state: str, sources: tuple[str, ...], target: str, written: Mapping[str, Any]) -> Condition:
    length, look_back = written.get("for"), written.get("look_back")
    return Condition(
        id=name,
        state=state,
        sources=sources,
        target=target,
        when=expression(written["when"]),
        length=length if isinstance(length, str) else None if length is None else minutes(length),
        look_back=None if look_back is None else minutes(look_back),
        place=PLACE,
    )


Sample = tuple[float, Mapping[str, object]]
"""A minute, and the bindings at it."""


def play(
    policy: Mode, samples: Iterable[Sample], earlier: ModeState | None = None
) -> tuple[ModeState, list[ModeReading]]:
    """Look at every sample in turn: the last state, and every reading."""
    state, readings = earlier, []
    for minute, bindings in samples:
        state, reading = step(policy, state, bindings, at(minute))
        readings.append(reading)
    assert state is not None
    return state, readings


def each_minute(values: Sequence[object], start: int = 0, name: str = "metrics") -> list[Sample]:
    """One sample a minute; None leaves the minute out."""
    return [(start + index, {name: value}) for index, value in enumerate(values) if value is not None]


def states_of(readings: Iterable[ModeReading]) -> list[str]:
    return [each.state for each in readings]


def changes_of(readings: Iterable[ModeReading]) -> list[tuple[float, str]]:
    """Minute and new state of every transition."""
    return [((each.at - T0) / minutes(1), each.transition.target) for each in readings if each.transition is not None]
