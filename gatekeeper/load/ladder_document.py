"""Ladders and calendars as they are written: which keys there are, and what each may hold."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from gatekeeper.load.document import Closed, Document, LeverDocument, Needs, Params, PolicyHead, Standard, Variables
from gatekeeper.load.terms import Cel, Id, SpanOrCel, Text, one_of, wrong
from gatekeeper.model.calendar import MOST_DAYS, WEEKDAYS

AT_ONCE = "at once"
"""How a duty is written that allows no time at all."""


def _at_once(value: object) -> object:
    return timedelta(0) if value == AT_ONCE else value


def _day(text: str) -> str:
    try:
        if len(text) == 10:
            date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise wrong(f"`{text[:40]}` is no date", "write it like 2026-09-23")


Within = Annotated[SpanOrCel, BeforeValidator(_at_once)]
Day = Annotated[
    str,
    AfterValidator(_day),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-09-23"]}),
]

DEADLINES = ("due", "within", "less_than", "working_days", "every")
"""The ways to say by when a duty is owed, of which it has exactly one."""


class RemedyDocument(Closed):
    """What to do about a trigger."""

    noun = "this remedy"
    when: Cel | None = Field(None, description="Only where this is true; always where it is not said.")
    lever: Id | None = Field(None, description="The lever to pull, one of the ladder's `levers`.")
    action: Text | None = Field(None, description="What to do, or how to pull the lever here.")


class TriggerDocument(Closed):
    """One of the things that reach a level."""

    noun = "this trigger"
    id: Id = Field(description="Unique among the triggers of the ladder.")
    title: Text = Field(description="The sign of it, in a few words.")
    when: Cel = Field(description="True while it is so.")
    since: Cel | None = Field(None, description="The instant at which it began.")
    until: Cel | None = Field(None, description="The instant at which it ended, null while it lasts.")
    at_least: SpanOrCel | None = Field(None, alias="for", description="It must have lasted at least so long.")
    longer_than: SpanOrCel | None = Field(None, description="It must have lasted longer than this.")
    message: Text | None = Field(None, description="What is, with {expression} slots.")
    remedies: list[RemedyDocument] = Field(default_factory=list, description="What to do, in this order.")


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
    id: Id = Field(description="Unique among the duties of the ladder.")
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
    or_at_level: Text | None = Field(None, description="Due already when this level is reached, if that comes first.")


class ResponseDocument(DueTerms):
    """By when somebody has to have taken a level up."""

    noun = "this response"
    after: Text | None = Field(
        None, description="The level whose reaching it counts from: this one (default) or one below it."
    )


class LevelHead(Closed):
    """What a level says beside its triggers, its response and its duties."""

    noun = "this level"
    level: Text = Field(description="The word for it, unique in the ladder.")
    title: Text = Field(description="What it means, in a few words.")
    severity: Standard | None = Field(None, description="On a severity ladder: the standard word for it.")
    action: Text | None = Field(None, description="What is done at this level.")
    page: list[Text] = Field(default_factory=list, description="Who is paged.")


class LevelDocument(LevelHead):
    """One level of a ladder."""

    triggers: list[TriggerDocument] = Field(
        min_length=1, description="Any of these reaches the level, and with it those below."
    )
    respond: ResponseDocument | None = Field(None, description="By when somebody has to have taken it up.")
    duties: list[DutyDocument] = Field(default_factory=list, description="What is owed from this level on.")


class LadderHead(PolicyHead):
    """What a ladder says beside its parameters, its evidence, its levels and its duties."""

    noun = "this ladder"
    kind: one_of("Ladder") = Field(description="What kind of document this is.")  # type: ignore[valid-type]


class LadderDocument(LadderHead):
    """Ordered levels of severity or escalation."""

    params: Params
    evidence: Needs
    variables: Variables
    levels_lowest_first: list[LevelDocument] = Field(
        min_length=1, description="The levels: the lowest first, the worst last."
    )
    duties: list[DutyDocument] = Field(default_factory=list, description="What is owed whichever level is reached.")
    levers: dict[Id, LeverDocument] = Field(default_factory=dict, description="Levers that remedies name, by id.")


class CalendarDocument(Document):
    """Which days are working days."""

    noun = "this calendar"
    kind: one_of("Calendar") = Field(description="What kind of document this is.")  # type: ignore[valid-type]
    id: Id = Field(description="Unique among the calendars; duties name it.")
    title: Text = Field(description="Whose working days these are.")
    working_days: Annotated[list[one_of(*WEEKDAYS)], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        description="The days of the week on which people work."
    )
    holidays: list[Day] = Field(default_factory=list, description="Days off all the same.")
    zone: Text = Field("UTC", description="The time zone in which days end: an IANA name, or an offset like +03:00.")
