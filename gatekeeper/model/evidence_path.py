"""Ways into evidence as a suite writes them: ``canary.runs[run_number=240].conclusion``.

A way begins with the evidence's name. Then come fields (``.field``, or ``["a field with spaces"]``), places in a list
(``[0]``) and choices of rows (``[field=value]``), which lead to every row that has the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatekeeper.model.shown import shown
from gatekeeper.model.values import Json

_FIELD = re.compile(r"[^.\[\]=\"'\s]+")
_INDEX = re.compile(r"\[\s*(\d{1,9})\s*\]", re.ASCII)
_QUOTED = r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'"
_KEY = re.compile(rf"\[\s*(?:{_QUOTED})\s*\]")
_ROW = re.compile(rf"\[\s*([^.\[\]=\"'\s]+)\s*=\s*(?:{_QUOTED}|([^\]\"']*?))\s*\]")
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Where:
    """A choice of rows: those whose field has the value.

    Attributes:
        text: the value as it is written; a row's number, truth or null is compared by its JSON text.
    """

    field: str
    text: str

    def holds(self, row: Json) -> bool:
        """Whether a row is one of them."""
        return isinstance(row, dict) and self.field in row and same_text(row[self.field], self.text)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a way.

    Attributes:
        to: a field's name, an index, or a choice of rows.
        offset: where it begins in the text.
        width: how many characters it takes.
    """

    to: str | int | Where
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class EvidencePath:
    """A way into evidence, taken apart; ``steps`` begin behind the evidence's name."""

    name: str
    steps: tuple[Step, ...]


class PathRefused(ValueError):
    """A way that leads nowhere.

    Attributes:
        message: what is wrong, in one line.
        offset: where in the text.
        width: how many characters it is about.
        known: the words that would be right there, where there are any to tell.
        word: the one that stands there instead.
        hint: how to mend it, where no word does.
    """

    def __init__(
        self,
        message: str,
        offset: int,
        width: int,
        known: tuple[str, ...] = (),
        word: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.width = max(1, width)
        self.known = known
        self.word = word
        self.hint = hint


def parse_path(text: str) -> EvidencePath:
    """The way that a text spells.

    Raises:
        PathRefused: it spells none.
    """
    named = _FIELD.match(text)
    if named is None:
        raise PathRefused("a way into evidence begins with the evidence's name", 0, 1)
    steps: list[Step] = []
    at = named.end()
    while at < len(text):
        steps.append(_step(text, at))
        at += steps[-1].width
    return EvidencePath(named[0], tuple(steps))


def same_text(value: Json, text: str) -> bool:
    """Whether a value is the one that a text means."""
    if isinstance(value, str):
        return value == text
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value] == text
    if isinstance(value, int | float):
        try:
            return float(text) == value
        except ValueError:
            return False
    return False


def _step(text: str, at: int) -> Step:
    if text[at] == ".":
        field = _FIELD.match(text, at + 1)
        if field is None:
            raise PathRefused("a field's name has to stand behind the dot", at, 1)
        return Step(field[0], at, field.end() - at)
    if (index := _INDEX.match(text, at)) is not None:
        return Step(int(index[1]), at, index.end() - at)
    if (key := _KEY.match(text, at)) is not None:
        return Step(_unquoted(key[1], key[2]), at, key.end() - at)
    if (row := _ROW.match(text, at)) is not None:
        value = row[4] if row[4] is not None else _unquoted(row[2], row[3])
        return Step(Where(row[1], value), at, row.end() - at)
    width = len(text) - at
    message = f"{shown(text[at:])} is neither a field, an index nor a choice of rows"
    raise PathRefused(message, at, width, hint='write it like .runs, ["a name"], [0] or [run_number=240]')


def _unquoted(double: str | None, single: str | None) -> str:
    return _ESCAPE.sub(r"\1", double) if double is not None else single or ""
