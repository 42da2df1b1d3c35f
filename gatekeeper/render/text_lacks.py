"""What is not known for lack of evidence, on the board: one entry for each piece of evidence."""

from __future__ import annotations

from gatekeeper.model.shown import cut
from gatekeeper.render.canvas import APART, Span, Tone
from gatekeeper.render.lacks import Absent, absent_evidence, advisory_names, remedies, rule_names
from gatekeeper.render.outline import weights
from gatekeeper.render.text_findings import FindingsBoard
from gatekeeper.render.visible import cells, visible
from gatekeeper.render.wording import cause_words, count, listing, moment

SHORTEST_SOURCE = 24
"""Columns of a source that are shown, however narrow the board is."""


def lacks_block(board: FindingsBoard) -> None:
    """Each piece of evidence that lacks: its state, since when, its source, what to do, and the rules that need it.

    With ``explain`` every rule tells what it lacks itself, and nothing is gathered here.
    """
    found = absent_evidence(board.decision)
    if not found or board.explain:
        return
    stopping = [entry for each in found for entry in each.blocking]
    advisory = {(entry.gate.gate, entry.finding.rule) for each in found for entry in each.advisory}
    told = [weights(stopping)] if stopping else []
    told += [f"{len(advisory)} advisory"] if advisory else []
    board.canvas.heading("NOT KNOWN FOR LACK OF EVIDENCE", listing(told))
    actions = remedies(board.decision, found)
    for number, (remedy, names) in enumerate(actions):
        whose = f" ({names})" if len(actions) > 1 else ""
        board.canvas.labelled("" if number else "to do", f"{remedy}{whose}", Tone.ACT)
    board.canvas.blank()
    for each in found:
        _entry(board, each)


def _entry(board: FindingsBoard, absent: Absent) -> None:
    canvas, note = board.canvas, absent.note
    since = f"since {moment(note.stale_since)}" if note.stale_since else ""
    told = f"{cause_words(note.state)} {since}".rstrip()
    head: list[Span] = [("?", Tone.DOUBT), (note.name, Tone.STRONG), APART, (told, Tone.DOUBT)]
    room = canvas.width - cells(visible(note.name)) - cells(visible(told)) - 8
    canvas.ends(head, cut(visible(note.source), max(room, SHORTEST_SOURCE)))
    if note.detail and note.state not in ("stale", "missing"):
        canvas.text(note.detail, Tone.DOUBT, indent=2)
    for entry in (*absent.blocking, *absent.advisory):
        board.mark(entry)
    for gate, entries in absent.by_gate:
        canvas.labelled(gate.gate, listing(rule_names(entries)))
    if absent.advisory:
        names = advisory_names(absent)
        canvas.labelled("advisory", f"{count(len(names), 'rule')}: {listing(names)}", Tone.QUIET)
