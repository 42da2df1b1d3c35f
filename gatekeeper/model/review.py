"""A review: when a gate that is not GO is looked at again, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gatekeeper.model.finding import Lack
from gatekeeper.model.place import Place
from gatekeeper.model.rule import Expression, Template


@dataclass(frozen=True, slots=True)
class Review:
    """What a gate says of it.

    Attributes:
        at: gives the instant, or the date as text; null while none is set.
        reason: why then, with slots.
    """

    at: Expression
    reason: Template
    place: Place


class ReviewState(StrEnum):
    """Whether it is known when a gate is looked at again."""

    SET = "set"
    PASSED = "passed"
    """It was set, and lies behind: nobody has looked, or what was seen is not recorded."""
    NOT_SET = "not_set"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReviewStanding:
    """How the review of a gate stands that is not GO.

    Attributes:
        at: the instant, of a date its end in UTC; None where none is set or known.
        at_text: the same as it is written: ``2026-12-01``, or an instant.
        reason: why then, in one line.
        told: all of it in one line.
        evidence: names of the evidence that it reads, sorted.
    """

    state: ReviewState
    at: datetime | None
    at_text: str | None
    reason: str
    told: str
    place: Place
    lacks: tuple[Lack, ...] = ()
    evidence: tuple[str, ...] = ()
