"""Messages for Slack in Block Kit, within the limits of Slack, which refuses a whole message that is beyond one.

The limits: https://docs.slack.dev/reference/block-kit/blocks/ (50 blocks, a header of 150 characters, a section of
3,000, its fields 10 of 2,000 each, a context of 10 elements). A message of more than about 13,200 characters is refused
as well, which is written nowhere (``msg_blocks_too_long``). Escaping:
https://docs.slack.dev/messaging/formatting-message-text/.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gatekeeper.model.values import Json
from gatekeeper.render.visible import visible

MOST_BLOCKS = 50
LONGEST_HEADER = 150
LONGEST_SECTION = 3000
MOST_FIELDS = 10
LONGEST_FIELD = 2000
LONGEST_WHOLE = 12_000

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CUT = "…"
_LEAST = 40
"""Fewer characters than this say nothing: a section for which no more is left is not begun."""


def escaped(text: str, longest: int = LONGEST_SECTION) -> str:
    """A text from elsewhere as Slack shows it and never obeys it, in one line.

    Links, mentions (``<@U…>``, ``<!channel>``) and dates all begin with ``<``. What is too long is cut, and never
    within an escape.
    """
    pieces: list[str] = []
    taken = 0
    for each in visible(text):
        piece = _ESCAPES.get(each, each)
        if taken + len(piece) > longest:
            while pieces and taken + len(_CUT) > longest:
                taken -= len(pieces.pop())
            return "".join(pieces) + _CUT
        pieces.append(piece)
        taken += len(piece)
    return "".join(pieces)


def code(text: str, longest: int = 600) -> str:
    """A command as Slack shows it to be copied; one that holds a backtick stands as it is."""
    shown = escaped(text, longest)
    return shown if "`" in shown or not shown else f"`{shown}`"


@dataclass(slots=True)
class Message:
    """Collects blocks; what there is no room for is left out, and that is told at the end.

    Attributes:
        whole: where all can be seen that is left out here, already escaped.
    """

    whole: str
    blocks: list[Json] = field(default_factory=list)
    left: int = LONGEST_WHOLE
    cut: bool = False

    def header(self, text: str) -> None:
        """The headline: plain text, without marks. A header escapes nothing and obeys nothing."""
        told = visible(text)
        told = told if len(told) <= LONGEST_HEADER else told[: LONGEST_HEADER - 1] + _CUT
        self._add({"type": "header", "text": {"type": "plain_text", "text": told, "emoji": False}}, len(told))

    def section(self, *lines: str) -> None:
        """A paragraph of whole lines, which are escaped already; lines that do not fit are left out."""
        kept: list[str] = []
        room = min(LONGEST_SECTION, self._room())
        for line in lines:
            if sum(len(each) + 1 for each in kept) + len(line) > room:
                self.cut = True
                break
            kept.append(line)
        if kept:
            text = "\n".join(kept)
            self._add({"type": "section", "text": _marked(text)}, len(text))

    def fields(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Short facts in two columns: a name of ours, and a text that is escaped already."""
        found = [f"*{name}*\n{text}"[:LONGEST_FIELD] for name, text in pairs if text]
        for start in range(0, len(found), MOST_FIELDS):
            some = found[start : start + MOST_FIELDS]
            size = sum(map(len, some))
            if size <= self._room():
                self._add({"type": "section", "fields": [_marked(each) for each in some]}, size)
            else:
                self.cut = True

    def context(self, text: str) -> None:
        """A small line at the end; there is always room for it."""
        told = f"Cut short: {self.whole} · {text}" if self.cut else text
        self.blocks = self.blocks[: MOST_BLOCKS - 1]
        self.blocks.append({"type": "context", "elements": [_marked(told[:LONGEST_FIELD])]})

    def _room(self) -> int:
        return self.left if self.left >= _LEAST else 0

    def _add(self, block: Json, size: int) -> None:
        if len(self.blocks) >= MOST_BLOCKS - 1:
            self.cut = True
            return
        self.blocks.append(block)
        self.left -= size


def _marked(text: str) -> Json:
    """Text with marks; ``verbatim`` keeps Slack from making links and mentions of bare words such as ``@here``."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}
