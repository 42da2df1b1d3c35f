"""A change as the JSON document ``gatekeeper/transition/v1``, with the decision that brought it."""

from __future__ import annotations

from gatekeeper.model.announcement import Announcement
from gatekeeper.model.channel import Channel
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.render.json_parts import optional, text, texts
from gatekeeper.render.mode_decision.document import mode_decision_digest, mode_decision_document

FORMAT = "gatekeeper/transition/v1"


def webhook_document(told: Announcement, channel: Channel) -> dict[str, Json]:
    """The document. Its ``decision`` is the published one about the mode; ``decision_digest`` is of that."""
    key, change = told.key, told.transition
    return {
        "format": FORMAT,
        "kind": key.kind,
        "policy": text(key.policy),
        "title": text(told.title),
        "system": text(key.system),
        "service": optional(key.service),
        "environment": optional(key.environment),
        "source": optional(change.source),
        "target": optional(change.target),
        "alarming": channel.alarming(change.target, told.normal),
        "at": instant_text(change.at),
        "reasons": texts(change.reasons),
        "decision_digest": mode_decision_digest(told.decision),
        "decision": mode_decision_document(told.decision),
    }
