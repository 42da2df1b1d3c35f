"""When a message is tried again: within bounds, never before the receiver asks for it, and not for ever."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.notify.retrying import FIRST, LONGEST_ASKED, MOST, Attempt, next_attempt
from tests.notify.outboxes import T0

WAITS = st.none() | st.timedeltas(timedelta(0), timedelta(days=1))
DRAWS = st.floats(0, 1, exclude_max=True)
PASSING = st.builds(Attempt, st.just(False), st.text(), st.just(False), WAITS)


@given(PASSING, st.integers(1, 200), st.integers(1, 200), DRAWS)
def test_a_message_is_given_up_after_as_many_attempts_as_there_may_be_and_not_before(
    attempt: Attempt, made: int, most: int, draw: float
) -> None:
    assert (next_attempt(attempt, made, most, T0, draw) is None) == (made >= most)


@given(st.builds(Attempt, st.just(False), st.text(), st.just(True), WAITS), st.integers(1, 200), DRAWS)
def test_what_is_never_taken_is_given_up_at_once(attempt: Attempt, made: int, draw: float) -> None:
    assert next_attempt(attempt, made, 1000, T0, draw) is None


@given(st.integers(1, 10_000), DRAWS)
def test_a_wait_is_any_time_up_to_a_bound_that_doubles(made: int, draw: float) -> None:
    bound = min(MOST, FIRST * 2 ** min(made - 1, 30))
    at = next_attempt(Attempt(sent=False), made, 100_000, T0, draw)
    assert at is not None
    assert T0 <= at <= T0 + bound
    assert next_attempt(Attempt(sent=False), made, 100_000, T0, 0.0) == T0


@given(st.timedeltas(timedelta(0), timedelta(days=30)), st.integers(1, 19), DRAWS)
def test_nobody_is_asked_before_the_time_that_they_named_unless_that_is_far_away(
    wait: timedelta, made: int, draw: float
) -> None:
    at = next_attempt(Attempt(sent=False, wait=wait), made, 20, T0, draw)
    assert at is not None
    assert at - T0 >= min(wait, LONGEST_ASKED)
    assert at - T0 <= min(wait, LONGEST_ASKED) + timedelta(seconds=30)


@given(st.integers(1, 100), DRAWS, DRAWS)
def test_a_larger_draw_is_never_a_shorter_wait(made: int, one: float, other: float) -> None:
    waits = [next_attempt(Attempt(sent=False), made, 1000, T0, draw) for draw in sorted((one, other))]
    assert waits == sorted(each for each in waits if each is not None)
