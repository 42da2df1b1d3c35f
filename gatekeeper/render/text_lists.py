"""The findings on the board that do not block: a few lines for each rule."""

from __future__ import annotations

from itertools import groupby

from gatekeeper.model.finding import Outcome
from gatekeeper.model.shown import cut
from gatekeeper.render.canvas import Span, Tone
from gatekeeper.render.lacks import absent_for
from gatekeeper.render.outline import DEEPEST, Entry, Part, entries, rules, verdict_words, weights
from gatekeeper.render.text_findings import FindingsBoard
from gatekeeper.render.text_waivers import grounds
from gatekeeper.render.visible import cells, visible
from gatekeeper.render.wording import count, listing

SHORT = 24
"""Keys up to so many columns stand beside the rule's name."""


def waived_block(board: FindingsBoard) -> None:
    """Findings that a waiver accepts."""
    _block(board, "WAIVED", Part.WAIVED)


def advisory_block(board: FindingsBoard) -> None:
    """Findings that never block."""
    _block(board, "ADVISORY", Part.ADVISORY)


def shadow_block(board: FindingsBoard) -> None:
    """Findings of rules that only run along, whatever they came to."""
    _block(board, "SHADOW (never counts)", Part.SHADOW)


def below_block(board: FindingsBoard) -> None:
    """What stops a gate below, although no rule above it stopped for it."""
    left = [entry for entry in entries(board.decision, Part.BLOCKS) if not board.is_shown(entry)]
    if left:
        board.canvas.heading("STOPS A GATE BELOW", weights(left))
        _rules(board, left)


def not_applicable_block(board: FindingsBoard) -> None:
    """Rules that do not apply, and why."""
    _lines(board, "NOT APPLICABLE", Part.NOT_APPLICABLE)


def passing_block(board: FindingsBoard) -> None:
    """Rules that are met."""
    _lines(board, "PASSES", Part.PASSES)


def _block(board: FindingsBoard, title: str, part: Part) -> None:
    found = [entry for entry in entries(board.decision, part) if not board.is_gathered(entry)]
    if found:
        board.canvas.heading(title, count(len(rules(found)), "rule"))
        _rules(board, found)


def _rules(board: FindingsBoard, found: list[Entry]) -> None:
    """Rows of one rule stand under one head."""

    def same(entry: Entry) -> tuple[object, ...]:
        finding = entry.finding
        return (entry.gate.gate, finding.rule, finding.outcome, finding.enforcement, finding.waiver, finding.gate)

    for number, (_, rows) in enumerate(groupby(found, key=same)):
        if number:
            board.canvas.blank()
        _rule(board, tuple(rows))


def _rule(board: FindingsBoard, rows: tuple[Entry, ...]) -> None:
    canvas, finding = board.canvas, rows[0].finding
    alone = len(rows) == 1 and cells(visible(finding.key or "")) <= SHORT
    board.head(canvas, rows[0], name="" if alone else finding.rule, with_gate=True)
    for entry in rows:
        board.mark(entry)
        _row(board, entry, named=alone, bullet="· " if len(rows) > 1 else "")
    for remedy in dict.fromkeys(entry.finding.remedy for entry in rows):
        helps = not absent_for(board.decision, rows[0])  # what helps when the rule fails does not bring its evidence
        if remedy and helps and finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            canvas.labelled("to do", remedy)
    if finding.waiver is not None:
        canvas.labelled("waiver", finding.waiver, Tone.WAIVED)
        grounds(canvas, board.decision, finding.waiver)
    if rows[0].part is Part.ADVISORY:
        board.below(canvas, rows[0], DEEPEST)


def _row(board: FindingsBoard, entry: Entry, *, named: bool, bullet: str) -> None:
    """What one row came to; its key stands before it, unless the head or the message itself has it."""
    canvas, finding = board.canvas, entry.finding
    key = finding.key if finding.key and not named and finding.key not in finding.message else ""
    told = finding.message if not finding.lacks or finding.gate is not None else ""
    spans: list[Span] = [(f"{bullet}{key}{': ' if key and told else ''}{told}", Tone.PLAIN)]
    open_ = finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    if open_ and (finding.due_text or finding.due):
        spans += [("–", Tone.QUIET), *board.owing(entry)]
    canvas.spans(spans, indent=2, hang=cells(bullet))
    if open_:
        board.lacks(canvas, entry)
    if board.explain:
        board.seen(canvas, finding)


def _lines(board: FindingsBoard, title: str, part: Part) -> None:
    found = entries(board.decision, part)
    if not found:
        return
    board.canvas.heading(title, count(len(rules(found)), "rule"))
    for number, (_, in_gate) in enumerate(groupby(found, key=lambda entry: entry.gate.gate)):
        group = tuple(in_gate)
        gate = group[0].gate
        if len(board.decision.gates) > 1:
            if number:
                board.canvas.blank()
            words = verdict_words(gate.word, gate.verdict.value)
            board.canvas.spans([(gate.gate, Tone.STRONG), (f"({words})", Tone.QUIET)], indent=2)
        if board.explain:
            for entry in group:
                board.head(board.canvas, entry)
                board.canvas.text(entry.finding.message, indent=2)
                board.seen(board.canvas, entry.finding)
                board.sources(board.canvas, entry)
        else:
            by_rule = groupby(group, key=lambda entry: (entry.finding.rule, entry.finding.enforcement))
            board.canvas.table(("", "", "", ""), [_line(tuple(rows), part) for _, rows in by_rule], fill=2)


def _line(rows: tuple[Entry, ...], part: Part) -> list[Span]:
    """All rows of one rule in one line; where it does not apply every row is named, and why."""
    finding = rows[0].finding
    passes = part is Part.PASSES
    keys = visible(listing([entry.finding.key for entry in rows if entry.finding.key is not None]))
    if passes and cells(keys) > SHORT:
        keys = count(len(rows), "row") if len(rows) > 1 else cut(keys, SHORT)
    name = f"{finding.rule}[{keys}]" if keys else finding.rule
    sign: Span = ("✓", Tone.GOOD) if passes else ("–", Tone.QUIET)
    told = finding.title if passes else f"{finding.title}: {finding.message}"
    return [sign, (name, Tone.PLAIN), (told, Tone.PLAIN), (finding.enforcement.value, Tone.QUIET)]
