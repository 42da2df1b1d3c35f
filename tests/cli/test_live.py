"""Live sources on the command line: subjects, secrets, and what is told of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Project
from tests.conftest import ROOT
from tests.fakes.servers import Call, serving

SECRET = "canary-0123456789-abcdefgh"

SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: local
subject: {{service: demo, environment: local, commit: "1111111"}}
concurrency: 2
deadline: 20s
sources:
  metrics:
    collector: http
    as: json
    url: "{url}"
    allow_addresses: [127.0.0.0/8]
    headers: {{Authorization: "Bearer ${{env:DEMO_KEY}}"}}
"""


def _snapshot(project: Project, *arguments: str, **env: str) -> Any:
    ended = project.run("collect", "demo", *arguments, env=env)
    assert ended.code == 0, ended.err
    return json.loads(Path(ended.out.strip()).read_text())


def _live(project: Project, url: str) -> None:
    (project.root / "evidence/demo/sources.local.yaml").write_text(SOURCES.format(url=url))


def test_a_live_source_is_collected_and_decided_on(project: Project) -> None:
    with serving(lambda call: call.answer(b'{"error_rate": 0.01}')) as server:
        _live(project, server.url)
        ended = project.run("evaluate", "demo", "--collect", env={"DEMO_KEY": SECRET})
        assert server.calls[0].headers["authorization"] == f"Bearer {SECRET}"
    assert ended.code == 0, ended.err
    assert SECRET not in ended.out + ended.err


def test_a_live_source_that_fails_is_inconclusive_and_tells_no_secret(project: Project) -> None:
    def reply(call: Call) -> None:
        call.answer(call.headers["authorization"].encode(), "500 Internal Server Error", f"text/{SECRET}")

    with serving(reply) as server:
        _live(project, server.url)
        ended = project.run("evaluate", "demo", "--collect", env={"DEMO_KEY": SECRET})
    assert ended.code == 3
    assert "500 Internal Server Error" in ended.out
    assert "canary-0" not in ended.out + ended.err


def test_what_was_taken_out_is_told(project: Project) -> None:
    with serving(lambda call: call.answer(json.dumps({"error_rate": 0.01, "you": SECRET}).encode())) as server:
        _live(project, server.url)
        ended = project.run("collect", "demo", env={"DEMO_KEY": SECRET})
    assert "metrics: collected (a secret was taken out in 1 place)" in ended.err


def test_lint_needs_no_secret_and_no_server(project: Project) -> None:
    _live(project, "https://nowhere.invalid/metrics")
    assert project.run("lint").code == 0


def test_a_credential_in_the_sources_is_pointed_at(project: Project) -> None:
    file = project.root / "evidence/demo/sources.local.yaml"
    file.write_text(SOURCES.format(url="https://example.com").replace("${env:DEMO_KEY}", SECRET))
    ended = project.run("lint")
    assert ended.code == 4
    assert "sources.local.yaml:14:" in ended.err + ended.out
    assert "a credential seems to be written here" in ended.err + ended.out


def test_the_subject_of_a_snapshot_can_be_given(project: Project) -> None:
    found = _snapshot(project, "--subject", "commit=7d19f5a,service=other")
    assert found["subject"] == {"service": "other", "environment": "local", "commit": "7d19f5a"}
    found = _snapshot(project, "--subject", "commit=8888888", "--subject", "environment=local")
    assert found["subject"] == {"service": "demo", "environment": "local", "commit": "8888888"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("comit=1", 'a subject has no "comit"'),
        ("commit", '--subject "commit" is not of the form PART=VALUE'),
        ("commit=", "is not of the form PART=VALUE"),
        ("commit=1,commit=2", "--subject gives commit more than once"),
        ("environment=production", "is to be production, and these are the sources of local"),
    ],
)
def test_a_subject_that_cannot_be_is_a_usage_error(given: str, said: str, project: Project) -> None:
    ended = project.run("collect", "demo", "--subject", given)
    assert ended.code == 2
    assert said in ended.err


def test_evidence_about_another_commit_than_the_given_one_is_unknown(project: Project) -> None:
    file = project.root / "evidence/demo/sources.local.yaml"
    file.write_text(file.read_text().replace("file: metrics.json", 'file: metrics.json, subject: {commit: "1111111"}'))
    project.run("collect", "demo", "--subject", "commit=2222222")
    ended = project.run("evaluate", "demo")
    assert ended.code == 3
    assert "commit 1111111, not 2222222" in ended.out


@pytest.mark.parametrize("detail", ["", "1"])
def test_a_fault_of_gatekeeper_tells_no_secret(detail: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys\nfrom gatekeeper.redaction import PROCESS\nfrom gatekeeper.cli import process\n"
        "secret = 'canary-0123456789' + '-abcdefgh'\nPROCESS.add(secret)\n"
        "def broken(arguments):\n    raise RuntimeError('with ' + secret, {secret: secret.encode()})\n"
        "process._run = broken\nsys.exit(process.run_process([]))\n"
    )
    env = {"PYTHONPATH": str(ROOT), "GATEKEEPER_TRACEBACK": detail}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 70
    assert ("Traceback" in ran.stderr) == bool(detail)
    assert "canary-0" not in ran.stderr
    assert "-abcdefg" not in ran.stderr
