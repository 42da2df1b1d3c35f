"""Expectations as they are written: which keys there are, and what each may hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from gatekeeper.load.document import VERDICTS, Closed
from gatekeeper.load.terms import SPAN_PATTERN, Id, Instant, Text, as_instant, one_of, word_or, wrong
from gatekeeper.model.duty import DutyState
from gatekeeper.model.finding import Outcome
from gatekeeper.model.review import ReviewState
from gatekeeper.model.standing import Reach
from gatekeeper.model.suite import NO_REVIEW
from gatekeeper.model.times import parse_span
from gatekeeper.model.waiver import WaiverUse


def _offset(value: object) -> object:
    if not isinstance(value, str):
        raise wrong("is no span of time from the beginning", "write it like 0m, 90s, 15m or 1h30m")
    try:
        return parse_span(value.strip())
    except ValueError as error:
        raise wrong(f"is wrong: {error}") from None


def _moment(value: object) -> object:
    if isinstance(value, str) and "T" in value.upper() and "-" in value:
        try:
            return as_instant(value)
        except ValueError as error:
            raise wrong(f"is wrong: {error}") from None
    return _offset(value)


def _pairs_or_names(value: object) -> str:
    return "pairs" if isinstance(value, dict) else "names"


_OFFSET_SCHEMA: dict[str, Any] = {"type": "string", "pattern": SPAN_PATTERN, "examples": ["0m", "10m"]}
_INSTANT_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2026-03-01T12:00:00Z"]}
Offset = Annotated[timedelta, BeforeValidator(_offset), WithJsonSchema(_OFFSET_SCHEMA)]
"""How long after the beginning of the case."""
Moment = Annotated[
    timedelta | datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"anyOf": [_OFFSET_SCHEMA, _INSTANT_SCHEMA]}),
]
"""An instant, as an offset from the beginning of the case or by itself."""
NullMoment = Annotated[
    Moment | None,
    WithJsonSchema({"anyOf": [_OFFSET_SCHEMA, _INSTANT_SCHEMA, {"type": "null"}]}),
]
NullInstant = Annotated[
    Instant | None,
    WithJsonSchema({"anyOf": [_INSTANT_SCHEMA, {"type": "null"}]}),
]
NullText = Annotated[Text | None, WithJsonSchema({"type": ["string", "null"]})]
OutcomeWord = one_of(*Outcome)
ReachWord = one_of(*Reach)
DutyWord = one_of(*DutyState)
ReviewWord = one_of(NO_REVIEW, *ReviewState)
UseWord = one_of(*WaiverUse)


class FindingWanted(Closed):
    """What is expected of a finding."""

    noun = "this"
    outcome: OutcomeWord | None = Field(None, description="What it came to.")  # type: ignore[valid-type]
    says: Text | None = Field(None, description="A part of its message.")


class WaiverWanted(Closed):
    """What is expected of a waiver."""

    noun = "this"
    use: UseWord | None = Field(None, description="What became of it.")  # type: ignore[valid-type]
    says: Text | None = Field(None, description="A part of why.")


class ConditionWanted(FindingWanted):
    """What is expected of a condition."""

    says: Text | None = Field(None, description="A part of what bars it, broke it or lacks.")
    met: bool | None = Field(None, description="Whether it has held long enough.")


class TriggerWanted(Closed):
    """What is expected of a trigger."""

    noun = "this"
    state: ReachWord | None = Field(None, description="Whether it is reached.")  # type: ignore[valid-type]
    says: Text | None = Field(None, description="A part of its message.")


class DutyWanted(Closed):
    """What is expected of a duty."""

    noun = "this"
    state: DutyWord | None = Field(None, description="How it stands.")  # type: ignore[valid-type]
    due: NullInstant = Field(None, description="By when it is owed; `null` where that is not set.")
    recommended: bool | None = Field(None, description="Whether it is only advised, and never owed.")
    says: Text | None = Field(None, description="A part of what is told of it.")


class ReviewWanted(Closed):
    """What is expected of a review."""

    noun = "this review"
    state: ReviewWord | None = Field(None, description="Whether it is known when.")  # type: ignore[valid-type]
    at: Text | None = Field(None, description="When, as the decision writes it: a date, or an instant in UTC.")
    says: Text | None = Field(None, description="A part of what is told of it.")


class PageWanted(Closed):
    """What is expected of a page."""

    noun = "this page"
    who: Text = Field(description="Who is paged.")
    level: Text | None = Field(None, description="The level that pages them.")
    respond_by: NullMoment = Field(
        None, description="By when somebody takes it up: an offset, an instant, or `null` where that is not set."
    )


class NotPagedWanted(Closed):
    """What is expected of somebody who is not paged."""

    noun = "this"
    who: Text = Field(description="Who is not paged.")
    level: Text | None = Field(None, description="The level to which they belong.")
    says: Text | None = Field(None, description="A part of why not.")
    not_before: NullMoment = Field(
        None, description="From when on they are: an offset, an instant, or `null` where time does not change it."
    )


AdviceWanted = Annotated[
    Annotated[list[Text], Tag("names")] | Annotated[dict[Text, NullText], Tag("pairs")],
    Discriminator(_pairs_or_names),
]


class ExpectationDocument(Closed):
    """What one policy has to say at one look."""

    noun = "this expectation"
    at: Offset | None = Field(None, description="At which look, from the beginning of the case.")
    policy: Id | None = Field(None, description="Which policy; needed where the suite asks several.")
    title: Text | None = Field(None, description="Why.")
    verdict: one_of(*VERDICTS) | None = Field(None, description="Of a gate.")  # type: ignore[valid-type]
    findings: dict[Text, word_or(OutcomeWord, FindingWanted)] | None = Field(  # type: ignore[valid-type]
        None,
        min_length=1,
        description="Of a gate: rule, or rule[key] of an each: what it came to. Without a key, all rows.",
    )
    stops: list[Text] | None = Field(
        None, description="Of a gate: exactly the findings, as rule or rule[key], that keep it from GO."
    )
    waived: list[Text] | None = Field(None, description="Of a gate: exactly the findings whose waiver is accepted.")
    waivers: dict[Text, word_or(UseWord, WaiverWanted)] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, description="Of a gate: id of a waiver: what became of it."
    )
    earliest_go: NullInstant = Field(None, description="Of a gate: when it can be GO at the earliest, or null.")
    level: NullText = Field(None, description="Of a ladder: the level that is reached, or null for none.")
    unknown_levels: list[Text] | None = Field(
        None, description="Of a ladder: exactly the levels of which it is not known whether they are reached."
    )
    triggers: dict[Text, word_or(ReachWord, TriggerWanted)] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, description="Of a ladder: trigger: whether it is reached."
    )
    remedies: dict[Text, list[Text]] | None = Field(
        None, min_length=1, description="Of a ladder: trigger: exactly the levers, or actions without one, in order."
    )
    pages: list[word_or(Text, PageWanted)] | None = Field(  # type: ignore[valid-type]
        None, description="Of a ladder: exactly who is paged, in order; or mappings that say by when they respond."
    )
    not_paged: list[word_or(Text, NotPagedWanted)] | None = Field(  # type: ignore[valid-type]
        None,
        description="Of a ladder: exactly who of a level reached is not paged, in order; or mappings that say why.",
    )
    duties: dict[Text, word_or(DutyWord, DutyWanted)] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, description="Of a gate or a ladder: duty, or <level>/respond: how it stands."
    )
    review: word_or(ReviewWord, ReviewWanted) | None = Field(  # type: ignore[valid-type]
        None, description="Of a gate: when it is looked at again; `none` where that is not told, since it is GO."
    )
    state: Text | None = Field(None, description="Of a mode: its state, or `unknown`.")
    since: Moment | None = Field(None, description="Of a mode: when that was entered: an offset or an instant.")
    because: list[Text] | None = Field(
        None, description="Of a mode: exactly the conditions that bring the transition at this look."
    )
    conditions: dict[Text, word_or(OutcomeWord, ConditionWanted)] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, description="Of a mode: condition, as <state>/<id> or <state>/exit: how it stands."
    )
    actions: list[Text] | None = Field(None, description="Of a mode: exactly what to do in the state, in order.")
    levers: list[Text] | None = Field(None, description="Of a mode: exactly the levers that belong to the state.")
    effects: dict[Text, Text] | None = Field(
        None, description="Of a mode: exactly the categories that the state has effects for: a part of each effect."
    )
    notice: NullText = Field(None, description="Of a mode: a part of what customers see, or null for nothing.")
    advice: AdviceWanted | None = Field(
        None,
        description=(
            "Of a mode: exactly the recommendations that hold; or each with its lever, or null for one without any."
        ),
    )
    advice_unknown: list[Text] | None = Field(
        None, description="Of a mode: exactly the recommendations of which it cannot be told."
    )
    observed_state: NullText = Field(None, description="Of a mode: the state that somebody sees, or null.")
    transitions: dict[Offset, Text] | None = Field(
        None, description="Of a mode: offset: state; exactly the changes from the beginning up to this look."
    )
