"""Tables in plain text: cells parted by pipes, tabs, wide gaps or an arrow, or lost but for their capitals.

A paragraph is a table only where every line of it parts into as many cells as its first. What parts otherwise is text,
so that a policy that asks for the table hears that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatekeeper.collect.text_lines import is_entry

MAX_COLUMNS = 40

_GAP = re.compile(r"\t+|[ ]{2,}")
_ARROW = re.compile(r"\s+(?:→|⇒|⟶|->|=>|-->)\s+")
_RULE = re.compile(r"[\s|+:=─━┼┬┴│-]+")
_JOINING = ("+", "&", "/", "(", ",", "-", "–", "—", "→", "and", "or", "of", "the", "on", "in", "to")
_CODE = re.compile(r"[A-Z]+[0-9]+\S*")


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table; each row with the index of its line in the paragraph."""

    heads: list[str]
    rows: list[tuple[int, list[str]]]
    by_capitals: bool = False


def table_in(lines: Sequence[str]) -> TextTable | None:
    """The table that a paragraph is; None where it is none."""
    if len(lines) < 2 or any(is_entry(line.strip()) for line in lines):
        return None
    numbered = [(index, line) for index, line in enumerate(lines) if not _RULE.fullmatch(line)]
    if len(numbered) < 2:
        return None
    if all("|" in line or "│" in line for _, line in numbered):
        return _even([(index, _piped(line)) for index, line in numbered])
    gaps = _even([(index, _GAP.split(line.strip())) for index, line in numbered])
    return gaps or _arrows(numbered) or _capitals(numbered)


def _even(rows: list[tuple[int, list[str]]], by_capitals: bool = False) -> TextTable | None:
    (_, heads), *body = rows
    if not 2 <= len(heads) <= MAX_COLUMNS or any(len(cells) != len(heads) for _, cells in body):
        return None
    return TextTable(heads, body, by_capitals)


def _piped(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"[|│]", line.strip().strip("|│"))]


def _arrows(lines: list[tuple[int, str]]) -> TextTable | None:
    """Lines that each lead from one thing to another."""
    rows = [(index, _ARROW.split(line.strip())) for index, line in lines]
    if any(len(cells) != 2 for _, cells in rows):
        return None
    return TextTable(["from", "to"], rows)


def _capitals(lines: list[tuple[int, str]]) -> TextTable | None:
    """A table whose gaps were lost: one word a head, and each cell begins with a capital letter.

    A capital begins no cell behind another one, as in names, nor behind a word or sign that joins.
    """
    (_, first), *body = lines
    heads = first.split()
    if not 2 <= len(heads) <= 8 or len(body) < 2 or not all(head[0].isupper() and head.isalnum() for head in heads):
        return None
    rows = [(index, _by_capitals(line.split())) for index, line in body]
    return _even([(0, heads), *rows], by_capitals=True)


def _by_capitals(words: list[str]) -> list[str]:
    cells = [words[0]]
    before = words[0]
    for index, word in enumerate(words[1:], 1):
        begins = word[0].isupper() and before not in _JOINING and not before.endswith((",", ";", ":", "+", "/"))
        if begins and (not before[0].isupper() or (index == 1 and _CODE.fullmatch(before))):
            cells.append(word)
        else:
            cells[-1] += f" {word}"
        before = word
    return cells
