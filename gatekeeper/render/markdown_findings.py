"""The findings in the packet: what blocks in full, the rest in tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gatekeeper.model.decision import Decision
from gatekeeper.model.finding import Finding
from gatekeeper.model.times import instant_text
from gatekeeper.render.lacks import absent_for
from gatekeeper.render.markdown_because import because, briefly, briefly_seen, seen
from gatekeeper.render.markup import NOTHING, Markup, Page, code, joined, said, strong
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
)
from gatekeeper.render.wording import OUTCOMES, age, count


@dataclass(slots=True)
class FindingsPages:
    """Writes the sections of findings, and knows which of them already stand on the page."""

    page: Page
    decision: Decision
    _shown: set[tuple[str, tuple[str, str, str]]] = field(default_factory=set)

    def blocking(self) -> None:
        """What keeps the gate from GO: a table to see it whole, then each with all that is known."""
        root = self.decision.root
        here = [e for e in entries(self.decision, Part.BLOCKS) if e.gate is root and not absent_for(self.decision, e)]
        if not here:
            return
        self.page.heading(2, said("What blocks"))
        self.page.table(
            ("Rule", "Outcome", "Weight", "What is", "To do", "Owner", "Due"),
            [
                (
                    self._name(entry),
                    strong(said(OUTCOMES[entry.finding.outcome])),
                    said(f"{entry.finding.enforcement.value}, {entry.finding.severity}"),
                    said(entry.finding.message),
                    said(entry.finding.remedy or ""),
                    said(_owner(entry)),
                    self._due(entry.finding),
                )
                for entry in here
            ],
        )
        for entry in here:
            self._full(entry, 1)

    def waived(self) -> None:
        """Findings that a waiver accepts."""
        found = entries(self.decision, Part.WAIVED)
        rows = [(*self._brief(entry), code(entry.finding.waiver or "")) for entry in found]
        self._section("Waived rules", (*_BRIEF, "Waiver"), rows)

    def below_without_effect(self) -> None:
        """What stops a gate below, although no rule above it stopped for it."""
        left = [entry for entry in entries(self.decision, Part.BLOCKS) if not self._is_shown(entry)]
        if left:
            self.page.heading(2, said("What stops a gate below"))
            for entry in left:
                self._full(entry, DEEPEST)

    def advisory(self) -> None:
        """Findings that never block."""
        self._open_section("Advisory findings", Part.ADVISORY)

    def shadow(self) -> None:
        """Findings of rules that only run along, whatever they came to."""
        self._open_section("Shadow rules (they never count)", Part.SHADOW)

    def not_applicable(self) -> None:
        """Rules that do not apply."""
        rows = [self._brief(entry) for entry in entries(self.decision, Part.NOT_APPLICABLE)]
        self._section("Not applicable", _BRIEF, rows)

    def passing(self) -> None:
        """Rules that are met, each with what it saw and the evidence that it rests on."""
        rows = [
            (*self._brief(entry), joined(_briefly(entry.finding), "; "), joined(self._sources(entry)))
            for entry in entries(self.decision, Part.PASSES)
        ]
        self._section("What passes", (*_BRIEF, "Because", "Evidence"), rows)

    def _section(self, title: str, header: Sequence[str], rows: Sequence[Sequence[Markup]]) -> None:
        if rows:
            self.page.heading(2, said(title))
            self.page.table(header, rows)

    def _open_section(self, title: str, part: Part) -> None:
        rows = [
            (
                *self._brief(entry),
                said(entry.finding.remedy or ""),
                said(_owner(entry)),
                self._due(entry.finding),
                joined(
                    [
                        *(because(entry.finding.because, entry.finding.expected) or seen(entry.finding.observed)),
                        *self._lacks(entry),
                    ],
                    "; ",
                ),
            )
            for entry in entries(self.decision, part)
            if not self._is_shown(entry)
        ]
        self._section(title, (*_BRIEF, "To do", "Owner", "Due", "Because"), rows)

    def _full(self, entry: Entry, depth: int) -> None:
        finding = entry.finding
        self._shown.add((entry.gate.gate, finding.order))
        self.page.heading(2 + depth, Markup(f"{self._name(entry)}: {said(finding.title)}"))
        line = f"line {finding.line}" if finding.line is not None else ""
        rests_on = joined([*self._sources(entry), said(line)])
        self.page.points(
            [
                ("Outcome", said(OUTCOMES[finding.outcome])),
                ("Weight", said(f"{finding.enforcement.value}, severity {finding.severity}")),
                ("What is", said(finding.message)),
                ("To do", said(finding.remedy or "")),
                ("Not known", joined(self._lacks(entry), "; ") if below(self.decision, finding) is None else NOTHING),
                ("Because", joined(because(finding.because, finding.expected), "; ")),
                ("Saw", NOTHING if finding.because else joined(seen(finding.observed))),
                ("Wanted", said(closing(entry)) or code(finding.expected)),
                ("Owner", said(_owner(entry))),
                ("Due", self._due(finding)),
                ("Waiver", code(finding.waiver) if finding.waiver else joined(_unhelpful(entry), "; ")),
                ("Evidence", rests_on),
                ("Rule", code(str(finding.place))),
            ]
        )
        self._below(entry, depth)

    def _below(self, entry: Entry, depth: int) -> None:
        found = below(self.decision, entry.finding)
        if found is None:
            return
        gate, stopping = found
        words = verdict_words(gate.word, gate.verdict.value)
        despite = f" ({gate.unwaived.value} without waivers)" if gate.unwaived is not gate.verdict else ""
        self.page.paragraph(Markup(f"{code(gate.gate)} is {said(words + despite)}: {said(gate.reason)}"))
        told_apart = [each for each in stopping if absent_for(self.decision, each)]
        if told_apart:
            told = count(len(rules(told_apart)), "rule")
            self.page.paragraph(said(f"{told} of it not known for lack of evidence, see there."))
        for each in stopping:
            if each in told_apart:
                continue
            if self._is_shown(each) or depth >= DEEPEST:
                self.page.paragraph(Markup(f"{self._name(each)}: {said(each.finding.message)}"))
                self._shown.add((each.gate.gate, each.finding.order))
            else:
                self._full(each, depth + 1)

    def _brief(self, entry: Entry) -> tuple[Markup, ...]:
        finding = entry.finding
        return (
            self._name(entry),
            said(OUTCOMES[finding.outcome]),
            said(f"{finding.enforcement.value}, {finding.severity}"),
            said(finding.message or finding.title),
        )

    def _name(self, entry: Entry) -> Markup:
        several = len(self.decision.gates) > 1
        return code(f"{entry.gate.gate}/{entry.label}" if several else entry.label)

    def _due(self, finding: Finding) -> Markup:
        date = finding.due_text or (instant_text(finding.due) if finding.due else "")
        if not finding.overdue:
            return said(date)
        late = f" by {age(self.decision.as_of - finding.due)}" if finding.due else ""
        return Markup(f"{said(date)} {strong(said(f'overdue{late}'))}".strip())

    def _lacks(self, entry: Entry) -> list[Markup]:
        told = []
        for lack in entry.finding.lacks:
            note = note_of(self.decision, entry.gate, lack.evidence)
            since = f" since {instant_text(note.stale_since)}" if note and note.stale_since else ""
            about = f"{code(lack.evidence)} is {said(lack.cause)}" if lack.evidence else said(lack.cause)
            source = f" ({said(note.source)})" if note and note.source else ""
            told.append(Markup(f"{about}{since}: {said(lack.detail)}{source}"))
        return told

    def _sources(self, entry: Entry) -> list[Markup]:
        told = []
        for name in entry.finding.evidence:
            note = note_of(self.decision, entry.gate, name)
            old = f" ({age(note.age)} old)" if note is not None and note.age is not None else ""
            told.append(Markup(f"{code(name)}{old}"))
        return told

    def mark(self, entry: Entry) -> None:
        """Remember that the finding stands on the page."""
        self._shown.add((entry.gate.gate, entry.finding.order))

    def _is_shown(self, entry: Entry) -> bool:
        return (entry.gate.gate, entry.finding.order) in self._shown


_BRIEF = ("Rule", "Outcome", "Weight", "What is")


def _owner(entry: Entry) -> str:
    return entry.finding.owner or entry.gate.owner


def _unhelpful(entry: Entry) -> list[Markup]:
    return [
        Markup(f"{code(note.waiver.id)} is {said(f'{USES[note.use]}: {note.reason}')}") for note in unhelpful(entry)
    ]


def _why(finding: Finding) -> list[Markup]:
    """What decided a rule, or else what it saw."""
    return because(finding.because, finding.expected) or seen(finding.observed)


def _briefly(finding: Finding) -> list[Markup]:
    """Why a rule passes; what it saw where no expression decided."""
    if finding.because:
        return briefly(because(finding.because, finding.expected))
    return briefly_seen(finding.observed)
