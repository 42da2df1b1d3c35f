"""What the github collector brings of a GitHub on loopback."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from gatekeeper.collect import Project, collect
from gatekeeper.model.completeness import defects
from gatekeeper.model.snapshot import Evidence, Subject
from tests.collect.sources import NOW, sources
from tests.fakes.github import (
    REPOSITORY,
    FakeGitHub,
    github,
    workflow_run,
)
from tests.fakes.servers import LOOPBACK

TOKEN = "ghs_0123456789abcdefABCDEF"  # of no account


def ask(fake: FakeGitHub, read: str, judged: str | None = None, api: str = "", **config: Any) -> Evidence:
    """What the collector brings of the fake."""
    with github(fake) as server:
        return asked_at(server.url + api, read, judged, **config)


def asked_at(url: str, read: str, judged: str | None = None, secret: str = TOKEN, **config: Any) -> Evidence:
    """What the collector brings of a server; ``kept`` is the state folder of the project."""
    state: Path | None = config.pop("kept", None)
    settings = {"api": url, "repository": REPOSITORY, "read": read, "allow_addresses": LOOPBACK, "retries": 1, **config}
    entry = sources(it={"collector": "github", **settings})
    (evidence,) = collect(
        entry,
        None,
        lambda: NOW,
        Path(),
        environ={"GITHUB_TOKEN": secret},
        subject=Subject("demo", "staging", judged),
        project=Project(Path(), state=state),
    )
    return evidence


def value_of(fake: FakeGitHub, read: str, judged: str | None = None, **config: Any) -> Any:
    evidence = ask(fake, read, judged, **config)
    assert evidence.failure is None, evidence.failure
    assert defects(evidence.kind, evidence.value, NOW) == ()
    return evidence.value


def refusal_of(fake: FakeGitHub, read: str, judged: str | None = None, **config: Any) -> str:
    return refused(ask(fake, read, judged, **config))


def refused(evidence: Evidence) -> str:
    assert evidence.failure is not None
    assert evidence.value is None
    return f"{evidence.failure.cause}: {evidence.failure.detail}"


def runs(count: int, first: int = 1, apart: timedelta = timedelta(minutes=1)) -> list[dict[str, Any]]:
    """Runs that were created one after the other, up to an hour before now."""
    start = NOW - timedelta(hours=1) - apart * count
    return [
        workflow_run(first + index, (start + apart * index).strftime("%Y-%m-%dT%H:%M:%SZ")) for index in range(count)
    ]
