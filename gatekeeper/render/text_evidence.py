"""The evidence and the parameters on the board; what is stale, and how to see the recorded days."""

from __future__ import annotations

from gatekeeper.model.decision import Decision
from gatekeeper.model.report import Report
from gatekeeper.render.canvas import Canvas, Span, Tone
from gatekeeper.render.outline import days_to_see, evidence_rows, stale
from gatekeeper.render.wording import (
    age,
    argument,
    count,
    duration,
    evaluate_command,
    listing,
    moment,
    short_digest,
    value_text,
)


def evidence_block(canvas: Canvas, decision: Decision) -> None:
    """Each piece of evidence: kind, age, bound, state, digest; under it what is wrong with it."""
    found = evidence_rows(decision)
    if not found:
        return
    unusable = sum(1 for note, _ in found if note.state != "usable")
    canvas.heading("EVIDENCE", f"{unusable} of {len(found)} not usable" if unusable else f"{len(found)}, all usable")
    several = len(decision.gates) > 1
    header = ["name", "kind", "age", "may be", "state", "sha256", *(["for"] if several else [])]
    rows: list[list[Span]] = []
    for note, gates in found:
        usable = note.state == "usable"
        row: list[Span] = [
            (note.name, Tone.STRONG),
            (note.kind, Tone.PLAIN),
            ("never read" if note.age is None else age(note.age), Tone.PLAIN),
            ("any age" if note.max_age is None else f"≤ {duration(note.max_age)}", Tone.PLAIN),
            (note.state, Tone.GOOD if usable else Tone.BAD),
            (short_digest(note.digest) if note.digest else "none", Tone.QUIET),
        ]
        if several:
            row.append((listing(gates), Tone.QUIET))
        rows.append(row)
    canvas.table(header, rows)
    for note, _ in found:
        if note.detail and note.state != "stale":
            canvas.blank()
            canvas.spans([(note.name, Tone.STRONG), (f"is {note.state}: {note.detail}", Tone.DOUBT)], indent=2, hang=2)
            canvas.text(f"source {note.source}", Tone.QUIET, indent=4)


def stale_block(canvas: Canvas, report: Report, decision: Decision) -> None:
    """What is stale and since when; the commands that show the days that are recorded."""
    old = stale(decision)
    if not old:
        return
    canvas.heading("STALE", count(len(old), "piece of evidence", "pieces of evidence"))
    rows: list[list[Span]] = [
        [
            (note.name, Tone.STRONG),
            (moment(note.collected_at) if note.collected_at else "never", Tone.PLAIN),
            ("any time" if note.max_age is None else duration(note.max_age), Tone.PLAIN),
            (moment(note.stale_since) if note.stale_since else "not known", Tone.DOUBT),
            (age(decision.as_of - note.stale_since) if note.stale_since else "", Tone.PLAIN),
        ]
        for note in old
    ]
    canvas.table(("name", "read at", "good for", "stale since", "for"), rows)
    days = days_to_see(report, decision)
    if days:
        canvas.blank()
        canvas.text(f"The newest snapshot is of {moment(days[0][0].taken_at)}. To see a recorded day:", indent=2)
        for _, at in days:
            canvas.text(evaluate_command([each.policy for each in report.decisions], at), Tone.ACT, indent=4)
    canvas.blank()
    canvas.text("To judge the present, collect first:", indent=2)
    canvas.text(f"gatekeeper collect {argument(decision.policy)}", Tone.ACT, indent=4)


def parameters_block(canvas: Canvas, decision: Decision, explain: bool) -> None:
    """The parameters that the caller gave; with ``explain`` all of them."""
    rows: list[list[Span]] = []
    for gate in decision.gates:
        for name, value in sorted(gate.parameters.items()):
            overridden = name in gate.overridden
            if overridden or explain:
                mark = ("overridden by the caller", Tone.DOUBT) if overridden else ("", Tone.PLAIN)
                rows.append([(gate.gate, Tone.QUIET), (name, Tone.STRONG), (value_text(value), Tone.PLAIN), mark])
    if rows:
        canvas.heading("PARAMETERS")
        canvas.table(("gate", "name", "value", ""), rows)
