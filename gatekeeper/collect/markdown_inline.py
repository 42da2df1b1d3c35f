"""Inline Markdown as plain text that remembers what was bold, what was code, and on which line it stood."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_LABEL = 200

_SLOT = re.compile(r"<[A-Z][A-Z0-9 _/:+.-]*>", re.ASCII)
_ANY_SLOT = re.compile(r"<[A-Za-z][A-Za-z0-9 _/:+.-]*>", re.ASCII)
ELEMENTS = frozenset({"<A>", "<B>", "<BR>", "<DIV>", "<HR>", "<I>", "<IMG>", "<LI>", "<OL>", "<P>", "<SPAN>", "<UL>"})
"""Capital HTML elements that people still write into Markdown."""

_DATE = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with one formatting.

    Attributes:
        bold: which of the paragraph's bold spans it belongs to; 0 for none.
        ends_line: whether it is a line break; its text is then a space, or a newline where it was forced.
    """

    text: str
    line: int
    bold: int = 0
    code: bool = False
    ends_line: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A link's text, where it leads and its line."""

    text: str
    href: str
    line: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A ``**Label:** value`` line, with the pieces of its value."""

    label: str
    line: int
    value: tuple[Piece, ...]


def pieces_of(token: Token, line: int) -> tuple[Piece, ...]:
    """The pieces of an inline token that begins on a line."""
    found = []
    bold = spans = 0
    spans_of_code = CodeSpans(token.content)
    for child in token.children or ():
        match child.type:
            case "text" | "image":
                if child.content:
                    found.append(Piece(child.content, line, bold))
            case "code_inline":
                found.append(Piece(child.content, line, bold, code=True))
                line += spans_of_code.lines_of(child)
            case "softbreak" | "hardbreak":
                found.append(Piece(" " if child.type == "softbreak" else "\n", line, bold, ends_line=True))
                line += 1
            case "strong_open":
                spans += 1
                bold = bold or spans
            case "strong_close":
                bold = 0
    return tuple(found)


def targets_of(token: Token, line: int) -> Iterator[Target]:
    """The links of an inline token, with the line on which each begins."""
    text, href, begun = "", None, line
    spans_of_code = CodeSpans(token.content)
    for child in token.children or ():
        if child.type == "link_open":
            text, href, begun = "", str(child.attrGet("href") or ""), line
        elif child.type == "link_close" and href is not None:
            yield Target(text.strip(), href, begun)
            href = None
        elif child.type in {"softbreak", "hardbreak"}:
            text, line = text + " ", line + 1
        else:
            text += child.content
            if child.type == "code_inline":
                line += spans_of_code.lines_of(child)


class CodeSpans:
    """How many lines each code span of a raw text crosses: the parser makes spaces of line ends.

    Spans are asked for in their order, and no part of the text is looked at twice, so that many spans cost no more than
    the text is long.
    """

    def __init__(self, content: str) -> None:
        self._content = content
        self._runs = [found.span() for found in re.finditer("`+", content)] if "\n" in content else []
        self._of_length: dict[int, list[int]] = {}
        for index, (start, end) in enumerate(self._runs):
            self._of_length.setdefault(end - start, []).append(index)
        self._next = 0

    def lines_of(self, code: Token) -> int:
        """The lines that the next code span crosses; 0 where it is not found, as then for all after it."""
        ticks = len(code.markup)
        closing = self._of_length.get(ticks, [])
        while self._next < len(self._runs):
            opens, self._next = self._next, self._next + 1
            start, end = self._runs[opens]
            if end - (start + self._is_escaped(start)) != ticks:
                continue
            at = bisect_right(closing, opens)
            if at == len(closing):
                continue
            closes = self._runs[closing[at]][0]
            # The parser strips one blank from either end.
            if closes - end - len(code.content) not in (0, 2):
                continue
            raw = self._content[end:closes]
            if raw.replace("\n", " ").strip() == code.content.strip():
                self._next = closing[at] + 1
                return raw.count("\n")
        return 0

    def _is_escaped(self, start: int) -> bool:
        """Whether a backslash takes a backtick from the front of a run; two of them are a backslash in the text."""
        before = self._content[max(0, start - 64) : start]
        return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def plain(pieces: Iterable[Piece]) -> str:
    """The text of pieces, as a reader sees it."""
    return re.sub(" {2,}", " ", "".join(piece.text for piece in pieces)).strip()


def labelled(pieces: tuple[Piece, ...]) -> tuple[list[Labelled], tuple[Piece, ...]]:
    """The fields of a paragraph, and the pieces that stand in no field's value.

    A field is a line that begins with a bold label and a colon. Lines after it that begin otherwise belong to it.
    """
    found: list[Labelled] = []
    outside: list[Piece] = []
    for line in lines_of(pieces):
        head = _label(line)
        if head is not None:
            found.append(Labelled(head[0], line[0].line, head[1]))
            outside += [piece for piece in line if piece.bold == line[0].bold]
        elif found:
            last = found[-1]
            found[-1] = Labelled(last.label, last.line, (*last.value, Piece(" ", line[0].line, ends_line=True), *line))
        else:
            outside += [*line, Piece(" ", line[0].line, ends_line=True)]
    return found, tuple(outside)


def lines_of(pieces: tuple[Piece, ...]) -> Iterator[tuple[Piece, ...]]:
    """The lines of a paragraph; empty ones are left out."""
    line: list[Piece] = []
    for piece in pieces:
        if not piece.ends_line:
            line.append(piece)
        elif line:
            yield tuple(line)
            line = []
    if line:
        yield tuple(line)


def _label(line: tuple[Piece, ...]) -> tuple[str, tuple[Piece, ...]] | None:
    """Label and value of a line; None where it is no field."""
    span = line[0].bold
    if not span:
        return None
    size = next((index for index, piece in enumerate(line) if piece.bold != span), len(line))
    label, rest = plain(line[:size]), line[size:]
    if label.endswith(":"):
        label = label[:-1].rstrip()
    elif rest and not rest[0].code and rest[0].text.startswith(":"):
        first = rest[0]
        rest = (Piece(first.text[1:], first.line, first.bold), *rest[1:])
    else:
        return None
    return (label, rest) if 0 < len(label) <= MAX_LABEL else None


def slots(pieces: Iterable[Piece]) -> Iterator[tuple[str, int, bool]]:
    """Placeholders in running text: the text, its line, and whether it is a lower-case slot of a command."""
    text, line = "", 0
    for piece in (*pieces, Piece("", 0, ends_line=True)):
        if not piece.code and not piece.ends_line:
            line = line if text else piece.line
            text += piece.text
            continue
        for found in _SLOT.findall(text):
            if found not in ELEMENTS:
                yield found, line, False
        text = ""
        if piece.code:
            for found in _ANY_SLOT.findall(piece.text):
                yield found, piece.line, _SLOT.fullmatch(found) is None


def code_slots(line: str) -> list[str]:
    """Placeholders in a line of a code block."""
    return _ANY_SLOT.findall(line)


def dates_in(text: str) -> list[str]:
    """The dates of the calendar in a text."""
    return [found for found in _DATE.findall(text) if _is_date(found)]


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def slug(text: str) -> str:
    """A label or column as a name: lower case, ``_`` for everything that is neither letter nor digit."""
    if text.strip() == "#":
        return "number"
    return re.sub(r"[\W_]+", "_", text.lower()).strip("_")


class Names:
    """Names of fields or columns: ``_2``, ``_3`` … where one comes again."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def add(self, name: str) -> str:
        """The name that the next field or column of this name gets."""
        found, count = name, self._taken.get(name, 1)
        while found in self._taken:
            count += 1
            found = f"{name}_{count}"
        self._taken[name] = count
        self._taken.setdefault(found, 1)
        return found


class Anchors:
    """Slugs of headings as GitHub makes them: ``-1``, ``-2`` … where one comes again."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def add(self, heading: str) -> str:
        """The slug of the next heading."""
        kept = (c for c in heading.strip().lower() if c in " -" or unicodedata.category(c)[0] in "LMN" or c == "_")
        base = "".join(kept).replace(" ", "-")
        found, count = base, self._seen.get(base, 0)
        while found in self._seen:
            count += 1
            found = f"{base}-{count}"
        self._seen[base] = count
        self._seen[found] = 0
        return found

    def __contains__(self, fragment: str) -> bool:
        return fragment in self._seen
