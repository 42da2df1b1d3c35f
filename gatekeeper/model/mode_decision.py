"""What is decided about a mode at an instant: its state, why, what to pull, whom to page and what is owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.mode import Lever, ModeReading, ModeState
from gatekeeper.model.report import LadderReport, Terms
from gatekeeper.model.standing import DutyStanding, NotPaged, Page


class Pull(StrEnum):
    """How much there is to say for a lever; what says more comes first."""

    ADVISED = "advised"
    """A recommendation of the mode, or a remedy of one of its ladders, is known to hold."""
    OF_STATE = "of_state"
    """The state that the mode is in names it."""
    UNKNOWN = "unknown"
    """Whether it is advised is not known."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for a lever.

    Attributes:
        by: ``recommendation <id>``, ``state <name>``, or ``<ladder>/<trigger>``.
        told: why, in one line.
    """

    by: str
    pull: Pull
    told: str


@dataclass(frozen=True, slots=True)
class LeverToPull:
    """A lever, and what speaks for it.

    Attributes:
        pull: the most that is said for it.
        reasons: the strongest first.
        validated_age: how long ago somebody last saw it work; None where nobody did, or says when.
    """

    lever: Lever
    pull: Pull
    reasons: tuple[Reason, ...]
    validated_age: timedelta | None


@dataclass(frozen=True, slots=True)
class Paged:
    """Somebody to page, by the ladder that says so."""

    ladder: str
    page: Page


@dataclass(frozen=True, slots=True)
class Unpaged:
    """Somebody who is not paged now, by the ladder that says so."""

    ladder: str
    other: NotPaged


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty, by the ladder that says so."""

    ladder: str
    duty: DutyStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeDecision:
    """What is decided about a mode, with all that it rests on.

    Attributes:
        mode: its id.
        policy_digest: of the mode; those of its ladders stand with them.
        variables: name → text of the mode's named expressions.
        normal_state: the state in which all is as it should be.
        normal: whether the mode is in that state; None where that cannot be told. A state that somebody sees and that
            is another one makes it false, and one that should be seen and is not known makes it None.
        reading: the state, since when, why, and what it means.
        state: all that the next look needs to know of the past.
        earlier: the same from the look before; None where this is the first.
        levers: what to pull; what is advised first.
        ladders: how the ladders stand that the mode names, in its order.
        pages: whom to page and by when, ladder by ladder.
        not_paged: who belongs to what is reached and is not paged now.
        duties: what asks for an act or cannot be told: overdue ones first, then open ones by when they are due.
        alerts: those that called for the decision, by when they began.
        evidence: how each piece of evidence of the mode stood.
    """

    mode: str
    title: str
    owner: str
    source: str
    system: str
    policy_digest: str
    variables: Mapping[str, str]
    normal_state: str
    normal: bool | None
    reading: ModeReading
    state: ModeState
    earlier: ModeState | None
    levers: tuple[LeverToPull, ...]
    ladders: tuple[LadderReport, ...]
    pages: tuple[Paged, ...]
    not_paged: tuple[Unpaged, ...]
    duties: tuple[Owed, ...]
    alerts: tuple[ReceivedAlert, ...]
    evidence: tuple[EvidenceNote, ...]
    terms: Terms
    semantics: str

    @property
    def as_of(self) -> datetime:
        """The instant for which it is decided."""
        return self.reading.at
