"""A Markdown document taken apart: sections, fields, tables, tasks, links, placeholders, dates, each with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from gatekeeper.collect.interface import Refused
from gatekeeper.collect.markdown_inline import (
    Anchors,
    Names,
    Piece,
    Target,
    code_slots,
    dates_in,
    labelled,
    pieces_of,
    plain,
    slots,
    slug,
    targets_of,
)
from gatekeeper.model.evidence import DateMention, Field, Placeholder, Section, Table, TaskItem
from gatekeeper.model.values import Json

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

    from gatekeeper.collect.markdown_source import Source

Inside = Literal["value", "template", "prose"]

_TASK = re.compile(r"\[([ xX])\](?:\s+|$)")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})", re.ASCII)
_ANCHOR_ELEMENT = re.compile(r"""<a\s+(?:id|name)=["']?([^"'\s>]+)["']?\s*/?>""", re.IGNORECASE)


@dataclass(slots=True)
class Document:
    """What was found so far."""

    name: str
    title: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    tasks: list[TaskItem] = field(default_factory=list)
    targets: list[tuple[Target, list[str]]] = field(default_factory=list)
    placeholders: list[Placeholder] = field(default_factory=list)
    dates: list[DateMention] = field(default_factory=list)
    anchors: Anchors = field(default_factory=Anchors)
    elements: set[str] = field(default_factory=set)

    def has_anchor(self, fragment: str) -> bool:
        """Whether a link to ``#fragment`` leads somewhere in this document."""
        return fragment in {"", "top"} or fragment in self.anchors or fragment in self.elements


def take_apart(source: Source, name: str) -> Document:
    """Everything that a document holds.

    Raises:
        Refused: a table row has more cells than its table has columns, or is cut off from its table by a blank line.
    """
    document = Document(name)
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

    def blocks(self, nodes: list[SyntaxTreeNode], inside: Inside) -> None:
        """Walks siblings. A block after a field without a value is the value of that field."""
        waiting: str | None = None
        before = ""
        for node in nodes:
            if waiting is not None and node.type in _VALUES and not self._has_fields(node):
                known = self._fields[waiting]
                self._fields[waiting] = Field(known.label, self._text_of(node), known.line)
                self.block(node, "value")
                waiting = None
            else:
                if before == "table" and node.type == "paragraph":
                    self._refuse_lost_row(node)
                waiting = self.block(node, inside)
            before = node.type

    def block(self, node: SyntaxTreeNode, inside: Inside) -> str | None:
        """Walks one block; gives the slug of a field that still waits for its value."""
        match node.type:
            case "heading":
                self._heading(node)
            case "paragraph":
                return self._paragraph(node, inside)
            case "bullet_list" | "ordered_list":
                for item in node.children:
                    self._task(item)
                    self.blocks(item.children, inside)
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
        anchor = self._document.anchors.add(title)
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
        return last if last is not None and not self._fields[last].value else None

    def _task(self, item: SyntaxTreeNode) -> None:
        first = item.children[0] if item.children else None
        if first is None or first.type != "paragraph":
            return
        text = plain(self._pieces(first))
        box = _TASK.match(text)
        if box is not None:
            task = TaskItem(text[box.end() :], box[1] != " ", self._path, _line(first))
            self._document.tasks.append(task)

    def _code(self, node: SyntaxTreeNode) -> None:
        self._text.append(node.content.rstrip("\n"))
        start = _line(node) + (1 if node.type == "fence" else 0)
        for index, text in enumerate(node.content.split("\n")):
            line = start + index
            for found in code_slots(text):
                self._document.placeholders.append(Placeholder(found, "template", self._path, line))
            self._dates(text, line)

    def _table(self, node: SyntaxTreeNode) -> None:
        rows = [row for part in node.children for row in part.children]
        names, columns = Names(), []
        for index, cell in enumerate(rows[0].children):
            name = slug(plain(self._pieces(cell))) or f"column_{index + 1}"
            columns.append(names.add("line_" if name == "line" else name))
        body: list[list[str]] = []
        for row in rows:
            self._refuse_excess(row, len(columns))
            cells = [self._pieces(cell) for cell in row.children]
            for cell, pieces in zip(row.children, cells, strict=True):
                self._mentions(cell, pieces, "value" if row is not rows[0] else "prose")
            self._text.append(" | ".join(map(plain, cells)))
            if row is not rows[0]:
                body.append([plain(pieces) for pieces in cells])
        integer = [bool(body) and all(_INTEGER.fullmatch(row[i]) for row in body) for i in range(len(columns))]
        typed_rows: list[dict[str, Json]] = []
        for row, texts in zip(rows[1:], body, strict=True):
            values: list[Json] = [int(text) if integer[i] else text for i, text in enumerate(texts)]
            typed_rows.append({**dict(zip(columns, values, strict=True)), "line": _line(row)})
        self._document.tables.append(Table(self._path, _line(node), columns, typed_rows))

    def _mentions(self, node: SyntaxTreeNode | None, pieces: tuple[Piece, ...], inside: Inside) -> None:
        """Links, placeholders and dates of a stretch of text."""
        if node is not None:
            inline = node.children[0] if node.children else None
            if inline is not None and inline.token is not None:
                targets = targets_of(inline.token, _line(inline))
                self._document.targets.extend((target, self._path) for target in targets)
        for text, line, is_command in slots(pieces):
            where: Inside = "template" if is_command else inside
            self._document.placeholders.append(Placeholder(text, where, self._path, line))
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


def _line(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 0
