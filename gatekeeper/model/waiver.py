"""Waivers: a fail that somebody accepts for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gatekeeper.model.place import Place


@dataclass(frozen=True, slots=True)
class Waiver:
    """Accepts a fail of one rule for a while.

    Attributes:
        gate: the gate's id.
        rule: the rule's id in that gate.
        key: only the row with this key; None means any.
        subject: only where the subject has these values (service, environment, commit).
        person: who granted it.
        role: in which role.
        accepts_unknown: whether an unknown stops counting too.
    """

    id: str
    gate: str
    rule: str
    key: str | None
    subject: Mapping[str, str]
    owner: str
    person: str
    role: str
    justification: str
    ticket: str
    granted_at: datetime
    expires_at: datetime
    accepts_unknown: bool
    digest: str
    place: Place


class WaiverUse(StrEnum):
    """What became of a waiver."""

    APPLIED = "applied"
    UNUSED = "unused"
    EXPIRED = "expired"
    REFUSED = "refused"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class WaiverNote:
    """What became of one waiver at a decision, and why."""

    waiver: Waiver
    use: WaiverUse
    reason: str
    keys: tuple[str, ...] = ()
