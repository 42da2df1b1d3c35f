"""A change as each kind of channel is told of it. No secret and no id of a message is in it: its sender adds these."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gatekeeper.model.announcement import Announcement
from gatekeeper.model.channel import Channel
from gatekeeper.model.values import Json
from gatekeeper.render.announcement.pagerduty import pagerduty_event
from gatekeeper.render.announcement.slack import slack_message
from gatekeeper.render.announcement.webhook import webhook_document

PAYLOADS: Mapping[str, Callable[[Announcement, Channel], dict[str, Json]]] = {
    "pagerduty": pagerduty_event,
    "slack": slack_message,
    "webhook": webhook_document,
}
"""Kind of channel → the message for it."""


def payload_for(told: Announcement, channel: Channel) -> dict[str, Json]:
    """What a channel is told of a change."""
    return PAYLOADS[channel.kind](told, channel)
