"""The findings on the board: what blocks in full, the rest in a line or two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from gatekeeper.model.decision import Decision
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.rule import Enforcement
from gatekeeper.render.because import SHOWN, worth_telling
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.lacks import GATHERED, absent_for
from gatekeeper.render.outline import (
    DEEPEST,
    USES,
    Entry,
    Part,
    below,
    closing,
    entries,
    note_of,
    rules,
    unhelpful,
    verdict_words,
    weights,
)
from gatekeeper.render.text_because import because_lines, saw_lines
from gatekeeper.render.text_evidence import source_in_short
from gatekeeper.render.wording import age, count, listing, moment, with_age

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
        root = self.decision.root
        here = [e for e in entries(self.decision, Part.BLOCKS) if e.gate is root and not self.is_gathered(e)]
        if not here:
            return
        self.canvas.heading("WHAT BLOCKS", weights(here))
        for number, rows in enumerate(_alike(here)):
            if number:
                self.canvas.blank()
            self._full(self.canvas, rows, 1)

    def is_gathered(self, entry: Entry) -> bool:
        """Whether the finding is told where the evidence is that it lacks."""
        return not self.explain and entry.part in GATHERED and bool(absent_for(self.decision, entry))

    def explained(self, entry: Entry) -> None:
        """One finding with everything that is known of it, whatever it came to."""
        finding = entry.finding
        self.mark(entry)
        self.head(self.canvas, entry)
        if not finding.lacks or finding.gate is not None:  # else the message only repeats what is not known
            self.canvas.text(finding.message, indent=2)
        self.seen(self.canvas, finding)
        self.wanted(self.canvas, entry)
        self.lacks(self.canvas, entry, below_too=True)
        if finding.remedy:
            self.canvas.labelled("to do", finding.remedy, Tone.ACT)
        if finding.waiver is not None:
            self.canvas.labelled("waiver", finding.waiver, Tone.WAIVED)
        self.unhelpful(self.canvas, entry)
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
        if not self.explain and self._closing_is_shown(entry):
            self.wanted(canvas, entry)
            self.owed(canvas, entry)
            return
        if finding.remedy:
            canvas.labelled("to do", finding.remedy, Tone.ACT)
        self.unhelpful(canvas, entry)
        self.lacks(canvas, entry)
        if self.explain or not finding.lacks:
            self.seen(canvas, finding)
        self.wanted(canvas, entry)
        self.owed(canvas, entry)
        self.sources(canvas, entry)
        if self.explain:
            canvas.labelled("rule", str(finding.place), Tone.QUIET)
        self.below(canvas, entry, depth)

    def _closing_is_shown(self, entry: Entry) -> bool:
        """Whether the rule that closes this row stands on the board as well, with what helps to meet it."""
        rule = entry.finding.closed_by
        return rule is not None and any(gate == entry.gate.gate and order[0] == rule for gate, order in self._shown)

    def wanted(self, canvas: Canvas, entry: Entry) -> None:
        """What the rule wants. An expression is long: only where it was asked for and nothing says what decided."""
        finding = entry.finding
        asked = self.explain and not (finding.because and finding.outcome is not Outcome.UNKNOWN)
        if closing(entry) or asked or finding.window is not None or finding.quorum is not None:
            canvas.labelled("wanted", closing(entry) or finding.expected)

    def unhelpful(self, canvas: Canvas, entry: Entry) -> None:
        """Waivers that were meant for the finding and do not apply."""
        for note in unhelpful(entry):
            canvas.labelled("waiver", f"{note.waiver.id} is {USES[note.use]}: {note.reason}", Tone.DOUBT)

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
        told_apart = [each for each in stopping if self.is_gathered(each)]
        for rows in _alike(each for each in stopping if each not in told_apart):
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
        if told_apart:
            inner.blank()
            told = count(len(rules(told_apart)), "rule")
            inner.text(f"? {told} not known for lack of evidence, see there", Tone.DOUBT, hang=2)

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
        """What decided the finding; without an expression that decided, the values that the rule saw."""
        most = 0 if self.explain else SHOWN
        if finding.because:
            because_lines(canvas, worth_telling(finding.because, finding.expected), most)
            return
        every = finding.observed if self.explain else tuple(each for each in finding.observed if not each.is_demand)
        saw_lines(canvas, every, most)

    def lacks(self, canvas: Canvas, entry: Entry, *, below_too: bool = False) -> None:
        """What is not known: which evidence lacks, why, since when, and where it is read."""
        finding = entry.finding
        if below(self.decision, finding) is not None and not below_too:
            return  # the gate below tells what it lacks
        name = "not known"
        for lack in finding.lacks:
            note = note_of(self.decision, entry.gate, lack.evidence)
            about = f"{lack.evidence} is {lack.cause}" if lack.evidence else lack.cause
            since = f" since {moment(note.stale_since)}" if note and note.stale_since else ""
            detail = "" if since and lack.cause == "stale" and not self.explain else f": {lack.detail}"
            source = ""
            if note and note.source:
                source = f" ({note.source if self.explain else source_in_short(note.source)})"
            canvas.labelled(name, f"{about}{since}{detail}{source}", Tone.DOUBT)
            name = ""

    def sources(self, canvas: Canvas, entry: Entry) -> None:
        """The evidence that the rule reads, with its age."""
        told = []
        for name in entry.finding.evidence:
            note = note_of(self.decision, entry.gate, name)
            told.append(with_age(name, note.age if note is not None else None))
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
