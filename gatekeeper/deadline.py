"""Instants by which something must be over, on a clock that only goes forward."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant of the monotonic clock.

    Attributes:
        at: seconds of that clock.
    """

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """That many seconds from now."""
        return cls(monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until then; 0 where it has passed."""
        return self.left_with(0)

    def left_with(self, grace: float) -> float:
        """Seconds until that many seconds after it; 0 where that has passed."""
        return max(0.0, self.at + grace - monotonic())

    @property
    def passed(self) -> bool:
        """Whether it has passed."""
        return monotonic() >= self.at

    def or_sooner(self, other: Deadline) -> Deadline:
        """The earlier one of the two."""
        return self if self.at <= other.at else other
