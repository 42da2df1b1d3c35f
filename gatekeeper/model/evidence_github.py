"""The evidence kinds of a code host: pull requests with their reviews, check runs, issues, releases.

The words are those of GitHub's REST interface (https://docs.github.com/en/rest). Runs of workflows are in ``evidence``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.model.evidence import Instant, RunConclusion, RunStatus


@dataclass(frozen=True, slots=True)
class Account:
    """Who did something.

    Attributes:
        id: stays the same when the account is renamed; compare this one.
        login: the name that people see, which may change hands.
        type: ``User``, ``Bot``, ``Organization`` …
    """

    id: int
    login: str
    type: str


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer says.

    Attributes:
        reviewer: None where the account is no longer there.
        state: an approval or a request for changes that was dismissed is DISMISSED.
        commit: the commit that was looked at; None where it is no longer known.
        submitted_at: None where it is not known.
    """

    reviewer: Account | None
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
    commit: str | None
    submitted_at: Instant | None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request and what was said of it. What its author says of it does not count.

    Attributes:
        repository: owner and name.
        number: its number in the repository.
        state: whether it is open.
        draft: whether it is still a draft.
        merged: whether it was merged; it is closed then.
        mergeable_state: GitHub's own word, such as ``clean`` or ``blocked``. It is worked out some time after a push
            and is ``unknown`` until then.
        head_ref: the branch that is to be merged.
        head_sha: the commit that is to be merged.
        base_ref: the branch that it is to be merged into.
        base_sha: the commit of that branch that it was compared with.
        author: None where the account is no longer there.
        closed_at: None while it is open.
        merged_at: None where it was not merged.
        labels: names of its labels.
        reviews: what each reviewer said last of ``head_sha``. A comment is there only where that is all they said.
        stale_reviews: what each reviewer decided last, where that was about another commit: an approval that no longer
            counts, or a request for changes that nobody took back.
        requested_reviewers: who was asked and has not answered.
        requested_teams: the teams that were asked, by slug.
    """

    repository: str
    number: int
    title: str
    state: Literal["open", "closed"]
    draft: bool
    merged: bool
    mergeable_state: str | None
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    author: Account | None
    created_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    merged_at: Instant | None
    labels: list[str]
    reviews: list[Review]
    stale_reviews: list[Review]
    requested_reviewers: list[Account]
    requested_teams: list[str]
    url: str


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One check of a commit.

    Attributes:
        id: counts upwards; a later run has a higher one.
        name: of the check.
        status: how far it is.
        conclusion: None while it has not ended.
        started_at: None where it has not begun.
        completed_at: None while it has not ended.
        app: slug of the app that reports it, such as ``github-actions``; None where it is not said.
        app_id: stays the same when the app is renamed.
        suite_id: checks that were started together have the same.
        head_sha: the commit that it is about.
    """

    id: int
    name: str
    status: RunStatus
    conclusion: RunConclusion | None
    started_at: Instant | None
    completed_at: Instant | None
    app: str | None
    app_id: int | None
    suite_id: int | None
    head_sha: str
    url: str | None


@dataclass(frozen=True, slots=True)
class CheckRuns:
    """The checks of a commit.

    Attributes:
        repository: owner and name.
        ref: what was asked for: a branch, a tag or a commit.
        head_sha: the commit that this was.
        total_count: how many check runs the source says there are.
        check_runs: the last run of each check in each suite, by ``id``.
        latest: of those that have the same name and the same app, the one with the highest ``id``, by name.
    """

    repository: str
    ref: str
    head_sha: str
    total_count: int
    check_runs: list[CheckRun]
    latest: list[CheckRun]


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue.

    Attributes:
        number: its number in the repository.
        state: whether it is open.
        state_reason: why it has the state that it has; None where nobody said.
        labels: names of its labels.
        assignees: who is to see to it.
        author: None where the account is no longer there.
        closed_at: None while it is open.
    """

    number: int
    title: str
    state: Literal["open", "closed"]
    state_reason: Literal["completed", "duplicate", "not_planned", "reopened"] | None
    labels: list[str]
    assignees: list[Account]
    author: Account | None
    created_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    url: str


@dataclass(frozen=True, slots=True)
class Issues:
    """The issues of a repository that have all of some labels. Pull requests are not among them.

    Attributes:
        repository: owner and name.
        labels: what was asked for; none for all issues.
        state: what was asked for.
        issues: by ``number``.
    """

    repository: str
    labels: list[str]
    state: Literal["open", "closed", "all"]
    issues: list[Issue]


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    Attributes:
        tag: the name of its tag.
        name: None where it has none.
        draft: whether it is not published yet.
        prerelease: whether it is marked as not ready for everybody.
        author: None where the account is no longer there.
        published_at: None for a draft.
        commit: the commit that the tag leads to; None for a draft, which need not have a tag.
    """

    tag: str
    name: str | None
    draft: bool
    prerelease: bool
    author: Account | None
    created_at: Instant
    published_at: Instant | None
    commit: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Releases:
    """The latest releases of a repository.

    Attributes:
        repository: owner and name.
        releases: in GitHub's order, the newest first, at most as many as were asked for.
        more: whether there are older ones.
    """

    repository: str
    releases: list[Release]
    more: bool
