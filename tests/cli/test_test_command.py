"""``gatekeeper test``: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gatekeeper.model.snapshot import Subject
from gatekeeper.snapshot import build_snapshot, write_snapshot
from tests.builders import item
from tests.cli.conftest import SOURCES, SUITE, Project

FAILING = SUITE.replace("verdict: NO-GO, stops: [error-rate]", "verdict: GO, stops: []")
UNKNOWN = """\
  - id: without-metrics
    title: Without figures nothing is known
    lacking: {metrics: missing}
    expect: {verdict: INCONCLUSIVE}
"""


def test_where_every_case_holds_each_has_a_line_and_the_end_is_good(project: Project, suite: Path) -> None:
    ended = project.run("test")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "policies/demo/demo_test.yaml  Few requests fail"
    assert lines[1] == "  ✓ at-the-limit  Exactly five percent are not too many"
    assert lines[2] == "  ✓ over-the-limit  A little more is"
    assert lines[-1] == "2 cases: all hold; 2 looks; outcomes seen 66 %, branches 100 %"


def test_a_failing_case_tells_place_expected_found_and_why(project: Project, suite: Path) -> None:
    suite.write_text(FAILING)
    ended = project.run("test")
    assert ended.code == 4
    verdict, stops = re.findall(
        r"^ {6}(\S+)  (.+?)\n {8}expected +(.*)\n {8}found +(.*)\n {8}why +(.*)", ended.out, re.MULTILINE
    )
    assert verdict == (
        "policies/demo/demo_test.yaml:16:14",
        "demo: verdict  at 2026-03-03T09:00Z",
        "GO",
        "NO-GO",
        "1 rule fails (error-rate)",
    )
    assert stops[0] == "policies/demo/demo_test.yaml:16:27"
    assert stops[2:4] == ("none", "error-rate")
    assert stops[4].startswith("error-rate is fail: error rate 0.0501 (metrics.error_rate = 0.0501, needs <= ")
    assert "1 hold, 1 fail" in ended.out


def test_a_case_that_fails_does_not_keep_the_others_from_being_played(project: Project, suite: Path) -> None:
    suite.write_text(FAILING + UNKNOWN)
    ended = project.run("test")
    assert ended.code == 4
    assert "✗ over-the-limit" in ended.out
    assert "✓ without-metrics" in ended.out


def test_cases_are_chosen_by_their_id(project: Project, suite: Path) -> None:
    suite.write_text(FAILING)
    ended = project.run("test", "--case", "at-*")
    assert ended.code == 0
    assert "over-the-limit" not in ended.out
    assert "1 case: it holds" in ended.out
    both = project.run("test", "--case", "at-*", "--case", "over-the-limit")
    assert both.code == 4


def test_what_is_recorded_of_another_environment_is_not_begun_with(project: Project, suite: Path) -> None:
    evidence = project.root / "evidence/demo"
    (evidence / "sources.live.yaml").write_text(SOURCES.replace("environment: local", "environment: live"))
    for environment, rate, hour in (("local", 0.01, 8), ("live", 0.5, 9)):
        at = datetime(2026, 3, 3, hour, tzinfo=UTC)
        measured = item("metrics", {"error_rate": rate}, collected_at=at)
        write_snapshot(build_snapshot("demo", Subject("demo", environment), [measured]), evidence / "recorded")
    begins = SUITE.replace("evidence:\n  metrics: {error_rate: 0.01}\n", "snapshot: recorded\n")
    suite.write_text(begins[: begins.index("    set:")] + "    expect: {verdict: GO}\n")
    assert project.run("test", env={"GATEKEEPER_ENVIRONMENT": "local"}).code == 0
    live = project.run("test", env={"GATEKEEPER_ENVIRONMENT": "live"})
    assert (live.code, "NO-GO" in live.out) == (4, True)
    assert project.run("test", "--environment", "local").code == 0
    assert project.run("test", "--environment", "live", env={"GATEKEEPER_ENVIRONMENT": "local"}).code == 4
    unsaid = project.run("test")
    assert (unsaid.code, unsaid.out) == (4, "")
    assert "demo_test.yaml:6:11: `snapshot`: which environment of demo?" in unsaid.err
    assert "there are: live, local" in unsaid.err


def test_a_case_that_there_is_not_is_a_usage_error_with_a_suggestion(project: Project, suite: Path) -> None:
    ended = project.run("test", "--case", "at-the-limits")
    assert (ended.code, ended.out) == (2, "")
    assert "there is no case 'at-the-limits'" in ended.err
    assert "did you mean `at-the-limit`?" in ended.err


def test_a_path_is_a_file_or_a_folder(project: Project, suite: Path) -> None:
    (suite.parent / "other_test.yaml").write_text(FAILING)
    assert project.run("test", "policies/demo/demo_test.yaml").code == 0
    assert project.run("test", "policies/demo").code == 4
    assert project.run("test").code == 4
    missing = project.run("test", "policies/demo/gone_test.yaml")
    assert (missing.code, missing.out) == (2, "")
    assert "gone_test.yaml: there is no such file" in missing.err


def test_a_path_is_looked_up_here_first_and_then_from_the_root(project: Project, suite: Path) -> None:
    elsewhere = Project(project.root / "evidence")
    root = ("--root", str(project.root))
    for path in ("policies/demo/demo_test.yaml", "policies"):
        ended = elsewhere.run("test", path, *root)
        assert (ended.code, "2 cases: all hold" in ended.out) == (0, True), path
    assert elsewhere.run("replay", "policies/demo/demo_test.yaml", *root).code == 0
    assert "is a folder" in elsewhere.run("replay", "policies/demo", *root).err
    here = elsewhere.root / "policies/demo/demo_test.yaml"
    here.parent.mkdir(parents=True)
    here.write_text(SUITE)
    ended = elsewhere.run("test", "policies/demo/demo_test.yaml", *root)
    assert (ended.code, ended.out) == (4, "")
    assert "demo_test.yaml: lies outside of the policies in" in ended.err


def test_a_path_outside_of_the_policies_is_told_as_that(project: Project, suite: Path) -> None:
    (project.root / "notes_test.yaml").write_text(SUITE)
    ended = project.run("test", "notes_test.yaml")
    assert (ended.code, ended.out) == (4, "")
    assert "notes_test.yaml: lies outside of the policies in policies" in ended.err
    assert "--root names the project" in ended.err
    whole = project.run("test", ".")
    assert (whole.code, "2 cases: all hold" in whole.out, "notes" in whole.out) == (0, True, False)


def test_no_suite_at_all_is_an_error(project: Project) -> None:
    ended = project.run("test")
    assert (ended.code, ended.out) == (4, "")
    assert "there is no suite in" in ended.err
    assert "policies/<system>/<name>_test.yaml" in ended.err


def test_a_mistake_in_a_suite_is_told_with_its_place_and_nothing_is_played(project: Project, suite: Path) -> None:
    suite.write_text(SUITE.replace("error-rate: pass", "eror-rate: pass"))
    ended = project.run("test")
    assert (ended.code, ended.out) == (4, "")
    assert "policies/demo/demo_test.yaml:12:" in ended.err
    assert "did you mean `error-rate`?" in ended.err


def test_a_policy_that_cannot_be_used_is_told(project: Project, suite: Path) -> None:
    project.policy.write_text(project.policy.read_text().replace("enforcement: blocking", "enforcement: blcking"))
    ended = project.run("test")
    assert (ended.code, ended.out) == (4, "")
    assert "policies/demo/demo.yaml:" in ended.err


def test_json_tells_everything(project: Project, suite: Path) -> None:
    suite.write_text(FAILING)
    ended = project.run("test", "--format", "json")
    assert ended.code == 4
    document = json.loads(ended.out)
    assert (document["format"], document["holds"]) == ("gatekeeper/test/v1", False)
    (told,) = document["suites"]
    failing = told["cases"][1]
    assert (failing["id"], failing["holds"], failing["looks"]) == ("over-the-limit", False, 1)
    assert failing["verified"][0]["found"] == "NO-GO"
    assert failing["verified"][0]["place"] == {"file": "policies/demo/demo_test.yaml", "line": 16, "column": 14}
    assert document["coverage"][0]["outcomes"] == {"all": 3, "percent": 66.67, "seen": 2}
    assert project.run("test", "--format", "json").out == ended.out


def test_junit_is_xml_with_a_failure(project: Project, suite: Path) -> None:
    suite.write_text(FAILING)
    ended = project.run("test", "--format", "junit", env={"LC_ALL": "C", "PYTHONIOENCODING": ""})
    assert ended.code == 4
    root = ET.fromstring(ended.out.encode())
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    failure = root.find("testsuite/testcase[@line='13']/failure")
    assert failure is not None
    assert failure.get("message") == "verdict: expected GO, found NO-GO (and 1 more)"


def test_results_are_written_to_files_as_well(project: Project, suite: Path) -> None:
    ended = project.run("test", "--output", "junit=report.xml", "--output", "json=report.json")
    assert ended.code == 0
    assert ended.out.startswith("policies/demo/demo_test.yaml")
    assert ET.parse(project.root / "report.xml").getroot().get("tests") == "2"
    assert json.loads((project.root / "report.json").read_text())["holds"] is True


@pytest.mark.parametrize(
    ("output", "code", "told"),
    [
        ("xml=report.xml", 2, "unknown format 'xml'"),
        ("junit", 2, "not of the form FORMAT=PATH"),
        ("junit=policies/demo/demo_test.yaml", 2, "would write over"),
        ("junit=gone/report.xml", 4, "cannot be written"),
    ],
)
def test_an_output_that_cannot_be_is_refused(project: Project, suite: Path, output: str, code: int, told: str) -> None:
    ended = project.run("test", "--output", output)
    assert ended.code == code
    assert told in ended.err
    assert suite.read_text() == SUITE


def test_what_was_never_seen_is_listed_on_request(project: Project, suite: Path) -> None:
    assert "never" not in project.run("test").out
    ended = project.run("test", "--coverage")
    assert ended.code == 0
    assert "policies/demo/demo.yaml:11:5  rule error-rate never unknown" in ended.out
    suite.write_text(SUITE + UNKNOWN)
    assert "never" not in project.run("test", "--coverage").out


def test_too_little_that_was_seen_fails(project: Project, suite: Path) -> None:
    assert project.run("test", "--fail-under", "66.6").code == 0
    ended = project.run("test", "--fail-under", "67")
    assert ended.code == 4
    assert "67 % of the outcomes have to be seen, 66.7 % were" in ended.out
    suite.write_text(SUITE + UNKNOWN)
    assert project.run("test", "--fail-under", "100").code == 0
    assert project.run("test", "--fail-under", "101").code == 2


def test_a_policy_that_no_suite_asks_is_named_and_counts(project: Project, suite: Path) -> None:
    suite.write_text(SUITE + UNKNOWN)
    other = project.policy.read_text().replace("id: demo\n", "id: other\n")
    (project.root / "policies/demo/other.yaml").write_text(other)
    ended = project.run("test", "--fail-under", "51")
    assert ended.code == 4
    assert re.search(r"other +gate +0 % .* no suite asks it", ended.out)
    for path in ("policies", "policies/demo", "policies/demo/demo_test.yaml"):
        assert project.run("test", "--fail-under", "51", path).code == 4, path
    assert project.run("test", "--fail-under", "51", "--case", "*").code == 0
    (suite.parent / "more_test.yaml").write_text(SUITE)
    ended = project.run("test", "--fail-under", "51", "policies/demo/demo_test.yaml")
    assert (ended.code, "other" in ended.out) == (0, False)


def test_a_folder_counts_a_system_without_any_suite(project: Project, suite: Path) -> None:
    suite.write_text(SUITE + UNKNOWN)
    other = project.root / "policies/untested"
    other.mkdir()
    (other / "other.yaml").write_text(project.policy.read_text().replace("id: demo\n", "id: other\n"))
    (other / "metrics.schema.json").write_bytes((project.root / "policies/demo/metrics.schema.json").read_bytes())
    for path in ("policies", "."):
        assert project.run("test", "--fail-under", "51", path).code == 4, path
    assert project.run("test", "--fail-under", "51", "policies/demo").code == 0


def test_what_has_to_be_seen_is_a_number_and_told_with_as_many_digits_as_it_needs(
    project: Project, suite: Path
) -> None:
    refused = project.run("test", "--fail-under", "nan")
    assert (refused.code, refused.out) == (2, "")
    assert "'nan' is no percentage" in refused.err
    ended = project.run("test", "--fail-under", "66.7")
    assert ended.code == 4
    assert "66.7 % of the outcomes have to be seen, 66.67 % were" in ended.out
    assert "66.66667 % of the outcomes have to be seen, 66.666667 % were" in (
        project.run("test", "--fail-under", "66.66667").out
    )


def test_an_output_over_a_snapshot_that_a_suite_names_is_refused(project: Project, suite: Path) -> None:
    taken = project.run("collect", "demo")
    snapshot = project.root / "snap.json"
    (project.root / taken.out.strip()).rename(snapshot)
    before = snapshot.read_bytes()
    (project.root / "link.json").symlink_to("snap.json")
    suite.write_text(SUITE.replace("    set: {metrics.error_rate: 0.05}", "    snapshot: snap.json"))
    for path in ("snap.json", "link.json"):
        ended = project.run("test", "--output", f"json={path}")
        assert (ended.code, ended.out) == (2, ""), path
        assert f"--output would write over {path}" in ended.err
    assert snapshot.read_bytes() == before
    assert project.run("test", "--output", "json=new.json").code == 0


def test_an_output_over_what_a_suite_is_a_link_to_is_refused(project: Project, suite: Path) -> None:
    real = project.root / "suite.yaml"
    suite.rename(real)
    suite.symlink_to("../../suite.yaml")
    ended = project.run("test", "--output", "json=suite.yaml")
    assert (ended.code, real.read_text()) == (2, SUITE)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("now: 2026-03-03T09:00:00Z", "now: 9999-12-31T23:59:59Z", "`now` is outside of the years 1970 to 8999"),
        ("now: 2026-03-03T09:00:00Z", "now: 0001-01-01T00:00:00Z", "`now` is outside of the years 1970 to 8999"),
        ("    set: {metrics.error_rate: 0.05}", f"    snapshot: {'a' * 5000}", "`snapshot`: "),
        ("    set: {metrics.error_rate: 0.05}", '    snapshot: "a\\0b"', "`snapshot`: "),
        (
            "    set: {metrics.error_rate: 0.05}\n    expect: {",
            "    series: {metrics.error_rate: 0.01x19}\n    every: 500w\n    expect: {at: 0m, ",
            "this case lasts 182 years; it can last 100",
        ),
    ],
)
def test_what_no_story_can_be_told_of_is_refused_in_a_line(
    project: Project, suite: Path, right: str, wrong: str, told: str
) -> None:
    assert right in SUITE
    suite.write_text(SUITE.replace(right, wrong))
    ended = project.run("test")
    assert (ended.code, ended.out) == (4, "")
    assert "policies/demo/demo_test.yaml:" in ended.err
    assert told in ended.err


def test_a_suite_that_is_a_link_to_itself_is_told(project: Project, suite: Path) -> None:
    (suite.parent / "loop_test.yaml").symlink_to("loop_test.yaml")
    for words in (["test"], ["test", "policies"], ["test", "policies/demo/loop_test.yaml"]):
        ended = project.run(*words)
        assert (ended.code, ended.out) == (4, ""), words
        assert "policies/demo/loop_test.yaml: " in ended.err


def test_a_case_whose_event_is_about_what_a_series_has_changed_is_told_and_the_others_go_on(
    project: Project, suite: Path
) -> None:
    (suite.parent / "metrics.schema.json").write_text("{}")
    events = """\
    set: {metrics: {error_rate: 0.05, runs: [{end: good, branch: main}]}}
    every: 1m
    series: {"metrics.runs[0].end": bad good}
    events: [{at: 0m, set: {"metrics.runs[end=good].branch": x}}]
    expect: {at: 0m, verdict: GO}
  - id: over"""
    broken = SUITE.replace("    set: {metrics.error_rate: 0.05}\n", "").replace(
        "    expect: {verdict: GO, findings: {error-rate: pass}}\n  - id: over", events
    )
    suite.write_text(broken)
    ended = project.run("test")
    assert ended.code == 4
    told = 'policies/demo/demo_test.yaml:14:30: the event cannot change "metrics.runs[end=good].branch"'
    assert told in " ".join(ended.out.split())
    assert "✓ over-the-limit" in ended.out
    again = project.run("replay", "policies/demo/demo_test.yaml")
    assert (again.code, again.out) == (4, "")
    assert "the event cannot change" in again.err


def test_a_value_that_a_parameter_does_not_take_is_told(project: Project, suite: Path) -> None:
    suite.write_text(SUITE.replace("    set: {metrics.error_rate: 0.05}", "    parameters: {demo: {most: 0.5}}"))
    ended = project.run("test")
    assert ended.code == 4
    assert "policies/demo/demo_test.yaml:11:" in ended.err
    assert "`most` lies above `max`" in ended.err


def test_a_terminal_without_colour_or_unicode_gets_neither(project: Project, suite: Path) -> None:
    suite.write_text(FAILING)
    plain = project.run("test", env={"PYTHONIOENCODING": "ascii"})
    assert plain.out.isascii()
    assert "x over-the-limit" in plain.out
    assert "\x1b" not in plain.out
    assert "\x1b[31m" in project.run("test", "--color", "always").out
    assert "\x1b" not in project.run("test", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


def test_a_recorded_snapshot_is_what_a_case_begins_with(project: Project, suite: Path) -> None:
    taken = project.run("collect", "demo")
    assert taken.code == 0
    recorded = project.root / "evidence/demo/recorded"
    recorded.mkdir()
    snapshot = Path(project.root / taken.out.strip())
    snapshot.rename(recorded / snapshot.name)
    now = "2099-01-01T00:00:00Z"
    text = SUITE.replace("2026-03-03T09:00:00Z", now).replace(
        "evidence:\n  metrics: {error_rate: 0.01}\n", "snapshot: recorded\n"
    )
    suite.write_text(text.replace("title: A little more is", "title: A little more is\n    age: {metrics: 5m}"))
    ended = project.run("test")
    assert ended.code == 4  # at-the-limit is judged on evidence that is many years old
    assert "stale" in ended.out
    assert "✓ over-the-limit" in ended.out
