"""Recorded answers of GitHub's list of the runs of one workflow.

https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow: the list shows each run with
its latest attempt only. Earlier attempts are asked for one by one (``/runs/{id}/attempts/{n}``) and stand in a file of
their own, as a list: a failure that was run again is still a failure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from types import NoneType
from typing import Any, get_args

from pydantic import Field, model_validator

from gatekeeper.collect.documents import read_json
from gatekeeper.collect.interface import CollectRequest, FileText, Refused, SourceConfig, brought
from gatekeeper.model.decode import field_types
from gatekeeper.model.evidence import WorkflowRun
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json

_FIELDS = field_types(WorkflowRun)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class WorkflowRunsConfig(SourceConfig):
    """Recorded answers.

    Attributes:
        file: one answer.
        files: several, one a page.
        attempts: a list of earlier attempts.
        workflow: the workflow's file, or its name where the runs tell no file. The runs must agree.
        first_run: the ``run_number`` of a run that must be there, with every run after it.
    """

    file: FileText | None = None
    files: list[FileText] | None = Field(default=None, min_length=1, max_length=1000)
    attempts: FileText | None = None
    workflow: str | None = Field(default=None, min_length=1, max_length=255)
    first_run: int | None = Field(default=None, ge=1, strict=True)

    @model_validator(mode="after")
    def _one_or_several(self) -> WorkflowRunsConfig:
        if (self.file is None) == (self.files is None):
            raise ValueError("give either file or files")
        return self


class WorkflowRunsCollector:
    """Reads the runs of one workflow."""

    kind = "workflow_runs"
    gives = "workflow_runs"
    config = WorkflowRunsConfig

    def collect(self, request: CollectRequest[WorkflowRunsConfig]) -> Evidence:
        """Every attempt of every run, in order.

        Raises:
            Refused: the answers are not GitHub's, the runs are of several workflows or of another one than the
                configured one, or they begin after ``first_run``.
        """
        config = request.config
        names = config.files if config.files is not None else [str(config.file)]
        pages = [_page(read_json(request.base, name, config.max_bytes), name) for name in names]
        totals = {total for total, _ in pages}
        if len(totals) > 1:
            raise Refused("failed", "the pages do not agree about total_count: the list grew while it was read")
        runs = [run for _, page in pages for run in page]
        if config.attempts is not None:
            runs += _attempts(read_json(request.base, config.attempts, config.max_bytes), config.attempts)
        workflow = _workflow(runs, config.workflow) or PurePosixPath(names[0]).stem
        _refuse_late_start(runs, config.first_run)
        kept = _ordered(_known(run) for run in runs)
        value: Json = {
            "workflow": workflow,
            "total_count": totals.pop(),
            "runs": kept,
            "latest": kept[-1] if kept else None,
        }
        source = ", ".join([config.source_line(), *([config.attempts] if config.attempts else [])])
        return brought(self, request, source, value)


def _page(answer: Json, name: str) -> tuple[int, list[dict[str, Json]]]:
    wanted = "an answer of GitHub's list of workflow runs"
    if not isinstance(answer, dict) or "workflow_runs" not in answer or "total_count" not in answer:
        raise Refused("mistyped", f"{shown(name)} is not {wanted}: an object with total_count and workflow_runs")
    total = answer["total_count"]
    if not isinstance(total, int) or isinstance(total, bool):
        raise Refused("mistyped", f"{shown(name)} is not {wanted}: total_count is {shown(total)}")
    return total, _runs(answer["workflow_runs"], f"workflow_runs of {shown(name)}")


def _attempts(answer: Json, name: str) -> list[dict[str, Json]]:
    return _runs(answer, shown(name))


def _runs(listed: Json, where: str) -> list[dict[str, Json]]:
    if not isinstance(listed, list):
        raise Refused("mistyped", f"{where} should be a list of runs, not {shown(listed)}")
    found = []
    for index, run in enumerate(listed):
        if not isinstance(run, dict):
            raise Refused("mistyped", f"{where}[{index}] is {shown(run)}, not a run")
        found.append(run)
    return found


def _known(run: dict[str, Json]) -> dict[str, Json]:
    """The fields of a run that its kind has; what may be null and is absent is null."""
    known = {name: run[name] for name in _FIELDS if name in run}
    known["head_branch"] = _branch(known.get("head_branch"))
    return {**known, **{name: None for name, hint in _FIELDS.items() if name not in run and NoneType in get_args(hint)}}


def _ordered(runs: Iterable[dict[str, Json]]) -> list[Json]:
    """By creation, number and attempt; one that is listed twice, alike, is there once."""
    seen: set[str] = set()
    kept: list[dict[str, Json]] = []
    for run in runs:
        content = repr(sorted(run.items()))
        if content not in seen:
            seen.add(content)
            kept.append(run)
    kept.sort(key=_order)
    return list(kept)


def _order(run: dict[str, Json]) -> tuple[datetime, float, float]:
    """A place also for a run that is mistyped, which its kind names afterwards."""
    created: Any = run.get("created_at")
    try:
        at = parse_instant(created)
    except (TypeError, ValueError):
        at = _EARLIEST
    number, attempt = run.get("run_number"), run.get("run_attempt")
    return (
        at,
        number if isinstance(number, int | float) else 0,
        attempt if isinstance(attempt, int | float) else 0,
    )


def _branch(ref: Json) -> Json:
    """The branch's plain name: some answers have it as a full ref. An empty one is not known."""
    return (ref.removeprefix("refs/heads/") or None) if isinstance(ref, str) else ref


def _refuse_late_start(runs: list[dict[str, Json]], first: int | None) -> None:
    """A run that was dropped from the front of the list leaves no hole behind."""
    if first is None:
        return
    numbers = [number for run in runs if type(number := run.get("run_number")) is int]
    if not numbers or min(numbers) > first:
        begins = f"the list begins with run {min(numbers)}" if numbers else "the list has no run"
        raise Refused("truncated", f"run {first} has to be there (first_run), but {begins}")


def _workflow(runs: list[dict[str, Json]], configured: str | None) -> str | None:
    """The workflow of the runs: its file, as ``path`` has it, else its name, else what is configured.

    What the runs say weighs more than what somebody wrote beside them, so the two may not differ.
    """
    _said(runs, "workflow_id")
    path, name = _said(runs, "path"), _said(runs, "name")
    if path is not None:
        file = PurePosixPath(path.partition("@")[0])
        said, also = file.name or path, str(file)
    elif name is not None:
        said = also = name
    else:
        return configured
    if configured is not None and configured not in (said, also):
        raise Refused(
            "mistyped", f"the source is configured as workflow {shown(configured)}, the runs are of {shown(said)}"
        )
    return said


def _said(runs: list[dict[str, Json]], key: str) -> str | None:
    """What the runs say under a key, if any does; then all have to say the same."""
    found = sorted({_text(run[key]) if run.get(key) else "(none)" for run in runs})
    if len(found) > 1:
        told = ", ".join(map(shown, found[:3]))
        raise Refused("mistyped", f"the runs belong to {len(found)} workflows ({key} {told}): name the files of one")
    return None if found in ([], ["(none)"]) else found[0]


def _text(said: Json) -> str:
    return said if isinstance(said, str) else shown(said)
