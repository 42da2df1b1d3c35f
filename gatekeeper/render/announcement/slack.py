"""A change as a message for an incoming webhook of Slack.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
"""

from __future__ import annotations

from gatekeeper.model.announcement import Announcement
from gatekeeper.model.channel import Channel
from gatekeeper.model.values import Json
from gatekeeper.render.announcement.words import change_line, reason_line, subject_words
from gatekeeper.render.mode_decision.slack import mode_decision_message
from gatekeeper.render.slack_blocks import LONGEST_FIELD, MOST_BLOCKS, Message, escaped

_LINE = 500
"""The longest text within a line, in characters."""


def slack_message(told: Announcement, channel: Channel) -> dict[str, Json]:
    """The message: what changed, and then what ``gatekeeper decide --format slack`` says."""
    woken = channel.alarming(told.transition.target, told.normal)
    headline = f"{'🔴' if woken else '✅'} {change_line(told)}"
    change = Message(whole="")
    change.header(headline)
    change.section(
        f"*{escaped(told.title, _LINE)}* · {escaped(subject_words(told), _LINE)}",
        escaped(reason_line(told), LONGEST_FIELD),
    )
    board = mode_decision_message(told.decision)["blocks"]
    rest = board[1:] if isinstance(board, list) else []  # without its own headline
    room = MOST_BLOCKS - len(change.blocks)
    if len(rest) > room:
        rest = [*rest[: room - 1], rest[-1]]
    return {"text": escaped(f"{headline}: {reason_line(told)}", LONGEST_FIELD), "blocks": [*change.blocks, *rest]}
