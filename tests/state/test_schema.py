"""The schema: made in one piece by whoever comes first, and the one that the code reads."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from gatekeeper.errors import StoreError
from gatekeeper.state import migrating, open_store
from gatekeeper.state.migrating import REVISIONS
from gatekeeper.state.store import Store
from gatekeeper.state.tables import VERSIONS, metadata
from tests.conftest import ROOT


def test_the_migrations_make_the_tables_that_the_code_reads(store: Store) -> None:
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": VERSIONS})
        assert compare_metadata(context, metadata) == []
        there = inspect(connection)
        for table in metadata.sorted_tables:
            named = {each["name"] for each in there.get_indexes(table.name) if not each.get("duplicates_constraint")}
            assert named == {str(each.name) for each in table.indexes}
            assert there.get_pk_constraint(table.name)["constrained_columns"] == [
                each.name for each in table.primary_key
            ]


def test_every_revision_is_known_and_the_last_one_is_the_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "gatekeeper" / "state" / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == REVISIONS[-1]
    assert {each.revision for each in scripts.walk_revisions()} == set(REVISIONS)


def test_of_many_that_open_a_new_store_at_once_one_makes_the_tables(url: str) -> None:
    many = 6
    barrier = Barrier(many)

    def use(number: int) -> int:
        barrier.wait()
        with open_store(url) as store:
            store.try_writing()
            return len(store.states.all()) + number

    with ThreadPoolExecutor(many) as pool:
        assert sorted(pool.map(use, range(many))) == list(range(many))


def test_a_migration_that_breaks_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = migrating._upgrade

    def breaks(*given: object) -> None:
        whole(*given)  # type: ignore[arg-type]
        raise StoreError("no", "try again")

    monkeypatch.setattr(migrating, "_upgrade", breaks)
    with pytest.raises(StoreError, match="no"), open_store(url):
        pass
    monkeypatch.undo()
    with open_store(url) as store:
        assert store.states.all() == ()


def test_a_store_that_is_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    import subprocess
    import sys

    url = f"sqlite:///{tmp_path}/kept.db"
    with open_store(url):
        pass
    code = (
        "import sys\nfrom gatekeeper.state import open_store\n"
        f"with open_store({url!r}) as store: store.try_writing()\n"
        "print('alembic' in sys.modules, 'sqlalchemy.orm' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "False False"


def test_the_file_is_written_so_that_it_outlives_a_loss_of_power(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    path.touch()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    connection.close()
    with open_store(f"sqlite:///{path}") as store, store.database.reading() as connection_:
        told = {
            name: connection_.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        }
    assert told == {"journal_mode": "delete", "synchronous": 3, "foreign_keys": 1, "trusted_schema": 0}
