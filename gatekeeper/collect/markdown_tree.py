"""A Markdown document taken apart: sections, fields, tables, tasks, links, placeholders, dates, each with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gatekeeper.collect.blanks import label_of
from gatekeeper.collect.boxes import marks_in
from gatekeeper.collect.document import Document, Inside, Spot, as_group
from gatekeeper.collect.interface import Refused
from gatekeeper.collect.markdown_inline import (
    Names,
    Piece,
    code_slots,
    dates_in,
    labelled,
    lines_of,
    pieces_of,
    plain,
    slots,
    slug,
    targets_of,
)
from gatekeeper.collect.text_lines import read_block
from gatekeeper.model.evidence_document import DateMention, Field, Placeholder, Section

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

    from gatekeeper.collect.markdown_source import Source

_ANCHOR_ELEMENT = re.compile(r"""<a\s+(?:id|name)=["']?([^"'\s>]+)["']?\s*/?>""", re.IGNORECASE)
_TEXT_BLOCKS = frozenset({"", "checklist", "markdown", "md", "none", "plain", "plaintext", "text", "txt"})
"""Languages of fenced blocks that hold text; any other is code, whose lines have other labels and brackets."""

_BOX_IN_CODE = re.compile(r"\s*(?:[-*+]\s+\[[ xX]\]\s|[□☐▢❏❐❑❒⬜☑☒✅✔✓❌✗✘])")

MAX_HEADING = 500
"""Every line below a heading repeats it."""


def take_apart(source: Source, name: str) -> Document:
    """Everything that a document holds.

    Raises:
        Refused: a table row has more cells than its table has columns, or is cut off from its table by a blank line.
    """
    document = Document(name, repairs=source.repairs)
    _Walk(document, source.lines).blocks(source.root.children, "prose")
    return document


class _Walk:
    """Walks the blocks in order and knows in which section it is."""

    def __init__(self, document: Document, lines: tuple[str, ...]) -> None:
        self._document = document
        self._lines = lines
        self._open: list[tuple[int, str]] = []
        self._path: list[str] = []
        self._fields = document.fields
        self._names = Names()
        self._text: list[str] = []
        self._groups: tuple[str, ...] = ()
        self._parents: tuple[int, ...] = ()
        self._depth = 0
        self._read: SyntaxTreeNode | None = None

    def blocks(self, nodes: list[SyntaxTreeNode], inside: Inside) -> None:
        """Walks siblings. A block after a field without a value is the value of that field."""
        waiting: str | None = None
        before: SyntaxTreeNode | None = None
        for node in nodes:
            above, self._groups = self._groups, (*self._groups, *self._label_above(node, before))
            if waiting is not None and node.type in _VALUES and not self._has_fields(node):
                known = self._fields[waiting]
                self._fields[waiting] = Field(known.label, self._text_of(node), known.line)
                self.block(node, "value")
                waiting = None
            else:
                if before is not None and before.type == "table" and node.type == "paragraph":
                    self._refuse_lost_row(node)
                waiting = self.block(node, inside)
            before, self._groups = node, above

    def block(self, node: SyntaxTreeNode, inside: Inside) -> str | None:
        """Walks one block; gives the slug of a field that still waits for its value."""
        match node.type:
            case "heading":
                self._heading(node)
            case "paragraph":
                return self._paragraph(node, inside)
            case "bullet_list" | "ordered_list":
                for item in node.children:
                    self._item(item, inside)
            case "blockquote":
                self.blocks(node.children, inside)
            case "fence" | "code_block":
                self._code(node)
            case "table":
                self._table(node)
        return None

    def _heading(self, node: SyntaxTreeNode) -> None:
        pieces = self._pieces(node)
        title, line, level = plain(pieces), _line(node), int(node.tag[1:])
        if len(title) > MAX_HEADING:
            told = f"{len(title):,} characters; at most {MAX_HEADING} are read"
            raise Refused("failed", f"{self._document.name}: the heading in line {line} has {told}")
        anchor, marked = self._document.anchors.add(title), marks_in(title)
        if marked is not None and len(marked.marks) == 1 and marked.marks[0].text and not marked.label:
            title = marked.marks[0].text  # so that ticking a heading changes no path and no key below it
        if node.level:  # a heading inside a quote or a list divides nothing
            self._text.append(title)
        elif level == 1 and not self._document.title:
            self._document.title = title
            self._open, self._path = [], []
        else:
            while self._open and self._open[-1][0] >= level:
                self._open.pop()
            self._open.append((level, title))
            self._path = [each for _, each in self._open]
            self._fields, self._names, self._text = {}, Names(), []
            self._document.sections.append(Section(title, self._path, level, line, anchor, "", self._fields))
            self._document.texts.append(self._text)
        if marked is not None:
            self._document.boxes(marked.marks, Spot(self._path[:-1], line), marked.label)
        self._mentions(node, pieces, "prose")

    def _paragraph(self, node: SyntaxTreeNode, inside: Inside) -> str | None:
        pieces = self._pieces(node)
        self._text.append(plain(pieces))
        found, outside = labelled(pieces)
        last = None
        for each in found:
            last = self._names.add(slug(each.label) or "field")
            self._fields[last] = Field(each.label, plain(each.value), each.line)
        for piece in pieces:
            for element in _ANCHOR_ELEMENT.findall("" if piece.code else piece.text):
                self._document.elements.add(element)
        self._mentions(node, outside, inside)
        for each in found:
            self._mentions(None, each.value, "value")
        if node is not self._read:
            for text, line in _logical_lines(pieces):
                self._document.read_line(text, self._spot(line), inside)
        return last if last is not None and not self._fields[last].value else None

    def _item(self, item: SyntaxTreeNode, inside: Inside) -> None:
        """An item of a list: what is nested in it stands under it."""
        groups, parents, depth = self._groups, self._parents, self._depth
        first = item.children[0] if item.children else None
        if first is not None and first.type == "paragraph":
            self._read = first
            lines, box = _logical_lines(self._pieces(first), joined=True), None
            for text, line in lines:
                box = self._document.read_line(text, self._spot(line), inside)
            if len(lines) == 1 and box is not None:
                self._parents = (*parents, box)
            if lines and marks_in(lines[0][0]) is None:
                self._document.add_item(lines[0][0], self._spot(lines[0][1]))
            if lines:
                head = lines[0][0] if box is None else self._document.tasks[box].text
                self._groups = (*groups, as_group(head))
        self._depth = depth + 1
        self.blocks(item.children, inside)
        self._groups, self._parents, self._depth = groups, parents, depth

    def _label_above(self, node: SyntaxTreeNode, before: SyntaxTreeNode | None) -> tuple[str, ...]:
        """The label that ends in a colon right above a list or a block of text, which then belongs to it."""
        if before is None or before.type != "paragraph" or before is self._read or node.type not in _BELOW_LABELS:
            return ()
        lines = _logical_lines(self._pieces(before))
        labelled = label_of(lines[-1][0]) if lines else None
        return (labelled[0],) if labelled is not None and not labelled[1] else ()

    def _spot(self, line: int) -> Spot:
        return Spot(self._path, line, self._groups, self._parents, self._depth)

    def _code(self, node: SyntaxTreeNode) -> None:
        self._text.append(node.content.rstrip("\n"))
        start = _line(node) + (1 if node.type == "fence" else 0)
        for index, text in enumerate(node.content.split("\n")):
            line = start + index
            for found in code_slots(text):
                self._document.placeholders.append(Placeholder(found, "slot", "template", self._path, line))
            self._dates(text, line)
        self._text_block(node.content.split("\n"), node.info.strip().partition(" ")[0].lower(), start)

    def _text_block(self, lines: list[str], language: str, first: int) -> None:
        """Boxes, labels and blanks between fences; of code, only what is drawn as a box."""
        if language in _TEXT_BLOCKS:
            read_block(self._document, lines, first, self._path, self._groups)
            return
        for number, line in enumerate(lines, first):
            if _BOX_IN_CODE.match(line):
                self._document.read_line(line.strip().lstrip("-*+ "), self._spot(number), "template")

    def _table(self, node: SyntaxTreeNode) -> None:
        rows = [row for part in node.children for row in part.children]
        heads = [plain(self._pieces(cell)) for cell in rows[0].children]
        body: list[tuple[int, list[str]]] = []
        for row in rows:
            self._refuse_excess(row, len(heads))
            cells = [self._pieces(cell) for cell in row.children]
            for cell, pieces in zip(row.children, cells, strict=True):
                self._mentions(cell, pieces, "value" if row is not rows[0] else "prose")
            self._text.append(" | ".join(map(plain, cells)))
            if row is not rows[0]:
                body.append((_line(row), [plain(pieces) for pieces in cells]))
        self._document.add_table(heads, body, self._path, _line(node))

    def _mentions(self, node: SyntaxTreeNode | None, pieces: tuple[Piece, ...], inside: Inside) -> None:
        """Links, placeholders and dates of a stretch of text."""
        if node is not None:
            inline = node.children[0] if node.children else None
            if inline is not None and inline.token is not None:
                targets = targets_of(inline.token, _line(inline))
                self._document.targets.extend((target, self._path) for target in targets)
        for text, line, is_command in slots(pieces):
            where: Inside = "template" if is_command else inside
            self._document.placeholders.append(Placeholder(text, "slot", where, self._path, line))
        for piece in pieces:
            self._dates(piece.text, piece.line)

    def _dates(self, text: str, line: int) -> None:
        self._document.dates.extend(DateMention(found, self._path, line) for found in dates_in(text))

    def _pieces(self, node: SyntaxTreeNode) -> tuple[Piece, ...]:
        """The inline content of a heading, a paragraph or a cell."""
        inline = node.children[0] if node.children else None
        if inline is None or inline.token is None:
            return ()
        return pieces_of(inline.token, _line(inline))

    def _has_fields(self, node: SyntaxTreeNode) -> bool:
        return node.type == "paragraph" and bool(labelled(self._pieces(node))[0])

    def _text_of(self, node: SyntaxTreeNode) -> str:
        """The whole text of a block, on as few lines as it needs."""
        match node.type:
            case "paragraph" | "heading":
                return plain(self._pieces(node))
            case "fence" | "code_block":
                return node.content.rstrip("\n")
            case "bullet_list" | "ordered_list":
                return "; ".join(self._text_of(item) for item in node.children)
            case "table":
                rows = [row for part in node.children[1:] for row in part.children]
                return "; ".join(" | ".join(plain(self._pieces(cell)) for cell in row.children) for row in rows)
            case _:
                return " ".join(filter(None, (self._text_of(child) for child in node.children)))

    def _refuse_excess(self, row: SyntaxTreeNode, columns: int) -> None:
        """The parser drops cells beyond the last column in silence."""
        from markdown_it.rules_block.table import escapedSplit

        line = _line(row)
        cells = escapedSplit(self._lines[line - 1].strip(" \t>"))
        cells = cells[1 if cells[0] == "" else 0 : len(cells) - 1 if len(cells) > 1 and cells[-1] == "" else len(cells)]
        if len(cells) > columns and self._lines[line - 1].lstrip(" \t>").startswith("|"):
            raise Refused(
                "mistyped",
                f"{self._document.name}: the row in line {line} has {len(cells)} cells, its table {columns} columns"
                " (write a pipe inside of a cell as \\|)",
            )

    def _refuse_lost_row(self, node: SyntaxTreeNode) -> None:
        content = self._lines[_line(node) - 1].strip(" \t>")
        if content.startswith("|") and content.count("|") > 2:
            raise Refused(
                "mistyped",
                f"{self._document.name}: a blank line parts line {_line(node)}, which looks like a row, from its table",
            )


_VALUES = frozenset({"bullet_list", "ordered_list", "fence", "code_block", "paragraph", "blockquote", "table"})


_BELOW_LABELS = frozenset({"bullet_list", "ordered_list", "fence", "code_block"})


def _logical_lines(pieces: tuple[Piece, ...], joined: bool = False) -> list[tuple[str, int]]:
    """The lines of a paragraph as a reader takes them, each with its number; empty ones are left out.

    Args:
        pieces: the paragraph.
        joined: whether a line that has no box continues the one before it, as in an item of a list.
    """
    found: list[tuple[str, int]] = []
    for line in lines_of(pieces):
        text = plain(line)
        if joined and found and marks_in(text) is None:
            found[-1] = (f"{found[-1][0]} {text}", found[-1][1])
        elif text:
            found.append((text, line[0].line))
    return found


def _line(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 0
