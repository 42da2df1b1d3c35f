"""GitHub's list of the runs of one workflow, in the shape of its kind; the same for recorded and for live answers.

https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from types import NoneType
from typing import Any, get_args

from gatekeeper.model.decode import field_types
from gatekeeper.model.evidence import WorkflowRun
from gatekeeper.model.shown import shown
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json
from gatekeeper.refused import Refused

Run = dict[str, Json]

_FIELDS = field_types(WorkflowRun)
_OF_A_WORKFLOW = ("workflow_id", "path", "name")
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def page_of(answer: Json, where: str) -> tuple[int, list[Run]]:
    """How many runs one answer says there are, and those that stand in it.

    Raises:
        Refused: it is no answer of that list; ``where`` says which one it is.
    """
    wanted = "an answer of GitHub's list of workflow runs"
    if not isinstance(answer, dict) or "workflow_runs" not in answer or "total_count" not in answer:
        raise Refused("mistyped", f"{where} is not {wanted}: an object with total_count and workflow_runs")
    total = answer["total_count"]
    if not isinstance(total, int) or isinstance(total, bool):
        raise Refused("mistyped", f"{where} is not {wanted}: total_count is {shown(total)}")
    return total, runs_of(answer["workflow_runs"], f"workflow_runs of {where}")


def runs_of(listed: Json, where: str) -> list[Run]:
    """A list of runs, each with the fields alone that are looked at.

    Raises:
        Refused: it is none.
    """
    if not isinstance(listed, list):
        raise Refused("mistyped", f"{where} should be a list of runs, not {shown(listed)}")
    found = []
    for index, run in enumerate(listed):
        if not isinstance(run, dict):
            raise Refused("mistyped", f"{where}[{index}] is {shown(run)}, not a run")
        found.append({name: run[name] for name in (*_FIELDS, *_OF_A_WORKFLOW) if name in run})
    return found


def runs_value(runs: Sequence[Run], total: int, configured: str | None, otherwise: str) -> Json:
    """The runs as evidence: by creation, number and attempt.

    Args:
        runs: every attempt.
        total: how many runs the source says there are.
        configured: the workflow's file or name, as the sources file has it.
        otherwise: what the workflow is called where neither says it.

    Raises:
        Refused: the runs are of several workflows or of another one than the configured one.
    """
    workflow = _workflow(runs, configured) or otherwise
    kept = _ordered(_known(run) for run in runs)
    return {"workflow": workflow, "total_count": total, "runs": kept, "latest": kept[-1] if kept else None}


def refuse_late_start(runs: Iterable[Run], first: int | None) -> None:
    """A run that was dropped from the front of the list leaves no hole behind.

    Raises:
        Refused: the run ``first`` has to be there, and the list begins after it.
    """
    if first is None:
        return
    numbers = [number for run in runs if type(number := run.get("run_number")) is int]
    if not numbers or min(numbers) > first:
        begins = f"the list begins with run {min(numbers)}" if numbers else "the list has no run"
        raise Refused("truncated", f"run {first} has to be there (first_run), but {begins}")


def _known(run: Run) -> Run:
    """The fields of a run that its kind has; what may be null and is absent is null."""
    known = {name: run[name] for name in _FIELDS if name in run}
    known["head_branch"] = _branch(known.get("head_branch"))
    return {**known, **{name: None for name, hint in _FIELDS.items() if name not in run and NoneType in get_args(hint)}}


def _ordered(runs: Iterable[Run]) -> list[Json]:
    """By creation, number and attempt; one that is listed twice, alike, is there once."""
    seen: set[str] = set()
    kept: list[Run] = []
    for run in runs:
        content = repr(sorted(run.items()))
        if content not in seen:
            seen.add(content)
            kept.append(run)
    kept.sort(key=_order)
    return list(kept)


def _order(run: Run) -> tuple[datetime, float, float]:
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


def _workflow(runs: Sequence[Run], configured: str | None) -> str | None:
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


def _said(runs: Sequence[Run], key: str) -> str | None:
    """What the runs say under a key, if any does; then all have to say the same."""
    found = sorted({_text(run[key]) if run.get(key) else "(none)" for run in runs})
    if len(found) > 1:
        told = ", ".join(map(shown, found[:3]))
        raise Refused("mistyped", f"the runs belong to {len(found)} workflows ({key} {told}): name the files of one")
    return None if found in ([], ["(none)"]) else found[0]


def _text(said: Json) -> str:
    return said if isinstance(said, str) else shown(said)
