"""Evidence is kept once, comes back byte for byte, and goes when nothing rests on it any more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gatekeeper.errors import StoreError
from gatekeeper.model.kept import NewDelivery, NewTransition, RecordedEvent, StateKey
from gatekeeper.model.snapshot import Evidence, Snapshot, Subject
from gatekeeper.model.values import Json
from gatekeeper.pipeline.keeping import keep_snapshot, kept_snapshot, tidy
from gatekeeper.snapshot import build_snapshot, list_recorded, read_snapshot, snapshot_bytes
from gatekeeper.state.pruning import Retention
from gatekeeper.state.store import Store
from gatekeeper.state.tables import items, snapshots
from tests.conftest import ROOT
from tests.state.given import T0, after, fresh_key
from tests.state.test_bad_stores import telling
from tests.state.test_people_and_alerts import alert

DAY = timedelta(days=1)


def recorded() -> list[Path]:
    folder = ROOT / "evidence" / "ingestion" / "recorded"
    return [each.path for each in list_recorded((folder,), "ingestion")]


def rows(store: Store, table: Any) -> int:
    with store.database.reading() as connection:
        found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return found


def snapshot(at: datetime, **values: Any) -> Snapshot:
    evidence = [
        Evidence(name, "json", f"{name}.json", "json", None, at, value, None, None, "")
        for name, value in values.items()
    ]
    return build_snapshot("demo", Subject("demo", "staging"), evidence)


def test_a_recorded_snapshot_comes_back_byte_for_byte(store: Store) -> None:
    paths = recorded()
    assert len(paths) > 2
    for path in paths:
        read = read_snapshot(path)
        keep_snapshot(store, read)
        assert store.samples.get(read.digest) == path.read_bytes()
        kept = kept_snapshot(store, read.digest)
        assert kept is not None
        assert (kept.digest, kept.items, kept.taken_at) == (read.digest, read.items, read.taken_at)
    values = {each.digest for path in paths for each in read_snapshot(path).items.values()}
    assert rows(store, items) == len(values), "and what several have in common is there once"
    assert sorted(store.samples.digests()) == sorted(read_snapshot(path).digest for path in paths)
    assert store.samples.get("sha256:none") is None


def test_a_look_every_30_s_writes_what_is_new_and_nothing_else(store: Store) -> None:
    for number in range(20):
        keep_snapshot(store, snapshot(after(30 * number), runbook={"long": "x" * 1000}, errors={"rate": number % 2}))
    assert (rows(store, snapshots), rows(store, items)) == (20, 3)
    keep_snapshot(store, snapshot(after(0), runbook={"long": "x" * 1000}, errors={"rate": 0}))
    assert (rows(store, snapshots), rows(store, items)) == (20, 3)


@pytest.mark.parametrize("table", ["gatekeeper_items SET body", "gatekeeper_snapshots SET frame"])
def test_evidence_that_somebody_changed_is_refused(store: Store, table: str) -> None:
    first, second = snapshot(T0, a={"x": 1}), snapshot(T0, a={"x": 2})
    keep_snapshot(store, first)
    keep_snapshot(store, second)
    name, _, column = table.partition(" SET ")
    with store.database.writing() as connection:
        one = f"(SELECT {column} FROM {name} ORDER BY 1 LIMIT 1)"
        connection.exec_driver_sql(f"UPDATE {name} SET {column} = {one}")
    told: set[str] = set()
    for each in (first, second):
        with suppress(StoreError), telling(told):
            store.samples.get(each.digest)
    (line,) = told
    assert line.endswith("was changed; restore a backup of the store")


def test_what_is_too_old_is_forgotten_and_nothing_that_is_needed(store: Store) -> None:
    key, idle = fresh_key(), fresh_key()
    now = T0 + 1000 * DAY
    old, older, young = now - 8 * DAY, now - 401 * DAY, now - 6 * DAY

    def look(key: StateKey, version: int, at: datetime, *, change: bool) -> tuple[str, str]:
        seen = snapshot(at, a={"version": version, "key": key.text}, same={"always": True})
        keep_snapshot(store, seen)
        body: Json = {"key": key.text, "version": version}
        changes = [NewTransition("a", "b", at)] if change else []
        sent = [NewDelivery("slack", version)] if change else []
        assert store.states.advance(
            key, version, {"v": version}, at, transitions=changes, deliveries=sent, decision=body, snapshot=seen.digest
        )
        kept = store.states.get(key)
        assert kept is not None
        assert kept.decision is not None
        return kept.decision, seen.digest

    ancient = look(key, 0, older, change=True)
    changed = look(key, 1, old, change=True)
    looked = look(key, 2, old, change=False)
    recent = look(key, 3, young, change=False)
    last = look(idle, 0, older, change=False)  # of a mode that nobody has looked at since
    first, second = store.outbox.claim(now, 1, "w"), store.outbox.list("pending")
    assert store.outbox.delivered(first[0].id, older)
    for at in (older, young):
        store.events.record(RecordedEvent("demo", "pause", "Kim", at), at)
        store.alerts.receive([alert("a", (at - T0).total_seconds(), "firing", None)], at)
    store.events.record(RecordedEvent("demo", "resolved", "Kim", older), now)  # told late

    gone = dict(store.prune(now))
    assert gone == {
        "events": 1,
        "alerts": 1,
        "deliveries": 1,
        "transitions": 1,
        "decisions": 2,
        "snapshots": 2,
        "items": 2,
    }
    there = {
        digest: store.states.decision(digest) is not None for digest, _ in (ancient, changed, looked, recent, last)
    }
    assert there == {ancient[0]: False, changed[0]: True, looked[0]: False, recent[0]: True, last[0]: True}
    for decision, digest in (changed, recent, last):
        assert store.samples.get(digest) is not None, decision
    assert [each.at for each in store.states.transitions(key)] == [old]
    assert [each.event for each in store.events.list("demo")] == ["resolved", "pause"]
    assert [each.id for each in store.outbox.list()] == [each.id for each in second if each.id != first[0].id]
    kept = store.states.get(key)
    assert kept is not None
    assert kept.version == 4
    assert set(store.prune(now).values()) == {0}


def test_evidence_that_is_kept_while_old_evidence_goes_is_whole_or_gone(store: Store) -> None:
    """An item is neither removed from under a snapshot that comes to need it, nor does either of the two break."""
    seen = [snapshot(after(number), same={"always": True}, own={"number": number}) for number in range(3)]
    forgetting = Retention(looks=timedelta(0))

    def keep(number: int) -> None:
        each = seen[number % 3]
        keep_snapshot(store, each)
        assert store.samples.get(each.digest) in (None, snapshot_bytes(each))

    def forget(_number: int) -> None:
        store.prune(T0 + DAY, forgetting)

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(each, number) for number in range(25) for each in (keep, forget, keep)]
        for each in working:
            each.result()


def test_how_long_things_are_kept_is_what_the_documentation_says() -> None:
    text = (ROOT / "docs" / "state.md").read_text(encoding="utf-8")
    retention = Retention()
    for word, span in (("each change of a state", retention.history), ("other decisions", retention.looks)):
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {word}")]
        assert row.split("|")[2].strip() == f"{span.days} d"


def test_the_store_is_tidied_once_a_day_whoever_asks(store: Store) -> None:
    assert tidy(store, "a", T0)
    assert not tidy(store, "b", T0 + DAY / 2)
    assert not tidy(store, "a", T0 + DAY / 2)
    store.events.record(RecordedEvent("demo", "pause", "Kim", T0 - 401 * DAY), T0 - 401 * DAY)
    assert tidy(store, "b", T0 + DAY)
    assert store.events.list("demo") == ()
