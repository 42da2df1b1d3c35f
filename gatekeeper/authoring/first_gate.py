"""The gate that an empty folder begins with: small, and written to be read and changed."""

from __future__ import annotations

from collections.abc import Mapping

from gatekeeper.authoring.proposal import sources_text

REPORT = """\
{
  "version": "1.4.0",
  "tests": {"passed": 412, "failed": 0},
  "error_rate_percent": 0.4,
  "open_bugs": [{"id": "B-7", "severity": "low"}]
}
"""

SCHEMA = """\
{
  "type": "object",
  "properties": {
    "version": {"type": "string"},
    "tests": {
      "type": "object",
      "properties": {"passed": {"type": "integer"}, "failed": {"type": "integer"}},
      "required": ["passed", "failed"],
      "additionalProperties": false
    },
    "error_rate_percent": {"type": "number"},
    "open_bugs": {
      "type": "array",
      "items": {
        "type": "object",
        "properties": {"id": {"type": "string"}, "severity": {"enum": ["low", "high", "critical"]}},
        "required": ["id", "severity"],
        "additionalProperties": false
      }
    }
  },
  "required": ["version", "tests", "error_rate_percent", "open_bugs"],
  "additionalProperties": false
}
"""

POLICY = """\
# yaml-language-server: $schema=../../schemas/policy.v1.json
# A gate answers one question. `gatekeeper evaluate GATE` gives the answer: GO, NO-GO or INCONCLUSIVE.
apiVersion: gatekeeper/v1
kind: Gate
id: GATE
title: May SYSTEM be released?
owner: on-call # whom to ask about this gate

# Figures have a name and a type. `gatekeeper evaluate GATE --param most_errors=0.5` is allowed within the bounds.
params:
  most_errors: {type: number, default: 1.0, min: 0, max: 1, overridable: true, description: percent of the requests}

# What the rules rest on. evidence/SYSTEM/sources.production.yaml says where it is read.
# Evidence that is missing, older than max_age, or not as the schema says makes its rules unknown, and unknown stops.
evidence:
  report: {type: json, max_age: 1h, schema: report.schema.json, description: what the build says about itself}

rules:
  # `hard` stops and nobody can waive it. `expect` is an expression in CEL that has to be true.
  - id: tests-pass
    title: Tests ran, and none failed
    enforcement: hard
    severity: critical
    expect: report.tests.passed > 0 && report.tests.failed == 0
    message: "{report.tests.failed} of {report.tests.passed + report.tests.failed} tests failed"
    remedy: mend the tests, or what they found

  # `blocking` stops too, but a waiver can accept it for a while.
  - id: few-errors
    title: Few requests fail
    enforcement: blocking
    severity: high
    expect: report.error_rate_percent <= params.most_errors
    message: "{report.error_rate_percent} % of the requests fail"
    remedy: look at the logs before you add a release to the trouble

  # `each` gives a finding for every row; its `key` names the row in waivers and in tests.
  - id: no-critical-bug
    title: No critical bug is open
    enforcement: blocking
    severity: high
    each:
      over: report.open_bugs
      as: bug
      key: bug.id
      empty: pass # no bug at all is fine; without this line, an empty list is unknown
      expect: bug.severity != "critical"
    message: "{bug.id} is {bug.severity}"
    remedy: mend {bug.id}, or have its severity judged again
"""

SUITE = """\
# yaml-language-server: $schema=../../schemas/suite.v1.json
# `gatekeeper test` plays these cases. Each rule should be seen to pass, to fail, and to be unknown.
apiVersion: gatekeeper/v1
kind: Suite
title: When SYSTEM may be released
policies: [GATE]
now: 2026-01-05T12:00:00Z
evidence:
  report:
    version: 1.4.0
    tests: {passed: 412, failed: 0}
    error_rate_percent: 1.0
    open_bugs: [{id: B-7, severity: low}]
cases:
  - id: all-is-well
    title: With exactly one percent of errors and a small bug it may
    expect: {verdict: GO, stops: []}

  - id: a-test-fails
    title: One failing test stops it
    set: {report.tests.failed: 1}
    expect:
      verdict: NO-GO
      stops: [tests-pass]
      findings: {tests-pass: {outcome: fail, says: 1 of 413 tests failed}}

  - id: no-test-ran
    title: Nothing failed, since nothing ran
    set: {report.tests.passed: 0}
    expect: {verdict: NO-GO, stops: [tests-pass]}

  - id: errors
    title: A little more than one percent of errors stops it
    set: {report.error_rate_percent: 1.01}
    expect: {verdict: NO-GO, stops: [few-errors]}

  - id: a-critical-bug
    title: A critical bug stops it, and the small one beside it does not
    add:
      report.open_bugs: [{id: B-9, severity: critical}]
    expect: {verdict: NO-GO, stops: ["no-critical-bug[B-9]"]}

  - id: no-bug
    title: No bug at all is fine, and one test is a test
    set: {report.open_bugs: [], report.tests.passed: 1}
    expect: {verdict: GO, stops: []}

  - id: stricter
    title: Somebody asks for no errors at all, and gets an answer
    parameters: {GATE: {most_errors: 0}}
    expect: {verdict: NO-GO, stops: [few-errors]}

  - id: an-hour-old
    title: A report may be an hour old
    age: {report: 1h}
    expect: {verdict: GO, stops: []}

  - id: too-old
    title: A second more, and it tells nothing about now
    age: {report: 1h1s}
    expect: {verdict: INCONCLUSIVE}

  - id: no-report
    title: Without a report nothing is known, and that stops it as well
    lacking: {report: missing}
    expect:
      verdict: INCONCLUSIVE
      findings: {tests-pass: unknown, few-errors: unknown, no-critical-bug: unknown}
"""


def first_gate(system: str, gate: str, environment: str) -> Mapping[str, bytes]:
    """Every file of the gate, by its path.

    Args:
        system: what it is about.
        gate: the gate's id.
        environment: whose evidence it is.
    """
    texts = {
        f"policies/{system}/{gate}.yaml": POLICY,
        f"policies/{system}/{gate}_test.yaml": SUITE,
        f"policies/{system}/report.schema.json": SCHEMA,
        f"evidence/{system}/sources.{environment}.yaml": sources_text(
            system, environment, ["report: {collector: json, file: report.json}"]
        ),
        f"evidence/{system}/report.json": REPORT,
    }
    return {name: text.replace("GATE", gate).replace("SYSTEM", system).encode("utf-8") for name, text in texts.items()}
