"""What every test shares: a scrubbed environment, the repository's root, the corpus, quiet hypothesis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gatekeeper.redaction import PROCESS, Redactor
from tests.fakes.postgres import Postgres, serving_postgres
from tests.lacking import lack

ROOT = Path(__file__).resolve().parent.parent
CORPUS = os.environ.get("GATEKEEPER_CORPUS")

# Two cores are shared by many tests: no deadline for one example, and on CI the same examples on every run.
settings.register_profile("local", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# What a person's or a runner's environment may hold and what would change what gatekeeper prints.
AMBIENT = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "LINES",
    "PYTHONWARNINGS",
    "GITHUB_ACTIONS",
)


@pytest.fixture(scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all processes of this run, and none of it in anybody's home."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "gatekeeper-cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def _scrubbed_environment(monkeypatch: pytest.MonkeyPatch, _cache: Path) -> None:
    """No test depends on who runs it: gatekeeper's own variables and those of terminals are taken away."""
    for name in list(os.environ):
        ours = name.startswith(("GATEKEEPER_", "_GATEKEEPER_")) and name != "GATEKEEPER_CORPUS"
        if ours or name in AMBIENT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(_cache))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that needs what is not there is not begun."""
    for mark in item.iter_markers("needs"):
        there, why = mark.args
        if not there:
            lack(why)


@pytest.fixture
def bound_by_permissions(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The test is skipped where permissions bind nobody, as with root; but not on CI, where root can give that up."""
    file = tmp_path_factory.mktemp("bound") / "secret"
    file.write_text("x")
    file.chmod(0)
    try:
        file.read_text()
    except PermissionError:
        return
    lack("permissions do not bind this user; scripts/check gives that up where setpriv is there")


@pytest.fixture(autouse=True)
def forgotten_secrets() -> Iterator[None]:
    """What a test looked up is no secret of the next one: the process of the tests is one for all of them."""
    yield
    vars(PROCESS).update(vars(Redactor()))


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; the test is skipped where there is none, and fails on CI."""
    with serving_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real runbooks and CEL conformance cases; the test is skipped where there is none.

    On CI as well: it is no part of the repository, so that a clone alone has none, and nothing there could install it.
    """
    if not CORPUS:
        pytest.skip("GATEKEEPER_CORPUS is not set: it names the folder of real runbooks and conformance cases")
    folder = Path(CORPUS)
    if not folder.is_dir():
        pytest.fail(f"GATEKEEPER_CORPUS is set to {CORPUS}, which is no folder")
    return folder
