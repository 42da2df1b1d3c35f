"""When a gate that is not GO is looked at again."""

from __future__ import annotations

from gatekeeper.evaluate.inputs import Inputs
from gatekeeper.evaluate.judgement import lacks_of, run, tell_lacks
from gatekeeper.expr import Timestamp
from gatekeeper.model.finding import Lack
from gatekeeper.model.review import Review, ReviewStanding, ReviewState
from gatekeeper.model.times import instant_text, parse_deadline


def judge_review(review: Review, inputs: Inputs) -> ReviewStanding:
    """How the review of a gate stands. A date lasts to its end in UTC; a text without a word is a blank of a form."""
    value = run(review.at, inputs.bindings)
    text = instant_text(value.to_datetime()) if isinstance(value, Timestamp) else value
    at = parse_deadline(text) if isinstance(text, str) else None
    reason = review.reason.render(inputs.bindings)
    lacks: tuple[Lack, ...] = ()
    if at is not None:
        state = ReviewState.PASSED if inputs.as_of > at else ReviewState.SET
        when = f"on {text}" if len(str(text)) == len("2026-12-01") else f"at {text}"
        again = "looked at again" if state is ReviewState.SET else "was to be looked at again"
        told = f"{again} {when}{', which is past' if state is ReviewState.PASSED else ''}: {reason}"
    elif value is None or (isinstance(text, str) and not any(each.isalnum() for each in text)):
        state, told = ReviewState.NOT_SET, f"no date is set to look at it again: {reason}"
    else:
        state = ReviewState.UNKNOWN
        neither = Lack("", "error", f"{str(text)[:40]!r} is neither a date nor an instant")
        lacks = (neither,) if isinstance(text, str) else lacks_of(value, "a date or an instant")
        told = f"when it is looked at again is {tell_lacks(lacks)}"
    return ReviewStanding(
        state=state,
        at=at,
        at_text=str(text) if at is not None else None,
        reason=reason,
        told=told,
        place=review.place,
        lacks=lacks,
        evidence=inputs.evidence_of(review.at, review.reason),
    )
