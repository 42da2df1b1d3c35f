"""Plays a case: at each look every policy that its suite asks is judged on the evidence of that look.

Modes come first, each after those whose state it reads, so that gates can read the state that was just computed. A mode
goes on from its own state at the look before; everything else knows only its look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from gatekeeper.evaluate.ladder import stand
from gatekeeper.evaluate.mode import look as look_at
from gatekeeper.model.mode import ModeReading, ModeState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.suite import Case, Suite
from gatekeeper.model.suite_run import Moment, Played
from gatekeeper.pipeline import closure, decide
from gatekeeper.suites.story import Look, looks

_A_LOOK_BEFORE = timedelta(minutes=1)
"""How long ago a mode that a case begins in was last looked at, where the case does not look again and again."""


def play(case: Case, suite: Suite, policies: PolicySet) -> Played:
    """What the policies of a suite say at every look of a case.

    Raises:
        UsageError: a parameter that a policy does not have or does not let anybody override, or a bad value.
        InvalidInput: the evidence of a look has no canonical form.
    """
    return play_looks(case, suite, policies, looks(case, policies, suite))


def play_looks(case: Case, suite: Suite, policies: PolicySet, found: Iterable[Look]) -> Played:
    """The same for looks that are at hand, the earliest first."""
    return Played(case, tuple(_moments(case, suite, policies, found)))


def _moments(case: Case, suite: Suite, policies: PolicySet, found: Iterable[Look]) -> Iterator[Moment]:
    policies = replace(policies, waivers=(*policies.waivers, *case.waivers))
    modes = modes_in_order(suite, policies)
    states: dict[str, ModeState | None] = {mode: _earlier(case, mode) for mode in modes}
    for each in found:
        here, readings = each, dict[str, ModeReading]()
        for mode in modes:
            given = case.parameters.get(mode, {})
            states[mode], readings[mode] = look_at(policies.modes[mode], states[mode], here.snapshot, each.at, given)
            for name in (name for name, of in each.computed.items() if of == mode):
                here = here.with_state(name, readings[mode].state, readings[mode].since)
        yield Moment(
            at=each.at,
            offset=each.offset,
            titles=tuple(title for title in each.titles if title),
            decisions={
                gate: decide(policies, gate, here.snapshot, as_of=each.at, parameters=_for_gates(case, policies, gate))
                for gate in suite.policies
                if gate in policies.gates
            },
            standings={
                ladder: stand(policies, ladder, here.snapshot, each.at, case.parameters.get(ladder, {}))
                for ladder in suite.policies
                if ladder in policies.ladders
            },
            readings={mode: readings[mode] for mode in suite.policies if mode in readings},
        )


def modes_in_order(suite: Suite, policies: PolicySet) -> tuple[str, ...]:
    """The modes that a suite asks, each after those whose state it reads; where they read each other, as written."""
    asked = [each for each in suite.policies if each in policies.modes]
    order: dict[str, None] = {}
    begun: set[str] = set()

    def visit(mode: str) -> None:
        if mode in begun:
            return
        begun.add(mode)
        for entry in policies.modes[mode].evidence:
            if entry.of in asked:
                visit(entry.of)
        order[mode] = None

    for each in asked:
        visit(each)
    return tuple(order)


def _earlier(case: Case, mode: str) -> ModeState | None:
    """The state that a case begins in, known up to one look before its beginning."""
    if mode not in case.earlier:
        return None
    state, since = case.earlier[mode]
    at = max(since, case.now - (case.every or _A_LOOK_BEFORE))
    return ModeState(mode, state, since, at, at)


def _for_gates(case: Case, policies: PolicySet, gate: str) -> Mapping[str, Mapping[str, str]]:
    """The parameters of a gate and of the gates below it; a case can give those of other policies too."""
    order = closure(policies, gate)
    return {name: values for name, values in case.parameters.items() if name in order}
