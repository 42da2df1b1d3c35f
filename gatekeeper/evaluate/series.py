"""Sustained conditions: since when something has held, by samples, and what broke it.

One arithmetic for windows and modes. A streak begins with a true sample and goes on with every further one; a
gap of exactly ``max_gap`` is allowed, a longer one breaks it. A false sample breaks it, and so does one that is not
known: what was not seen to hold did not hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from gatekeeper.model.series import NO_TIME, Break, Streak, Sustained, Truth
from gatekeeper.model.times import exact_span_text, instant_text, later, span_text_beside


def too_long(start: datetime, end: datetime, max_gap: timedelta | None) -> bool:
    """Whether the time between two samples is a gap; None allows any time."""
    return max_gap is not None and end - start > max_gap


def hold(streak: Streak, at: datetime, max_gap: timedelta | None) -> Streak:
    """The streak after a true sample: it begins, goes on, or begins anew behind a gap."""
    gapped = _gap(streak, at, max_gap)
    since = gapped.since if gapped.since is not None else at
    return Streak(since, at, gapped.broken)


def stop(streak: Streak, at: datetime, max_gap: timedelta | None, cause: str, detail: str = "") -> Streak:
    """The streak after a sample that is not true; where a gap came first, that is what broke it."""
    gapped = _gap(streak, at, max_gap)
    if gapped.last is None:
        return gapped
    return Streak(broken=Break(gapped.last, at, cause, detail))


def take(streak: Streak, sample: Truth, max_gap: timedelta | None) -> Streak:
    """The streak after one more sample, which lies after all before it."""
    if sample.value is True:
        return hold(streak, sample.at, max_gap)
    return stop(streak, sample.at, max_gap, "false" if sample.value is False else "unknown", sample.detail)


def stand(streak: Streak, at: datetime, length: timedelta = NO_TIME, max_gap: timedelta | None = None) -> Sustained:
    """How a streak stands at an instant that is not before its last sample."""
    streak = _gap(streak, at, max_gap)
    if streak.since is None:
        return Sustained(None, met=False, met_at=None, broken=streak.broken)
    return Sustained(streak.since, at - streak.since >= length, later(streak.since, length), streak.broken)


def sustained(
    samples: Iterable[Truth], at: datetime, length: timedelta = NO_TIME, max_gap: timedelta | None = None
) -> Sustained:
    """How a condition stands at an instant.

    Args:
        samples: in any order; those after ``at`` do not matter. Of several with the same instant, a false one counts
            first, then one that is not known.
        at: the instant that is asked for.
        length: how long the condition must hold; it is met at exactly that.
        max_gap: the longest time without a sample; None for any.
    """
    past = sorted((each for each in samples if each.at <= at), key=lambda each: (each.at, _rank(each), each.detail))
    streak = Streak()
    for _, group in groupby(past, key=lambda each: each.at):
        streak = take(streak, next(group), max_gap)
    return stand(streak, at, length, max_gap)


def _rank(sample: Truth) -> int:
    return 0 if sample.value is False else 1 if sample.value is None else 2


def _gap(streak: Streak, at: datetime, max_gap: timedelta | None) -> Streak:
    """The streak, ended by the time that has passed since its last sample where that is a gap."""
    if streak.last is None or max_gap is None or not too_long(streak.last, at, max_gap):
        return streak
    detail = (
        f"no sample for {span_text_beside(at - streak.last, max_gap)} from {instant_text(streak.last)} to "
        f"{instant_text(at)}, at most {exact_span_text(max_gap)} is allowed"
    )
    return Streak(broken=Break(streak.last, at, "gap", detail))
