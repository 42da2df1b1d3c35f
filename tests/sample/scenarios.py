"""What else could have been the evidence of the launch day: pure functions from a snapshot to a snapshot."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from gatekeeper.model.snapshot import Failure, Snapshot
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json
from gatekeeper.snapshot import KeptValues

Value = dict[str, Any]
Run = dict[str, Any]

_KEPT = KeptValues()
"""A day has most of its evidence in common with the days that are made of it."""


# ---------------------------------------------------------------- any evidence


def with_value(snapshot: Snapshot, name: str, change: Callable[[Value], None]) -> Snapshot:
    """The same evidence with the content of one item changed."""
    item = snapshot.items[name]
    value = cast("Value", copy.deepcopy(item.value))
    change(value)
    changed = replace(item, value=cast("Json", value))
    return _KEPT.build(snapshot.system, snapshot.subject, {**snapshot.items, name: changed}.values())


def without(snapshot: Snapshot, name: str) -> Snapshot:
    """The same evidence without one item."""
    return _KEPT.build(
        snapshot.system, snapshot.subject, [item for item in snapshot.items.values() if item.name != name]
    )


def collected_earlier(snapshot: Snapshot, name: str, by: timedelta) -> Snapshot:
    """The same evidence, one item of it read earlier."""
    item = snapshot.items[name]
    older = replace(item, collected_at=item.collected_at - by)
    return _KEPT.build(snapshot.system, snapshot.subject, {**snapshot.items, name: older}.values())


def failed(snapshot: Snapshot, name: str, cause: str, detail: str) -> Snapshot:
    """The same evidence, one item of it not brought (``truncated`` keeps what was brought)."""
    item = snapshot.items[name]
    value = item.value if cause == "truncated" else None
    broken = replace(item, value=value, failure=Failure(cause, detail))
    return _KEPT.build(snapshot.system, snapshot.subject, {**snapshot.items, name: broken}.values())


# ---------------------------------------------------------------- runs


def run_at(snapshot: Snapshot, name: str, at: str) -> Run:
    """The last attempt of the run that was created at an instant."""
    runs = cast("Value", snapshot.items[name].value)["runs"]
    return cast("Run", [run for run in runs if run["created_at"] == at][-1])


def with_run(snapshot: Snapshot, name: str, at: str, **fields: Any) -> Snapshot:
    """The same evidence, the run of an instant with other fields."""

    def change(value: Value) -> None:
        for run in value["runs"]:
            if run["created_at"] == at:
                run.update(fields)
        value["latest"] = value["runs"][-1]

    return with_value(snapshot, name, change)


def with_second_attempt(snapshot: Snapshot, name: str, at: str, **fields: Any) -> Snapshot:
    """The same evidence, the run of an instant started again 40 minutes later."""

    def change(value: Value) -> None:
        index = max(i for i, run in enumerate(value["runs"]) if run["created_at"] == at)
        first = value["runs"][index]
        started = parse_instant(first["run_started_at"]) + timedelta(minutes=40)
        again = {
            **first,
            "run_attempt": first["run_attempt"] + 1,
            "run_started_at": _text(started),
            "updated_at": _text(started + timedelta(minutes=3)),
            **fields,
        }
        value["runs"].insert(index + 1, again)
        value["latest"] = value["runs"][-1]

    return with_value(snapshot, name, change)


def without_run(snapshot: Snapshot, name: str, at: str, *, total_count_too: bool) -> Snapshot:
    """The same evidence, the run of an instant dropped from the list.

    With ``total_count_too`` the source's count is lowered as well, so that only ``run_number`` tells.
    """

    def change(value: Value) -> None:
        value["runs"] = [run for run in value["runs"] if run["created_at"] != at]
        value["total_count"] -= 1 if total_count_too else 0
        value["latest"] = value["runs"][-1]

    return with_value(snapshot, name, change)


def disabled(snapshot: Snapshot, name: str, since: str, length: timedelta) -> Snapshot:
    """The same evidence, the workflow off for a while: no run was created, so the numbers count on without a hole."""
    start = parse_instant(since)

    def off(run: Run) -> bool:
        return start <= parse_instant(run["created_at"]) < start + length

    def change(value: Value) -> None:
        first = value["runs"][0]["run_number"]
        value["runs"] = [run for run in value["runs"] if not off(run)]
        for number, run in enumerate(value["runs"], start=first):
            run["run_number"] = number
        value["total_count"] = len(value["runs"])
        value["latest"] = value["runs"][-1]

    return with_value(snapshot, name, change)


def emptied(snapshot: Snapshot, name: str) -> Snapshot:
    """The same evidence with a list of runs in which there is none."""

    def change(value: Value) -> None:
        value.update(runs=[], latest=None, total_count=0)

    return with_value(snapshot, name, change)


# ---------------------------------------------------------------- the approval record


def with_sign_offs(snapshot: Snapshot, **fields: Any) -> Snapshot:
    """The same evidence, every entry of the approval record with other fields."""

    def change(value: Value) -> None:
        for entry in value["approvals"]:
            entry.update(fields)

    return with_value(snapshot, "record", change)


def with_sign_off(snapshot: Snapshot, role: str, **fields: Any) -> Snapshot:
    """The same evidence, one entry of the approval record with other fields."""

    def change(value: Value) -> None:
        for entry in value["approvals"]:
            if entry["role"] == role:
                entry.update(fields)

    return with_value(snapshot, "record", change)


def blank(snapshot: Snapshot, role: str) -> Snapshot:
    """The same evidence, one entry of the approval record still blank."""
    return with_sign_off(
        snapshot, role, person=None, decision=None, final=False, signed_at=None, commit=None, basis=None, note=None
    )


# ---------------------------------------------------------------- the documents


def with_cell(snapshot: Snapshot, name: str, column: str, old: str, new: str) -> Snapshot:
    """The same evidence, a cell of a table of a document with another text."""

    def change(value: Value) -> None:
        cells = [row for table in value["tables"] for row in table["rows"] if row.get(column) == old]
        assert cells, f"{name} has no cell {old!r} in a column {column}"
        for row in cells:
            row[column] = new

    return with_value(snapshot, name, change)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
