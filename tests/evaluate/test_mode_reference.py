"""Modes against a slow second reading of their rules, step by step, from random evidence.

``GATEKEEPER_MODE_STEPS`` says how many steps are compared in all; the default fits a test run.
"""

from __future__ import annotations

import os
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from gatekeeper.evaluate.mode import step
from gatekeeper.expr import Unknown
from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.finding import Lack
from gatekeeper.model.mode import Mode, ModeState
from gatekeeper.model.mode_json import state_from_json, state_json
from gatekeeper.model.strict_json import parse_json
from tests.evaluate.modes import at, mode
from tests.evaluate.reference_mode import Reference, Rules, Way

STEPS = int(os.environ.get("GATEKEEPER_MODE_STEPS", "10000"))
STEPS_OF_ONE = 100
"""How many looks one mode gets before the next one is drawn."""

ORDER = ("s0", "s1", "s2", "s3")
LACKING = Unknown((Lack("truth", "missing", "not collected"),))

spans = st.integers(0, 6)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    order = ORDER[: draw(st.integers(2, 4))]
    ways = []
    for rank, state in enumerate(order[1:], 1):
        for number in range(draw(st.integers(0 if rank < len(order) - 1 else 1, 2))):
            sources = draw(st.sets(st.sampled_from(order[:rank]), min_size=1))
            length = draw(spans)
            look_back = draw(spans) if length == 0 else 0
            ways.append(Way(f"{state}/c{number}", state, frozenset(sources), state, length, look_back))
        if state == order[-1] or draw(st.integers(0, 3)):
            target = draw(st.sampled_from(order[:rank]))
            ways.append(Way(f"{state}/exit", state, frozenset({state}), target, draw(spans)))
    return Rules(
        order=order,
        ways=tuple(ways),
        barred=frozenset(draw(st.sets(st.sampled_from(order[1:])))),
        dwell={state: draw(spans) for state in order[1:]},
        max_gap=draw(st.integers(1, 3)),
        hold_last=draw(st.integers(1, 6)),
    )


def name_of(way: str) -> str:
    return way.replace("/", "_")


def mode_of(drawn: Rules) -> Mode:
    states: dict[str, dict[str, Any]] = {state: {"dwell": drawn.dwell.get(state)} for state in drawn.order}
    for state in drawn.barred:
        states[state]["unless"] = f"bar_{state}"
    for way in drawn.ways:
        written: dict[str, Any] = {"when": name_of(way.id), "for": way.length or None}
        if way.target == way.owner:
            written |= {"id": way.id.partition("/")[2], "from": sorted(way.sources), "look_back": way.look_back}
            states[way.owner].setdefault("enter", []).append(written)
        else:
            states[way.owner]["exit"] = written | {"to": way.target}
    return mode(states, max_gap=at(drawn.max_gap) - at(0), hold_last=at(drawn.hold_last) - at(0))


class Noise:
    """Truths that keep for a while, as evidence does: durations are never met by coin tosses."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.moods: dict[str, bool | None] = {}

    def next(self, name: str, values: tuple[bool | None, ...], change: float) -> bool | None:
        if name not in self.moods or self.random.random() < change:
            self.moods[name] = self.random.choice(values)
        return self.moods[name]


class Machines(RuleBasedStateMachine):
    """The real mode and the reference, fed with the same samples."""

    reference: Reference
    policy: Mode
    noise: Noise
    state: ModeState | None = None
    minute: int = 0

    @initialize(drawn=rules(), seed=st.integers(0, 2**32))
    def begin(self, drawn: Rules, seed: int) -> None:
        self.reference = Reference(drawn, drawn.order[0])
        self.policy = mode_of(drawn)
        self.noise = Noise(seed)

    @rule(gap=st.sampled_from([1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 5]))
    def look(self, gap: int) -> None:
        known = self.reference.rules
        values = (True, True, True, False, False, None)
        truth = {way.id: self.noise.next(way.id, values, 0.15) for way in known.ways}
        bars = {state: self.noise.next(state, (False, False, False, False, True, None), 0.3) for state in known.order}
        bars = {state: value for state, value in bars.items() if state in known.barred}
        self.minute += gap
        self.reference.look(self.minute, truth, bars)
        told = {name_of(way): value for way, value in truth.items()} | {f"bar_{state}": bars[state] for state in bars}
        bindings = {name: LACKING if value is None else value for name, value in told.items()}
        if self.state is not None:  # what a store keeps is enough to go on from
            self.state = state_from_json(self.policy, parse_json(canonical_bytes(state_json(self.state))))
        self.state, reading = step(self.policy, self.state, bindings, at(self.minute))
        wanted = self.reference
        assert (self.state.state, self.state.unknown) == (wanted.state, wanted.unknown)
        assert self.state.since == at(wanted.since or 0)
        assert self.state.known_at == (None if wanted.known_at is None else at(wanted.known_at))
        assert reading.state == ("unknown" if wanted.unknown else wanted.state)
        assert (reading.held_since is None) == (wanted.known_at == self.minute)


def test_a_mode_does_what_a_slow_second_reading_of_its_rules_does() -> None:
    examples = max(1, STEPS // STEPS_OF_ONE)
    run_state_machine_as_test(
        Machines,
        settings=settings(max_examples=examples, stateful_step_count=STEPS_OF_ONE, deadline=None),
    )
