"""Ladders and modes on the command line: answers, exit codes, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Project

LADDER = """\
apiVersion: gatekeeper/v1
kind: Ladder
id: demo-ladder
title: Who looks?
owner: demo-team
params:
  most: {type: number, default: 0.05, min: 0.01, max: 0.5, overridable: true}
evidence:
  metrics: {type: json, schema: metrics.schema.json, max_age: 1h, required: [error_rate]}
levels_lowest_first:
  - level: LOOK
    title: Somebody looks
    action: find out what it is
    triggers:
      - {id: errors, title: Many requests fail, when: metrics.error_rate > params.most}
"""

MODE = """\
apiVersion: gatekeeper/v1
kind: Mode
id: demo-mode
title: Is it slow?
owner: demo-team
max_gap: 2m
hold_last: 15m
evidence:
  metrics: {type: json, schema: metrics.schema.json, max_age: 1h, required: [error_rate]}
states:
  normal: {title: It works}
  slow:
    title: It is slow
    enter: [{id: errors, when: metrics.error_rate > 0.05, for: 10m}]
    exit: {when: metrics.error_rate <= 0.05, for: 10m}
"""


@pytest.fixture(autouse=True)
def _policies(project: Project) -> None:
    (project.root / "policies/demo/ladder.yaml").write_text(LADDER)
    (project.root / "policies/demo/mode.yaml").write_text(MODE)


@pytest.mark.parametrize(
    ("error_rate", "code", "word"), [(0.01, 0, "no level"), (0.2, 1, "LOOK"), (None, 3, "not known")]
)
def test_the_exit_code_says_whether_a_level_is_reached(
    project: Project, error_rate: float | None, code: int, word: str
) -> None:
    project.measure(error_rate)
    ended = project.run("evaluate", "demo-ladder", "--collect")
    assert (ended.code, ended.out.lstrip().startswith(f"{word}  demo-ladder")) == (code, True), ended.out + ended.err


def test_of_several_policies_the_worst_answer_is_the_exit_code(project: Project) -> None:
    assert project.run("evaluate", "demo", "demo-ladder", "--collect").code == 0
    project.measure(0.06)
    assert project.run("evaluate", "demo-ladder", "demo", "--collect").code == 1
    given = ("--param", "demo-ladder.most=0.5", "--param", "demo.most=0.1")
    assert project.run("evaluate", "demo-ladder", "demo", *given).code == 0
    assert project.run("evaluate", "demo-ladder", "demo", "--as-of", "2020-01-01T00:00:00Z").code == 3


def test_collect_takes_a_ladder_and_a_mode(project: Project) -> None:
    for policy in ("demo-ladder", "demo-mode"):
        ended = project.run("collect", policy)
        assert (ended.code, Path(ended.out.strip()).is_file()) == (0, True), ended.err


def test_every_format_tells_the_level(project: Project) -> None:
    project.measure(0.2)
    project.run("collect", "demo-ladder")
    outputs = ("--output", "json=s.json", "--output", "markdown=s.md", "--output", "text=s.txt")
    ended = project.run("evaluate", "demo-ladder", "--format", "json", *outputs)
    standing = json.loads(ended.out)
    assert (ended.code, standing["format"], standing["level"]) == (1, "gatekeeper/standing/v1", "LOOK")
    assert json.loads((project.root / "s.json").read_text()) == standing
    assert (project.root / "s.md").read_text().startswith("# LOOK: Who looks?")
    assert (project.root / "s.txt").read_text().startswith("LOOK  demo-ladder")


def test_a_parameter_of_a_ladder_can_be_given_and_no_other(project: Project) -> None:
    project.measure(0.2)
    project.run("collect", "demo-ladder")
    assert project.run("evaluate", "demo-ladder", "--param", "most=0.3").code == 0
    for text, told in [("mots=0.3", "did you mean most"), ("other.most=0.3", "names the policy other")]:
        ended = project.run("evaluate", "demo-ladder", "--param", text)
        assert (ended.code, told in ended.err) == (2, True), ended.err


def test_a_mode_cannot_be_evaluated_from_one_snapshot(project: Project) -> None:
    ended = project.run("evaluate", "demo-mode", "--collect")
    assert (ended.code, ended.out) == (2, "")
    assert "one snapshot cannot tell it" in ended.err
    assert "gatekeeper replay" in ended.err
    assert not (project.root / ".gatekeeper").exists(), "nothing was collected for it"


def test_explain_looks_at_a_mode_once(project: Project) -> None:
    project.measure(0.2)
    project.run("collect", "demo-mode")
    ended = project.run("explain", "demo-mode")
    assert ended.code == 0
    assert "ONE LOOK" in ended.out
    assert "metrics.error_rate = 0.2" in ended.out
    assert "has to hold for 10 min" in ended.out
    one = project.run("explain", "demo-mode", "slow/exit")
    assert "slow/errors" not in one.out
    refused = project.run("explain", "demo-mode", "slow/exti")
    assert (refused.code, "did you mean slow/exit" in refused.err) == (2, True)


def test_explain_tells_what_a_trigger_saw(project: Project) -> None:
    project.measure(0.2)
    project.run("collect", "demo-ladder")
    ended = project.run("explain", "demo-ladder", "errors")
    assert ended.code == 1
    assert "metrics.error_rate = 0.2" in ended.out
    assert "metrics.error_rate > params.most" in ended.out
    refused = project.run("explain", "demo-ladder", "erors")
    assert (refused.code, "did you mean errors" in refused.err) == (2, True)


def test_the_schema_of_a_standing_is_published(project: Project) -> None:
    assert json.loads(project.run("schema", "standing").out)["$id"] == "urn:gatekeeper:schema:standing:v1"
