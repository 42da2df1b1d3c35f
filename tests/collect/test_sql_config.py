"""What a source of kind sql may say: told at lint, before any database is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.collect import check_sources
from gatekeeper.collect.database.address import PostgresServer, parse_address
from gatekeeper.collect.database.statement import parse_statement
from gatekeeper.errors import InvalidDocuments
from gatekeeper.secrets import SecretText
from tests.collect.sources import collected, sources

SERVER = "postgresql://reader:${env:DATABASE_PASSWORD}@db.example.com/shop"


def mistakes(**config: Any) -> str:
    given = {"database": "sqlite:///a.db", "query": "SELECT 1 AS one", **config}
    with pytest.raises(InvalidDocuments) as refused:
        check_sources(sources(it={"collector": "sql", **given}))
    return "\n".join(each.message for each in refused.value.diagnostics)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("INSERT INTO a VALUES (1)", 'begins with "INSERT": a source asks with SELECT, WITH, VALUES or TABLE'),
        ("  -- note\n update a set b = 1", 'begins with "update"'),
        ("PRAGMA journal_mode = DELETE", 'begins with "PRAGMA"'),
        ("COPY a TO '/tmp/x'", 'begins with "COPY"'),
        ("BEGIN; SELECT 1", "holds more than one statement"),
        ("SELECT 1; DROP TABLE a", "holds more than one statement"),
        ("SELECT ';' ; ; SELECT 2", "holds more than one statement"),
        ("SELECT $1", "has $1: write parameters as :name"),
        ("SELECT 'it", "does not close '"),
        ('SELECT "it', 'does not close "'),
        ("SELECT $a$ it $b$", "does not close $a$"),
        ("SELECT 1 /* it", "does not close /*"),
        ("-- only a comment", "is empty"),
        (";", "is empty"),
        ("SELECT '" + "x" * 70_000 + "'", "a statement has at most 65,536"),
        ("SELECT :a", "query has :a, and parameters gives it no value"),
    ],
)
def test_a_statement_that_is_no_single_question_is_refused_at_lint(query: str, said: str) -> None:
    assert said in mistakes(query=query)


def test_a_parameter_that_the_statement_does_not_have_is_told() -> None:
    assert 'gives a value for "sice", and query has no :sice' in mistakes(
        query="SELECT :since AS a", parameters={"since": "2026-01-01", "sice": 1}
    )


@pytest.mark.parametrize(
    ("query", "numbered", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT ':a', \":b\", x::text, :c -- :d", "SELECT ':a', \":b\", x::text, $1 -- :d", ("c",)),
        ("SELECT $$ :a; $$, $t$ $$ :b $t$, :c", "SELECT $$ :a; $$, $t$ $$ :b $t$, $1", ("c",)),
        ("SELECT E'it\\'s :a', 'a''b :b', 1e5, /* :c /* ; */ */ :d", None, ("d",)),
        ("SELECT names[1:2], a$b$c FROM t WHERE x = :x ;\n-- end\n", None, ("x",)),
        ("(SELECT 1) UNION (SELECT 2)", "(SELECT 1) UNION (SELECT 2)", ()),
        ("SELECT `a:b`, 'ä;ö', ärger FROM t", "SELECT `a:b`, 'ä;ö', ärger FROM t", ()),
    ],
)
def test_parameters_are_found_where_they_stand_and_nowhere_else(
    query: str, numbered: str | None, names: object
) -> None:
    found = parse_statement(query)
    assert found.names == names
    assert numbered is None or found.numbered == numbered
    assert ";" not in found.text.rpartition("x = ")[2] or "x = " not in query


@given(st.text(alphabet="SELECT wWi'\"$a:;-/*\\\n1`[]", max_size=40))
def test_any_text_is_a_statement_or_is_refused_in_a_line(text: str) -> None:
    try:
        found = parse_statement("SELECT " + text)
    except ValueError as error:
        assert "\n" not in str(error)  # noqa: PT017  what is not refused is looked at below
    else:
        assert found.text.startswith("SELECT")


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("mysql://u@h/d", "is no database: write sqlite:///file.db, postgresql://"),
        ("sqlite:a.db", "is no file of SQLite"),
        ("sqlite:///", "is no file of SQLite"),
        ("sqlite:///a.db?mode=rw", "is no file of SQLite"),
        ("postgresql://u@/d", "names no single host"),
        ("postgresql:///d?host=/run/postgresql", "names no single host"),
        ("postgresql://u@a,b/d", "names no single host"),
        ("postgresql://u@%2Frun%2Fpostgresql/d", "names no single host"),
        ("postgresql://u@h:0/d", "names no single host"),
        ("postgresql://u@h:99999/d", "is no address of a database"),
        ("postgresql://u@h/", "names no database behind the host"),
        ("postgresql://h/d", "names no user"),
        ("postgresql://u@h/d?options=-c%20default_transaction_read_only%3Doff", 'has the setting "options"'),
        ("postgresql://u@h/d?sslmode=prefer", 'has sslmode "prefer", which is none of verify-full'),
        ("postgresql://u@${env:DATABASE_HOST}/d", "has a reference elsewhere than in user or password"),
        ("postgresql://u@h/${env:DATABASE_NAME}", "has a reference elsewhere than in user or password"),
        ("x${env:DATABASE_URL}", "is no database"),
    ],
)
def test_an_address_that_is_none_is_refused_at_lint(database: str, said: str) -> None:
    assert said in mistakes(database=database)


def test_a_password_is_never_written_out() -> None:
    told = mistakes(database="postgresql://reader:hunter2hunter2@h/d")
    assert "hunter2" not in told
    assert "a credential seems to be written here" in told


def test_an_address_is_taken_apart_with_its_references() -> None:
    found = parse_address(
        SecretText.parse("postgres://a%20b:${file:/run/secrets/db@x}@[2001:db8::1]:6543/my%20shop?sslmode=require")
    )
    assert isinstance(found, PostgresServer)
    assert (found.host, found.port, found.database, found.encryption) == ("2001:db8::1", 6543, "my shop", "require")
    assert (found.user.text, str(found.password)) == ("a b", "${file:/run/secrets/db@x}")
    assert str(found) == "postgresql://[2001:db8::1]:6543/my shop"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"columns": {"a": "integer"}}, "columns.a"),
        ({"max_rows": 0}, "max_rows"),
        ({"max_rows": 1_000_000}, "max_rows"),
        ({"parameters": {"a": [1]}}, "parameters.a"),
        ({"replica": True}, "replica is for servers, and the database is a file"),
        ({"allow_addresses": ["10.0.0.0/8"]}, "allow_addresses is for servers"),
        ({"querry": "x"}, "has no setting"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_at_lint(config: dict[str, Any], said: str) -> None:
    assert said in mistakes(**config)


def test_a_secret_that_is_no_address_is_refused_without_being_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://reader:sesame-open@db.example.com")
    evidence = collected(tmp_path, collector="sql", database="${env:DATABASE_URL}", query="SELECT 1 AS a")
    assert evidence.failure is not None
    assert evidence.failure.detail == "the secret ${env:DATABASE_URL} names no database behind the host"
    assert evidence.source == "${env:DATABASE_URL}"


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("127.0.0.1", "a loopback address, and is not reached"),
        ("169.254.169.254", "and is not reached"),
        ("10.1.2.3", "a private address, and is not reached"),
        ("gone.invalid", "cannot be resolved"),
    ],
)
def test_only_public_addresses_are_reached_unless_allowed(
    host: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "open sesame")
    evidence = collected(
        tmp_path, collector="sql", database=SERVER.replace("db.example.com", host), query="SELECT 1 AS a"
    )
    assert evidence.failure is not None
    assert said in evidence.failure.detail
    assert evidence.attempts == 0
