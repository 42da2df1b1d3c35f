"""What is told of a change of a mode's state or of a ladder's level."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.model.kept import NewTransition, StateKey
from gatekeeper.model.mode_decision import ModeDecision
from gatekeeper.model.report import LadderReport


@dataclass(frozen=True, slots=True)
class Announcement:
    """A change, and the decision that brought it.

    Attributes:
        key: whose change it is: of a mode, or of a ladder that the mode names.
        decision: about the mode.
    """

    key: StateKey
    transition: NewTransition
    decision: ModeDecision

    @property
    def ladder(self) -> LadderReport | None:
        """The ladder whose change it is; None where it is the mode's own."""
        if self.key.kind == "mode":
            return None
        return next((each for each in self.decision.ladders if each.ladder.id == self.key.policy), None)

    @property
    def title(self) -> str:
        """The title of the mode or ladder."""
        return self.decision.title if self.ladder is None else self.ladder.ladder.title

    @property
    def normal(self) -> str | None:
        """The state in which nobody is called; None for the ladder that has come to no level."""
        return self.decision.normal_state if self.key.kind == "mode" else None
