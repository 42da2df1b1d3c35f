"""States are replaced in the version that was read, whole, and read back as they were."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.errors import StoreError
from gatekeeper.evaluate.mode import look
from gatekeeper.load import find_policy_files, load_policies
from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.kept import NewDelivery, NewTransition, StateKey, delivery_id
from gatekeeper.model.mode import Bar, Mode, ModeState
from gatekeeper.model.mode_json import state_from_json, state_json
from gatekeeper.model.series import Break, Streak
from gatekeeper.snapshot import list_recorded, read_snapshot
from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.conftest import ROOT
from tests.state.given import T0, after, fresh_key, on_one_store


def modes_of(system: str) -> tuple[Mode, ...]:
    files = [file for file in find_policy_files(ROOT, "policies") if file.parent.name == system]
    return tuple(load_policies(files, ROOT, "policies")[0].modes.values())


EDGES = datetime(2001, 1, 1), datetime(2199, 1, 1)  # noqa: DTZ001  hypothesis wants them without an offset
MODES = (*modes_of("rgl8r"), *modes_of("ingestion"))


@st.composite
def mode_states(draw: st.DrawFn) -> tuple[Mode, ModeState]:
    """A state that one of the shipped modes could be in, with instants to the microsecond."""
    mode = draw(st.sampled_from(MODES))
    at = draw(st.datetimes(*EDGES, timezones=st.just(UTC)))

    def before() -> datetime:
        return at - timedelta(microseconds=draw(st.integers(0, 10**15)))

    def streak() -> Streak:
        broken = None
        if draw(st.booleans()):
            start, end = sorted((before(), before()))
            broken = Break(start, end, draw(st.sampled_from(["false", "gap", "unknown"])), draw(st.text(max_size=20)))
        return Streak(before(), before(), broken)

    ids = [each.id for each in mode.conditions]
    names = [each.name for each in mode.states]
    return mode, ModeState(
        mode=mode.id,
        state=draw(st.sampled_from(names)),
        since=before(),
        at=at,
        known_at=draw(st.none() | st.builds(before)),
        unknown=draw(st.booleans()),
        clocks={each: streak() for each in draw(st.lists(st.sampled_from(ids), unique=True))} if ids else {},
        bars={each: Bar(before(), draw(st.booleans())) for each in draw(st.lists(st.sampled_from(names), unique=True))},
    )


@given(given=mode_states())
@on_one_store
def test_a_state_of_a_shipped_mode_is_read_back_as_it_was(store: Store, given: tuple[Mode, ModeState]) -> None:
    mode, state = given
    key = fresh_key()
    assert store.states.advance(key, 0, state_json(state), state.at)
    kept = store.states.get(key)
    assert kept is not None
    assert state_from_json(mode, kept.state) == state
    assert (kept.key, kept.version, kept.at) == (key, 1, state.at)


def test_looks_go_on_from_what_another_process_kept(url: str) -> None:
    """Each look opens the store anew, as a process of its own would; the states are those of one that never ends."""
    mode = next(each for each in MODES if each.id == "ingestion-control")
    days = list_recorded((ROOT / "evidence" / "ingestion" / "recorded",), "ingestion")
    key = StateKey("mode", "ingestion", mode.id, "ingestion", "production")
    earlier: ModeState | None = None
    for number, day in enumerate(sorted(days, key=lambda each: each.taken_at)):
        snapshot = read_snapshot(day.path)
        with open_store(url) as store:
            kept = store.states.get(key)
            before = None if kept is None else state_from_json(mode, kept.state)
            assert before == earlier
            state, _reading = look(mode, before, snapshot, snapshot.taken_at)
            assert store.states.advance(key, number, state_json(state), state.at)
        earlier, _ = look(mode, earlier, snapshot, snapshot.taken_at)
    assert len(days) > 2


@pytest.fixture
def stores(url: str) -> Iterator[list[Store]]:
    with ExitStack() as stack:
        yield [stack.enter_context(open_store(url)) for _ in range(3)]


STEPS = st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=25)
"""Which instance does something, and whether it reads the version or goes on from the one that it read last."""


@given(steps=STEPS)
@on_one_store
def test_of_any_order_in_which_instances_read_and_write_each_version_has_one_winner(
    stores: list[Store], steps: list[tuple[int, bool]]
) -> None:
    key, there, seen = fresh_key(), 0, [0, 0, 0]
    for number, (who, reads) in enumerate(steps):
        states = stores[who].states
        if reads:
            kept = states.get(key)
            seen[who] = 0 if kept is None else kept.version
            assert seen[who] == there
            continue
        change = NewTransition(None, str(who), after(number))
        won = states.advance(key, seen[who], {"by": who}, after(number), transitions=[change])
        assert won == (seen[who] == there), "the one that had read the last version, and no other"
        there += won
        seen[who] += won
    assert [each.version for each in stores[0].states.transitions(key)] == list(range(1, there + 1))


@pytest.mark.parametrize("begun", [False, True], ids=["first", "later"])
def test_of_threads_that_go_on_from_one_version_at_once_one_wins(store: Store, *, begun: bool) -> None:
    many = 8
    for _ in range(5):
        key, barrier = fresh_key(), Barrier(many)
        if begun:
            assert store.states.advance(key, 0, {}, T0)

        def advance(who: int, key: StateKey = key, barrier: Barrier = barrier) -> bool:
            barrier.wait()
            message = NewDelivery("slack", {"who": who})
            change = NewTransition("normal", "degraded", T0)
            return store.states.advance(
                key, int(begun), {"who": who}, T0, transitions=[change], deliveries=[message], decision=[key.text, who]
            )

        with ThreadPoolExecutor(many) as pool:
            won = list(pool.map(advance, range(many)))
        assert won.count(True) == 1
        winner = won.index(True)
        kept = store.states.get(key)
        assert kept is not None
        assert (kept.version, kept.state) == (1 + begun, {"who": winner})
        assert len(store.states.transitions(key)) == 1
        (message,) = [each for each in store.outbox.list() if each.key == key]
        assert message.payload == {"who": winner}
        assert [each.body for each in store.states.decisions(key=key)] == [[key.text, winner]]


def test_a_change_is_kept_with_its_decision_and_its_messages(store: Store) -> None:
    key = fresh_key()
    body: Any = {"mode": "x", "as_of": "2026-03-01T12:00:00Z", "share": 0.06}
    changes = [NewTransition("normal", "degraded", T0, ("error-rate", "stall"))]
    messages = [NewDelivery("slack", {"text": "1"}), NewDelivery("pager", {}, after(60)), NewDelivery("slack", {})]
    assert store.states.advance(
        key, 0, {"state": "degraded"}, T0, transitions=changes, deliveries=messages, decision=body, snapshot="sha256:e"
    )
    digest = digest_of(canonical_bytes(body))
    kept = store.states.get(key)
    assert kept is not None
    assert kept.decision == digest
    (change,) = store.states.transitions(key)
    assert (change.source, change.target, change.at) == ("normal", "degraded", T0)
    assert (change.reasons, change.version, change.decision) == (("error-rate", "stall"), 1, digest)
    decision = store.states.decision(digest)
    assert decision is not None
    assert (decision.body, decision.key, decision.at, decision.snapshot) == (body, key, T0, "sha256:e")
    sent = store.outbox.list()
    assert [(each.channel, each.next_at) for each in sent] == [("slack", T0), ("pager", after(60)), ("slack", T0)]
    assert {each.id for each in sent} == {
        delivery_id(key, 1, "slack"),
        delivery_id(key, 1, "pager"),
        delivery_id(key, 1, "slack", 1),
    }


def test_what_cannot_be_kept_whole_is_not_kept_at_all(store: Store) -> None:
    key = fresh_key()
    assert store.states.advance(key, 0, {"n": 1}, T0)
    broken = NewDelivery("slack", {"n": 2**60})  # no canonical form
    with pytest.raises(StoreError):
        store.states.advance(key, 1, {"n": 2}, T0, transitions=[NewTransition("a", "b", T0)], deliveries=[broken])
    kept = store.states.get(key)
    assert kept is not None
    assert (kept.version, kept.state) == (1, {"n": 1})
    assert store.states.transitions(key) == ()
    assert store.outbox.list() == ()


def test_keys_differ_in_each_part_and_a_commit_is_none(store: Store) -> None:
    keys = [
        StateKey("mode", "s", "p", "a", "e"),
        StateKey("ladder", "s", "p", "a", "e"),
        StateKey("mode", "t", "p", "a", "e"),
        StateKey("mode", "s", "q", "a", "e"),
        StateKey("mode", "s", "p", None, "e"),
        StateKey("mode", "s", "p", "a", None),
    ]
    for number, key in enumerate(keys):
        assert store.states.advance(key, 0, number, T0)
    assert [kept.state for key in keys if (kept := store.states.get(key))] == list(range(len(keys)))
    assert {each.key for each in store.states.all()} == set(keys)


def test_changes_are_told_from_an_instant_on_and_the_latest_of_them(store: Store) -> None:
    first, second = fresh_key(), fresh_key()
    for number in range(5):
        for key in (first, second):
            change = NewTransition(str(number), str(number + 1), after(number))
            assert store.states.advance(key, number, {}, after(number), transitions=[change])
    assert [each.source for each in store.states.transitions(first)] == ["0", "1", "2", "3", "4"]
    assert [each.source for each in store.states.transitions(first, limit=2)] == ["3", "4"]
    assert [each.source for each in store.states.transitions(first, since=after(3))] == ["3", "4"]
    assert len(store.states.transitions()) == 10


def test_a_decision_that_somebody_changed_is_refused(store: Store) -> None:
    digest = store.states.keep_decision({"verdict": "NO-GO"}, T0)
    found = store.states.decision(digest)
    assert found is not None
    assert (found.body, found.key) == ({"verdict": "NO-GO"}, None)
    assert store.states.decision("sha256:none") is None
    other = store.states.keep_decision({"verdict": "GO"}, T0)
    with store.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE gatekeeper_decisions SET body = (SELECT body FROM gatekeeper_decisions AS g "
            f"WHERE g.digest = '{other}') WHERE digest = '{digest}'"
        )
    with pytest.raises(StoreError, match="was changed; restore a backup"):
        store.states.decision(digest)
