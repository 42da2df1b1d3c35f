"""Questions to a real PostgreSQL: types without loss, bounds, nothing that writes, and half an answer is none."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect.database.address import parse_address
from gatekeeper.collect.database.answer import Budget
from gatekeeper.collect.database.postgres import Access, ask_postgres
from gatekeeper.collect.database.statement import Statement
from gatekeeper.deadline import Deadline
from gatekeeper.model.snapshot import Evidence
from gatekeeper.refused import Refused
from gatekeeper.secrets import SecretText
from tests.collect.sources import collected
from tests.conftest import ROOT
from tests.fakes.certificates import certify
from tests.fakes.postgres import PASSWORD, Postgres
from tests.fakes.servers import LOOPBACK

SCHEMA = """
SET ROLE writer;
CREATE TABLE IF NOT EXISTS uploads (id int PRIMARY KEY, status text, at timestamptz);
TRUNCATE uploads;
INSERT INTO uploads VALUES (1, 'completed', '2026-03-03T08:00:00Z'), (2, 'failed', NULL);
CREATE SEQUENCE IF NOT EXISTS counter;
CREATE OR REPLACE FUNCTION add_one() RETURNS int LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO uploads VALUES (9, 'x', NULL); RETURN 1; END $$;
CREATE OR REPLACE FUNCTION add_one_undone() RETURNS int LANGUAGE plpgsql AS
  $$ BEGIN PERFORM set_config('transaction_read_only', 'off', false); RETURN add_one(); END $$;
CREATE OR REPLACE PROCEDURE add_two() LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO uploads VALUES (9, 'x', NULL); COMMIT; END $$;
"""
STATE = "SELECT count(*), max(id), (SELECT last_value FROM counter), (SELECT count(*) FROM pg_class) FROM uploads"


@pytest.fixture
def server(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    monkeypatch.setenv("DATABASE_PASSWORD", postgres.password)
    return postgres


@pytest.fixture
def tables(server: Postgres) -> Postgres:
    server.run(SCHEMA)
    return server


def ask(server: Postgres, query: str, **config: Any) -> Evidence:
    given = {"database": server.url(), "allow_addresses": LOOPBACK, "retries": 0, **config}
    return collected(Path("/nowhere"), collector="sql", query=query, **given)


def value_from(server: Postgres, query: str, **config: Any) -> Any:
    evidence = ask(server, query, **config)
    assert evidence.failure is None, evidence.failure
    return evidence.value


def refusal_from(server: Postgres, query: str, **config: Any) -> str:
    evidence = ask(server, query, **config)
    assert evidence.value is None
    assert evidence.failure is not None
    assert "\n" not in evidence.failure.detail
    assert "broke: " not in evidence.failure.detail
    return f"{evidence.failure.cause}: {evidence.failure.detail}"


@pytest.mark.parametrize(
    ("expression", "type_", "value"),
    [
        ("true", "bool", True),
        ("count(*)", "int", 1),
        ("7::int2", "int", 7),
        ("1.0::float8", "number", 1.0),
        ("0.1::float4", "number", 0.1),
        ("50 * 100.0 / 3", "string", "1666.6666666666666667"),
        ("12.50::numeric(8, 2)", "string", "12.50"),
        ("timestamptz '2026-03-03 10:00:00.25+01'", "timestamp", "2026-03-03T09:00:00.250Z"),
        ("timestamp '2026-03-03 10:00:00'", "string", "2026-03-03 10:00:00"),
        ("date '2026-03-03'", "string", "2026-03-03"),
        ("interval '1 month 2 days'", "string", "P1M2D"),
        ("'{\"a\": [1, 2.5, null]}'::jsonb", "json", {"a": [1, 2.5, None]}),
        ("ARRAY[1, 2]", "string", "{1,2}"),
        ("'it''s €'::text", "string", "it's €"),
        ("'\\x00ff'::bytea", "string", "\\x00ff"),
        ("NULL", "string", None),
        ("'a'::char(3)", "string", "a  "),
    ],
)
def test_a_type_of_the_database_is_one_of_ours_without_a_loss(
    expression: str, type_: str, value: object, server: Postgres
) -> None:
    found = value_from(server, f"SELECT {expression} AS x")
    assert found == {"columns": [{"name": "x", "type": type_}], "rows": [{"x": value}], "row_count": 1}
    assert type(found["rows"][0]["x"]) is type(value)


@pytest.mark.parametrize(
    ("expression", "type_", "value"),
    [
        ("50 * 100.0 / 3", "number", 1666.6666666666667),
        ("sum(n)", "int", 6),
        ("9223372036854775807", "string", "9223372036854775807"),
        ("'[1, {\"a\": 2}]'::text", "json", [1, {"a": 2}]),
        ("1e-9::numeric", "string", "0.000000001"),
        ("timestamp '2026-03-03 10:00:00' AT TIME ZONE 'Europe/Berlin'", "timestamp", "2026-03-03T09:00:00Z"),
        ("true", "string", "true"),
        ("5", "number", 5.0),
    ],
)
def test_a_declared_type_goes_before_that_of_the_database(
    expression: str, type_: str, value: object, server: Postgres
) -> None:
    query = f"SELECT {expression} AS x FROM (VALUES (1::bigint), (2), (3)) AS t (n) LIMIT 1"
    found = value_from(
        server, query.replace("LIMIT", "GROUP BY () LIMIT") if "sum" in query else query, columns={"x": type_}
    )
    assert found["rows"] == [{"x": value}]
    assert type(found["rows"][0]["x"]) is type(value)


@pytest.mark.parametrize(
    ("expression", "columns", "said"),
    [
        ("'NaN'::float8", {}, "NaN is no number: it is not finite"),
        ("'-Infinity'::float8", {}, "it is not finite"),
        ("'NaN'::numeric", {"x": "number"}, "it is not finite"),
        ("'NaN'::numeric", {"x": "int"}, "NaN is no int"),
        ("9223372036854775807", {}, "it is beyond ±(2^53 - 1); declare it as string"),
        ("2.5::numeric", {"x": "int"}, "2.5 is no int"),
        ("'infinity'::timestamptz", {}, "is no timestamp"),
        ("'0044-03-15 BC'::timestamptz", {}, "is no timestamp"),
        ("timestamp '2026-03-03 10:00:00'", {"x": "timestamp"}, "with an offset; add AT TIME ZONE"),
        ("'12'::text", {"x": "int"}, '"12" is no int'),
        ('\'{"a": 1, "a": 2}\'::json', {}, 'has the key "a" twice'),
        ("'{\"a\": 123456789012345678}'::jsonb", {}, "is beyond ±(2^53 - 1)"),
    ],
)
def test_what_would_lose_something_is_mistyped(
    expression: str, columns: dict[str, str], said: str, server: Postgres
) -> None:
    line = refusal_from(server, f"SELECT {expression} AS x", columns=columns)
    assert line.startswith("mistyped: ")
    assert said in line


def test_parameters_are_bound_and_never_part_of_the_statement(tables: Postgres) -> None:
    found = value_from(
        tables,
        "SELECT id, :text AS text, ':text' AS plain FROM uploads WHERE id = :id OR status = :text ORDER BY id",
        parameters={"id": 1, "text": "'; DROP TABLE uploads; --"},
    )
    assert found["rows"] == [{"id": 1, "text": "'; DROP TABLE uploads; --", "plain": ":text"}]
    assert value_from(tables, "SELECT count(*) AS n FROM uploads")["rows"] == [{"n": 2}]
    given = {"b": True, "f": 2.5, "n": None, "t": "2026-03-03T09:00:00Z"}
    typed = value_from(
        server := tables, "SELECT :b::bool AS b, :f::float8 AS f, :n::text AS n, :t::timestamptz AS t", parameters=given
    )
    assert typed["rows"] == [given]
    assert "invalid input syntax" in refusal_from(server, "SELECT :t::timestamptz AS t", parameters={"t": "soon"})


def test_no_row_is_an_answer_with_its_columns(tables: Postgres) -> None:
    found = value_from(tables, "SELECT * FROM uploads WHERE false")
    assert [each["name"] for each in found["columns"]] == ["id", "status", "at"]
    assert [each["type"] for each in found["columns"]] == ["int", "string", "timestamp"]
    assert (found["rows"], found["row_count"]) == ([], 0)


WRITES = [
    "INSERT INTO uploads VALUES (9, 'x', NULL)",
    "INSERT INTO uploads VALUES (9, 'x', NULL) RETURNING id",
    "UPDATE uploads SET status = 'x'",
    "DELETE FROM uploads",
    "MERGE INTO uploads USING (VALUES (1)) AS v (i) ON id = v.i WHEN MATCHED THEN DELETE",
    "TRUNCATE uploads",
    "WITH x AS (INSERT INTO uploads VALUES (9, 'x', NULL) RETURNING id) SELECT id FROM x",
    "WITH x AS (DELETE FROM uploads RETURNING id) SELECT count(*) FROM x",
    "WITH x AS (SELECT 1) UPDATE uploads SET status = 'x' RETURNING id",
    "SELECT 1 AS a INTO made",
    "SELECT id FROM uploads FOR UPDATE",
    "SELECT add_one()",
    "SELECT add_one_undone()",
    "SELECT nextval('counter')",
    "SELECT setval('counter', 77)",
    "SELECT set_config('transaction_read_only', 'off', true)",
    "CREATE TABLE made (a int)",
    "CREATE TABLE made AS SELECT 1 AS a",
    "DROP TABLE uploads",
    "ALTER TABLE uploads ADD COLUMN x int",
    "GRANT ALL ON uploads TO public",
    "COPY uploads FROM '/etc/passwd'",
    "COPY uploads TO '/tmp/gatekeeper-made'",
    "COPY (SELECT 1) TO PROGRAM 'touch /tmp/gatekeeper-made'",
    "DO $$ BEGIN INSERT INTO uploads VALUES (9, 'x', NULL); END $$",
    "CALL add_two()",
    "VACUUM",
    "REINDEX TABLE uploads",
    "REFRESH MATERIALIZED VIEW made",
    "SET TRANSACTION READ WRITE",
    "SET default_transaction_read_only = off",
    "COMMIT",
    "ROLLBACK",
    "PREPARE p AS DELETE FROM uploads",
    "NOTIFY somebody",
    "LOCK TABLE uploads",
    "EXPLAIN ANALYZE DELETE FROM uploads",
    "SELECT 1; DELETE FROM uploads",
    "SELECT 1; COMMIT; DELETE FROM uploads",
]


@pytest.mark.parametrize("statement", WRITES)
def test_the_server_itself_refuses_to_write(statement: str, tables: Postgres) -> None:
    before = tables.run(STATE)
    address: Any = parse_address(SecretText.parse(tables.url()))
    access = Access(address, ["127.0.0.1"], tables.writer, tables.password, "", 5, replica=False)
    with pytest.raises(Refused):
        # Past the check of the statement's first word, which is no lock.
        ask_postgres(access, Statement(statement, (), statement), {}, Budget(10, 1000), 10, Deadline.after(10))
    assert tables.run(STATE) == before
    assert not Path("/tmp/gatekeeper-made").exists()


@pytest.mark.parametrize(
    "statement", [each for each in WRITES if each.startswith(("WITH", "SELECT")) and ";" not in each]
)
def test_a_question_that_writes_is_failed_evidence(statement: str, tables: Postgres) -> None:
    before = tables.run(STATE)
    assert refusal_from(tables, statement, database=tables.url(user=tables.writer)).startswith("failed: ")
    assert tables.run(STATE) == before


def test_what_a_server_lets_pass_is_undone(tables: Postgres) -> None:
    """Before version 16 large objects could be made in a transaction that only reads."""
    count = "SELECT count(*) FROM pg_largeobject_metadata"
    before = tables.run(count)
    ask(tables, "SELECT lo_create(0) AS made")
    assert tables.run(count) == before


def test_a_superuser_is_not_asked(tables: Postgres) -> None:
    """Functions that only a superuser may call write in a transaction that only reads, and no rollback undoes it."""
    before = tables.run("SELECT pg_conf_load_time()")
    evidence = ask(tables, "SELECT pg_reload_conf()", database=tables.url(user=tables.user), retries=3)
    assert (evidence.failure is not None, evidence.attempts) == (True, 1)
    assert evidence.failure is not None
    assert "superuser" in evidence.failure.detail
    assert "CREATE ROLE gatekeeper LOGIN" in evidence.failure.remedy
    assert "GRANT SELECT ON" in evidence.failure.remedy
    assert tables.run("SELECT pg_conf_load_time()") == before


EFFECTS = [
    "pg_reload_conf()",
    "pg_rotate_logfile()",
    "pg_switch_wal()",
    "pg_create_restore_point('made')",
    "pg_backup_start('made')",
    "pg_promote()",
    "pg_wal_replay_pause()",
    "pg_log_standby_snapshot()",
    "pg_stat_reset()",
    "pg_stat_reset_shared('bgwriter')",
    "pg_stat_reset_single_table_counters('uploads'::regclass)",
    "pg_stat_reset_slru(NULL)",
    "pg_notify('made', 'made')",
    "nextval('counter')",
    "setval('counter', 77)",
    "lo_creat(-1)",
    "lo_create(0)",
    "lo_from_bytea(0, 'made')",
    "lo_import('/etc/hostname')",
    "lo_put(1, 0, 'made')",
    "lo_unlink(1)",
    "lo_truncate(lo_open(1, 131072), 0)",
    "lowrite(lo_open(1, 131072), 'made')",
    "lo_export(1, '/tmp/gatekeeper-made')",
    "pg_file_write('/tmp/gatekeeper-made', 'made', false)",
    "pg_read_file('/etc/hostname')",
    "pg_read_binary_file('/etc/hostname')",
    "pg_ls_dir('/tmp')",
    "pg_stat_file('/etc/hostname')",
    "pg_ls_logdir()",
    "pg_terminate_backend((SELECT max(pid) FROM pg_stat_activity WHERE usename = 'tester'))",
    "pg_cancel_backend((SELECT max(pid) FROM pg_stat_activity WHERE usename = 'tester'))",
    "pg_log_backend_memory_contexts(pg_backend_pid())",
    "pg_create_physical_replication_slot('made', true)",
    "pg_create_logical_replication_slot('made', 'test_decoding')",
    "pg_replication_origin_create('made')",
    "pg_import_system_collations('public'::regnamespace)",
    "dblink_connect_u('made', 'host=127.0.0.1')",
    "dblink_exec('host=127.0.0.1 user=tester dbname=postgres', 'DROP TABLE uploads')",
    "query_to_xml('DELETE FROM uploads', true, true, '')",
    "table_to_xml('uploads'::regclass, true, true, add_one()::text)",
    "brin_summarize_new_values('uploads_pkey'::regclass)",
    "gin_clean_pending_list('uploads_pkey'::regclass)",
    "set_config('transaction_read_only', 'off', false)",
    "set_config('session_replication_role', 'replica', false)",
    "set_config('role', 'tester', false)",
    "set_config('session_authorization', 'tester', false)",
    "pg_advisory_lock(77)",
    "pg_export_snapshot()",
]
"""Calls that do something beside answering, for whoever may make them."""

WORLD = """
SELECT (SELECT json_agg(u) FROM uploads u), (SELECT last_value FROM counter),
  (SELECT json_agg(l) FROM (SELECT * FROM pg_largeobject ORDER BY 1, 2) l),
  (SELECT json_agg(m) FROM (SELECT oid FROM pg_largeobject_metadata ORDER BY 1) m),
  (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_collation), pg_conf_load_time(),
  pg_walfile_name(pg_current_wal_lsn()), pg_is_in_recovery(),
  (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_replication_origin),
  (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),
  (SELECT stats_reset FROM pg_stat_bgwriter), (SELECT stats_reset FROM pg_stat_database WHERE datname = 'postgres'),
  (SELECT count(*) FROM pg_ls_dir('pg_snapshots'))
"""


@pytest.fixture
def world(tables: Postgres) -> Iterator[Postgres]:
    """With a large object, and with the extension that reaches other servers where the machine has it."""
    tables.run(
        "SELECT lo_from_bytea(1, 'was here');"
        "DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS dblink; EXCEPTION WHEN OTHERS THEN NULL; END $$"
    )
    yield tables
    tables.run("SELECT lo_unlink(1); DROP EXTENSION IF EXISTS dblink")


def test_what_a_role_that_reads_calls_has_no_effect(world: Postgres) -> None:
    with listening(world) as heard:
        for call in EFFECTS:
            before = world.run(WORLD)
            asked = f"SELECT ({call})::text AS x" if not call.startswith("pg_ls_") else f"SELECT * FROM {call}"
            ask(world, asked)
            assert world.run(WORLD) == before, call
        world.run("NOTIFY made, 'by the test'")
        assert heard() == ["by the test"]
    assert not Path("/tmp/gatekeeper-made").exists()


@contextmanager
def listening(server: Postgres) -> Iterator[Callable[[], list[str]]]:
    """Listens to the channel ``made`` as a superuser; what it yields says what came within a second."""
    import psycopg

    who = f"host=127.0.0.1 port={server.port} user={server.user} dbname=postgres"
    with psycopg.connect(who, password=server.password, autocommit=True) as session:
        session.execute("LISTEN made")
        yield lambda: [each.payload for each in session.notifies(timeout=1)]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM nope", 'relation "nope" does not exist (SQLSTATE 42P01)'),
        ("SELECT 1 / 0 AS x", "division by zero (SQLSTATE 22012)"),
        ("SELECT FROM WHERE", "syntax error"),
        (
            "SELECT add_one() AS x",
            "the statement does more than read, which is not allowed (cannot execute INSERT in a",
        ),
        ("SELECT 1 AS a, 2 AS a", 'two columns are called "a"'),
    ],
)
def test_what_the_server_refuses_is_told_in_a_line(query: str, said: str, tables: Postgres) -> None:
    assert said in refusal_from(tables, query)


def test_too_many_rows_are_no_evidence(server: Postgres) -> None:
    query = "SELECT generate_series(1, :most::int) AS n"
    assert value_from(server, query, parameters={"most": 10_000})["row_count"] == 10_000
    line = refusal_from(server, query, parameters={"most": 10_001})
    assert line == "truncated: the answer has more than 10,000 rows (max_rows)"


def test_too_many_bytes_are_left_before_they_are_all_here(server: Postgres) -> None:
    query = "SELECT repeat('x', 100000) AS t FROM generate_series(1, 10000)"
    started = time.monotonic()
    line = refusal_from(server, query, max_bytes=1_000_000)
    assert line == "truncated: the answer has more than 1,000,000 bytes (max_bytes)"
    assert time.monotonic() - started < 5


def test_an_error_after_many_rows_leaves_none(server: Postgres) -> None:
    query = "SELECT 1 / (5000 - n) AS x FROM generate_series(1, 9000) AS n"
    assert "division by zero" in refusal_from(server, query)


def test_a_statement_that_takes_too_long_is_broken_off_on_the_server_too(server: Postgres) -> None:
    started = time.monotonic()
    line = refusal_from(server, "SELECT 'sleeper', pg_sleep(30)", timeout="2s")
    assert line.endswith("did not answer in time (timeout, deadline)") or "within 2 s" in line
    assert time.monotonic() - started < 4
    running = (
        "SELECT query, now() - query_start, wait_event FROM pg_stat_activity"
        " WHERE application_name = 'gatekeeper' AND state = 'active'"
    )
    while rest := server.run(running):
        assert time.monotonic() - started < 8, rest
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("query", "said", "remedy"),
    [
        (
            "SELECT pg_cancel_backend(pg_backend_pid())",
            "canceling statement due to user request",
            "who ends statements",
        ),
        ("SELECT * FROM nope", "does not exist", "mend the query"),
        ("SELECT pg_read_file('x')", "permission denied", "GRANT SELECT"),
        ("SELECT 1 / 0 AS x", "division by zero", "NULLIF"),
        ("SELECT add_one()", "more than read", "no function which writes"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "terminating connection", "collect again"),
    ],
)
def test_what_the_server_says_has_a_remedy(query: str, said: str, remedy: str, tables: Postgres) -> None:
    failure = ask(tables, query).failure
    assert failure is not None
    assert said in failure.detail
    assert "in time" not in failure.detail
    assert remedy in failure.remedy


def test_a_wrong_password_is_told_and_not_tried_again(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "not the right one")
    evidence = ask(server, "SELECT 1 AS a", retries=5)
    assert evidence.failure is not None
    assert evidence.failure.detail.endswith('password authentication failed for user "reader"')
    assert evidence.attempts == 1


def test_a_secret_never_stands_in_the_evidence(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", server.url().replace("${env:DATABASE_PASSWORD}", PASSWORD.replace(" ", "%20")))
    for query in ("SELECT 1 AS a", "SELECT * FROM nope"):
        evidence = ask(server, query, database="${env:DATABASE_URL}")
        assert (evidence.failure is None) == ("nope" not in query)
        assert PASSWORD not in str(dataclasses.asdict(evidence))
        assert evidence.source == "${env:DATABASE_URL}"


def test_a_password_that_is_not_there_is_named(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_PASSWORD")
    assert "the secret ${env:DATABASE_PASSWORD} cannot be had" in refusal_from(server, "SELECT 1 AS a")


def test_what_the_environment_says_to_libpq_changes_nothing(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGOPTIONS": "-c default_transaction_read_only=off -c DateStyle=German",
        "PGTZ": "Asia/Tokyo",
        "PGHOST": "gone.invalid",
        "PGHOSTADDR": "192.0.2.1",
        "PGPASSWORD": "another",
        "PGSSLMODE": "disable",
        "PGTARGETSESSIONATTRS": "standby",
        "PGCLIENTENCODING": "LATIN1",
    }.items():
        monkeypatch.setenv(name, value)
    found = value_from(
        server, "SELECT timestamptz '2026-03-03T09:00:00Z' AS at, 'ö' AS t, current_setting('TimeZone') AS zone"
    )
    assert found["rows"] == [{"at": "2026-03-03T09:00:00Z", "t": "ö", "zone": "UTC"}]


def test_a_server_without_tls_is_refused_unless_that_is_said(server: Postgres) -> None:
    for more in ("", "?sslmode=verify-full", "?sslmode=require"):
        line = refusal_from(server, "SELECT 1 AS a", database=server.url(more=more))
        assert "server does not support SSL" in line


def test_a_certificate_has_to_be_vouched_for(server: Postgres, tmp_path: Path) -> None:
    certify(tmp_path)
    whole = (tmp_path / "server.pem").read_text(encoding="ascii")
    (tmp_path / "trusted.pem").write_text(whole[: whole.index("-----BEGIN PRIVATE")], encoding="ascii")
    with server.secured(whole):
        query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        given: dict[str, Any] = {
            "database": server.url(more=""),
            "allow_addresses": LOOPBACK,
            "query": query,
            "retries": 0,
        }
        assert ask_in(tmp_path, **given, ca_file="trusted.pem").value["rows"] == [{"ssl": True}]  # type: ignore[index, call-overload]
        refused = ask_in(tmp_path, **given).failure
        assert refused is not None
        assert "certificate verify failed" in refused.detail
        unverified = ask_in(tmp_path, **{**given, "database": server.url(more="?sslmode=require")})
        assert unverified.failure is None


def ask_in(base: Path, **config: Any) -> Evidence:
    return collected(base, collector="sql", **config)


def test_nobody_listens(server: Postgres) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = dataclasses.replace(server, port=taken.getsockname()[1])
        evidence = ask(nobody, "SELECT 1 AS a", retries=2)
    assert evidence.failure is not None
    assert "Connection refused" in evidence.failure.detail
    assert evidence.attempts == 3


ROGUES: dict[str, list[bytes]] = {
    "silent": [],
    "no PostgreSQL": [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
    "half a message": [b"R\0\0"],
    "a message without end": [b"E\x7f\xff\xff\xff" + b"x" * 100_000],
    "an unknown way to sign in": [b"R\0\0\0\x08\0\0\0\x63"],
    "an error of its own": [b"E" + (4 + 30).to_bytes(4, "big") + b"SFATAL\0C28000\0Mgo away, you\0\0\0"],
    "wants the password itself": [b"R\0\0\0\x08\0\0\0\x03", b"R\0\0\0\x08\0\0\0\0"],
}


@contextmanager
def rogue(answers: list[bytes], heard: list[bytes]) -> Iterator[int]:
    """The port of something that says this, each piece after it has heard something."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made: list[socket.socket] = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _ = listener.accept()
                    made.append(near)
                    for answer in answers:
                        heard.append(near.recv(65536))
                        near.sendall(answer)
                    heard.append(near.recv(65536))
                    if answers:
                        near.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            for each in made:
                each.close()


@pytest.mark.parametrize("fault", ROGUES)
@pytest.mark.parametrize("more", ["?sslmode=disable", "?sslmode=require", ""], ids=["plain", "encrypted", "verified"])
def test_what_is_no_good_server_is_failed_evidence_in_time(fault: str, more: str, server: Postgres) -> None:
    heard: list[bytes] = []
    with rogue(ROGUES[fault], heard) as port:
        other = dataclasses.replace(server, port=port)
        started = time.monotonic()
        line = refusal_from(other, "SELECT 1 AS a", database=other.url(more=more), timeout="1s")
        assert line.startswith("failed: ")
        assert time.monotonic() - started < 3
    assert not [each for each in heard if PASSWORD.encode() in each]


@contextmanager
def between(server: Postgres, passing: Callable[[int], int], hang: bool) -> Iterator[Postgres]:
    """A relay to the server that lets only so many of its bytes pass, and then closes or falls silent.

    Args:
        passing: connection number → how many bytes.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        count = 0
        made: list[socket.socket] = []

        def carry(source: socket.socket, target: socket.socket, left: int) -> None:
            with suppress(OSError):
                while left > 0 and (data := source.recv(min(65536, left))):
                    target.sendall(data)
                    left -= len(data)
                if not hang:
                    target.shutdown(socket.SHUT_RDWR)
                    source.shutdown(socket.SHUT_RDWR)

        def accept() -> None:
            nonlocal count
            with suppress(OSError):
                while True:
                    near, _ = listener.accept()
                    far = socket.create_connection(("127.0.0.1", server.port))
                    made.extend([near, far])
                    count += 1
                    threading.Thread(target=carry, args=(near, far, 2**40), daemon=True).start()
                    threading.Thread(target=carry, args=(far, near, passing(count)), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield dataclasses.replace(server, port=listener.getsockname()[1])
        finally:
            for each in made:
                each.close()


QUERY = "SELECT n, repeat('x', 50) AS t FROM generate_series(1, 500) AS n"


@pytest.mark.parametrize("kept", [1, 100, 500, 1000, 1500, 5000, 30_000])
@pytest.mark.parametrize("hang", [False, True], ids=["closed", "silent"])
def test_an_answer_that_is_cut_off_gives_no_rows(kept: int, hang: bool, server: Postgres) -> None:
    with between(server, lambda _number: kept, hang) as relay:
        started = time.monotonic()
        line = refusal_from(relay, QUERY, timeout="1s" if hang else "5s")
        assert line.startswith("failed: ")
        assert time.monotonic() - started < 4
        # libpq waits at least two seconds for a connection; the thread that was left behind must not wait for ever.
        while [each for each in threading.enumerate() if each.name == "source it"]:
            assert time.monotonic() - started < 6
            time.sleep(0.02)


def test_a_connection_that_broke_is_made_again(server: Postgres) -> None:
    with between(server, lambda number: 5000 if number < 3 else 2**40, hang=False) as relay:
        evidence = ask(relay, QUERY, retries=3)
    assert evidence.failure is None
    assert evidence.attempts == 3
    assert evidence.value["row_count"] == 500  # type: ignore[index, call-overload]


def test_a_server_that_is_silent_does_not_keep_the_process_from_ending(server: Postgres, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.collect.sources import collected\n"
        "found = collected(Path(), collector='sql', database=sys.argv[1], query='SELECT 1 AS a',"
        " allow_addresses=['127.0.0.0/8'], timeout='1s')\nprint(found.failure.detail)"
    )
    with between(server, lambda _number: 1000, hang=True) as relay:
        started = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-c", code, relay.url()],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    assert "time" in ran.stdout or "within" in ran.stdout
    assert time.monotonic() - started < 10


def test_a_replica_is_asked_only_where_that_is_said(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", postgres.password)
    with postgres.replica() as follower:
        assert "is a replica, whose rows may be old" in refusal_from(follower, "SELECT 1 AS a")
        assert value_from(follower, "SELECT 1 AS a", replica=True)["rows"] == [{"a": 1}]


def test_without_psycopg_it_is_said_what_to_install() -> None:
    code = (
        "import sys\nsys.modules['psycopg'] = None\nfrom pathlib import Path\n"
        "from tests.collect.sources import collected\n"
        "found = collected(Path(), collector='sql', database='postgresql://a@127.0.0.1/b', query='SELECT 1')\n"
        "print(found.failure.detail)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "PostgreSQL is asked through psycopg, which is not here: install gatekeeper-gates[postgres]\n"
