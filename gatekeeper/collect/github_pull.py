"""A pull request with the reviews that count now.

https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from gatekeeper.collect.github_about import refuse_other
from gatekeeper.collect.github_api import GitHub, Record, account, an_object, label_names, objects, records
from gatekeeper.model.shown import shown
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json
from gatekeeper.refused import Refused


def collect_pull_request(github: GitHub, repository: str, number: int | None) -> tuple[Json, str]:
    """The pull request, and the commit at its head.

    Args:
        github: asks the repository.
        repository: owner and name.
        number: which one; None for the open one whose head is the commit that is judged.

    Raises:
        Refused: it cannot be had, or somebody pushed while it was read.
    """
    number = _of_the_judged_commit(github) if number is None else number
    before = _head(an_object(github.get(f"pulls/{number}")))
    reviews = [review for answer in github.pages(f"pulls/{number}/reviews") for review in records(answer)]
    pull = an_object(github.get(f"pulls/{number}"))
    refuse_other(github, [pull, *reviews], number)
    if pull.get("number") != number:
        told = f"the answer is pull request {shown(pull.get('number'))}, and {number} was asked for"
        raise Refused("mistyped", told)
    head = _head(pull)
    if head != before:
        raise Refused("failed", f"somebody pushed to pull request {number} while it was read: collect again")
    author = account(pull.get("user"), "the author")
    counted, stale = reviews_now(reviews, head, author)
    value: Record = {
        "repository": repository,
        **{name: pull.get(name) for name in _SAME},
        "head_ref": _within(pull, "head", "ref"),
        "head_sha": head,
        "base_ref": _within(pull, "base", "ref"),
        "base_sha": _within(pull, "base", "sha"),
        "author": author,
        "labels": label_names(pull.get("labels")),
        "reviews": counted,
        "stale_reviews": stale,
        "requested_reviewers": [
            account(each, "a requested reviewer") for each in _listed(pull.get("requested_reviewers"))
        ],
        "requested_teams": [each.get("slug") for each in _listed(pull.get("requested_teams"))],
        "url": pull.get("html_url"),
    }
    return value, head


_SAME = (
    "number",
    "title",
    "state",
    "draft",
    "merged",
    "mergeable_state",
    "created_at",
    "updated_at",
    "closed_at",
    "merged_at",
)


def reviews_now(reviews: Iterable[Record], head: str, author: Json) -> tuple[list[Json], list[Json]]:
    """What each reviewer said last of the head, and what each decided last, where that was about another commit.

    A comment takes nothing back. What the author says does not count, and neither does an approval of nobody knows
    whom; a request for changes does.
    """
    counted: list[Json] = []
    stale: list[Json] = []
    by_reviewer: dict[object, list[Record]] = defaultdict(list)
    for told in reviews:
        if told.get("state") == "PENDING":  # not sent yet
            continue
        reviewer = account(told.get("user"), "a reviewer")
        review: Record = {
            "reviewer": reviewer,
            "state": told.get("state"),
            "commit": told.get("commit_id"),
            "submitted_at": told.get("submitted_at"),
        }
        if isinstance(reviewer, dict):
            by_reviewer[reviewer["id"]].append(review)
        elif review["state"] == "CHANGES_REQUESTED":
            (counted if review["commit"] == head else stale).append(review)
    if isinstance(author, dict):
        by_reviewer.pop(author["id"], None)
    for each in by_reviewer.values():
        said = _in_time(each)
        of_head = [review for review in said if review["commit"] == head]
        counted += (_decided(of_head) or of_head)[-1:]
        stale += [review for review in _decided(said)[-1:] if review["commit"] != head]
    return counted, stale


def _decided(reviews: Sequence[Record]) -> list[Record]:
    return [review for review in reviews if review["state"] != "COMMENTED"]


def _in_time(reviews: Sequence[Record]) -> Sequence[Record]:
    """By the time of sending, where all have one; else in GitHub's order, which is meant to be the same."""
    try:
        return sorted(reviews, key=lambda review: parse_instant(str(review["submitted_at"])))
    except ValueError:
        return reviews


def _of_the_judged_commit(github: GitHub) -> int:
    judged = github.judged()
    if judged is None:
        raise Refused("failed", "no number is set, and the collection is about no commit (--subject commit=…)")
    commit = github.commit_of(judged)
    pulls = [pull for answer in github.pages(f"commits/{commit}/pulls") for pull in records(answer)]
    numbers = {
        number
        for pull in pulls
        if pull.get("state") == "open" and _within(pull, "head", "sha") == commit
        if type(number := pull.get("number")) is int
    }
    if len(numbers) != 1:
        told = f"{len(numbers)} open pull requests have the commit {commit[:12]} at their head: set number"
        raise Refused("failed", told if numbers else f"no open pull request has the commit {commit[:12]} at its head")
    return numbers.pop()


def _head(pull: Record) -> str:
    head = _within(pull, "head", "sha")
    if not isinstance(head, str) or not head:
        raise Refused("mistyped", f"the head of the pull request is {shown(head)}, not a commit")
    return head


def _within(record: Record, *names: str) -> Json:
    """A field inside of others; None where one of them is not there, for the kind to name it."""
    found: Any = record
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    plain: Json = found
    return plain


def _listed(told: Json) -> list[Record]:
    return objects(told, "who was asked for a review")
