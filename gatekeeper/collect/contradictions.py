"""What a document says in one place and belies in another.

It is told and not judged: a rule says what becomes of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gatekeeper.collect.blanks import blanks_in, label_of
from gatekeeper.collect.boxes import OPPOSITES, Box
from gatekeeper.collect.document import Document, Statement
from gatekeeper.collect.markdown_inline import dates_in, slug
from gatekeeper.model.evidence_document import Contradiction, Table

_OTHERWISE = re.compile(
    r"(?:\s[-–—]\s*|[:(,;]\s*|→\s*)(?:status:?\s*)?(?:still |currently |but )?"
    r"(?:not (?:yet )?(?:approved|available|completed?|configured|done|finished|ready|signed|started|tested|verified)"
    r"|in progress|incomplete|missing|open|outstanding|pending|postponed|unfinished|blocked|fail(?:ed|ing|s)|skipped"
    r"|waiting|to ?do|no(?=[\s.)]*$))\b",
    re.IGNORECASE,
)
_ALL_ABOVE = re.compile(r"\ball\b.{0,40}\b(?:above|previous|boxes|checkboxes)\b", re.IGNORECASE)
_COUNT = re.compile(r"(?<![\w./-])([0-9]{1,5})\s?(?:/|of|out of)\s?([0-9]{1,5})(?![\w/-]|\.[0-9])")
_DONE = re.compile(
    r"\b(?:checked|closed|complete|completed|done|finished|passed|ready|resolved|signed|ticked)\b|✅|☑|100\s?%",
    re.IGNORECASE,
)
_NOT_DONE = re.compile(
    r"\b(?:incomplete|not|un(?:finished|resolved|signed)|if|when|once|until|must|should)\b", re.IGNORECASE
)
_WHOLE = re.compile(r"\W*(?:all\b.{0,40})?(?:complete|completed|done|finished|ready|✅)", re.IGNORECASE)
_STANDING = frozenset({"checklist", "progress", "readiness", "sign_off", "state", "status", "summary"})
_ROWS_DONE = re.compile(
    r"\W*(?:checked|closed|complete|done|finished|pass|passed|ready|resolved|signed|yes|ok)", re.IGNORECASE
)
_TOTAL = frozenset({"in total", "overall", "sum", "total", "totals"})
_PAST = re.compile(
    r"date|(?:.*_)?(?:approved|completed|created|executed|exercised|performed|reviewed|signed|tested|updated|validated"
    r"|verified)(?:_(?:at|on|date))?"
)
AHEAD = timedelta(hours=14)
"""The latest time zone is that far ahead of UTC: there, tomorrow has begun."""


def contradictions_of(document: Document, read_at: datetime) -> list[Contradiction]:
    """What contradicts itself in a document, in the order of its lines.

    Args:
        document: what was found in it.
        read_at: when it was read; what is said to have happened after that has not.
    """
    found = [*_texts(document.tasks), *_groups(document.tasks), *_pairs(document.tasks)]
    found += [*_all_above(document.tasks), *_summaries(document), *_totals(document.tables)]
    found += _dates(document, (read_at + AHEAD).date())
    return sorted(found, key=lambda each: (each.line, each.kind, each.says))


def _texts(boxes: Sequence[Box]) -> Iterator[Contradiction]:
    for box in boxes:
        if not box.checked:
            continue
        blank = next(blanks_in(box.text), None)
        told = _OTHERWISE.search(box.text)
        if blank is not None:
            yield Contradiction(
                "text", _ticked(box), f"{blank[0]} is still to be filled in", box.path, box.line, [box.line]
            )
        elif told is not None:
            shows = box.text[told.start() :].strip(" -–—:(,;→)")
            yield Contradiction("text", _ticked(box), shows, box.path, box.line, [box.line])


def _groups(boxes: Sequence[Box]) -> Iterator[Contradiction]:
    below: dict[int, list[Box]] = {}
    for box in boxes:
        if not box.checked and not box.choice:
            for parent in box.parents:
                below.setdefault(parent, []).append(box)
    for index, lacking in below.items():
        box = boxes[index]
        if box.checked:
            yield Contradiction("group", _ticked(box), _not_ticked(lacking), box.path, box.line, _lines(lacking))


def _pairs(boxes: Sequence[Box]) -> Iterator[Contradiction]:
    """Several boxes of one line that are ticked, and boxes of one group whose texts exclude one another."""
    by_line: dict[int, list[Box]] = {}
    by_group: dict[tuple[str, ...], list[Box]] = {}
    for box in boxes:
        if box.checked and box.choice:
            by_line.setdefault(box.line, []).append(box)
        elif box.checked:
            by_group.setdefault((*box.path, "", *box.groups), []).append(box)
    for chosen in by_line.values():
        if len(chosen) > 1:
            yield _both(chosen)
    for chosen in by_group.values():
        named = {box.text.lower().strip(" .!"): box for box in chosen}
        for opposite in OPPOSITES:
            if opposite <= named.keys():
                yield _both(sorted((named[word] for word in opposite), key=lambda each: each.line))


def _both(chosen: list[Box]) -> Contradiction:
    says = " and ".join(f'"{box.text}"' for box in chosen) + " are ticked"
    return Contradiction("pair", says, "they exclude one another", chosen[0].path, chosen[0].line, _lines(chosen))


def _all_above(boxes: Sequence[Box]) -> Iterator[Contradiction]:
    lacking: list[Box] = []
    top = ""
    for box in boxes:
        here = box.path[0] if box.path else ""
        if here != top:
            lacking, top = [], here
        if box.checked and lacking and _ALL_ABOVE.search(box.text):
            yield Contradiction("summary", _ticked(box), _not_ticked(lacking), box.path, box.line, _lines(lacking))
        if not box.checked and not box.choice:
            lacking.append(box)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows or boxes that belong together: how many there are, and the lines of those that are not done."""

    what: str
    path: list[str]
    count: int
    lacking: list[int]


def _summaries(document: Document) -> Iterator[Contradiction]:
    """Lines that call something complete, and the boxes or rows of the same section that are not."""
    rows: list[_Rows] | None = None
    for each in document.statements:
        if not _DONE.search(each.text) or _NOT_DONE.search(each.text):
            continue
        counted = _COUNT.search(each.text)
        if counted is None and not _is_standing(each.text):
            continue
        rows = rows if rows is not None else _rows(document)
        here = [group for group in rows if group.path[: len(each.path)] == each.path]
        if counted is None:
            yield from _claimed_whole(each, here)
        else:
            yield from _claimed(each, int(counted[1]), int(counted[2]), here)


def _is_standing(text: str) -> bool:
    labelled = label_of(text)
    if labelled is None or slug(labelled[0]) not in _STANDING:
        return False
    return _WHOLE.match(labelled[1]) is not None


def _claimed(said: Statement, done: int, whole: int, here: list[_Rows]) -> Iterator[Contradiction]:
    alike = [group for group in here if group.count == whole]
    if alike and all(group.count - len(group.lacking) != done for group in alike):
        group = alike[0]
        shows = f"{group.count - len(group.lacking)} of {group.count} in {group.what}"
        yield Contradiction("summary", said.text, shows, said.path, said.line, group.lacking)
    elif not alike and done == whole:
        yield from _claimed_whole(said, here)


def _claimed_whole(said: Statement, here: list[_Rows]) -> Iterator[Contradiction]:
    lacking = sorted(line for group in here for line in group.lacking)
    if lacking:
        shows = f"{len(lacking)} of {sum(group.count for group in here)} open"
        yield Contradiction("summary", said.text, shows, said.path, said.line, lacking)


def _rows(document: Document) -> list[_Rows]:
    groups: dict[tuple[str, ...], list[Box]] = {}
    for box in document.tasks:
        if not box.choice:
            groups.setdefault((*box.path, "", *box.groups), []).append(box)
    found = [
        _Rows(f'"{boxes[0].group}"', boxes[0].path, len(boxes), [box.line for box in boxes if not box.checked])
        for boxes in groups.values()
    ]
    for table in document.tables:
        column = next((each for each in table.columns if each in {"done", "result", "state", "status"}), None)
        if column is not None and table.rows:
            lacking = [row["line"] for row in table.rows if not _ROWS_DONE.match(str(row[column]))]
            lines = [line for line in lacking if isinstance(line, int)]
            found.append(_Rows(f"the table of line {table.line}", table.path, len(table.rows), lines))
    return found


def _totals(tables: Sequence[Table]) -> Iterator[Contradiction]:
    """A last row that gives the sum of the others."""
    for table in tables:
        if len(table.rows) < 3 or str(table.rows[-1][table.columns[0]]).strip().lower() not in _TOTAL:
            continue
        *body, last = table.rows
        line = last["line"]
        for column in table.columns[1:]:
            values = [row[column] for row in body]
            summed = sum(value for value in values if isinstance(value, int))
            if isinstance(last[column], int) and isinstance(line, int) and summed != last[column]:
                lines = [each for each in (row["line"] for row in body) if isinstance(each, int)]
                says, shows = f"{column}: {last[column]} in total", f"the rows come to {summed}"
                yield Contradiction("summary", says, shows, table.path, line, lines)


def _dates(document: Document, latest: date) -> Iterator[Contradiction]:
    """What is said to have happened on a day that had not come."""
    said = [
        (each.label, each.value, each.path, each.line)
        for each in document.labelled
        if _PAST.fullmatch(slug(each.label))
    ]
    said += [
        (f"{each.role} signed", each.date or "", each.path, each.line) for each in document.sign_offs if each.signed
    ]
    said += [(_ticked(each), each.text, each.path, each.line) for each in document.tasks if each.checked]
    for label, value, path, line in said:
        ahead = next((each for each in dates_in(value) if date.fromisoformat(each) > latest), None)
        if ahead is not None:
            yield Contradiction(
                "date", f"{label}: {ahead}", "that day had not come when it was read", path, line, [line]
            )


def _ticked(box: Box) -> str:
    return f'"{box.text}" is ticked'


def _not_ticked(boxes: list[Box]) -> str:
    if len(boxes) == 1:
        return f'"{boxes[0].text}" is not'
    return f"{len(boxes)} boxes are not"


def _lines(boxes: list[Box]) -> list[int]:
    return sorted({box.line for box in boxes})
