"""What was found in a document so far, whichever way it is written, and how one line of it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from gatekeeper.collect.document.blanks import blanks_in, is_blank, is_signing, label_of, signing_of
from gatekeeper.collect.document.boxes import MAX_BOXES, OPPOSITES, Box, Mark, marks_in
from gatekeeper.collect.document.markdown_inline import MAX_LABEL, Anchors, Names, Target, slug
from gatekeeper.model.evidence_document import (
    DateMention,
    Field,
    LabelledLine,
    ListItem,
    Placeholder,
    Repair,
    Section,
    SignOff,
    Table,
)
from gatekeeper.model.values import Json
from gatekeeper.refused import Refused

Inside = Literal["value", "template", "prose"]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})", re.ASCII)
_WHO = ("name", "person", "approver", "signed_by", "approved_by", "reviewer")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a line stands.

    Attributes:
        groups: the boxes, items and labels above it, the outermost first.
        parents: the boxes among them, by their places in the document.
    """

    path: list[str]
    line: int
    groups: tuple[str, ...] = ()
    parents: tuple[int, ...] = ()
    depth: int = 0

    @property
    def group(self) -> str:
        """What the line stands under: a box, an item, a label or a heading."""
        return self.groups[-1] if self.groups else self.path[-1] if self.path else ""

    @property
    def label(self) -> str:
        """What the line stands under, where that is not a heading."""
        return self.groups[-1] if self.groups else ""


def as_group(text: str) -> str:
    """A line as what others stand under; a long one is cut, as every line below repeats it."""
    text = text.rstrip(": ")
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"


@dataclass(frozen=True, slots=True)
class Statement:
    """A line without a box, for what it sums up."""

    text: str
    path: list[str]
    line: int


@dataclass(slots=True)
class Document:
    """What was found so far; ``redacted`` is how many places of it were secrets."""

    name: str
    syntax: Literal["markdown", "text"] = "markdown"
    title: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    tables_by_capitals: list[int] = field(default_factory=list)
    tasks: list[Box] = field(default_factory=list)
    items: list[ListItem] = field(default_factory=list)
    labelled: list[LabelledLine] = field(default_factory=list)
    sign_offs: list[SignOff] = field(default_factory=list)
    targets: list[tuple[Target, list[str]]] = field(default_factory=list)
    placeholders: list[Placeholder] = field(default_factory=list)
    dates: list[DateMention] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    repairs: tuple[Repair, ...] = ()
    anchors: Anchors = field(default_factory=Anchors)
    elements: set[str] = field(default_factory=set)
    redacted: int = 0

    def has_anchor(self, fragment: str) -> bool:
        """Whether a link to ``#fragment`` leads somewhere in this document."""
        return fragment in {"", "top"} or fragment in self.anchors or fragment in self.elements

    def read_line(self, text: str, spot: Spot, inside: Inside) -> int | None:
        """Notes the boxes, the label, the signature and the blanks of a line.

        Returns:
            The place of its box where it has exactly one and nothing else can stand below it than below that box.

        Raises:
            Refused: there are more boxes than are read.
        """
        marked = marks_in(text)
        if marked is not None:
            self._blanks(text, spot, "value")
            self.boxes(marked.marks, spot, marked.label)
            return len(self.tasks) - 1 if len(marked.marks) == 1 and not marked.label else None
        signing, labelled = signing_of(text, spot.label), label_of(text)
        if signing is not None:
            self._sign(text, spot, ticked=True)
        elif labelled is not None and labelled[1]:
            self._label(labelled, spot)
        self.statements.append(Statement(text, spot.path, spot.line))
        self._blanks(text, spot, "value" if labelled is not None or signing is not None else inside)
        return None

    def boxes(self, marks: tuple[Mark, ...], spot: Spot, label: str, is_choice: bool = False) -> None:
        """Notes the boxes of one line or cell.

        Args:
            marks: the boxes.
            spot: where they stand.
            label: the label before them.
            is_choice: whether other cells of the row hold the boxes that exclude this one.

        Raises:
            Refused: there are more boxes than are read.
        """
        if len(self.tasks) + len(marks) > MAX_BOXES:
            raise Refused("failed", f"{self.name} has more than {MAX_BOXES:,} boxes")
        alone = len(marks) == 1
        is_choice = is_choice or not alone
        groups = spot.groups if not label or (alone and not marks[0].text) else (*spot.groups, label)
        for each in marks:
            text = each.text or label
            box = Box(text, each.mark, each.state, groups, spot.parents, spot.depth, is_choice, spot.path, spot.line)
            self.tasks.append(box)
            labelled = label_of(text)
            here = Spot(spot.path, spot.line, groups)
            if signing_of(text, here.label) is not None:
                self._sign(text, here, box.checked)
            elif labelled is not None and labelled[1]:
                self._label(labelled, here)

    def nothing_below(self, label: str, spot: Spot) -> None:
        """Notes a label that has neither a value nor anything below it."""
        self.labelled.append(LabelledLine(label, "", True, spot.group, spot.path, spot.line))

    def add_item(self, text: str, spot: Spot) -> None:
        """Notes an item of a list that has no box."""
        self.items.append(ListItem(text, spot.group, spot.depth, spot.path, spot.line))

    def add_table(self, heads: list[str], rows: list[tuple[int, list[str]]], path: list[str], line: int) -> None:
        """Notes a table, its boxes, blanks and signatures.

        Args:
            heads: the heads of its columns.
            rows: the line of each row, and its cells, one for each column.
            path: the headings above it.
            line: the line of its heads.
        """
        names = Names()
        slugs = [slug(head) or f"column_{index + 1}" for index, head in enumerate(heads)]
        columns = [names.add("line_" if each == "line" else each) for each in slugs]
        integer = [bool(rows) and all(_INTEGER.fullmatch(row[i]) for _, row in rows) for i in range(len(columns))]
        opposed = _opposed(heads)
        typed_rows: list[dict[str, Json]] = []
        for at, cells in rows:
            values: list[Json] = [int(cell) if integer[i] else cell for i, cell in enumerate(cells)]
            typed_rows.append({**dict(zip(columns, values, strict=True)), "line": at})
            for index, cell in enumerate(cells):
                self._cell(cell, heads[index], cells, Spot(path, at), heads[index] in opposed)
            self._signed_row(dict(zip(columns, cells, strict=True)), Spot(path, at))
        self.tables.append(Table(path, line, columns, typed_rows))

    def _cell(self, cell: str, head: str, row: list[str], spot: Spot, is_opposed: bool) -> None:
        self._blanks(cell, spot, "value")
        marked = marks_in(cell)
        if marked is None:
            return
        beside = next((each for each in row if each and marks_in(each) is None), "")
        if len(marked.marks) == 1 and not marked.marks[0].text and not marked.label:
            only = marked.marks[0]
            if is_opposed:  # such as a column for yes and one for no
                self.boxes((Mark(only.mark, only.state, head),), Spot(spot.path, spot.line, _named(beside)), "", True)
                return
            self.boxes((Mark(only.mark, only.state, beside or head),), Spot(spot.path, spot.line, _named(head)), "")
        else:
            self.boxes(marked.marks, Spot(spot.path, spot.line, _named(beside or head)), marked.label)

    def _signed_row(self, row: dict[str, str], spot: Spot) -> None:
        """A row of a table with a column for signatures."""
        column = next((each for each in row if is_signing(each) and not each.endswith(("_at", "date"))), None)
        if column is None or len(row) < 2:
            return
        role = next((row[each] for each in row if each != column), "")
        who = next((row[each] for each in _WHO if each in row and each != column), row[column])
        when = next((row[each] for each in row if each in {"date", "when"} or each.endswith(("_at", "_date"))), "")
        marked = marks_in(row[column])
        given = not is_blank(row[column]) if marked is None else all(each.state == "ticked" for each in marked.marks)
        blank = is_blank(who) or marks_in(who) is not None
        signed = given and (not blank or marked is not None) and not _refuses(row[column])
        self.sign_offs.append(
            SignOff(
                role=role,
                person=None if blank else who,
                date=None if is_blank(when) else when,
                signed=signed,
                group=spot.group,
                path=spot.path,
                line=spot.line,
            )
        )

    def _sign(self, text: str, spot: Spot, ticked: bool) -> None:
        found = signing_of(text, spot.label)
        if found is not None:
            signed = ticked and found.person is not None and not _refuses(found.person)
            self.sign_offs.append(
                SignOff(found.role, found.person, found.date, signed, spot.group, spot.path, spot.line)
            )

    def _label(self, found: tuple[str, str], spot: Spot) -> None:
        label, value = found
        self.labelled.append(LabelledLine(label, value, is_blank(value), spot.group, spot.path, spot.line))

    def _blanks(self, text: str, spot: Spot, inside: Inside) -> None:
        for found, form in blanks_in(text):
            self.placeholders.append(Placeholder(found, form, inside, spot.path, spot.line))


def _opposed(heads: list[str]) -> set[str]:
    """The heads of columns of which a row can have only one ticked."""
    small = {head.lower(): head for head in heads}
    return {small[word] for pair in OPPOSITES if pair <= small.keys() for word in pair}


def _named(head: str) -> tuple[str, ...]:
    return (head,) if head else ()


_REFUSAL = re.compile(
    r"\b(?:await\w*|declin\w*|denied|draft|in progress|missing|no|not|open|pending|refus\w*|reject\w*|requested|waiting"
    r"|withheld)\b",
    re.IGNORECASE,
)


def _refuses(text: str) -> bool:
    """Whether what stands where one signs says that it is not signed."""
    return _REFUSAL.search(text) is not None
