"""A repository with a gate of its own, and the action at work on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT
from tests.e2e.hosted import Event, Hosted
from tests.e2e.runner import Ran, Runner

POLICY = """\
apiVersion: gatekeeper/v1
kind: Gate
id: demo
title: The demo may go
owner: demo-team
params:
  most: {type: number, default: 0.05}
evidence:
  metrics: {type: json, schema: metrics.schema.json, max_age: 1h, required: [error_rate]}
rules:
  - id: error-rate
    title: Few requests fail
    enforcement: blocking
    severity: high
    expect: metrics.error_rate <= params.most
    message: "error rate {metrics.error_rate}, {metrics.note}"
    remedy: roll back
"""
LADDER = """\
apiVersion: gatekeeper/v1
kind: Ladder
id: how-bad
title: How bad is it?
owner: demo-team
evidence:
  metrics: {type: json, schema: metrics.schema.json, max_age: 1h, required: [error_rate]}
levels_lowest_first:
  - level: HIGH
    title: Many requests fail
    severity: high
    triggers: [{id: errors, title: Many requests fail, when: metrics.error_rate > 0.05}]
"""
SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"error_rate": {"type": "number"}, "note": {"type": "string"}},
        "required": ["error_rate", "note"],
    }
)
SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: local
subject: {service: demo, environment: local}
sources:
  metrics: {collector: json, file: metrics.json}
"""
WAIVER = """\
apiVersion: gatekeeper/v1
kind: Waiver
policy: demo
rule: error-rate
"""


def metrics(error_rate: object, note: str = "as measured") -> str:
    return json.dumps({"error_rate": error_rate, "note": note})


BASE = {
    "policies/demo/demo.yaml": POLICY,
    "policies/demo/metrics.schema.json": SCHEMA,
    "evidence/demo/sources.local.yaml": SOURCES,
    "evidence/demo/metrics.json": metrics(0.01),
    "pyproject.toml": "[project]\nname = 'demo'\n",
    "app.py": "print('hello')\n",
}
GOES, FAILS = metrics(0.01), metrics(0.08)


class Gate:
    """The action in a job whose workspace is empty: it needs no checkout."""

    def __init__(self, hosted: Hosted, folder: Path, python: str) -> None:
        self.hosted = hosted
        # The folder of the action has a space in its name, as those of some runners.
        action = folder / "the action"
        action.symlink_to(ROOT)
        self.runner = Runner(folder / "job", action)
        self.given = {"python": python, "install": "false", "policy": "demo"}

    def judge(self, event: Event, env: Mapping[str, str] | None = None, /, **inputs: str) -> Ran:
        self.runner.variables = self.hosted.variables(event, self.runner.folder)
        more = {name.replace("_", "-"): value for name, value in inputs.items()}
        return self.runner.use({**self.given, **more}, env)

    def decision(self, ran: Ran) -> dict[str, object]:
        decision: dict[str, object] = json.loads((Path(ran.outputs["report-path"]) / "decision.json").read_text())
        return decision


def no_decision(ran: Ran, code: int, *told: str) -> None:
    """Nothing was decided: everything that can say so does."""
    assert ran.code == code, ran.log
    assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("none", str(code))
    assert ran.outputs["decision-digest"] == ran.outputs["report-path"] == ""
    assert ran.summary.startswith("# Launch gate: no decision\n")
    (error,) = ran.annotations("error")
    for text in told:
        assert text in error
