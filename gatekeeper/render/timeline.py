"""A played case as a timeline: what is otherwise than at the look before, and where nothing is.

Only what a person has to know is a change: a verdict, a level, a state, what brought it, what is advised, who is paged,
what is owed. Figures that move with every look are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gatekeeper.model.replay import Replay
from gatekeeper.model.suite_run import Moment, Verified
from gatekeeper.render.timeline_gates import gate_changes
from gatekeeper.render.timeline_ladders import ladder_changes
from gatekeeper.render.timeline_modes import mode_changes
from gatekeeper.render.timeline_parts import Change


@dataclass(frozen=True, slots=True)
class Step:
    """One look that is shown.

    Attributes:
        changes: policy id → what changed there, in the order of the suite; policies without changes are left out.
        verified: what the case expects at this look, in the order of the file.
    """

    moment: Moment
    changes: Mapping[str, tuple[Change, ...]]
    verified: tuple[Verified, ...]

    @property
    def tells(self) -> bool:
        """Whether something happened, changed, or was expected."""
        return bool(self.moment.titles or self.changes or self.verified)


@dataclass(frozen=True, slots=True)
class Fold:
    """Looks in a row at which nothing changed."""

    looks: int
    first: timedelta
    last: timedelta


def steps(replay: Replay) -> tuple[Step, ...]:
    """Every look, with what changed since the one before."""
    found = []
    before: Moment | None = None
    for moment in replay.played.moments:
        verified = tuple(each for each in replay.verified if each.expectation.at == moment.offset)
        found.append(Step(moment, _changes(replay, before, moment), verified))
        before = moment
    return tuple(found)


def folded(every: tuple[Step, ...]) -> Iterator[Step | Fold]:
    """The looks that tell something; those between them are folded. The first and the last look are always shown."""
    quiet: list[Step] = []
    for number, step in enumerate(every):
        if not step.tells and 0 < number < len(every) - 1:
            quiet.append(step)
            continue
        yield from _fold(quiet)
        quiet = []
        yield step


def _fold(quiet: list[Step]) -> Iterator[Step | Fold]:
    if quiet:
        yield Fold(len(quiet), quiet[0].moment.offset, quiet[-1].moment.offset)


def _changes(replay: Replay, before: Moment | None, moment: Moment) -> dict[str, tuple[Change, ...]]:
    found: dict[str, tuple[Change, ...]] = {}
    for policy in replay.suite.policies:
        if policy in moment.readings:
            earlier_reading = before.readings.get(policy) if before is not None else None
            changes = mode_changes(earlier_reading, moment.readings[policy])
        elif policy in moment.standings:
            earlier_standing = before.standings.get(policy) if before is not None else None
            changes = ladder_changes(earlier_standing, moment.standings[policy])
        else:
            earlier = before.decisions.get(policy) if before is not None else None
            changes = gate_changes(earlier, moment.decisions[policy])
        if changes:
            found[policy] = changes
    return found
