"""The JSON document: its schema, its digest, and that nothing of the model is left out."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision
from gatekeeper.model.finding import Deciding, Finding, Observation, QuorumState, SignOff
from gatekeeper.model.report import Report
from gatekeeper.model.waiver import Waiver, WaiverNote
from gatekeeper.model.window import Gap, Reset, Tally, WindowState
from gatekeeper.render.decision_json import decision_bytes, decision_digest, decision_document
from gatekeeper.render.json_v1 import JsonRenderer
from tests.conftest import ROOT
from tests.render.cases import CASES, canary_reset, go, launch
from tests.render.strategies import decisions

SCHEMA: dict[str, Any] = json.loads((ROOT / "gatekeeper/schemas/decision.v1.json").read_text(encoding="utf-8"))


def keys(*path: str) -> set[str]:
    """The properties of a part of the schema."""
    node = SCHEMA
    for step in path:
        node = node[step]
    return set(node["properties"])


@given(decision=decisions("gate"))
@settings(max_examples=25)
def test_every_decision_is_as_the_published_schema_says(decision: Decision) -> None:
    Draft202012Validator(SCHEMA).validate(decision_document(decision))


@pytest.mark.parametrize("case", CASES)
def test_every_case_is_as_the_published_schema_says(case: str) -> None:
    printed = json.loads(JsonRenderer().render(CASES[case]()))
    for document in printed if isinstance(printed, list) else [printed]:
        Draft202012Validator(SCHEMA).validate(document)


def test_the_schema_is_closed_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    def walk(node: Any, where: str) -> None:
        if isinstance(node, dict):
            if "properties" in node:
                assert node["additionalProperties"] is False, where
                optional = {"run"} if where == "decision" else set()
                assert set(node["required"]) == set(node["properties"]) - optional, where
                for name, each in node["properties"].items():
                    assert each.get("description"), f"{where}.{name}"
            for name, each in node.items():
                walk(each, f"{where}.{name}")
        elif isinstance(node, list):
            for number, each in enumerate(node):
                walk(each, f"{where}[{number}]")

    walk(SCHEMA, "decision")


RENAMED = {
    Decision: {"snapshot_at": "snapshot", "replay": "run"},
    GateDecision: {"unwaived": "verdict_without_waivers", "overridden": "parameters"},
    WindowState: {"length": "length_seconds", "max_gap": "max_gap_seconds"},
    EvidenceNote: {"age": "age_seconds", "max_age": "max_age_seconds"},
    Waiver: {"person": "granted_by", "role": "granted_by"},
    WaiverNote: {"waiver": "id"},
}


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        (Decision, ()),
        (GateDecision, ("$defs", "gate")),
        (Finding, ("$defs", "finding")),
        (Observation, ("$defs", "observation")),
        (Deciding, ("$defs", "deciding")),
        (WindowState, ("$defs", "window")),
        (Reset, ("$defs", "window", "properties", "resets", "items")),
        (Gap, ("$defs", "window", "properties", "gaps", "items")),
        (Tally, ("$defs", "window", "properties", "tallies", "items")),
        (QuorumState, ("$defs", "quorum")),
        (SignOff, ("$defs", "sign_off")),
        (Waiver, ("$defs", "waiver")),
        (WaiverNote, ("$defs", "waiver")),
        (EvidenceNote, ("$defs", "evidence")),
    ],
)
def test_every_field_of_the_model_has_its_property(type_: Any, path: tuple[str, ...]) -> None:
    renamed = RENAMED.get(type_, {})
    assert {renamed.get(field.name, field.name) for field in fields(type_)} <= keys(*path)


def test_the_digest_is_of_the_canonical_form_of_what_is_printed() -> None:
    report = canary_reset()
    printed = json.loads(JsonRenderer().render(report))
    assert printed.pop("run") == {"digest": decision_digest(report.decisions[0]), "replay": True}
    canonical = rfc8785.dumps(printed)
    assert decision_bytes(report.decisions[0]) == canonical
    assert decision_digest(report.decisions[0]) == f"sha256:{sha256(canonical).hexdigest()}"


@given(decision=decisions("gate"))
@settings(max_examples=25)
def test_the_digest_can_be_checked_after_any_json_tool_has_read_the_text(decision: Decision) -> None:
    printed = json.loads(JsonRenderer().render(Report((decision,))))
    del printed["run"]
    assert rfc8785.dumps(printed) == decision_bytes(decision)


def test_any_change_of_a_decision_changes_its_digest() -> None:
    decision = launch(complete=True)
    assert decision_digest(decision) == decision_digest(launch(complete=True))
    assert decision_digest(decision) == decision_digest(replace(decision, replay=False)), "when it was made is no part"
    assert decision_digest(decision) != decision_digest(replace(decision, as_of=decision.as_of + timedelta(seconds=1)))


def test_several_decisions_are_an_array_and_one_is_an_object() -> None:
    assert isinstance(json.loads(JsonRenderer().render(go())), dict)
    both = Report(go().decisions + canary_reset().decisions)
    assert [each["verdict"] for each in json.loads(JsonRenderer().render(both))] == ["GO", "NO-GO"]
    assert json.loads(JsonRenderer().render(Report(()))) == []


def test_instants_have_milliseconds_only_where_they_are_not_zero_and_lengths_are_seconds() -> None:
    decision = canary_reset().decisions[0]
    later = replace(decision, as_of=decision.as_of + timedelta(milliseconds=40))
    document: Any = decision_document(later)
    assert document["as_of"] == "2026-03-03T09:00:00.040Z"
    assert document["snapshot"]["taken_at"] == "2026-03-03T08:55:00Z"
    window = next(each for each in document["gates"][1]["findings"] if each["window"])["window"]
    assert (window["length_seconds"], window["max_gap_seconds"]) == (604_800, 5_400)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (float("inf"), "Infinity"),
        (float("nan"), "NaN"),
        (0.5, 0.5),
    ],
)
def test_a_number_that_json_cannot_carry_exactly_is_written_as_text(value: float, written: object) -> None:
    decision = launch(complete=True)
    seen = replace(decision.root.findings[0], observed=(Observation("a * b", value),))
    root = replace(decision.root, findings=(seen,))
    document: Any = decision_document(replace(decision, gates=(root,)))
    assert document["gates"][0]["findings"][0]["observed"][0]["value"] == written


def test_the_summary_counts_by_outcome_by_enforcement_and_by_use_of_waivers() -> None:
    document: Any = decision_document(CASES["go-with-waiver"]().decisions[0])
    assert document["summary"]["by_outcome"] == {"pass": 12, "fail": 3, "unknown": 0, "not_applicable": 1}
    assert document["summary"]["by_enforcement"]["shadow"]["fail"] == 1
    assert document["summary"]["stops"] == 0
    assert document["summary"]["waived"] == 1
    assert document["summary"]["waivers"]["applied"] == 1
    assert document["summary"]["waivers"]["refused"] == 1
