"""Waivers: which findings stop counting, for how long, and which waivers are refused.

A waiver changes only the rule and key that it names, until the instant that it names. One on a hard rule, or on a
``gate`` rule that fails through a hard rule below, is refused, and the decision is still made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.policy import Gate
from gatekeeper.model.rule import Enforcement, Rule
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.times import exact_span_text, instant_text, span_text_beside
from gatekeeper.model.waiver import Waiver, WaiverNote, WaiverUse


def apply_waivers(
    gate: Gate, findings: tuple[Finding, ...], waivers: Iterable[Waiver], subject: Subject, as_of: datetime
) -> tuple[tuple[Finding, ...], tuple[WaiverNote, ...]]:
    """The findings with what is waived marked, and what became of each waiver of this gate."""
    notes = []
    for waiver in sorted((w for w in waivers if w.gate == gate.id), key=lambda w: w.id):
        note, accepted = _use(gate, findings, waiver, subject, as_of)
        notes.append(note)
        if accepted:
            findings = tuple(replace(f, waiver=waiver.id) if id(f) in accepted else f for f in findings)
    return findings, tuple(notes)


def _use(
    gate: Gate, findings: tuple[Finding, ...], waiver: Waiver, subject: Subject, as_of: datetime
) -> tuple[WaiverNote, frozenset[int]]:
    """What becomes of one waiver, and the identities of the findings that it accepts."""
    rule = next(rule for rule in gate.rules if rule.id == waiver.rule)
    refusal = _refusal(gate, rule, waiver)
    if refusal:
        return WaiverNote(waiver, WaiverUse.REFUSED, refusal), frozenset()
    if as_of < waiver.granted_at:
        return WaiverNote(waiver, WaiverUse.NOT_YET, f"granted {instant_text(waiver.granted_at)}"), frozenset()
    if as_of >= waiver.expires_at:
        return WaiverNote(waiver, WaiverUse.EXPIRED, f"expired {instant_text(waiver.expires_at)}"), frozenset()
    other = _other_subject(waiver, subject)
    if other:
        return WaiverNote(waiver, WaiverUse.UNUSED, other), frozenset()
    named = [f for f in findings if f.rule == waiver.rule and (waiver.key is None or f.key == waiver.key)]
    if not named:
        return WaiverNote(waiver, WaiverUse.UNUSED, f"there is no row {waiver.key}"), frozenset()
    if any(finding.through_hard for finding in named):
        told = "the rule fails through a hard rule of the gate that it reads"
        return WaiverNote(waiver, WaiverUse.REFUSED, told), frozenset()
    return _accept(waiver, named)


def _accept(waiver: Waiver, named: list[Finding]) -> tuple[WaiverNote, frozenset[int]]:
    accepts = {Outcome.FAIL, Outcome.UNKNOWN} if waiver.accepts_unknown else {Outcome.FAIL}
    accepted = [f for f in named if f.outcome in accepts and f.waiver is None]
    if not accepted:
        return WaiverNote(waiver, WaiverUse.UNUSED, _why_unused(named)), frozenset()
    keys = tuple(sorted(f.key for f in accepted if f.key is not None))
    told = f"accepted until {instant_text(waiver.expires_at)}"
    return WaiverNote(waiver, WaiverUse.APPLIED, told, keys), frozenset(id(f) for f in accepted)


def _why_unused(named: list[Finding]) -> str:
    outcomes = {finding.outcome for finding in named}
    if Outcome.UNKNOWN in outcomes:
        return "the rule is unknown, and the waiver does not accept unknown"
    if any(finding.waiver is not None for finding in named):
        return "another waiver accepts the same already"
    return "the rule is not applicable" if outcomes == {Outcome.NOT_APPLICABLE} else "the rule passes"


def _refusal(gate: Gate, rule: Rule, waiver: Waiver) -> str:
    """Why the gate does not take this waiver at all; an empty string where it does."""
    if rule.enforcement is Enforcement.HARD:
        return "the rule is hard: it cannot be waived"
    terms = gate.waivers
    if waiver.role not in terms.granted_by:
        may = ", ".join(terms.granted_by)
        return f"role {waiver.role} may not grant it" + (f" (may: {may})" if may else ": this gate takes no waivers")
    if waiver.person not in gate.roles.get(waiver.role, ()):
        return f"{waiver.person} does not hold the role {waiver.role}"
    lasts = waiver.expires_at - waiver.granted_at
    if lasts > terms.longest:
        told = span_text_beside(lasts, terms.longest)
        return f"it lasts {told}, longer than the {exact_span_text(terms.longest)} that the gate allows"
    return ""


def _other_subject(waiver: Waiver, subject: Subject) -> str:
    for part, wanted in sorted(waiver.subject.items()):
        found = subject.as_json().get(part)
        if found is None or found != wanted:
            return f"it is for {part} {wanted}, this is {found or 'not said'}"
    return ""
