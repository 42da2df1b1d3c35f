"""The only reader of the clock. A decision reads it once and is frozen at that instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, with its offset."""

    def __call__(self) -> datetime:
        """The present instant in UTC."""
        ...


def system_clock() -> datetime:
    """The present instant in UTC, cut to whole milliseconds.

    Snapshots and decisions print instants; what they print must be what they mean.
    """
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
