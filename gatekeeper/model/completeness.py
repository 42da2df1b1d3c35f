"""Whether a typed value is all there: holes, cuts and contradictions that its types cannot show.

A run that was dropped from the evidence must not pass as a short gap, so the runs of a workflow are counted, and each
hole is named (https://docs.github.com/en/rest/actions/workflow-runs).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from gatekeeper.model.decode import instants, trail_text
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json
from gatekeeper.model.whole_monitoring import alerts_defects, samples_defects, series_defects

MAX_DEFECTS = 50

Defect = tuple[str, str]
"""A cause (mistyped, future, truncated, incomplete, undecided) and one line for a person."""


def defects(kind: str, value: Json, latest: datetime | None = None) -> tuple[Defect, ...]:
    """What keeps a value from being relied on; none where it is whole.

    Args:
        kind: the evidence kind's word.
        value: a value that ``typed`` has accepted.
        latest: no instant in the value may lie after this one, since it was read before; None for any.
    """
    found: list[Defect] = []
    for each in _all(kind, value, latest):
        found.append(each)
        if len(found) == MAX_DEFECTS:
            break
    return tuple(found)


def _all(kind: str, value: Json, latest: datetime | None) -> Iterator[Defect]:
    broken = False
    for trail, text in instants(kind, value):
        try:
            at = parse_instant(text)
        except ValueError as error:
            broken = True
            yield "mistyped", f"{trail_text(trail)}: {error}"
            continue
        if latest is not None and at > latest:
            yield "future", f"{trail_text(trail)} is {instant_text(at)}, after it was read"
    if not broken and kind in _WHOLE:
        yield from _WHOLE[kind](value)


def _workflow_runs(value: Any) -> Iterator[Defect]:
    runs: list[dict[str, Any]] = value["runs"]
    yield from _out_of_order(runs)
    yield from _concluded_early(runs)
    if value["latest"] != (runs[-1] if runs else None):
        yield "mistyped", "latest is not the last of the runs"
    attempts: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for run in runs:
        attempts[run["run_number"]].append(run)
    numbers = sorted(attempts)
    yield from _holes(numbers, attempts)
    yield from _falling(numbers, attempts)
    for number in numbers:
        yield from _attempts(number, attempts[number])
    shared = Counter(id_ for each in attempts.values() for id_ in {run["id"] for run in each})
    for id_, count in shared.items():
        if count > 1:
            yield "mistyped", f"{count} runs have the same id {id_}"
    yield from _counted(value["total_count"], len(numbers))


def _out_of_order(runs: list[dict[str, Any]]) -> Iterator[Defect]:
    order = [(parse_instant(run["created_at"]), run["run_number"], run["run_attempt"]) for run in runs]
    for index, (before, after) in enumerate(pairwise(order)):
        if after < before:
            yield "mistyped", f"runs[{index + 1}] stands after a later one: runs are ordered by created_at"
            return


def _holes(numbers: list[int], attempts: dict[int, list[dict[str, Any]]]) -> Iterator[Defect]:
    for before, after in pairwise(numbers):
        if after - before > 1:
            lost = after - before - 1
            which = f"run {before + 1} is" if lost == 1 else f"runs {before + 1} to {after - 1} ({lost}) are"
            ends = [f"{number} (created {attempts[number][0]['created_at']})" for number in (before, after)]
            yield "incomplete", f"{which} missing between {ends[0]} and {ends[1]}"


def _concluded_early(runs: list[dict[str, Any]]) -> Iterator[Defect]:
    for run in runs:
        if run["status"] != "completed" and run["conclusion"] is not None:
            which = f"run {run['run_number']} (attempt {run['run_attempt']})"
            yield "mistyped", f"{which} is {run['status']} and yet has the conclusion {run['conclusion']}"


def _falling(numbers: list[int], attempts: dict[int, list[dict[str, Any]]]) -> Iterator[Defect]:
    """Numbers are given in the order of creation, so a run that stands before its time was moved."""
    for before, after in pairwise(numbers):
        earlier, later = (attempts[number][0]["created_at"] for number in (before, after))
        if parse_instant(later) < parse_instant(earlier):
            yield "mistyped", f"run {after} (created {later}) is older than run {before} (created {earlier})"


def _attempts(number: int, runs: list[dict[str, Any]]) -> Iterator[Defect]:
    counts = Counter(run["run_attempt"] for run in runs)
    if number < 1 or min(counts) < 1:
        yield "mistyped", f"run {number} has a number or an attempt below 1"
        return
    for attempt, count in sorted(counts.items()):
        if count > 1:
            yield "mistyped", f"attempt {attempt} of run {number} is there {count} times"
    if len({run["id"] for run in runs}) > 1:
        yield "mistyped", f"the attempts of run {number} have different ids"
    created = sorted({run["created_at"] for run in runs})
    if len({parse_instant(at) for at in created}) > 1:
        yield "mistyped", f"the attempts of run {number} have different created_at ({' and '.join(created[:2])})"
    last = max(counts)
    lacking = last - len(counts)
    if lacking:
        first = next(attempt for attempt in range(1, last) if attempt not in counts)
        more = f" (and {lacking - 1} more)" if lacking > 1 else ""
        yield "incomplete", f"attempt {first} of run {number} is missing{more}"


def _counted(total: int, here: int) -> Iterator[Defect]:
    if here < total:
        yield "truncated", f"total_count says {total}, {here} runs are here"
    elif here > total:
        yield "incomplete", f"total_count says {total}, but {here} runs are here"


def _check_runs(value: Any) -> Iterator[Defect]:
    here = len(value["check_runs"])
    if here != value["total_count"]:
        cause = "truncated" if here < value["total_count"] else "incomplete"
        yield cause, f"total_count says {value['total_count']}, {here} check runs are here"
    if any(check["head_sha"] != value["head_sha"] for check in value["check_runs"]):
        yield "mistyped", "a check run is of another commit"
    for id_, count in Counter(check["id"] for check in value["check_runs"]).items():
        if count > 1:
            yield "mistyped", f"{count} check runs have the same id {id_}"
    by_id = sorted(value["check_runs"], key=lambda check: check["id"])
    newest = {(check["name"], check["app_id"]): check for check in by_id}
    latest = sorted(newest.values(), key=lambda check: (check["name"], check["id"]))
    if here == value["total_count"] and value["latest"] != latest:
        yield "mistyped", "latest is not the last check run of each name and app"


def _mode_state(value: Any) -> Iterator[Defect]:
    """A mode that does not know its state says nothing that a gate could read."""
    if value["state"] == "unknown":
        yield "undecided", f"the state of {value['mode']} is not known"


def _rows(value: Any) -> Iterator[Defect]:
    here = len(value["rows"])
    if here != value["row_count"]:
        yield "truncated", f"row_count says {value['row_count']}, {here} rows are here"


_WHOLE: dict[str, Callable[[Any], Iterator[Defect]]] = {
    "alerts": alerts_defects,
    "check_runs": _check_runs,
    "mode_state": _mode_state,
    "rows": _rows,
    "samples": samples_defects,
    "series": series_defects,
    "workflow_runs": _workflow_runs,
}
