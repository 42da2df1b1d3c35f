"""Lines of a terminal board: wrapping, columns, colours; every text made safe on its way in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal

from gatekeeper.render.visible import ascii_only, cells, visible


class Tone(Enum):
    """What a piece of text is, for the eye; the words themselves always say the same."""

    PLAIN = ""
    QUIET = "2"
    STRONG = "1"
    GOOD = "32"
    BAD = "31"
    DOUBT = "33"
    WAIVED = "35"
    ACT = "1;36"
    GOOD_BANNER = "1;7;32"
    BAD_BANNER = "1;7;31"
    DOUBT_BANNER = "1;7;33"


Span = tuple[str, Tone]

APART: Span = ("", Tone.PLAIN)
"""Between two pieces of a line: one more space."""

NARROWEST = 40
"""Columns that a page takes at least, however narrow the terminal is."""

LABEL = 11
"""Columns that the name of a field takes."""

_ASCII = {
    "✗": "x", "✓": "+", "?": "?", "!": "!", "○": "o", "–": "-", "│": "|", "─": "-", "·": "-", "→": "->", "…": "...",
    "≤": "<=", "█": "#", "░": "-", "▁": "_", "▲": "^", "×": "x", "⚑": "*", "±": "+/-",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TerminalText:
    """How something is written for a terminal.

    Attributes:
        width: columns of the terminal; fewer than 40 count as 40.
        color: whether SGR colour codes are written. Colour never carries a meaning that no word has.
        unicode: whether the terminal shows more than ASCII; else every other character is spelt out.
    """

    width: int = 100
    color: bool = False
    unicode: bool = True

    def canvas(self) -> Canvas:
        """An empty page for that terminal."""
        return Canvas.of_width(self.width, color=self.color, unicode=self.unicode)


@dataclass(frozen=True, slots=True)
class Canvas:
    """Collects lines no wider than ``width`` columns.

    Attributes:
        gutter: stands at the start of every line, to show what is nested.
    """

    width: int
    color: bool
    unicode: bool
    gutter: str = ""
    lines: list[str] = field(default_factory=list)

    @classmethod
    def of_width(cls, width: int, *, color: bool, unicode: bool) -> Canvas:
        """An empty page for a terminal of that many columns; fewer than 40 count as 40."""
        return cls(max(width, NARROWEST), color, unicode)

    def page(self) -> str:
        """All lines as one text, ending in one newline."""
        return "\n".join(self.lines).rstrip("\n") + "\n"

    def nested(self, gutter: str) -> Canvas:
        """A canvas that writes to the same page, its lines behind a gutter."""
        return replace(self, gutter=self.gutter + gutter)

    def blank(self) -> None:
        """One empty line; never two in a row, never the first."""
        line = self._paint(self._ours(self.gutter).rstrip(), Tone.QUIET)
        if self.lines and self.lines[-1] not in ("", line):
            self.lines.append(line)

    def text(self, text: str, tone: Tone = Tone.PLAIN, indent: int = 0, hang: int = 0) -> None:
        """A paragraph, wrapped; lines after the first stand ``hang`` columns further in."""
        self.spans([(text, tone)], indent, hang)

    def spans(self, spans: Sequence[Span], indent: int = 0, hang: int = 0) -> None:
        """A paragraph of pieces in different tones, wrapped between words."""
        words = self._words(spans)
        for number, row in enumerate(_rows(words, self._room(indent), self._room(indent + hang))):
            start = indent if number == 0 else indent + hang
            self._write(start, row)

    def labelled(self, name: str, text: str, tone: Tone = Tone.PLAIN, indent: int = 2) -> None:
        """A field: its name, then its text in a column of its own."""
        self.labelled_spans(name, [(text, tone)], indent)

    def labelled_spans(self, name: str, spans: Sequence[Span], indent: int = 2) -> None:
        """The same, of pieces in different tones; nothing where there is no text."""
        words, name = self._words(spans), self._clean(name)
        space = self._room(indent + LABEL)
        if cells(name) >= LABEL or any(space < cells(word) <= self._room(indent + 2) for word, _ in words):
            self.text(name, Tone.QUIET, indent)  # a long word, such as a digest, is not cut for the column's sake
            self.spans(spans, indent + 2)
            return
        for number, row in enumerate(_rows(words, space, space)):
            head = name if number == 0 else ""
            self._write(indent, [(head.ljust(LABEL - 1), Tone.QUIET), *row])

    def ends(self, left: Sequence[Span], right: str, indent: int = 0, hang: int = 2, tone: Tone = Tone.QUIET) -> None:
        """Pieces at the left and a text at the right edge; on lines of their own where both do not fit."""
        right = self._clean(right)
        words = self._words(left)
        taken = sum(cells(word) + 1 for word, _ in words)
        gap = self._room(indent) - taken - cells(right)
        if right and gap >= 1:
            self._write(indent, [*words, (" " * (gap - 1), Tone.PLAIN), (right, tone)])
            return
        rows = list(_rows(words, self._room(indent), self._room(indent + hang)))
        for number, row in enumerate(rows):
            start = indent if number == 0 else indent + hang
            left_over = self._room(start) - sum(cells(word) + 1 for word, _ in row) - cells(right)
            fits = number == len(rows) - 1 and left_over >= 1
            aside: list[Span] = [(" " * (left_over - 1), Tone.PLAIN), (right, tone)] if fits else []
            self._write(start, [*row, *aside])
            right = "" if fits else right
        for row in _rows([(word, tone) for word in right.split(" ") if word], self._room(hang), self._room(hang)):
            self._write(max(self._room(0) - sum(cells(word) + 1 for word, _ in row) + 1, 0), row)

    def heading(self, title: str, note: str = "") -> None:
        """The head of a block, with a rule over the whole width."""
        self.blank()
        line = self._ours("─")
        title, note = self._clean(title), self._clean(note)
        tail = f" {note} {line * 2}" if note else ""
        left = self._room(0) - cells(title) - 4 - cells(tail)
        if left < 2:
            self.text(title, Tone.STRONG)
            self.text(note, Tone.QUIET, indent=2)
        else:
            self._write(0, [(line * 2, Tone.QUIET), (title, Tone.STRONG), (line * left + tail, Tone.QUIET)])
        self.blank()

    def table(
        self, header: Sequence[str], rows: Sequence[Sequence[Span]], indent: int = 2, fill: int | None = None
    ) -> None:
        """Aligned columns; where they are too wide together, the widest ones are wrapped.

        ``fill`` is the column that takes what is left of the line, so that those after it stand at the right edge.
        """
        clean = [[(self._clean(text), tone) for text, tone in row] for row in rows]
        heads = [self._clean(each) for each in header]
        widths = [max([cells(head), *(cells(row[i][0]) for row in clean)]) for i, head in enumerate(heads)]
        room = self._room(indent) - 2 * (len(widths) - 1)
        while sum(widths) > room and max(widths) > 2:
            widths[widths.index(max(widths))] -= 1
        if fill is not None and sum(widths) < room:
            widths[fill] += room - sum(widths)
        if any(heads):
            self._table_row([(head, Tone.QUIET) for head in heads], widths, indent)
        for row in clean:
            self._table_row(row, widths, indent)

    def exactly(self, spans: Sequence[Span], indent: int = 0) -> None:
        """One line of gatekeeper's own making that already fits."""
        self._write(indent, [(self._ours(text), tone) for text, tone in spans], glue="")

    def _table_row(self, row: Sequence[Span], widths: Sequence[int], indent: int) -> None:
        columns = [
            [" ".join(w for w, _ in line) for line in _rows([(w, tone) for w in text.split(" ") if w], width, width)]
            for (text, tone), width in zip(row, widths, strict=True)
        ]
        for number in range(max(map(len, columns), default=0)):
            pieces: list[Span] = []
            for (_, tone), lines, width in zip(row, columns, widths, strict=True):
                text = lines[number] if number < len(lines) else ""
                pieces.append((text, tone))
                pieces.append((" " * (width - cells(text) + 2), Tone.PLAIN))
            self._write(indent, pieces, glue="")

    def _words(self, spans: Sequence[Span]) -> list[Span]:
        words: list[Span] = []
        for span in spans:
            if span is APART:
                words.append(span)
            words.extend((word, span[1]) for word in self._clean(span[0]).split(" ") if word)
        return words

    def _room(self, indent: int) -> int:
        return max(self.width - cells(self.gutter) - indent, 2)

    def _clean(self, text: str) -> str:
        return visible(text) if self.unicode else ascii_only(self._ours(text))

    def _ours(self, text: str) -> str:
        return text if self.unicode else "".join(_ASCII.get(each, each) for each in text)

    def _paint(self, text: str, tone: Tone) -> str:
        if not self.color or not tone.value or not text.strip():
            return text
        return f"\x1b[{tone.value}m{text}\x1b[0m"

    def _write(self, indent: int, spans: Sequence[Span], glue: Literal["", " "] = " ") -> None:
        """One line: neighbours of one tone are painted together, spaces at its end are dropped."""
        merged: list[Span] = []
        for number, (text, tone) in enumerate(spans):
            kind = tone if text.strip() else Tone.PLAIN
            if merged and merged[-1][1] is kind:
                merged[-1] = (merged[-1][0] + glue + text, kind)
                continue
            if number and glue:
                merged.append((glue, Tone.PLAIN))
            merged.append((text, kind))
        while merged and not merged[-1][0].strip():
            merged.pop()
        if not merged:
            return
        merged[-1] = (merged[-1][0].rstrip(), merged[-1][1])
        painted = "".join(self._paint(text, tone) for text, tone in merged)
        self.lines.append(self._paint(self._ours(self.gutter), Tone.QUIET) + " " * indent + painted)


def _rows(words: Sequence[Span], first: int, rest: int) -> Iterator[list[Span]]:
    """The words in rows that fit; a word longer than a row is cut."""
    row: list[Span] = []
    left = first
    for word, tone in words:
        need = cells(word) + (1 if row else 0)
        if row and need > left:
            yield row
            row, left = [], rest
            need = cells(word)
        piece = word
        while cells(piece) > left:
            head = _fitting(piece, left)
            yield [(head, tone)]
            piece, left = piece[len(head) :], rest
            need = cells(piece)
        if piece or not word:
            row.append((piece, tone))
            left -= need
    if row:
        yield row


def _fitting(word: str, room: int) -> str:
    """The longest start of the word that fits, at least one character."""
    taken = 0
    for number, each in enumerate(word):
        taken += cells(each)
        if taken > room:
            return word[: max(number, 1)]
    return word
