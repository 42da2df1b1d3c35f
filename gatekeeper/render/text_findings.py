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
from gatekeeper.render.visible import visible
from gatekeeper.render.wording import age, cut, listing, moment, value_text

DEEPEST = 3
SHOWN = 6
LONGEST_SOURCE = 60

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
    _shown: set[tuple[str, tuple[str, str, str]]] = field(default_factory=set)

    def blocking(self) -> None:
        """What keeps the gate from GO, each with what to do; under a gate rule, what stopped the gate below."""
        here = [entry for entry in entries(self.decision, Part.BLOCKS) if entry.gate is self.decision.root]
        if not here:
            return
        self.canvas.heading("WHAT BLOCKS", weights(here))
        terse = True
        for number, rows in enumerate(_alike(here)):
            before, terse = terse, only_absent(rows[0].finding) and rows[0].finding.gate is None and not self.explain
            if number and not (before and terse):
                self.canvas.blank()
            self._full(self.canvas, rows, 1)

    def explained(self, entry: Entry) -> None:
        """One finding with everything that is known of it, whatever it came to."""
        finding = entry.finding
        self.mark(entry)
        self.head(self.canvas, entry)
        self.canvas.text(finding.message, indent=2)
        self.seen(self.canvas, finding)
        self.canvas.labelled("wanted", finding.expected)
        self.lacks(self.canvas, entry)
        if finding.remedy:
            self.canvas.labelled("to do", finding.remedy, Tone.ACT)
        if finding.waiver is not None:
            self.canvas.labelled("waiver", finding.waiver, Tone.WAIVED)
        self.owed(self.canvas, entry)
        self.sources(self.canvas, entry)
        self.canvas.labelled("rule", str(finding.place), Tone.QUIET)

    def _full(self, canvas: Canvas, rows: tuple[Entry, ...], depth: int) -> None:
        """Rows that are alike (or just one) with all that helps to act on them."""
        entry, finding = rows[0], rows[0].finding
        for each in rows:
            self.mark(each)
        self.head(canvas, entry, name=_together(rows))
        if not finding.lacks or finding.gate is not None:  # else the message only repeats what is not known
            canvas.text(finding.message, indent=2)
        absent = only_absent(finding) and not self.explain
        if finding.remedy and not absent:  # what helps when the rule fails does not bring its evidence
            canvas.labelled("to do", finding.remedy, Tone.ACT)
        self.lacks(canvas, entry)
        if self.explain or not finding.lacks:
            self.seen(canvas, finding)
        if self.explain or (finding.gate is None and not absent):
            canvas.labelled("wanted", finding.expected)
        if not absent or finding.owner != entry.gate.owner or finding.due_text or finding.due:
            self.owed(canvas, entry)
        if not absent:
            self.sources(canvas, entry)
        if self.explain:
            canvas.labelled("rule", str(finding.place), Tone.QUIET)
        self.below(canvas, entry, depth)

    def below(self, canvas: Canvas, entry: Entry, depth: int) -> None:
        """Under a rule that read another gate and stopped: what stopped that gate."""
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
        for number, rows in enumerate(_alike(stopping)):
            if number == 0 or self.explain or not only_absent(rows[0].finding):
                inner.blank()
            if all(self.is_shown(each) for each in rows):
                self.head(inner, rows[0], name=_together(rows))
                inner.text("told above", Tone.QUIET, indent=2)
            elif depth < DEEPEST:
                self._full(inner, rows, depth + 1)
            else:
                for each in rows:
                    self.mark(each)
                self.head(inner, rows[0], name=_together(rows))
                inner.text(rows[0].finding.message, indent=2)

    def head(self, canvas: Canvas, entry: Entry, *, name: str = "", with_gate: bool = False) -> None:
        """The first line of a finding: outcome, rule, title, and how much it weighs."""
        finding = entry.finding
        sign, word, tone = _SIGNS[finding.outcome]
        called = name or entry.label
        if with_gate and len(self.decision.gates) > 1:
            called = f"{entry.gate.gate}/{called}"
        spans: list[Span] = [(f"{sign} {word}", tone), APART, (called, Tone.STRONG), APART, (finding.title, Tone.PLAIN)]
        hard = finding.enforcement is Enforcement.HARD and finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
        weight = f"{finding.enforcement.value} · {finding.severity}"
        canvas.ends(spans, weight, tone=Tone.BAD if hard else Tone.QUIET)

    def seen(self, canvas: Canvas, finding: Finding) -> None:
        """The values that the rule saw; all of them only where that was asked for."""
        shown = finding.observed if self.explain else finding.observed[:SHOWN]
        name = "saw"
        for seen in shown:
            line = f" (line {seen.line})" if seen.line is not None else ""
            canvas.labelled(name, f"{seen.path} = {value_text(seen.value)}{line}")
            name = ""
        if len(shown) < len(finding.observed):
            canvas.labelled(name, f"… and {len(finding.observed) - len(shown)} more values (--explain)", Tone.QUIET)

    def lacks(self, canvas: Canvas, entry: Entry) -> None:
        """What is not known: which evidence lacks, why, since when, and where it is read."""
        finding = entry.finding
        if below(self.decision, finding) is not None:
            return  # the gate below tells what it lacks
        name = "not known"
        for lack in finding.lacks:
            note = note_of(self.decision, entry.gate, lack.evidence)
            about = f"{lack.evidence} is {lack.cause}" if lack.evidence else lack.cause
            since = f" since {moment(note.stale_since)}" if note and note.stale_since else ""
            detail = "" if since and lack.cause == "stale" and not self.explain else f": {lack.detail}"
            source = (
                f" ({note.source if self.explain else cut(visible(note.source), LONGEST_SOURCE)})"
                if note and note.source
                else ""
            )
            canvas.labelled(name, f"{about}{since}{detail}{source}", Tone.DOUBT)
            name = ""

    def sources(self, canvas: Canvas, entry: Entry) -> None:
        """The evidence that the rule reads, with its age."""
        told = []
        for name in entry.finding.evidence:
            note = note_of(self.decision, entry.gate, name)
            told.append(name if note is None or note.age is None else f"{name} ({age(note.age)} old)")
        line = f", line {entry.finding.line}" if entry.finding.line is not None else ""
        if told:
            canvas.labelled("evidence", listing(told) + line, Tone.QUIET)

    def owed(self, canvas: Canvas, entry: Entry) -> None:
        """Who has to act, and by when."""
        canvas.labelled_spans("owner", self.owing(entry))

    def owing(self, entry: Entry) -> list[Span]:
        """The same as pieces of a line."""
        finding = entry.finding
        owner = finding.owner or entry.gate.owner
        spans: list[Span] = [(owner, Tone.PLAIN)] if owner else []
        date = finding.due_text or (moment(finding.due) if finding.due else "")
        if date:
            spans.append((f"· due {date}" if spans else f"due {date}", Tone.PLAIN))
        if finding.overdue:
            late = f" by {age(self.decision.as_of - finding.due)}" if finding.due else ""
            spans.append((f"· OVERDUE{late}", Tone.BAD))
        return spans

    def mark(self, entry: Entry) -> None:
        """Remember that the finding stands on the board."""
        self._shown.add((entry.gate.gate, entry.finding.order))

    def is_shown(self, entry: Entry) -> bool:
        """Whether the finding stands on the board already."""
        return (entry.gate.gate, entry.finding.order) in self._shown


def only_absent(finding: Finding) -> bool:
    """Whether whole pieces of evidence lack, so that what the rule wants of their content says nothing yet."""
    return bool(finding.lacks) and all(lack.cause in ("stale", "missing", "failed") for lack in finding.lacks)


def _alike(found: Iterable[Entry]) -> list[tuple[Entry, ...]]:
    """Rows of one rule that lack the same are told together; what fails is told row by row."""

    def same(entry: Entry) -> tuple[object, ...]:
        finding = entry.finding
        shared = (finding.lacks, finding.message, finding.owner, finding.due_text) if finding.lacks else (finding.key,)
        return (finding.rule, finding.outcome, *shared)

    return [tuple(rows) for _, rows in groupby(found, key=same)]


def _together(rows: tuple[Entry, ...]) -> str:
    """What several rows are called in one line; empty for a single row, which has its own label."""
    keys = listing([entry.finding.key or "" for entry in rows])
    return f"{rows[0].finding.rule}[{keys}]" if len(rows) > 1 else ""


def weights(found: Iterable[Entry]) -> str:
    """How many of the findings are hard, blocking and unknown, in words."""
    findings = [entry.finding for entry in found]
    unknown = sum(1 for each in findings if each.outcome is Outcome.UNKNOWN)
    hard = sum(1 for each in findings if each.enforcement is Enforcement.HARD)
    parts = [f"{hard} hard"] if hard else []
    parts += [f"{len(findings) - hard} blocking"] if len(findings) > hard else []
    parts += [f"{unknown} of them unknown"] if unknown else []
    return ", ".join(parts)


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
