"""Both databases that a store can lie in: a file, and a database of a real server, each empty."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.fakes.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a store that is not there yet."""
    if request.param == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path")
        yield f"sqlite:///{folder}/kept/gatekeeper.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"store_{secrets.token_hex(6)}"
    server.run(f"CREATE DATABASE {name} OWNER {server.writer}")
    yield (f"postgresql://{server.writer}:{quote(server.password)}@127.0.0.1:{server.port}/{name}?sslmode=disable")
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened
