"""How a ladder stands at an instant: the level reached, why, why not the next one, and what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.duty import DutyStanding
from gatekeeper.model.finding import Deciding, Lack, Observation
from gatekeeper.model.place import Place


class Reach(StrEnum):
    """Whether a trigger holds or a level is reached. What is not known is never ``NOT_REACHED``."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RemedyStanding:
    """A remedy of a trigger that holds.

    Attributes:
        lever: id of the lever, or None.
        advised: REACHED where its condition holds, or it has none.
        told: the condition, or why it is not known; empty for one without a condition.
    """

    lever: str | None
    action: str
    advised: Reach
    told: str
    observed: Sequence[Observation] = ()
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class TriggerStanding:
    """How one trigger stands.

    Attributes:
        since: when its condition began, where that is known.
        reached_at: when it reached the level: ``since``, and what it had to last.
        lasted: how long its condition lasts or lasted, where the trigger asks for that.
        needs: how long it must last.
        message: one line that says what is.
        expected: what it needs, as the ladder writes it.
        because: the parts of its condition that decided the state; ``lasted`` and ``needs`` tell the rest.
        evidence: names of the evidence that it reads, sorted.
        remedies: of a trigger that is not known not to hold, in the ladder's order.
    """

    id: str
    title: str
    state: Reach
    message: str
    expected: str
    place: Place
    since: datetime | None = None
    reached_at: datetime | None = None
    lasted: timedelta | None = None
    needs: timedelta | None = None
    observed: Sequence[Observation] = ()
    lacks: tuple[Lack, ...] = ()
    evidence: tuple[str, ...] = ()
    remedies: tuple[RemedyStanding, ...] = ()
    because: Sequence[Deciding] = ()


@dataclass(frozen=True, slots=True)
class LevelStanding:
    """How one level stands.

    Attributes:
        own: what its own triggers say.
        state: the same with those of the levels above, since reaching a level is reaching those below it.
        since: when it was reached, as far as is known.
    """

    word: str
    title: str
    severity: str | None
    own: Reach
    state: Reach
    since: datetime | None
    action: str
    page: tuple[str, ...]
    triggers: tuple[TriggerStanding, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody to page.

    Attributes:
        level: the level that pages them.
        respond_by: by when somebody has to take it up, where that is known.
        because: triggers and topics that page them beside or instead of the level itself, such as ``slow (database)``.
        told: what is not known of whether they are to be paged; empty where all is.
    """

    who: str
    level: str
    respond_by: datetime | None
    because: tuple[str, ...] = ()
    told: str = ""


@dataclass(frozen=True, slots=True)
class NotPaged:
    """Somebody of a level that is reached who is not paged now.

    Attributes:
        because: as in ``Page``.
        told: why not, in one line.
        not_before: from when on they are, if all else stays; None where time does not change it.
    """

    who: str
    level: str
    because: tuple[str, ...]
    told: str
    not_before: datetime | None


@dataclass(frozen=True, slots=True)
class LadderStanding:
    """How a ladder stands at an instant.

    Attributes:
        level: the highest level that is known to be reached, or None; where ``unknown`` is not empty it is the least
            that can be said.
        unknown: the levels above it of which it is not known whether they are reached, the lowest first.
        told: one line that says so.
        levels: the lowest first.
        pages: whom to page for the levels that are reached, the lowest level first.
        not_paged: who belongs to these levels or their triggers and is not paged now, likewise.
    """

    ladder: str
    title: str
    policy_digest: str
    as_of: datetime
    level: str | None
    unknown: tuple[str, ...]
    told: str
    levels: tuple[LevelStanding, ...]
    duties: tuple[DutyStanding, ...]
    pages: tuple[Page, ...]
    evidence: tuple[EvidenceNote, ...]
    not_paged: tuple[NotPaged, ...] = ()

    @property
    def next_level(self) -> LevelStanding | None:
        """The lowest level above the one that is reached; None at the top."""
        words = [each.word for each in self.levels]
        above = words.index(self.level) + 1 if self.level is not None else 0
        return self.levels[above] if above < len(words) else None
