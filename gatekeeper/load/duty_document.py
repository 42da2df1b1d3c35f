"""Duties as they are written, of a ladder or of a gate: which keys there are, and what each may hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from gatekeeper.load.document import Closed
from gatekeeper.load.terms import Cel, Id, SpanOrCel, Text
from gatekeeper.model.calendar import MOST_DAYS

AT_ONCE = "at once"
"""How a duty is written that allows no time at all."""


def _at_once(value: object) -> object:
    return timedelta(0) if value == AT_ONCE else value


Within = Annotated[SpanOrCel, BeforeValidator(_at_once)]
DEADLINES = ("due", "within", "less_than", "working_days", "every")
"""The ways to say by when a duty is owed, of which it has exactly one."""


class DueTerms(Closed):
    """By when something is owed, counted in time."""

    within: Within | None = Field(
        None, description="So long after the start; at the end of it still in time. Or `at once`."
    )
    less_than: SpanOrCel | None = Field(None, description="Less than so long after the start; at the end of it late.")
    done_when: Cel = Field(description="True once it is discharged.")


class DutyDocument(DueTerms):
    """Something owed by an instant."""

    noun = "this duty"
    id: Id = Field(description="Unique among the duties of the policy.")
    title: Text = Field(description="What is owed, in a few words.")
    who: Text = Field(description="Who owes it.")
    recommended: bool = Field(False, description="Whether it is only advised, and never owed.")
    applies_when: Cel | None = Field(None, description="Where this is false the duty is not applicable.")
    due: Cel | None = Field(None, description="The instant by which it is owed; null while that is not set.")
    start: Cel | None = Field(
        None,
        alias="from",
        description="The instant that the deadline counts from, null while it has not come. In a level: its reaching.",
    )
    working_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = Field(
        None, description="By the end of so many working days after the day of the start."
    )
    calendar: Id | None = Field(None, description="The calendar that says which days are working days.")
    every: SpanOrCel | None = Field(None, description="Again and again, so long after the last time.")
    last: Cel | None = Field(None, description="With `every`: the instant of the last time, null before the first.")
