"""What is recorded is what the program records, and the documents say what they are meant to say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from gatekeeper.evaluate.ladder import stand
from gatekeeper.evaluate.mode import look
from gatekeeper.model.duty import DutyState
from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import ModeState
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.standing import Reach
from gatekeeper.model.times import parse_instant
from tests.sample.record_days import DAYS, SYSTEM, Day, record_all, snapshot_of

NAMES = {
    "runbook",
    "tabletop",
    "canary",
    "rls",
    "record",
    "incidents",
    "mode",
    "metrics",
    "signs",
    "incident",
    "deploys",
    "shift",
}


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
        assert set(snapshot.items) == NAMES
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


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.folder)
def test_no_level_is_reached_and_nothing_is_owed_on_a_recorded_day(root: Path, policies: PolicySet, day: Day) -> None:
    snapshot = snapshot_of(root / "evidence" / SYSTEM, day)
    assert set(policies.ladders) == {"rgl8r-escalation", "rgl8r-severity"}
    for ladder in policies.ladders:
        standing = stand(policies, ladder, snapshot, day.as_of)
        assert (standing.level, standing.unknown, standing.pages) == (None, (), ())
        states = {each.state for level in standing.levels for each in level.triggers}
        assert states == {Reach.NOT_REACHED}
        assert {each.state for each in standing.duties} <= {DutyState.DONE, DutyState.NOT_APPLICABLE}


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.folder)
def test_what_the_mode_says_of_a_recorded_day_is_what_was_recorded_of_it(
    root: Path, policies: PolicySet, day: Day
) -> None:
    snapshot = snapshot_of(root / "evidence" / SYSTEM, day)
    said = cast("dict[str, str]", snapshot.items["mode"].value)
    mode = policies.modes[said["mode"]]
    since = parse_instant(said["since"])
    _, reading = look(mode, ModeState(mode.id, said["state"], since, since, None), snapshot, day.as_of)
    assert (reading.state, reading.lacks, reading.advice) == (said["state"], (), ())
    assert {each.outcome for each in reading.conditions} == {Outcome.FAIL}


def test_what_is_collected_now_is_enough_for_the_ladders(root: Path, tmp_path: Path) -> None:
    for part in ("policies", "evidence"):
        shutil.copytree(root / part / SYSTEM, tmp_path / part / SYSTEM)

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "gatekeeper", *arguments, "--root", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    run("collect", "rgl8r-escalation")
    for ladder in ("rgl8r-escalation", "rgl8r-severity"):
        assert run("evaluate", ladder).startswith(f"no level  {ladder} ")
