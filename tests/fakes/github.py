"""A GitHub on loopback: the answers of its REST interface for one repository, with pages, filters, limits.

The shapes are those of the schemas that GitHub publishes for version 2022-11-28, with the fields that gatekeeper does
not read as well. Next pages stand under another path (``/repositories/42/…``), as GitHub has them, so that nobody can
build them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.fakes.servers import Call, Server, head, serving

REPOSITORY = "octo-org/public-api"
HEAD = "a" * 40
OTHER = "b" * 40
BASE = "c" * 40
SHOWN_AT_MOST = 1000
"""How many results GitHub shows of a list that is filtered."""

Record = dict[str, Any]


def user(id_: int, login: str | None = None, kind: str = "User") -> Record:
    """An account, as it stands inside of other answers."""
    login = login or f"user{id_}"
    api = f"https://api.github.com/users/{login}"
    names = ("followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events")
    return {
        "login": login,
        "id": id_,
        "node_id": f"U_{id_}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{id_}?v=4",
        "gravatar_id": "",
        "url": api,
        "html_url": f"https://github.com/{login}",
        **{f"{name}_url": f"{api}/{name}" for name in names},
        "type": kind,
        "site_admin": False,
    }


@cache
def repository() -> Record:
    """The repository, as it stands inside of every run: most of what GitHub sends."""
    api = f"https://api.github.com/repos/{REPOSITORY}"
    names = (
        "archive assignees blobs branches collaborators comments commits compare contents contributors deployments "
        "downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels "
        "languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags "
        "teams trees"
    )
    owner, _, name = REPOSITORY.partition("/")
    return {
        "id": 42,
        "node_id": "R_42",
        "name": name,
        "full_name": REPOSITORY,
        "private": True,
        "owner": user(7, owner, "Organization"),
        "html_url": f"https://github.com/{REPOSITORY}",
        "description": "The public interface — für alle",
        "fork": False,
        "url": api,
        **{f"{name}_url": f"{api}/{name}{{/sha}}" for name in names.split()},
    }


def workflow_run(number: int, created: str, **changes: Any) -> Record:
    """A run as GitHub sends it: some ten thousand bytes."""
    id_ = 9_000_000_000 + number
    api = f"https://api.github.com/repos/{REPOSITORY}/actions/runs/{id_}"
    names = ("jobs", "logs", "check_suite", "artifacts", "cancel", "rerun", "previous_attempt", "workflow")
    return {
        "id": id_,
        "name": "Canary",
        "node_id": f"WFR_{id_}",
        "head_branch": "main",
        "head_sha": HEAD,
        "path": ".github/workflows/canary.yml",
        "display_title": "Canary",
        "run_number": number,
        "event": "schedule",
        "status": "completed",
        "conclusion": "success",
        "workflow_id": 161335,
        "check_suite_id": 414944374 + number,
        "check_suite_node_id": f"CS_{number}",
        "url": api,
        "html_url": f"https://github.com/{REPOSITORY}/actions/runs/{id_}",
        "pull_requests": [],
        "created_at": created,
        "updated_at": created,
        "actor": user(1),
        "run_attempt": 1,
        "referenced_workflows": [],
        "run_started_at": created,
        "triggering_actor": user(1),
        **{f"{name}_url": f"{api}/{name}" for name in names},
        "head_commit": {
            "id": HEAD,
            "tree_id": BASE,
            "message": "Change of the day\n\nwith a body",
            "timestamp": created,
            "author": {"name": "Robin Vale", "email": "robin@example.com"},
            "committer": {"name": "GitHub", "email": "noreply@example.com"},
        },
        "repository": repository(),
        "head_repository": repository(),
        **changes,
    }


def pull_request(number: int = 12, **changes: Any) -> Record:
    """An open pull request."""
    return {
        "url": f"https://api.github.com/repos/{REPOSITORY}/pulls/{number}",
        "id": 1_000 + number,
        "html_url": f"https://github.com/{REPOSITORY}/pull/{number}",
        "number": number,
        "state": "open",
        "locked": False,
        "title": "Open the gate",
        "user": user(1, "author"),
        "body": "Why",
        "labels": [{"id": 1, "name": "launch", "color": "f00", "default": False}],
        "milestone": None,
        "created_at": "2026-03-01T10:00:00Z",
        "updated_at": "2026-03-02T10:00:00Z",
        "closed_at": None,
        "merged_at": None,
        "merge_commit_sha": OTHER,
        "assignees": [],
        "requested_reviewers": [user(5)],
        "requested_teams": [{"id": 1, "slug": "platform", "name": "Platform"}],
        "head": {"label": "octo-org:gate", "ref": "gate", "sha": HEAD, "user": user(1, "author"), "repo": repository()},
        "base": {"label": "octo-org:main", "ref": "main", "sha": BASE, "user": user(7), "repo": repository()},
        "author_association": "MEMBER",
        "auto_merge": None,
        "draft": False,
        "merged": False,
        "mergeable": True,
        "rebaseable": True,
        "mergeable_state": "blocked",
        "merged_by": None,
        "comments": 0,
        "review_comments": 0,
        "commits": 1,
        "additions": 1,
        "deletions": 1,
        "changed_files": 1,
        **changes,
    }


def review(id_: int, state: str, commit: str | None = HEAD, at: str | None = "", **changes: Any) -> Record:
    """A review by a user with that id, unless it says otherwise; ``at=None`` leaves its instant out."""
    told = {
        "id": id_ * 10,
        "node_id": f"PRR_{id_}",
        "user": user(id_),
        "body": "",
        "state": state,
        "html_url": f"https://github.com/{REPOSITORY}/pull/12#pullrequestreview-{id_}",
        "pull_request_url": f"https://api.github.com/repos/{REPOSITORY}/pulls/12",
        "author_association": "MEMBER",
        "submitted_at": at or "2026-03-02T10:00:00Z",
        "commit_id": commit,
        **changes,
    }
    return told if at is not None else {key: value for key, value in told.items() if key != "submitted_at"}


def check_run(id_: int, name: str, conclusion: str | None = "success", **changes: Any) -> Record:
    """A check run of ``HEAD``."""
    return {
        "id": id_,
        "head_sha": HEAD,
        "node_id": f"CR_{id_}",
        "external_id": "",
        "url": f"https://api.github.com/repos/{REPOSITORY}/check-runs/{id_}",
        "html_url": f"https://github.com/{REPOSITORY}/runs/{id_}",
        "details_url": "https://example.com",
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "started_at": "2026-03-02T10:00:00Z",
        "completed_at": "2026-03-02T10:05:00Z" if conclusion else None,
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": ""},
        "name": name,
        "check_suite": {"id": 5},
        "app": {"id": 15368, "slug": "github-actions", "node_id": "", "owner": user(9919, "github", "Organization")},
        "pull_requests": [],
        **changes,
    }


def issue(number: int, *labels: str, **changes: Any) -> Record:
    """An open issue."""
    return {
        "url": f"https://api.github.com/repos/{REPOSITORY}/issues/{number}",
        "repository_url": f"https://api.github.com/repos/{REPOSITORY}",
        "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
        "id": 5_000 + number,
        "number": number,
        "title": f"Issue {number}",
        "user": user(1),
        "labels": [{"id": 1, "name": label, "color": "f00", "default": False} for label in labels],
        "state": "open",
        "state_reason": None,
        "locked": False,
        "assignee": None,
        "assignees": [user(3)],
        "milestone": None,
        "comments": 0,
        "created_at": "2026-03-01T10:00:00Z",
        "updated_at": "2026-03-01T10:00:00Z",
        "closed_at": None,
        "author_association": "MEMBER",
        "body": "What is wrong",
        "reactions": {"total_count": 0},
        **changes,
    }


def release(tag: str, **changes: Any) -> Record:
    """A published release."""
    return {
        "url": f"https://api.github.com/repos/{REPOSITORY}/releases/1",
        "html_url": f"https://github.com/{REPOSITORY}/releases/tag/{tag}",
        "id": 1,
        "tag_name": tag,
        "target_commitish": "main",
        "name": tag,
        "body": "",
        "draft": False,
        "prerelease": False,
        "created_at": "2026-02-20T10:00:00Z",
        "published_at": "2026-02-21T10:00:00Z",
        "author": user(1),
        "assets": [],
        **changes,
    }


@dataclass
class FakeGitHub:
    """What there is in the repository. Change it between two questions to see what a collector makes of that.

    Attributes:
        attempts: run id → its earlier attempts, the first one first.
        refs: branch, tag (``tags/v1``) or short digest → commit.
        files: path → content.
        large: paths whose content the first answer leaves out.
        token: what has to be sent; None to let everybody in.
        before: called before each answer; where it answers itself, it gives True.
        links_again: whether ``Link`` comes with a 304 too, as GitHub sends it.
        unchanged: how many questions were answered with 304.
    """

    runs: list[Record] = field(default_factory=list)
    attempts: dict[int, list[Record]] = field(default_factory=dict)
    pulls: list[Record] = field(default_factory=list)
    reviews: list[Record] = field(default_factory=list)
    checks: list[Record] = field(default_factory=list)
    issues: list[Record] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    releases: list[Record] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=lambda: {"main": HEAD, "heads/main": HEAD, HEAD[:12]: HEAD})
    files: dict[str, bytes] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)
    token: str | None = None
    before: Callable[[Call, FakeGitHub], bool] = lambda _call, _github: False
    links_again: bool = True
    unchanged: int = 0

    def reply(self, call: Call) -> None:
        """Answer one question."""
        if self.before(call, self):
            return
        if self.token is not None and call.headers.get("authorization") != f"Bearer {self.token}":
            _say(call, "404 Not Found", "Not Found")
            return
        url = urlsplit(call.target)
        path = url.path.removeprefix("/api/v3")
        for prefix in (f"/repos/{REPOSITORY}/", "/repositories/42/"):
            if path.startswith(prefix):
                self._of_repository(call, path.removeprefix(prefix), dict(parse_qsl(url.query)))
                return
        _say(call, "404 Not Found", "Not Found")

    def _of_repository(self, call: Call, path: str, query: dict[str, str]) -> None:
        match path.split("/"):
            case ["actions", "workflows", "canary.yml" | "161335", "runs"]:
                self._list(call, path, query, _created(self.runs, query), "workflow_runs", "created" in query)
            case ["actions", "runs", id_, "attempts", number]:
                found = self.attempts.get(int(id_), [])[int(number) - 1 : int(number)]
                self._json(call, found[0]) if found else _say(call, "404 Not Found", "Not Found")
            case ["pulls", number]:
                found = [pull for pull in self.pulls if str(pull["number"]) == number]
                self._json(call, found[0]) if found else _say(call, "404 Not Found", "Not Found")
            case ["pulls", _, "reviews"]:
                self._list(call, path, query, self.reviews)
            case ["commits", commit, "pulls"]:
                self._list(call, path, query, [pull for pull in self.pulls if pull["head"]["sha"] == commit])
            case ["commits", commit, "check-runs"]:
                self._list(
                    call, path, query, [each for each in self.checks if each["head_sha"] == commit], "check_runs"
                )
            case ["commits", *ref]:
                self._commit(call, unquote("/".join(ref)))
            case ["labels", label]:
                known = unquote(label) in self.labels
                self._json(call, {"name": label}) if known else _say(call, "404 Not Found", "Not Found")
            case ["issues"]:
                self._list(call, path, query, _labelled(self.issues, query))
            case ["releases"]:
                self._list(call, path, query, self.releases)
            case ["contents", *name]:
                self._file(call, unquote("/".join(name)))
            case ["git", "blobs", digest]:
                self._json(call, next(_file(data) for data in self.files.values() if blob(data) == digest))
            case _:
                _say(call, "404 Not Found", "Not Found")

    def _list(
        self, call: Call, path: str, query: dict[str, str], found: list[Record], key: str = "", filtered: bool = False
    ) -> None:
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        shown = found[:SHOWN_AT_MOST] if filtered else found
        part = shown[(page - 1) * size : page * size]
        link = {}
        if page * size < len(shown):
            host = f"http://{call.headers['host']}"

            def url(number: int) -> str:
                return f"<{host}/repositories/42/{path}?{urlencode({**query, 'page': number})}>"

            last = -(-len(shown) // size)
            link = {"Link": f'{url(page - 1)}; rel="prev", {url(page + 1)}; rel="next", {url(last)}; rel="last"'}
        self._json(call, {"total_count": len(found), key: part} if key else part, **link)

    def _commit(self, call: Call, ref: str) -> None:
        if ref in self.refs:
            self._whole(call, self.refs[ref].encode(), "application/vnd.github.sha; charset=utf-8")
        else:
            _say(call, "422 Unprocessable Entity", f"No commit found for SHA: {ref}")

    def _file(self, call: Call, path: str) -> None:
        if path in self.files:
            told = {"type": "file", "name": path, "path": path, **_file(self.files[path])}
            self._json(call, {**told, "encoding": "none", "content": ""} if path in self.large else told)
        elif any(name.startswith(f"{path}/") for name in self.files):
            self._json(call, [{"type": "file", "path": name} for name in self.files])
        else:
            _say(call, "404 Not Found", "Not Found")

    def _json(self, call: Call, value: Any, **headers: str) -> None:
        self._whole(call, json.dumps(value).encode(), "application/json; charset=utf-8", **headers)

    def _whole(self, call: Call, body: bytes, kind: str, **headers: str) -> None:
        """An answer, or word that it is still the one with that ETag, which names its body alone."""
        etag = f'W/"{hashlib.sha256(body).hexdigest()}"'
        if call.headers.get("if-none-match") == etag:
            self.unchanged += 1
            link = {"Link": headers["Link"]} if self.links_again and "Link" in headers else {}
            call.send(head("304 Not Modified", {"ETag": etag, **link}))
        else:
            call.answer(body, "200 OK", kind, None, ETag=etag, **headers)


@contextmanager
def github(fake: FakeGitHub) -> Iterator[Server]:
    """The fake, for as long as the block lasts."""
    with serving(fake.reply) as server:
        yield server


def blob(data: bytes) -> str:
    """The digest that git gives a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _file(data: bytes) -> Record:
    content = base64.encodebytes(data).decode()
    return {"sha": blob(data), "size": len(data), "encoding": "base64", "content": content}


def _created(runs: list[Record], query: dict[str, str]) -> list[Record]:
    """Newest first, as GitHub lists them; instants in UTC compare as texts."""
    asked = query.get("created", ">=")
    first, _, last = asked.removeprefix(">=").partition("..")
    found = [run for run in runs if run["created_at"] >= first and (not last or run["created_at"] <= last)]
    return sorted(found, key=lambda run: (run["created_at"], run["run_number"]), reverse=True)


def _labelled(issues: list[Record], query: dict[str, str]) -> list[Record]:
    wanted = set(filter(None, query.get("labels", "").split(",")))
    return [
        each
        for each in issues
        if query.get("state", "open") in {"all", each["state"]}
        if wanted <= {label if isinstance(label, str) else label["name"] for label in each["labels"]}
    ]


def _say(call: Call, status: str, message: str) -> None:
    told = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    call.answer(json.dumps(told).encode(), status, "application/json; charset=utf-8")
