"""``gatekeeper decide``: it collects by itself, is called by alerts, keeps what it saw; how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.state import open_store
from tests.cli.conftest import Project
from tests.cli.test_ladder_commands import LADDER
from tests.collect.test_alert_payload import alert, alertmanager, grafana
from tests.sample.looks import Answer, run

MODE = """\
apiVersion: gatekeeper/v1
kind: Mode
id: demo-mode
title: Is it slow?
owner: demo-team
source: the handbook
max_gap: 2m
hold_last: 15m
ladders: [demo-ladder]
evidence:
  metrics: {type: json, schema: metrics.schema.json, max_age: 1h, required: [error_rate]}
  desk: {type: operator_events, max_age: 1h}
  alerts: {type: alerts, max_age: 1h}
states:
  normal: {title: It works}
  slow:
    title: It is slow
    enter:
      - {id: errors, when: metrics.error_rate > 0.05}
      - id: called
        when: alerts.alerts.exists(each, each.name == "ErrorRate")
      - id: by-hand
        when: desk.events.exists(it, it.event == "pause" && timestamp(it.at) > current.since)
    exit:
      when: >-
        metrics.error_rate <= 0.05
        && desk.events.exists(it, it.event == "resume" && timestamp(it.at) > current.since)
    levers: [back]
    notice: "It has been slow since {current.since}; {100.0 * metrics.error_rate} % of the requests fail."
recommend:
  - {id: go-back, when: metrics.error_rate > 0.05, lever: back, reason: "{metrics.error_rate} of the requests fail"}
levers:
  back: {title: Go back, how: demo deploy --previous, time_to_effect: 1 min, blast_radius: all code}
"""

SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: local
subject: {service: demo, environment: local}
sources:
  metrics: {collector: json, file: metrics.json}
  desk: {collector: recorded_events}
  alerts: {collector: received_alerts}
"""


@pytest.fixture
def demo(project: Project) -> Project:
    """A project whose mode collects figures, recorded events and received alerts by itself."""
    (project.root / "policies/demo/mode.yaml").write_text(MODE)
    (project.root / "policies/demo/ladder.yaml").write_text(LADDER)
    (project.root / "evidence/demo/sources.local.yaml").write_text(SOURCES)
    return project


def decide(project: Project, *arguments: str | Path, stdin: Any = None) -> Answer:
    sent = json.dumps(stdin).encode() if stdin is not None else b""
    return run("decide", "demo-mode", "--root", project.root, *arguments, stdin=sent)


def event(project: Project, name: str) -> None:
    done = run("event", "demo", name, "--by", "Ines Roth", "--root", project.root)
    assert done.code == 0, done.err


def now_firing(**changes: Any) -> dict[str, Any]:
    began = datetime.now(UTC) - timedelta(minutes=1)
    return alert(startsAt=began.strftime("%Y-%m-%dT%H:%M:%SZ"), **changes)


def test_it_collects_by_itself_and_ends_with_0_1_or_3(demo: Project) -> None:
    quiet = decide(demo)
    assert (quiet.code, quiet.err) == (0, "")
    assert quiet.out.startswith("NORMAL  demo-mode  Is it slow?\n")
    demo.measure(0.2)
    slow = decide(demo, "--format", "json").document
    assert (slow["state"], slow["transition"]["because"]) == ("slow", ["slow/errors"])
    assert slow["notice"].endswith("; 20 % of the requests fail.")
    assert [each["lever"] for each in slow["levers"]] == ["back"]
    assert [each["by"] for each in slow["levers"][0]["reasons"]] == ["recommendation go-back", "state slow"]
    assert (slow["ladders"][0]["level"], decide(demo).code) == ("LOOK", 1)
    (demo.root / ".gatekeeper/gatekeeper.db").unlink()
    (demo.root / "evidence/demo/metrics.json").unlink()
    unknown = decide(demo)
    assert unknown.code == 3
    assert unknown.out.startswith("NOT KNOWN  demo-mode")


def test_a_recorded_event_pauses_it_and_another_one_lets_it_go_on(demo: Project) -> None:
    assert decide(demo).code == 0
    event(demo, "pause")
    assert decide(demo, "--format", "json").document["transition"]["because"] == ["slow/by-hand"]
    assert decide(demo).code == 1, "good figures do not end it"
    event(demo, "resume")
    assert decide(demo).code == 0


def test_an_alert_is_evidence_is_told_and_is_kept_once(demo: Project) -> None:
    assert decide(demo).code == 0
    called = [decide(demo, "--alert", "-", "--format", "json", stdin=alertmanager(now_firing())) for _ in range(3)]
    assert [each.code for each in called] == [1, 1, 1]
    told = [each.document for each in called]
    assert [bool(each["transition"]) for each in told] == [True, False, False]
    assert told[0]["transition"]["because"] == ["slow/called"]
    assert [each["name"] for each in told[0]["alerts"]] == ["ErrorRate"]
    assert "ErrorRate  firing since" in decide(demo, "--alert", "-", stdin=alertmanager(now_firing())).out
    with open_store(f"sqlite:///{demo.root}/.gatekeeper/gatekeeper.db") as store:
        modes = [each for each in store.states.transitions() if each.key.policy == "demo-mode"]
        assert len(modes) == 1


def test_grafana_calls_it_as_well_and_a_file_is_read(demo: Project, tmp_path: Path) -> None:
    file = tmp_path / "notification.json"
    file.write_text(json.dumps(grafana({**now_firing()}, truncatedAlerts=2)))
    called = decide(demo, "--alert", file)
    assert called.code == 1
    assert "grafana left out 2 alerts of this notification" in called.err


def test_a_dry_run_keeps_no_alert(demo: Project) -> None:
    dry = decide(demo, "--dry-run", "--alert", "-", "--format", "json", stdin=alertmanager(now_firing()))
    assert not (demo.root / ".gatekeeper/gatekeeper.db").exists()
    assert [each["name"] for each in dry.document["alerts"]] == ["ErrorRate"]
    assert decide(demo).code == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b'{"version": "4", "alerts": [',
        b'{"version": "3", "alerts": []}',
        b"[" * 5_000,
        b" " * 10_000_000,
        b'{"version": "4", "alerts": [{"status": "firing"}]}',
    ],
    ids=["empty", "truncated", "version", "deep", "large", "fields"],
)
def test_a_bad_notification_is_one_line_and_changes_nothing(demo: Project, sent: bytes) -> None:
    refused = run("decide", "demo-mode", "--alert", "-", "--root", demo.root, stdin=sent)
    assert (refused.code, refused.out) == (4, "")
    assert refused.err.startswith("error: standard input ")
    assert len(refused.err.splitlines()) == 2, "what is wrong, and the hint"
    assert not (demo.root / ".gatekeeper/gatekeeper.db").exists()


def test_what_cannot_be_asked_is_refused_with_a_way_on(demo: Project, tmp_path: Path) -> None:
    other = run("decide", "demo", "--root", demo.root)
    assert (other.code, "demo is no mode" in other.err, "gatekeeper evaluate demo" in other.err) == (2, True, True)
    misspelt = run("decide", "demo-mod", "--root", demo.root)
    assert (misspelt.code, "did you mean demo-mode?" in misspelt.err) == (2, True)
    format_ = decide(demo, "--format", "slak")
    assert (format_.code, "did you mean 'slack'?" in format_.err) == (2, True)
    missing = decide(demo, "--alert", tmp_path / "none.json")
    assert (missing.code, "none.json" in missing.err) == (4, True)
    parameter = decide(demo, "--param", "demo-ladder.mst=0.1")
    assert (parameter.code, "mst" in parameter.err) == (2, True)


def test_a_parameter_of_a_ladder_may_be_given(demo: Project) -> None:
    demo.measure(0.04)
    assert decide(demo, "--format", "json").document["ladders"][0]["level"] is None
    given = decide(demo, "--param", "demo-ladder.most=0.02", "--format", "json").document
    assert given["ladders"][0]["level"] == "LOOK"


def test_slack_gets_blocks(demo: Project) -> None:
    demo.measure(0.2)
    message = json.loads(decide(demo, "--format", "slack").out)
    assert message["blocks"][0]["text"]["text"] == "🔴 SLOW: demo-mode"
    assert message["text"].startswith("🔴 SLOW: demo-mode: pull back")
    assert "`demo deploy --previous`" in json.dumps(message)


def test_a_store_that_cannot_be_used_is_one_line(demo: Project) -> None:
    (demo.root / ".gatekeeper").mkdir()
    (demo.root / ".gatekeeper/gatekeeper.db").write_bytes(b"no database at all, whatever its name says" * 100)
    refused = decide(demo)
    assert (refused.code, refused.out) == (4, "")
    assert "Traceback" not in refused.err


def test_what_is_collected_for_a_mode_is_not_what_gates_are_judged_on(demo: Project) -> None:
    """A snapshot of what the mode reads would be the newest one, and lack what a gate needs."""
    decide(demo)
    assert not list((demo.root / ".gatekeeper").glob("snapshots/*/*"))
