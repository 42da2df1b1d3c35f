"""The command line as a person and a pipeline meet it: results, exit codes, refusals."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatekeeper import pipeline
from gatekeeper.load import load_configuration
from gatekeeper.model.snapshot import Subject
from gatekeeper.snapshot import build_snapshot, write_snapshot
from tests.builders import item
from tests.cli.conftest import POLICY, Project
from tests.warm import gatekeeper

ONE_LINE_AND_HINT = re.compile(r"(error: |[^\n]*:\d+:\d+: )[^\n]+\n")


def test_go_exits_with_0_and_says_so_first(project: Project) -> None:
    ended = project.run("evaluate", "demo", "--collect")
    assert ended.code == 0, ended.err
    assert ended.out.lstrip().startswith("GO")


def test_no_go_exits_with_1(project: Project) -> None:
    project.measure(0.06)
    ended = project.run("evaluate", "demo", "--collect")
    assert ended.code == 1
    assert "error rate 0.06" in ended.out
    assert "roll back" in ended.out


def test_without_any_evidence_it_is_inconclusive(project: Project) -> None:
    ended = project.run("evaluate", "demo")
    assert ended.code == 3
    assert ended.out.lstrip().startswith("INCONCLUSIVE")


@pytest.mark.parametrize("value", ["0.01", None, [], True])
def test_evidence_of_the_wrong_type_is_inconclusive(project: Project, value: object) -> None:
    project.measure(value)
    assert project.run("evaluate", "demo", "--collect").code == 3


def test_collect_writes_a_snapshot_and_evaluate_finds_it(project: Project) -> None:
    collected = project.run("collect", "demo")
    assert collected.code == 0, collected.err
    path = Path(collected.out.strip())
    assert path.is_file()
    assert project.run("evaluate", "demo").code == 0
    assert project.run("evaluate", "demo", "--snapshot", str(path)).code == 0


def test_a_changed_snapshot_is_refused(project: Project) -> None:
    path = Path(project.run("collect", "demo").out.strip())
    path.chmod(0o644)
    path.write_text(path.read_text().replace("0.01", "0.02"))
    ended = project.run("evaluate", "demo")
    assert ended.code == 4
    assert "was changed" in ended.err


def test_a_source_that_cannot_be_read_is_told_and_leaves_its_rules_unknown(project: Project) -> None:
    (project.root / "evidence/demo/metrics.json").unlink()
    collected = project.run("collect", "demo")
    assert (collected.code, "metrics: failed" in collected.err) == (0, True)
    assert project.run("evaluate", "demo").code == 3


def test_a_parameter_can_be_given_within_its_bounds(project: Project) -> None:
    project.measure(0.06)
    project.run("collect", "demo")
    assert project.run("evaluate", "demo", "--param", "most=0.08").code == 0
    for text, told in [
        ("most=0.2", "above the largest value 0.1"),
        ("most=low", "no number"),
        ("mots=0.08", "did you mean most"),
        ("most", "not of the form NAME=VALUE"),
        ("other.most=0.08", "names the gate other"),
    ]:
        ended = project.run("evaluate", "demo", "--param", text)
        assert (ended.code, told in ended.err) == (2, True), ended.err


def test_explain_says_what_decided_every_rule(project: Project) -> None:
    project.run("collect", "demo")
    ended = project.run("explain", "demo", "error-rate")
    assert ended.code == 0
    assert "because    metrics.error_rate = 0.01, is <= 0.05 (params.most)" in ended.out
    refused = project.run("explain", "demo", "eror-rate")
    assert (refused.code, "did you mean error-rate" in refused.err) == (2, True)


def test_an_unknown_policy_is_a_usage_error_with_a_suggestion(project: Project) -> None:
    ended = project.run("evaluate", "demoo")
    assert (ended.code, "did you mean demo" in ended.err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["evalaute", "demo"],
        ["evaluate"],
        ["evaluate", "demo", "--nope"],
        ["evaluate", "demo", "--as-of", "yesterday"],
        ["evaluate", "demo", "--as-of", "2026-03-03T09:00:00"],
        ["evaluate", "demo", "--format", "jsn"],
        ["evaluate", "demo", "--output", "decision.json"],
        ["evaluate", "demo", "--output", "json=a", "--output", "text=a"],
        ["evaluate", "demo", "--collect", "--as-of", "2026-03-03T09:00:00Z"],
        ["collect", "demo", "--environment", "mars"],
        ["schema", "polcy"],
        [],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_and_exits_with_2(project: Project, arguments: list[str]) -> None:
    ended = project.run(*arguments)
    assert ended.code == 2
    assert ended.out == "" or arguments == []
    assert ended.err.strip()


BAD_POLICIES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"\xff\xfe\x00id: demo", id="not UTF-8"),
    pytest.param(b"id: demo\n", id="no kind"),
    pytest.param(b"id: demo\nrules: [", id="broken YAML"),
    pytest.param(POLICY.replace("params.most", "params.mots").encode(), id="unknown name"),
    pytest.param(POLICY.replace("blocking", "blocknig").encode(), id="unknown word"),
    pytest.param(POLICY.encode() + b"#" * 1_000_000, id="too large"),
    pytest.param(b"id: demo\nx: " + b"[" * 100_000, id="deep"),
]


@pytest.mark.parametrize("content", BAD_POLICIES)
def test_an_invalid_policy_exits_with_4_and_says_where(project: Project, content: bytes) -> None:
    project.policy.write_bytes(content)
    started = time.monotonic()
    ended = project.run("lint")
    assert time.monotonic() - started < 20
    assert ended.code == 4
    assert "policies/demo/demo.yaml" in ended.out
    assert project.run("evaluate", "demo").code in (2, 4)


def test_lint_tells_every_mistake_for_tools_as_well(project: Project) -> None:
    project.policy.write_text(POLICY.replace("params.most", "params.mots").replace("severity: high", "severity: hihg"))
    ended = project.run("lint", "--format", "json")
    assert ended.code == 4
    found = json.loads(ended.out)
    assert [(each["line"], each["level"]) for each in found] == [(14, "error"), (15, "error")]
    assert "most" in found[1]["hint"] + found[1]["message"]


@pytest.mark.parametrize(
    ("snapshot", "told"),
    [("nowhere.json", "nowhere.json"), ("policies", "policies"), ("policies/demo/demo.yaml", "demo.yaml")],
)
def test_a_snapshot_that_is_none_is_refused_in_one_line(project: Project, snapshot: str, told: str) -> None:
    ended = project.run("evaluate", "demo", "--snapshot", snapshot)
    assert (ended.code, told in ended.err, ended.err.count("\n") <= 2) == (4, True, True), ended.err


def test_several_outputs_are_written_and_the_format_never_changes_the_exit_code(project: Project) -> None:
    project.measure(0.06)
    project.run("collect", "demo")
    arguments = ["--output", "json=d.json", "--output", "markdown=d.md", "--output", "text=d.txt"]
    for name in ("text", "json", "markdown"):
        assert project.run("evaluate", "demo", "--format", name, *arguments).code == 1
    assert json.loads((project.root / "d.json").read_text())["verdict"] == "NO-GO"
    assert "NO-GO" in (project.root / "d.md").read_text().splitlines()[0]
    assert (project.root / "d.txt").read_text().lstrip().startswith("NO-GO")


def test_an_output_that_cannot_be_written_exits_with_4_and_loses_nothing(project: Project) -> None:
    project.run("collect", "demo")
    (project.root / "kept").mkdir()
    (project.root / "kept/old.json").write_text("old")
    for path in ("kept", "nowhere/d.json", "kept/old.json/d.json"):
        ended = project.run("evaluate", "demo", "--output", f"json={path}", "--output", "text=board.txt")
        assert (ended.code, ended.err.startswith("error: ") and "cannot be written" in ended.err) == (4, True), (
            ended.err
        )
        assert ended.out.lstrip().startswith("GO"), "the decision is told all the same"
    assert (project.root / "kept/old.json").read_text() == "old"
    assert (project.root / "board.txt").exists()
    assert not list(project.root.glob(".d.json*"))


def test_a_decision_does_not_depend_on_time_zone_hash_seed_or_locale(project: Project) -> None:
    path = project.run("collect", "demo").out.strip()
    printed = set()
    for zone, seed, locale in [("UTC", "0", "C"), ("Asia/Riyadh", "1", "C.UTF-8"), ("America/St_Johns", "77", "POSIX")]:
        env = {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": locale}
        ended = project.run(
            "evaluate", "demo", "--snapshot", path, "--as-of", "2026-01-01T00:00:00Z", "--format", "json", env=env
        )
        printed.add(ended.out)
    assert len(printed) == 1


def test_colour_only_where_it_is_wanted(project: Project) -> None:
    assert "\x1b[" not in project.run("evaluate", "demo").out
    assert "\x1b[" in project.run("evaluate", "demo", "--color", "always").out
    assert "\x1b[" in project.run("evaluate", "demo", env={"FORCE_COLOR": "1"}).out
    assert "\x1b[" not in project.run("evaluate", "demo", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out
    assert "\x1b[" not in project.run("evaluate", "demo", "--color", "never", env={"FORCE_COLOR": "1"}).out


def test_a_terminal_without_unicode_gets_ascii(project: Project) -> None:
    ended = project.run("evaluate", "demo", env={"PYTHONIOENCODING": "ascii"})
    assert ended.code == 3
    assert ended.out.isascii()


def test_configuration_comes_from_the_file_and_the_environment(project: Project) -> None:
    (project.root / "gatekeeper.yaml").write_text("format: json\n")
    assert json.loads(project.run("evaluate", "demo").out)["verdict"] == "INCONCLUSIVE"
    told = project.run("evaluate", "demo", env={"GATEKEEPER_FORMAT": "markdown"}).out
    assert told.startswith("#")
    assert project.run("evaluate", "demo", "--format", "text").out.lstrip().startswith("INCONCLUSIVE")
    (project.root / "gatekeeper.yaml").write_text("formt: json\n")
    ended = project.run("evaluate", "demo")
    assert (ended.code, "format" in ended.err) == (4, True)


def test_commands_work_from_a_folder_within_the_project(project: Project) -> None:
    inner = Project(project.root)
    path = project.root / "policies/demo"
    done = gatekeeper("evaluate", "demo", "--collect", cwd=path)
    assert done.returncode == 0, done.stderr
    assert inner.run("evaluate", "demo", "--root", str(project.root)).code == 0


def test_schema_prints_what_is_published(project: Project) -> None:
    names = project.run("schema").out.split()
    assert {"policy", "decision", "snapshot"} <= set(names)
    for name in names:
        assert json.loads(project.run("schema", name).out)["$schema"]


def test_the_policy_of_another_folder_does_not_break_this_one(project: Project) -> None:
    (project.root / "policies/other").mkdir()
    (project.root / "policies/other/broken.yaml").write_text("id: broken\nkind: Gate\nnonsense: 1\n")
    assert project.run("evaluate", "demo", "--collect").code == 0
    assert project.run("lint").code == 4


def test_a_reader_that_goes_away_does_not_make_a_go(project: Project) -> None:
    project.run("collect", "demo")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "evaluate", "demo"],
        cwd=project.root,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_so_by_its_exit_code(project: Project, number: signal.Signals, code: int) -> None:
    fifo = project.root / "board"
    os.mkfifo(fifo)
    # The pipe has a reader and is full, so that the process is still there when the signal comes.
    pipe = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    while select.select([], [pipe], [], 0)[1]:
        os.write(pipe, b"x" * 4096)
    process = subprocess.Popen(
        [sys.executable, "-m", "gatekeeper", "evaluate", "demo", "--output", "json=first", "--output", f"text={fifo}"],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not (project.root / "first").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    os.close(pipe)
    assert process.returncode == code
    assert "Traceback" not in err


def test_evidence_of_one_environment_says_nothing_about_another(project: Project) -> None:
    sources = (project.root / "evidence/demo/sources.local.yaml").read_text()
    (project.root / "evidence/demo/sources.production.yaml").write_text(sources.replace("local", "production"))
    project.measure(0.06)
    assert project.run("collect", "demo", "--environment", "production").code == 0
    project.measure(0.01)
    assert project.run("collect", "demo", "--environment", "local").code == 0
    assert project.run("evaluate", "demo", "--environment", "production").code == 1
    assert project.run("explain", "demo", "--environment", "production").code == 1
    assert project.run("evaluate", "demo", "--environment", "local").code == 0
    for arguments in (["evaluate", "demo"], ["evaluate", "demo", "--environment", "mars"]):
        ended = project.run(*arguments)
        assert (ended.code, "there are: local, production" in ended.err) == (2, True), ended.err
    path = project.run("collect", "demo", "--environment", "local").out.strip()
    ended = project.run("evaluate", "demo", "--environment", "production", "--snapshot", path)
    assert (ended.code, "--environment says production" in ended.err) == (2, True)


def test_recorded_days_of_another_environment_are_not_told(project: Project) -> None:
    evidence = project.root / "evidence/demo"
    sources = (evidence / "sources.local.yaml").read_text()
    (evidence / "sources.production.yaml").write_text(sources.replace("local", "production"))
    for environment, hour in (("local", 8), ("production", 9), ("local", 10)):
        measured = item("metrics", {"error_rate": 0.01}, collected_at=datetime(2026, 3, 3, hour, tzinfo=UTC))
        write_snapshot(build_snapshot("demo", Subject("demo", environment), [measured]), evidence / "recorded")
    configuration = load_configuration(project.root, {})

    def days(environment: str, first: datetime | None = None) -> list[int]:
        request = pipeline.Request(policies=("demo",), environment=environment, as_of=first)
        report = pipeline.evaluate(configuration, request, lambda *_: None, lambda: datetime(2026, 7, 1, tzinfo=UTC))
        return [day.taken_at.hour for day in report.recorded]

    assert days("local") == [10, 8]
    assert days("production") == [9]
    assert days("production", datetime(2026, 3, 3, 7, tzinfo=UTC)) == [9]  # before there was any snapshot


def test_a_policy_that_is_named_by_its_file_is_meant_by_its_id(project: Project) -> None:
    ended = project.run("evaluate", "policies/demo/demo.yaml")
    assert (ended.code, "did you mean demo?" in ended.err) == (2, True)


def test_one_of_something_is_told_as_one(project: Project) -> None:
    project.policy.write_text(project.policy.read_text().replace("owner: demo-team", "owner_: demo-team"))
    (project.root / "evidence/demo/sources.local.yaml").unlink()
    ended = project.run("lint")
    assert "1 file: " in ended.err
    assert "1 file: 1 errors" not in ended.err


def test_an_environment_that_does_not_exist_is_a_usage_error(project: Project) -> None:
    project.run("collect", "demo")
    ended = project.run("evaluate", "demo", "--environment", "production")
    assert (ended.code, "no environment 'production'" in ended.err) == (2, True)


def test_lint_without_any_policy_is_not_green(project: Project) -> None:
    project.policy.unlink()
    ended = project.run("lint")
    assert (ended.code, "there is no policy" in ended.err) == (4, True)


def test_an_environment_may_have_a_dot_in_its_name(project: Project) -> None:
    local = project.root / "evidence/demo/sources.local.yaml"
    local.with_name("sources.eu.live.yaml").write_text(local.read_text().replace("local", "eu.live"))
    assert project.run("collect", "demo", "--environment", "eu.live").code == 0
    assert project.run("evaluate", "demo", "--environment", "eu.live").code == 0
    unknown = project.run("evaluate", "demo", "--environment", "eu")
    assert (unknown.code, "there are: eu.live, local" in unknown.err) == (2, True)
