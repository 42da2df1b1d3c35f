"""Health answers, approval records, incidents and the state of modes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.collect.sources import refusal_of, value_of, write

DEEP = {
    "status": "ok",
    "service": "api",
    "timestamp": "2026-03-03T08:59:00.123Z",
    "checks": {
        "db": {"status": "ok", "latencyMs": 12},
        "migrations": {"status": "ok", "applied": 28, "filesystem": 28, "pending": 0, "pendingNames": []},
    },
}


def test_a_deep_health_answer_is_taken_over_in_our_words(tmp_path: Path) -> None:
    value = value_of(tmp_path, collector="health", file=write(tmp_path, "h.json", DEEP), http_status=200)
    assert value == {
        "status": "ok",
        "service": "api",
        "timestamp": "2026-03-03T08:59:00.123Z",
        "http_status": 200,
        "checks": {
            "db": {"status": "ok", "latency_ms": 12.0},
            "migrations": {"status": "ok", "applied": 28, "filesystem": 28, "pending": 0, "pending_names": []},
        },
    }
    assert isinstance(value["checks"]["db"]["latency_ms"], float)


def test_a_shallow_health_answer_has_no_parts(tmp_path: Path) -> None:
    value = value_of(tmp_path, collector="health", file=write(tmp_path, "h.json", {"status": "UP", "uptime": 7}))
    assert value == {
        "status": "UP",
        "service": None,
        "timestamp": None,
        "http_status": None,
        "checks": {"db": None, "migrations": None},
    }


def test_the_drafted_health_format_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    answer = {
        "status": "pass",
        "version": "1",
        "serviceId": "f03e",
        "checks": {"cassandra:responseTime": [{"observedValue": 250, "status": "pass"}], "db": [{"status": "pass"}]},
    }
    value = value_of(tmp_path, collector="health", file=write(tmp_path, "h.json", answer))
    assert (value["status"], value["service"]) == ("pass", "f03e")
    assert value["checks"] == {"db": None, "migrations": None}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": None}, "status: null is no text"),
        ({"timestamp": "now"}, "timestamp: 'now' is no date and time"),
        ({"checks": 7}, "checks: 7 is no object"),
        ({"checks": {"db": {"latencyMs": 1}}}, "checks.db: has no field status"),
        ({"checks": {"db": {"status": "ok", "latencyMs": "12"}}}, 'checks.db.latency_ms: "12" is no number'),
        ({"checks": {"migrations": {"status": "ok"}}}, "checks.migrations: has no field applied"),
        ({"checks": {"migrations": "fine"}}, 'checks.migrations: "fine" is no object'),
    ],
)
def test_a_health_answer_that_is_mistyped_says_where(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    line = refusal_of(tmp_path, collector="health", file=write(tmp_path, "h.json", {**DEEP, **changes}))
    assert line.startswith(f"mistyped: {said}")


def test_a_health_answer_without_a_status_is_none(tmp_path: Path) -> None:
    line = refusal_of(tmp_path, collector="health", file=write(tmp_path, "h.json", {"service": "x"}))
    assert line == "mistyped: the value: has no field status"


APPROVALS = """
record: launch-2026-03-03
approvals:
  - role: approver
    person: Ada
    signer: person
    decision: approved
    final: true
    signed_at: 2026-03-03T08:30:00Z
    commit: "0e1"
  - {role: launch-window, signer: person, final: false}
"""


def test_an_approval_record_in_yaml_keeps_what_is_blank_blank(tmp_path: Path) -> None:
    value = value_of(tmp_path, collector="approvals", file=write(tmp_path, "a.yaml", APPROVALS))
    signed, blank = value["approvals"]
    assert signed == {
        "role": "approver",
        "person": "Ada",
        "signer": "person",
        "decision": "approved",
        "final": True,
        "signed_at": "2026-03-03T08:30:00Z",
        "commit": "0e1",
        "basis": None,
        "note": None,
    }
    assert [blank[name] for name in ("person", "decision", "signed_at", "commit", "basis")] == [None] * 5


def test_an_approval_record_in_json_is_the_same(tmp_path: Path) -> None:
    from_yaml = value_of(tmp_path, collector="approvals", file=write(tmp_path, "a.yml", APPROVALS))
    from_json = value_of(tmp_path, collector="approvals", file=write(tmp_path, "a.json", from_yaml))
    assert from_json == from_yaml


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{role: approver, signer: robot, final: true}", 'approvals[0].signer: "robot" is none of person, software'),
        ("{role: approver, signer: person, final: 'yes'}", 'approvals[0].final: "yes" is neither true nor false'),
        ("{role: approver, signer: person, final: yes}", 'approvals[0].final: "yes" is neither true nor false'),
        ("{role: approver, signer: person}", "approvals[0]: has no field final"),
        (
            "{role: approver, signer: person, final: true, decison: approved}",
            'approvals[0]: has a field "decison", which its kind does not have; did you mean decision?',
        ),
        (
            "{role: approver, signer: person, final: true, signed_at: 2026-03-03}",
            "approvals[0].signed_at: '2026-03-03' is no date and time with an offset",
        ),
    ],
)
def test_an_approval_that_is_written_wrongly_is_refused(entry: str, said: str, tmp_path: Path) -> None:
    file = write(tmp_path, "a.yaml", f"record: r\napprovals:\n  - {entry}\n")
    assert refusal_of(tmp_path, collector="approvals", file=file).startswith(f"mistyped: {said}")


def test_an_incident_without_an_end_is_open(tmp_path: Path) -> None:
    incident = {
        "id": "INC-1",
        "title": "Uploads stall",
        "severity": "HIGH",
        "environment": "staging",
        "opened_at": "2026-03-01T10:00:00Z",
    }
    value = value_of(tmp_path, collector="incidents", file=write(tmp_path, "i.json", {"incidents": [incident]}))
    assert value == {"incidents": [{**incident, "resolved_at": None, "origin": None, "url": None}]}


def test_a_misspelt_end_of_an_incident_is_not_passed_over(tmp_path: Path) -> None:
    incident = {"id": "1", "title": "", "severity": "LOW", "environment": "x", "opened_at": "2026-03-01T10:00:00Z"}
    content = {"incidents": [{**incident, "resolvedAt": "2026-03-01T11:00:00Z"}]}
    line = refusal_of(tmp_path, collector="incidents", file=write(tmp_path, "i.json", content))
    assert "did you mean resolved_at?" in line


def test_the_state_of_a_mode_is_read_from_json_and_yaml(tmp_path: Path) -> None:
    expected = {"mode": "degraded", "state": "normal", "since": None}
    for name, content in (("m.json", json.dumps(expected)), ("m.yaml", "mode: degraded\nstate: normal\n")):
        assert value_of(tmp_path, collector="mode_state", file=write(tmp_path, name, content)) == expected


def test_what_an_operator_recorded_is_read_and_a_note_may_be_left_out(tmp_path: Path) -> None:
    event = {"event": "resume", "by": "Robin Vale", "at": "2026-03-01T14:05:00Z"}
    file = write(tmp_path, "o.json", {"record": "ingestion", "events": [event]})
    value = value_of(tmp_path, collector="operator_events", file=file)
    assert value == {"record": "ingestion", "events": [{**event, "note": None}]}
    nobody = {"record": "ingestion", "events": [{"event": "resume", "at": "2026-03-01T14:05:00Z"}]}
    line = refusal_of(tmp_path, collector="operator_events", file=write(tmp_path, "n.json", nobody))
    assert "has no field by" in line
