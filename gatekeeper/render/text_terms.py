"""On what it was asked, below the answer: given parameters, the instant, the subject, the snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gatekeeper.model.snapshot import Subject
from gatekeeper.render.canvas import APART, Canvas, Tone
from gatekeeper.render.terms import Asked, Parameter, given
from gatekeeper.render.wording import moment, short_value, since_taken


def given_lines(canvas: Canvas, parameters: Iterable[Parameter], asked: str = "") -> None:
    """The parameters to which the caller gave another value; the gate is named where it is not the one asked."""
    for each in given(parameters):
        whose = f" of {each.gate}" if each.gate not in ("", asked) else ""
        canvas.labelled("param", f"{each.name}{whose} = {short_value(each.value)}, given by the caller", Tone.WAIVED)


def terms_lines(canvas: Canvas, asked: Asked, as_of: datetime, done: str = "asked") -> None:
    """For when, about what, and on which snapshot.

    Args:
        done: what was done, in a word: ``decided`` for a gate.
    """
    canvas.blank()
    replay = [(f"REPLAY: that instant had passed when this was {done}", Tone.DOUBT)] if asked.replay else []
    canvas.labelled_spans("as of", [(moment(as_of), Tone.PLAIN), APART, *replay])
    canvas.labelled("subject", _subject_words(asked.subject))
    taken = asked.snapshot_at
    if taken is not None:
        tone = Tone.DOUBT if taken > as_of else Tone.PLAIN
        canvas.labelled("snapshot", f"of {moment(taken)}, {since_taken(as_of, taken)}", tone)
    else:
        canvas.labelled("snapshot", "none: there is no evidence for that instant", Tone.DOUBT)


def _subject_words(subject: Subject) -> str:
    """Service, environment and commit, also where they are not known."""
    service = subject.service or "service not known"
    environment = subject.environment or "environment not known"
    return f"{service} · {environment} · {f'commit {subject.commit}' if subject.commit else 'commit not known'}"
