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
    text = text if isinstance(text, str) else None
    at = parse_deadline(text) if text is not None else None
    reason = review.reason.render(inputs.bindings)
    lacks: tuple[Lack, ...] = ()
    if text is not None and at is not None:
        when = f"on {text}" if len(text) == len("2026-12-01") else f"at {text}"
        state, told = ReviewState.SET, f"looked at again {when}: {reason}"
        if inputs.as_of > at:
            state, told = ReviewState.PASSED, f"was to be looked at again {when}, which is past: {reason}"
    elif value is None or (text is not None and not any(each.isalnum() for each in text)):
        state, told = ReviewState.NOT_SET, f"no date is set to look at it again: {reason}"
    else:
        neither = Lack("", "error", f"{text[:40]!r} is neither a date nor an instant") if text is not None else None
        lacks = (neither,) if neither is not None else lacks_of(value, "a date or an instant")
        state, told = ReviewState.UNKNOWN, f"when it is looked at again is {tell_lacks(lacks)}"
    return ReviewStanding(
        state=state,
        at=at,
        at_text=text if at is not None else None,
        reason=reason,
        told=told,
        place=review.place,
        lacks=lacks,
        evidence=inputs.evidence_of(review.at, review.reason),
    )
