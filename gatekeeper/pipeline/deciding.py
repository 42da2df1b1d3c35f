"""Deciding: from checked policies and a snapshot to the decision of one gate, with every gate that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from gatekeeper.decide.earliest import earliest_go
from gatekeeper.decide.verdict import reason_of, stopped_by_hard, verdict_of
from gatekeeper.decide.waivers import apply_waivers
from gatekeeper.errors import UsageError
from gatekeeper.evaluate.admission import admit
from gatekeeper.evaluate.duties import DutyInputs, judge_duty
from gatekeeper.evaluate.gate import evaluate_gate
from gatekeeper.evaluate.inputs import Inputs
from gatekeeper.evaluate.parameters import parameter_json, resolve_parameters
from gatekeeper.evaluate.review import judge_review
from gatekeeper.model.decision import SEMANTICS, Decision, EvidenceNote, GateDecision, Verdict
from gatekeeper.model.finding import Finding
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot, Subject


def decide(
    policies: PolicySet,
    policy: str,
    snapshot: Snapshot | None,
    *,
    as_of: datetime,
    now: datetime | None = None,
    parameters: Mapping[str, Mapping[str, str]] | None = None,
) -> Decision:
    """The decision of one gate, with every gate that it reads.

    A pure function of its arguments: the same ones give the same canonical JSON anywhere.

    Args:
        policies: the checked policies and waivers.
        policy: id of the gate that is asked.
        snapshot: the evidence; None where there is none, so that everything is unknown.
        as_of: the instant for which to decide.
        now: the present instant; where ``as_of`` lies before it, the decision is a replay. None means ``as_of``.
        parameters: gate id → parameter name → value as text.

    Raises:
        UsageError: an unknown policy, an unknown parameter, or a value that a parameter does not take.
    """
    if policy not in policies.gates:
        raise UsageError(f"there is no policy {policy}")
    given = parameters or {}
    order = closure(policies, policy)
    for gate_id in given:
        if gate_id not in order:
            raise UsageError(f"a parameter names the gate {gate_id}, which {policy} does not read")
    decided: dict[str, GateDecision] = {}
    evidence: list[EvidenceNote] = []
    subject = snapshot.subject if snapshot is not None else Subject()
    for gate_id in order:
        inputs = _inputs(policies, gate_id, snapshot, subject, as_of, decided, given.get(gate_id, {}))
        decided[gate_id] = _decide_gate(policies, inputs, given.get(gate_id, {}))
        evidence += inputs.admitted.notes
    root = decided[policy]
    return Decision(
        policy=policy,
        verdict=root.verdict,
        word=root.word,
        as_of=as_of,
        replay=now is not None and as_of < now,
        subject=subject,
        gates=(root, *(decided[gate_id] for gate_id in sorted(decided) if gate_id != policy)),
        evidence=tuple(sorted(evidence, key=lambda note: (note.name, note.gate))),
        snapshot=snapshot.digest if snapshot is not None else None,
        snapshot_at=snapshot.taken_at if snapshot is not None else None,
        semantics=SEMANTICS,
        earliest_go=earliest_go(root, decided),
    )


def closure(policies: PolicySet, policy: str) -> tuple[str, ...]:
    """The gates that a decision needs, each after those that it reads. The loader has refused cycles."""
    order: dict[str, None] = {}

    def visit(gate_id: str) -> None:
        if gate_id not in order:
            for lower in policies.gates[gate_id].reads:
                visit(lower)
            order[gate_id] = None

    visit(policy)
    return tuple(order)


def _inputs(
    policies: PolicySet,
    gate_id: str,
    snapshot: Snapshot | None,
    subject: Subject,
    as_of: datetime,
    decided: Mapping[str, GateDecision],
    given: Mapping[str, str],
) -> Inputs:
    gate = policies.gates[gate_id]
    return Inputs(
        gate=gate,
        admitted=admit(gate, snapshot, as_of),
        parameters=resolve_parameters(gate, given),
        subject=subject,
        as_of=as_of,
        lower={lower: decided[lower] for lower in gate.reads},
        digests={each: policies.gates[each].digest for each in closure(policies, gate_id)},
        calendars=policies.calendars,
    )


def _decide_gate(policies: PolicySet, inputs: Inputs, given: Mapping[str, str]) -> GateDecision:
    gate = inputs.gate
    found = evaluate_gate(inputs)
    unwaived = verdict_of(_without_waivers(inputs, found), advisory=gate.advisory)
    findings, notes = apply_waivers(gate, found, policies.waivers, inputs.subject, inputs.as_of)
    verdict = verdict_of(findings, advisory=gate.advisory)
    owing = DutyInputs(inputs.bindings, inputs.admitted, inputs.as_of, inputs.calendars)
    return GateDecision(
        gate=gate.id,
        title=gate.title,
        owner=gate.owner,
        source=gate.source,
        system=gate.system,
        policy_digest=gate.digest,
        verdict=verdict,
        word=gate.words.get(verdict, str(verdict)),
        unwaived=unwaived,
        stopped_by_hard=stopped_by_hard(findings),
        advisory=gate.advisory,
        reason=reason_of(verdict, findings),
        severities=dict(gate.severities),
        parameters={name: parameter_json(value) for name, value in inputs.parameters.items()},
        overridden=tuple(sorted(given)),
        findings=findings,
        waivers=notes,
        reads=gate.reads,
        variables={each.name: each.expression.one_line for each in gate.variables},
        duties=tuple(judge_duty(each, owing) for each in gate.duties),
        review=judge_review(gate.review, inputs) if gate.review is not None and verdict is not Verdict.GO else None,
    )


def _without_waivers(inputs: Inputs, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings as they would be without any waiver, here or below."""
    if all(lower.verdict is lower.unwaived for lower in inputs.lower.values()):
        return found
    return evaluate_gate(replace(inputs, unwaived=True))
