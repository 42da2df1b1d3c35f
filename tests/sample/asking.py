"""Asking the sample's gates, and finding in the answer what a test is about."""

from __future__ import annotations

from gatekeeper.model.decision import Decision, GateDecision
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import parse_instant
from gatekeeper.model.window import WindowState
from gatekeeper.pipeline import decide

LAUNCH = "2026-03-03T09:00:00Z"
BAD_RUN = "2026-03-01T12:00:00Z"
CANARY_ROW = "1 7-day canary clean run"
RECORD_ROW = "2 P11-H approval record completion"


def decided(policies: PolicySet, snapshot: Snapshot | None, as_of: str = LAUNCH, policy: str = "p11-h") -> Decision:
    return decide(policies, policy, snapshot, as_of=parse_instant(as_of))


def gate(decision: Decision, gate_id: str) -> GateDecision:
    return next(each for each in decision.gates if each.gate == gate_id)


def findings(decision: Decision, gate_id: str, rule: str) -> list[Finding]:
    return [finding for finding in gate(decision, gate_id).findings if finding.rule == rule]


def the(decision: Decision, gate_id: str, rule: str, key: str | None = None) -> Finding:
    found = [finding for finding in findings(decision, gate_id, rule) if key is None or finding.key == key]
    assert len(found) == 1, f"{gate_id} has {len(found)} findings {rule} {key or ''}"
    return found[0]


def window(decision: Decision) -> WindowState:
    state = the(decision, "p11-f", "seven-clean-days").window
    assert state is not None
    return state


def stops(decision: Decision, gate_id: str = "p11-h") -> set[str]:
    """The rules that keep a gate from GO, with the keys of their rows."""
    return {f.rule if f.key is None else f"{f.rule} {f.key}" for f in gate(decision, gate_id).findings if f.stops}


def advised(decision: Decision, gate_id: str) -> set[str]:
    """The advisory rules that are not met."""
    return {
        finding.rule
        for finding in gate(decision, gate_id).findings
        if finding.enforcement is Enforcement.ADVISORY and finding.outcome is Outcome.FAIL
    }
