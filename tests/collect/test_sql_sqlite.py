"""Questions to files of SQLite: types as declared, bounds, and no way to write."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect.database.answer import Budget
from gatekeeper.collect.database.sqlite import ask_sqlite
from gatekeeper.collect.database.statement import Statement
from gatekeeper.deadline import Deadline
from gatekeeper.refused import Refused
from tests.collect.sources import collected, refusal_of, value_of

SCHEMA = """
CREATE TABLE uploads (id INTEGER PRIMARY KEY, status TEXT, at TEXT, share REAL, paid DECIMAL, raw BLOB, mixed);
INSERT INTO uploads VALUES
  (1, 'completed', '2026-03-03T08:00:00Z', 1.0, 12.50, x'00ff', 'a'),
  (2, 'failed', '2026-03-03 09:30:00+02:00', 0.25, 3, NULL, 7),
  (3, 'failed', NULL, NULL, NULL, NULL, NULL);
CREATE INDEX by_status ON uploads (status);
CREATE VIEW failed AS SELECT * FROM uploads WHERE status = 'failed';
CREATE VIEW reaching AS SELECT load_extension('evil') AS x;
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.executescript(SCHEMA)
    return tmp_path


def asked(base: Path, query: str, **config: Any) -> Any:
    return value_of(base, collector="sql", database="sqlite:///a.db", query=query, **config)


def refused(base: Path, query: str, **config: Any) -> str:
    line = refusal_of(base, collector="sql", database="sqlite:///a.db", query=query, **config)
    assert "\n" not in line
    return line


def test_rows_come_with_the_types_that_are_declared(base: Path) -> None:
    value = asked(
        base,
        "SELECT id, status, at, share, id = 1 AS first FROM uploads WHERE id < :below ORDER BY id",
        parameters={"below": 3},
        columns={"at": "timestamp", "first": "bool", "id": "number"},
    )
    assert value == {
        "columns": [
            {"name": "id", "type": "number"},
            {"name": "status", "type": "string"},
            {"name": "at", "type": "timestamp"},
            {"name": "share", "type": "number"},
            {"name": "first", "type": "bool"},
        ],
        "rows": [
            {"id": 1.0, "status": "completed", "at": "2026-03-03T08:00:00Z", "share": 1.0, "first": True},
            {"id": 2.0, "status": "failed", "at": "2026-03-03T07:30:00Z", "share": 0.25, "first": False},
        ],
        "row_count": 2,
    }
    assert type(value["rows"][0]["id"]) is float
    assert type(value["rows"][0]["share"]) is float


def test_no_row_is_an_answer_with_its_columns(base: Path) -> None:
    value = asked(base, "SELECT id, at FROM uploads WHERE false", columns={"at": "timestamp"})
    assert value["columns"] == [{"name": "id", "type": None}, {"name": "at", "type": "timestamp"}]
    assert (value["rows"], value["row_count"]) == ([], 0)


def test_null_is_null_in_every_type(base: Path) -> None:
    for type_ in ("bool", "int", "number", "string", "timestamp", "json"):
        value = asked(base, "SELECT at AS x FROM uploads WHERE id = 3", columns={"x": type_})
        assert value["rows"] == [{"x": None}]
    assert asked(base, "SELECT NULL AS x")["columns"] == [{"name": "x", "type": None}]


@pytest.mark.parametrize(
    ("query", "columns", "said"),
    [
        ("SELECT mixed FROM uploads", {}, 'the column "mixed" holds integers and texts: declare its type'),
        ("SELECT raw FROM uploads", {}, 'the column "raw" holds bytes'),
        ("SELECT raw FROM uploads", {"raw": "string"}, "rows[0].raw: bytes is no string: encode them as text"),
        ("SELECT mixed FROM uploads", {"mixed": "int"}, 'rows[0].mixed: "a" is no int'),
        ("SELECT share FROM uploads", {"share": "int"}, "rows[1].share: 0.25 is no int"),
        ("SELECT id FROM uploads", {"id": "bool"}, "rows[1].id: 2 is no bool"),
        ("SELECT '1.5' AS x", {"x": "number"}, 'rows[0].x: "1.5" is no number'),
        ("SELECT 9e999 AS x", {}, "rows[0].x: Infinity is no number: it is not finite"),
        ("SELECT 9007199254740993 AS x", {}, "it is beyond ±(2^53 - 1); declare it as string"),
        ("SELECT 9007199254740993 AS x", {"x": "number"}, "it is beyond ±(2^53 - 1); declare it as string"),
        ("SELECT datetime('now') AS x", {"x": "timestamp"}, "it has to be a date and time with an offset; add"),
        ("SELECT 1772528400 AS x", {"x": "timestamp"}, "it has to be a date and time with an offset"),
        ("SELECT '2026-02-30T00:00:00Z' AS x", {"x": "timestamp"}, "there is no such date and time"),
        ("SELECT '{\"a\": NaN}' AS x", {"x": "json"}, "it has NaN, which is no JSON number"),
        ("SELECT id, status AS id FROM uploads", {}, 'two columns are called "id": give each its own name with AS'),
        ("SELECT status FROM uploads", {"staus": "string"}, 'the answer has no column "staus"; did you mean status?'),
        ("SELECT CAST(x'ff' AS TEXT) AS x", {}, "holds a text that is not UTF-8"),
    ],
)
def test_what_is_not_of_its_type_is_mistyped(query: str, columns: dict[str, str], said: str, base: Path) -> None:
    line = refused(base, query, columns=columns)
    assert line.startswith("mistyped: ")
    assert said in line


def test_a_column_can_be_kept_as_the_text_that_it_is(base: Path) -> None:
    value = asked(
        base,
        "SELECT 9007199254740993 AS a, 0.1 AS b, '[1, 2.5]' AS c",
        columns={"a": "string", "b": "string", "c": "json"},
    )
    assert value["rows"] == [{"a": "9007199254740993", "b": "0.1", "c": [1, 2.5]}]


WRITES = [
    "INSERT INTO uploads (id) VALUES (9)",
    "INSERT INTO uploads (id) VALUES (9) RETURNING id",
    "UPDATE uploads SET status = 'x'",
    "DELETE FROM uploads",
    "REPLACE INTO uploads (id) VALUES (1)",
    "WITH x AS (SELECT 1) INSERT INTO uploads (id) SELECT 9 FROM x",
    "WITH x AS (SELECT 1) UPDATE uploads SET status = 'x' RETURNING id",
    "WITH x AS (SELECT 1) DELETE FROM uploads",
    "CREATE TABLE made (a)",
    "CREATE TEMP TABLE made (a)",
    "CREATE TABLE made AS SELECT 1",
    "DROP TABLE uploads",
    "ALTER TABLE uploads ADD COLUMN x",
    "CREATE INDEX i ON uploads (id)",
    "REINDEX",
    "ANALYZE",
    "VACUUM",
    "VACUUM INTO 'copy.db'",
    "ATTACH 'other.db' AS other",
    "DETACH main",
    "PRAGMA user_version = 7",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = WAL",
    "PRAGMA writable_schema = ON",
    "SELECT * FROM pragma_user_version",
    "SELECT load_extension('evil')",
    "SELECT * FROM reaching",
    "BEGIN IMMEDIATE",
    "SAVEPOINT a",
]


def _folder(base: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in base.iterdir()}


@pytest.mark.parametrize("statement", WRITES)
def test_the_database_itself_refuses_to_write(statement: str, base: Path) -> None:
    before = _folder(base)
    plain = Statement(statement, (), statement)  # past the look at its first word, which is no lock
    with pytest.raises(Refused) as told:
        ask_sqlite(base, "a.db", plain, {}, Budget(10, 1000), 1000, Deadline.after(5))
    assert "more than read" in told.value.detail or "not authorized" in told.value.detail
    assert _folder(base) == before


@pytest.mark.parametrize("statement", [each for each in WRITES if each.startswith(("WITH", "SELECT"))])
def test_a_question_that_writes_is_failed_evidence(statement: str, base: Path) -> None:
    before = _folder(base)
    assert refused(base, statement).startswith("failed: ")
    assert _folder(base) == before


def test_too_many_rows_are_no_evidence(base: Path) -> None:
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT i FROM n"
    assert asked(base, count, parameters={"most": 100}, max_rows=100)["row_count"] == 100
    line = refused(base, count, parameters={"most": 101}, max_rows=100)
    assert line == "truncated: the answer has more than 100 rows (max_rows)"


def test_too_many_bytes_are_no_evidence(base: Path) -> None:
    rows = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i, :text || i AS t FROM n"
    )
    line = refused(base, rows, parameters={"text": "x" * 1000}, max_bytes=20_000)
    assert line == "truncated: the answer has more than 20,000 bytes (max_bytes)"
    assert "too big" in refused(base, "SELECT hex(zeroblob(100000)) AS t", max_bytes=20_000)


def test_a_statement_without_end_is_broken_off(base: Path) -> None:
    started = time.monotonic()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n"
    assert refused(base, endless, timeout="1s") == 'failed: "a.db" did not answer in time (timeout, deadline)'
    assert time.monotonic() - started < 3


def test_a_file_that_somebody_writes_is_waited_for_up_to_the_deadline(base: Path) -> None:
    with closing(sqlite3.connect(base / "a.db", isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        assert refused(base, "SELECT id FROM uploads", timeout="1s").startswith('failed: "a.db"')
        assert 0.5 < time.monotonic() - started < 3
        writer.execute("ROLLBACK")
    assert asked(base, "SELECT count(*) AS n FROM uploads")["rows"] == [{"n": 3}]


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("sqlite:///gone.db", 'failed: "gone.db" there is no such file or folder'),
        ("sqlite:///folder", 'failed: "folder" is not a regular file'),
        ("sqlite:///pipe", 'failed: "pipe" is not a regular file'),
        ("sqlite:///link.db", "leads through a symbolic link"),
        ("sqlite:///../a.db", "leads out of the sources file's folder"),
        ("sqlite:////etc/passwd", "is no relative path"),
        ("sqlite:///text.db", 'failed: "text.db": file is not a database'),
        ("sqlite:///a.db", 'failed: "a.db": no such table: nope'),
    ],
)
def test_a_file_that_cannot_be_asked_is_told(database: str, said: str, base: Path) -> None:
    (base / "folder").mkdir()
    os.mkfifo(base / "pipe")
    (base / "link.db").symlink_to(base / "a.db")
    (base / "text.db").write_text("no database " * 200, encoding="utf-8")
    assert said in refusal_of(base, collector="sql", database=database, query="SELECT * FROM nope")
    assert not (base / "gone.db").exists()


@pytest.mark.parametrize("kept", [100, 1000, 5000, 8192, 12_000])
def test_a_file_that_was_cut_off_gives_no_rows(kept: int, base: Path) -> None:
    with closing(sqlite3.connect(base / "a.db", isolation_level=None)) as writer:
        writer.execute("CREATE TABLE many (t)")
        writer.executemany("INSERT INTO many VALUES (?)", [("x" * 500,)] * 200)
    whole = (base / "a.db").read_bytes()
    (base / "a.db").write_bytes(whole[:kept])
    evidence = collected(base, collector="sql", database="sqlite:///a.db", query="SELECT t FROM many")
    assert evidence.value is None
    assert evidence.failure is not None
    assert "broke" not in evidence.failure.detail


def test_the_evidence_names_the_file_and_the_statement_by_its_digest(base: Path) -> None:
    query = "SELECT id FROM uploads WHERE status = :status"
    evidence = collected(base, collector="sql", database="sqlite:///a.db", query=query, parameters={"status": "failed"})
    assert evidence.source == "a.db"
    assert evidence.request == f'SQL sha256:{hashlib.sha256(query.encode()).hexdigest()} with status="failed"'
    assert evidence.attempts == 1
    assert evidence.kind == "rows"
