"""Messages are sent at least once, in order, by one worker at a time, or given up where it can be seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.model.kept import Delivery, NewDelivery, StateKey
from gatekeeper.state.store import Store
from tests.state.given import T0, after, fresh_key, on_one_store, seconds

HELD = seconds(60)


def post(store: Store, key: StateKey, *messages: NewDelivery) -> None:
    kept = store.states.get(key)
    assert store.states.advance(key, 0 if kept is None else kept.version, {}, T0, deliveries=messages)


def emptied(store: Store) -> None:
    """Whatever other tests left is sent."""
    while found := store.outbox.claim(after(10**8), 100, "emptying"):
        for each in found:
            store.outbox.delivered(each.id, after(10**8))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sends", "fails", "dies", "says late", "gives up"]), st.integers(0, 2), st.integers(0, 90)
    ),
    max_size=20,
)
"""How a worker ends what it claimed, which worker it is, and how many seconds pass before."""


@given(posted=st.lists(st.sampled_from(["slack", "pager"]), min_size=1, max_size=6), steps=STEPS)
@on_one_store
def test_whatever_workers_do_every_message_is_sent_in_order_or_given_up(
    store: Store, posted: list[str], steps: list[tuple[str, int, int]]
) -> None:
    emptied(store)
    key, now = fresh_key(), 0.0
    for number, channel in enumerate(posted):
        post(store, key, NewDelivery(channel, number))
    claims: dict[str, tuple[str, float]] = {}
    late: list[tuple[str, Delivery]] = []
    sent: list[Delivery] = []
    settled: set[int] = set()
    for what, who, wait in steps:
        now += wait
        worker = f"worker-{who}"
        found = store.outbox.claim(after(now), 2, worker, HELD)
        for each in found:
            holder, until = claims.get(each.id, ("", 0.0))
            assert until <= now, f"{holder} has it still"
            before = [index for index in range(int(str(each.payload))) if posted[index] == each.channel]
            assert settled.issuperset(before), "those before it to the same channel are sent, or given up"
            claims[each.id] = worker, now + HELD.total_seconds()
        if what in {"sends", "gives up"}:
            settled.update(int(str(each.payload)) for each in found)
        for each in found:
            if what == "sends":
                sent.append(each)
                assert store.outbox.delivered(each.id, after(now))
            elif what == "fails":
                assert store.outbox.failed(each.id, worker, "503", after(now + 5))
                claims[each.id] = "", now
            elif what == "gives up":
                assert store.outbox.given_up(each.id, worker, "410", after(now))
            elif what == "says late":
                late.append((worker, each))
        if what == "sends":
            for speaking, each in late:  # by now the claim may be another's, and what was sent stays sent
                has_a_say = claims[each.id][0] == speaking and int(str(each.payload)) not in settled
                assert store.outbox.failed(each.id, speaking, "late", after(now)) == has_a_say
                if has_a_say:
                    claims[each.id] = "", now
            late.clear()
    for each in store.outbox.list("dead"):
        assert store.outbox.revive(each.id, after(now))
    for _ in range(len(posted) + 1):
        now += HELD.total_seconds() + 5
        for each in store.outbox.claim(after(now), 100, "last", HELD):
            sent.append(each)
            assert store.outbox.delivered(each.id, after(now))
    of_key = [each for each in sent if each.key == key]
    assert sorted({each.payload for each in of_key}, key=str) == list(range(len(posted))), "each at least once"
    assert store.outbox.list("pending") == ()
    firsts = {each.id: each for each in store.outbox.list("delivered", 1000) if each.key == key}
    assert len(firsts) == len(posted), "and each under one id"


def test_messages_of_a_state_to_a_channel_wait_for_each_other(store: Store) -> None:
    key, other = fresh_key(), fresh_key()
    post(store, key, NewDelivery("pager", "trigger"))
    post(store, key, NewDelivery("pager", "resolve"), NewDelivery("slack", "resolve"))
    post(store, other, NewDelivery("pager", "trigger of another"))
    first = store.outbox.claim(T0, 10, "a", HELD)
    assert [each.payload for each in first] == ["trigger", "resolve", "trigger of another"]
    assert [each.channel for each in first] == ["pager", "slack", "pager"]
    assert store.outbox.failed(first[0].id, "a", "503", after(30))
    assert store.outbox.claim(after(29), 10, "b", HELD) == ()
    (again,) = store.outbox.claim(after(30), 10, "b", HELD)
    assert (again.payload, again.attempts, again.error, again.id) == ("trigger", 1, "503", first[0].id)
    assert store.outbox.delivered(again.id, after(31))
    assert [each.payload for each in store.outbox.claim(after(31), 10, "b", HELD)] == ["resolve"]


def test_what_was_given_up_holds_nothing_up_stays_and_can_be_sent_after_all(store: Store) -> None:
    key = fresh_key()
    post(store, key, NewDelivery("pager", 1))
    post(store, key, NewDelivery("pager", 2))
    (first,) = store.outbox.claim(T0, 10, "a", HELD)
    assert not store.outbox.given_up(first.id, "b", "410 Gone", T0), "it is not b's"
    assert store.outbox.given_up(first.id, "a", "410 Gone", after(1))
    (second,) = store.outbox.claim(after(2), 10, "a", HELD)
    assert second.payload == 2
    (dead,) = store.outbox.list("dead")
    assert (dead.payload, dead.error, dead.dead_at, dead.attempts) == (1, "410 Gone", after(1), 1)
    assert not store.outbox.revive(second.id, after(3))
    assert store.outbox.revive(dead.id, after(3))
    assert store.outbox.list("dead") == ()
    (again,) = store.outbox.claim(after(3), 10, "c", HELD)
    assert (again.id, again.attempts) == (dead.id, 0)
    assert store.outbox.delivered(again.id, after(4))
    assert not store.outbox.delivered(again.id, after(5))
    assert not store.outbox.revive(again.id, after(5))


def test_a_worker_whose_claim_ended_has_no_say_but_that_it_sent(store: Store) -> None:
    post(store, fresh_key(), NewDelivery("pager", 1))
    (mine,) = store.outbox.claim(T0, 10, "slow", HELD)
    assert store.outbox.claim(after(59.999), 10, "next", HELD) == ()
    assert [each.id for each in store.outbox.claim(after(60), 10, "next", HELD)] == [mine.id]
    assert not store.outbox.failed(mine.id, "slow", "timeout", after(61))
    assert not store.outbox.given_up(mine.id, "slow", "timeout", after(61))
    assert store.outbox.claim(after(61), 10, "third", HELD) == (), "it is still the next one's"
    assert store.outbox.delivered(mine.id, after(62)), "whoever sent it, it was sent"
    assert not store.outbox.failed(mine.id, "next", "409", after(63))
    assert store.outbox.claim(after(1000), 10, "third", HELD) == ()
    (kept,) = store.outbox.list("delivered")
    assert (kept.delivered_at, kept.error, kept.attempts) == (after(62), "", 1)


def test_a_message_that_is_for_later_is_not_due_before(store: Store) -> None:
    post(store, fresh_key(), NewDelivery("slack", {}, after(60)))
    assert store.outbox.claim(after(59.999), 10, "a", HELD) == ()
    assert len(store.outbox.claim(after(60), 10, "a", HELD)) == 1


def test_workers_that_claim_at_once_share_what_is_due(store: Store) -> None:
    many, each_one = 6, 4
    for _ in range(many * each_one):
        post(store, fresh_key(), NewDelivery("slack", {}))
    barrier = Barrier(many)

    def claim(who: int) -> tuple[Delivery, ...]:
        barrier.wait()
        return store.outbox.claim(T0, each_one, str(who), HELD)

    with ThreadPoolExecutor(many) as pool:
        claimed = [each.id for found in pool.map(claim, range(many)) for each in found]
    assert len(claimed) == len(set(claimed)), "nobody has what another has"
    rest = store.outbox.claim(T0, 1000, "rest", HELD)
    assert len(claimed) + len(rest) == many * each_one, "and nothing is lost"


@pytest.mark.parametrize("standing", ["pending", "delivered", "dead"])
def test_messages_are_listed_by_how_they_stand(store: Store, standing: str) -> None:
    for payload in ("pending", "delivered", "dead"):
        post(store, fresh_key(), NewDelivery("slack", payload))
    for each in store.outbox.claim(T0, 10, "a", HELD):
        if each.payload == "delivered":
            store.outbox.delivered(each.id, T0)
        if each.payload == "dead":
            store.outbox.given_up(each.id, "a", "x", T0)
    assert [each.payload for each in store.outbox.list(standing)] == [standing]  # type: ignore[arg-type]
    assert [each.payload for each in store.outbox.list()] == ["dead", "delivered", "pending"]
