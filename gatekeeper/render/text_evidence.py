"""The evidence and the parameters on the board of a gate, a ladder or a mode."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.shown import cut
from gatekeeper.render.canvas import Canvas, Span, Tone
from gatekeeper.render.terms import EvidenceRow, Parameter, usable_words
from gatekeeper.render.visible import visible
from gatekeeper.render.wording import age, duration, listing, moment, short_digest, short_value

WIDE = 80
"""From so many columns on the table has room for the instants from which on evidence is stale."""

LONGEST_SOURCE = 60
"""So many characters of a source are shown beside what lacks."""


def evidence_block(
    canvas: Canvas, rows: Sequence[EvidenceRow], told: Collection[tuple[str, str]] = (), *, several: bool = False
) -> None:
    """Each piece of evidence: kind, age, bound, state, since when it is stale, digest; below, what is wrong.

    Args:
        told: name and state of evidence whose trouble stands elsewhere on the board.
        several: whether it is told for which gates.
    """
    if not rows:
        return
    canvas.heading("EVIDENCE", usable_words(rows))
    wide = canvas.width >= WIDE
    old = wide and any(note.stale_since for note, _ in rows)
    header = ["name", "kind", "age", "may be", "state", *(["since"] if old else []), "sha256"]
    table: list[list[Span]] = []
    for note, gates in rows:
        usable = note.state == "usable"
        row: list[Span] = [
            (note.name, Tone.STRONG),
            (note.kind, Tone.PLAIN),
            ("never read" if note.age is None else age(note.age), Tone.PLAIN),
            ("any age" if note.max_age is None else f"≤ {duration(note.max_age)}", Tone.PLAIN),
            (note.state, Tone.GOOD if usable else Tone.BAD),
        ]
        if old:
            row.append((moment(note.stale_since) if note.stale_since else "", Tone.DOUBT))
        row.append((short_digest(note.digest) if note.digest else "none", Tone.QUIET))
        if several:
            row.append((listing(gates), Tone.QUIET))
        table.append(row)
    canvas.table([*header, *(["for"] if several else [])], table)
    troubled = [note for note, _ in rows if (note.name, note.state) not in told]
    late = [(note.name, note.stale_since) for note in troubled if note.stale_since and not wide]
    if late:
        canvas.blank()
    for name, since in late:
        canvas.spans([(name, Tone.STRONG), (f"is stale since {moment(since)}", Tone.DOUBT)], indent=2, hang=2)
    for note in troubled:
        if note.detail and note.state != "stale":
            _trouble(canvas, note)


def source_in_short(source: str) -> str:
    """Where evidence was read, its end cut off where it is long."""
    return cut(visible(source), LONGEST_SOURCE)


def _trouble(canvas: Canvas, note: EvidenceNote) -> None:
    canvas.blank()
    canvas.spans([(note.name, Tone.STRONG), (f"is {note.state}: {note.detail}", Tone.DOUBT)], indent=2, hang=2)
    if note.source:
        canvas.text(f"source {note.source}", Tone.QUIET, indent=4)


def parameters_block(canvas: Canvas, parameters: Sequence[Parameter]) -> None:
    """Every parameter with its value; the ones that the caller gave stand on top of the board as well."""
    if not parameters:
        return
    gates = any(each.gate for each in parameters)
    rows: list[list[Span]] = [
        [
            *([(each.gate, Tone.QUIET)] if gates else []),
            (each.name, Tone.STRONG),
            (short_value(each.value), Tone.PLAIN),
            ("overridden by the caller" if each.overridden else "", Tone.DOUBT),
        ]
        for each in parameters
    ]
    canvas.heading("PARAMETERS")
    canvas.table([*(["gate"] if gates else []), "name", "value", ""], rows)
