"""``gatekeeper replay``: what it shows, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Project
from tests.cli.test_ladder_commands import LADDER, MODE

SUITE = """\
apiVersion: gatekeeper/v1
kind: Suite
title: A rush of errors
policies: [demo-mode, demo-ladder, demo]
now: 2026-03-03T09:00:00Z
evidence:
  metrics: {error_rate: 0.01}
cases:
  - id: rush
    title: Eleven minutes of errors
    every: 1m
    for: 12m
    series: {metrics.error_rate: 0.2x10 0.01}
    events: [{at: 11m, title: it is over}]
    expect:
      - {at: 0m, policy: demo-ladder, level: LOOK}
      - {at: 10m, policy: demo-mode, state: slow}
      - {at: 11m, policy: demo, verdict: GO}
  - id: quiet
    title: Nothing happens
    expect: [{policy: demo, verdict: GO}]
"""


@pytest.fixture
def suite(project: Project) -> Path:
    (project.root / "policies/demo/ladder.yaml").write_text(LADDER)
    (project.root / "policies/demo/mode.yaml").write_text(MODE)
    return project.write_suite(SUITE)


FILE = "policies/demo/demo_test.yaml"


def test_the_first_case_is_played_where_none_is_named(project: Project, suite: Path) -> None:
    ended = project.run("replay", FILE)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0].startswith("AS EXPECTED  rush")
    assert "other cases of this suite: quiet" in ended.out
    assert "demo-mode  normal → slow" in ended.out
    assert "T+0:11  ⚑ it is over" in ended.out


def test_a_case_can_be_named(project: Project, suite: Path) -> None:
    assert project.run("replay", FILE, "quiet").out.startswith("AS EXPECTED  quiet")
    refused = project.run("replay", FILE, "quite")
    assert (refused.code, "has no case 'quite'" in refused.err, "quiet" in refused.err) == (2, True, True)


def test_what_is_not_as_expected_exits_with_4(project: Project, suite: Path) -> None:
    suite.write_text(SUITE.replace("state: slow", "state: normal"))
    ended = project.run("replay", FILE)
    assert ended.code == 4
    assert ended.out.startswith("NOT AS EXPECTED  rush")
    assert "expected normal, found slow" in ended.out
    assert f"{FILE}:17:" in ended.out
    assert json.loads(project.run("replay", FILE, "--format", "json").out)["holds"] is False


def test_states_are_told_by_the_runbooks_own_words(project: Project, suite: Path) -> None:
    (project.root / "policies/demo/mode.yaml").write_text(
        MODE.replace("normal:", "RUNNING:").replace("  slow:", "  ROLLED_BACK:")
    )
    earlier = "    every: 1m\n    earlier: {demo-mode: {state: RUNNING, since: 2026-03-03T08:00:00Z}}\n"
    text = SUITE.replace("state: slow", "state: ROLLED_BACK, because: [ROLLED_BACK/errors]")
    suite.write_text(text.replace("    every: 1m\n", earlier))
    ended = project.run("replay", FILE)
    assert (ended.code, ended.err) == (0, "")
    assert "demo-mode  RUNNING → ROLLED_BACK" in ended.out
    moments = json.loads(project.run("replay", FILE, "--format", "json").out)["moments"]
    assert [each["policies"]["demo-mode"]["state"] for each in moments] == ["RUNNING"] * 10 + ["ROLLED_BACK"] * 3
    told = project.run("explain", "demo-mode", "ROLLED_BACK/exit").out
    assert "IF IT IS ROLLED_BACK" in told
    assert project.run("test", FILE).code == 0


def test_every_look_can_be_shown(project: Project, suite: Path) -> None:
    assert "T+0:05" not in project.run("replay", FILE).out
    assert "T+0:05" in project.run("replay", FILE, "--all").out


def test_json_is_the_same_under_every_locale(project: Project, suite: Path) -> None:
    printed = {project.run("replay", FILE, "--format", "json", env={"LC_ALL": each}).out for each in ("C", "C.UTF-8")}
    assert len(printed) == 1
    assert [each["offset_seconds"] for each in json.loads(printed.pop())["moments"]] == [60 * at for at in range(13)]


def test_colour_and_ascii_as_in_other_screens(project: Project, suite: Path) -> None:
    assert "\x1b[" not in project.run("replay", FILE).out
    assert "\x1b[" in project.run("replay", FILE, "--color", "always").out
    assert "\x1b[" not in project.run("replay", FILE, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out
    assert project.run("replay", FILE, env={"PYTHONIOENCODING": "ascii"}).out.isascii()


@pytest.mark.parametrize(
    ("file", "code", "told"),
    [
        ("policies/demo", 2, "is a folder"),
        ("policies/demo/none_test.yaml", 2, "there is no such file"),
        ("policies/demo/demo.yaml", 4, "does not belong in this file"),
    ],
)
def test_what_is_no_suite_is_refused_in_words(project: Project, suite: Path, file: str, code: int, told: str) -> None:
    ended = project.run("replay", file)
    assert (ended.code, ended.out, told in ended.err) == (code, "", True), ended.err


def test_the_tabletop_of_the_sample_is_as_the_exercise_was(root: Path, project: Project) -> None:
    ended = project.run("replay", str(root / "policies/rgl8r/tabletop_test.yaml"), "--root", str(root))
    assert ended.code == 0, ended.out + ended.err
    strips = {line.split()[0]: line.split()[1] for line in ended.out.splitlines() if line.startswith("  rgl8r-")}
    assert strips["rgl8r-degraded"] == "·" * 26
    assert strips["rgl8r-escalation"] == "1" * 26
    assert strips["rgl8r-severity"] == "H" * 15 + "·" * 11
