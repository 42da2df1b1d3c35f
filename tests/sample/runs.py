"""Workflow runs as GitHub lists them, made up for the sample: pure and always the same.

The shape is that of ``GET /repos/{owner}/{repo}/actions/workflows/{id}/runs``: the newest run first, at most a hundred
on a page (https://docs.github.com/en/rest/actions/workflow-runs). What nobody reads of a run is left out, such as its
actor and the addresses of its parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Run = dict[str, Any]

PAGE = 100
"""The most runs that GitHub puts on one page."""

REPOSITORY = "rgl8r/platform"
COMMITS = {
    "2026-02-23": "3f8a1c07d94be2650b7c1d8e4fa92360d5e7b818",
    "2026-02-24": "b51e6d20c3f74a98e0d2176b9ac84f35e16d70ba",
    "2026-02-26": "0c97d4e8ab3150f62e8d7b91c4f6a03e5d82719c",
    "2026-02-28": "e2704bd16f8c39a5d07e61b4c83f92ad105c6e37",
    "2026-03-02": "7d19f5a3c86e04b2f9175ed8a0c3642be87f01d5",
}
"""The head of main, from the day on which it was pushed; the last one is what is launched."""
LAUNCHED = COMMITS["2026-03-02"]


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow of the sample."""

    id: int
    name: str
    file: str
    first_run_id: int
    takes: timedelta


CANARY = Workflow(
    id=231_884_617,
    name="Public API canary",
    file="public-api-canary.yml",
    first_run_id=22_331_408_115,
    takes=timedelta(minutes=2, seconds=41),
)
FORCE_RLS = Workflow(
    id=231_790_402,
    name="Staging FORCE RLS checks",
    file="staging-force-rls-checks.yml",
    first_run_id=22_318_770_943,
    takes=timedelta(minutes=1, seconds=12),
)


def run(
    workflow: Workflow,
    number: int,
    created_at: datetime,
    *,
    event: str = "schedule",
    status: str = "completed",
    conclusion: str | None = "success",
    attempt: int = 1,
    branch: str = "main",
) -> Run:
    """One attempt of one run."""
    run_id = workflow.first_run_id + (number - 1) * 1_183_357 + number * 7_919 % 104_729
    started = created_at + (attempt - 1) * timedelta(minutes=40)
    ended = started + workflow.takes + timedelta(seconds=number * 37 % 53)
    return {
        "id": run_id,
        "name": workflow.name,
        "head_branch": branch,
        "head_sha": _head(created_at),
        "path": f".github/workflows/{workflow.file}",
        "run_number": number,
        "event": event,
        "status": status,
        "conclusion": conclusion,
        "workflow_id": workflow.id,
        "url": f"https://api.github.com/repos/{REPOSITORY}/actions/runs/{run_id}",
        "html_url": f"https://github.com/{REPOSITORY}/actions/runs/{run_id}",
        "created_at": _instant(created_at),
        "updated_at": _instant(ended),
        "run_attempt": attempt,
        "run_started_at": _instant(started),
    }


def canary_runs(since: datetime, until: datetime, *, every: timedelta = timedelta(minutes=30)) -> list[Run]:
    """Clean canary runs on the schedule, from ``since`` up to and with ``until``, the earliest first."""
    return [run(CANARY, number, at) for number, at in enumerate(_ticks(since, until, every), start=1)]


def force_rls_runs(since: datetime, until: datetime) -> list[Run]:
    """One run by hand when the check was built (18:12 the day before ``since``), then one each morning."""
    by_hand = run(FORCE_RLS, 1, since - timedelta(hours=5, minutes=48), event="workflow_dispatch")
    morning = since + timedelta(hours=6, minutes=7)
    daily = _ticks(morning, until, timedelta(days=1))
    return [by_hand, *(run(FORCE_RLS, number, at) for number, at in enumerate(daily, start=2))]


def pages(runs: Sequence[Run]) -> list[str]:
    """The runs as GitHub hands them out: pages of JSON, the newest run first, one run a line."""
    newest_first = list(reversed(runs))
    chunks = [newest_first[start : start + PAGE] for start in range(0, len(newest_first), PAGE)] or [[]]
    return [page(len(runs), chunk) for chunk in chunks]


def page(total_count: int, runs: Sequence[Run]) -> str:
    """One page of a list of runs."""
    lines = ",\n".join(f"  {json.dumps(each)}" for each in runs)
    return f'{{\n "total_count": {total_count},\n "workflow_runs": [\n{lines}\n ]\n}}\n'


def _ticks(since: datetime, until: datetime, every: timedelta) -> Iterator[datetime]:
    at = since
    while at <= until:
        yield at
        at += every


def _head(at: datetime) -> str:
    """The head of main at an instant; pushes come at noon."""
    day = (at - timedelta(hours=12)).date().isoformat()
    return next((sha for since, sha in sorted(COMMITS.items(), reverse=True) if since <= day), COMMITS["2026-02-23"])


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
