"""``gatekeeper doctor``: what is wrong with sources, and how to mend it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.examination import Examined, LackingSecret, Tried, Unmet
from gatekeeper.model.snapshot import Failure
from gatekeeper.render.examination_text import examination_text
from tests.cli.conftest import Project
from tests.fakes.github import HEAD, REPOSITORY, FakeGitHub
from tests.fakes.servers import answering, serving

SECRET = "canary-0123456789-abcdefgh"


def _sources(project: Project, entries: str, environment: str = "local") -> Path:
    file = project.root / f"evidence/demo/sources.{environment}.yaml"
    head = f"apiVersion: gatekeeper/v1\nkind: Sources\nsystem: demo\nenvironment: {environment}\n"
    file.write_text(f"{head}subject: {{service: demo, environment: {environment}}}\nsources:\n{entries}")
    return file


def _told(project: Project, *arguments: str, **env: str) -> Any:
    ended = project.run("doctor", "--format", "json", *arguments, env=env)
    return {**json.loads(ended.out), "code": ended.code}


def test_where_all_is_well_it_says_so(project: Project) -> None:
    ended = project.run("doctor")
    assert ended.code == 0, ended.err
    assert "✓ metrics  json  metrics.json" in ended.out
    assert ended.out.splitlines()[-1] == "✓ 1 of 1 source can be had"
    assert "0.01" not in ended.out, "no value is shown"
    assert not (project.root / ".gatekeeper").exists(), "nothing is written"


def test_a_source_that_cannot_be_had_is_told_with_its_remedy(project: Project) -> None:
    (project.root / "evidence/demo/metrics.json").unlink()
    ended = project.run("doctor", "demo")
    assert ended.code == 3
    assert "✗ metrics  json  metrics.json" in ended.out
    assert 'failed: "metrics.json" there is no such file or folder' in ended.out
    assert "→ write it, or mend its path" in ended.out
    assert "needs" not in ended.out, "what a source that failed leaves without evidence is not told twice"


def test_every_secret_that_is_not_there_is_named(project: Project) -> None:
    with serving(answering({"error_rate": 0.01})) as server:
        _sources(
            project,
            f"""\
  metrics:
    collector: http
    as: json
    url: "{server.url}"
    allow_addresses: [127.0.0.0/8]
    headers: {{Authorization: "Bearer ${{env:ONE}} ${{env:TWO}}", X-Key: "${{file:/run/secrets/none}}"}}
""",
        )
        (source,) = _told(project, ONE=SECRET)["systems"][0]["sources"]
        assert not server.calls
    assert source["lacking_secrets"] == [
        {"reference": "${env:TWO}", "reason": "the variable is not set"},
        {"reference": "${file:/run/secrets/none}", "reason": "the file there is no such file or folder"},
    ]
    assert source["remedy"] == "give what it refers to: ${env:TWO}, ${file:/run/secrets/none}"
    assert SECRET not in json.dumps(source)


def test_a_live_source_is_told_with_its_request_attempts_and_size(project: Project) -> None:
    with serving(answering({"error_rate": 0.01})) as server:
        _sources(
            project,
            f"""\
  metrics: {{collector: http, as: json, url: "{server.url}/v1", allow_addresses: [127.0.0.0/8]}}
  private: {{collector: http, url: "http://127.0.0.1:9/"}}
  gone: {{collector: http, url: "{server.url}/v1", allow_addresses: [127.0.0.0/8], as: health}}
""",
        )
        found = _told(project)
    metrics, private, gone = found["systems"][0]["sources"]
    assert (metrics["request"], metrics["attempts"], metrics["bytes"]) == (f"GET {server.url}/v1", 1, 19)
    assert metrics["had"]
    assert metrics["milliseconds"] >= 0
    assert "a loopback address, and is not reached" in private["failure"]["detail"]
    assert "allow_addresses" in private["failure"]["detail"]
    assert not gone["had"]
    assert found["code"] == 3


def test_a_source_of_another_kind_than_the_policy_needs_is_told(project: Project) -> None:
    (project.root / "evidence/demo/metrics.md").write_text("# Metrics\n")
    _sources(project, "  metrics: {collector: markdown, file: metrics.md}\n")
    found = _told(project)
    assert found["code"] == 3
    assert found["systems"][0]["sources"][0]["had"]
    assert found["systems"][0]["unmet"] == [
        {
            "policy": "demo",
            "name": "metrics",
            "cause": "mistyped",
            "detail": "it is of kind markdown, the policy needs json",
            "remedy": "bind it to a source of the kind that the policy asks for, or mend the content",
        }
    ]


def test_content_that_does_not_fit_the_schema_of_the_policy_is_told(project: Project) -> None:
    project.measure("high")
    (lack,) = _told(project)["systems"][0]["unmet"]
    assert lack["cause"] == "mistyped"
    assert "error_rate" in lack["detail"]


def test_evidence_that_no_source_binds_is_told_with_what_was_probably_meant(project: Project) -> None:
    _sources(project, "  metric: {collector: json, file: metrics.json}\n")
    ended = project.run("doctor")
    assert ended.code == 3
    assert "✗ metrics for demo is missing: no source binds it" in ended.out
    assert "→ did you mean metric?" in ended.out


def test_a_system_without_a_file_of_sources_is_told(project: Project) -> None:
    (project.root / "evidence/demo/sources.local.yaml").unlink()
    found = _told(project)
    assert found["code"] == 3
    (system,) = found["systems"]
    assert (system["file"], system["sources"], system["unmet"][0]["cause"]) == (None, [], "missing")


def test_an_invalid_file_keeps_no_other_from_being_tried(project: Project) -> None:
    _sources(project, "  metrics: {collector: jsn, file: metrics.json}\n", "broken")
    ended = project.run("doctor")
    assert ended.code == 4
    assert "✓ metrics" in ended.out
    assert "sources.broken.yaml:7:" in ended.err
    assert "did you mean json" in ended.err
    found = _told(project)
    assert not found["well"]
    assert [each["line"] for each in found["invalid"]] == [7]


def test_an_invalid_policy_keeps_no_source_from_being_tried(project: Project) -> None:
    project.policy.write_text(project.policy.read_text().replace("metrics.error_rate <=", "metrics.error_rate < ("))
    ended = project.run("doctor")
    assert ended.code == 4
    assert "✓ metrics" in ended.out
    assert "demo.yaml" in ended.err


def test_each_environment_is_tried_or_the_one_that_is_named(project: Project) -> None:
    _sources(project, "  metrics: {collector: json, file: gone.json}\n", "staging")
    assert [each["environment"] for each in _told(project)["systems"]] == ["local", "staging"]
    assert _told(project, "--environment", "local")["code"] == 0
    assert _told(project, GATEKEEPER_ENVIRONMENT="local")["code"] == 0
    ended = project.run("doctor", "--environment", "stagin")
    assert ended.code == 2
    assert "demo has no environment 'stagin'" in ended.err
    assert "there are: local, staging" in ended.err


def test_a_system_that_there_is_not_is_a_wrong_call(project: Project) -> None:
    ended = project.run("doctor", "dmeo")
    assert ended.code == 2
    assert 'there is no system "dmeo"' in ended.err
    assert "did you mean demo?" in ended.err


def test_commands_run_only_where_the_operator_allows_them(project: Project) -> None:
    _sources(
        project, "  metrics: {collector: command, command: [cat, metrics.json], folder: evidence/demo, as: json}\n"
    )
    refused = _told(project)
    assert refused["code"] == 3
    assert "✗ metrics  command  cat metrics.json" in project.run("doctor").out
    assert "GATEKEEPER_ALLOW_COMMANDS=true" in refused["systems"][0]["sources"][0]["failure"]["detail"]
    assert _told(project, GATEKEEPER_ALLOW_COMMANDS="true")["code"] == 0
    (project.root / "gatekeeper.yaml").write_text("allow_commands: true\n")
    assert _told(project)["code"] == 0
    assert project.run("collect", "demo").code == 0
    assert project.run("evaluate", "demo").code == 0
    assert _told(project, GATEKEEPER_ALLOW_COMMANDS="false")["code"] == 3


def test_sources_that_need_a_commit_are_tried_with_the_one_that_is_judged(project: Project) -> None:
    """As ``collect`` does it: with ``--subject``, else with what the sources say."""
    with serving(FakeGitHub().reply) as server:
        _sources(
            project,
            f"""\
  metrics: {{collector: json, file: metrics.json}}
  checks:
    collector: github
    api: "{server.url}"
    repository: {REPOSITORY}
    read: check_runs
    allow_addresses: [127.0.0.0/8]
""",
        )
        without = _told(project)
        judged = _told(project, "--subject", f"commit={HEAD}")
    assert "--subject commit=" in without["systems"][0]["sources"][1]["failure"]["detail"]
    assert (without["code"], judged["code"]) == (3, 0)
    assert f"commits/{HEAD}/check-runs" in judged["systems"][0]["sources"][1]["request"]


def test_a_subject_of_another_environment_is_a_wrong_call(project: Project) -> None:
    ended = project.run("doctor", "--subject", "environment=moon")
    assert ended.code == 2
    assert "these are the sources of local" in ended.err
    assert project.run("doctor", "--subject", "comit=1").code == 2


def _tried(name: str, **changes: Any) -> Tried:
    usual: dict[str, Any] = {
        "collector": "http",
        "kind": "http",
        "source": "https://status.example.com/v1",
        "request": "GET https://status.example.com/v1/health?with=a-long-query&and=more",
        "attempts": 1,
        "took": timedelta(milliseconds=12),
        "size": 1234,
        "redacted": 0,
        "failure": None,
        "lacking": (),
        "remedy": "",
    }
    return Tried(name=name, **{**usual, **changes})


BOARD = Examined(
    "shop",
    "production",
    "evidence/shop/sources.production.yaml",
    (
        _tried("canary", collector="workflow_runs", redacted=2, size=5_000_000),
        _tried("a"),
        _tried(
            "health",
            attempts=4,
            size=None,
            took=timedelta(seconds=19.94),
            failure=Failure("failed", "GET https://status.example.com/v1/health answered 503 Service Unavailable"),
            lacking=(LackingSecret("${env:STATUS_TOKEN}", "the variable is not set"),),
            remedy="see why",
        ),
        _tried("late", took=None, attempts=0, size=None, failure=Failure("failed", "its turn did not come")),
        _tried("geräte\x1b[31m", source="文件.json", request=None),
    ),
    (
        Unmet("p1", "load", "missing", "no source binds it", ""),
        Unmet("p2", "load", "missing", "no source binds it", ""),
    ),
)


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_board_fits_the_terminal(width: int, unicode: bool) -> None:
    text = examination_text([BOARD], width, color=False, unicode=unicode)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text
    assert unicode or text.isascii()
    for said in (
        "2 redacted",
        "4 attempts",
        "19.9 s",
        "never begun",
        "4.8 MiB",
        "for p1, p2 is",
        "${env:STATUS_TOKEN}",
    ):
        assert said in text


def test_the_board_at_80_columns() -> None:
    text = examination_text([replace(BOARD, tried=BOARD.tried[:3])], 80, color=False, unicode=True)
    assert text.splitlines()[2:7] == [
        "✓ canary  workflow_runs  GET https://status.examp…  4.8 MiB · 2 redacted · 12 ms",
        "✓ a       http           GET https://status.example.com/v1/hea…  1.2 KiB · 12 ms",
        "✗ health  http           GET https://status.example.com/v1…  4 attempts · 19.9 s",
        "    failed: GET https://status.example.com/v1/health answered 503 Service",
        "      Unavailable",
    ]
