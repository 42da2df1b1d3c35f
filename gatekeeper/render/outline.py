"""How a decision is told to people: which finding stands in which part of a report.

Every finding of every gate stands in exactly one part, so that nothing that was skipped, waived, shadowed or not
applicable can fall out of a report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision
from gatekeeper.model.duty import DutyState
from gatekeeper.model.finding import Finding, Outcome, QuorumState, SignOff
from gatekeeper.model.report import RecordedDay, Report
from gatekeeper.model.review import ReviewState
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.standing import LadderStanding
from gatekeeper.model.waiver import Waiver, WaiverNote, WaiverUse
from gatekeeper.render.duties import pressing_duties
from gatekeeper.render.terms import EvidenceRow, given, parameters_of
from gatekeeper.render.wording import count, listing


class Part(StrEnum):
    """The part of a report in which a finding stands."""

    BLOCKS = "blocks"
    WAIVED = "waived"
    ADVISORY = "advisory"
    SHADOW = "shadow"
    NOT_APPLICABLE = "not applicable"
    PASSES = "passes"


_STANDS = {
    Outcome.FAIL: "fails",
    Outcome.UNKNOWN: "is not known",
    Outcome.NOT_APPLICABLE: "does not apply",
    Outcome.PASS: "passes",
}

DEEPEST = 3
"""So many gates below each other tell in full what stopped them; those further down only name it."""

_STANDARD = ("critical", "high", "medium", "low", "info")

USES = {
    WaiverUse.APPLIED: "applied",
    WaiverUse.REFUSED: "refused",
    WaiverUse.EXPIRED: "expired",
    WaiverUse.NOT_YET: "not yet in force",
    WaiverUse.UNUSED: "unused",
}
"""What became of a waiver, in words; what took effect comes first."""


REVIEWS = {
    ReviewState.SET: "set",
    ReviewState.PASSED: "past",
    ReviewState.NOT_SET: "not set",
    ReviewState.UNKNOWN: "not known",
}
"""Whether it is known when a gate is looked at again, in words."""


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


def waived_label(waiver: Waiver) -> str:
    """The rule that a waiver is for, with its gate, and with the row's key where it is for one: ``p11-h/errors[1]``."""
    return f"{waiver.gate}/{waiver.rule}" + (f"[{waiver.key}]" if waiver.key is not None else "")


def entries(decision: Decision, part: Part) -> tuple[Entry, ...]:
    """The findings of that part: of the gate that was asked first, then of those below, the weightiest first."""
    found = [
        Entry(gate, finding)
        for gate in decision.gates
        for finding in sorted(gate.findings, key=lambda each: weight(gate, each))
    ]
    kept = [entry for entry in found if entry.part is part]
    if part is Part.ADVISORY:  # nothing waits for one gate before another here
        kept.sort(key=lambda each: (each.finding.outcome is not Outcome.FAIL, _standing(each)))
    return tuple(kept)


def _standing(entry: Entry) -> int:
    """The severity's place in the standard scale, which is the same for all gates."""
    standard = entry.gate.severities.get(entry.finding.severity)
    return _STANDARD.index(standard) if standard in _STANDARD else len(_STANDARD)


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


def unhelpful(entry: Entry) -> tuple[WaiverNote, ...]:
    """Waivers that were meant for this finding and do nothing: refused, expired or not yet in force."""
    idle = (WaiverUse.REFUSED, WaiverUse.EXPIRED, WaiverUse.NOT_YET)
    return tuple(
        note
        for note in entry.gate.waivers
        if note.use in idle
        and (note.waiver.gate, note.waiver.rule) == (entry.gate.gate, entry.finding.rule)
        and note.waiver.key in (None, entry.finding.key)
    )


def granted(decision: Decision) -> str:
    """What a verdict rests on besides the policies and the evidence: ``1 waiver and 2 parameters overridden``."""
    accepted, others = len(applied(decision)), len(given(parameters_of(decision)))
    told = (count(accepted, "waiver") if accepted else "", f"{count(others, 'parameter')} overridden" if others else "")
    return " and ".join(each for each in told if each)


def closing(entry: Entry) -> str:
    """For a row that a rule closes, how that rule stands; for one that no rule closes, that; else nothing."""
    rule = entry.finding.closed_by
    if rule is None:
        told = "closed by a rule; no rule closes this row: add one under closed_by"
        return told if entry.finding.unclosed else ""
    outcomes = {each.outcome for each in entry.gate.findings if each.rule == rule}
    words = next((words for outcome, words in _STANDS.items() if outcome in outcomes), "is not there")
    return f"closed by {rule}, which {words}"


def reviews(decision: Decision) -> tuple[str, ...]:
    """When the gate that was asked is looked at again, and those below that say so, each in one line."""
    return tuple(
        each.review.told if each is decision.root else f"{each.gate} {each.review.told}"
        for each in decision.gates
        if each.review is not None
    )


def counted(sign: SignOff, quorum: QuorumState, why: str) -> str:
    """Whether a sign-off counts, and why not; ``why`` says for what the basis is not known, where it is not."""
    if not sign.accepted:
        return f"no: {'; '.join(sign.reasons) or 'not accepted'}"
    return "yes" if quorum.basis is not None else f"not known: {why}, so what was signed cannot be compared"


def unsigned_basis(decision: Decision, gate: GateDecision, quorum: QuorumState) -> str:
    """Why the basis of a quorum is not known, in one line."""
    told = ["no commit is named"] if not decision.subject.commit else []
    for name in quorum.binds:
        note = note_of(decision, gate, name)
        if note is not None and note.state != "usable":
            told.append(f"{name} is {note.state}")
    return " and ".join(told) or "evidence that it binds lacks"


def verdict_words(word: str, verdict: str) -> str:
    """The policy's own word, with the verdict behind it where the two differ: ``DEFERRED (NO-GO)``."""
    return word if word == verdict else f"{word} ({verdict})"


def figures(decision: Decision) -> tuple[str, ...]:
    """Every state that occurs, in rules: ``1 hard fail``, ``1 unknown``, ``1 waived``, ``14 pass``.

    What blocks is counted in the gate that was asked, and apart from it in those below; the rest over all gates. A rule
    some of whose rows fail is a fail, whatever the others are. Duties are told where they are overdue.
    """
    everywhere = entries(decision, Part.BLOCKS)
    blocks = [entry for entry in everywhere if entry.gate is decision.root]
    fails = rules(entry for entry in blocks if entry.finding.outcome is Outcome.FAIL)
    hard = rules(entry for entry in blocks if entry.finding.enforcement is Enforcement.HARD)
    told = (
        (len(fails & hard), "hard fail", "hard fails"),
        (len(fails - hard), "blocking fail", "blocking fails"),
        (len(rules(blocks) - fails), "unknown", "unknown"),
        (len(rules(everywhere) - rules(blocks)), "in a gate below", "in gates below"),
    )
    others = {part: len(rules(entries(decision, part))) for part in Part if part is not Part.BLOCKS}
    rest = (f"{number} {'pass' if part is Part.PASSES else part}" for part, number in others.items() if number)
    overdue = [each for gate in decision.gates for each in gate.duties if each.state is DutyState.OVERDUE]
    return (*(count(*each) for each in told if each[0]), *pressing_duties(overdue), *rest)


def tally(decision: Decision) -> str:
    """The figures in one line."""
    return listing(figures(decision)) or "no findings"


def rules(found: Iterable[Entry]) -> set[tuple[str, str]]:
    """The rules that these findings are of."""
    return {(entry.gate.gate, entry.finding.rule) for entry in found}


def weights(found: Iterable[Entry]) -> str:
    """How many of the rules are hard, blocking and unknown, in words."""
    every = list(found)
    hard = rules(entry for entry in every if entry.finding.enforcement is Enforcement.HARD)
    fails = rules(entry for entry in every if entry.finding.outcome is Outcome.FAIL)
    unknown = len(rules(every) - fails)
    parts = [f"{len(hard)} hard"] if hard else []
    parts += [f"{len(rules(every) - hard)} blocking"] if rules(every) - hard else []
    parts += [f"{unknown} of them unknown"] if unknown and fails else []
    return ", ".join(parts)


def note_of(decision: Decision, gate: GateDecision, name: str) -> EvidenceNote | None:
    """How the evidence of that name stood for that gate, or else for another one that reads it."""
    named = [each for each in decision.evidence if each.name == name]
    return next((each for each in named if each.gate == gate.gate), named[0] if named else None)


def evidence_rows(decision: Decision) -> tuple[EvidenceRow, ...]:
    """Every note with the gates that it holds for: what several gates read in the same way is told once."""
    rows: dict[tuple[object, ...], tuple[EvidenceNote, list[str]]] = {}
    for note in decision.evidence:
        same = (note.name, note.kind, note.source, note.digest, note.observed_at, note.collected_at)
        _, gates = rows.setdefault((*same, note.state, note.detail, note.max_age), (note, []))
        gates.append(note.gate)
    return tuple((note, tuple(gates)) for note, gates in rows.values())


def asked(report: Report) -> list[str]:
    """The gates and ladders that were asked for, as ``evaluate`` takes them."""
    return [*(each.policy for each in report.decisions), *(each.standing.ladder for each in report.ladders)]


def days_to_see(
    report: Report, decision: Decision | LadderStanding, most: int = 3
) -> tuple[tuple[RecordedDay, datetime], ...]:
    """Recorded snapshots, the newest first, each with an instant at which it would be the newest one and fresh.

    That is the next full five minutes after the snapshot, or the snapshot's own instant where another snapshot or the
    decision itself comes before them.
    """
    if not any(note.state == "stale" for note in decision.evidence):
        return ()
    times = [day.taken_at for day in report.recorded]
    shown: list[tuple[RecordedDay, datetime]] = []
    for day in report.recorded[:most]:
        full = day.taken_at.replace(minute=day.taken_at.minute // 5 * 5, second=0, microsecond=0)
        later = full + timedelta(minutes=5)
        overtaken = any(day.taken_at < other <= later for other in times) or later > decision.as_of
        shown.append((day, day.taken_at if overtaken else later))
    return tuple(shown)


def too_young(report: Report, decision: Decision) -> datetime | None:
    """Where every snapshot that is there was taken after the instant of the decision, the time of the oldest."""
    if decision.snapshot is not None or not report.recorded:
        return None
    oldest = min(day.taken_at for day in report.recorded)
    return oldest if oldest > decision.as_of else None
