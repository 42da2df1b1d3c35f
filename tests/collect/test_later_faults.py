"""Faults that the tests of the single collectors do not play: of a later page, and of what is no database."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import COLLECTORS
from gatekeeper.collect.net.settings import NetConfig
from tests.collect.github_answers import runs
from tests.collect.sources import refusal_of, value_of
from tests.fakes.github import REPOSITORY, FakeGitHub
from tests.fakes.servers import FAULTS, LOOPBACK, Call, serving

PLAYED = {
    "http": "test_faults.py",
    "github": "test_github.py",
    "prometheus": "test_monitoring_faults.py",
    "alertmanager": "test_monitoring_faults.py",
    "sql": "test_later_faults.py",
}
"""Collector → where every fault of its first answer is played."""


def test_every_collector_on_the_network_has_its_faults_played() -> None:
    reaching = {word for word, each in COLLECTORS.items() if issubclass(each.config, NetConfig)}
    assert set(PLAYED) == reaching | {"sql"}, "a new collector has to stand up to tests.fakes.servers.FAULTS as well"
    for word, file in PLAYED.items():
        text = (Path(__file__).parent / file).read_text(encoding="utf-8")
        assert 'parametrize("fault", FAULTS)' in text, (word, file)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_database_gives_no_rows(fault: str, tmp_path: Path) -> None:
    with serving(FAULTS[fault][0]) as server:
        database = f"postgresql://reader@127.0.0.1:{server.port}/demo?sslmode=disable"
        started = time.monotonic()
        ask = {"collector": "sql", "query": "SELECT 1", "allow_addresses": LOOPBACK, "timeout": "1s"}
        line = refusal_of(tmp_path, **ask, database=database)
    assert time.monotonic() - started < 4
    assert "\n" not in line
    assert "collector broke" not in line, "foreseen, not caught at the last moment"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_third_page_leaves_no_half_of_a_list(fault: str, tmp_path: Path) -> None:
    reached = []

    def third_page(call: Call, _: FakeGitHub) -> bool:
        if "&page=3" not in call.target and "?page=3" not in call.target:
            return False
        reached.append(call)
        FAULTS[fault][0](call)
        return True

    with serving(FakeGitHub(runs=runs(250), before=third_page).reply) as server:
        line = refusal_of(tmp_path, **_runs_of(server.url, timeout="3s"))
    assert reached, "the first two pages arrived"
    assert "\n" not in line


def test_the_same_list_arrives_whole_without_a_fault(tmp_path: Path) -> None:
    with serving(FakeGitHub(runs=runs(250)).reply) as server:
        assert len(value_of(tmp_path, **_runs_of(server.url))["runs"]) == 250


def _runs_of(url: str, **more: Any) -> dict[str, Any]:
    asked = {"collector": "github", "repository": REPOSITORY, "read": "workflow_runs", "workflow": "canary.yml"}
    return {**asked, "api": url, "allow_addresses": LOOPBACK, "max_bytes": 2_000_000, "retries": 1, **more}
