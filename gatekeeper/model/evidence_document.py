"""The evidence of documents that people write: runbooks, checklists, records, forms to be signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.model.evidence import Instant
from gatekeeper.model.values import Json


@dataclass(frozen=True, slots=True)
class Field:
    """A ``**Label:** value`` line; the value may be the list or the code that follows it.

    Attributes:
        label: the text before the colon.
        value: the text after it, or the list or code that follows.
    """

    label: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it, up to the next heading.

    Attributes:
        path: titles of the headings above and its own, the outermost first; the document's title is not in it.
        level: of the heading: 2 for ``##``.
        anchor: the slug that a link to it uses.
        text: its own text without markup, without the text of sections below it.
        fields: slug of the label → field.
    """

    title: str
    path: list[str]
    level: int
    line: int
    anchor: str
    text: str
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        columns: the texts of the header row.
        rows: each maps a column's slug to its text (an integer where the whole column is integers), and ``line``.
    """

    path: list[str]
    line: int
    columns: list[str]
    rows: list[dict[str, Json]]


@dataclass(frozen=True, slots=True)
class LineChange:
    """The commit that last changed a line, as git blame tells it.

    Attributes:
        author: as the commit names its author; git verifies no name.
        email: as the commit names it.
        at: when the commit was made.
        commit: its full id.
    """

    author: str
    email: str
    at: Instant
    commit: str


@dataclass(frozen=True, slots=True)
class TaskItem:
    """A box to tick.

    Attributes:
        checked: whether it is ticked; a crossed box is not.
        state: ``crossed`` for ``☒`` and its like, which some take for done and others for dropped.
        mark: the box as it stands in the document, such as ``[x]``.
        group: the box, list item or label that it stands under, else the heading; empty where there is none.
        key: headings, groups and text up to a blank, joined by ``>``; one that comes again ends in ``(2)``.
        depth: how many boxes and list items it is nested in.
        nested: how many boxes stand below it.
        choice: whether it is one of several boxes in one line, such as go and no-go.
        changed: who last changed its line; null where that was not asked or is not known (``history`` says why).
    """

    text: str
    checked: bool
    state: Literal["open", "ticked", "crossed"]
    mark: str
    group: str
    key: str
    depth: int
    nested: int
    choice: bool
    path: list[str]
    line: int
    changed: LineChange | None


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item of a list that has no box.

    Attributes:
        group: the item or label that it stands under, else the heading; empty where there is none.
        depth: how many list items it is nested in.
    """

    text: str
    group: str
    depth: int
    path: list[str]
    line: int


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A ``Label: value`` line, bold or not, also within a list, a box, a form in a code block or plain text.

    Attributes:
        label: the text before the colon.
        value: the text after it.
        blank: whether its value is missing or still has something to fill in.
        group: what it stands under, else the heading; empty where there is none.
    """

    label: str
    value: str
    blank: bool
    group: str
    path: list[str]
    line: int


@dataclass(frozen=True, slots=True)
class SignOff:
    """A line or row that is there to be signed.

    Attributes:
        role: who is to sign.
        person: who signed; null while it is blank.
        date: when, as it is written; null while it is blank or where none is asked for.
        signed: whether somebody's name or word stands there, and its box, if it has one, is ticked.
        group: what it stands under, else the heading; empty where there is none.
    """

    role: str
    person: str | None
    date: str | None
    signed: bool
    group: str
    path: list[str]
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link, and whether it leads somewhere.

    Attributes:
        target: where it leads.
        kind: ``anchor`` (in this document), ``file`` (relative) or ``external``.
        resolves: None where it was not tried: an external link, or one to another file of a repository elsewhere.
    """

    text: str
    target: str
    kind: Literal["anchor", "file", "external"]
    resolves: bool | None
    path: list[str]
    line: int


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Something that is still to be filled in.

    Attributes:
        form: ``slot`` for ``<PLACEHOLDER>``, ``rule`` for ``____``, ``word`` for ``TBD`` and its like, ``number`` for
            ``+1-XXX-XXX``.
        inside: ``value`` where a value is due (a table cell, a field, a labelled line, a box), ``template`` inside a
            code block, ``prose`` in a sentence that talks about it.
    """

    text: str
    form: Literal["slot", "rule", "word", "number"]
    inside: Literal["value", "template", "prose"]
    path: list[str]
    line: int


@dataclass(frozen=True, slots=True)
class DateMention:
    """An ISO date in the text.

    Attributes:
        value: the date, such as ``2026-03-03``.
    """

    value: str
    path: list[str]
    line: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two places of a document that cannot both be right.

    Attributes:
        kind: ``text`` (a box is ticked and its text says otherwise), ``group`` (a box is ticked and one below it is
            not), ``pair`` (boxes that exclude one another are ticked), ``summary`` (a summary and what it sums up),
            ``date`` (something is said to have happened after the document was read).
        says: what the document says.
        shows: what it shows.
        lines: the lines that show it.
    """

    kind: Literal["text", "group", "pair", "summary", "date"]
    says: str
    shows: str
    path: list[str]
    line: int
    lines: list[int]


@dataclass(frozen=True, slots=True)
class Repair:
    """Text that had been encoded twice, or looks as if it had.

    Attributes:
        found: the text as the file has it.
        text: what it stands for; null where it could not be told, and was left as it is.
        cause: why it was left: ``incomplete`` (a byte is lost), ``doubtful`` (it could be meant as it is), ``lost``
            (a replacement character: what stood there is gone); null where it was repaired.
        bytes: the bytes that it came from, in hexadecimal.
        column: the character of the line, as the file has it, counted from 1.
    """

    found: str
    text: str | None
    cause: Literal["incomplete", "doubtful", "lost"] | None
    bytes: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Markdown:
    """A document, taken apart.

    Attributes:
        file: path of the document as the source names it.
        syntax: how it was read: as Markdown, or as plain text.
        title: the first heading of level 1.
        fields: the fields before the first section.
        sections: every heading below the title, in order.
        tables: every table, in order.
        tables_by_capitals: lines of tables of plain text whose gaps are lost, so that their cells were told apart by
            the capital letters that they begin with.
        tasks: every box to tick, in order.
        items: every list item without a box, in order.
        labelled: every ``Label: value`` line, in order.
        sign_offs: every line or row to be signed, in order.
        links: every link, in order.
        placeholders: all that is still to be filled in, in order.
        dates: every ISO date in the text, in order.
        contradictions: places that cannot all be right.
        repairs: text that was encoded twice, and what became of it.
        history: whether lines know who changed them: ``git`` they do; ``not_asked``; ``no_git`` (no repository, or the
            file is not in it); ``shallow`` (older commits lack); ``differs`` (the file changed meanwhile);
            ``failed`` (git could not be asked).
    """

    file: str
    syntax: Literal["markdown", "text"]
    title: str
    fields: dict[str, Field]
    sections: list[Section]
    tables: list[Table]
    tables_by_capitals: list[int]
    tasks: list[TaskItem]
    items: list[ListItem]
    labelled: list[LabelledLine]
    sign_offs: list[SignOff]
    links: list[Link]
    placeholders: list[Placeholder]
    dates: list[DateMention]
    contradictions: list[Contradiction]
    repairs: list[Repair]
    history: Literal["git", "not_asked", "no_git", "shallow", "differs", "failed"]
