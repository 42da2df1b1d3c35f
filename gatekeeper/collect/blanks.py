"""Blanks to fill in, and lines that begin with a label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gatekeeper.collect.markdown_inline import ELEMENTS

Form = Literal["rule", "word", "number"]

_RULE = r"_{3,}"
_WORD = (
    r"(?<![\w./-])(?:[Tt][Bb][ACDacd]|TODO|FIXME|\?{3,}|[Tt]o be (?:announced|confirmed|decided|defined|determined))"
    r"(?![\w/-]|\.\w)"
)
_NUMBER = r"(?<![\w-])[+(]?[0-9]{0,4}\)?[-. ]?(?:X{3,}|x{3,})(?:[-. ](?:X{2,}|x{2,}|[0-9]{2,})){1,4}(?!\w)"
_BLANK = re.compile(f"(?P<rule>{_RULE})|(?P<word>{_WORD})|(?P<number>{_NUMBER})")
_SLOT = re.compile(r"<[A-Z][A-Z0-9 _/:+.-]*>|\[[a-z][a-z0-9 _-]{1,40}\]", re.ASCII)
_NOTHING = re.compile(r"[\s_.\-–—…/|:]*|[Nn]/?[Aa]|[Nn]one|[Pp]ending")

_LABEL = re.compile(r"(?P<label>[^\W_](?:[^:\n]{0,78}[^\s:])?)\s?:(?=\s|$)[ \t]*(?P<value>.*)", re.DOTALL)
MOST_WORDS = 10

_SIGNED = re.compile(
    r"(?P<role>[^\W_][^:\n]{0,78}?)\s?:\s{0,9}(?P<who>[^\n]{0,200}?)\s{1,200}"
    r"(?:[Dd]ate|[Ss]igned(?: (?:on|at))?|[Ww]hen)\s?:\s{0,9}(?P<date>[^\n]{0,80})"
)
_SIGNING = re.compile(r"\b(?:approv(?:al|als|ed|er|ers)|sign[- ]?offs?|signatures?|signed)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signing:
    """What a line to be signed says; None for what is blank."""

    role: str
    person: str | None
    date: str | None


def blanks_in(text: str) -> Iterator[tuple[str, Form]]:
    """The blanks of a text, and their forms."""
    for found in _BLANK.finditer(text):
        form: Form = found.lastgroup  # type: ignore[assignment]
        yield found[0].strip(), form


def is_blank(value: str) -> bool:
    """Whether a value is missing, or has something in it that is still to be filled in."""
    if _NOTHING.fullmatch(value) is not None or _BLANK.search(value) is not None:
        return True
    return any(found not in ELEMENTS for found in _SLOT.findall(value))


def before_blank(text: str) -> str:
    """A text up to its first blank, without the colon before it; the whole text where it has none."""
    found = _BLANK.search(text)
    kept = text[: found.start()] if found else text
    return kept.rstrip(" \t:(-–—") or text


def label_of(text: str) -> tuple[str, str] | None:
    """Label and value of a line; None where it has no label."""
    found = _LABEL.fullmatch(text)
    if found is None or len(found["label"].split()) > MOST_WORDS or ". " in found["label"]:
        return None
    return found["label"], found["value"].strip()


def signing_of(text: str, group: str) -> Signing | None:
    """What a line to be signed says: a role, a name and a date, or a role and a name below a word such as approvals."""
    found = _SIGNED.fullmatch(text)
    if found is not None:
        return Signing(found["role"].strip(), _filled(found["who"]), _filled(found["date"]))
    labelled = label_of(text)
    if labelled is None or not is_signing(group) or len(labelled[1]) > 80:
        return None
    return Signing(labelled[0], _filled(labelled[1]), None)


def is_signing(words: str) -> bool:
    """Whether a label or a column asks for a signature."""
    words = words.replace("_", " ")
    return len(words.split()) <= 5 and _SIGNING.search(words) is not None


def _filled(value: str) -> str | None:
    return None if is_blank(value) else value.strip()
