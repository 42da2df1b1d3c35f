"""What the parts of a timeline share: a change with its weight, and how offsets read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Weight(Enum):
    """What a change means for whoever reads it."""

    GOOD = "as it has to be"
    BAD = "not as it has to be"
    DOUBT = "not known"
    ALARM = "something is wrong, or somebody is called"
    ACT = "something is to be done"
    NEWS = "neither good nor bad"
    QUIET = "over, or of no account now"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise than at the look before.

    Attributes:
        kind: ``verdict``, ``finding``, ``reset``, ``review``, ``duty`` or ``earliest-go`` of a gate; ``level``,
            ``trigger``, ``remedy``, ``page`` or ``duty`` of a ladder; ``state``, ``condition``, ``advice`` or
            ``observed`` of a mode.
        name: which one; empty for a whole policy.
        before: how it was; empty where it was not told, as at the first look.
        now: how it is.
        weight: what that means; nothing is read from the words again.
        told: why, in one line; it may be empty.
        lever: id of the lever that is advised, or None.
    """

    kind: str
    name: str
    before: str
    now: str
    weight: Weight
    told: str = ""
    lever: str | None = None


def offset_text(offset: timedelta) -> str:
    """How long after the beginning: ``T+0:08`` in hours and minutes, with seconds where there are any."""
    minutes, seconds = divmod(int(offset.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"T+{hours}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")
