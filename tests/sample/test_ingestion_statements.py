"""The statements of ingestion's sources, asked of a real PostgreSQL: what comes back is what the policies take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from gatekeeper.collect.run import collect
from gatekeeper.evaluate.mode import look
from gatekeeper.load import load_sources
from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import ModeState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Evidence, Snapshot
from gatekeeper.model.sources import SourcesDocument
from gatekeeper.model.values import Json
from gatekeeper.pipeline import decide
from gatekeeper.snapshot import build_snapshot
from tests.conftest import ROOT
from tests.fakes.postgres import Postgres
from tests.sample.record_ingestion import LAUNCHED, SYSTEM, load_ingestion_policies, snapshot_of

EVIDENCE = ROOT / "evidence" / SYSTEM
RUNBOOK = "runbooks/ingestion-day0-day1.md"
OF_THE_RUNBOOK = ("uploads", "error_rate", "backlog", "breakers", "failures", "causes", "staging")

# The runbook's tables; columns that it does not name, and the tables of the production rows and of what happened to the
# circuit breakers, are chosen here.
TABLES = """
CREATE TABLE data_uploads (
    id text PRIMARY KEY, workspace_id text NOT NULL, status text NOT NULL, row_count integer, error_text text,
    created_at timestamptz NOT NULL
);
CREATE TABLE staging_rows (
    upload_id text NOT NULL, validation_status text NOT NULL, promoted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE production_rows (upload_id text NOT NULL);
CREATE TABLE circuit_breaker_state (name text PRIMARY KEY, state text NOT NULL);
CREATE TABLE circuit_breaker_events (name text, state text, changed_at timestamptz);
CREATE TABLE workspace_settings (workspace_id text PRIMARY KEY, ingestion_paused boolean NOT NULL);

INSERT INTO data_uploads SELECT 'upload-' || n, 'ws-amber', 'completed', 10 * n, NULL, now() - n * interval '30 seconds'
FROM generate_series(1, 44) AS n;
INSERT INTO data_uploads SELECT 'failed-' || n, 'ws-amber', 'failed', 0, 'a column lacks', now() - interval '25 minutes'
FROM generate_series(1, 6) AS n;
INSERT INTO data_uploads VALUES
    ('test-1', 'ws-internal', 'completed', 250, NULL, now() - interval '50 minutes'),
    ('slow-1', 'ws-amber', 'promoting', NULL, NULL, now() - interval '40 minutes'),
    ('hand-1', 'ws-amber', 'failed', NULL, 'Manual intervention', now() - interval '3 days');
INSERT INTO staging_rows SELECT 'test-1', 'valid', now() FROM generate_series(1, 250);
INSERT INTO production_rows SELECT 'test-1' FROM generate_series(1, 250);
INSERT INTO circuit_breaker_state VALUES ('database', 'CLOSED'), ('storage', 'HALF-OPEN');
INSERT INTO circuit_breaker_events VALUES
    ('storage', 'OPEN', now() - interval '10 minutes'), ('storage', 'OPEN', now() - interval '70 minutes'),
    ('storage', 'HALF-OPEN', now() - interval '5 minutes'), ('storage', 'OPEN', now() - interval '9 days');
INSERT INTO workspace_settings VALUES ('ws-amber', false), ('ws-blue', true);
"""


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return load_ingestion_policies(ROOT)


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> Iterator[Postgres]:
    postgres.run("CREATE DATABASE ingestion_sources")
    postgres.run(TABLES, "ingestion_sources")
    yield postgres
    postgres.run("DROP DATABASE ingestion_sources")


def _asked(server: Postgres) -> dict[str, Evidence]:
    """What the database answers to every statement of the sources."""
    sources = _at(server, load_sources(EVIDENCE / "sources.production.yaml", EVIDENCE))
    names = [name for name, entry in sources.sources.items() if entry.collector == "sql"]
    environ = {"DATABASE_PASSWORD": server.password}
    read = collect(sources, names, lambda: datetime.now(UTC), EVIDENCE, environ=environ)
    return {each.name: each for each in read}


def _at(server: Postgres, sources: SourcesDocument) -> SourcesDocument:
    """The sources, with this server in the place of theirs."""
    there: dict[str, Json] = {"database": server.url("ingestion_sources"), "allow_addresses": ["127.0.0.0/8"]}
    entries = {
        name: replace(entry, config={**entry.config, **there}) if entry.collector == "sql" else entry
        for name, entry in sources.sources.items()
    }
    return replace(sources, sources=entries)


@pytest.fixture(scope="module")
def answers(server: Postgres) -> dict[str, Evidence]:
    return _asked(server)


def _rows(answers: dict[str, Evidence], name: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", cast("dict[str, Any]", answers[name].value)["rows"])


def test_every_statement_is_answered(answers: dict[str, Evidence]) -> None:
    assert {name: str(each.failure) for name, each in answers.items() if each.failure is not None} == {}
    assert len(answers) == 17


def test_an_answer_has_the_columns_that_were_recorded(answers: dict[str, Evidence]) -> None:
    recorded = snapshot_of(EVIDENCE, LAUNCHED)
    for name, answer in answers.items():
        kept = cast("dict[str, Any]", recorded.items[name].value)["columns"]
        made = cast("dict[str, Any]", answer.value)["columns"]
        for column in kept:
            if name == "breakers" and column["name"] == "changed_at":
                continue  # SELECT * brings whatever there is
            assert column["name"] in {each["name"] for each in made}, name
            (same,) = [each for each in made if each["name"] == column["name"]]
            assert same["type"] in {column["type"], None}, (name, column)


def test_each_minute_says_what_came_from_then_on(answers: dict[str, Evidence]) -> None:
    hour = _rows(answers, "hour")
    assert (hour[0]["uploads"], hour[0]["failed"]) == (52, 6)
    assert [each["since"] for each in hour] == sorted(each["since"] for each in hour)
    late = [each for each in hour if each["failed"] == 0]
    assert late[0]["uploads"] >= 43
    assert hour[-1]["uploads"] < late[0]["uploads"]


def test_what_the_figures_of_the_other_statements_are(answers: dict[str, Evidence]) -> None:
    assert _rows(answers, "error_rate")[0]["error_rate"] == pytest.approx(100 * 6 / 52)
    assert _rows(answers, "backlog") == [{"count": 250}]
    assert _rows(answers, "causes") == [{"error_text": "a column lacks", "count": 6}]
    assert _rows(answers, "test_rows") == [{"staged": 250, "promoted": 250, "in_production": 250}]
    assert _rows(answers, "paused_workspaces") == [{"workspace_id": "ws-blue", "ingestion_paused": True}]
    assert [each["id"] for each in _rows(answers, "by_hand")] == ["hand-1"]
    assert [each["name"] for each in _rows(answers, "openings")] == ["storage", "storage"]
    assert _rows(answers, "unfinished")[0]["minutes_unfinished"] == pytest.approx(40, abs=1)
    assert _rows(answers, "week")[0]["error_rate"] == pytest.approx(100 * 7 / 53)
    assert {each["rls"] for each in _rows(answers, "tables")} == {False}


def _with(answers: dict[str, Evidence]) -> Snapshot:
    """The recorded day, read just now, with the database's answers in it."""
    recorded = snapshot_of(EVIDENCE, LAUNCHED)
    read_at = max(each.collected_at for each in answers.values())
    rest = [replace(each, collected_at=read_at) for name, each in recorded.items.items() if name not in answers]
    return build_snapshot(SYSTEM, recorded.subject, [*rest, *answers.values()])


def test_the_first_day_is_judged_by_these_answers(policies: PolicySet, answers: dict[str, Evidence]) -> None:
    snapshot = _with(answers)
    decision = decide(policies, "ingestion-day1", snapshot, as_of=snapshot.taken_at)
    (found,) = decision.gates
    assert {f"{each.rule} {each.key or ''}".strip() for each in found.findings if each.stops} == {
        "error-rate",
        "breakers-closed storage",
        "nothing-stuck slow-1",
        "no-paused-workspace ws-blue",
    }
    assert not [each.rule for each in found.findings if each.outcome is Outcome.UNKNOWN]


def test_the_mode_pauses_by_these_answers(policies: PolicySet, answers: dict[str, Evidence]) -> None:
    snapshot = _with(answers)
    earlier = ModeState("ingestion-control", "running", snapshot.taken_at, snapshot.taken_at, None)
    _, reading = look(policies.modes["ingestion-control"], earlier, snapshot, snapshot.taken_at)
    assert reading.state == "paused"
    assert reading.transition is not None
    assert reading.transition.because == ("paused/error-rate",)


def test_without_uploads_nothing_is_known_and_nothing_pauses(policies: PolicySet, server: Postgres) -> None:
    server.run("UPDATE data_uploads SET created_at = created_at - interval '10 days'", "ingestion_sources")
    try:
        answers = _asked(server)
    finally:
        server.run("UPDATE data_uploads SET created_at = created_at + interval '10 days'", "ingestion_sources")
    failure = answers["error_rate"].failure
    assert failure is not None
    assert "division by zero" in failure.detail
    assert _rows(answers, "hour") == []
    assert _rows(answers, "week") == [{"error_rate": None}]
    snapshot = _with(answers)
    earlier = ModeState("ingestion-control", "running", snapshot.taken_at, snapshot.taken_at, None)
    _, reading = look(policies.modes["ingestion-control"], earlier, snapshot, snapshot.taken_at)
    assert reading.state == "running"
    ga = decide(policies, "ingestion-ga", snapshot, as_of=snapshot.taken_at)
    assert ga.verdict is Verdict.NO_GO
    assert {each.rule: each.outcome for each in ga.gates[0].findings}["error-rate"] is Outcome.UNKNOWN


def test_the_statements_of_the_runbook_are_asked_as_it_has_them(corpus: Path) -> None:
    text = (corpus / RUNBOOK).read_text(encoding="utf-8")
    sources = load_sources(EVIDENCE / "sources.production.yaml", EVIDENCE).sources
    for name in (*OF_THE_RUNBOOK, "paused_workspaces"):
        assert str(sources[name].config["query"]).strip() in text, name
    limited = re.sub(r"\s+", " ", str(sources["unfinished"].config["query"])).strip().rstrip(";")
    assert limited.replace("minutes_unfinished", "minutes_stuck") in re.sub(r"\s+", " ", text)
