"""What a store keeps as evidence; and a store that is not there is no empty list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import collect
from gatekeeper.collect.interface import Project
from gatekeeper.load.configuration import Configuration
from gatekeeper.model.kept import ReceivedAlert, RecordedEvent
from gatekeeper.model.snapshot import Evidence, Subject
from gatekeeper.pipeline.keeping import kept_of
from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.collect.sources import NOW, refusal_of, sources

HOUR = timedelta(hours=1)
BOTH = ["received_alerts", "recorded_events"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of the project in this folder."""
    with open_store(f"sqlite:///{tmp_path}/.gatekeeper/gatekeeper.db") as opened:
        yield opened


def brought(root: Path, **config: Any) -> Evidence:
    """What a source brings in a project in this folder."""
    configuration = Configuration(root, store=config.pop("store", None))
    project = Project(root, kept=kept_of(configuration, "demo"))
    (evidence,) = collect(sources(it=config), None, lambda: NOW, root, project=project)
    return evidence


def value(root: Path, **config: Any) -> Any:
    evidence = brought(root, **config)
    assert evidence.failure is None, evidence.failure
    return evidence.value


def refusal(root: Path, **config: Any) -> str:
    evidence = brought(root, **config)
    assert evidence.failure is not None
    assert evidence.value is None
    return f"{evidence.failure.cause}: {evidence.failure.detail}; {evidence.failure.remedy}"


@pytest.mark.parametrize("word", BOTH)
def test_without_a_store_there_is_no_evidence_and_it_is_said_how_to_mend_that(word: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, collector=word) == (
        f"failed: there is no store {tmp_path}/.gatekeeper/gatekeeper.db yet; "
        "`gatekeeper event` makes it, or name the one that there is under `store`"
    )
    assert not (tmp_path / ".gatekeeper").exists(), "to read makes nothing"
    assert refusal_of(tmp_path, collector=word).startswith("failed: there is no store whose ")


@pytest.mark.parametrize("word", BOTH)
def test_a_store_that_cannot_be_read_is_no_evidence(word: str, tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_text("something else, and long enough to be looked at")
    told = refusal(tmp_path, collector=word, store="kept.db")
    assert told.startswith(f"failed: the store {tmp_path}/kept.db is no SQLite database; name another file")
    address = "postgresql://u:hidden-password@127.0.0.1:1/kept?sslmode=disable"
    told = refusal(tmp_path, collector=word, store=address)
    assert told.startswith("failed: the store postgresql://127.0.0.1:1/kept cannot be reached: Connection refused; see")
    assert "hidden" not in told


@pytest.mark.parametrize("word", BOTH)
def test_a_store_that_keeps_nothing_is_an_empty_list(word: str, tmp_path: Path, store: Store) -> None:
    assert [each for each in value(tmp_path, collector=word).values() if isinstance(each, list)] == [[]]


EVENT = RecordedEvent("demo", "resolved", "Robin Vale", NOW - HOUR, "drained", None, "staging")


def test_events_come_by_when_they_were_and_of_the_subject_alone(tmp_path: Path, store: Store) -> None:
    later = replace(EVENT, event="launch", at=NOW - HOUR / 2, note=None, service="demo")
    for each in (later, EVENT, replace(EVENT, environment="production"), replace(EVENT, system="other")):
        assert store.events.record(each, NOW)
    evidence = brought(tmp_path, collector="recorded_events")
    assert evidence.value == {
        "record": "events of demo that were recorded",
        "events": [
            {"event": "resolved", "by": "Robin Vale", "at": "2026-03-03T08:00:00Z", "note": "drained"},
            {"event": "launch", "by": "Robin Vale", "at": "2026-03-03T08:30:00Z", "note": None},
        ],
    }
    assert (evidence.kind, evidence.source, evidence.collected_at) == ("operator_events", "store", NOW)


def test_events_can_be_bounded_and_a_list_that_is_cut_is_no_evidence(tmp_path: Path, store: Store) -> None:
    for number in range(5):
        store.events.record(replace(EVENT, at=NOW - number * HOUR), NOW)
    config = {"collector": "recorded_events"}
    assert len(value(tmp_path, **config)["events"]) == 5
    assert len(value(tmp_path, look_back="2h", **config)["events"]) == 3
    assert len(value(tmp_path, max_events=5, **config)["events"]) == 5
    told = "truncated: there are more than 4 events (max_events); bring fewer with look_back, or allow more with"
    assert refusal(tmp_path, max_events=4, **config) == f"{told} max_events"
    assert len(value(tmp_path, max_events=3, look_back="2h", **config)["events"]) == 3


def alert(fingerprint: str, **changes: Any) -> ReceivedAlert:
    labels = {"alertname": "Slow", "team": "shop"}
    begun = ReceivedAlert(
        fingerprint, NOW - HOUR, "firing", None, "Slow", labels, {"summary": "6 %"}, "oncall", "http://p"
    )
    return replace(begun, **changes)


def test_alerts_that_go_on_come_as_those_of_an_alertmanager(tmp_path: Path, store: Store) -> None:
    other = alert("b", labels={"team": "else"})
    over = [alert("c"), alert("c", status="resolved", ends_at=NOW - HOUR / 2)]
    store.alerts.receive([alert("a"), other, *over], NOW - HOUR / 4)
    found = value(tmp_path, collector="received_alerts", labels={"team": "shop"})
    assert found == {
        "running_since": None,
        "alerts": [
            {
                "name": "Slow",
                "labels": {"alertname": "Slow", "team": "shop"},
                "annotations": {"summary": "6 %"},
                "state": "active",
                "starts_at": "2026-03-03T08:00:00Z",
                "ends_at": None,
                "updated_at": "2026-03-03T08:45:00Z",
                "fingerprint": "a",
                "silenced_by": [],
                "inhibited_by": [],
                "muted_by": [],
                "receivers": ["oncall"],
                "generator_url": "http://p",
            }
        ],
    }
    assert [each["fingerprint"] for each in value(tmp_path, collector="received_alerts")["alerts"]] == ["a", "b"]


def test_a_store_that_is_open_is_asked_and_not_opened_again(tmp_path: Path, store: Store) -> None:
    store.events.record(EVENT, NOW)
    configuration = Configuration(tmp_path, store="postgresql://nobody@127.0.0.1:1/none")
    kept = kept_of(configuration, "demo", store)
    assert [each.event for each in kept.events(Subject("demo", "staging"), None, 10)] == ["resolved"]
