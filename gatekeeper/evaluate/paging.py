"""Whom to page: those of every level that is reached, and of every trigger of it that holds.

Who might have to be paged is never left out in silence. Where it is not known whether somebody is meant, they are
paged all the same; whoever is not paged is told with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gatekeeper.evaluate.judgement import lacks_of, run, tell_lacks
from gatekeeper.expr.functions.zones import zone
from gatekeeper.model.calendar import Calendar, opening
from gatekeeper.model.ladder import Contact, Level
from gatekeeper.model.standing import LevelStanding, NotPaged, Page, Reach, TriggerStanding


@dataclass(frozen=True, slots=True)
class _Call:
    """One reason to page somebody for a level.

    Attributes:
        because: the trigger and the topic that name them; empty where the level itself does.
        refused: why they are not paged; empty where they are.
        told: what is not known, although they are.
        not_before: from when on they are.
    """

    who: str
    because: str
    refused: str = ""
    told: str = ""
    not_before: datetime | None = None


def whom_to_page(
    levels: Sequence[tuple[Level, LevelStanding]],
    respond_by: Mapping[str, datetime | None],
    bindings: Mapping[str, object],
    calendars: Mapping[str, Calendar],
    as_of: datetime,
) -> tuple[tuple[Page, ...], tuple[NotPaged, ...]]:
    """Who is paged, each once for a level, and who is not.

    Args:
        levels: those that are reached, the lowest first.
        respond_by: level → by when somebody has to take it up.
    """
    pages: list[Page] = []
    others: list[NotPaged] = []
    for level, standing in levels:
        calls: dict[str, list[_Call]] = {}
        for contact, trigger in _contacts(level, standing):
            calls.setdefault(contact.who, []).append(_call(contact, trigger, bindings, calendars, as_of))
        for who, found in calls.items():
            made = [each for each in found if not each.refused]
            because = tuple(dict.fromkeys(each.because for each in made or found if each.because))
            if made:
                told = "" if any(not each.told for each in made) else made[0].told
                pages.append(Page(who, level.word, respond_by.get(level.word), because, told))
            else:
                told = "; ".join(dict.fromkeys(each.refused for each in found))
                not_before = min((each.not_before for each in found if each.not_before is not None), default=None)
                others.append(NotPaged(who, level.word, because, told, not_before))
    return tuple(pages), tuple(others)


def _contacts(level: Level, standing: LevelStanding) -> Iterator[tuple[Contact, TriggerStanding | None]]:
    """Everybody of a level, with the trigger that names them; nobody of a trigger that does not hold."""
    for contact in level.contacts:
        yield contact, None
    for trigger in standing.triggers:
        if trigger.state is not Reach.NOT_REACHED:
            its = next(each.contacts for each in level.triggers if each.id == trigger.id)
            yield from ((contact, trigger) for contact in its)


def _call(
    contact: Contact,
    trigger: TriggerStanding | None,
    bindings: Mapping[str, object],
    calendars: Mapping[str, Calendar],
    as_of: datetime,
) -> _Call:
    topic = f"({contact.topic})" if contact.topic and trigger is not None else contact.topic
    because = " ".join(part for part in (trigger.id if trigger is not None else "", topic) if part)
    if trigger is not None and trigger.state is Reach.UNKNOWN:
        return _Call(contact.who, because, f"whether {trigger.id} holds is {tell_lacks(trigger.lacks)}")
    told = ""
    if contact.when is not None:
        value = run(contact.when, bindings)
        if value is False:
            return _Call(contact.who, because, f"not so: {contact.when.one_line}")
        told = "" if value is True else f"whether they are meant is {tell_lacks(lacks_of(value, 'a bool'))}"
    if contact.hours is not None:
        return _in_hours(contact, because, told, calendars[contact.hours], as_of)
    return _Call(contact.who, because, told=told)


def _in_hours(contact: Contact, because: str, told: str, calendar: Calendar, as_of: datetime) -> _Call:
    try:
        not_before = opening(as_of, calendar, zone(calendar.zone))
    except OverflowError:  # no later instant can be named; none of them is now
        not_before = None
    if not_before == as_of:
        return _Call(contact.who, because, told=told)
    return _Call(contact.who, because, f"outside of the hours of {calendar.id}", not_before=not_before)
