"""A small project on disk, and a runner that calls the command as a person would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.warm import gatekeeper

POLICY = """\
apiVersion: gatekeeper/v1
kind: Gate
id: demo
title: The demo may go
owner: demo-team
params:
  most: {type: number, default: 0.05, min: 0.01, max: 0.1, overridable: true}
evidence:
  metrics: {type: json, schema: metrics.schema.json, max_age: 1h, required: [error_rate]}
rules:
  - id: error-rate
    title: Few requests fail
    enforcement: blocking
    severity: high
    expect: metrics.error_rate <= params.most
    message: "error rate {metrics.error_rate}"
    remedy: roll back
"""

SCHEMA = {
    "type": "object",
    "properties": {"error_rate": {"type": "number"}},
    "required": ["error_rate"],
    "additionalProperties": False,
}

SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: local
subject: {service: demo, environment: local}
sources:
  metrics: {collector: json, file: metrics.json}
"""

SUITE_HEAD = """\
apiVersion: gatekeeper/v1
kind: Suite
title: Few requests fail
policies: [demo]
now: 2026-03-03T09:00:00Z
evidence:
  metrics: {error_rate: 0.01}
cases:
"""
"""A suite of the project without its cases."""

SUITE = (
    SUITE_HEAD
    + """\
  - id: at-the-limit
    title: Exactly five percent are not too many
    set: {metrics.error_rate: 0.05}
    expect: {verdict: GO, findings: {error-rate: pass}}
  - id: over-the-limit
    title: A little more is
    set: {metrics.error_rate: 0.0501}
    expect: {verdict: NO-GO, stops: [error-rate]}
"""
)


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Project:
    """A folder with a policy, its sources and its evidence."""

    root: Path

    def run(self, *arguments: str, env: dict[str, str] | None = None, stdin: str | None = None) -> Ended:
        """Run gatekeeper in the project's folder as a process of its own."""
        done = gatekeeper(*arguments, cwd=self.root, env=env, stdin=stdin)
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    def measure(self, error_rate: object) -> None:
        """Write the evidence."""
        (self.root / "evidence/demo/metrics.json").write_text(json.dumps({"error_rate": error_rate}))

    def write_suite(self, suite: str) -> Path:
        """Write a suite, and say where."""
        path = self.root / "policies/demo/demo_test.yaml"
        path.write_text(suite)
        return path

    @property
    def policy(self) -> Path:
        """The policy's file."""
        return self.root / "policies/demo/demo.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose gate is GO once its evidence is collected."""
    (tmp_path / "policies/demo").mkdir(parents=True)
    (tmp_path / "evidence/demo").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "policies/demo/metrics.schema.json").write_text(json.dumps(SCHEMA))
    (tmp_path / "evidence/demo/sources.local.yaml").write_text(SOURCES)
    made = Project(tmp_path)
    made.policy.write_text(POLICY)
    made.measure(0.01)
    return made


@pytest.fixture
def suite(project: Project) -> Path:
    """The project's suite, of which both cases hold."""
    return project.write_suite(SUITE)
