"""A second, slow reading of what a mode does, to compare the real one with.

It keeps every sample and the state at each of them, and answers every question by looking back over all of them. It
shares no code with the real one and reads no expressions: a sample is the truth of each condition by its id and of each
bar by its state; None is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Way:
    """A way from some states into another; minutes throughout."""

    id: str
    owner: str
    sources: frozenset[str]
    target: str
    length: int = 0
    look_back: int = 0


@dataclass(frozen=True)
class Rules:
    order: tuple[str, ...]
    ways: tuple[Way, ...]
    barred: frozenset[str]
    dwell: dict[str, int]
    max_gap: int
    hold_last: int


@dataclass
class Seen:
    minute: int
    truth: dict[str, bool | None]
    bars: dict[str, bool | None]
    state: str = ""
    """The state before this sample."""


@dataclass
class Reference:
    rules: Rules
    state: str
    since: int | None = None
    known_at: int | None = None
    unknown: bool = False
    history: list[Seen] = field(default_factory=list)

    def look(self, minute: int, truth: dict[str, bool | None], bars: dict[str, bool | None]) -> None:
        self.since = minute if self.since is None else self.since
        self.history.append(Seen(minute, truth, bars, self.state))
        ways = [way for way in self.rules.ways if self.state in way.sources]
        met = [way for way in ways if self.met(way)]
        blind = not met and any(self.counts(way, len(self.history) - 1) is None for way in ways)
        if met:
            self.state = max((way.target for way in met), key=self.rules.order.index)
            self.since = minute
        if not blind:
            self.known_at = minute
        held = self.known_at is None or minute - self.known_at > self.rules.hold_last
        self.unknown = blind and held

    def met(self, way: Way) -> bool:
        """Whether every sample of the last ``length`` minutes, without a gap and in these states, counts."""
        begin = None
        later = None
        for index in reversed(range(len(self.history))):
            seen = self.history[index]
            if later is not None and later - seen.minute > self.rules.max_gap:
                break
            if seen.state not in way.sources or self.counts(way, index) is not True or self.waits(way, index):
                break
            begin, later = seen.minute, seen.minute
        now = self.history[-1].minute
        if begin is None or now - begin < way.length:
            return False
        return way.target != self.better(way) or self.dwelt(now)

    def better(self, way: Way) -> str | None:
        """The target of a way out; None for a way in."""
        return None if way.target == way.owner else way.target

    def dwelt(self, now: int) -> bool:
        assert self.since is not None
        return now - self.since >= self.rules.dwell.get(self.state, 0)

    def waits(self, way: Way, index: int) -> bool:
        """A way out waits while a way in, out of the same state, is not known."""
        if way.target == way.owner:
            return False
        state = self.history[index].state
        ways_in = [each for each in self.rules.ways if each.target == each.owner and state in each.sources]
        return any(self.counts(each, index) is None for each in ways_in)

    def counts(self, way: Way, index: int) -> bool | None:
        """Whether a condition counts at a sample, by that sample and by what barred its state before."""
        seen = self.history[index]
        value = seen.truth[way.id]
        if way.target != way.owner or way.owner not in self.rules.barred:
            return value
        bar = seen.bars[way.owner]
        if value is False or bar is True:
            return False
        if value is None or bar is None:
            return None
        ended = None
        for before in reversed(self.history[: index + 1]):
            told = before.bars[way.owner]
            if told is True:
                break
            if told is False:
                ended = before.minute
        else:
            return True  # nothing ever barred it
        assert ended is not None
        return not seen.minute - ended < way.look_back
