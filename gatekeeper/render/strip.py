"""A clean window as a strip of characters: one cell a slice of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from gatekeeper.model.window import WindowState


class Slice(Enum):
    """What a slice of time was; where several fall into one, the later of this list shows."""

    BEFORE = "░"
    STREAK = "█"
    AHEAD = "·"
    UNSEEN = "?"
    GAP = "▁"
    RESET = "✗"


MEANINGS = {
    Slice.STREAK: "clean streak",
    Slice.BEFORE: "does not count any more",
    Slice.GAP: "gap",
    Slice.RESET: "reset",
    Slice.UNSEEN: "not observed",
    Slice.AHEAD: "still to come",
}


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip, and the instants at its two ends.

    Attributes:
        now: the slice in which the decision lies; None where that is the end.
    """

    start: datetime
    end: datetime
    slices: tuple[Slice, ...]
    now: int | None


def strip(window: WindowState, now: datetime, columns: int) -> Strip | None:
    """The window from its earliest start (or the first thing known of it) to now, or to where it completes.

    None where no time lies between.
    """
    starts = [window.not_before, window.clean_since, *(each.at for each in window.resets)]
    known = [each for each in (*starts, *(gap.start for gap in window.gaps)) if each is not None]
    start = window.not_before or min(known, default=window.observed_until)
    if start >= now or columns < 1:
        return None
    slices = [Slice.BEFORE] * columns
    end = now if window.complete or window.completes_at is None else max(now, window.completes_at)
    page = _Page(start, end, slices)
    if window.clean_since is not None:
        page.lay(Slice.STREAK, window.clean_since, window.observed_until)
    page.lay(Slice.UNSEEN, window.observed_until, now)
    page.lay(Slice.AHEAD, now, end)
    for gap in window.gaps:
        page.lay(Slice.GAP, gap.start, gap.end)
    for reset in window.resets:
        if start <= reset.at <= now:
            slices[_index(reset.at, start, end, columns)] = Slice.RESET
    return Strip(start, end, tuple(slices), None if end == now else _index(now, start, end, columns))


@dataclass(frozen=True, slots=True)
class _Page:
    start: datetime
    end: datetime
    slices: list[Slice]

    def lay(self, what: Slice, first: datetime, last: datetime) -> None:
        """Marks the span; less than half a slice of it does not show, unless it is a gap."""
        if last <= first or last < self.start or first > self.end:
            return
        whole = self.end - self.start
        head = round((max(first, self.start) - self.start) / whole * len(self.slices))
        tail = round((min(last, self.end) - self.start) / whole * len(self.slices))
        if what is Slice.GAP:
            head = min(head, len(self.slices) - 1)
            tail = max(tail, head + 1)
        for number in range(head, tail):
            self.slices[number] = what


def _index(at: datetime, start: datetime, end: datetime, columns: int) -> int:
    return min(int((at - start) / (end - start) * columns), columns - 1)
