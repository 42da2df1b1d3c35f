"""What GitHub knows: runs of workflows, pull requests with their reviews, check runs, issues, releases, files."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from gatekeeper.collect.github_api import GitHub
from gatekeeper.collect.github_file import collect_file
from gatekeeper.collect.github_lists import collect_check_runs, collect_issues, collect_releases
from gatekeeper.collect.github_pull import collect_pull_request
from gatekeeper.collect.github_runs import collect_runs
from gatekeeper.collect.interface import CollectRequest, Refused, brought
from gatekeeper.collect.net.settings import NetConfig
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence, Subject
from gatekeeper.model.times import parse_instant, parse_span
from gatekeeper.model.values import Json
from gatekeeper.net.texts import UrlText
from gatekeeper.secrets import SecretText

Read = Literal["workflow_runs", "pull_request", "check_runs", "issues", "releases", "file"]

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/(?!\.\.?$)[A-Za-z0-9._-]+", re.ASCII)
_WORKFLOW = re.compile(r"[\w-][\w.-]*", re.ASCII)

_SETTINGS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "workflow_runs": (frozenset({"workflow"}), frozenset({"since", "first_run"})),
    "pull_request": (frozenset(), frozenset({"number"})),
    "check_runs": (frozenset(), frozenset({"ref"})),
    "issues": (frozenset(), frozenset({"labels", "state"})),
    "releases": (frozenset(), frozenset({"limit"})),
    "file": (frozenset({"path", "as"}), frozenset({"ref"})),
}
"""What each reading needs, and what else it takes."""

_OF_SOME = frozenset[str]().union(*(needed | taken for needed, taken in _SETTINGS.values()))


def _repository(text: str) -> str:
    if len(text) > 200 or not _REPOSITORY.fullmatch(text):
        raise ValueError(f"{shown(text)} is no repository: write it like octo-org/public-api")
    return text


def _workflow(text: str) -> str:
    if len(text) > 255 or not _WORKFLOW.fullmatch(text):
        raise ValueError(f"{shown(text)} is no workflow: write the name of its file, like canary.yml, or its number")
    return text


def _since(text: str) -> str:
    try:
        parse_instant(text)
    except ValueError:
        try:
            parse_span(text)
        except ValueError:
            raise ValueError(f"{shown(text)} is neither a date and time with an offset nor a span like 30d") from None
    return text


def _ref(text: str) -> str:
    # What git itself refuses in a name (https://git-scm.com/docs/git-check-ref-format), so that a path stays one path.
    wrong = not text or len(text) > 255 or ".." in text or "//" in text or text.startswith(("/", "-"))
    if wrong or not text.isprintable() or any(letter in " ~^:?*[\\" for letter in text):
        raise ValueError(f"{shown(text)} is no branch, tag or commit")
    return text


def _path(text: str) -> str:
    parts = text.split("/")
    if not text.isprintable() or len(text) > 1024 or any(part in {"", ".", ".."} for part in parts):
        raise ValueError(f"{shown(text)} is no path in a repository: write it like docs/runbook.md")
    return text


def _label(text: str) -> str:
    if not text.strip(" .") or len(text) > 100 or "," in text or not text.isprintable():
        raise ValueError(f"{shown(text)} is no label that can be asked for")
    return text


class GitHubConfig(NetConfig):
    """A repository, and what to read of it.

    Attributes:
        url: the REST interface, in sources files ``api``.
        repository: owner and name.
        read: what to read.
        token: sent as a bearer token; a reference to a secret. None to ask as nobody, which public repositories allow.
        workflow: the workflow's file, or its number.
        since: the earliest creation of runs: an instant, or a span before the reading.
        first_run: the ``run_number`` of a run that must be there, with every run after it.
        number: the pull request; None for the open one whose head is the commit that is judged.
        ref: a branch, a tag or a commit; None for the commit that is judged.
        labels: issues must have all of them.
        state: which issues.
        limit: how many releases.
        path: the file.
        kind: which evidence kind the file is to be.
    """

    url: UrlText = Field(default="https://api.github.com", alias="api")
    repository: Annotated[str, AfterValidator(_repository)]
    read: Read
    token: SecretText | None = None
    workflow: Annotated[str, AfterValidator(_workflow)] | None = None
    since: Annotated[str, AfterValidator(_since)] | None = None
    first_run: int | None = Field(default=None, ge=1, strict=True)
    number: int | None = Field(default=None, ge=1, strict=True)
    ref: Annotated[str, AfterValidator(_ref)] | None = None
    labels: list[Annotated[str, AfterValidator(_label)]] = Field(default_factory=list, max_length=20)
    state: Literal["open", "closed", "all"] = "open"
    limit: int = Field(default=10, ge=1, le=100, strict=True)
    path: Annotated[str, AfterValidator(_path)] | None = None
    kind: Literal["markdown", "json", "yaml"] | None = Field(default=None, alias="as")

    @model_validator(mode="after")
    def _fits(self) -> GitHubConfig:
        given = {"as" if name == "kind" else name for name in self.model_fields_set} & _OF_SOME
        needed, taken = _SETTINGS[self.read]
        for name in sorted(needed - given):
            raise ValueError(f"{name} is missing: {self.read} needs it")
        for name in sorted(given - needed - taken):
            listed = ", ".join(sorted(needed | taken))
            raise ValueError(f"{name} is no setting of {self.read}, which has {listed}")
        return self

    def kind_given(self) -> str:
        """The kind of what is read."""
        return self.kind or self.read

    def source_line(self) -> str:
        """Where it is, in the words of the interface."""
        part = {
            "workflow_runs": f"actions/workflows/{self.workflow}/runs",
            "pull_request": f"pulls/{self.number}" if self.number else "pulls",
            "check_runs": f"commits/{self.ref}/check-runs" if self.ref else "check-runs",
            "file": f"contents/{self.path}{'@' + self.ref if self.ref else ''}",
        }.get(self.read, self.read)
        return f"{self.url.rstrip('/')}/repos/{self.repository}/{part}"


class GitHubCollector:
    """Asks GitHub's REST interface; it only reads."""

    kind = "github"
    gives = "workflow_runs"
    config = GitHubConfig

    def collect(self, request: CollectRequest[GitHubConfig]) -> Evidence:
        """What is to be read, whole, or a refusal."""
        config = request.config
        with request.client() as client, closing(GitHub(client, request, config.token)) as github:
            value, subject = _read(github, request)
        # A file at a commit does not change: when it was asked for is no change, and voids no sign-off.
        observed = None if config.read == "file" else github.observed_at
        return brought(self, request, config.source_line(), value, observed_at=observed, subject=subject)


def _read(github: GitHub, request: CollectRequest[GitHubConfig]) -> tuple[Json, Subject | None]:
    """The value, and what it is about."""
    config = request.config
    match config.read:
        case "workflow_runs":
            since = None if config.since is None else _earliest(config.since, request.clock())
            return collect_runs(github, config.workflow or "", since, config.first_run), None
        case "pull_request":
            value, head = collect_pull_request(github, config.repository, config.number)
            return value, github.about(head)
        case "check_runs":
            value, commit = collect_check_runs(github, config.repository, _wanted(github, config))
            return value, github.about(commit)
        case "issues":
            return collect_issues(github, config.repository, config.labels, config.state), None
        case "releases":
            return collect_releases(github, config.repository, config.limit), None
        case "file":
            path, kind = config.path or "", config.kind or ""
            ref = _wanted(github, config)
            value, commit, blob = collect_file(github, path, ref, kind, config.max_bytes, request.clock())
            where = f"{config.url.rstrip('/')}/repos/{config.repository}/contents/{path}"
            request.trace.request = f"GET {where}?ref={commit} (blob {blob})"
            # A file of another branch, such as a list of approvals, is meant to be about more than its own commit.
            return value, github.about(commit) if config.ref is None else None


def _wanted(github: GitHub, config: GitHubConfig) -> str:
    ref = config.ref or github.judged()
    if ref is None:
        raise Refused("failed", "no ref is set, and the collection is about no commit (--subject commit=…)")
    return ref


def _earliest(text: str, now: datetime) -> datetime:
    try:
        at = parse_instant(text)
    except ValueError:
        at = now - parse_span(text)
    return at.replace(microsecond=0)
