"""Runs of a workflow as suites write them, and all that follows from the runs: their count and the last one.

Runs are unfolded from a schedule, completed, brought along with a change, and cut at an instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gatekeeper.model.evidence_path import EvidencePath
from gatekeeper.model.suite import History
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json

PENDING = "pending"
"""How a history says that a run has not ended."""

DERIVED = ("total_count", "latest")
"""What follows from the runs, unless somebody says it."""

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_OF_A_RUN = ("id", "event", "head_branch", "head_sha", "created_at", "html_url")
"""What every attempt of a run shares."""

Run = dict[str, Any]


def unfold(history: History) -> Json:
    """All runs of a history, as evidence of kind ``workflow_runs``; a tick without a run leaves no hole behind."""
    runs: list[Json] = []
    for tick, conclusion in enumerate(history.conclusions):
        if conclusion is None:
            continue
        at = instant_text(history.first + tick * history.every)
        ended = None if conclusion == PENDING else conclusion
        runs.append({"run_number": len(runs) + 1, "conclusion": ended, "created_at": at, **history.fields})
    return completed({"workflow": history.workflow, "runs": runs})


def completed(value: Json) -> Json:
    """Evidence of kind ``workflow_runs`` with what its writer left out, the runs in their order.

    ``total_count`` and ``latest`` are filled in where they are left out, and of each run what follows from the rest of
    it, or from an earlier attempt of the same run. What is mistyped stays as it is.
    """
    if not isinstance(value, dict) or not isinstance(value.get("runs"), list):
        return value
    runs = _filled(value["runs"])  # type: ignore[arg-type]  # seen to be a list
    whole: dict[str, Json] = {**value, "runs": runs}
    whole.setdefault("total_count", _count(runs))
    whole.setdefault("latest", runs[-1] if runs else None)
    return whole


def is_derived(path: EvidencePath) -> bool:
    """Whether a way leads to what follows from the runs."""
    return bool(path.steps) and path.steps[0].to in DERIVED


def brought_along(before: Json, after: Json, path: EvidencePath) -> Json:
    """Evidence of kind ``workflow_runs`` after a change at the end of a way, with what follows from that."""
    if not path.steps:
        return completed(after)
    return recounted(before, after) if path.steps[0].to == "runs" else after


def recounted(before: Json, after: Json) -> Json:
    """The runs after a change of them, in their order, with ``latest`` and ``total_count`` brought along.

    ``total_count`` changes by as many runs as came or went: a source that said more than is there still does.
    """
    if not isinstance(after, dict) or not isinstance(after.get("runs"), list):
        return after
    runs = _filled(after["runs"])  # type: ignore[arg-type]  # seen to be a list
    changed: dict[str, Json] = {**after, "runs": runs, "latest": runs[-1] if runs else None}
    total = after.get("total_count")
    if isinstance(total, int) and isinstance(before, dict) and isinstance(before.get("runs"), list):
        changed["total_count"] = total + _count(runs) - _count(before["runs"])
    return changed


def cut_at(value: Json, at: datetime) -> Json:
    """The same evidence as it was at an instant: without the runs that were created later."""
    if not isinstance(value, dict) or not isinstance(value.get("runs"), list):
        return value
    runs: Any = value["runs"]
    kept: list[Json] = [each for each in runs if _created(each) <= at]
    return value if len(kept) == len(runs) else recounted(value, {**value, "runs": kept})


def _filled(runs: list[Json]) -> list[Json]:
    """The runs, each whole, by creation, number and attempt."""
    earlier: dict[Any, Run] = {}
    whole: list[Json] = []
    for each in runs:
        run = _whole(each, earlier) if isinstance(each, dict) else each
        whole.append(run)
        if isinstance(run, dict) and isinstance(run.get("run_number"), int):
            earlier.setdefault(run["run_number"], run)
    return sorted(whole, key=_order)


def _whole(run: Run, earlier: Mapping[Any, Run]) -> Run:
    number = run.get("run_number")
    first = earlier.get(number, {}) if isinstance(number, int) else {}
    known = {**{field: first[field] for field in _OF_A_RUN if field in first}, **run}
    if "created_at" not in known or not isinstance(number, int):
        return run
    defaults = {
        "id": number,
        "run_attempt": 1,
        "event": "schedule",
        "status": "completed" if known.get("conclusion") is not None else "in_progress",
        "head_branch": "main",
        "head_sha": "0" * 40,
        "updated_at": known["created_at"],
        "run_started_at": known["created_at"],
        "html_url": f"https://ci.example/runs/{number}",
    }
    return {**defaults, **known}


def _count(runs: Any) -> int:
    """How many runs there are; attempts of the same one count once."""
    return len({each["run_number"] for each in runs if isinstance(each, dict) and _is_number(each.get("run_number"))})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _created(run: Any) -> datetime:
    try:
        return parse_instant(run["created_at"])
    except (TypeError, KeyError, ValueError):
        return _EARLIEST


def _order(run: Any) -> tuple[datetime, float, float]:
    """A place also for a run that is mistyped, which its kind names afterwards."""
    known: Run = run if isinstance(run, dict) else {}
    number, attempt = known.get("run_number"), known.get("run_attempt")
    return (
        _created(run),
        float(number or 0) if _is_number(number) else 0,
        float(attempt or 0) if _is_number(attempt) else 0,
    )
