"""On what a ladder or a mode was asked: the instant, the subject, the snapshot, the evidence, the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.report import Terms
from gatekeeper.model.snapshot import Subject
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.wording import age, duration, moment, short_digest, since_taken, value_text


def terms_lines(canvas: Canvas, terms: Terms, as_of: datetime) -> None:
    """What the caller gave, for when, about what, and on which snapshot."""
    for name in terms.overridden:
        canvas.labelled("param", f"{name} = {value_text(terms.parameters[name])}, given by the caller", Tone.WAIVED)
    canvas.blank()
    replay = [("REPLAY: that instant had passed when this was asked", Tone.DOUBT)] if terms.replay else []
    canvas.labelled_spans("as of", [(moment(as_of), Tone.PLAIN), APART, *replay])
    canvas.labelled("subject", subject_words(terms.subject))
    taken = terms.snapshot_at
    if taken is not None:
        tone = Tone.DOUBT if taken > as_of else Tone.PLAIN
        canvas.labelled("snapshot", f"of {moment(taken)}, {since_taken(as_of, taken)}", tone)
    else:
        canvas.labelled("snapshot", "none: there is no evidence for that instant", Tone.DOUBT)


def subject_words(subject: Subject) -> str:
    """Service, environment and commit, also where they are not known."""
    service = subject.service or "service not known"
    environment = subject.environment or "environment not known"
    return f"{service} · {environment} · {f'commit {subject.commit}' if subject.commit else 'commit not known'}"


def notes_table(canvas: Canvas, notes: Sequence[EvidenceNote]) -> None:
    """Each piece of evidence: kind, age, bound, state, digest; below, what is wrong with those that are unusable."""
    if not notes:
        return
    unusable = sum(1 for note in notes if note.state != "usable")
    canvas.heading("EVIDENCE", f"{unusable} of {len(notes)} not usable" if unusable else f"{len(notes)}, all usable")
    rows: list[list[Span]] = [
        [
            (note.name, Tone.STRONG),
            (note.kind, Tone.PLAIN),
            ("never read" if note.age is None else age(note.age), Tone.PLAIN),
            ("any age" if note.max_age is None else f"≤ {duration(note.max_age)}", Tone.PLAIN),
            (note.state, Tone.GOOD if note.state == "usable" else Tone.BAD),
            (short_digest(note.digest) if note.digest else "none", Tone.QUIET),
        ]
        for note in notes
    ]
    canvas.table(("name", "kind", "age", "may be", "state", "sha256"), rows)


def parameters_table(canvas: Canvas, terms: Terms) -> None:
    """Every parameter with its value."""
    rows: list[list[Span]] = [
        [
            (name, Tone.STRONG),
            (value_text(value), Tone.PLAIN),
            ("given by the caller", Tone.DOUBT) if name in terms.overridden else ("", Tone.PLAIN),
        ]
        for name, value in sorted(terms.parameters.items())
    ]
    if rows:
        canvas.heading("PARAMETERS")
        canvas.table(("name", "value", ""), rows)
