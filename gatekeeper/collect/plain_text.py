"""A document of plain text taken apart by what it has in place of markup.

Headings are lines that stand alone and are numbered, underlined or in capitals; lists have bullets or numbers; fields
are ``label: value`` lines; what stands under what follows from indentation. The numbers of headings only ever rise, so
that a numbered item, a version or a size is not taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatekeeper.collect.blanks import label_of
from gatekeeper.collect.boxes import marks_in
from gatekeeper.collect.document import Document, Inside
from gatekeeper.collect.markdown_inline import Names, Piece, dates_in, slots, slug
from gatekeeper.collect.text_lines import LineReader, is_entry
from gatekeeper.collect.text_tables import table_in
from gatekeeper.model.evidence_document import DateMention, Field, Placeholder, Section

MAX_HEADING = 200

_NUMBERED = re.compile(r"(?:(?P<deep>[0-9]{1,3}(?:\.[0-9]{1,3}){1,4})\.?|(?P<one>[0-9]{1,3})[.)])[ \t]+(?=[^\W\d_])")
_LETTERED = re.compile(r"(?P<letter>[A-Z])(?P<number>[0-9]{0,2})[.)][ \t]+(?=[^\W\d_])")
_UNDERLINE = re.compile(r"={3,}|-{3,}|~{3,}")
_MARKUP = re.compile(r"^(?: {0,3}(?:#{2,6} |```|~~~\s*\w|\|?\s*:?-{3,}:?\s*\|)|\s*(?:[-*+] )?\*\*\S)", re.MULTILINE)
"""What only Markdown has: deeper headings, fences, tables with pipes, lines that begin in bold."""


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading: the index of its line, how many lines it takes, how deep it is, and its number if it has one."""

    index: int
    lines: int
    level: int
    title: str


def is_plain(text: str, lines: Sequence[str]) -> bool:
    """Whether a text is no Markdown: it has none of its markup, and headings of plain text."""
    return _MARKUP.search(text) is None and len(_headings(lines)) > 1


def take_apart_text(lines: Sequence[str], name: str) -> Document:
    """Everything that a document of plain text holds.

    Raises:
        Refused: it has too many boxes, or is nested too deep.
    """
    document = Document(name, syntax="text")
    headings = _headings(lines)
    first = headings[0].index if headings else len(lines)
    title = next((each for each in headings[:1] if each.level == 1), None)
    document.title = title.title if title is not None else _title(lines[:first])
    starts = [*(each.index for each in headings), len(lines)]
    path: list[tuple[int, str]] = []
    _Body(document, [], document.fields, []).read(lines, 0, first)
    for heading, end in zip(headings, starts[1:], strict=True):
        document.anchors.add(heading.title)
        fields, text = document.fields, list[str]()
        if heading is not title:
            path = [*(each for each in path if each[0] < heading.level), (heading.level, heading.title)]
            fields = {}
            document.sections.append(_section(document, heading, [each for _, each in path], fields))
            document.texts.append(text)
        body = _Body(document, [each for _, each in path], fields, text)
        body.mentions(heading.title, heading.index + 1)
        body.read(lines, heading.index + heading.lines, end)
    return document


def _section(document: Document, heading: _Heading, path: list[str], fields: dict[str, Field]) -> Section:
    anchor = re.sub(r"[^\w]+", "-", heading.title.lower()).strip("-")
    return Section(heading.title, path, heading.level, heading.index + 1, anchor, "", fields)


def _headings(lines: Sequence[str]) -> list[_Heading]:
    found: list[_Heading] = []
    last: tuple[int, ...] = ()
    for index, line in enumerate(lines):
        if not line.strip() or line[0].isspace() or len(line) > MAX_HEADING:
            continue
        if index and lines[index - 1].strip():
            continue
        below = lines[index + 1].strip() if index + 1 < len(lines) else ""
        underline = _UNDERLINE.fullmatch(below) if below else None
        if below and underline is None:
            continue
        number = _number(line)
        if number is not None and number > last and (last or number[0] <= 1):
            last = number
            found.append(_Heading(index, 2 if below else 1, 1 + len(number), line.strip()))
        elif underline is not None and len(below) * 2 >= len(line.strip()) and number is None:
            found.append(_Heading(index, 2, 1 if below[0] == "=" else 2, line.strip()))
        elif _is_capital(line):
            found.append(_Heading(index, 1, 2, line.strip()))
    return found


def _number(line: str) -> tuple[int, ...] | None:
    """The number of a heading, as numbers that can be compared."""
    found = _NUMBERED.match(line)
    if found is not None:
        return tuple(int(part) for part in (found["deep"] or found["one"]).split("."))
    lettered = _LETTERED.match(line)
    if lettered is None:
        return None
    top = ord(lettered["letter"]) - ord("A") + 1
    return (top, int(lettered["number"])) if lettered["number"] else (top,)


def _is_capital(line: str) -> bool:
    """Whether a line is a heading in capitals: two words or more, without a full stop or a box."""
    text = line.strip()
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1]
    return (
        len(words) > 1 and text.isupper() and text[-1] not in ".,;:!?" and not is_entry(text) and label_of(text) is None
    )


def _title(lines: Sequence[str]) -> str:
    """The first line before all headings that stands alone and reads like a title."""
    for index, line in enumerate(lines):
        alone = not any(near.strip() for near in [*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2]])
        text = line.strip()
        if alone and text[:1].isalpha() and " " in text and len(text) <= 80 and text[-1] not in ".,;:!?":
            return text if marks_in(text) is None and label_of(text) is None else ""
    return ""


class _Body:
    """What stands under one heading."""

    def __init__(self, document: Document, path: list[str], fields: dict[str, Field], text: list[str]) -> None:
        self._document = document
        self._path = path
        self._fields = fields
        self._text = text
        self._names = Names()
        self._waiting: str | None = None

    def read(self, lines: Sequence[str], start: int, end: int) -> None:
        """The lines from one index up to another, paragraph by paragraph."""
        reader = LineReader(self._document, self._path, items=True)
        index = start
        while index < end:
            stop = index
            while stop < end and lines[stop].strip():
                stop += 1
            table = table_in(lines[index:stop])
            if table is not None:
                rows = [(index + 1 + offset, cells) for offset, cells in table.rows]
                self._document.add_table(table.heads, rows, self._path, index + 1)
                if table.by_capitals:
                    self._document.tables_by_capitals.append(index + 1)
            for at in range(index, stop):
                self._line(lines[at], at + 1, None if table is not None else reader)
            reader.read("", stop + 1, "prose")
            index = stop + 1
        reader.end()

    def _line(self, line: str, number: int, reader: LineReader | None) -> None:
        self._text.append(line.strip())
        self.mentions(line, number, in_table=reader is None)
        if reader is None:
            return
        reader.read(line, number, "prose")
        entry = is_entry(line.strip())
        labelled = None if entry or line[0].isspace() else label_of(line.strip())
        if labelled is not None:
            name = self._names.add(slug(labelled[0]) or "field")
            self._fields[name] = Field(labelled[0], labelled[1], number)
            self._waiting = None if labelled[1] else name
        elif self._waiting is not None and (entry or line[0].isspace() or not self._fields[self._waiting].value):
            known = self._fields[self._waiting]
            text = line.strip().lstrip("•*- \t")
            self._fields[self._waiting] = Field(known.label, "; ".join(filter(None, (known.value, text))), known.line)
        else:
            self._waiting = None

    def mentions(self, line: str, number: int, in_table: bool = False) -> None:
        """Slots and dates of a line."""
        labelled = label_of(line.strip())
        for text, _, is_command in slots((Piece(line, number),)):
            if not is_command:
                is_due = in_table or (labelled is not None and text in labelled[1])
                inside: Inside = "value" if is_due else "prose"
                self._document.placeholders.append(Placeholder(text, "slot", inside, self._path, number))
        self._document.dates.extend(DateMention(found, self._path, number) for found in dates_in(line))
