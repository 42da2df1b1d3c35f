"""A decision as JSON: the published document ``gatekeeper/decision/v1``, and its digest.

The document carries everything of the model under names of its own, so that a change inside never changes what others
read. Its JSON Schema is ``gatekeeper/schemas/decision.v1.json``. Instants are RFC 3339 in UTC with ``Z``, with
milliseconds only where they are not zero; lengths of time are seconds under a name that ends in ``_seconds``. What is
not there is ``null``, never absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.decision import Decision, GateDecision
from gatekeeper.model.finding import Finding, Outcome, QuorumState, SignOff
from gatekeeper.model.review import ReviewStanding
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import WaiverNote, WaiverUse
from gatekeeper.model.window import WindowState
from gatekeeper.render import json_parts as parts

FORMAT = "gatekeeper/decision/v1"


def decision_document(decision: Decision) -> dict[str, Json]:
    """The decision as plain JSON, in the shape of ``decision.v1.json``."""
    root = decision.root
    return {
        "format": FORMAT,
        "policy": parts.text(decision.policy),
        "title": parts.text(root.title),
        "verdict": decision.verdict.value,
        "word": parts.text(decision.word),
        "reason": parts.text(root.reason),
        "review": _review(root.review),
        "as_of": instant_text(decision.as_of),
        "earliest_go": parts.instant(decision.earliest_go),
        "subject": {name: parts.optional(part) for name, part in decision.subject.as_json().items()},
        "semantics": parts.text(decision.semantics),
        "snapshot": {"digest": parts.optional(decision.snapshot), "taken_at": parts.instant(decision.snapshot_at)},
        "policies": {parts.text(gate.gate): parts.text(gate.policy_digest) for gate in decision.gates},
        "summary": _summary(decision.gates),
        "gates": [_gate(gate) for gate in decision.gates],
        "evidence": [parts.evidence_note(note, "gate") for note in decision.evidence],
    }


def decision_bytes(decision: Decision) -> bytes:
    """The document in its canonical form, RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785)."""
    return canonical_bytes(decision_document(decision))


def decision_digest(decision: Decision) -> str:
    """``sha256:`` and the hexadecimal digest of ``decision_bytes``: the decision's name."""
    return digest_of(decision_bytes(decision))


def _gate(gate: GateDecision) -> Json:
    return {
        "gate": parts.text(gate.gate),
        "title": parts.text(gate.title),
        "owner": parts.text(gate.owner),
        "source": parts.text(gate.source),
        "system": parts.text(gate.system),
        "policy_digest": parts.text(gate.policy_digest),
        "verdict": gate.verdict.value,
        "word": parts.text(gate.word),
        "verdict_without_waivers": gate.unwaived.value,
        "stopped_by_hard": gate.stopped_by_hard,
        "advisory": gate.advisory,
        "reason": parts.text(gate.reason),
        "review": _review(gate.review),
        "reads": parts.texts(gate.reads),
        "severities": [
            {"word": parts.text(word), "standard": parts.text(std)} for word, std in gate.severities.items()
        ],
        "parameters": parts.parameters(gate.parameters, gate.overridden),
        "variables": parts.variables(gate.variables),
        "summary": _summary((gate,)),
        "findings": [_finding(finding, gate.severities) for finding in gate.findings],
        "waivers": [_waiver(note) for note in gate.waivers],
        "duties": [parts.duty(each) for each in gate.duties],
    }


def _review(review: ReviewStanding | None) -> Json:
    if review is None:
        return None
    return {
        "state": review.state.value,
        "at": parts.instant(review.at),
        "at_text": parts.optional(review.at_text),
        "reason": parts.text(review.reason),
        "told": parts.text(review.told),
        "lacks": parts.lacks(review.lacks),
        "evidence": parts.texts(review.evidence),
        "place": parts.place(review.place),
    }


def _finding(finding: Finding, severities: Mapping[str, str]) -> Json:
    standard = severities.get(finding.severity)
    return {
        "rule": parts.text(finding.rule),
        "key": parts.optional(finding.key),
        "title": parts.text(finding.title),
        "enforcement": finding.enforcement.value,
        "severity": parts.text(finding.severity),
        "standard_severity": parts.optional(standard),
        "outcome": finding.outcome.value,
        "counts": finding.counts,
        "stops": finding.stops,
        "through_hard": finding.through_hard,
        "waiver": parts.optional(finding.waiver),
        "message": parts.text(finding.message),
        "expected": parts.text(finding.expected),
        "observed": parts.observations(finding.observed),
        "because": parts.deciding(finding.because),
        "lacks": parts.lacks(finding.lacks),
        "evidence": parts.texts(finding.evidence),
        "line": finding.line,
        "owner": parts.optional(finding.owner),
        "due": parts.instant(finding.due),
        "due_text": parts.optional(finding.due_text),
        "overdue": finding.overdue,
        "remedy": parts.optional(finding.remedy),
        "place": parts.place(finding.place),
        "gate": parts.optional(finding.gate),
        "closed_by": parts.optional(finding.closed_by),
        "unclosed": finding.unclosed,
        "window": _window(finding.window),
        "quorum": _quorum(finding.quorum),
    }


def _window(window: WindowState | None) -> Json:
    if window is None:
        return None
    return {
        "length_seconds": parts.seconds(window.length),
        "max_gap_seconds": parts.seconds(window.max_gap),
        "not_before": parts.instant(window.not_before),
        "observed_until": instant_text(window.observed_until),
        "clean_since": parts.instant(window.clean_since),
        "clean_samples": window.clean_samples,
        "completes_at": parts.instant(window.completes_at),
        "complete": window.complete,
        "undecided_from": parts.instant(window.undecided_from),
        "resets": [
            {"at": instant_text(reset.at), "sample": parts.text(reset.sample), "cause": parts.text(reset.cause)}
            for reset in window.resets
        ],
        "gaps": [
            {
                "start": instant_text(gap.start),
                "end": instant_text(gap.end),
                "length_seconds": parts.seconds(gap.length),
                "where": parts.text(gap.where),
                "samples": parts.texts(gap.samples),
            }
            for gap in window.gaps
        ],
        "tallies": [
            {
                "counted_as": parts.text(tally.counted_as),
                "because": parts.text(tally.because),
                "count": tally.count,
                "samples": parts.texts(tally.samples),
            }
            for tally in window.tallies
        ],
    }


def _quorum(quorum: QuorumState | None) -> Json:
    if quorum is None:
        return None
    return {
        "basis": parts.optional(quorum.basis),
        "binds": parts.texts(quorum.binds),
        "distinct_needed": quorum.distinct_needed,
        "distinct_found": quorum.distinct_found,
        "sign_offs": [_sign_off(sign) for sign in quorum.sign_offs],
        "unasked": [_sign_off(sign) for sign in quorum.unasked],
    }


def _sign_off(sign: SignOff) -> Json:
    return {
        "role": parts.text(sign.role),
        "person": parts.optional(sign.person),
        "signed_at": parts.instant(sign.signed_at),
        "accepted": sign.accepted,
        "reasons": parts.texts(sign.reasons),
    }


def _waiver(note: WaiverNote) -> Json:
    waiver = note.waiver
    return {
        "id": parts.text(waiver.id),
        "use": note.use.value,
        "reason": parts.text(note.reason),
        "keys": parts.texts(note.keys),
        "gate": parts.text(waiver.gate),
        "rule": parts.text(waiver.rule),
        "key": parts.optional(waiver.key),
        "subject": {parts.text(name): parts.text(value) for name, value in waiver.subject.items()},
        "owner": parts.text(waiver.owner),
        "granted_by": {"person": parts.text(waiver.person), "role": parts.text(waiver.role)},
        "justification": parts.text(waiver.justification),
        "ticket": parts.text(waiver.ticket),
        "granted_at": instant_text(waiver.granted_at),
        "expires_at": instant_text(waiver.expires_at),
        "accepts_unknown": waiver.accepts_unknown,
        "digest": parts.text(waiver.digest),
        "place": parts.place(waiver.place),
    }


def _summary(gates: Iterable[GateDecision]) -> Json:
    """How many findings came to what, by enforcement; the waivers by what became of them."""
    findings = [finding for gate in gates for finding in gate.findings]
    notes = [note for gate in gates for note in gate.waivers]
    by_outcome: dict[str, Json] = {
        outcome.value: sum(1 for each in findings if each.outcome is outcome) for outcome in Outcome
    }
    by_enforcement: dict[str, Json] = {
        enforcement.value: {
            outcome.value: sum(1 for each in findings if each.enforcement is enforcement and each.outcome is outcome)
            for outcome in Outcome
        }
        for enforcement in Enforcement
    }
    return {
        "findings": len(findings),
        "stops": sum(1 for each in findings if each.stops),
        "waived": sum(1 for each in findings if each.waiver is not None),
        "by_outcome": by_outcome,
        "by_enforcement": by_enforcement,
        "waivers": {use.value: sum(1 for note in notes if note.use is use) for use in WaiverUse},
    }
