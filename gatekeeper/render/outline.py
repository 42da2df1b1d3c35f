"""How a decision is told to people: which finding stands in which part of a report.

Every finding of every gate stands in exactly one part, so that nothing that was skipped, waived, shadowed or not
applicable can fall out of a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.report import RecordedDay, Report
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.waiver import WaiverNote, WaiverUse
from gatekeeper.render.wording import count, listing


class Part(StrEnum):
    """The part of a report in which a finding stands."""

    BLOCKS = "blocks"
    WAIVED = "waived"
    ADVISORY = "advisory"
    SHADOW = "shadow"
    NOT_APPLICABLE = "not applicable"
    PASSES = "passes"


USES = {
    WaiverUse.APPLIED: "applied",
    WaiverUse.REFUSED: "refused",
    WaiverUse.EXPIRED: "expired",
    WaiverUse.NOT_YET: "not yet in force",
    WaiverUse.UNUSED: "unused",
}
"""What became of a waiver, in words; what took effect comes first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding with the gate that it belongs to."""

    gate: GateDecision
    finding: Finding

    @property
    def label(self) -> str:
        """The rule's id, with the row's key where it has one."""
        return label(self.finding)

    @property
    def part(self) -> Part:
        """The one part in which the finding stands."""
        finding = self.finding
        if finding.enforcement is Enforcement.SHADOW:
            return Part.SHADOW
        if finding.outcome is Outcome.NOT_APPLICABLE:
            return Part.NOT_APPLICABLE
        if finding.waiver is not None:
            return Part.WAIVED
        if finding.outcome is Outcome.PASS:
            return Part.PASSES
        return Part.BLOCKS if finding.enforcement.blocks else Part.ADVISORY


def label(finding: Finding) -> str:
    """The rule's id, with the row's key where it has one: ``no-open-blocker[1]``."""
    return finding.rule if finding.key is None else f"{finding.rule}[{finding.key}]"


def entries(decision: Decision, part: Part) -> tuple[Entry, ...]:
    """The findings of that part: of the gate that was asked first, then of those below, the weightiest first."""
    found = [
        Entry(gate, finding)
        for gate in decision.gates
        for finding in sorted(gate.findings, key=lambda each: weight(gate, each))
    ]
    return tuple(entry for entry in found if entry.part is part)


def weight(gate: GateDecision, finding: Finding) -> tuple[int, int, tuple[str, str, str]]:
    """Sort key: hard before blocking, fails before unknowns, then by the policy's severities, then by rule and key."""
    words = tuple(gate.severities)
    severity = words.index(finding.severity) if finding.severity in words else len(words)
    ranks = {Enforcement.HARD: 0, Enforcement.BLOCKING: 2, Enforcement.ADVISORY: 4, Enforcement.SHADOW: 6}
    return ranks[finding.enforcement] + (finding.outcome is not Outcome.FAIL), severity, finding.order


def below(decision: Decision, reader: Finding) -> tuple[GateDecision, tuple[Entry, ...]] | None:
    """The gate that this finding read, with the findings that stopped it; None where it read none or did not stop.

    A hard rule reads the verdict without waivers, so that what is waived there stops it all the same.
    """
    if reader.gate is None or reader.outcome not in (Outcome.FAIL, Outcome.UNKNOWN):
        return None
    gate = next((each for each in decision.gates if each.gate == reader.gate), None)
    if gate is None:
        return None
    despite_waivers = reader.enforcement is Enforcement.HARD
    stopping = (
        finding
        for finding in gate.findings
        if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
        and (finding.counts or (despite_waivers and finding.enforcement.blocks))
    )
    return gate, tuple(Entry(gate, finding) for finding in sorted(stopping, key=lambda each: weight(gate, each)))


def waivers(decision: Decision) -> tuple[WaiverNote, ...]:
    """Every waiver of every gate once: the applied ones first, then those that did nothing."""
    order = list(USES)
    notes: list[WaiverNote] = []
    for gate in decision.gates:
        notes.extend(note for note in gate.waivers if note not in notes)
    return tuple(sorted(notes, key=lambda note: (order.index(note.use), note.waiver.id)))


def applied(decision: Decision) -> tuple[WaiverNote, ...]:
    """The waivers that took effect, in any gate of the decision."""
    return tuple(note for note in waivers(decision) if note.use is WaiverUse.APPLIED)


def verdict_words(word: str, verdict: str) -> str:
    """The policy's own word, with the verdict behind it where the two differ: ``DEFERRED (NO-GO)``."""
    return word if word == verdict else f"{word} ({verdict})"


def tally(decision: Decision) -> str:
    """One line with every state that occurs: ``1 hard fail, 1 unknown, 14 pass, 1 waived``.

    What blocks is counted in the gate that was asked, and apart from it in those below; the rest over all gates.
    """
    everywhere = entries(decision, Part.BLOCKS)
    blocks = [entry.finding for entry in everywhere if entry.gate is decision.root]
    fails = [each for each in blocks if each.outcome is Outcome.FAIL]
    hard = sum(1 for each in fails if each.enforcement is Enforcement.HARD)
    figures = (
        (hard, "hard fail", "hard fails"),
        (len(fails) - hard, "blocking fail", "blocking fails"),
        (len(blocks) - len(fails), "unknown", "unknown"),
        (len(everywhere) - len(blocks), "in a gate below", "in gates below"),
        (len(entries(decision, Part.WAIVED)), "waived", "waived"),
        (len(entries(decision, Part.ADVISORY)), "advisory", "advisory"),
        (len(entries(decision, Part.SHADOW)), "shadow", "shadow"),
        (len(entries(decision, Part.NOT_APPLICABLE)), "not applicable", "not applicable"),
        (len(entries(decision, Part.PASSES)), "pass", "pass"),
    )
    return listing([count(*figure) for figure in figures if figure[0]]) or "no findings"


def note_of(decision: Decision, gate: GateDecision, name: str) -> EvidenceNote | None:
    """How the evidence of that name stood for that gate, or else for another one that reads it."""
    named = [each for each in decision.evidence if each.name == name]
    return next((each for each in named if each.gate == gate.gate), named[0] if named else None)


def evidence_rows(decision: Decision) -> tuple[tuple[EvidenceNote, tuple[str, ...]], ...]:
    """Every note with the gates that it holds for: what several gates read in the same way is told once."""
    rows: dict[tuple[object, ...], tuple[EvidenceNote, list[str]]] = {}
    for note in decision.evidence:
        same = (note.name, note.kind, note.source, note.digest, note.observed_at, note.collected_at)
        _, gates = rows.setdefault((*same, note.state, note.detail, note.max_age), (note, []))
        gates.append(note.gate)
    return tuple((note, tuple(gates)) for note, gates in rows.values())


def stale(decision: Decision) -> tuple[EvidenceNote, ...]:
    """The evidence that was too old, each name once with the earliest instant since when."""
    found: dict[str, EvidenceNote] = {}
    for note in decision.evidence:
        if note.state == "stale":
            known = found.get(note.name)
            if known is None or _earlier(note.stale_since, known.stale_since):
                found[note.name] = note
    return tuple(found.values())


def _earlier(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one < other)


def days_to_see(report: Report, decision: Decision, most: int = 3) -> tuple[tuple[RecordedDay, datetime], ...]:
    """Recorded snapshots, the newest first, each with an instant at which it would be the newest one and fresh.

    That is the next full five minutes after the snapshot, or the snapshot's own instant where another snapshot or the
    decision itself comes before them.
    """
    if not stale(decision):
        return ()
    times = [day.taken_at for day in report.recorded]
    shown: list[tuple[RecordedDay, datetime]] = []
    for day in report.recorded[:most]:
        full = day.taken_at.replace(minute=day.taken_at.minute // 5 * 5, second=0, microsecond=0)
        later = full + timedelta(minutes=5)
        overtaken = any(day.taken_at < other <= later for other in times) or later > decision.as_of
        shown.append((day, day.taken_at if overtaken else later))
    return tuple(shown)
