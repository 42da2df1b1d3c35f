"""What changed on a ladder from one look to the next."""

from __future__ import annotations

from collections.abc import Mapping

from gatekeeper.model.standing import LadderStanding, Page, Reach, RemedyStanding, TriggerStanding
from gatekeeper.render.ladder_outline import REACHES, called_for, level_words, reached_level
from gatekeeper.render.timeline_duties import duty_changes
from gatekeeper.render.timeline_parts import Change, Weight
from gatekeeper.render.wording import moment

_TRIGGERS = {Reach.REACHED: Weight.ALARM, Reach.NOT_REACHED: Weight.QUIET, Reach.UNKNOWN: Weight.DOUBT}

Remedies = Mapping[tuple[str, str], RemedyStanding]


def ladder_changes(before: LadderStanding | None, now: LadderStanding) -> tuple[Change, ...]:
    """The level, triggers, remedies that are newly advised, pages, and duties."""
    found: list[Change] = []
    earlier = level_words(before) if before is not None else ""
    if earlier != level_words(now):
        level = reached_level(now)
        weight = Weight.DOUBT if now.unknown else Weight.BAD if level is not None else Weight.GOOD
        found.append(Change("level", "", earlier, level_words(now), weight, level.title if level is not None else ""))
    triggers = {each.id: each for level in before.levels for each in level.triggers} if before is not None else {}
    for level in reversed(now.levels):
        for trigger in level.triggers:
            found += _trigger(triggers.get(trigger.id), trigger)
    found += _remedies(_advised(before) if before is not None else {}, _advised(now))
    found += _pages(before.pages if before is not None else (), now.pages)
    return (*found, *duty_changes(before.duties if before is not None else (), now.duties))


def _trigger(before: TriggerStanding | None, now: TriggerStanding) -> list[Change]:
    if before is None and now.state is Reach.NOT_REACHED:
        return []
    if before is not None and before.state is now.state:
        return []
    was = REACHES[before.state] if before is not None else ""
    return [Change("trigger", now.id, was, REACHES[now.state], _TRIGGERS[now.state], now.message)]


def _advised(standing: LadderStanding) -> Remedies:
    """What helps against the triggers that hold, or may help."""
    return {
        (trigger.id, remedy.lever or remedy.action): remedy
        for level in reversed(standing.levels)
        for trigger in level.triggers
        if trigger.state is Reach.REACHED
        for remedy in trigger.remedies
        if remedy.advised is not Reach.NOT_REACHED
    }


def _remedies(before: Remedies, now: Remedies) -> list[Change]:
    found = []
    for (trigger, name), remedy in now.items():
        earlier = before.get((trigger, name))
        if earlier is None or earlier.advised is not remedy.advised:
            against = f"against {trigger}"
            told = f"{remedy.action} ({against})" if remedy.lever and remedy.action else against
            told = told if remedy.advised is Reach.REACHED else remedy.told
            was = _word(earlier) if earlier is not None else ""
            weight = Weight.ACT if remedy.advised is Reach.REACHED else Weight.DOUBT
            found.append(Change("remedy", name, was, _word(remedy), weight, told, remedy.lever))
    for (trigger, name), remedy in before.items():
        if (trigger, name) not in now:
            told = f"against {trigger}"
            found.append(Change("remedy", name, _word(remedy), "no longer advised", Weight.QUIET, told, remedy.lever))
    return found


def _word(remedy: RemedyStanding) -> str:
    return "advised" if remedy.advised is Reach.REACHED else "not known"


def _pages(before: tuple[Page, ...], now: tuple[Page, ...]) -> list[Change]:
    known = {(page.who, page.level) for page in before}
    found = []
    for page in now:
        if (page.who, page.level) not in known:
            by = f", taken up by {moment(page.respond_by)}" if page.respond_by is not None else ""
            found.append(Change("page", page.who, "", "paged", Weight.ALARM, f"{called_for(page)}{by}"))
    return found
