"""``gatekeeper event`` as an operator calls it: what a policy would hear of is kept once, all else is refused."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.conftest import Ended, Project
from tests.fakes.postgres import Postgres

MODE = """\
apiVersion: gatekeeper/v1
kind: Mode
id: intake
title: Intake
owner: demo-team
evidence:
  desk: {type: operator_events, max_age: 1h, required: [record]}
max_gap: 10m
hold_last: 1h
initial: open
states:
  open: {}
  paused:
    enter:
      - {id: pause, when: 'desk.events.exists(it, it.event == "pause" && timestamp(it.at) > current.since)'}
    exit: {when: 'desk.events.exists(it, it.event in ["resolved", "launch"] && timestamp(it.at) > current.since)'}
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
"""
PASSWORD = "correct-horse-battery"


@pytest.fixture
def desk(project: Project) -> Project:
    (project.root / "policies" / "demo" / "intake.yaml").write_text(MODE)
    (project.root / "evidence" / "demo" / "sources.local.yaml").write_text(SOURCES)
    return project


def event(project: Project, *more: str, **env: str) -> Ended:
    return project.run("event", "demo", *more, env=env)


def collected(project: Project, **env: str) -> list[dict[str, str]]:
    """The events that a collection brings."""
    ended = project.run("collect", "intake", env=env)
    assert ended.code == 0, ended.err
    snapshot = json.loads((project.root / ended.out.strip()).read_text())
    found: list[dict[str, str]] = snapshot["items"]["desk"]["value"]["events"]
    return found


def test_what_is_recorded_comes_back_as_evidence(desk: Project) -> None:
    ended = event(desk, "resolved", "--by", "Robin Vale", "--note", "drained", "--at", "2026-03-01T15:05:00+01:00")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "recorded: resolved of demo local by Robin Vale at 2026-03-01T14:05:00Z\n"
    assert collected(desk) == [
        {"event": "resolved", "by": "Robin Vale", "at": "2026-03-01T14:05:00Z", "note": "drained"}
    ]


def test_the_same_event_is_kept_once(desk: Project) -> None:
    given = ("pause", "--by", "Kim", "--at", "2026-03-01T14:05:00Z")
    assert event(desk, *given).out.startswith("recorded: pause of demo local by Kim")
    again = event(desk, *given)
    assert (again.code, again.out) == (0, "was recorded before: pause of demo local by Kim at 2026-03-01T14:05:00Z\n")
    assert len(collected(desk)) == 1


def test_json_says_what_is_kept_and_whether_it_is_new(desk: Project) -> None:
    given = ("launch", "--by", "Kim", "--at", "2026-03-01T14:05:00Z", "--service", "api", "--format", "json")
    for new in (True, False):
        ended = event(desk, *given)
        assert ended.code == 0
        assert json.loads(ended.out) == {
            "system": "demo",
            "service": "api",
            "environment": "local",
            "event": "launch",
            "by": "Kim",
            "at": "2026-03-01T14:05:00Z",
            "note": None,
            "new": new,
        }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("resolvd", "--by", "Kim"), 'no policy of demo reads the event "resolvd"\n  hint: did you mean resolved?'),
        (("go", "--by", "Kim"), 'no policy of demo reads the event "go"\n  hint: they read: launch, pause, resolved'),
        (
            ("pause", "--by", "Kim", "--at", "2999-01-01T00:00:00Z"),
            "--at 2999-01-01T00:00:00Z is still to come: now",
        ),
        (("pause", "--by", "Kim", "--at", "today"), "--at: 'today' is no date and time with an offset"),
        (("pause", "--by", " "), "--by is empty, or holds characters that cannot be printed"),
        (("pause", "--by", "Kim\x1b[2J"), "--by is empty, or holds characters that cannot be printed"),
        (("pause", "--by", "Kim", "--note", "n" * 4001), "--note has 4,001 characters; at most 4,000 are kept"),
        (("pause", "--by", "Kim", "--environment", "moon"), "demo has no environment 'moon'\n  hint: there are: local"),
        (("pause",), "Missing option '--by'"),
    ],
)
def test_a_wrong_call_is_refused_and_nothing_is_kept(desk: Project, given: tuple[str, ...], told: str) -> None:
    ended = event(desk, *given)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert not (desk.root / ".gatekeeper").exists()


def test_a_system_that_there_is_not_is_refused(desk: Project) -> None:
    ended = desk.run("event", "dem", "pause", "--by", "Kim")
    assert ended.code == 2
    assert 'there is no system "dem"' in ended.err
    assert "did you mean demo?" in ended.err


def test_a_key_of_another_event_is_refused(desk: Project) -> None:
    assert event(desk, "pause", "--by", "Kim", "--key", "ticket-7").code == 0
    ended = event(desk, "resolved", "--by", "Kim", "--key", "ticket-7")
    assert ended.code == 2
    assert 'the key "ticket-7" was given to pause by Kim at' in ended.err


def test_what_no_source_would_bring_is_recorded_with_a_warning(desk: Project) -> None:
    file = desk.root / "evidence" / "demo" / "sources.local.yaml"
    file.write_text(SOURCES.replace("recorded_events}", "operator_events, file: desk.yaml}"))
    ended = event(desk, "pause", "--by", "Kim")
    assert ended.code == 0
    assert ended.err.startswith("warning: no source of demo in local reads recorded events, so no policy will hear")


def test_a_word_that_the_words_of_events_are_compared_with_is_known(desk: Project) -> None:
    file = desk.root / "policies" / "demo" / "intake.yaml"
    asked = 'it.event == "pause" && timestamp(it.at) > current.since'
    later = "desk.events.filter(it, timestamp(it.at) > current.since).map(it, it.event)"
    file.write_text(MODE.replace(f"desk.events.exists(it, {asked})", f'"pause" in {later}'))
    assert '"pause" in' in file.read_text()
    assert event(desk, "pause", "--by", "Kim").err == ""
    told = 'warning: no policy of demo names the event "puase"; did you mean pause?\n'
    assert event(desk, "puase", "--by", "Kim").err == told


def test_where_only_a_run_can_tell_the_word_it_is_recorded_with_a_warning(desk: Project) -> None:
    file = desk.root / "policies" / "demo" / "intake.yaml"
    file.write_text(MODE.replace('it.event == "pause"', 'it.event == "pa" + "use"'))
    assert event(desk, "pause", "--by", "Kim").err == 'warning: no policy of demo names the event "pause"\n'
    named = MODE.replace('it.event == "pause"', "it.event in params.stops")
    file.write_text(
        named.replace("evidence:", "params:\n  stops: {type: strings, default: [pause, stop]}\nevidence:", 1)
    )
    assert event(desk, "stop", "--by", "Kim").err == ""
    assert event(desk, "stp", "--by", "Kim").code == 2


def test_a_store_that_cannot_be_used_is_one_line_and_exit_code_4(desk: Project) -> None:
    (desk.root / "kept.db").write_text("this is something else, of some length")
    ended = event(desk, "pause", "--by", "Kim", GATEKEEPER_STORE="kept.db")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.splitlines() == [
        f"error: the store {desk.root}/kept.db is no SQLite database",
        "  hint: name another file under `store`, or restore a backup",
    ]


def test_a_password_is_never_shown(desk: Project) -> None:
    address = f"postgresql://u:{PASSWORD}@127.0.0.1:1/kept?sslmode=disable"
    for given in (address, address.replace("//u", "//u:"), address.replace("disable", PASSWORD), f"x://u:{PASSWORD}@h"):
        ended = event(desk, "pause", "--by", "Kim", GATEKEEPER_STORE=given)
        assert ended.code == 4, given
        assert PASSWORD not in ended.err
    (desk.root / "gatekeeper.yaml").write_text(f"store: {address}\n")
    ended = event(desk, "pause", "--by", "Kim")
    assert ended.code == 4
    assert "`store`: a password seems to be written here" in ended.err
    assert PASSWORD not in ended.err


@pytest.mark.parametrize("form", ["part", "whole", "file"])
def test_the_password_of_a_server_is_a_reference(desk: Project, postgres: Postgres, tmp_path: Path, form: str) -> None:
    name = f"kept_{form}"
    postgres.run(f"CREATE DATABASE {name} OWNER {postgres.writer}")
    host = f"127.0.0.1:{postgres.port}/{name}?sslmode=disable"
    whole = f"postgresql://{postgres.writer}:{quote(postgres.password)}@{host}"
    (tmp_path / "secret").write_text(postgres.password + "\n")
    store = {
        "part": f"postgresql://{postgres.writer}:${{env:PASS}}@{host}",
        "whole": "${env:WHOLE}",
        "file": f"postgresql://{postgres.writer}:${{file:{tmp_path}/secret}}@{host}",
    }[form]
    (desk.root / "gatekeeper.yaml").write_text(f"store: {store}\n")
    env = {"PASS": postgres.password, "WHOLE": whole}
    ended = event(desk, "pause", "--by", "Kim", **env)
    assert ended.code == 0, ended.err
    assert [each["event"] for each in collected(desk, **env)] == ["pause"]
    assert postgres.run("SELECT event, person FROM gatekeeper_events", name) == "pause|Kim"
    lacking = event(desk, "pause", "--by", "Kim", PASS="", WHOLE="")
    assert lacking.code == 4 if form != "file" else lacking.code == 0
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_reference_that_leads_nowhere_is_told(desk: Project) -> None:
    (desk.root / "gatekeeper.yaml").write_text("store: postgresql://u:${env:NOT_SET_AT_ALL}@h/db\n")
    ended = event(desk, "pause", "--by", "Kim")
    assert ended.code == 4
    told = "the address under `store`: the secret ${env:NOT_SET_AT_ALL} cannot be had: the variable is not set"
    assert told in ended.err


def test_reading_makes_no_store_and_says_so(desk: Project) -> None:
    ended = desk.run("doctor")
    assert ended.code == 3
    assert "there is no store" in ended.err + ended.out
    assert not (desk.root / ".gatekeeper" / "gatekeeper.db").exists()
