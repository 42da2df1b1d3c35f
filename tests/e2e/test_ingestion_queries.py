"""The example that asks a runbook's queries of a real PostgreSQL, done as its README says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gatekeeper.load import load_sources
from tests.conftest import ROOT
from tests.fakes.postgres import Postgres

EXAMPLE = ROOT / "examples" / "ingestion-queries"
SOURCES = "evidence/ingestion/sources.production.yaml"
RUNBOOK = "runbooks/ingestion-day0-day1.md"

STAGE_MANY = """
    INSERT INTO staging_rows (upload_id, validation_status)
    SELECT id, 'valid' FROM data_uploads, generate_series(1, 400)
"""

Ask = Callable[[], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> Iterator[Postgres]:
    postgres.run("CREATE DATABASE ingestion")
    postgres.run((EXAMPLE / "tables.sql").read_text(encoding="utf-8"), "ingestion")
    yield postgres
    postgres.run("DROP DATABASE ingestion; DROP ROLE gatekeeper")


@pytest.fixture
def ask(server: Postgres, tmp_path: Path) -> Iterator[Ask]:
    """Collects and decides; afterwards the tables are as they were."""
    project = tmp_path / "project"
    shutil.copytree(EXAMPLE, project)
    text = (project / SOURCES).read_text(encoding="utf-8")
    assert "127.0.0.1:5432" in text
    (project / SOURCES).write_text(text.replace("127.0.0.1:5432", f"127.0.0.1:{server.port}"), encoding="utf-8")
    saved = "data_uploads", "staging_rows", "circuit_breaker_state"
    server.run("".join(f"CREATE TABLE saved_{name} AS TABLE {name};" for name in saved), "ingestion")

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gatekeeper", *words],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(ROOT), "INGESTION_DB_PASSWORD": "only-for-the-example"},
            capture_output=True,
            text=True,
            check=False,
        )

    def both() -> subprocess.CompletedProcess[str]:
        collected = call("collect", "hourly-health")
        assert collected.returncode in {0, 3}, collected.stderr
        return call("evaluate", "hourly-health")

    yield both
    server.run(
        "TRUNCATE data_uploads, staging_rows, circuit_breaker_state;"
        "INSERT INTO data_uploads TABLE saved_data_uploads;"
        "INSERT INTO circuit_breaker_state TABLE saved_circuit_breaker_state;"
        "INSERT INTO staging_rows OVERRIDING SYSTEM VALUE TABLE saved_staging_rows;"
        "DROP TABLE saved_data_uploads, saved_staging_rows, saved_circuit_breaker_state",
        "ingestion",
    )


def test_a_good_hour_is_go(ask: Ask) -> None:
    decided = ask()
    assert decided.returncode == 0, decided.stdout


def test_an_open_breaker_is_named(ask: Ask, server: Postgres) -> None:
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    command = re.search(r'psql --dbname ingestion --command "(.+)"', readme)
    assert command is not None
    server.run(command[1], "ingestion")
    decided = ask()
    assert decided.returncode == 1
    assert "database is OPEN" in decided.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "UPDATE data_uploads SET status = 'failed' WHERE id < 'upload-12'",
            "% of the uploads of the last hour failed",
        ),
        (
            "UPDATE data_uploads SET status = 'promoting', created_at = now() - interval '45m' WHERE id = 'upload-2'",
            "upload-2 is promoting for 45",
        ),
        (
            STAGE_MANY,
            "10040 rows wait in staging",
        ),
    ],
)
def test_what_passes_a_target_of_the_runbook_is_no_go(change: str, said: str, ask: Ask, server: Postgres) -> None:
    server.run(change, "ingestion")
    decided = ask()
    assert decided.returncode == 1, decided.stdout
    assert said in decided.stdout


def test_an_hour_without_uploads_is_not_known_and_so_no_go(ask: Ask, server: Postgres) -> None:
    server.run("UPDATE data_uploads SET created_at = now() - interval '2 hours'", "ingestion")
    decided = ask()
    assert decided.returncode == 3, decided.stdout
    assert "division by zero" in decided.stdout


def test_a_table_without_rows_of_breakers_proves_nothing(ask: Ask, server: Postgres) -> None:
    server.run("DELETE FROM circuit_breaker_state", "ingestion")
    assert ask().returncode == 3


def test_the_role_of_the_example_may_only_read(server: Postgres) -> None:
    granted = (
        "SELECT string_agg(DISTINCT privilege_type, ',') FROM information_schema.table_privileges"
        " WHERE grantee = 'gatekeeper'"
    )
    assert server.run(granted, "ingestion") == "SELECT"


def test_the_statements_are_those_of_the_runbook(corpus: Path) -> None:
    text = (corpus / RUNBOOK).read_text(encoding="utf-8")
    blocks = [_sql(text, section) for section in ("3.2", "5.5")]
    written = [each for block in blocks for each in re.findall(r"^SELECT[^;]*;", block, re.MULTILINE)]
    assert len(written) == 8
    sources = load_sources(EXAMPLE / SOURCES, EXAMPLE).sources
    asked = [str(entry.config["query"]).strip() for entry in sources.values()]
    assert asked == written


def _sql(text: str, section: str) -> str:
    found = re.search(r"```sql\n(.*?)```", text[text.index(f"### {section} ") :], re.DOTALL)
    assert found is not None
    return found[1]
