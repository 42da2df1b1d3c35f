"""Clean windows: a streak of clean samples, what breaks it, and when it completes.

Pure arithmetic over classified samples; ``gatekeeper.evaluate.streak`` reads the samples from evidence, and
``gatekeeper.evaluate.series`` says what carries a streak on.

Both ends of a completed window count: it is complete at exactly ``length``. A gap counts at the head (from
``not_before``), inside, and at the tail (up to the instant until which the samples were observed).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from gatekeeper.evaluate.series import hold, too_long
from gatekeeper.model.series import Streak
from gatekeeper.model.times import later
from gatekeeper.model.window import Gap, Reset, Tally, WindowState

NAMED_SAMPLES = 5
"""How many samples of one tally are named; the others are only counted."""


class Counted(StrEnum):
    """How a sample counts."""

    CLEAN = "clean"
    RESET = "reset"
    PENDING = "pending"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a window.

    Attributes:
        at: its instant.
        label: how the report names it.
        counted: how it counts; ``PENDING`` also where its outcome is not known for another reason.
        because: why it counts so, in a few words.
        ended: of a ``PENDING`` one, that it may have ended, and what it came to is not known.
    """

    at: datetime
    label: str
    counted: Counted
    because: str
    ended: bool = False


@dataclass(slots=True)
class _Walk:
    """The walk along the samples. It lives for one call of ``judge_window``."""

    max_gap: timedelta | None
    not_before: datetime | None
    streak: Streak = field(init=False)
    clean_samples: int = 0
    in_head: bool = True
    idle: list[str] = field(default_factory=list)
    resets: list[Reset] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.streak = Streak(self.not_before, self.not_before)

    @property
    def clean_since(self) -> datetime | None:
        """Start of the streak; a window that has not seen a clean sample yet has none."""
        return None if self.in_head else self.streak.since

    def reset(self, samples: Sequence[Sample]) -> None:
        """A sample that broke the streak; the next clean one starts it anew."""
        self.resets += [Reset(s.at, s.label, s.because) for s in samples if s.counted is Counted.RESET]
        self._end()
        self.in_head = False
        self.idle.clear()

    def clean(self, at: datetime, count: int) -> None:
        """A clean instant: it starts the streak, carries it on, or ends a gap."""
        self._end_by_gap(at, "head" if self.in_head else "inside")
        if self.streak.since is None:
            self._end()
        self.streak = hold(self.streak, at, self.max_gap)
        self.in_head = False
        self.clean_samples += count
        self.idle.clear()

    def finish(self, observed_until: datetime) -> None:
        """The tail: up to here the samples were observed."""
        self._end_by_gap(observed_until, "head" if self.in_head else "tail")

    def _end_by_gap(self, at: datetime, where: str) -> None:
        last = self.streak.last
        if last is not None and too_long(last, at, self.max_gap):
            self.gaps.append(Gap(last, at, where, tuple(self.idle)))
            self._end()

    def _end(self) -> None:
        self.streak, self.clean_samples = Streak(), 0


def judge_window(
    samples: Iterable[Sample],
    *,
    length: timedelta,
    max_gap: timedelta | None,
    not_before: datetime | None,
    observed_until: datetime,
) -> WindowState:
    """How the streak of clean samples stands.

    Samples before ``not_before`` do not matter. Where several samples have the same instant, a reset among them wins: a
    run that was started again and then passed still counts as failed.

    A sample that is not decided is taken both ways: the window is complete only if it would be with every such sample
    broken, and it is undecided if it would be with every such sample clean. At the very last instant one that has not
    ended is left out, since a run that is going on now is like one that is about to start.

    Args:
        samples: in any order.
        length: how long the streak must be.
        max_gap: the longest time without a clean sample that keeps the streak; None for any.
        not_before: the earliest start; None where the first clean sample starts the window.
        observed_until: up to here the samples were observed.
    """
    relevant = _without_late_passes(s for s in samples if not_before is None or s.at >= not_before)
    last = relevant[-1].at if relevant else None

    def walk(pending: Counted | None) -> _Walk:
        taken = _Walk(max_gap=max_gap, not_before=not_before)
        for at, group in groupby(relevant, key=lambda s: s.at):
            spared = at == last and pending is Counted.RESET
            _step(taken, at, list(group), pending, None if spared else pending)
        taken.finish(observed_until)
        return taken

    def complete(taken: _Walk) -> bool:
        return taken.clean_since is not None and observed_until - taken.clean_since >= length

    seen, worst, best = walk(None), walk(Counted.RESET), walk(Counted.CLEAN)
    shown = worst if complete(worst) else seen
    undecided = None
    if complete(best) and not complete(worst):
        undecided = next((s.at for s in relevant if s.counted is Counted.PENDING and s.at >= _start(best)), None)
    return WindowState(
        length=length,
        max_gap=max_gap,
        not_before=not_before,
        observed_until=observed_until,
        clean_since=shown.clean_since,
        clean_samples=shown.clean_samples,
        completes_at=later(shown.clean_since, length) if shown.clean_since is not None else None,
        complete=complete(worst),
        resets=tuple(seen.resets),
        gaps=tuple(seen.gaps),
        tallies=tally(relevant),
        undecided_from=undecided,
    )


def _without_late_passes(samples: Iterable[Sample]) -> list[Sample]:
    """The samples in order, with those void that passed at the instant at which another one broke the streak."""
    ordered = sorted(samples, key=lambda s: (s.at, s.label))
    broken = {s.at for s in ordered if s.counted is Counted.RESET}
    late = "passed where another sample of the same instant did not"
    return [
        replace(s, counted=Counted.VOID, because=late) if s.counted is Counted.CLEAN and s.at in broken else s
        for s in ordered
    ]


def _start(walk: _Walk) -> datetime:
    """Where a complete streak began."""
    return walk.clean_since or datetime.min.replace(tzinfo=UTC)


def _step(
    walk: _Walk, at: datetime, group: Sequence[Sample], unknown: Counted | None, going_on: Counted | None
) -> None:
    """Take all samples of one instant.

    Undecided ones count as ``unknown`` says where they may have ended, else as ``going_on``; None is neither clean nor
    a reset.
    """
    undecided = [unknown if s.ended else going_on for s in group]
    counted = [
        taken or s.counted if s.counted is Counted.PENDING else s.counted
        for s, taken in zip(group, undecided, strict=True)
    ]
    if Counted.RESET in counted:
        walk.reset(group)
        return
    clean = counted.count(Counted.CLEAN)
    if clean:
        walk.clean(at, clean)
    walk.idle += [f"{s.label} ({s.because})" for s in group if s.counted is not Counted.CLEAN]


def tally(samples: Iterable[Sample]) -> tuple[Tally, ...]:
    """How many samples counted in which way, and why: clean ones first, then by name."""
    grouped: dict[tuple[Counted, str], list[str]] = {}
    for sample in samples:
        grouped.setdefault((sample.counted, sample.because), []).append(sample.label)
    rank = {Counted.CLEAN: 0, Counted.RESET: 1, Counted.PENDING: 2, Counted.VOID: 3}
    ordered = sorted(grouped.items(), key=lambda each: (rank[each[0][0]], each[0][1]))
    return tuple(
        Tally(str(counted), because, len(labels), tuple(labels[:NAMED_SAMPLES]))
        for (counted, because), labels in ordered
    )
