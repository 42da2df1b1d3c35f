"""What is recorded is what the program records, and the documents say what they are meant to say."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, cast

import pytest

from gatekeeper.model.snapshot import Snapshot
from tests.sample.record_days import DAYS, record_all


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_recorded_is_what_the_program_makes_of_the_sample(root: Path, tmp_path: Path) -> None:
    for part in ("policies", "evidence"):
        shutil.copytree(root / part / "rgl8r", tmp_path / part / "rgl8r")
    paths = record_all(tmp_path)
    assert len(paths) == len(DAYS)
    made, kept = _files(tmp_path / "evidence"), _files(root / "evidence")
    assert sorted(made) == sorted(name for name in kept if name.startswith("rgl8r/"))
    changed = [name for name, content in made.items() if content != kept[name]]
    assert not changed, "run: python -m tests.sample.record_days"


def test_every_recorded_item_was_brought_whole(first_day: Snapshot, eve: Snapshot, launch_day: Snapshot) -> None:
    for snapshot in (first_day, eve, launch_day):
        assert set(snapshot.items) == {"runbook", "tabletop", "canary", "rls", "record", "incidents", "mode"}
        assert not [item.name for item in snapshot.items.values() if item.failure is not None]


@pytest.mark.parametrize("day", ["first_day", "launch_day"])
def test_the_runs_count_on_without_a_hole(day: str, request: pytest.FixtureRequest) -> None:
    snapshot = cast("Snapshot", request.getfixturevalue(day))
    for name in ("canary", "rls"):
        value = cast("dict[str, Any]", snapshot.items[name].value)
        numbers = [run["run_number"] for run in value["runs"]]
        assert numbers == list(range(1, len(numbers) + 1))
        assert value["total_count"] == len(numbers)
        assert len({run["id"] for run in value["runs"]}) == len(numbers)
        assert {run["html_url"].rsplit("/", 1)[0] for run in value["runs"]} == {
            "https://github.com/rgl8r/platform/actions/runs"
        }
