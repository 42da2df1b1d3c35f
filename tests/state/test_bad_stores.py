"""A store that cannot be used is refused in one line that says what to do, and never shows a password."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from gatekeeper.errors import StoreError
from gatekeeper.state import open_store
from gatekeeper.state.database import Database
from gatekeeper.state.migrating import REVISIONS
from tests.conftest import ROOT
from tests.fakes.postgres import Postgres
from tests.state.given import T0, fresh_key

PASSWORD = "correct-horse-battery"


def refusal(url: str, *, create: bool = True) -> StoreError:
    """Why a store cannot be opened and written to."""
    with pytest.raises(StoreError) as refused, open_store(url, create=create) as store:
        store.try_writing()
    line = str(refused.value)
    assert "\n" not in line
    assert len(line) < 400
    assert refused.value.hint
    assert PASSWORD not in line
    return refused.value


@contextmanager
def telling(told: set[str]) -> Iterator[None]:
    """Adds what is refused in the block."""
    try:
        yield
    except StoreError as error:
        told.add(str(error))
        raise


def made(path: Path) -> str:
    url = f"sqlite:///{path}"
    with open_store(url) as store:
        assert store.states.advance(fresh_key(), 0, {}, T0)
    return url


def test_a_file_that_is_not_there_is_made_only_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.db"
    assert "there is no store" in str(refusal(f"sqlite:///{path}", create=False))
    assert not path.parent.exists()
    with open_store(f"sqlite:///{path}") as store:
        store.try_writing()
    with open_store(f"sqlite:///{path}", create=False) as store:
        store.try_writing()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x00\x01" * 3000, "is no SQLite database; name another file under `store`, or restore a backup"),
        (b"states: {}\n" * 200, "is no SQLite database"),
    ],
    ids=["bytes", "text"],
)
def test_a_file_of_something_else_is_refused_and_stays_as_it_is(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "kept.db"
    path.write_bytes(content)
    assert told in str(refusal(f"sqlite:///{path}"))
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE users (name TEXT)")
    connection.close()
    assert "is a database of something else; name another file under `store`" in str(refusal(f"sqlite:///{path}"))
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("users",)]
    connection.close()


def test_a_damaged_file_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    """A page of a database is written over; what is read is what was written, or a refusal."""
    path = tmp_path / "kept.db"
    url, keys = f"sqlite:///{path}", [fresh_key() for _ in range(50)]
    with open_store(url) as store:
        for key in keys:
            assert store.states.advance(key, 0, {"filling": "x" * 3000}, T0)
    whole = path.read_bytes()
    told: set[str] = set()
    for begin in range(0, len(whole), 4096 * 7):
        path.write_bytes(whole[:begin] + b"\xff" * 4096 + whole[begin + 4096 :])
        for key in keys[::10]:
            with suppress(StoreError), telling(told), open_store(url) as store:
                kept = store.states.get(key)
                assert kept is None or kept.state == {"filling": "x" * 3000}
    assert any("is damaged; restore a backup" in line for line in told)
    assert any("is no SQLite database" in line for line in told)
    assert len(told) == 2


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    url = made(path)
    path.write_bytes(path.read_bytes()[:10_000])
    assert "is damaged" in str(refusal(url))


def test_a_store_of_a_newer_version_is_refused_and_stays_as_it_is(url: str) -> None:
    with open_store(url) as store, store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE gatekeeper_schema SET version_num = '0099'")
    told = str(refusal(url))
    assert f"has the schema 0099 of a newer version; this one knows {REVISIONS[-1]}" in told
    assert told.endswith("use the version that wrote it, or a newer one")


def test_a_folder_and_a_pipe_are_refused_and_hold_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        assert "is no regular file" in str(refusal(f"sqlite:///{path}"))
    (tmp_path / "file").touch()
    assert "cannot be made: a part of the path is no folder" in str(refusal(f"sqlite:///{tmp_path}/file/kept.db"))


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_file_that_may_only_be_read_is_read_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    url = made(path)
    path.chmod(0o400)
    with open_store(url) as store:
        assert len(store.states.all()) == 1
        with pytest.raises(StoreError, match="is read-only; let this user write to the file and to its folder"):
            store.states.advance(fresh_key(), 0, {}, T0)
    path.chmod(0)
    assert "cannot be opened; let this user read and write the file" in str(refusal(url))


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_folder_without_permission_to_write_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o500)
    assert "cannot be made: permission denied; let this user write there" in str(refusal(f"sqlite:///{folder}/a.db"))
    folder.chmod(0o700)


def test_a_store_that_another_process_holds_is_told_as_passing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatekeeper.state.database._WAIT", 0.2)
    url = made(tmp_path / "kept.db")
    other = sqlite3.connect(tmp_path / "kept.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    told = refusal(url)
    assert "is locked by another process; see which one holds it (fuser), and try again" in str(told)
    assert told.passing
    other.execute("ROLLBACK")
    other.close()
    with open_store(url) as store:
        store.try_writing()


def test_a_file_that_is_replaced_or_removed_while_it_is_open_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    with open_store(made(path)) as store:
        path.unlink()
        with pytest.raises(StoreError, match="cannot be opened"):
            store.states.all()
        assert not path.exists(), "and no new one is made"
        path.touch()
        with pytest.raises(StoreError, match="was replaced by another file, or lacks a table"):
            store.states.all()


def test_a_disk_that_is_full_keeps_what_was_there(tmp_path: Path) -> None:
    url = made(tmp_path / "kept.db")
    with open_store(url) as store:
        key = fresh_key()
        assert store.states.advance(key, 0, "old", T0)

        def full(database: Database) -> None:
            with database.writing() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
                connection.exec_driver_sql("UPDATE gatekeeper_states SET state = ?", ('"' + "x" * 1_000_000 + '"',))

        with pytest.raises(StoreError, match="cannot grow: the disk is full; make room, and try again") as told:
            full(store.database)
        assert told.value.passing
        kept = store.states.get(key)
        assert kept is not None
        assert kept.state == "old"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://root@h/db", "is neither of SQLite nor of PostgreSQL; write sqlite:////folder/file.db or postgresql"),
        ("sqlite://", "is no absolute path of a file"),
        ("sqlite:///relative.db", "is no absolute path of a file"),
        (f"postgresql://u:{PASSWORD}@/db", "lacks a user, one host or a database"),
        (f"postgresql://u:{PASSWORD}@a,b/db", "lacks a user, one host or a database, or has more than these"),
        (f"postgresql://u:{PASSWORD}@h", "lacks a user, one host or a database"),
        (f"postgresql://u:{PASSWORD}@h:port/db", "cannot be read; write"),
        (f"postgresql://u:{PASSWORD}@h/db?sslmod=require", 'has the setting "sslmod"; did you mean sslmode?'),
        (f"postgresql://u:{PASSWORD}@h/db?sslmode=prefer", 'has sslmode "prefer"; it is one of verify-full, verify-ca'),
    ],
)
def test_an_address_that_names_no_store_is_refused(url: str, told: str) -> None:
    assert told in str(refusal(url))


def test_a_server_that_is_not_there_is_told_as_passing() -> None:
    told = refusal(f"postgresql://u:{PASSWORD}@127.0.0.1:1/db?sslmode=disable")
    assert str(told).startswith("the store postgresql://127.0.0.1:1/db cannot be reached: Connection refused; see that")
    assert told.passing


def of_server(server: Postgres, user: str, password: str, database: str = "postgres", mode: str = "disable") -> str:
    return f"postgresql://{user}:{quote(password)}@127.0.0.1:{server.port}/{database}?sslmode={mode}"


def test_a_wrong_password_is_told_and_not_shown(postgres: Postgres) -> None:
    told = refusal(of_server(postgres, postgres.writer, PASSWORD))
    assert 'password authentication failed for user "writer"; mend user and password' in str(told)
    assert not told.passing


def test_a_database_that_is_not_there_and_a_role_that_may_not_are_told(postgres: Postgres) -> None:
    told = str(refusal(of_server(postgres, postgres.writer, postgres.password, "none")))
    assert 'database "none" does not exist; make the database (CREATE DATABASE), or mend its name' in told
    postgres.run("CREATE DATABASE closed")
    told = str(refusal(of_server(postgres, postgres.reader, postgres.password, "closed")))
    assert "permission denied for schema public (SQLSTATE 42501); GRANT this role what it lacks" in told
    postgres.run("DROP DATABASE closed")


def test_a_server_without_tls_is_not_given_the_password_unless_that_is_written(postgres: Postgres) -> None:
    for mode in ("verify-full", "require"):
        told = refusal(of_server(postgres, postgres.writer, postgres.password, mode=mode))
        assert "does not support SSL" in str(told)
        assert "mend sslmode or sslrootcert" in str(told)


def test_a_server_that_only_follows_is_refused(postgres: Postgres) -> None:
    with postgres.replica() as replica:
        told = str(refusal(of_server(replica, replica.writer, replica.password)))
    assert "session is read-only" in told


def test_a_table_that_was_removed_is_told(postgres: Postgres) -> None:
    postgres.run(f"CREATE DATABASE broken OWNER {postgres.writer}")
    url = of_server(postgres, postgres.writer, postgres.password, "broken")
    with open_store(url) as store:
        postgres.run("DROP TABLE gatekeeper_states", "broken")
        with pytest.raises(StoreError, match=r"42P01\); a table of gatekeeper was removed: restore a backup"):
            store.states.all()
    postgres.run("DROP DATABASE broken")


def test_a_connection_that_broke_is_made_anew(url: str, request: pytest.FixtureRequest) -> None:
    with open_store(url) as store:
        if store.database.is_server:
            server: Postgres = request.getfixturevalue("postgres")
            store.states.all()
            server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gatekeeper'")
        assert store.states.all() == ()


def test_without_sqlalchemy_it_is_said_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "from gatekeeper.__main__ import main\n"
        "sys.exit(main(['event', 'demo', 'pause', '--by', 'Kim']))"
    )
    shutil.copytree(ROOT / "policies" / "ingestion", tmp_path / "policies" / "ingestion")
    shutil.copytree(ROOT / "evidence" / "ingestion", tmp_path / "evidence" / "ingestion")
    ran = subprocess.run(
        [sys.executable, "-c", code.replace("'demo'", "'ingestion'")],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 4, ran.stderr
    told = "error: the store is kept through SQLAlchemy, which is not here\n  hint: install gatekeeper-gates[store]\n"
    assert ran.stderr.endswith(told)
