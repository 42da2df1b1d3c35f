"""What one run of the action is asked: its inputs, and the event of GitHub that it runs for.

Both come from outside. They reach us through the environment and the event's file, never through a script's text, and
each is looked at before it is used. What an event says: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from action.refused import USAGE, Refused

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)|[/.]$))[^\x00-\x20\x7f~^:?*\[\\]{1,250}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: may this commit go, by the files of that branch?

    Attributes:
        policies: ids of the policies to ask.
        environment: whose sources to read; None for the configured or only one.
        root: the folder of the project inside of the repository, as parts.
        event: the event's name.
        base: the branch whose files judge.
        subject: the commit that is judged.
        merged: the commit whose difference to ``before`` is what would be merged; None where nothing is.
        before: the commit that ``merged`` builds on; None where it is the first parent of ``merged``.
        told: the pull request in words, from whoever opened it; empty where there is none.
        remote: where the repository is fetched from.
        token: what the repository is fetched with; may be empty.
    """

    policies: tuple[str, ...]
    environment: str | None
    root: PurePosixPath
    event: str
    base: str
    subject: str
    merged: str | None
    before: str | None
    told: str
    remote: str
    token: str


def read_asked(environ: Mapping[str, str]) -> Asked:
    """The question of this run.

    Raises:
        Refused: an input or the event cannot be used; exit code 2.
    """
    if environ.get("GATE_AS_OF", "").strip():
        raise _wrong("the action decides about now and about no other instant: `as-of` is refused", "leave it out")
    policies = tuple(_word("policy", each) for each in environ.get("GATE_POLICY", "").split())
    if not policies:
        raise _wrong("no policy is named", "give the input `policy` the id of a gate")
    environment = environ.get("GATE_ENVIRONMENT", "").strip()
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository):
        raise _wrong("GITHUB_REPOSITORY names no repository", "the action runs on a runner of GitHub Actions")
    event = environ.get("GITHUB_EVENT_NAME", "")
    base, subject, merged, before, told = _of_event(event, _payload(environ), environ, repository)
    return Asked(
        policies=policies,
        environment=_word("environment", environment) if environment else None,
        root=_root(environ.get("GATE_ROOT", "")),
        event=event,
        base=_branch(base),
        subject=_commit(subject),
        merged=_commit(merged) if merged is not None else None,
        before=_commit(before) if before is not None else None,
        told=told,
        remote=f"{environ.get('GITHUB_SERVER_URL') or 'https://github.com'}/{repository}",
        token=environ.get("GATE_TOKEN", ""),
    )


def _of_event(event: str, payload: Any, environ: Mapping[str, str], repository: str) -> tuple[Any, Any, Any, Any, str]:
    """Base branch, commit that is judged, what would be merged, what that builds on, and the pull request in words."""
    if event == "pull_request":
        pull = _part(payload, "pull_request")
        base = _part(pull, "base")
        if _part(base, "repo").get("full_name") != repository:
            raise _wrong("the pull request is one of another repository", "run the action where it is to be merged")
        told = f"pull request {pull.get('number')}: {pull.get('title')}"
        return base.get("ref"), _part(pull, "head").get("sha"), environ.get("GITHUB_SHA"), None, told
    if event == "merge_group":
        group = _part(payload, "merge_group")
        head = group.get("head_sha")
        return group.get("base_ref"), head, head, group.get("base_sha"), "a group of the merge queue"
    if isinstance(payload, dict) and "pull_request" in payload:
        # Such as pull_request_target, which has the secrets of the base whoever opened the pull request.
        raise _wrong(f"the event {event[:60]!r} is not supported", "run the action on pull_request and on merge_group")
    base_input = environ.get("GATE_BASE_REF", "").strip()
    if not base_input:
        hint = "name the branch whose files judge with the input `base-ref`, or run it on pull_request and merge_group"
        raise _wrong(f"the event {event[:60]!r} has no base, so it is not known whose policies judge", hint)
    return base_input, environ.get("GITHUB_SHA"), None, None, ""


def _payload(environ: Mapping[str, str]) -> Any:
    try:
        return json.loads(Path(environ.get("GITHUB_EVENT_PATH", "")).read_bytes())
    except (OSError, ValueError, RecursionError):
        raise _wrong("the event cannot be read: GITHUB_EVENT_PATH names no JSON file") from None


def _part(whole: Any, name: str) -> dict[str, Any]:
    part = whole.get(name) if isinstance(whole, dict) else None
    if not isinstance(part, dict):
        raise _wrong(f"the event has no `{name}`", "is GITHUB_EVENT_NAME the event of GITHUB_EVENT_PATH?")
    return part


def _word(what: str, text: str) -> str:
    """A word that may stand on a command line: no option, no path."""
    if not _WORD.fullmatch(text):
        raise _wrong(
            f"the input `{what}` has {text[:60]!r}, which is no id", "ids have letters, digits, `-`, `_` and `.`"
        )
    return text


def _commit(text: Any) -> str:
    if not isinstance(text, str) or not _COMMIT.fullmatch(text):
        raise _wrong(f"the event has {str(text)[:60]!r} where a commit is wanted")
    return text


def _branch(text: Any) -> str:
    name = text.removeprefix("refs/heads/") if isinstance(text, str) else ""
    if not _BRANCH.fullmatch(name):
        raise _wrong(f"{str(text)[:60]!r} is no branch, and its files are to judge", "give its name, such as main")
    return name


def _root(text: str) -> PurePosixPath:
    path = PurePosixPath(text.strip() or ".")
    if path.is_absolute() or ".." in path.parts or "\\" in text or not text.isprintable():
        raise _wrong(f"the input `root` leads out of the repository: {text[:60]!r}", "name a folder below its root")
    return path


def _wrong(message: str, hint: str = "") -> Refused:
    return Refused(message, hint, USAGE)
