"""Answers of GitHub that are about something else than what was asked for are no evidence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.github_answers import ask, refusal_of, runs, value_of
from tests.fakes.github import FakeGitHub, check_run, issue, pull_request, release, repository, review, workflow_run

ELSEWHERE = "octo-org/another"
AT = "https://api.github.com/repos/octo-org/another"
AGAIN = {**runs(1)[0], "run_attempt": 2}
EARLIER = {**AGAIN, "run_attempt": 1, "repository": {**repository(), "full_name": ELSEWHERE}}

OTHERS: dict[str, tuple[FakeGitHub, dict[str, Any]]] = {
    "a run": (
        FakeGitHub(runs=[*runs(2), {**runs(1, first=3)[0], "repository": {**repository(), "full_name": ELSEWHERE}}]),
        {"read": "workflow_runs", "workflow": "canary.yml"},
    ),
    "the URL of a run": (
        FakeGitHub(runs=[workflow_run(1, "2026-03-03T07:00:00Z", url=f"{AT}/actions/runs/1")]),
        {"read": "workflow_runs", "workflow": "canary.yml"},
    ),
    "an earlier attempt": (
        FakeGitHub(runs=[AGAIN], attempts={AGAIN["id"]: [EARLIER]}),
        {"read": "workflow_runs", "workflow": "canary.yml"},
    ),
    "the base of a pull request": (
        FakeGitHub(pulls=[pull_request(base={"ref": "main", "sha": "c" * 40, "repo": {"full_name": ELSEWHERE}})]),
        {"read": "pull_request", "number": 12},
    ),
    "a review": (
        FakeGitHub(pulls=[pull_request()], reviews=[review(2, "APPROVED", pull_request_url=f"{AT}/pulls/12")]),
        {"read": "pull_request", "number": 12},
    ),
    "a check run": (FakeGitHub(checks=[check_run(1, "ci", url=f"{AT}/check-runs/1")]), {"read": "check_runs"}),
    "an issue": (FakeGitHub(issues=[issue(1, repository_url=AT)]), {"read": "issues"}),
    "a release": (FakeGitHub(releases=[release("v1", url=f"{AT}/releases/1")]), {"read": "releases"}),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_of_another_repository_is_refused(what: str) -> None:
    fake, asked = OTHERS[what]
    judged = "a" * 40 if asked["read"] == "check_runs" else None
    evidence = ask(fake, judged=judged, **asked)
    assert evidence.failure is not None
    assert evidence.failure.detail == (
        f'the answer is about the repository "{ELSEWHERE}", and octo-org/public-api was asked for'
    )
    assert evidence.failure.remedy.startswith("if the repository was renamed or moved, write its new name")


def test_a_file_of_another_repository_is_refused() -> None:
    fake = FakeGitHub(files={"a.json": b"{}"})
    asked = {"path": "a.json", "as": "json", "ref": "main"}
    assert value_of(fake, "file", **asked) == {}

    def before(call: Any, github: FakeGitHub) -> bool:
        if "/contents/" not in call.target:
            return False
        github._json(call, {"type": "file", "size": 2, "sha": "a" * 40, "url": f"{AT}/contents/a.json"})
        return True

    fake.before = before
    assert ELSEWHERE in refusal_of(fake, "file", **asked)


def test_another_spelling_of_the_repository_is_the_same() -> None:
    run = workflow_run(1, "2026-03-03T07:00:00Z", repository={"full_name": "Octo-Org/Public-API"})
    assert value_of(FakeGitHub(runs=[run]), "workflow_runs", workflow="canary.yml")["total_count"] == 1


def test_the_head_of_a_pull_request_may_be_in_a_fork() -> None:
    pull = pull_request(head={"ref": "gate", "sha": "a" * 40, "repo": {"full_name": "somebody/public-api"}})
    assert value_of(FakeGitHub(pulls=[pull]), "pull_request", number=12)["head_ref"] == "gate"


def test_reviews_of_another_pull_request_are_refused() -> None:
    of_another = "https://api.github.com/repos/octo-org/public-api/pulls/13"
    fake = FakeGitHub(pulls=[pull_request()], reviews=[review(2, "APPROVED", pull_request_url=of_another)])
    assert refusal_of(fake, "pull_request", number=12) == (
        "mistyped: the answer is about pull request 13, and 12 was asked for"
    )


def test_another_pull_request_is_refused() -> None:
    def before(call: Any, github: FakeGitHub) -> bool:
        if not call.target.endswith("/pulls/12"):
            return False
        github._json(call, {**pull_request(13), "url": None})
        return True

    fake = FakeGitHub(pulls=[pull_request()], before=before)
    assert refusal_of(fake, "pull_request", number=12) == (
        "mistyped: the answer is pull request 13, and 12 was asked for"
    )
