"""Comparisons with a figure as people write them in documents: `< 5 %`, `≥ 3`, `older than 30 days`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gatekeeper.load.terms import CEL_RESERVED

Sign = Literal["<", "<=", ">", ">="]

_WORDS: dict[str, Sign] = {
    "within": "<=",
    "at most": "<=",
    "no more than": "<=",
    "up to": "<=",
    "less than": "<",
    "fewer than": "<",
    "below": "<",
    "at least": ">=",
    "older than": ">",
    "more than": ">",
    "longer than": ">",
    "exceeds": ">",
    "above": ">",
}
_SIGNS: dict[str, Sign] = {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">="}
_COMPARISON = re.compile(
    r"(?P<sign><=|>=|≤|≥|(?<![-=<])>(?!>)|<(?!<)|\b(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\b)"
    r"\s*\$?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d{1,6})?)\s*(?P<unit>%|[A-Za-z]{1,12}\b)?",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[|;:,()\[\]\"`*□☐☑☒✅•\"“”→]|\bOR\b|\bAND\b|\bor\b|\band\b|\s[-–—]\s|\.\s")
_EDGE = frozenset(
    [
        "a",
        "alert",
        "alerts",
        "an",
        "any",
        "are",
        "at",
        "be",
        "been",
        "by",
        "for",
        "from",
        "had",
        "has",
        "have",
        "if",
        "in",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
        "taking",
        "the",
        "to",
        "was",
        "when",
        "will",
        "with",
    ]
)
_TARGET = re.compile(r"\b(?:target|goal|must|should|required|availability|uptime|coverage)\b", re.IGNORECASE)
_BOX = re.compile(r"^\s*(?:[-*+]\s*)?(?:\[[ xX]\]|[□☐☑☒✅])")
_FENCE = re.compile(r"^\s*(?:```|~~~)(?P<language>[\w+-]*)")
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison.

    Attributes:
        name: what is compared, as a field's name with its unit; empty where the line does not say.
        sign: how the figure has to stand to the number for all to be well.
        is_limit: whether the document says when it is not well, and the sign is the opposite of what it says.
        phrase: the comparison as it stands there.
    """

    name: str
    sign: Sign
    number: float
    is_limit: bool
    phrase: str
    line: int


def comparisons_in(lines: Sequence[str], without: Collection[int] = ()) -> Iterator[Comparison]:
    """Every comparison of a document's lines; those in blocks of a programming language are left out.

    Args:
        lines: its lines, the first of which is line 1.
        without: lines that are left out too.
    """
    code: str | None = None
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line)
        if fence:
            code = fence["language"].lower() if code is None else None
        elif (not code or code in {"text", "txt"}) and number not in without:
            yield from _in_line(line, number)


def _in_line(line: str, number: int) -> Iterator[Comparison]:
    for found in _COMPARISON.finditer(line):
        word = found["sign"].lower()
        sign = _SIGNS.get(word) or _WORDS[word]
        unit = {"%": "percent"}.get(found["unit"] or "", (found["unit"] or "").lower())
        what = _what(line[: found.start()])
        # More than so much is bad, unless the line says that it is what is wanted.
        asked = _BOX.match(line) is not None and line.count("(", 0, found.start()) == line.count(")", 0, found.start())
        wanted = asked or _TARGET.search(line) is not None
        is_limit = sign in {">", ">="} and word not in {"at least", "≥", ">="} and not wanted
        name = "_".join(re.findall(r"[a-z0-9]+", f"{what} {unit}".lower())) if what else ""
        if name[:1].isdigit():
            name = f"of_{name}"
        elif name in CEL_RESERVED:
            name = f"{name}_"
        yield Comparison(
            name[:60],
            ("<=" if sign == ">" else "<") if is_limit else sign,
            float(found["number"].replace(",", "")),
            is_limit,
            f"{what} {found[0]}".strip(),
            number,
        )


def _what(before: str) -> str:
    """The words before a sign that name what is compared."""
    for part in reversed(_PARTS.split(before)):
        words = re.findall(r"[A-Za-z0-9][\w/.#-]*", part)
        while words and words[-1].lower() in _EDGE:
            words.pop()
        words = words[-_MOST_WORDS:]
        while words and (words[0].lower() in _EDGE or re.fullmatch(r"[\d.]+", words[0])):
            words.pop(0)
        if words:
            return " ".join(words)
    return ""
