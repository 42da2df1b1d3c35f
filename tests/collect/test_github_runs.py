"""The runs of a workflow as GitHub tells them: all of them, or a refusal that says why."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.completeness import defects
from tests.collect.github_answers import asked_at, refusal_of, refused, runs, value_of
from tests.collect.sources import NOW
from tests.conftest import ROOT
from tests.fakes.github import (
    FakeGitHub,
    github,
)
from tests.fakes.servers import Call, serving
from tests.lacking import needs


def test_runs_of_several_pages_are_put_together() -> None:
    value = value_of(FakeGitHub(runs=runs(250)), "workflow_runs", workflow="canary.yml")
    assert value["total_count"] == 250
    assert [run["run_number"] for run in value["runs"]] == list(range(1, 251))
    assert value["workflow"] == "canary.yml"
    assert value["latest"] == value["runs"][-1]


def test_runs_are_as_the_recorded_answer_gives_them(tmp_path: Path) -> None:
    from tests.collect.sources import value_of as recorded
    from tests.collect.sources import write

    found = runs(3)
    file = write(tmp_path, "a.json", {"total_count": 3, "workflow_runs": found})
    live = value_of(FakeGitHub(runs=found), "workflow_runs", workflow="canary.yml")
    assert live == recorded(tmp_path, collector="workflow_runs", file=file)


def test_a_workflow_can_be_named_by_its_number() -> None:
    value = value_of(FakeGitHub(runs=runs(2)), "workflow_runs", workflow="161335")
    assert value["workflow"] == "canary.yml"
    strange = [{**run, "workflow_id": 7} for run in runs(2)]
    line = refusal_of(FakeGitHub(runs=strange), "workflow_runs", workflow="161335")
    assert line == "mistyped: a run is not of the workflow 161335, which was asked for"


def test_earlier_attempts_are_asked_for() -> None:
    again = {**runs(1)[0], "run_attempt": 3}
    earlier = [{**again, "run_attempt": attempt, "conclusion": "failure"} for attempt in (1, 2)]
    value = value_of(FakeGitHub(runs=[again], attempts={again["id"]: earlier}), "workflow_runs", workflow="canary.yml")
    assert [(run["run_attempt"], run["conclusion"]) for run in value["runs"]] == [
        (1, "failure"),
        (2, "failure"),
        (3, "success"),
    ]


def test_an_earlier_attempt_that_cannot_be_had_leaves_no_evidence() -> None:
    again = {**runs(1)[0], "run_attempt": 2}
    line = refusal_of(FakeGitHub(runs=[again]), "workflow_runs", workflow="canary.yml")
    assert f"/actions/runs/{again['id']}/attempts/1 answered 404 Not Found" in line
    other = {again["id"]: [{**again, "run_attempt": 7}]}
    line = refusal_of(FakeGitHub(runs=[again], attempts=other), "workflow_runs", workflow="canary.yml")
    assert line.endswith(f"attempts/1 answered with attempt 7 of run {again['id']}")


def test_runs_that_are_created_meanwhile_do_not_disturb() -> None:
    """They move the rest to later pages; what was there when the reading began is brought."""

    def before(call: Call, fake: FakeGitHub) -> bool:
        if call.number > 1:
            fake.runs += runs(1, first=len(fake.runs) + 1)
            fake.runs[-1]["created_at"] = "2026-03-03T08:59:00Z"
        return False

    value = value_of(FakeGitHub(runs=runs(250), before=before), "workflow_runs", workflow="canary.yml")
    assert [run["run_number"] for run in value["runs"]] == list(range(1, 251))


def test_a_run_that_was_lost_between_two_pages_is_truncated() -> None:
    def before(call: Call, fake: FakeGitHub) -> bool:
        if call.number == 2:
            del fake.runs[-1]
        return False

    line = refusal_of(FakeGitHub(runs=runs(250), before=before), "workflow_runs", workflow="canary.yml")
    assert line == "truncated: GitHub says that there are 250 runs, and 249 came"


def test_more_runs_than_github_counts_are_told() -> None:
    with serving(lambda call: call.answer(json.dumps({"total_count": 2, "workflow_runs": runs(3)}).encode())) as server:
        line = refused(asked_at(server.url, "workflow_runs", workflow="canary.yml"))
    assert line.endswith("there are 2 runs, and 3 came: it does not count that far; set since")


def test_runs_since_an_instant_are_asked_for_in_windows_that_are_shown_whole() -> None:
    fake = FakeGitHub(runs=runs(3300, apart=timedelta(seconds=1)))
    with github(fake) as server:
        evidence = asked_at(
            server.url, "workflow_runs", workflow="canary.yml", since=fake.runs[100]["created_at"], timeout="1m"
        )
        asked = [call.target for call in server.calls]
    assert evidence.failure is None, evidence.failure
    value: Any = evidence.value
    assert (value["total_count"], len(value["runs"])) == (3200, 3200)
    assert [run["run_number"] for run in value["runs"]] == list(range(101, 3301))
    assert defects("workflow_runs", value, NOW) == ()
    assert len(asked) < 45


def test_since_can_be_a_span() -> None:
    value = value_of(FakeGitHub(runs=runs(300)), "workflow_runs", workflow="canary.yml", since="2h")
    assert value["runs"][0]["created_at"] == "2026-03-03T07:00:00Z"


def test_more_runs_in_one_second_than_are_shown_are_truncated() -> None:
    crowd = [{**run, "created_at": "2026-03-03T07:00:00Z"} for run in runs(1001)]
    line = refusal_of(FakeGitHub(runs=crowd), "workflow_runs", workflow="canary.yml", since="2026-03-03T06:00:00Z")
    assert line == "truncated: 1,001 runs were created at 2026-03-03T07:00:00Z; GitHub shows 1,000 of them"


def test_the_first_run_has_to_be_there() -> None:
    line = refusal_of(FakeGitHub(runs=runs(2, first=5)), "workflow_runs", workflow="canary.yml", first_run=4)
    assert line == "truncated: run 4 has to be there (first_run), but the list begins with run 5"


def test_no_runs_are_an_answer_too() -> None:
    value = value_of(FakeGitHub(), "workflow_runs", workflow="canary.yml")
    assert value == {"workflow": "canary.yml", "total_count": 0, "runs": [], "latest": None}


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("<{here}/again?page=2>; rel=next", "lead in a circle"),
        ('</again?page=2>; rel="next"', "is no whole URL"),
        ('<https://example.com/again>; rel="next"', "is not the source's own host"),
        ('<http://169.254.169.254/latest>; rel="next"', "is not the source's own host"),
    ],
)
def test_a_next_page_that_leads_astray_is_not_followed(link: str, said: str) -> None:
    def reply(call: Call) -> None:
        here = f"http://{call.headers['host']}"
        body = json.dumps({"total_count": 9, "workflow_runs": []}).encode()
        call.answer(body, Link=link.format(here=here))

    with serving(reply) as server:
        line = refused(asked_at(server.url, "workflow_runs", workflow="canary.yml", token="${env:GITHUB_TOKEN}"))
    assert said in line


COLLECT = """
import json, re, sys
from pathlib import Path
from tests.collect.github_answers import asked_at
from tests.collect.sources import NOW
from gatekeeper.model.completeness import defects

evidence = asked_at(sys.argv[1], "workflow_runs", workflow="canary.yml", timeout="5m")
assert evidence.failure is None, evidence.failure
assert defects("workflow_runs", evidence.value, NOW) == ()
(most,) = re.findall(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
told = {"runs": len(evidence.value["runs"]), "attempts": evidence.attempts, "megabytes": int(most) // 1024}
print(json.dumps(told))
"""


@needs(Path("/proc/self/status").exists(), "only Linux tells how much memory there was")
def test_ten_thousand_runs_need_less_than_200_megabytes() -> None:
    with github(FakeGitHub(runs=runs(10_000))) as server:
        done = subprocess.run(
            [sys.executable, "-c", COLLECT, server.url], capture_output=True, text=True, check=True, cwd=ROOT
        )
    told = json.loads(done.stdout)
    assert (told["runs"], told["attempts"]) == (10_000, 100)
    assert told["megabytes"] < 200
