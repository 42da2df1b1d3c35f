"""Check runs, issues and releases: whole, or a refusal that says why."""

from __future__ import annotations

import json
from typing import Any

from gatekeeper.model.completeness import defects
from gatekeeper.model.snapshot import Subject
from tests.collect.github_answers import ask, asked_at, refusal_of, refused, value_of
from tests.fakes.github import (
    HEAD,
    OTHER,
    REPOSITORY,
    FakeGitHub,
    check_run,
    issue,
    release,
)
from tests.fakes.servers import Call, serving


def test_check_runs_are_those_of_the_commit_that_the_ref_stands_for() -> None:
    fake = FakeGitHub(checks=[check_run(2, "test", None), check_run(1, "lint"), check_run(3, "x", head_sha=OTHER)])
    evidence = ask(fake, "check_runs", ref="heads/main")
    assert evidence.failure is None, evidence.failure
    value: Any = evidence.value
    assert (value["ref"], value["head_sha"], value["total_count"]) == ("heads/main", HEAD, 2)
    assert [(each["name"], each["status"], each["conclusion"]) for each in value["check_runs"]] == [
        ("lint", "completed", "success"),
        ("test", "in_progress", None),
    ]
    assert value["latest"] == value["check_runs"]
    assert value["check_runs"][0] == {
        "id": 1,
        "name": "lint",
        "status": "completed",
        "conclusion": "success",
        "started_at": "2026-03-02T10:00:00Z",
        "completed_at": "2026-03-02T10:05:00Z",
        "app": "github-actions",
        "app_id": 15368,
        "suite_id": 5,
        "head_sha": HEAD,
        "url": f"https://github.com/{REPOSITORY}/runs/1",
    }
    assert evidence.subject == Subject(commit=HEAD)


def test_the_latest_of_a_name_is_that_of_the_same_app() -> None:
    """Another app that reports a check of the same name does not hide the first one's."""
    checks = [
        check_run(1, "test", "failure"),
        check_run(2, "test", "success", app={"id": 7, "slug": "somebody"}),
        check_run(4, "lint", None),
        check_run(3, "lint", "success"),
    ]
    value = value_of(FakeGitHub(checks=checks), "check_runs", HEAD)
    assert [(each["name"], each["app"], each["conclusion"]) for each in value["latest"]] == [
        ("lint", "github-actions", None),
        ("test", "github-actions", "failure"),
        ("test", "somebody", "success"),
    ]
    assert len(value["check_runs"]) == 4


def test_check_runs_of_several_pages_are_counted() -> None:
    checks = [check_run(number, f"job {number}") for number in range(1, 231)]
    assert len(value_of(FakeGitHub(checks=checks), "check_runs", HEAD)["check_runs"]) == 230

    def before(call: Call, fake: FakeGitHub) -> bool:
        if "page=2" in call.target:
            fake.checks.append(check_run(999, "late"))
        return False

    line = refusal_of(FakeGitHub(checks=list(checks), before=before), "check_runs", HEAD)
    assert "the pages do not agree about total_count" in line


def test_a_check_run_that_did_not_come_is_truncated() -> None:
    body = json.dumps({"total_count": 2, "check_runs": [check_run(1, "lint")]}).encode()
    with serving(lambda call: call.answer(body)) as server:
        line = refused(asked_at(server.url, "check_runs", ref=HEAD))
    assert line == "truncated: GitHub says that there are 2 check runs, and 1 came"


def test_whether_all_check_runs_are_there_is_asked_again_at_every_decision() -> None:
    value = value_of(FakeGitHub(checks=[check_run(1, "lint"), check_run(2, "test")]), "check_runs", HEAD)
    fewer = {**value, "check_runs": value["check_runs"][:1]}
    assert defects("check_runs", fewer) == (("truncated", "total_count says 2, 1 check runs are here"),)
    assert defects("check_runs", {**value, "total_count": 1})[0][0] == "incomplete"
    assert defects("check_runs", {**value, "head_sha": OTHER}) == (("mistyped", "a check run is of another commit"),)


def test_no_check_runs_are_an_empty_list() -> None:
    assert value_of(FakeGitHub(), "check_runs", HEAD)["latest"] == []


def test_a_ref_that_is_not_there_is_told() -> None:
    assert "/commits/gone answered 422" in refusal_of(FakeGitHub(), "check_runs", ref="gone")
    assert "no ref is set, and the collection is about no commit" in refusal_of(FakeGitHub(), "check_runs")


def test_issues_are_those_with_all_labels_and_no_pull_requests() -> None:
    issues = [
        issue(1, "launch", "blocker"),
        issue(2, "launch"),
        issue(3, "launch", "blocker", state="closed", state_reason="completed", closed_at="2026-03-02T10:00:00Z"),
        issue(4, "launch", "blocker", pull_request={"url": "https://api.github.com/repos/o/r/pulls/4"}),
        {**issue(5, "launch", "blocker"), "labels": ["launch", "blocker"], "user": None},
    ]
    fake = FakeGitHub(issues=issues, labels=["launch", "blocker"])
    value = value_of(fake, "issues", labels=["launch", "blocker"])
    assert [each["number"] for each in value["issues"]] == [1, 5]
    assert value["issues"][0] == {
        "number": 1,
        "title": "Issue 1",
        "state": "open",
        "state_reason": None,
        "labels": ["launch", "blocker"],
        "assignees": [{"id": 3, "login": "user3", "type": "User"}],
        "author": {"id": 1, "login": "user1", "type": "User"},
        "created_at": "2026-03-01T10:00:00Z",
        "updated_at": "2026-03-01T10:00:00Z",
        "closed_at": None,
        "url": f"https://github.com/{REPOSITORY}/issues/1",
    }
    closed = value_of(fake, "issues", labels=["launch"], state="all")["issues"]
    assert [(each["number"], each["state_reason"]) for each in closed] == [
        (1, None),
        (2, None),
        (3, "completed"),
        (5, None),
    ]


def test_a_label_that_is_not_there_is_no_good_news() -> None:
    line = refusal_of(FakeGitHub(labels=["blocker"]), "issues", labels=["bloker"])
    assert line == f'failed: {REPOSITORY} has no label "bloker", or it may not be seen'


def test_a_label_may_have_any_letters() -> None:
    name = "P1: läuft?/nicht"
    value = value_of(FakeGitHub(issues=[issue(1, name)], labels=[name]), "issues", labels=[name])
    assert [each["number"] for each in value["issues"]] == [1]


def test_issues_of_several_pages_are_read_twice_since_one_that_closes_moves_the_rest() -> None:
    many = [issue(number) for number in range(1, 251)]
    assert len(value_of(FakeGitHub(issues=list(many)), "issues")["issues"]) == 250

    def before(call: Call, fake: FakeGitHub) -> bool:
        if call.number == 2:
            del fake.issues[0]  # number 101 is on no page now
        return False

    line = refusal_of(FakeGitHub(issues=list(many), before=before), "issues")
    assert line == "failed: the list changed while its pages were read: collect again"


def test_an_issue_that_is_not_as_documented_is_mistyped() -> None:
    wrong = {"number": None, "state_reason": "bored", "assignees": None, "created_at": "yesterday"}
    for name, told in wrong.items():
        assert refusal_of(FakeGitHub(issues=[{**issue(1), name: told}]), "issues").startswith("mistyped: ")


def test_releases_are_told_with_the_commit_of_their_tag() -> None:
    releases = [
        release("v3", draft=True, published_at=None, name=None),
        release("v2-rc/1", prerelease=True),
        release("v1", target_commitish=OTHER),
        release("v0"),
    ]
    fake = FakeGitHub(releases=releases, refs={"tags/v2-rc/1": OTHER, "tags/v1": HEAD})
    value = value_of(fake, "releases")
    assert [(each["tag"], each["draft"], each["prerelease"], each["commit"]) for each in value["releases"]] == [
        ("v3", True, False, None),
        ("v2-rc/1", False, True, OTHER),
        ("v1", False, False, HEAD),
        ("v0", False, False, None),
    ]
    assert value["more"] is False
    assert value["releases"][0]["published_at"] is None
    few = value_of(fake, "releases", limit=2)
    assert ([each["tag"] for each in few["releases"]], few["more"]) == (["v3", "v2-rc/1"], True)
