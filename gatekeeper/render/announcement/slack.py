"""A change as a message for an incoming webhook of Slack.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
"""

from __future__ import annotations

from gatekeeper.model.announcement import Announcement
from gatekeeper.model.channel import Channel
from gatekeeper.model.values import Json
from gatekeeper.render.announcement.words import change_line, reason_line, subject_words
from gatekeeper.render.mode_decision.slack import mode_decision_message
from gatekeeper.render.slack_blocks import LONGEST_FIELD, LONGEST_WHOLE, MOST_BLOCKS, Message, code, escaped
from gatekeeper.render.wording import argument

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
    return {
        "text": escaped(f"{headline}: {reason_line(told)}", LONGEST_FIELD),
        "blocks": _within([*change.blocks, *rest], told.decision.mode),
    }


def _within(blocks: list[Json], mode: str) -> list[Json]:
    """As many blocks as Slack takes, and the last one, which says so where some are left out."""
    *body, last = blocks
    told = f"Cut short: {code(f'gatekeeper decide {argument(mode)}')}"
    room = LONGEST_WHOLE - _size(last) - len(told)
    kept: list[Json] = []
    for each in body[: MOST_BLOCKS - 2]:
        room -= _size(each)
        if room < 0:
            break
        kept.append(each)
    if len(kept) == len(body):
        return blocks
    note: Json = {"type": "context", "elements": [{"type": "mrkdwn", "text": told, "verbatim": True}]}
    return [*kept, note, last]


def _size(value: Json) -> int:
    """How many characters a block shows."""
    if isinstance(value, dict):
        text = value.get("text")
        return len(text) if isinstance(text, str) else sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else 0
