"""A Markdown text within bounds, as the tree of blocks that markdown-it-py makes of it.

Text that a reader of the rendered page would not see, or that the parser would drop in silence, is either left out on
purpose (HTML comments) or refused: nothing vanishes unnoticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from gatekeeper.collect.interface import Refused
from gatekeeper.collect.repaired_text import repaired
from gatekeeper.model.evidence_document import Repair

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

MAX_BYTES = 1024 * 1024
MAX_LINES = 20_000
MAX_BRACKETS = 20_000
MAX_MARKS = 50_000
"""How many characters that can begin or end markup."""

MAX_CELLS = 30_000
"""Fewer than markdown-it-py fills in before it ends a table in silence (65,536)."""

MAX_NESTING = 40


_LOW_LINE = "\ue05f"
_BLANK = re.compile("_{4,}")

_TABLE_ELEMENT = re.compile(r"<table(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed text.

    Attributes:
        lines: the lines of the text, for places and for what the parser does not tell.
        root: the tree of blocks.
    """

    lines: tuple[str, ...]
    root: SyntaxTreeNode
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, with what was encoded twice put right.

    Attributes:
        text: with line ends of one kind.
        repairs: what was encoded twice.
    """

    text: str
    repairs: tuple[Repair, ...]


def parse_source(data: bytes, name: str) -> Source:
    """The tree of blocks of a Markdown file.

    Raises:
        Refused: not UTF-8, too large, too intricate, a comment that is never closed, or a table in raw HTML.
    """
    return parse_text(read_text(data, name), name)


def parse_text(source: Text, name: str) -> Source:
    """As ``parse_source``, for a text that was read already."""
    from markdown_it.tree import SyntaxTreeNode

    text = source.text
    lines = text.split("\n")
    _refuse_floods(text, lines, name)
    if "<!--" in text:
        lines = _without_comments(text, lines, name)
        text = "\n".join(lines)
    if _TABLE_ELEMENT.search(text):
        _refuse_raw_tables(text, lines, name)
    tokens = _parsed(text)
    _refuse_nesting(tokens, name)
    return Source(tuple(lines), SyntaxTreeNode(tokens), source.repairs)


def _parsed(text: str) -> list[Token]:
    """The tokens of a text whose blanks are kept: several in one line could pass for the marks of bold text."""
    if _LOW_LINE in text:
        return _parser(html=False).parse(text)
    # A line of nothing else is a rule across the page.
    lines = (_BLANK.sub(_lowered, line) if line.strip(" \t>*+-_") else line for line in text.split("\n"))
    tokens = _parser(html=False).parse("\n".join(lines))
    for token in tokens:
        for each in (token, *(token.children or ())):
            each.content = each.content.replace(_LOW_LINE, "_")
            for key, value in each.attrs.items():
                if isinstance(value, str):
                    each.attrs[key] = value.replace(_LOW_LINE, "_").replace(quote(_LOW_LINE), "_")
    return tokens


def _lowered(blank: re.Match[str]) -> str:
    return _LOW_LINE * len(blank[0])


@cache
def _parser(*, html: bool) -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": html, "maxNesting": MAX_NESTING}).enable("table")


def read_text(data: bytes, name: str) -> Text:
    """The text of a file, repaired where it was encoded twice.

    Raises:
        Refused: not UTF-8, too large, or there is too much to repair.
    """
    if len(data) > MAX_BYTES:
        raise Refused("failed", f"{name} has {len(data):,} bytes; at most {MAX_BYTES:,} of Markdown are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        offset = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        raise Refused(
            "failed", f"{name} is not UTF-8: byte 0x{data[offset]:02X} at byte offset {offset} (line {line})"
        ) from None
    text, repairs = repaired(text.replace("\r\n", "\n").replace("\r", "\n"))
    return Text(text.removeprefix("\ufeff"), repairs)


def refuse_length(lines: list[str], name: str) -> None:
    """Refuses what has too many lines."""
    if len(lines) > MAX_LINES:
        raise Refused("failed", f"{name} has {len(lines):,} lines; at most {MAX_LINES:,} of Markdown are read")


def _refuse_floods(text: str, lines: list[str], name: str) -> None:
    """What makes the parser slow or its output many times as large as the text."""
    refuse_length(lines, name)
    brackets = text.count("[")
    if brackets > MAX_BRACKETS:
        raise Refused("failed", f"{name} has {brackets:,} opening brackets; at most {MAX_BRACKETS:,} are read")
    marks = sum(map(text.count, "*_<&`"))
    if marks > MAX_MARKS:
        raise Refused("failed", f"{name} has {marks:,} marks of formatting; at most {MAX_MARKS:,} are read")
    # Lines without a blank one between them can be one table, each row filled up to the widest.
    cells = height = width = 0
    for line in [*lines, ""]:
        if line.strip():
            height, width = height + 1, max(width, line.count("|"))
        else:
            cells += height * (width + 1) if width else 0
            height = width = 0
    if cells > MAX_CELLS:
        raise Refused("failed", f"{name} could have {cells:,} table cells; at most {MAX_CELLS:,} are read")


def _refuse_nesting(tokens: list[Token], name: str) -> None:
    """The parser drops what is nested deeper than its limit; whatever comes near is refused."""
    for token in tokens:
        deepest = max((child.level for child in token.children or ()), default=0)
        if max(token.level, deepest) >= MAX_NESTING - 1:
            line = f" (line {token.map[0] + 1})" if token.map else ""
            raise Refused("failed", f"{name} is nested deeper than {MAX_NESTING - 2} levels{line}")


def _refuse_raw_tables(text: str, lines: list[str], name: str) -> None:
    """A reader of the rendered page would see the rows of an HTML table, and no rule would."""
    for token in _parser(html=True).parse(text):
        inline = (child.content for child in token.children or () if child.type == "html_inline")
        html = [token.content] if token.type == "html_block" else inline
        if any(_TABLE_ELEMENT.search(each) for each in html):
            first, last = token.map or (0, len(lines))
            line = next((n for n in range(first, last) if _TABLE_ELEMENT.search(lines[n])), first) + 1
            raise Refused("mistyped", f"{name}: the raw HTML table in line {line} is not read (write it with pipes)")


def _without_comments(text: str, lines: list[str], name: str) -> list[str]:
    """The lines with HTML comments blanked, as the rendered page shows none of them."""
    lines = list(lines)
    for token in _parser(html=True).parse(text):
        first, last = token.map or (0, 0)
        if token.type == "html_block":
            _blank(lines, first, last, _comments(token.content, name, first + 1))
        inline = (child.content for child in token.children or () if child.type == "html_inline")
        _blank(lines, first, last, [each for each in inline if each.startswith("<!--")])
    return lines


def _comments(html: str, name: str, line: int) -> list[str]:
    """The comments in a block of HTML."""
    found = []
    start = html.find("<!--")
    while start >= 0:
        end = html.find("-->", start)
        if end < 0:
            raise Refused("mistyped", f"{name} has a comment that is never closed (in the block of line {line})")
        found.append(html[start : end + 3])
        start = html.find("<!--", end)
    return found


def _blank(lines: list[str], first: int, last: int, comments: list[str]) -> None:
    """Blanks comments, in their order, within some lines; line ends stay, so that places stay true."""
    part = "\n".join(lines[first:last]) if comments else ""
    kept, done = "", 0
    for comment in comments:
        # Within a quote the raw lines carry marks that the comment's own text lacks, so only its ends are looked for.
        start = part.find(comment.split("\n", 1)[0], done)
        end = part.find("-->", start) + 3
        if start >= 0 and end >= 3:
            kept += part[done:start] + re.sub(r"[^\n]", " ", part[start:end])
            done = end
    if done:
        # Blanks at the end of a line would force a line break.
        lines[first:last] = [line.rstrip() for line in (kept + part[done:]).split("\n")]
