"""What lint says of suites: every mistake in them, as of policies, and nothing of what their cases come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, SUITE, Project

MISSPELT = SUITE.replace("error-rate: pass", "eror-rate: pass")
WRONG_POLICY = POLICY.replace("enforcement: blocking", "enforcement: blcking")
NAME = "policies/demo/demo_test.yaml"


def test_suites_are_counted_and_not_played(project: Project, suite: Path) -> None:
    suite.write_text(SUITE.replace("verdict: NO-GO", "verdict: GO"))
    ended = project.run("lint")
    assert (ended.code, ended.out, ended.err) == (0, "", "3 files: 0 errors, 0 warnings\n")


def test_a_mistake_in_a_suite_is_shown_with_a_caret(project: Project, suite: Path) -> None:
    suite.write_text(MISSPELT)
    ended = project.run("lint")
    assert ended.code == 4
    assert ended.out == (
        "policies/demo/demo_test.yaml:12:38: demo has no rule `eror-rate`\n"
        "   12 |     expect: {verdict: GO, findings: {eror-rate: pass}}\n"
        "      |                                      ^^^^^^^^^\n"
        "      = did you mean `error-rate`?\n"
    )
    assert ended.err == "3 files: 1 error, 0 warnings\n"


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_tools_are_told_of_suites_too(project: Project, suite: Path, form: str) -> None:
    suite.write_text(MISSPELT)
    ended = project.run("lint", "--format", form)
    assert ended.code == 4
    for word in (NAME, "12", "38", "demo has no rule `eror-rate`"):
        assert word in ended.out
    if form != "github":
        json.loads(ended.out)


def test_mistakes_of_several_suites_are_all_told(project: Project, suite: Path) -> None:
    suite.write_text(MISSPELT)
    (suite.parent / "other_test.yaml").write_text(SUITE.replace("kind: Suite", "kind: Gate"))
    told = project.run("lint", "--format", "json").out
    assert [each["file"] for each in json.loads(told)] == [NAME, "policies/demo/other_test.yaml"]


def test_a_named_suite_is_read_alone(project: Project, suite: Path) -> None:
    other = suite.parent / "other_test.yaml"
    other.write_text(MISSPELT)
    named = project.run("lint", NAME)
    assert (named.code, named.out, named.err) == (0, "", "1 file: 0 errors, 0 warnings\n")
    assert project.run("lint", "policies/demo/other_test.yaml").code == 4
    assert project.run("lint", "policies/demo/demo.yaml").code == 0


def test_a_snapshot_that_is_not_there_is_told_where_it_is_named(project: Project, suite: Path) -> None:
    suite.write_text(SUITE.replace("evidence:\n  metrics: {error_rate: 0.01}\n", "snapshot: gone.json\n"))
    ended = project.run("lint")
    assert ended.code == 4
    assert "policies/demo/demo_test.yaml:6:" in ended.out
    assert "gone.json cannot be read as a snapshot" in ended.out


def test_where_policies_have_errors_suites_are_left_out_and_that_is_said(project: Project, suite: Path) -> None:
    project.policy.write_text(WRONG_POLICY)
    suite.write_text(MISSPELT)
    ended = project.run("lint")
    assert ended.code == 4
    assert "eror-rate" not in ended.out
    assert ended.err == "2 files: 1 error, 0 warnings; suites left out, since policies have errors: 1\n"
    assert project.run("lint", "policies/demo/demo.yaml").err == "1 file: 1 error, 0 warnings\n"


def test_a_named_suite_that_could_not_be_checked_is_not_green(project: Project, suite: Path) -> None:
    project.policy.write_text(WRONG_POLICY)
    ended = project.run("lint", NAME)
    assert ended.code == 4
    assert ended.out.startswith(f"{NAME}: was not checked: the policies that it could ask have errors\n")
    both = project.run("lint", NAME, "policies/demo/demo.yaml")
    assert both.code == 4
    assert "was not checked" not in both.out


def test_a_file_that_is_nothing_of_the_project_is_a_usage_error(project: Project, suite: Path) -> None:
    (project.root / "notes_test.yaml").write_text(SUITE)
    ended = project.run("lint", "notes_test.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert "notes_test.yaml is no policy, no suite and no sources file of" in ended.err


def test_a_file_is_found_from_the_root_as_well(project: Project, suite: Path) -> None:
    suite.write_text(MISSPELT)
    elsewhere = Project(project.root / "evidence")
    ended = elsewhere.run("lint", NAME, "--root", str(project.root))
    assert ended.code == 4
    assert "demo has no rule `eror-rate`" in ended.out
