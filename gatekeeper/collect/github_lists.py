"""Check runs of a commit, issues and releases of a repository.

https://docs.github.com/en/rest/checks/runs, https://docs.github.com/en/rest/issues/issues,
https://docs.github.com/en/rest/releases/releases
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from gatekeeper.collect.github_about import refuse_other
from gatekeeper.collect.github_api import GitHub, Record, account, an_object, label_names, next_page, objects, records
from gatekeeper.model.shown import shown
from gatekeeper.model.values import Json
from gatekeeper.refused import Refused


def collect_check_runs(github: GitHub, repository: str, ref: str) -> tuple[Json, str]:
    """The check runs of a branch, a tag or a commit, and which commit that is.

    Raises:
        Refused: they cannot be had, or not all of them came.
    """
    commit = github.commit_of(ref)
    totals: set[int] = set()
    found: dict[int, Record] = {}
    for answer in github.pages(f"commits/{commit}/check-runs", {"filter": "latest"}):
        body = an_object(answer)
        total = body.get("total_count")
        if type(total) is not int:
            raise Refused("mistyped", f"total_count of the answer of {answer.asked} is {shown(total)}")
        totals.add(total)
        for told in objects(body.get("check_runs"), f"check_runs of the answer of {answer.asked}"):
            refuse_other(github, told)
            check = _check_run(told)
            if type(id_ := check["id"]) is not int or check["head_sha"] != commit:
                raise Refused("mistyped", f"a check run of {answer.asked} has no id, or is of another commit")
            found[id_] = check
    if len(totals) > 1:
        raise Refused("failed", "the pages do not agree about total_count: a check began meanwhile, collect again")
    if len(found) != (total := totals.pop()):
        raise Refused("truncated", f"GitHub says that there are {total:,} check runs, and {len(found):,} came")
    runs: list[Any] = [found[id_] for id_ in sorted(found)]
    newest = {(run["name"], run["app_id"]): run for run in runs}
    latest: list[Any] = sorted(newest.values(), key=lambda run: (str(run["name"]), run["id"]))
    value: Json = {
        "repository": repository,
        "ref": ref,
        "head_sha": commit,
        "total_count": total,
        "check_runs": runs,
        "latest": latest,
    }
    return value, commit


def _check_run(told: Record) -> Record:
    app, suite = told.get("app"), told.get("check_suite")
    return {
        **{name: told.get(name) for name in ("id", "name", "status", "conclusion", "started_at", "completed_at")},
        "app": app.get("slug") if isinstance(app, dict) else app,
        "app_id": app.get("id") if isinstance(app, dict) else None,
        "suite_id": suite.get("id") if isinstance(suite, dict) else None,
        "head_sha": told.get("head_sha"),
        "url": told.get("html_url"),
    }


def collect_issues(github: GitHub, repository: str, labels: Sequence[str], state: str) -> Json:
    """The issues that have all of the labels.

    Raises:
        Refused: they cannot be had, the repository has no such label, or the list changed while it was read.
    """
    for label in labels:  # for a label that there is not, GitHub shows no issues: that would look like good news
        if github.get(f"labels/{quote(label, safe='')}", but={404}).status == 404:
            raise Refused("failed", f"{repository} has no label {shown(label)}, or it may not be seen")
    query = {"state": state, "sort": "created", "direction": "asc"}
    if labels:
        query["labels"] = ",".join(labels)

    def taken(told: Record) -> Record:
        refuse_other(github, told)
        return _issue(told)

    found: list[Any] = [issue for issue in github.steady_list("issues", query, taken) if issue]
    if any(type(issue["number"]) is not int for issue in found):
        raise Refused("mistyped", "an issue has no number")
    found.sort(key=lambda issue: int(issue["number"]))
    return {"repository": repository, "labels": list(labels), "state": state, "issues": found}


def _issue(told: Record) -> Record:
    """An issue; nothing for a pull request, which the list has too."""
    if told.get("pull_request") is not None:
        return {}
    assignees = objects(told.get("assignees"), "assignees of an issue")
    return {
        **{name: told.get(name) for name in ("number", "title", "state", "state_reason")},
        "labels": label_names(told.get("labels")),
        "assignees": [account(each, "an assignee") for each in assignees],
        "author": account(told.get("user"), "the author of an issue"),
        **{name: told.get(name) for name in ("created_at", "updated_at", "closed_at")},
        "url": told.get("html_url"),
    }


def collect_releases(github: GitHub, repository: str, limit: int) -> Json:
    """The newest releases, each with the commit of its tag.

    Raises:
        Refused: they cannot be had.
    """
    answer = github.get("releases", {"per_page": str(limit)})
    found: list[Json] = [_release(github, told) for told in records(answer)[:limit]]
    return {"repository": repository, "releases": found, "more": next_page(answer) is not None}


def _release(github: GitHub, told: Record) -> Record:
    refuse_other(github, told)
    tag = told.get("tag_name")
    if not isinstance(tag, str) or not tag:
        raise Refused("mistyped", f"the tag of a release is {shown(tag)}")
    return {
        "tag": tag,
        "name": told.get("name"),
        **{name: told.get(name) for name in ("draft", "prerelease", "created_at", "published_at")},
        "author": account(told.get("author"), "the author of a release"),
        "commit": None if told.get("draft") is True else github.commit_of_tag(tag),
        "url": told.get("html_url"),
    }
