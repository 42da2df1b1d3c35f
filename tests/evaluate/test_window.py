"""Clean windows: what breaks a streak, when it completes, against a definition that looks at every candidate start."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.evaluate.window import Counted, Sample, judge_window
from gatekeeper.model.window import WindowState

T0 = datetime(2026, 2, 24, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
WEEK = timedelta(days=7)
MAX_GAP = timedelta(minutes=90)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def sample(minutes: float, counted: Counted = Counted.CLEAN, label: str = "") -> Sample:
    return Sample(at(minutes), label or f"run at {minutes:g}", counted, str(counted))


def every_half_hour(until: datetime, *, without: frozenset[datetime] = frozenset()) -> list[Sample]:
    count = int((until - T0) / HALF_HOUR) + 1
    instants = [T0 + HALF_HOUR * index for index in range(count)]
    return [Sample(when, f"{when:%d %H:%M}", Counted.CLEAN, "clean") for when in instants if when not in without]


def judge(samples: list[Sample], until: datetime, **changes: object) -> WindowState:
    arguments: dict[str, object] = {
        "length": WEEK,
        "max_gap": MAX_GAP,
        "not_before": T0,
        "observed_until": until,
        **changes,
    }
    return judge_window(samples, **arguments)  # type: ignore[arg-type]


def test_a_window_is_complete_at_exactly_its_length() -> None:
    end = T0 + WEEK
    assert judge(every_half_hour(end), end).complete
    before = judge(every_half_hour(end), end - timedelta(seconds=1))
    assert not before.complete
    assert before.completes_at == end


def test_a_reset_starts_the_window_anew_at_the_next_clean_run() -> None:
    broken = datetime(2026, 3, 1, 12, tzinfo=UTC)
    end = datetime(2026, 3, 3, 9, tzinfo=UTC)
    samples = every_half_hour(end, without=frozenset({broken}))
    samples.append(Sample(broken, "run 577", Counted.RESET, "ended failure"))
    state = judge(samples, end)
    assert state.clean_since == broken + HALF_HOUR
    assert state.completes_at == datetime(2026, 3, 8, 12, 30, tzinfo=UTC)
    assert [(reset.sample, reset.cause) for reset in state.resets] == [("run 577", "ended failure")]


def test_a_green_attempt_does_not_undo_the_failed_one_of_the_same_run() -> None:
    samples = [*(sample(30 * n) for n in range(4)), sample(60, Counted.RESET, "attempt 1"), sample(90)]
    assert judge(samples, at(100)).clean_since == at(90)


def test_a_gap_of_exactly_the_limit_is_allowed_and_a_second_more_is_not() -> None:
    assert judge([sample(0), sample(90)], at(90)).clean_since == at(0)
    late = judge([sample(0), sample(90 + 1 / 60)], at(91))
    assert late.clean_since == at(90 + 1 / 60)
    assert [(gap.start, gap.end, gap.where) for gap in late.gaps] == [(at(0), at(90 + 1 / 60), "inside")]


def test_gaps_count_at_the_head_and_at_the_tail() -> None:
    head = judge([sample(120), sample(150)], at(160))
    assert (head.clean_since, head.gaps[0].where) == (at(120), "head")
    tail = judge([sample(0), sample(30)], at(200))
    assert (tail.clean_since, tail.completes_at, tail.gaps[0].where) == (None, None, "tail")
    nothing = judge([], at(200))
    assert (nothing.clean_since, nothing.gaps[0].where) == (None, "head")


def test_what_is_void_fills_no_gap_and_is_named_in_it() -> None:
    state = judge([sample(0), sample(60, Counted.VOID, "run 2"), sample(120)], at(120))
    assert state.clean_since == at(120)
    assert state.gaps[0].samples == ("run 2 (void)",)


def test_a_run_that_is_going_on_now_neither_helps_nor_hurts() -> None:
    state = judge([sample(0), sample(60), sample(90, Counted.PENDING)], at(100), length=timedelta(minutes=60))
    assert (state.complete, state.undecided_from, state.clean_samples) == (True, None, 2)


def test_an_older_undecided_run_leaves_the_streak_across_it_unproven() -> None:
    samples = [sample(0), sample(30, Counted.PENDING), sample(60), sample(90)]
    state = judge(samples, at(100), length=timedelta(minutes=60))
    assert (state.complete, state.undecided_from) == (False, at(30))
    later = judge([*samples, sample(120)], at(120), length=timedelta(minutes=60))
    assert (later.complete, later.clean_since) == (True, at(60)), "complete even if that run failed"
    short = judge(samples, at(100), length=timedelta(minutes=101))
    assert (short.complete, short.undecided_from) == (False, None), "not complete even if that run passed"


def test_an_undecided_run_may_yet_fill_a_gap() -> None:
    samples = [sample(0), sample(60, Counted.PENDING), sample(120), sample(150)]
    state = judge(samples, at(150), length=timedelta(minutes=100))
    assert (state.complete, state.undecided_from) == (False, at(60))
    assert state.gaps[0].samples == ("run at 60 (pending)",)


def test_samples_before_the_window_do_not_matter() -> None:
    state = judge([sample(-30, Counted.RESET), sample(0), sample(30)], at(30))
    assert state.clean_since == at(0)
    assert state.resets == ()


def test_every_kind_of_sample_is_counted_by_name() -> None:
    state = judge([sample(0), sample(30, Counted.VOID), sample(60, Counted.RESET), sample(90)], at(90))
    assert [(t.counted_as, t.count, t.samples) for t in state.tallies] == [
        ("clean", 2, ("run at 0", "run at 90")),
        ("reset", 1, ("run at 60",)),
        ("void", 1, ("run at 30",)),
    ]


def brute_force_start(
    samples: list[Sample], max_gap: timedelta | None, not_before: datetime | None, until: datetime
) -> datetime | None:
    """The earliest start from which nothing breaks the streak, by trying every one."""
    relevant = [s for s in samples if not_before is None or s.at >= not_before]
    resets = {s.at for s in relevant if s.counted is Counted.RESET}
    clean = sorted({s.at for s in relevant if s.counted is Counted.CLEAN} - resets)
    candidates = clean if not_before is None else [not_before, *clean]
    for start in candidates:
        kept = [c for c in clean if c >= start]
        if not kept or any(reset >= start for reset in resets):
            continue
        marks = [start, *kept, max(until, kept[-1])]
        if max_gap is None or all(b - a <= max_gap for a, b in itertools.pairwise(marks)):
            return start
    return None


@given(
    drawn=st.lists(st.tuples(st.integers(-3, 40), st.sampled_from(list(Counted))), max_size=25),
    gap=st.one_of(st.none(), st.integers(1, 12)),
    length=st.integers(1, 40),
    bounded=st.booleans(),
    until=st.integers(40, 60),
)
def test_a_streak_is_what_trying_every_start_finds(
    drawn: list[tuple[int, Counted]], gap: int | None, length: int, bounded: bool, until: int
) -> None:
    samples = [sample(minute, counted) for minute, counted in drawn]
    max_gap = None if gap is None else timedelta(minutes=gap)
    not_before = T0 if bounded else None
    wanted = timedelta(minutes=length)
    state = judge(samples, at(until), max_gap=max_gap, not_before=not_before, length=wanted)

    def complete(undecided: Counted) -> bool:
        last = max((s.at for s in samples), default=None)
        going_on = {Counted.RESET: Counted.VOID}.get(undecided, undecided)
        taken = [
            replace(s, counted=going_on if s.at == last else undecided) if s.counted is Counted.PENDING else s
            for s in samples
        ]
        start = brute_force_start(taken, max_gap, not_before, at(until))
        return start is not None and start + wanted <= at(until)

    assert state.complete == complete(Counted.RESET)
    assert (state.undecided_from is not None) == (complete(Counted.CLEAN) and not complete(Counted.RESET))
    if not state.complete:
        assert state.clean_since == brute_force_start(samples, max_gap, not_before, at(until))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(list(Counted))), max_size=15),
    st.randoms(use_true_random=False),
)
def test_the_order_of_samples_does_not_matter(drawn: list[tuple[int, Counted]], random: object) -> None:
    samples = [sample(minute, counted) for minute, counted in drawn]
    shuffled = list(samples)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge(samples, at(50)) == judge(shuffled, at(50))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(list(Counted))), min_size=1, max_size=15),
    st.integers(0, 14),
    st.sampled_from([Counted.RESET, Counted.PENDING, Counted.VOID]),
)
def test_making_a_clean_sample_worse_never_completes_a_window(
    drawn: list[tuple[int, Counted]], index: int, worse: Counted
) -> None:
    samples = [sample(minute, counted) for minute, counted in drawn]
    index %= len(samples)
    changed = [*samples[:index], sample(drawn[index][0], worse), *samples[index + 1 :]]
    if samples[index].counted is not Counted.CLEAN:
        return
    length = timedelta(minutes=20)
    if judge(changed, at(50), length=length, max_gap=timedelta(minutes=10)).complete:
        assert judge(samples, at(50), length=length, max_gap=timedelta(minutes=10)).complete
