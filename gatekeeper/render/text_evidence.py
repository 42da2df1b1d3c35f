"""The evidence and the parameters on the board."""

from __future__ import annotations

from gatekeeper.model.decision import Decision
from gatekeeper.render.canvas import Canvas, Span, Tone
from gatekeeper.render.lacks import absent_evidence
from gatekeeper.render.outline import evidence_rows
from gatekeeper.render.wording import age, duration, listing, moment, short_digest, value_text


def evidence_block(canvas: Canvas, decision: Decision, explain: bool) -> None:
    """Each piece of evidence: kind, age, bound, state, since when it is stale, digest; below, what is wrong."""
    found = evidence_rows(decision)
    if not found:
        return
    unusable = sum(1 for note, _ in found if note.state != "usable")
    canvas.heading("EVIDENCE", f"{unusable} of {len(found)} not usable" if unusable else f"{len(found)}, all usable")
    several = len(decision.gates) > 1
    old = any(note.stale_since for note, _ in found)
    header = ["name", "kind", "age", "may be", "state", *(["since"] if old else []), "sha256"]
    rows: list[list[Span]] = []
    for note, gates in found:
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
        rows.append(row)
    canvas.table([*header, *(["for"] if several else [])], rows)
    told = set() if explain else {(each.note.name, each.note.state) for each in absent_evidence(decision)}
    for note, _ in found:
        if note.detail and note.state != "stale" and (note.name, note.state) not in told:
            canvas.blank()
            canvas.spans([(note.name, Tone.STRONG), (f"is {note.state}: {note.detail}", Tone.DOUBT)], indent=2, hang=2)
            if note.source:
                canvas.text(f"source {note.source}", Tone.QUIET, indent=4)


def parameters_block(canvas: Canvas, decision: Decision) -> None:
    """Every parameter with its value; the ones that the caller gave stand on top of the board as well."""
    rows: list[list[Span]] = []
    for gate in decision.gates:
        for name, value in sorted(gate.parameters.items()):
            mark = ("overridden by the caller", Tone.DOUBT) if name in gate.overridden else ("", Tone.PLAIN)
            rows.append([(gate.gate, Tone.QUIET), (name, Tone.STRONG), (value_text(value), Tone.PLAIN), mark])
    if rows:
        canvas.heading("PARAMETERS")
        canvas.table(("gate", "name", "value", ""), rows)
