"""Sustained conditions, against an evaluation that looks at every tick."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.evaluate.series import sustained
from gatekeeper.model.series import Sustained, Truth

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEN = timedelta(minutes=10)
TWO = timedelta(minutes=2)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def samples(text: str, start: int = 0) -> list[Truth]:
    """One letter a minute: T true, f false, ? not known, and a dot where there is no sample."""
    values = {"T": True, "f": False, "?": None}
    return [
        Truth(at(start + minute), values[letter], "metrics: stale" if letter == "?" else "")
        for minute, letter in enumerate(text)
        if letter != "."
    ]


def stands(text: str, minute: float, length: timedelta = TEN, max_gap: timedelta | None = TWO) -> Sustained:
    return sustained(samples(text), at(minute), length, max_gap)


def test_it_is_met_at_exactly_its_length_and_not_before() -> None:
    assert not stands("T" * 10, 9).met
    met = stands("T" * 11, 10)
    assert (met.met, met.since, met.met_at) == (True, at(0), at(10))
    assert not stands("T" * 11, 10 - 1 / 60).met


def test_a_false_sample_starts_the_time_anew() -> None:
    state = stands("TTTTTfTTTTTTT", 12)
    assert (state.since, state.met, state.met_at) == (at(6), False, at(16))
    assert state.broken is not None
    assert (state.broken.start, state.broken.end, state.broken.cause) == (at(4), at(5), "false")


def test_an_unknown_sample_stops_and_clears_the_time_and_is_named() -> None:
    state = stands("TTTTT?", 5)
    assert (state.since, state.met_at) == (None, None)
    assert state.broken is not None
    assert (state.broken.cause, state.broken.detail) == ("unknown", "metrics: stale")
    assert stands("TTTTT?TTTTT", 10).since == at(6)


def test_a_gap_longer_than_the_allowed_one_breaks_it_and_is_named() -> None:
    allowed = stands("TTTT.T", 5)
    assert allowed.since == at(0)
    state = stands("TTTTT....TTTT", 12)
    assert state.since == at(9)
    assert state.broken is not None
    assert state.broken.cause == "gap"
    assert state.broken.detail == (
        "no sample for 5 min from 2026-03-01T12:04:00Z to 2026-03-01T12:09:00Z, at most 2 min is allowed"
    )


def test_a_gap_counts_up_to_the_instant_that_is_asked_for() -> None:
    assert stands("T" * 11, 12).met
    late = stands("T" * 11, 12 + 1 / 60)
    assert (late.met, late.since) == (False, None)
    assert late.broken is not None
    assert late.broken.cause == "gap"


def test_where_gaps_do_not_matter_two_samples_are_enough() -> None:
    assert stands("T.........................T", 26, max_gap=None).since == at(0)


def test_without_a_duration_one_true_sample_is_enough() -> None:
    assert stands("fT", 1, length=timedelta(0)).met
    assert not stands("Tf", 1, length=timedelta(0)).met
    assert not stands("", 1, length=timedelta(0)).met


def test_of_several_samples_of_one_instant_the_false_one_counts() -> None:
    both = [Truth(at(0), True), Truth(at(1), True), Truth(at(1), False), Truth(at(1), None)]
    assert sustained(both, at(1)).since is None
    assert sustained(both[:1] + both[1:2] + both[3:], at(1)).broken is not None


def by_ticks(text: str, minute: int, max_gap: int) -> int | None:
    """The minute since when it holds, by walking over every tick, sample or none."""
    since = last = None
    for tick in range(minute + 1):
        letter = text[tick] if tick < len(text) else "."
        if last is not None and tick - last > max_gap:
            since = last = None
        if letter == "T":
            since = tick if since is None else since
            last = tick
        elif letter != ".":
            since = last = None
    return since


@given(st.text("TTTTf?..", max_size=40), st.integers(0, 45), st.integers(0, 12), st.integers(1, 6))
def test_it_holds_as_looking_at_every_tick_finds(text: str, minute: int, length: int, max_gap: int) -> None:
    state = stands(text, minute, timedelta(minutes=length), timedelta(minutes=max_gap))
    since = by_ticks(text, minute, max_gap)
    assert state.since == (None if since is None else at(since))
    assert state.met == (since is not None and minute - since >= length)


@given(st.text("Tf?.", max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_samples_does_not_matter(text: str, random: object) -> None:
    shuffled = samples(text)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sustained(shuffled, at(30), TEN, TWO) == sustained(samples(text), at(30), TEN, TWO)
