"""GitHub's REST interface: faults, limits, tokens and settings, for whatever is read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import collect
from gatekeeper.errors import InvalidDocuments
from tests.collect.github_answers import TOKEN, ask, asked_at, refusal_of, refused, runs, value_of
from tests.collect.sources import NOW, sources
from tests.conftest import ROOT
from tests.fakes.github import (
    HEAD,
    REPOSITORY,
    FakeGitHub,
    github,
    issue,
)
from tests.fakes.servers import FAULTS, Call, serving

READINGS: dict[str, dict[str, Any]] = {
    "workflow_runs": {"workflow": "canary.yml"},
    "pull_request": {"number": 12},
    "check_runs": {"ref": HEAD},
    "issues": {},
    "releases": {},
    "file": {"path": "a.json", "as": "json", "ref": HEAD},
}


@pytest.mark.parametrize("read", READINGS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_failed_evidence_in_time(fault: str, read: str) -> None:
    reply, _ = FAULTS[fault]
    started = time.monotonic()
    with serving(reply) as server:
        line = refused(asked_at(server.url, read, timeout="2s", max_bytes=2_000_000, **READINGS[read]))
    assert time.monotonic() - started < 4
    assert "broke: " not in line.replace("connection broke", ""), "foreseen, not caught at the last moment"


@pytest.mark.parametrize("read", READINGS)
@pytest.mark.parametrize("body", ["null", "7", '"text"', "[7]", "{}", "[]", '{"total_count": 1}', "[[]]"])
def test_json_of_another_shape_is_refused_or_is_an_empty_list(body: str, read: str) -> None:
    with serving(lambda call: call.answer(body.encode())) as server:
        evidence = asked_at(server.url, read, **READINGS[read])
    if evidence.failure is None:
        assert body == "[]"
        assert read in {"issues", "releases"}
        assert evidence.value[read] == []  # type: ignore[index, call-overload]
    else:
        assert "broke: " not in evidence.failure.detail


def test_every_question_says_version_and_media_type_and_carries_the_token() -> None:
    fake = FakeGitHub(runs=runs(150), token=TOKEN)
    with github(fake) as server:
        evidence = asked_at(server.url, "workflow_runs", workflow="canary.yml", token="${env:GITHUB_TOKEN}")
    assert evidence.failure is None
    assert len(server.calls) == 2
    for call in server.calls:
        assert call.headers["x-github-api-version"] == "2022-11-28"
        assert call.headers["accept"] == "application/vnd.github+json"
        assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in repr(evidence)
    assert evidence.request == (f"GET {server.url}/repos/{REPOSITORY}/actions/workflows/canary.yml/runs?per_page=100")
    assert evidence.source == f"{server.url}/repos/{REPOSITORY}/actions/workflows/canary.yml/runs"


def test_an_enterprise_server_has_its_interface_elsewhere() -> None:
    assert ask(FakeGitHub(runs=runs(3)), "workflow_runs", api="/api/v3", workflow="canary.yml").failure is None


@pytest.mark.parametrize(
    ("status", "token", "said"),
    [
        ("401 Unauthorized", True, "answered 401 Unauthorized: the token is not accepted"),
        ("401 Unauthorized", False, "answered 401 Unauthorized: it needs a token"),
        ("403 Forbidden", True, "answered 403 Forbidden: the token may not read this"),
        ("403 Forbidden", False, "answered 403 Forbidden: nobody without a token may read this"),
        ("404 Not Found", True, "answered 404 Not Found: it is not there, or the token may not see it"),
        ("404 Not Found", False, "it is not there, or nobody without a token may see it"),
        ("500 Internal Server Error", True, "answered 500 Internal Server Error; GitHub says"),
    ],
)
def test_a_refusal_says_what_to_look_at(status: str, token: bool, said: str) -> None:
    body = json.dumps({"message": f"No {TOKEN} here", "documentation_url": ""}).encode()
    given: dict[str, Any] = {"token": "${env:GITHUB_TOKEN}"} if token else {}
    with serving(lambda call: call.answer(body, status)) as server:
        line = refused(asked_at(server.url, "workflow_runs", workflow="canary.yml", **given))
    assert said in line
    if token:
        assert line.endswith('; GitHub says "No [redacted] here"')


def test_a_token_that_is_not_set_is_named_and_nothing_is_asked() -> None:
    with github(FakeGitHub()) as server:
        line = refused(asked_at(server.url, "issues", token="${env:OTHER_TOKEN}"))
        assert not server.calls
    assert line == "failed: the secret ${env:OTHER_TOKEN} cannot be had: the variable is not set"


def limited(times: int, status: str, **headers: str) -> FakeGitHub:
    """A GitHub that has had enough that many times."""
    left = [times]

    def before(call: Call, _github: FakeGitHub) -> bool:
        if not left[0]:
            return False
        left[0] -= 1
        call.answer(
            b'{"message": "You have exceeded a secondary rate limit"}', status, "application/json", None, **headers
        )
        return True

    return FakeGitHub(issues=[issue(1)], before=before)


@pytest.mark.parametrize("status", ["403 Forbidden", "429 Too Many Requests"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Retry_After": "1"},
        {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(NOW.timestamp()))},
    ],
)
def test_a_limit_that_ends_in_time_is_waited_for(status: str, headers: dict[str, str]) -> None:
    started = time.monotonic()
    assert value_of(limited(1, status, **headers), "issues")["issues"]
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("status", ["403 Forbidden", "429 Too Many Requests"])
def test_a_limit_that_ends_too_late_is_told_at_once(status: str) -> None:
    later = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(NOW.timestamp()) + 3599)}
    started = time.monotonic()
    line = refusal_of(limited(9, status, **later), "issues")
    assert time.monotonic() - started < 2
    assert line.endswith(
        "/issues?per_page=100&state=open&sort=created&direction=asc: rate limit until"
        " 2026-03-03T10:00:00Z (no token was sent)"
    )


def test_the_instant_of_a_limit_is_compared_with_githubs_own_clock() -> None:
    soon = {"Date": "Tue, 03 Mar 2026 12:00:00 GMT", "X_RateLimit_Remaining": "0"}
    reset = str(int(NOW.timestamp()) + 3 * 3600)
    assert value_of(limited(1, "403 Forbidden", X_RateLimit_Reset=reset, **soon), "issues")["issues"]


def test_without_a_hint_a_limit_is_taken_for_a_minute() -> None:
    line = refusal_of(limited(9, "403 Forbidden"), "issues")
    assert "rate limit until 2026-03-03T09:01:00Z" in line


def test_the_end_of_the_hour_is_waited_for_only_where_the_hour_is_used_up() -> None:
    later = {"X_RateLimit_Remaining": "4000", "X_RateLimit_Reset": str(int(NOW.timestamp()) + 3599)}
    line = refusal_of(limited(9, "429 Too Many Requests", **later), "issues")
    assert "rate limit until 2026-03-03T09:01:00Z" in line


def test_a_refusal_that_is_no_limit_is_not_asked_again() -> None:
    started = time.monotonic()
    left = {"X_RateLimit_Remaining": "4000", "X_RateLimit_Reset": "1"}
    with serving(
        lambda call: call.answer(b'{"message": "Forbidden"}', "403 x", "application/json", None, **left)
    ) as at:
        assert "may read this" in refused(asked_at(at.url, "issues"))
        assert len(at.calls) == 1
    assert time.monotonic() - started < 1


def test_a_limit_that_does_not_end_is_not_asked_for_ever() -> None:
    line = refusal_of(limited(99, "429 Too Many Requests", Retry_After="0"), "issues", retries=2)
    assert "rate limit until" in line


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"read": "workflow_runs"}, "workflow is missing: workflow_runs needs it"),
        ({"read": "file", "path": "a.md"}, "as is missing: file needs it"),
        ({"read": "issues", "workflow": "a.yml"}, "workflow is no setting of issues, which has labels, state"),
        ({"read": "issues", "as": "json"}, "as is no setting of issues"),
        ({"read": "commits"}, "read: input should be 'workflow_runs', "),
        ({"read": "issues", "repository": "public-api"}, '"public-api" is no repository: write it like octo-org/'),
        ({"read": "issues", "repository": "a/.."}, '"a/.." is no repository'),
        ({"read": "issues", "labels": ["a,b"]}, '"a,b" is no label that can be asked for'),
        ({"read": "issues", "labels": [".."]}, '".." is no label that can be asked for'),
        ({"read": "workflow_runs", "workflow": "../x"}, '"../x" is no workflow: write the name of its file'),
        ({"read": "workflow_runs", "workflow": "x", "since": "soon"}, '"soon" is neither a date and time with an'),
        ({"read": "workflow_runs", "workflow": "x", "branch": "main"}, 'has no setting "branch"'),
        ({"read": "check_runs", "ref": "a..b"}, '"a..b" is no branch, tag or commit'),
        ({"read": "check_runs", "ref": "/main"}, '"/main" is no branch, tag or commit'),
        ({"read": "file", "as": "json", "path": "/etc/x"}, '"/etc/x" is no path in a repository'),
        ({"read": "file", "as": "json", "path": "a/../b"}, '"a/../b" is no path in a repository'),
        ({"read": "pull_request", "number": 0}, "number: "),
        ({"read": "releases", "limit": 101}, "limit: "),
        ({"read": "issues", "token": "ghp_0123456789abcdef0123"}, "token: a credential seems to be written here"),
        ({"read": "issues", "api": "ftp://example.com"}, "api: is no URL that starts with http:// or https://"),
        ({"read": "issues", "url": "https://example.com"}, 'has no setting "url"'),
    ],
)
def test_settings_are_looked_at_before_anything_is_asked(config: dict[str, Any], said: str) -> None:
    settings = {"collector": "github", "repository": REPOSITORY, **config}
    with pytest.raises(InvalidDocuments) as caught:
        collect(sources(it=settings), None, lambda: NOW, Path())
    assert said in "\n".join(each.message for each in caught.value.diagnostics)


GATE = "apiVersion: gatekeeper/v1\nkind: Gate\nid: g{0}\ntitle: Gate\nowner: platform-oncall\n"
SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: staging
subject: {service: demo, environment: staging}
sources:
"""


def test_the_examples_of_the_page_are_accepted(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "collectors" / "github.md").read_text(encoding="utf-8")
    entries, *gates = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    policies, evidence = tmp_path / "policies" / "demo", tmp_path / "evidence" / "demo"
    policies.mkdir(parents=True)
    evidence.mkdir(parents=True)
    (evidence / "sources.staging.yaml").write_text(SOURCES + textwrap.indent(entries, "  "), encoding="utf-8")
    for number, each in enumerate(gates):
        (policies / f"g{number}.yaml").write_text(GATE.format(number) + each, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "lint"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    told = [line for line in ran.stdout.splitlines() if "error:" in line or "warning:" in line]
    # The page shows more sources than its gates read.
    assert ran.returncode == 0, ran.stdout
    assert [line for line in told if "no policy of demo asks for the evidence" not in line] == []
    assert ran.stderr == f"{len(gates) + 1} files: 0 errors, {len(told)} warnings\n"
