"""The earliest instant at which a NO-GO could become GO by time alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from gatekeeper.model.decision import GateDecision, Verdict
from gatekeeper.model.finding import Finding, Outcome


def earliest_go(gate: GateDecision, gates: Mapping[str, GateDecision]) -> datetime | None:
    """Not before this instant, if every further sample is clean and nothing else changes.

    None where the gate is GO already, or where something is lacking that time alone does not bring.
    """
    if gate.verdict is Verdict.GO:
        return None
    return _all_mended_at([finding for finding in gate.findings if finding.stops], gate, gates)


def _all_mended_at(
    findings: Sequence[Finding], gate: GateDecision, gates: Mapping[str, GateDecision]
) -> datetime | None:
    instants = [_mended_at(finding, gate, gates) for finding in findings]
    known = [at for at in instants if at is not None]
    return max(known) if known and len(known) == len(instants) else None


def _mended_at(finding: Finding, gate: GateDecision, gates: Mapping[str, GateDecision]) -> datetime | None:
    if finding.outcome is not Outcome.FAIL:
        return None
    if finding.window is not None:
        return finding.window.completes_at
    if finding.gate is not None:
        return earliest_go(gates[finding.gate], gates)
    if finding.closed_by is not None:
        closing = [f for f in gate.findings if f.rule == finding.closed_by and f.outcome is not Outcome.PASS]
        return _all_mended_at(closing, gate, gates)
    return None
