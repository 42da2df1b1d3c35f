"""What is not known for want of evidence, told by evidence: one stale document can leave fifty rules unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision
from gatekeeper.model.finding import WHETHER_IT_APPLIES, Lack, Outcome
from gatekeeper.model.rule import Enforcement
from gatekeeper.render.outline import Entry, Part, entries
from gatekeeper.render.wording import collect_command, listing

GATHERED = (Part.BLOCKS, Part.ADVISORY)
"""Parts whose findings are told where the evidence is that they lack."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A piece of evidence that cannot be used, with the rules that are unknown for it.

    Attributes:
        note: how it stood.
        blocking: hard and blocking rules, the gate that was asked first.
        advisory: rules that never block.
    """

    note: EvidenceNote
    blocking: tuple[Entry, ...]
    advisory: tuple[Entry, ...]

    @property
    def by_gate(self) -> tuple[tuple[GateDecision, tuple[Entry, ...]], ...]:
        """The hard and blocking rules of each gate."""
        gates = {entry.gate.gate: entry.gate for entry in self.blocking}
        return tuple((gate, tuple(e for e in self.blocking if e.gate.gate == name)) for name, gate in gates.items())


def absent_evidence(decision: Decision) -> tuple[Absent, ...]:
    """Every piece of evidence that alone, or with others of its kind, leaves a rule unknown; hard rules' ones first.

    A rule that lacks two pieces stands under both.
    """
    notes: dict[tuple[object, ...], EvidenceNote] = {}
    rules: dict[tuple[object, ...], list[Entry]] = {}
    for part in GATHERED:
        for entry in entries(decision, part):
            for note in absent_for(decision, entry):
                same = (note.name, note.state, note.source, note.stale_since)
                notes.setdefault(same, note)
                rules.setdefault(same, []).append(entry)
    parts = {same: [tuple(e for e in rules[same] if e.part is part) for part in GATHERED] for same in notes}
    found = [Absent(note, *parts[same]) for same, note in notes.items()]
    return tuple(sorted(found, key=lambda each: (_rank(each), each.note.name)))


def absent_for(decision: Decision, entry: Entry) -> tuple[EvidenceNote, ...]:
    """The unusable evidence that a finding waits for; nothing where anything else keeps it from being known."""
    finding = entry.finding
    if finding.outcome is not Outcome.UNKNOWN or not finding.lacks:
        return ()
    # whether it applies hangs on the other things that lack
    notes = [_note(decision, entry, lack) for lack in finding.lacks if lack != WHETHER_IT_APPLIES]
    known = [note for note in notes if note is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(notes) else ()


def _note(decision: Decision, entry: Entry, lack: Lack) -> EvidenceNote | None:
    """The note of the evidence that lacks: of the gate that reads it, which for a gate rule is another one."""
    fits = [each for each in decision.evidence if each.name == lack.evidence and each.state == lack.cause != "usable"]
    own = [each for each in fits if each.gate == (entry.finding.gate or entry.gate.gate)]
    return next(iter((*own, *fits)), None)


def _rank(absent: Absent) -> int:
    hard = any(entry.finding.enforcement is Enforcement.HARD for entry in absent.blocking)
    return 0 if hard else 1 if absent.blocking else 2


def rule_names(found: Iterable[Entry]) -> list[str]:
    """The rules, each once: with the number of rows where there are several, and ``(hard)`` where that is so."""
    rows = Counter((entry.finding.rule, entry.finding.enforcement) for entry in found)
    return [
        rule + (f"[{number} rows]" if number > 1 else "") + (" (hard)" if enforcement is Enforcement.HARD else "")
        for (rule, enforcement), number in rows.items()
    ]


def advisory_names(absent: Absent) -> list[str]:
    """The advisory rules, each once, behind the name of its gate."""
    return list(dict.fromkeys(f"{entry.gate.gate}/{entry.finding.rule}" for entry in absent.advisory))


def remedies(decision: Decision, found: Sequence[Absent]) -> tuple[tuple[str, str], ...]:
    """What to do, and for which evidence; the command of a collection is its own text."""
    collect = collect_command(decision.policy)
    anew = f"{collect}, for the present: that instant has passed" if decision.replay else collect
    later = "ask for an instant that is not before the evidence, or name an older snapshot"
    by_remedy: dict[str, list[str]] = {anew: [], later: [], f"mend the source, then {collect}": []}
    for each in found:
        mends = {"stale": anew, "missing": anew, "future": later}
        by_remedy[mends.get(each.note.state, f"mend the source, then {collect}")].append(each.note.name)
    return tuple((remedy, listing(list(dict.fromkeys(names)))) for remedy, names in by_remedy.items() if names)
