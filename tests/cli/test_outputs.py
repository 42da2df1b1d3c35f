"""What --output writes, over what it does not write, and the instants that can be asked for."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, Project


def test_an_instant_that_is_still_to_come_cannot_open_a_gate(project: Project) -> None:
    project.measure(0.06)
    soon = datetime.now(UTC) + timedelta(minutes=3)
    (project.root / "policies/demo/waivers.yaml").write_text(
        "apiVersion: gatekeeper/v1\nkind: Waivers\nwaivers:\n"
        "  - id: later\n    gate: demo\n    rule: error-rate\n    owner: demo-team\n"
        "    granted_by: {person: Marta Kowalska, role: lead}\n    justification: known and harmless\n"
        "    ticket: T-1\n    accepts: [fail]\n"
        f"    granted_at: {(soon - timedelta(minutes=1)):%Y-%m-%dT%H:%M:%SZ}\n"
        f"    expires_at: {(soon + timedelta(days=1)):%Y-%m-%dT%H:%M:%SZ}\n"
    )
    project.policy.write_text(POLICY + "roles: {lead: [Marta Kowalska]}\nwaivers: {max: 7d, granted_by: [lead]}\n")
    ended = project.run("evaluate", "demo", "--collect")
    assert ended.code == 1, ended.err
    ended = project.run("evaluate", "demo", "--as-of", f"{soon:%Y-%m-%dT%H:%M:%SZ}")
    assert (ended.code, ended.out) == (2, "")
    assert "is still to come" in ended.err
    assert ended.err.count("\n") <= 2


@pytest.mark.parametrize("command", ["evaluate", "explain"])
def test_the_last_instant_of_the_calendar_is_refused_and_the_first_is_judged(project: Project, command: str) -> None:
    project.run("collect", "demo")
    assert project.run(command, "demo", "--as-of", "9999-12-31T23:59:59Z").code == 2
    assert project.run(command, "demo", "--as-of", "0001-01-01T00:00:00Z").code == 3
    assert project.run(command, "demo", "--as-of", "0001-01-01T00:00:00+14:00").code == 2


def test_clocks_may_disagree_by_a_minute(project: Project) -> None:
    project.run("collect", "demo")
    near = datetime.now(UTC) + timedelta(seconds=30)
    assert project.run("evaluate", "demo", "--as-of", f"{near:%Y-%m-%dT%H:%M:%SZ}").code == 0


def test_a_pipe_that_nobody_reads_is_refused_at_once(project: Project) -> None:
    project.run("collect", "demo")
    os.mkfifo(project.root / "pipe")
    ended = project.run("evaluate", "demo", "--output", "json=pipe")
    assert (ended.code, "pipe cannot be written: nobody reads it" in ended.err) == (4, True)
    assert ended.out.startswith("GO")


def test_two_outputs_that_are_one_file_by_a_link_are_refused(project: Project) -> None:
    project.run("collect", "demo")
    (project.root / "link").symlink_to("board")
    ended = project.run("evaluate", "demo", "--output", "json=board", "--output", "text=link")
    assert (ended.code, "more than once" in ended.err) == (2, True)
    assert not (project.root / "board").exists()


@pytest.mark.parametrize(
    "path",
    [
        "policies/demo/demo.yaml",
        "policies/demo/metrics.schema.json",
        "evidence/demo/metrics.json",
        "evidence/demo/../../policies/demo/demo.yaml",
        "gatekeeper.yaml",
        "link",
        "snapshot",
    ],
)
def test_an_output_never_writes_over_what_the_decision_rests_on(project: Project, path: str) -> None:
    (project.root / "gatekeeper.yaml").write_text("color: never\n")
    (project.root / "link").symlink_to("evidence/demo/metrics.json")
    snapshot = Path(project.run("collect", "demo").out.strip())
    target = snapshot if path == "snapshot" else project.root / path
    before = target.read_bytes()
    ended = project.run("evaluate", "demo", "--output", f"json={target}")
    assert (ended.code, ended.out, "which belongs to the project" in ended.err) == (2, "", True)
    assert target.read_bytes() == before


def test_the_snapshot_that_is_judged_is_not_written_over_wherever_it_is(project: Project) -> None:
    elsewhere = Path(project.run("collect", "demo").out.strip()).rename(project.root / "copy.json")
    ended = project.run("evaluate", "demo", "--snapshot", "copy.json", "--output", "json=copy.json")
    assert (ended.code, json.loads(elsewhere.read_text())["system"]) == (2, "demo")


def test_a_new_file_beside_the_evidence_may_be_written(project: Project) -> None:
    project.run("collect", "demo")
    assert project.run("evaluate", "demo", "--output", "json=evidence/demo/decision.json").code == 0
    assert json.loads((project.root / "evidence/demo/decision.json").read_text())["verdict"] == "GO"


def test_a_pipe_among_the_policies_is_refused_and_does_not_hold_anything_up(project: Project) -> None:
    os.mkfifo(project.root / "policies/demo/pipe.yaml")
    for call in (["lint"], ["evaluate", "demo"]):
        ended = project.run(*call)
        assert (ended.code, "pipe.yaml: is not a regular file" in ended.out + ended.err) == (4, True)


@pytest.mark.usefixtures("bound_by_permissions")
@pytest.mark.parametrize("folder", ["policies", "policies/demo", "evidence", "evidence/demo"])
def test_a_folder_that_may_not_be_read_is_told(project: Project, folder: str) -> None:
    (project.root / folder).chmod(0)
    try:
        for call in (["lint"], ["evaluate", "demo", "--collect"]):
            ended = project.run(*call)
            assert (ended.code, "permission denied" in ended.out + ended.err) == (4, True)
    finally:
        (project.root / folder).chmod(0o755)


def test_a_folder_that_nobody_can_list_is_told(project: Project) -> None:
    # A path longer than the system takes cannot be listed, not even by root.
    above = os.open(project.root / "policies/demo", os.O_RDONLY)
    for _ in range(17):
        os.mkdir("x" * 250, dir_fd=above)
        below = os.open("x" * 250, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    os.close(above)
    for call in (["lint"], ["evaluate", "demo"]):
        ended = project.run(*call)
        assert (ended.code, "cannot be read: " in ended.out + ended.err) == (4, True), ended


def test_a_link_that_leads_around_in_a_circle_is_told(project: Project) -> None:
    (project.root / "evidence/round").symlink_to("round")
    ended = project.run("lint")
    assert (ended.code, "evidence/round: cannot be read: " in ended.err) == (4, True)
    (project.root / "evidence/round").unlink()
    (project.root / "board").symlink_to("board")
    ended = project.run("evaluate", "demo", "--output", "text=board")
    assert (ended.code, "board cannot be written" in ended.err) == (4, True)
    (project.root / "policies/demo/round.yaml").symlink_to("round.yaml")
    for call in (["evaluate", "demo"], ["lint"], ["lint", "policies/demo/round.yaml"]):
        ended = project.run(*call)
        assert (ended.code, "round.yaml: cannot be read: " in ended.out + ended.err) == (4, True)
