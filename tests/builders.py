"""Gates, evidence and waivers for tests, built from the model itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gatekeeper.expr import compile_expression, compile_template
from gatekeeper.model.canonical import content_digest
from gatekeeper.model.place import Place
from gatekeeper.model.policy import STANDARD_SEVERITIES, EvidenceEntry, Gate, Parameter, PolicySet, WaiverTerms
from gatekeeper.model.rule import Enforcement, Expect, Expression, Requirement, Rule
from gatekeeper.model.snapshot import Evidence, Failure, Snapshot, Subject
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import Waiver

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
PLACE = Place("policies/demo/gate.yaml", 1, 1)
COMMIT = "4f2c9d1e7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d"
SUBJECT = Subject(service="demo", environment="production", commit=COMMIT)
ANY_SCHEMA: dict[str, Json] = {}


def expression(source: str) -> Expression:
    return Expression(compile_expression(source), PLACE)


def rule(
    rule_id: str,
    requirement: Requirement | str,
    enforcement: Enforcement | str = Enforcement.BLOCKING,
    **changes: Any,
) -> Rule:
    if isinstance(requirement, str):
        requirement = Expect(expression(requirement))
    for name in ("message", "remedy"):
        if isinstance(changes.get(name), str):
            changes[name] = compile_template(changes[name])
    if isinstance(changes.get("applies_when"), str):
        changes["applies_when"] = expression(changes["applies_when"])
    return Rule(
        id=rule_id,
        title=f"Rule {rule_id}",
        enforcement=Enforcement(enforcement),
        severity="high",
        requirement=requirement,
        place=PLACE,
        **changes,
    )


def entry(name: str, kind: str = "json", **changes: Any) -> EvidenceEntry:
    fields: dict[str, Any] = {
        "max_age": timedelta(hours=1),
        "max_age_reason": None,
        "required": (),
        "schema": ANY_SCHEMA if kind in ("json", "yaml") else None,
        "of": None,
        "description": "",
        "place": PLACE,
        **changes,
    }
    return EvidenceEntry(name=name, kind=kind, **fields)


def gate(
    gate_id: str,
    rules: Iterable[Rule],
    evidence: Iterable[EvidenceEntry] = (),
    **changes: Any,
) -> Gate:
    fields: dict[str, Any] = {
        "title": f"Gate {gate_id}",
        "system": "demo",
        "owner": "platform-oncall",
        "source": "",
        "description": "",
        "severities": {word: word for word in STANDARD_SEVERITIES},
        "words": {},
        "advisory": False,
        "params": (),
        "roles": {"release-manager": ("Robin Vale",)},
        "waivers": WaiverTerms(timedelta(days=14), ("release-manager",)),
        "digest": f"sha256:{gate_id}",
        "place": PLACE,
        **changes,
    }
    return Gate(id=gate_id, rules=tuple(rules), evidence=tuple(evidence), **fields)


def policy_set(*gates: Gate, waivers: Iterable[Waiver] = ()) -> PolicySet:
    return PolicySet({each.id: each for each in gates}, tuple(waivers))


def item(name: str, value: Json, kind: str = "json", **changes: Any) -> Evidence:
    fields: dict[str, Any] = {
        "source": f"{name}.json",
        "collector": kind,
        "observed_at": None,
        "collected_at": NOW - timedelta(minutes=5),
        "failure": None,
        "subject": None,
        "digest": content_digest(kind, value),
        **changes,
    }
    return Evidence(name=name, kind=kind, value=value, **fields)


def failed(name: str, cause: str = "failed", kind: str = "json") -> Evidence:
    return item(name, None, kind, failure=Failure(cause, "the source could not be read"))


def snapshot(*items: Evidence, subject: Subject = SUBJECT) -> Snapshot:
    by_name: Mapping[str, Evidence] = {each.name: each for each in items}
    taken_at = max((each.collected_at for each in items), default=NOW)
    return Snapshot("demo", subject, by_name, "sha256:snapshot", taken_at, "snapshot.json")


def waiver(rule_id: str, **changes: Any) -> Waiver:
    fields: dict[str, Any] = {
        "id": f"waive-{rule_id}",
        "gate": "g",
        "key": None,
        "subject": {},
        "owner": "Robin Vale",
        "person": "Robin Vale",
        "role": "release-manager",
        "justification": "known and harmless until Friday",
        "ticket": "OPS-7",
        "granted_at": NOW - timedelta(days=1),
        "expires_at": NOW + timedelta(days=1),
        "accepts_unknown": False,
        "digest": "sha256:waiver",
        "place": PLACE,
        **changes,
    }
    return Waiver(rule=rule_id, **fields)


def parameter(name: str, kind: str, default: Any, **changes: Any) -> Parameter:
    fields: dict[str, Any] = {
        "minimum": None,
        "maximum": None,
        "choices": None,
        "overridable": True,
        "description": "",
        "place": PLACE,
        **changes,
    }
    return Parameter(name=name, type=kind, default=default, **fields)
