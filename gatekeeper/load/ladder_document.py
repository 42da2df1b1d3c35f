"""Ladders and calendars as they are written: which keys there are, and what each may hold."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from gatekeeper.load.document import (
    Closed,
    Document,
    Imports,
    LeverDocument,
    Needs,
    Params,
    PolicyHead,
    Standard,
    Variables,
)
from gatekeeper.load.duty_document import DueTerms, DutyDocument
from gatekeeper.load.terms import Cel, Id, SpanOrCel, Text, one_of, word_or, wrong
from gatekeeper.model.calendar import WEEKDAYS


def _day(text: str) -> str:
    try:
        if len(text) == 10:
            date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise wrong(f"`{text[:40]}` is no date", "write it like 2026-09-23")


def _minute(value: object) -> object:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong("is no time of day", 'write it in quotes, like "09:00" or "24:00"')
    return int(found[1]) * 60 + int(found[2]) if found[1] else 24 * 60


_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
Clock = Annotated[
    int,
    BeforeValidator(_minute),
    WithJsonSchema({"type": "string", "pattern": r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", "examples": ["09:00"]}),
]
"""A time of day, as minutes since midnight."""
Day = Annotated[
    str,
    AfterValidator(_day),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-09-23"]}),
]


class PersonDocument(Closed):
    """Somebody to page, and when."""

    noun = "this contact"
    who: Text = Field(description="A person, or a role that somebody holds.")
    when: Cel | None = Field(None, description="Not paged where this is false; paged where it is not known.")
    hours: Id | None = Field(None, description="The calendar within whose hours alone they are paged.")


class ContactDocument(Closed):
    """Somebody to page, or a topic whose people are paged."""

    noun = "this contact"
    who: Text | None = Field(None, description="A person, or a role that somebody holds.")
    topic: Id | None = Field(None, description="A row of `paging`: all of its people.")
    when: Cel | None = Field(None, description="Not paged where this is false; paged where it is not known.")
    hours: Id | None = Field(None, description="The calendar within whose hours alone they are paged.")


Contacts: Any = list[word_or(Text, ContactDocument)]  # type: ignore[misc]  # a type made from two
Paging: Any = Annotated[
    dict[Id, Annotated[list[word_or(Text, PersonDocument)], Field(min_length=1)]],  # type: ignore[misc]  # as above
    Field(default_factory=dict, description="Topic: who is paged for it."),
]


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
    page: Contacts = Field(default_factory=list, description="Who is paged for it, beside those of the level.")


class LadderDutyDocument(DutyDocument):
    """Something owed by an instant, of a ladder."""

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
    page: Contacts = Field(default_factory=list, description="Who is paged.")


class LevelDocument(LevelHead):
    """One level of a ladder."""

    triggers: list[TriggerDocument] = Field(
        min_length=1, description="Any of these reaches the level, and with it those below."
    )
    respond: ResponseDocument | None = Field(None, description="By when somebody has to have taken it up.")
    duties: list[LadderDutyDocument] = Field(default_factory=list, description="What is owed from this level on.")


class LadderHead(PolicyHead):
    """What a ladder says beside its parameters, its evidence, its levels and its duties."""

    noun = "this ladder"
    kind: one_of("Ladder") = Field(description="What kind of document this is.")  # type: ignore[valid-type]


class LadderDocument(LadderHead):
    """Ordered levels of severity or escalation."""

    imports: Imports
    params: Params
    evidence: Needs
    variables: Variables
    levels_lowest_first: list[LevelDocument] = Field(
        min_length=1, description="The levels: the lowest first, the worst last."
    )
    duties: list[LadderDutyDocument] = Field(
        default_factory=list, description="What is owed whichever level is reached."
    )
    levers: dict[Id, LeverDocument] = Field(default_factory=dict, description="Levers that remedies name, by id.")
    paging: Paging


class HoursDocument(Closed):
    """From when until when people work."""

    noun = "these hours"
    begin: Clock = Field(alias="from", description="The first minute of work, such as 09:00.")
    end: Clock = Field(
        alias="to", description="The first minute after work, such as 17:30; 24:00 is the end of the day."
    )


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
    hours: HoursDocument | None = Field(None, description="When people work on a working day.")
    zone: Text = Field("UTC", description="The time zone in which days end: an IANA name, or an offset like +03:00.")
