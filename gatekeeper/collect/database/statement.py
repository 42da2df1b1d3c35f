"""One SQL statement that reads, taken apart only so far that its parameters and its end are known.

Nothing here keeps a statement from writing: the databases themselves do, each in its own way. But a second statement, a
statement that is plainly not a question or a parameter that is not given can be told before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gatekeeper.model.shown import shown

LONGEST = 64 * 1024
"""The longest statement in characters."""

_QUESTIONS = ("select", "with", "values", "table")

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*)
  | (?P<comment>/\*)
  | (?P<text>[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*`)
  | (?P<open>[eE]?'|["`])
  | (?P<dollars>\$(?:[^\W\d]\w*)?\$)
  | (?P<position>\$\d+)
  | (?P<plain>::|:=|\d\w*)
  | (?P<parameter>:[A-Za-z_]\w*)
  | (?P<end>;)
  | (?P<word>[^\W\d][\w$]*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement.

    Attributes:
        text: as it is written, up to its end.
        names: its parameters, which are written ``:name``, each once, in order.
        numbered: the text with ``$1`` for the first of them, and so on, as PostgreSQL wants it.
    """

    text: str
    names: tuple[str, ...]
    numbered: str


def parse_statement(text: str) -> Statement:
    """The one statement that a text holds.

    Raises:
        ValueError: it is empty, too long or not closed, it holds several, or it is no question.
    """
    if len(text) > LONGEST:
        raise ValueError(f"has {len(text):,} characters; a statement has at most {LONGEST:,}")
    names: dict[str, int] = {}
    parts: list[str] = []
    stop: int | None = None
    first = ""
    for kind, word, at in _tokens(text):
        if stop is not None and kind != "space":
            raise ValueError("holds more than one statement: a source asks one question")
        if kind == "end":
            stop = at
            continue
        if kind == "parameter":
            number = names.setdefault(word[1:], len(names) + 1)
            parts.append(f"${number}")
            continue
        if kind == "word" and not first:
            first = word
        parts.append(word)
    if first.lower() not in _QUESTIONS:
        begins = f"begins with {shown(first)}" if first else "is empty"
        raise ValueError(f"{begins}: a source asks with SELECT, WITH, VALUES or TABLE")
    return Statement(text[:stop].strip(), tuple(names), "".join(parts).strip())


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and place of each piece; what is in quotes or in a comment is one piece."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:  # cannot be: ``other`` takes any character
            raise AssertionError("a character of a statement was not taken")
        kind, end = found.lastgroup, found.end()
        if kind == "comment":
            kind, end = "space", _end_of_comment(text, at)
        elif kind == "dollars":
            end = text.find(found[0], end)
            if end < 0:
                raise ValueError(f"does not close {found[0]}")
            kind, end = "text", end + len(found[0])
        elif kind == "open":
            raise ValueError(f"does not close {found[0][-1]}")
        elif kind == "position":
            raise ValueError(f"has {found[0]}: write parameters as :name")
        yield kind, text[at:end], at
        at = end


def _end_of_comment(text: str, at: int) -> int:
    """Comments nest in PostgreSQL. SQLite ends them at the first ``*/``, and refuses itself what then remains."""
    depth = 0
    for found in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if found[0] == "/*" else -1
        if depth == 0:
            return found.end()
    raise ValueError("does not close /*")
