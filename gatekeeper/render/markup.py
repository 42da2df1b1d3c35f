"""GitHub Flavored Markdown, written so that no text can become markup.

Every text goes through ``said`` (prose) or ``code`` (a value) before it may stand on a page; ``Markup`` is the type of
what has. Followed are the GFM specification (https://github.github.com/gfm/) and what GitHub does to the page
afterwards: mentions, references to issues and bare addresses become links even where they are escaped, so a word
joiner (U+2060, which has no width) stands in them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NewType

from gatekeeper.render.visible import visible

Markup = NewType("Markup", str)
"""Markdown that may stand on a page as it is."""

NOTHING = Markup("")

_JOINER = "\u2060"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "$": "&#36;"})
_PUNCTUATION = re.compile(r"[\\`*\[\]~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")  # inside of a word _ is only itself
_OPENS_BLOCK = re.compile(r"^(\d*(?=[.)])|)([-+=#:.)])")
_BECOMES_LINK = re.compile(r"@(?=\w)|(?<!\w)#(?=\d)|:(?=//)|www(?=\.)|(?<!\w)gh(?=-\d)", re.IGNORECASE)


def said(text: str) -> Markup:
    """The text as prose: it shows as it is, and nothing in it is markup, a link or a mention."""
    shown = _BECOMES_LINK.sub(lambda found: found.group() + _JOINER, visible(text).strip())
    return Markup(_OPENS_BLOCK.sub(lambda found: f"{found.group(1)}\\{found.group(2)}", _escaped(shown), count=1))


def code(text: str) -> Markup:
    """The text as a code span; as prose where a code span in a table could not carry it."""
    shown = visible(text)
    if not shown.strip() or "|" in shown:
        return said(text)
    ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return Markup(f"{ticks}{pad}{shown}{pad}{ticks}")


def strong(content: Markup) -> Markup:
    """The content in bold."""
    return Markup(f"**{content}**") if content else NOTHING


def joined(parts: Sequence[Markup], between: str = ", ") -> Markup:
    """The parts in a row; ``between`` is our own."""
    return Markup(between.join(part for part in parts if part))


def _escaped(text: str) -> str:
    return _PUNCTUATION.sub(lambda found: f"\\{found.group()}", text).translate(_ENTITIES)


@dataclass(frozen=True, slots=True)
class Page:
    """Collects the blocks of a page."""

    blocks: list[str] = field(default_factory=list)

    def heading(self, level: int, content: Markup) -> None:
        """A heading; level 6 is the deepest."""
        self.blocks.append(f"{'#' * min(level, 6)} {content}")

    def paragraph(self, content: Markup) -> None:
        """A paragraph; nothing where there is no content."""
        if content:
            self.blocks.append(content)

    def points(self, points: Sequence[tuple[str, Markup]]) -> None:
        """A list of named facts (the names are markup of our own); those without content are left out."""
        told = [f"- **{name}:** {content}" for name, content in points if content]
        if told:
            self.blocks.append("\n".join(told))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Markup]]) -> None:
        """A table; nothing where there are no rows."""
        if rows:
            lines = [header, ["---"] * len(header), *rows]
            self.blocks.append("\n".join(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines))

    def command(self, command: str) -> None:
        """A command to copy."""
        self.blocks.append(f"```console\n{visible(command)}\n```")

    def text(self) -> str:
        """The whole page."""
        return "\n\n".join(self.blocks) + "\n"
