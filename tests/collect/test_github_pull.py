"""A pull request with the reviews that count."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.model.snapshot import Subject
from tests.collect.github_answers import ask, refusal_of, value_of
from tests.fakes.github import (
    BASE,
    HEAD,
    OTHER,
    REPOSITORY,
    FakeGitHub,
    pull_request,
    review,
    user,
)
from tests.fakes.servers import Call


def test_a_pull_request_is_told_with_what_was_said_of_its_head() -> None:
    fake = FakeGitHub(pulls=[pull_request()], reviews=[review(2, "APPROVED"), review(3, "CHANGES_REQUESTED", OTHER)])
    evidence = ask(fake, "pull_request", number=12)
    assert evidence.failure is None, evidence.failure
    assert evidence.kind == "pull_request"
    assert evidence.subject == Subject(commit=HEAD)
    assert evidence.value == {
        "repository": REPOSITORY,
        "number": 12,
        "title": "Open the gate",
        "state": "open",
        "draft": False,
        "merged": False,
        "mergeable_state": "blocked",
        "head_ref": "gate",
        "head_sha": HEAD,
        "base_ref": "main",
        "base_sha": BASE,
        "author": {"id": 1, "login": "author", "type": "User"},
        "created_at": "2026-03-01T10:00:00Z",
        "updated_at": "2026-03-02T10:00:00Z",
        "closed_at": None,
        "merged_at": None,
        "labels": ["launch"],
        "reviews": [
            {
                "reviewer": {"id": 2, "login": "user2", "type": "User"},
                "state": "APPROVED",
                "commit": HEAD,
                "submitted_at": "2026-03-02T10:00:00Z",
            }
        ],
        "stale_reviews": [
            {
                "reviewer": {"id": 3, "login": "user3", "type": "User"},
                "state": "CHANGES_REQUESTED",
                "commit": OTHER,
                "submitted_at": "2026-03-02T10:00:00Z",
            }
        ],
        "requested_reviewers": [{"id": 5, "login": "user5", "type": "User"}],
        "requested_teams": ["platform"],
        "url": f"https://github.com/{REPOSITORY}/pull/12",
    }


NEWER = "2026-03-02T11:00:00Z"
OLDER = "2026-03-02T09:00:00Z"


@pytest.mark.parametrize(
    ("reviews", "counted", "stale"),
    [
        ([], [], []),
        ([review(2, "APPROVED")], ["APPROVED"], []),
        ([review(2, "APPROVED"), review(2, "COMMENTED", at=NEWER)], ["APPROVED"], []),
        ([review(2, "CHANGES_REQUESTED"), review(2, "COMMENTED", at=NEWER)], ["CHANGES_REQUESTED"], []),
        ([review(2, "COMMENTED")], ["COMMENTED"], []),
        ([review(2, "APPROVED"), review(2, "CHANGES_REQUESTED", at=NEWER)], ["CHANGES_REQUESTED"], []),
        ([review(2, "CHANGES_REQUESTED"), review(2, "APPROVED", at=NEWER)], ["APPROVED"], []),
        ([review(2, "APPROVED"), review(2, "DISMISSED", at=NEWER)], ["DISMISSED"], []),
        ([review(2, "DISMISSED"), review(2, "APPROVED", at=NEWER)], ["APPROVED"], []),
        # in the order of time, whichever order they come in
        ([review(2, "CHANGES_REQUESTED", at=NEWER), review(2, "APPROVED")], ["CHANGES_REQUESTED"], []),
        # without an instant, in the order in which they come
        ([review(2, "APPROVED", at=None), review(2, "CHANGES_REQUESTED", at=OLDER)], ["CHANGES_REQUESTED"], []),
        # of another commit
        ([review(2, "APPROVED", OTHER)], [], ["APPROVED"]),
        ([review(2, "APPROVED", None)], [], ["APPROVED"]),
        ([review(2, "COMMENTED", OTHER)], [], []),
        ([review(2, "CHANGES_REQUESTED", OTHER), review(2, "COMMENTED")], ["COMMENTED"], ["CHANGES_REQUESTED"]),
        ([review(2, "CHANGES_REQUESTED", OTHER, at=OLDER), review(2, "APPROVED")], ["APPROVED"], []),
        ([review(2, "APPROVED"), review(2, "CHANGES_REQUESTED", OTHER, at=NEWER)], ["APPROVED"], ["CHANGES_REQUESTED"]),
        # who does not count
        ([review(1, "APPROVED")], [], []),
        ([review(1, "APPROVED", user=user(1, "renamed"))], [], []),
        ([review(2, "PENDING", at=None)], [], []),
        ([review(2, "APPROVED", user=None)], [], []),
        ([review(2, "APPROVED", user=user(10137, "ghost"))], [], []),
        ([review(2, "CHANGES_REQUESTED", user=None)], ["CHANGES_REQUESTED"], []),
        ([review(2, "CHANGES_REQUESTED", OTHER, user=None)], [], ["CHANGES_REQUESTED"]),
        # two accounts with one login are two
        (
            [review(2, "APPROVED"), review(3, "CHANGES_REQUESTED", user=user(3, "user2"))],
            ["APPROVED", "CHANGES_REQUESTED"],
            [],
        ),
    ],
)
def test_of_each_reviewer_what_was_said_last_of_the_head_counts(
    reviews: list[dict[str, Any]], counted: list[str], stale: list[str]
) -> None:
    value = value_of(FakeGitHub(pulls=[pull_request()], reviews=reviews), "pull_request", number=12)
    assert [each["state"] for each in value["reviews"]] == counted
    assert [each["state"] for each in value["stale_reviews"]] == stale


def test_reviews_of_several_pages_all_count() -> None:
    many = [review(2, "COMMENTED") for _ in range(150)]
    late = review(3, "CHANGES_REQUESTED")
    value = value_of(FakeGitHub(pulls=[pull_request()], reviews=[*many, late]), "pull_request", number=12)
    assert [each["state"] for each in value["reviews"]] == ["COMMENTED", "CHANGES_REQUESTED"]


def test_a_push_while_the_reviews_are_read_is_noticed() -> None:
    def before(call: Call, fake: FakeGitHub) -> bool:
        if "/reviews" in call.target:
            fake.pulls[0]["head"]["sha"] = OTHER
        return False

    line = refusal_of(FakeGitHub(pulls=[pull_request()], before=before), "pull_request", number=12)
    assert line == "failed: somebody pushed to pull request 12 while it was read: collect again"


def test_without_a_number_it_is_the_one_whose_head_is_judged() -> None:
    closed = pull_request(11, state="closed")
    merged_in = pull_request(13, head={"ref": "other", "sha": OTHER})
    fake = FakeGitHub(pulls=[closed, pull_request(), merged_in])
    assert value_of(fake, "pull_request", HEAD)["number"] == 12
    evidence = ask(fake, "pull_request", HEAD[:12])
    assert evidence.subject == Subject(commit=HEAD[:12]), "as the collection writes it"
    assert refusal_of(fake, "pull_request", BASE) == (
        f"failed: no open pull request has the commit {BASE[:12]} at its head"
    )
    twice = FakeGitHub(pulls=[pull_request(), pull_request(14)])
    assert "2 open pull requests have the commit" in refusal_of(twice, "pull_request", HEAD)
    assert "no number is set, and the collection is about no commit" in refusal_of(fake, "pull_request")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"head": None}, "the head of the pull request is null, not a commit"),
        ({"base": {"ref": "main"}}, "base_sha: null is no text"),
        ({"state": "merged"}, 'state: "merged" is none of open, closed'),
        ({"draft": None}, "draft: null is neither true nor false"),
        ({"user": {"login": "x"}}, "the author is an object with 1 fields, not an account with an id"),
        ({"labels": None}, "labels: null is no list"),
        ({"requested_reviewers": None}, "who was asked for a review should be a list, not null"),
    ],
)
def test_a_pull_request_that_is_not_as_documented_is_mistyped(changes: dict[str, Any], said: str) -> None:
    line = refusal_of(FakeGitHub(pulls=[pull_request(**changes)]), "pull_request", number=12)
    assert line.startswith("mistyped: ")
    assert said in line
