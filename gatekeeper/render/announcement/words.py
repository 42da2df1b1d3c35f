"""The words that every channel is told in."""

from __future__ import annotations

from gatekeeper.model.announcement import Announcement
from gatekeeper.model.mode import UNKNOWN
from gatekeeper.render.mode_decision.outline import reason_lines
from gatekeeper.render.wording import moment

_NO_LEVEL = "no level"


def state_word(state: str | None) -> str:
    """A state or level as it is told."""
    if state is None:
        return _NO_LEVEL
    return "not known" if state == UNKNOWN else state


def change_line(told: Announcement) -> str:
    """What changed: ``rgl8r-degraded: normal → degraded``. Of a past instant that somebody asked for it says so."""
    change = told.transition
    replay = "replay of " if told.decision.terms.replay else ""
    return f"{replay}{told.key.policy}: {state_word(change.source)} → {state_word(change.target)}"


def subject_words(told: Announcement) -> str:
    """Whose change it is: system, service and environment."""
    return " · ".join(part for part in (told.key.system, told.key.service, told.key.environment) if part)


def reason_line(told: Announcement) -> str:
    """Why, in one line, and when."""
    at = moment(told.transition.at)
    if told.ladder is not None:
        return f"{told.ladder.standing.told} (at {at})"
    return f"{'; '.join(reason_lines(told.decision))} (at {at})"
