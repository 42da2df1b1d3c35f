"""A decision as JSON: the published document ``gatekeeper/decision/v1``, and its digest.

The document carries everything of the model under names of its own, so that a change inside never changes what others
read. Its JSON Schema is ``gatekeeper/schemas/decision.v1.json``. Instants are RFC 3339 in UTC with ``Z``, with
milliseconds only where they are not zero; lengths of time are seconds under a name that ends in ``_seconds``. What is
not there is ``null``, never absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import isfinite

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision
from gatekeeper.model.finding import Finding, Observation, Outcome, QuorumState, SignOff
from gatekeeper.model.place import Place
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import WaiverNote, WaiverUse
from gatekeeper.model.window import WindowState

FORMAT = "gatekeeper/decision/v1"

_LARGEST_EXACT = 2**53 - 1


def decision_document(decision: Decision) -> dict[str, Json]:
    """The decision as plain JSON, in the shape of ``decision.v1.json``."""
    root = decision.root
    return {
        "format": FORMAT,
        "policy": _text(decision.policy),
        "title": _text(root.title),
        "verdict": decision.verdict.value,
        "word": _text(decision.word),
        "reason": _text(root.reason),
        "as_of": instant_text(decision.as_of),
        "earliest_go": _instant(decision.earliest_go),
        "subject": {name: _optional(part) for name, part in decision.subject.as_json().items()},
        "semantics": _text(decision.semantics),
        "snapshot": {"digest": _optional(decision.snapshot), "taken_at": _instant(decision.snapshot_at)},
        "policies": {_text(gate.gate): _text(gate.policy_digest) for gate in decision.gates},
        "summary": _summary(decision.gates),
        "gates": [_gate(gate) for gate in decision.gates],
        "evidence": [_note(note) for note in decision.evidence],
    }


def decision_bytes(decision: Decision) -> bytes:
    """The document in its canonical form, RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785)."""
    import rfc8785  # here, since a board without a digest need not pay for it

    return rfc8785.dumps(decision_document(decision))


def decision_digest(decision: Decision) -> str:
    """``sha256:`` and the hexadecimal digest of ``decision_bytes``: the decision's name."""
    from hashlib import sha256

    return f"sha256:{sha256(decision_bytes(decision)).hexdigest()}"


def _gate(gate: GateDecision) -> Json:
    return {
        "gate": _text(gate.gate),
        "title": _text(gate.title),
        "owner": _text(gate.owner),
        "source": _text(gate.source),
        "system": _text(gate.system),
        "policy_digest": _text(gate.policy_digest),
        "verdict": gate.verdict.value,
        "word": _text(gate.word),
        "verdict_without_waivers": gate.unwaived.value,
        "stopped_by_hard": gate.stopped_by_hard,
        "advisory": gate.advisory,
        "reason": _text(gate.reason),
        "reads": _texts(gate.reads),
        "severities": [{"word": _text(word), "standard": _text(std)} for word, std in gate.severities.items()],
        "parameters": [
            {"name": _text(name), "value": plain(value), "overridden": name in gate.overridden}
            for name, value in sorted(gate.parameters.items())
        ],
        "summary": _summary((gate,)),
        "findings": [_finding(finding, gate.severities) for finding in gate.findings],
        "waivers": [_waiver(note) for note in gate.waivers],
    }


def _finding(finding: Finding, severities: Mapping[str, str]) -> Json:
    standard = severities.get(finding.severity)
    return {
        "rule": _text(finding.rule),
        "key": _optional(finding.key),
        "title": _text(finding.title),
        "enforcement": finding.enforcement.value,
        "severity": _text(finding.severity),
        "standard_severity": _optional(standard),
        "outcome": finding.outcome.value,
        "counts": finding.counts,
        "stops": finding.stops,
        "through_hard": finding.through_hard,
        "waiver": _optional(finding.waiver),
        "message": _text(finding.message),
        "expected": _text(finding.expected),
        "observed": [_observation(seen) for seen in finding.observed],
        "lacks": [
            {"evidence": _text(lack.evidence), "cause": _text(lack.cause), "detail": _text(lack.detail)}
            for lack in finding.lacks
        ],
        "evidence": _texts(finding.evidence),
        "line": finding.line,
        "owner": _optional(finding.owner),
        "due": _instant(finding.due),
        "due_text": _optional(finding.due_text),
        "overdue": finding.overdue,
        "remedy": _optional(finding.remedy),
        "place": _place(finding.place),
        "gate": _optional(finding.gate),
        "closed_by": _optional(finding.closed_by),
        "window": _window(finding.window),
        "quorum": _quorum(finding.quorum),
    }


def _observation(seen: Observation) -> Json:
    return {"path": _text(seen.path), "value": plain(seen.value), "line": seen.line, "summary": seen.summary}


def _window(window: WindowState | None) -> Json:
    if window is None:
        return None
    return {
        "length_seconds": _seconds(window.length),
        "max_gap_seconds": _seconds(window.max_gap),
        "not_before": _instant(window.not_before),
        "observed_until": instant_text(window.observed_until),
        "clean_since": _instant(window.clean_since),
        "clean_samples": window.clean_samples,
        "completes_at": _instant(window.completes_at),
        "complete": window.complete,
        "undecided_from": _instant(window.undecided_from),
        "resets": [
            {"at": instant_text(reset.at), "sample": _text(reset.sample), "cause": _text(reset.cause)}
            for reset in window.resets
        ],
        "gaps": [
            {
                "start": instant_text(gap.start),
                "end": instant_text(gap.end),
                "length_seconds": _seconds(gap.length),
                "where": _text(gap.where),
                "samples": _texts(gap.samples),
            }
            for gap in window.gaps
        ],
        "tallies": [
            {
                "counted_as": _text(tally.counted_as),
                "because": _text(tally.because),
                "count": tally.count,
                "samples": _texts(tally.samples),
            }
            for tally in window.tallies
        ],
    }


def _quorum(quorum: QuorumState | None) -> Json:
    if quorum is None:
        return None
    return {
        "basis": _optional(quorum.basis),
        "binds": _texts(quorum.binds),
        "distinct_needed": quorum.distinct_needed,
        "distinct_found": quorum.distinct_found,
        "sign_offs": [_sign_off(sign) for sign in quorum.sign_offs],
        "unasked": [_sign_off(sign) for sign in quorum.unasked],
    }


def _sign_off(sign: SignOff) -> Json:
    return {
        "role": _text(sign.role),
        "person": _optional(sign.person),
        "signed_at": _instant(sign.signed_at),
        "accepted": sign.accepted,
        "reasons": _texts(sign.reasons),
    }


def _waiver(note: WaiverNote) -> Json:
    waiver = note.waiver
    return {
        "id": _text(waiver.id),
        "use": note.use.value,
        "reason": _text(note.reason),
        "keys": _texts(note.keys),
        "gate": _text(waiver.gate),
        "rule": _text(waiver.rule),
        "key": _optional(waiver.key),
        "subject": {_text(name): _text(value) for name, value in waiver.subject.items()},
        "owner": _text(waiver.owner),
        "granted_by": {"person": _text(waiver.person), "role": _text(waiver.role)},
        "justification": _text(waiver.justification),
        "ticket": _text(waiver.ticket),
        "granted_at": instant_text(waiver.granted_at),
        "expires_at": instant_text(waiver.expires_at),
        "accepts_unknown": waiver.accepts_unknown,
        "digest": _text(waiver.digest),
        "place": _place(waiver.place),
    }


def _note(note: EvidenceNote) -> Json:
    return {
        "gate": _text(note.gate),
        "name": _text(note.name),
        "kind": _text(note.kind),
        "source": _text(note.source),
        "digest": _optional(note.digest),
        "observed_at": _instant(note.observed_at),
        "collected_at": _instant(note.collected_at),
        "state": _text(note.state),
        "detail": _text(note.detail),
        "age_seconds": _seconds(note.age),
        "max_age_seconds": _seconds(note.max_age),
        "stale_since": _instant(note.stale_since),
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


def _place(place: Place) -> Json:
    return {"file": _text(place.file), "line": place.line, "column": place.column}


def _seconds(length: timedelta | None) -> int | None:
    """Whole seconds, cut towards zero as clocks are read."""
    return None if length is None else int(length.total_seconds())


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)


def _optional(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _texts(texts: Iterable[str]) -> list[Json]:
    return [_text(each) for each in texts]


def _text(text: str) -> str:
    """The text as UTF-8 can carry it: a lone surrogate is spelt out."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def plain(value: Json) -> Json:
    """The value as canonical JSON can carry it.

    A rule can see a computed number that JSON cannot carry exactly: an integer beyond ±(2^53 - 1) becomes its decimal
    text and a double that is not finite its name, as in the JSON mapping of Protocol Buffers
    (https://protobuf.dev/programming-guides/json/).
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST_EXACT else str(value)
    if isinstance(value, float):
        return value if isfinite(value) else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    if isinstance(value, dict):
        return {_text(name): plain(each) for name, each in value.items()}
    return [plain(each) for each in value]
