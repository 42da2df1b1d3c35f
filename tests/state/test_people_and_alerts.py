"""Events and alerts are kept once, however often and in whichever order they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.errors import UsageError
from gatekeeper.model.kept import ReceivedAlert, RecordedEvent
from gatekeeper.state.store import Store
from tests.state.given import T0, after, fresh, on_one_store

EVENTS = st.builds(
    RecordedEvent,
    system=st.just(""),
    event=st.sampled_from(["pause", "resolved", "launch"]),
    by=st.sampled_from(["Robin", "Kim"]),
    at=st.integers(0, 3).map(after),
    note=st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10),
    service=st.none() | st.just("api"),
    environment=st.none() | st.just("staging"),
)


@given(given=st.lists(EVENTS, max_size=12))
@on_one_store
def test_an_event_is_kept_once_however_often_it_is_recorded(store: Store, given: list[RecordedEvent]) -> None:
    system = fresh("system")
    events = [replace(each, system=system) for each in given]
    new = [store.events.record(each, T0) for each in events]
    assert new.count(True) == len(set(events))
    assert [store.events.record(each, after(1)) for each in reversed(events)] == [False] * len(events)
    kept = store.events.list(system, service="api", environment="staging")
    assert {replace(each, key="") for each in kept} == set(events)
    assert len(kept) == len(set(events))
    assert [each.at for each in kept] == sorted(each.at for each in kept)


def test_events_are_told_to_whom_they_are_about(store: Store) -> None:
    about = [
        (None, None),
        ("api", None),
        (None, "staging"),
        ("api", "staging"),
        ("web", "staging"),
        ("api", "production"),
    ]
    for service, environment in about:
        event = RecordedEvent("s", "pause", "Kim", T0, service=service, environment=environment)
        assert store.events.record(event, T0)
    told = store.events.list("s", service="api", environment="staging")
    assert [(each.service, each.environment) for each in told] == about[:4]
    assert [(each.service, each.environment) for each in store.events.list("s")] == [(None, None)]
    assert store.events.list("other", service="api", environment="staging") == ()


def test_the_latest_events_are_told_from_an_instant_on(store: Store) -> None:
    for number in range(5):
        store.events.record(RecordedEvent("s", "pause", "Kim", after(number)), T0)
    assert [each.at for each in store.events.list("s", limit=2)] == [after(3), after(4)]
    assert [each.at for each in store.events.list("s", since=after(2))] == [after(2), after(3), after(4)]


def test_a_key_belongs_to_one_event_of_a_system(store: Store) -> None:
    event = RecordedEvent("s", "pause", "Kim", T0, key="42")
    assert store.events.record(event, T0)
    assert not store.events.record(event, after(5))
    assert store.events.record(replace(event, system="t"), T0)
    with pytest.raises(
        UsageError, match='the key "42" was given to pause by Kim at 2026-03-01T12:00:00Z; give another'
    ):
        store.events.record(replace(event, by="Robin"), T0)
    assert [each.by for each in store.events.list("s")] == ["Kim"]


def alert(fingerprint: str, starts: float, status: str, ends: float | None, word: str = "") -> ReceivedAlert:
    named: Literal["firing", "resolved"] = "firing" if status == "firing" else "resolved"
    until = None if ends is None else after(ends)
    return ReceivedAlert(fingerprint, after(starts), named, until, "Slow", {"f": fingerprint}, {"told": word})


ALERTS = st.builds(
    alert,
    fingerprint=st.sampled_from(["a", "b", "c"]),
    starts=st.integers(0, 4),
    status=st.sampled_from(["firing", "firing", "resolved"]),
    ends=st.none() | st.integers(0, 9),
)


def going_on(received: list[ReceivedAlert], at: datetime) -> set[tuple[str, datetime]]:
    """Which alerts go on, said as a person would."""
    last = {(each.fingerprint, each.starts_at, each.status): each for each in received}
    found = set()
    for fingerprint in {each.fingerprint for each in received}:
        begun = [each for each in last.values() if each.fingerprint == fingerprint and each.starts_at <= at]
        if not begun:
            continue
        starts = max(each.starts_at for each in begun)
        firing = last.get((fingerprint, starts, "firing"))
        resolved = last.get((fingerprint, starts, "resolved"))
        over = resolved is not None and (resolved.ends_at is None or resolved.ends_at <= at)
        if firing is not None and not over and (firing.ends_at is None or firing.ends_at > at):
            found.add((fingerprint, starts))
    return found


@given(given=st.lists(ALERTS, max_size=10), again=st.randoms(use_true_random=False))
@on_one_store
def test_an_alert_is_one_however_often_it_is_sent(store: Store, given: list[ReceivedAlert], again: object) -> None:
    mark = fresh("mark")
    sent = [replace(each, fingerprint=f"{mark}-{each.fingerprint}") for each in given]
    before = store.alerts.count()
    new = sum(store.alerts.receive([each], after(number)) for number, each in enumerate(sent))
    known = {(each.fingerprint, each.starts_at, each.status) for each in sent}
    assert new == len(known)
    assert store.alerts.receive(sent * 3, T0) == 0
    assert store.alerts.count() - before == len(known)
    for at in map(after, range(11)):
        told = store.alerts.active(at)
        ours = [each for each in told if each.fingerprint.startswith(f"{mark}-")]
        assert {(each.fingerprint, each.starts_at) for each in ours} == going_on(sent, at)
        assert [(each.starts_at, each.fingerprint) for each in told] == sorted(
            (each.starts_at, each.fingerprint) for each in told
        )


def test_what_was_sent_last_of_an_alert_counts_and_when_it_first_came_stays(store: Store) -> None:
    assert store.alerts.receive([alert("a", 0, "firing", None, "6 %")], after(10)) == 1
    assert store.alerts.receive([alert("a", 0, "firing", None, "12 %")], after(40)) == 0
    assert store.alerts.receive([alert("a", 0, "firing", None, "late on its way")], after(20)) == 0
    (kept,) = store.alerts.active(after(50))
    assert (kept.annotations, kept.received_at, kept.last_at) == ({"told": "12 %"}, after(10), after(40))
    assert (kept.labels, kept.name, kept.receiver) == ({"f": "a"}, "Slow", None)
    assert store.alerts.receive([alert("a", 0, "resolved", 60)], after(61)) == 1
    assert store.alerts.active(after(61)) == ()
    assert [each.status for each in store.alerts.list(since=after(41))] == ["resolved"]
    assert len(store.alerts.list()) == 2


def test_ten_thousand_copies_of_an_alert_are_one(store: Store) -> None:
    copies = [alert("a", 0, "firing", None)] * 100
    assert sum(store.alerts.receive(copies, after(number)) for number in range(100)) == 1
    assert store.alerts.count() == 1
