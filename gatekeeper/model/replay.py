"""A case of a suite that was played to be looked at, with the policies that it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatekeeper.model.ladder import Ladder
from gatekeeper.model.mode import Lever, Mode
from gatekeeper.model.suite import Suite
from gatekeeper.model.suite_run import Played, Verified


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay shows.

    Attributes:
        verified: everything that the case expects, in the order of the file, beside what was found.
        ladders: id → ladder, of those that the suite asks.
        modes: id → mode, of those that the suite asks.
    """

    suite: Suite
    played: Played
    verified: tuple[Verified, ...]
    ladders: Mapping[str, Ladder]
    modes: Mapping[str, Mode]

    @property
    def holds(self) -> bool:
        """Whether everything is as expected."""
        return all(each.holds for each in self.verified)

    def lever(self, policy: str, lever: str) -> Lever | None:
        """The lever of that id of a ladder or a mode; None where the policy has none."""
        its = self.ladders.get(policy) or self.modes.get(policy)
        return its.levers.get(lever) if its is not None else None
