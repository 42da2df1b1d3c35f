"""Compares what a case expects with what its policies said, one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.model.suite import Expectation, Wanted
from gatekeeper.model.suite_run import Moment, Played, Verified
from gatekeeper.suites.compare_gate import GATE_ASPECTS
from gatekeeper.suites.compare_ladder import LADDER_ASPECTS
from gatekeeper.suites.compare_mode import MODE_ASPECTS, ModeScene
from gatekeeper.suites.compared import Compared, listed, offset_told, value_told


def compare(played: Played) -> tuple[Verified, ...]:
    """Everything that the case expects, in the order of the file, beside what was found."""
    return tuple(
        Verified(expectation, wanted, each.what, each.expected, each.found, each.why, each.holds)
        for expectation in played.case.expectations
        for wanted in expectation.wanted
        for each in _compared(played, expectation, wanted)
    )


def _compared(played: Played, expectation: Expectation, wanted: Wanted) -> Iterator[Compared]:
    moment = played.moment(expectation.at)
    if moment is None:
        near = listed(offset_told(each.offset) for each in played.moments)
        yield _nothing(wanted, f"nobody looks at {offset_told(expectation.at)}", f"the looks are at {near}")
        return
    yield from _of_policy(played, moment, expectation.policy, wanted)


def _of_policy(played: Played, moment: Moment, policy: str, wanted: Wanted) -> Iterator[Compared]:
    if policy in moment.decisions and wanted.aspect in GATE_ASPECTS:
        yield from GATE_ASPECTS[wanted.aspect](wanted, moment.decisions[policy])
    elif policy in moment.standings and wanted.aspect in LADDER_ASPECTS:
        yield from LADDER_ASPECTS[wanted.aspect](wanted, moment.standings[policy])
    elif policy in moment.readings and wanted.aspect in MODE_ASPECTS:
        yield from MODE_ASPECTS[wanted.aspect](wanted, ModeScene(played, moment, moment.readings[policy]))
    else:
        yield _nothing(wanted, f"{policy} says nothing of the kind", "a gate, a ladder and a mode say different things")


def _nothing(wanted: Wanted, found: str, why: str) -> Compared:
    what = f"{wanted.aspect} {wanted.name}".rstrip()
    return Compared(what, value_told(wanted.value), found, why, holds=False)
