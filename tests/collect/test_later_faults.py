"""Faults that the tests of the single collectors do not play: of later answers, and of what is no database."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import COLLECTORS, collect
from gatekeeper.collect.net.settings import NetConfig
from gatekeeper.model.finding import Outcome
from gatekeeper.model.snapshot import Evidence, Subject
from gatekeeper.pipeline import decide
from tests.builders import entry, gate, policy_set, rule, snapshot
from tests.collect.github_answers import runs
from tests.collect.sources import NOW, refusal_of, sources, value_of
from tests.fakes.github import (
    HEAD,
    REPOSITORY,
    FakeGitHub,
    check_run,
    issue,
    pull_request,
    release,
    review,
    workflow_run,
)
from tests.fakes.servers import ANOTHERS, FAULTS, LOOPBACK, Call, Reply, serving

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


ASKED: dict[str, dict[str, Any]] = {
    "http as json": {"collector": "http", "as": "json"},
    "prometheus": {"collector": "prometheus", "query": "up"},
    "prometheus over time": {"collector": "prometheus", "query": "up", "range": "1h", "step": "1m"},
    "alertmanager": {"collector": "alertmanager"},
    "pull_request": {"read": "pull_request", "number": 12},
    "check_runs": {"read": "check_runs", "ref": HEAD},
    "issues": {"read": "issues"},
    "releases": {"read": "releases"},
    "file": {"read": "file", "path": "gate.json", "as": "json", "ref": HEAD},
    "workflow_runs": {"read": "workflow_runs", "workflow": "canary.yml"},
}


@pytest.mark.parametrize("fault", ANOTHERS)
@pytest.mark.parametrize("asked", ASKED)
def test_what_is_whole_and_not_what_was_asked_for_is_no_evidence(asked: str, fault: str, tmp_path: Path) -> None:
    reply, said = ANOTHERS[fault]
    with serving(reply) as server:
        where = {"url": server.url} if "collector" in ASKED[asked] else {"api": server.url, "repository": REPOSITORY}
        source = {"collector": "github", **where, **ASKED[asked]}
        line = refusal_of(tmp_path, allow_addresses=LOOPBACK, retries=0, **source)
    assert said in line


@dataclass(frozen=True)
class Later:
    """A reading of GitHub, and the answer of it that does not arrive well.

    Attributes:
        read: what is read.
        expect: a rule that passes on what is there, and would on nothing at all.
        at: what stands in the question (a regular expression); further pages have a path of their own.
        nth: at which question of that kind.
        there: what GitHub has.
        asks: more settings of the source.
        moved: whether the first answer sends us on.
    """

    read: str
    expect: str
    at: str
    nth: int = 1
    there: Mapping[str, Any] = field(default_factory=dict)
    asks: Mapping[str, Any] = field(default_factory=dict)
    moved: bool = False


COMMIT = HEAD[:12]
REVIEWS = {"pulls": [pull_request()], "reviews": [review(100 + number, "APPROVED") for number in range(150)]}
APPROVED = 'it.reviews.all(r, r.state == "APPROVED")'
CHECKS = {"checks": [check_run(number, f"check {number}") for number in range(150)]}
GREEN = 'it.latest.all(c, c.conclusion == "success")'
BLOCKERS = {"labels": ["blocker"], "issues": [issue(number + 1, "blocker") for number in range(150)]}
ASSIGNED = "it.issues.all(i, size(i.assignees) > 0)"
RELEASES = {"releases": [release("v1")], "refs": {"tags/v1": HEAD}}
PUBLISHED = "it.releases.all(r, !r.draft)"
FILE = {"files": {"gate.json": b'{"open": []}'}, "large": {"gate.json"}}
NONE_OPEN = "it.open.all(each, false)"
TWICE = {
    "runs": [workflow_run(1, "2026-03-03T08:00:00Z", run_attempt=2)],
    "attempts": {9_000_000_001: [workflow_run(1, "2026-03-03T08:00:00Z")]},
}
ENDED = 'it.runs.all(r, r.status == "completed")'

LATER = {
    "pulls_of_the_commit": Later("pull_request", APPROVED, r"/pulls\?", there=REVIEWS),
    "reviews": Later("pull_request", APPROVED, r"^/repos/.*/reviews\?", there=REVIEWS, asks={"number": 12}),
    "reviews_page_2": Later("pull_request", APPROVED, r"^/repositories/.*/reviews\?", there=REVIEWS),
    "pull_once_more": Later("pull_request", APPROVED, "/pulls/12$", nth=2, there=REVIEWS),
    "checks": Later("check_runs", GREEN, r"^/repos/.*/check-runs\?", there=CHECKS),
    "checks_page_2": Later("check_runs", GREEN, r"^/repositories/.*/check-runs\?", there=CHECKS, asks={"ref": HEAD}),
    "issues": Later("issues", ASSIGNED, r"^/repos/.*/issues\?", there=BLOCKERS, asks={"labels": ["blocker"]}),
    "issues_page_2": Later("issues", ASSIGNED, r"^/repositories/.*/issues\?", there=BLOCKERS),
    "issues_once_more": Later("issues", ASSIGNED, r"^/repos/.*/issues\?", nth=2, there=BLOCKERS),
    "issues_once_more_page_2": Later("issues", ASSIGNED, r"^/repositories/.*/issues\?", nth=2, there=BLOCKERS),
    "tag_of_a_release": Later("releases", PUBLISHED, "/commits/tags/v1$", there=RELEASES),
    "content": Later("file", NONE_OPEN, "/contents/", there=FILE),
    "blob": Later("file", NONE_OPEN, "/git/blobs/", there=FILE),
    "earlier_attempt": Later("workflow_runs", ENDED, "/attempts/1$", there=TWICE),
    "behind_a_redirect": Later("releases", PUBLISHED, "^/repositories/.*/releases", there=RELEASES, moved=True),
}
"""Which answer behind the first one fails. Faults of the first are played in the tests of the reading."""

NEEDED = {"file": {"path": "gate.json", "as": "json"}, "workflow_runs": {"workflow": "canary.yml"}}


@pytest.mark.parametrize("fault", [None, *FAULTS, *ANOTHERS])
def test_where_a_later_answer_of_github_does_not_arrive_whole_no_rule_passes(fault: str | None, tmp_path: Path) -> None:
    reached: list[str] = []
    played = None if fault is None else {**FAULTS, **ANOTHERS}[fault][0]
    with ExitStack() as running:
        asking = {}
        for name, each in LATER.items():
            fake = FakeGitHub(**each.there, before=_played(name, played, reached))
            fake.refs |= {COMMIT: HEAD}
            api = running.enter_context(serving(fake.reply)).url
            asks = {"collector": "github", "api": api, "repository": REPOSITORY, "read": each.read}
            limits = {"allow_addresses": LOOPBACK, "timeout": "4s", "retries": 0, "max_bytes": 2_000_000}
            asking[name] = {**asks, **limits, **NEEDED.get(each.read, {}), **each.asks}
        at_once = replace(sources(**asking), concurrency=len(asking))
        found = collect(at_once, None, lambda: NOW, tmp_path, subject=ABOUT)
    assert set(reached) == set(LATER), "what came before arrived whole"
    for evidence in found:
        assert (evidence.failure is None) == (fault is None), (evidence.name, evidence.failure)
        assert (evidence.value is None) == (fault is not None), evidence.name
        assert _judged(evidence) is (Outcome.UNKNOWN if fault else Outcome.PASS), evidence.name
        detail = evidence.failure.detail if evidence.failure else ""
        assert "\n" not in detail
        assert "collector broke" not in detail, "foreseen, not caught at the last moment"


ABOUT = Subject("demo", "staging", COMMIT)


def _played(name: str, fault: Reply | None, reached: list[str]) -> Callable[[Call, FakeGitHub], bool]:
    """Plays a fault at the answer of that entry, and notes that it was come to."""
    later, seen = LATER[name], 0

    def before(call: Call, _: FakeGitHub) -> bool:
        nonlocal seen
        if later.moved and call.number == 1:
            there = call.target.replace(f"/repos/{REPOSITORY}/", "/repositories/42/")
            call.answer(b"", "301 Moved Permanently", Location=there)
            return True
        seen += re.search(later.at, call.target) is not None
        if seen < later.nth:
            return False
        assert call.number > 1, "a later answer"
        reached.append(name)
        if fault is not None:
            fault(call)
        return fault is not None

    return before


def _judged(evidence: Evidence) -> Outcome:
    """What the rule of an entry makes of its evidence."""
    its = gate("g", [rule("r", LATER[evidence.name].expect)], [entry("it", evidence.kind)])
    known = snapshot(replace(evidence, name="it"), subject=ABOUT)
    (finding,) = decide(policy_set(its), "g", known, as_of=NOW).root.findings
    return finding.outcome
