"""Lines whose layout is their structure: blocks of plain text in a Markdown document, and plain text itself.

What a line stands under follows from its indentation: a box, a list item, or a label with nothing behind its colon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatekeeper.collect.document.blanks import label_of
from gatekeeper.collect.document.boxes import marks_in
from gatekeeper.collect.document.document import Document, Inside, Spot, as_group
from gatekeeper.refused import Refused

_MARKER = re.compile(r"(?:[-*+•·‣◦–▪]|[0-9]{1,3}[.)]|[a-z][.)])[ \t]+(?=\S)")
_TAB = 4

MAX_DEPTH = 38
"""As deep as lists of Markdown may be nested."""


@dataclass(slots=True)
class _Head:
    """A line that others may stand under.

    Attributes:
        indent: columns before it; a label's is half a column less, as its list need not be indented.
        box: the place of its box, where it has one.
        used: whether anything stands under it.
    """

    text: str
    indent: float
    spot: Spot
    box: int | None = None
    is_label: bool = False
    used: bool = False


class LineReader:
    """Reads lines in their order."""

    def __init__(self, document: Document, path: list[str], groups: tuple[str, ...] = (), items: bool = False) -> None:
        """A reader of the lines of a section.

        Args:
            document: where what is found is noted.
            path: the headings above.
            groups: what the whole block stands under.
            items: whether list items without a box are noted.
        """
        self._document = document
        self._path = path
        self._groups = groups
        self._items = items
        self._heads: list[_Head] = []
        self._after_gap = False

    def read(self, raw: str, number: int, inside: Inside) -> None:
        """One line; an empty one only parts."""
        text = raw.strip()
        if not text:
            self._after_gap = True
            return
        indent = len(raw.expandtabs(_TAB)) - len(raw.expandtabs(_TAB).lstrip())
        marker = _MARKER.match(text)
        if marker is not None:
            text = text[marker.end() :]
        marked = marks_in(text)
        self._leave(indent, is_entry=marker is not None or (marked is not None and not marked.label))
        spot = self._spot(number)
        for head in self._heads:
            head.used = True
        box = self._document.read_line(text, spot, inside)
        labelled = label_of(text)
        if box is not None:
            self._heads.append(_Head(as_group(self._document.tasks[box].text), indent, spot, box))
        elif marker is not None and marked is None:
            if self._items:
                self._document.add_item(text, spot)
            self._heads.append(_Head(as_group(text), indent, spot))
        elif labelled is not None and not labelled[1]:
            self._heads.append(_Head(labelled[0], indent - 0.5, spot, is_label=True))
        if len(self._heads) > MAX_DEPTH:
            raise Refused("failed", f"{self._document.name} is nested deeper than {MAX_DEPTH} levels (line {number})")
        self._after_gap = False

    def end(self) -> None:
        """No line follows."""
        self._leave(-1, is_entry=True)

    def _spot(self, number: int) -> Spot:
        groups = (*self._groups, *(head.text for head in self._heads))
        parents = tuple(head.box for head in self._heads if head.box is not None)
        return Spot(self._path, number, groups, parents, sum(not head.is_label for head in self._heads))

    def _leave(self, indent: int, is_entry: bool) -> None:
        """Forgets what the next line does not stand under."""
        while self._heads:
            head = self._heads[-1]
            ends_list = head.is_label and head.used and self._after_gap and not is_entry and indent < head.indent + 1
            if head.indent < indent and not ends_list:
                break
            self._heads.pop()
            if head.is_label and not head.used:
                self._document.nothing_below(head.text, head.spot)


def is_entry(text: str) -> bool:
    """Whether a line begins with a bullet, a number or a box."""
    return _MARKER.match(text) is not None or marks_in(text) is not None


def read_block(document: Document, lines: list[str], first: int, path: list[str], groups: tuple[str, ...]) -> None:
    """Reads a block of plain text in a document, such as a checklist between fences."""
    reader = LineReader(document, path, groups)
    for number, line in enumerate(lines, first):
        reader.read(line, number, "template")
    reader.end()
