"""Compares what a case expects of a mode with what a look at it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import ConditionReading, ModeReading
from gatekeeper.model.suite import Wanted
from gatekeeper.model.suite_run import Moment, Played
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.suites.compared import (
    Compared,
    Row,
    alike,
    compared,
    graded,
    instants,
    listed,
    offset_told,
    one,
    parts_of,
    texts,
    told_in,
    value_told,
    with_lacks,
)


@dataclass(frozen=True, slots=True)
class ModeScene:
    """One look at a mode, within the case so far."""

    played: Played
    moment: Moment
    reading: ModeReading


def _state(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    yield one("state", wanted.value, scene.reading.state, lambda: _why(scene, wanted.value))


def _why(scene: ModeScene, target: object = None) -> str:
    """Why the mode is in its state, and how the conditions stand that lead to another one; that state's come alone."""
    leading = [each for each in scene.reading.conditions if each.condition.target == target]
    others = [each for each in leading or scene.reading.conditions if each.outcome is not Outcome.PASS]
    parts = [f"{each.condition.id} is {each.outcome}: {_row(each).why('')}" for each in others]
    return "; ".join((scene.reading.reason, *parts))


def _since(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    told = f"{scene.reading.state}: {scene.reading.reason}"
    yield instants("since", wanted.value, scene.reading.since, told, scene.played.case.now)


def _because(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    change = scene.reading.transition
    found = change.because if change is not None else ()
    why = scene.reading.reason if change is not None else lambda: f"this look brings no change: {_why(scene)}"
    yield alike("because", wanted.value, found, why, ordered=False)


def _condition(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    rows = [_row(each) for each in scene.reading.conditions if each.condition.id == wanted.name]
    yield from graded(wanted, rows, [each.condition.id for each in scene.reading.conditions])


def _row(reading: ConditionReading) -> Row:
    broken = reading.broken
    gone = ""
    if broken is not None:
        ended = f"{instant_text(broken.end)}: {broken.cause}"
        gone = f"last broken at {ended}" + (f", {broken.detail}" if broken.detail else "")
    since = f"holds since {instant_text(reading.since)}" if reading.since is not None else ""
    barred = str(reading.barred) if reading.barred is not None else ""
    told = with_lacks("; ".join(part for part in (barred, since, gone) if part), reading.lacks)
    return Row(
        name=reading.condition.id,
        word=reading.outcome.value,
        told=told,
        because=reading.because,
        seen=reading.observed,
        met=reading.met,
    )


def _actions(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    yield alike("actions", wanted.value, scene.reading.actions, _in_state(scene), ordered=True)


def _effects(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    yield alike("effects", wanted.value, list(scene.reading.effects), _in_state(scene), ordered=False)


def _effect(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    found = scene.reading.effects.get(wanted.name, "")
    yield told_in(f"effect {wanted.name}", wanted.value, found, _in_state(scene))


def _notice(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    yield told_in("notice", wanted.value, scene.reading.notice, _in_state(scene))


def _in_state(scene: ModeScene) -> str:
    """Whose actions, effects and levers these are: those of the state that it was last known to be in."""
    state, known = scene.reading.state, scene.reading.last_known
    return f"the state is {state}" + ("" if state == known else f", last known to be {known}")


def _levers(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    found = [each.id for each in scene.reading.levers]
    yield alike("levers", wanted.value, found, _in_state(scene), ordered=False)


def _advice(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    yield _advised("advice", wanted, scene, Outcome.PASS)


def _advice_lever(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    what = f"lever of advice {wanted.name}"
    advised = next((each for each in scene.reading.advice if each.id == wanted.name), None)
    if advised is None or advised.outcome is not Outcome.PASS:
        found = "the advice does not hold" if advised is None else "the advice is unknown"
        yield Compared(what, value_told(wanted.value), found, advised.reason if advised else "", holds=False)
    else:
        yield one(what, wanted.value, advised.lever, advised.reason)


def _advice_unknown(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    yield _advised("advice_unknown", wanted, scene, Outcome.UNKNOWN)


def _advised(what: str, wanted: Wanted, scene: ModeScene, outcome: Outcome) -> Compared:
    advice = scene.reading.advice
    found = [each.id for each in advice if each.outcome is outcome]
    holding = "holds" if outcome is Outcome.PASS else "is not known"
    why = "; ".join(
        f"{each.id} {'holds' if each.outcome is Outcome.PASS else 'is unknown'}: {each.reason}" for each in advice
    )
    return alike(what, wanted.value, found, why or f"no advice {holding}", ordered=False)


def _observed_state(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    why = "; ".join(each.message for each in scene.reading.findings)
    yield one("observed_state", wanted.value, scene.reading.observed_state, why)


def _transitions(wanted: Wanted, scene: ModeScene) -> Iterator[Compared]:
    pairs = wanted.value if isinstance(wanted.value, list) else []
    start = scene.played.case.now
    expected = [(parse_instant(str(at)) - start, str(state)) for at, state in map(texts, pairs)]
    changes = scene.played.transitions(scene.reading.mode, scene.moment.offset)
    found = [(offset, change.target) for offset, change in changes]
    why = "; ".join(f"{offset_told(offset)}: {listed(change.because)}" for offset, change in changes)
    yield compared(
        "transitions",
        listed(f"{offset_told(offset)} {state}" for offset, state in expected),
        listed(f"{offset_told(offset)} {state}" for offset, state in found),
        lambda: why or _why(scene),
        holds=expected == found,
    )


MODE_ASPECTS: Mapping[str, Callable[[Wanted, ModeScene], Iterator[Compared]]] = {
    "state": _state,
    "since": _since,
    "because": _because,
    **dict.fromkeys(parts_of("condition", "met"), _condition),
    "actions": _actions,
    "levers": _levers,
    "effects": _effects,
    "effect": _effect,
    "notice": _notice,
    "advice": _advice,
    "advice_lever": _advice_lever,
    "advice_unknown": _advice_unknown,
    "observed_state": _observed_state,
    "transitions": _transitions,
}
"""Aspect → how it is compared."""
