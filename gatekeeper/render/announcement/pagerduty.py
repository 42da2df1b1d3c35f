"""A change as an event for PagerDuty: https://developer.pagerduty.com/docs/events-api-v2-overview.

All changes of one policy for one subject have one ``dedup_key``, so that they are one incident, which is resolved where
nobody is to be woken any longer. The routing key is a secret, and is added by the sender.
"""

from __future__ import annotations

from gatekeeper.model.announcement import Announcement
from gatekeeper.model.canonical import digest_of
from gatekeeper.model.channel import Channel
from gatekeeper.model.kept import StateKey
from gatekeeper.model.mode import UNKNOWN
from gatekeeper.model.mode_decision import Pull
from gatekeeper.model.shown import cut
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.render.announcement.words import change_line, reason_line, state_word, subject_words
from gatekeeper.render.json_parts import texts
from gatekeeper.render.mode_decision.document import mode_decision_digest
from gatekeeper.render.visible import visible

LONGEST_KEY = 255
LONGEST_SUMMARY = 1024

SEVERITIES = ("critical", "error", "warning", "info")

_OF_LEVELS = {"critical": "critical", "high": "error", "medium": "warning", "low": "info", "info": "info"}
"""The standard word for the severity of a level → the word of PagerDuty."""

_SHORT = 500
"""The longest text of the details, in characters."""
_MOST = 20
"""So many levers, people and reasons are told each: an event may have 512 KB."""


def pagerduty_event(told: Announcement, channel: Channel) -> dict[str, Json]:
    """The event, but for its routing key."""
    change = told.transition
    key = dedup_key(told.key)
    if not channel.alarming(change.target, told.normal):
        return {"event_action": "resolve", "dedup_key": key}
    return {
        "event_action": "trigger",
        "dedup_key": key,
        "client": "gatekeeper",
        "payload": {
            "summary": _line(f"{change_line(told)}: {reason_line(told)}", LONGEST_SUMMARY),
            "source": _line(subject_words(told), _SHORT),
            "severity": _severity(told, channel),
            "timestamp": instant_text(change.at),
            "component": _line(told.key.service or told.key.system, _SHORT),
            "group": _line(told.key.system, _SHORT),
            "class": _line(told.key.policy, _SHORT),
            "custom_details": _details(told),
        },
    }


def dedup_key(key: StateKey) -> str:
    """The name of the incident that all changes of one state are about; at most ``LONGEST_KEY`` characters.

    A key that is too long, or that not every reader spells alike, is told by its digest.
    """
    text = f"gatekeeper {key.text}"
    if len(text) <= LONGEST_KEY and text.isascii() and text.isprintable():
        return text
    return f"gatekeeper {digest_of(key.text.encode())}"


def _severity(told: Announcement, channel: Channel) -> str:
    target = told.transition.target
    word = target if target is not None else ""
    if word in channel.severities:
        return channel.severities[word]
    if told.ladder is None:
        return "error" if target == UNKNOWN else "critical"
    level = next((each for each in told.ladder.standing.levels if each.word == target), None)
    return _OF_LEVELS.get((level.severity if level is not None else None) or "", "critical")


def _details(told: Announcement) -> Json:
    decision = told.decision
    levers = [each for each in decision.levers if each.pull is not Pull.UNKNOWN][:_MOST]
    return {
        "title": _line(told.title, _SHORT),
        "before": _line(state_word(told.transition.source), _SHORT),
        "now": _line(state_word(told.transition.target), _SHORT),
        "mode": _line(f"{decision.mode}: {state_word(decision.reading.state)}", _SHORT),
        "because": texts(_line(each, _SHORT) for each in told.transition.reasons[:_MOST]),
        "levers": texts(_line(f"{each.lever.id}: {each.lever.how}", _SHORT) for each in levers),
        "page": texts(
            _line(f"{each.page.who} ({each.page.level} of {each.ladder})", _SHORT) for each in decision.pages[:_MOST]
        ),
        "notice": _line(decision.reading.notice, 4 * _SHORT),
        "decision": mode_decision_digest(decision),
    }


def _line(text: str, longest: int) -> str:
    """One line that shows everything in it; PagerDuty obeys no marks in these."""
    return cut(visible(text), longest)
