"""The findings on the board: what blocks in full, the rest in a line or two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from gatekeeper.model.decision import Decision
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.rule import Enforcement
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.outline import Entry, Part, below, entries, note_of, verdict_words
from gatekeeper.render.wording import age, count, listing, moment, value_text

DEEPEST = 3
SHOWN = 6

_SIGNS = {
    Outcome.FAIL: ("✗", "FAIL", Tone.BAD),
    Outcome.UNKNOWN: ("?", "UNKNOWN", Tone.DOUBT),
    Outcome.PASS: ("✓", "pass", Tone.GOOD),
    Outcome.NOT_APPLICABLE: ("–", "not applicable", Tone.QUIET),
}


@dataclass(slots=True)
class FindingsBoard:
    """Writes the blocks of findings, and knows which of them already stand on the board."""

    canvas: Canvas
    decision: Decision
    explain: bool
    _shown: set[tuple[str, tuple[str, str]]] = field(default_factory=set)

    def blocking(self) -> None:
        """What keeps the gate from GO, each with what to do; under a gate rule, what stopped the gate below."""
        here = [entry for entry in entries(self.decision, Part.BLOCKS) if entry.gate is self.decision.root]
        if not here:
            return
        self.canvas.heading("WHAT BLOCKS", _weights(here))
        for rows in _alike(here):
            self._full(self.canvas, rows, 1)
            self.canvas.blank()

    def waived(self) -> None:
        """Findings that a waiver accepts."""
        self._brief_block("WAIVED", Part.WAIVED)

    def below_without_effect(self) -> None:
        """What stops a gate below, although no rule above it stopped for it."""
        left = [entry for entry in entries(self.decision, Part.BLOCKS) if not self._is_shown(entry)]
        if left:
            self.canvas.heading("STOPS A GATE BELOW", _weights(left))
            for entry in left:
                self._brief(entry)

    def advisory(self) -> None:
        """Findings that never block."""
        self._brief_block("ADVISORY", Part.ADVISORY)

    def shadow(self) -> None:
        """Findings of rules that only run along, whatever they came to."""
        self._brief_block("SHADOW (never counts)", Part.SHADOW)

    def not_applicable(self) -> None:
        """Rules that do not apply."""
        self._lines_block("NOT APPLICABLE", Part.NOT_APPLICABLE)

    def passing(self) -> None:
        """Rules that are met."""
        self._lines_block("PASSES", Part.PASSES)

    def explained(self, entry: Entry) -> None:
        """One finding with everything that is known of it, whatever it came to."""
        finding = entry.finding
        self._mark(entry)
        self._head(self.canvas, entry)
        self.canvas.text(finding.message, indent=2)
        self._seen(self.canvas, finding)
        self.canvas.labelled("wanted", finding.expected)
        self._lacks(self.canvas, entry)
        if finding.remedy:
            self.canvas.labelled("to do", finding.remedy, Tone.ACT)
        if finding.waiver is not None:
            self.canvas.labelled("waiver", finding.waiver, Tone.WAIVED)
        self._owed(self.canvas, entry)
        self._sources(self.canvas, entry)
        self.canvas.labelled("rule", str(finding.place), Tone.QUIET)

    def _full(self, canvas: Canvas, rows: tuple[Entry, ...], depth: int) -> None:
        """Rows that are alike (or just one) with all that helps to act on them."""
        entry, finding = rows[0], rows[0].finding
        for each in rows:
            self._mark(each)
        self._head(canvas, entry, row=_keys(rows))
        only_stale = finding.lacks and all(lack.cause == "stale" for lack in finding.lacks)
        if not only_stale or self.explain:
            canvas.text(finding.message, indent=2)
        if finding.remedy:
            canvas.labelled("to do", finding.remedy, Tone.ACT)
        self._lacks(canvas, entry)
        self._seen(canvas, finding)
        if finding.gate is None and (not only_stale or self.explain):
            canvas.labelled("wanted", finding.expected)
        self._owed(canvas, entry)
        if not only_stale or self.explain:
            self._sources(canvas, entry)
        if self.explain:
            canvas.labelled("rule", str(finding.place), Tone.QUIET)
        self._below(canvas, entry, depth)

    def _below(self, canvas: Canvas, entry: Entry, depth: int) -> None:
        found = below(self.decision, entry.finding)
        if found is None:
            return
        gate, stopping = found
        inner = canvas.nested("  │ ")
        words = verdict_words(gate.word, gate.verdict.value)
        told = f"{words}, {gate.unwaived.value} without waivers" if gate.unwaived is not gate.verdict else words
        inner.ends([(gate.gate, Tone.STRONG), APART, (gate.title, Tone.PLAIN)], told, tone=Tone.STRONG)
        if gate.reason not in entry.finding.message:
            inner.text(gate.reason, indent=2)
        for rows in _alike(stopping):
            inner.blank()
            if all(self._is_shown(each) for each in rows):
                self._head(inner, rows[0], row=_keys(rows))
                inner.text("told above", Tone.QUIET, indent=2)
            elif depth < DEEPEST:
                self._full(inner, rows, depth + 1)
            else:
                for each in rows:
                    self._mark(each)
                self._head(inner, rows[0], row=_keys(rows))
                inner.text(rows[0].finding.message, indent=2)

    def _brief_block(self, title: str, part: Part) -> None:
        found = entries(self.decision, part)
        if not found:
            return
        self.canvas.heading(title, count(len(found), "finding"))
        for entry in found:
            self._brief(entry)

    def _brief(self, entry: Entry) -> None:
        finding = entry.finding
        self._mark(entry)
        self._head(self.canvas, entry, with_gate=True)
        self.canvas.text(finding.message, indent=2)
        if finding.waiver is not None:
            self.canvas.labelled("waiver", finding.waiver, Tone.WAIVED)
        if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            if finding.remedy:
                self.canvas.labelled("to do", finding.remedy)
            self._lacks(self.canvas, entry)
            if finding.due_text or finding.due:
                self._owed(self.canvas, entry)
        if self.explain:
            self._seen(self.canvas, finding)
        if entry.part is Part.ADVISORY:
            self._below(self.canvas, entry, DEEPEST)

    def _lines_block(self, title: str, part: Part) -> None:
        found = entries(self.decision, part)
        if not found:
            return
        self.canvas.heading(title, count(len(found), "finding"))
        for _, in_gate in groupby(found, key=lambda entry: entry.gate.gate):
            for _, group in groupby(in_gate, key=lambda entry: (entry.finding.rule, entry.finding.enforcement)):
                rows = tuple(group)
                if not self.explain:
                    self._head(self.canvas, rows[0], with_gate=True, row=_keys(rows), brief=True)
                    continue
                for entry in rows:
                    self._head(self.canvas, entry, with_gate=True)
                    if self.explain:
                        self.canvas.text(entry.finding.message, indent=2)
                        self._seen(self.canvas, entry.finding)
                        self._sources(self.canvas, entry)

    def _head(
        self, canvas: Canvas, entry: Entry, *, with_gate: bool = False, row: str = "", brief: bool = False
    ) -> None:
        finding = entry.finding
        sign, word, tone = _SIGNS[finding.outcome]
        name = finding.rule + row if row else entry.label
        if with_gate and len(self.decision.gates) > 1:
            name = f"{entry.gate.gate}/{name}"
        spans: list[Span] = [(f"{sign} {word}", tone), APART, (name, Tone.STRONG), APART, (finding.title, Tone.PLAIN)]
        weight = finding.enforcement.value if brief else f"{finding.enforcement.value} · {finding.severity}"
        canvas.ends(spans, weight, tone=_weight_tone(finding))

    def _seen(self, canvas: Canvas, finding: Finding) -> None:
        shown = finding.observed if self.explain else finding.observed[:SHOWN]
        name = "saw"
        for seen in shown:
            line = f" (line {seen.line})" if seen.line is not None else ""
            canvas.labelled(name, f"{seen.path} = {value_text(seen.value)}{line}")
            name = ""
        if len(shown) < len(finding.observed):
            canvas.labelled(name, f"… and {len(finding.observed) - len(shown)} more values (--explain)", Tone.QUIET)

    def _lacks(self, canvas: Canvas, entry: Entry) -> None:
        finding = entry.finding
        name = "not known"
        for lack in finding.lacks:
            if lack.cause == "undecided" and finding.gate is not None:
                continue  # the gate below tells why
            note = note_of(self.decision, entry.gate, lack.evidence)
            about = f"{lack.evidence} is {lack.cause}" if lack.evidence else lack.cause
            since = f" since {moment(note.stale_since)}" if note and note.stale_since else ""
            detail = "" if since and lack.cause == "stale" and not self.explain else f": {lack.detail}"
            source = f" ({note.source})" if note and note.source else ""
            canvas.labelled(name, f"{about}{since}{detail}{source}", Tone.DOUBT)
            name = ""

    def _sources(self, canvas: Canvas, entry: Entry) -> None:
        told = []
        for name in entry.finding.evidence:
            note = note_of(self.decision, entry.gate, name)
            told.append(name if note is None or note.age is None else f"{name} ({age(note.age)} old)")
        line = f", line {entry.finding.line}" if entry.finding.line is not None else ""
        if told:
            canvas.labelled("evidence", listing(told) + line, Tone.QUIET)

    def _owed(self, canvas: Canvas, entry: Entry) -> None:
        finding = entry.finding
        owner = finding.owner or entry.gate.owner
        spans: list[Span] = [(owner, Tone.PLAIN)] if owner else []
        date = finding.due_text or (moment(finding.due) if finding.due else "")
        if date:
            spans.append((f"· due {date}" if spans else f"due {date}", Tone.PLAIN))
        if finding.overdue:
            late = f" by {age(self.decision.as_of - finding.due)}" if finding.due else ""
            spans.append((f"· OVERDUE{late}", Tone.BAD))
        canvas.labelled_spans("owner", spans)

    def _mark(self, entry: Entry) -> None:
        self._shown.add((entry.gate.gate, entry.finding.order))

    def _is_shown(self, entry: Entry) -> bool:
        return (entry.gate.gate, entry.finding.order) in self._shown


def _alike(found: Iterable[Entry]) -> list[tuple[Entry, ...]]:
    """Rows of one rule that lack the same are told together; what fails is told row by row."""

    def same(entry: Entry) -> tuple[object, ...]:
        finding = entry.finding
        shared = (finding.lacks, finding.message, finding.owner, finding.due_text) if finding.lacks else (finding.key,)
        return (finding.rule, finding.outcome, *shared)

    return [tuple(rows) for _, rows in groupby(found, key=same)]


def _keys(rows: tuple[Entry, ...]) -> str:
    """The keys of several rows, as the label of one line; empty for a single row."""
    return f"[{listing([entry.finding.key or '' for entry in rows])}]" if len(rows) > 1 else ""


def _weights(found: Iterable[Entry]) -> str:
    findings = [entry.finding for entry in found]
    unknown = sum(1 for each in findings if each.outcome is Outcome.UNKNOWN)
    hard = sum(1 for each in findings if each.enforcement is Enforcement.HARD)
    parts = [f"{hard} hard"] if hard else []
    parts += [f"{len(findings) - hard} blocking"] if len(findings) > hard else []
    parts += [f"{unknown} of them unknown"] if unknown else []
    return ", ".join(parts)


def _weight_tone(finding: Finding) -> Tone:
    if finding.enforcement is Enforcement.HARD and finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        return Tone.BAD
    return Tone.QUIET
