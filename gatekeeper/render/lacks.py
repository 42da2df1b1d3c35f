"""What is not known for want of evidence, told by evidence: one stale document can leave fifty rules unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision
from gatekeeper.model.finding import Lack, Outcome
from gatekeeper.model.rule import Enforcement
from gatekeeper.render.outline import Entry, Part, entries
from gatekeeper.render.wording import argument, listing

COLLECTED_ANEW = ("stale", "missing")
"""Causes that a new collection may well mend; the others lie in the source, or in the instant."""


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
    for part in (Part.BLOCKS, Part.ADVISORY):
        for entry in entries(decision, part):
            for note in absent_for(decision, entry):
                same = (note.name, note.state, note.source, note.stale_since)
                notes.setdefault(same, note)
                rules.setdefault(same, []).append(entry)
    found = [
        Absent(
            note,
            tuple(entry for entry in rules[same] if entry.part is Part.BLOCKS),
            tuple(entry for entry in rules[same] if entry.part is Part.ADVISORY),
        )
        for same, note in notes.items()
    ]
    return tuple(sorted(found, key=lambda each: (_rank(each), each.note.name)))


def absent_for(decision: Decision, entry: Entry) -> tuple[EvidenceNote, ...]:
    """The unusable evidence that a finding waits for; nothing where anything else keeps it from being known."""
    finding = entry.finding
    if finding.outcome is not Outcome.UNKNOWN or not finding.lacks:
        return ()
    notes = [_note(decision, entry, lack) for lack in finding.lacks]
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
    rows: dict[tuple[str, Enforcement], int] = {}
    for entry in found:
        rule = (entry.finding.rule, entry.finding.enforcement)
        rows[rule] = rows.get(rule, 0) + 1
    return [
        rule + (f"[{number} rows]" if number > 1 else "") + (" (hard)" if enforcement is Enforcement.HARD else "")
        for (rule, enforcement), number in rows.items()
    ]


def advisory_names(absent: Absent) -> list[str]:
    """The advisory rules, each once, behind the name of its gate."""
    return list(dict.fromkeys(f"{entry.gate.gate}/{entry.finding.rule}" for entry in absent.advisory))


def remedies(decision: Decision, found: Sequence[Absent]) -> tuple[tuple[str, str], ...]:
    """What to do, and for which evidence; the command of a collection is its own text."""
    told: list[tuple[str, str]] = []
    collect = collect_command(decision)
    for causes, remedy in (
        (COLLECTED_ANEW, f"{collect}, for the present: that instant has passed" if decision.replay else collect),
        (("future",), "ask for an instant that is not before the evidence, or name an older snapshot"),
    ):
        names = [each.note.name for each in found if each.note.state in causes]
        if names:
            told.append((remedy, listing(list(dict.fromkeys(names)))))
    others = [each.note.name for each in found if each.note.state not in (*COLLECTED_ANEW, "future")]
    if others:
        told.append((f"mend the source, then {collect}", listing(list(dict.fromkeys(others)))))
    return tuple(told)


def collect_command(decision: Decision) -> str:
    """The command that collects anew."""
    return f"gatekeeper collect {argument(decision.policy)}"
