"""``gatekeeper test --mutate``: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import SUITE_HEAD, Project

SUITE = (
    SUITE_HEAD
    + """\
  - id: over-the-limit
    title: More than five percent are too many
    set: {metrics.error_rate: 0.0501}
    expect: {verdict: NO-GO, stops: [error-rate]}
  - id: under-the-limit
    title: Fewer are not
    expect: {verdict: GO, findings: {error-rate: pass}}
"""
)
AT_THE_LIMIT = """\
  - id: at-the-limit
    title: Exactly five percent are not too many
    set: {metrics.error_rate: 0.05}
    expect: {verdict: GO, findings: {error-rate: pass}}
"""
BOUNDARY = ("metrics.error_rate <= params.most", "metrics.error_rate < params.most")


@pytest.fixture
def suite(project: Project) -> Path:
    return project.write_suite(SUITE)


def _states(out: str) -> dict[tuple[str, str], tuple[str, str | None]]:
    mutants = json.loads(out)["mutants"]
    return {(each["before"], each["after"]): (each["state"], each["why"]) for each in mutants}


def test_a_limit_that_no_case_stands_at_survives_with_its_place_and_words(project: Project, suite: Path) -> None:
    ended = project.run("test", "--mutate")
    assert (ended.code, ended.err) == (0, "")
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    at = lines.index("policies/demo/demo.yaml:15:32 rules.error-rate.expect comparison")
    assert lines[at + 1 : at + 3] == [f"before {BOUNDARY[0]}", f"after {BOUNDARY[1]}"]
    assert "mutation score" in lines[-1]


def test_a_case_at_the_limit_kills_it_and_is_named(project: Project, suite: Path) -> None:
    assert _states(project.run("test", "--mutate", "--format", "json").out)[BOUNDARY] == ("survived", None)
    suite.write_text(SUITE + AT_THE_LIMIT)
    killed = _states(project.run("test", "--mutate", "--format", "json").out)[BOUNDARY]
    assert killed == ("killed", "policies/demo/demo_test.yaml: at-the-limit")


def test_what_lint_refuses_is_counted_apart(project: Project, suite: Path) -> None:
    states = _states(project.run("test", "--mutate", "--format", "json").out)
    state, why = states["error-rate", ""]
    assert state == "refused"
    assert why is not None
    assert "no rules" in why


def test_the_score_can_be_too_low(project: Project, suite: Path) -> None:
    ended = project.run("test", "--mutate", "--fail-under-mutation", "99.5")
    assert ended.code == 4
    assert ended.out.splitlines()[-1].startswith("99.5 % of the mutants have to be killed, ")
    assert project.run("test", "--mutate", "--fail-under-mutation", "10").code == 0


def test_what_there_was_no_time_for_is_told_and_fails(project: Project, suite: Path) -> None:
    ended = project.run("test", "--mutate", "--seconds", "0.000001", "--jobs", "1")
    assert ended.code == 4
    assert ended.out.splitlines()[-1].startswith("the time was up: ")


def test_any_number_of_processes_gives_the_same_bytes(project: Project, suite: Path) -> None:
    one, two = (project.run("test", "--mutate", "--format", "json", "--jobs", jobs) for jobs in ("1", "2"))
    assert one.out == two.out


def test_junit_has_a_testcase_for_each_mutant_and_a_failure_for_each_that_survives(
    project: Project, suite: Path
) -> None:
    ended = project.run("test", "--mutate", "--output", "junit=mutants.xml", "--format", "json")
    root = ET.fromstring((project.root / "mutants.xml").read_text(encoding="utf-8"))
    summary = json.loads(ended.out)["summary"]
    assert root.get("tests") == str(summary["mutants"]) == str(len(root.findall(".//testcase")))
    assert root.get("failures") == str(summary["survived"]) == str(len(root.findall(".//failure")))
    assert root.get("skipped") == str(len(root.findall(".//skipped")))


def test_where_a_case_fails_as_it_is_no_mutant_is_tried(project: Project, suite: Path) -> None:
    suite.write_text(SUITE.replace("verdict: GO", "verdict: NO-GO"))
    ended = project.run("test", "--mutate")
    assert ended.code == 4
    assert "✗ under-the-limit" in ended.out
    assert "MUTANTS" not in ended.out


@pytest.mark.parametrize(
    "arguments", [("--jobs", "2"), ("--seconds", "3"), ("--fail-under-mutation", "90"), ("--mutate", "--coverage")]
)
def test_options_that_do_not_go_together_are_a_wrong_use(
    project: Project, suite: Path, arguments: tuple[str, ...]
) -> None:
    ended = project.run("test", *arguments)
    assert ended.code == 2
    assert "--mutate" in ended.err


def _declared(after: str, reason: str = "nobody fails so exactly") -> str:
    said = f"policy: demo, part: rules.error-rate.expect, before: {BOUNDARY[0]}, after: {after}, reason: {reason}"
    return f"equivalent:\n  - {{{said}}}\n"


def test_what_the_author_calls_equivalent_is_told_with_the_reason(project: Project, suite: Path) -> None:
    suite.write_text(SUITE + _declared(BOUNDARY[1]))
    states = _states(project.run("test", "--mutate", "--format", "json").out)
    assert states[BOUNDARY] == ("equivalent", "nobody fails so exactly")


def test_a_declaration_that_is_about_no_mutant_is_an_error_with_its_place(project: Project, suite: Path) -> None:
    suite.write_text(SUITE + _declared("metrics.error_rate << params.most"))
    ended = project.run("test", "--mutate")
    assert ended.code == 4
    assert ended.err.startswith("error: policies/demo/demo_test.yaml:17:5: no mutant of rules.error-rate.expect is ")
    assert f"did you mean `{BOUNDARY[1]}`?" in ended.err


def test_a_declaration_of_a_mutant_that_a_case_kills_is_an_error(project: Project, suite: Path) -> None:
    suite.write_text(SUITE + AT_THE_LIMIT + _declared(BOUNDARY[1]))
    ended = project.run("test", "--mutate")
    assert ended.code == 4
    assert "is not equivalent: policies/demo/demo_test.yaml: at-the-limit notices it" in ended.err


def test_a_declaration_about_a_policy_that_is_not_asked_is_told_by_lint(project: Project, suite: Path) -> None:
    suite.write_text(SUITE + _declared(BOUNDARY[1]).replace("policy: demo", "policy: dema"))
    ended = project.run("lint")
    assert ended.code == 4
    assert "this suite does not ask `dema`" in ended.err + ended.out
