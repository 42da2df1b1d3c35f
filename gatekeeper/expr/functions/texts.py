"""The strings extension: parts of texts, and texts made of others. Offsets count characters, from 0.

https://pkg.go.dev/github.com/google/cel-go/ext#Strings

What a function makes is paid for before it is made: a step for each element and for each 64 characters.
"""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.outcome import Refusal, merge

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.run import Run, Site

_BLANKS: Final = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode's White_Space; Python's own idea of blanks holds some separators more."""

_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
_UPPER: Final = str.maketrans(ascii_lowercase, ascii_uppercase)
_ESCAPES: Final = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}
_ESCAPED: Final = re.compile(r'[\a\b\f\n\r\t\v\\"\ud800-\udfff]')


def _within(text: str, *offsets: int) -> None:
    if not all(0 <= each <= len(text) for each in offsets):
        raise ValueError("the offset is outside of the string")


def _char_at(text: str, at: int) -> str:
    """The end of the string has no character."""
    _within(text, at)
    return text[at : at + 1]


def _index_of(text: str, part: str, start: int = 0) -> int:
    _within(text, start)
    return text.find(part, start)


def _last_index_of(text: str, part: str, last: int | None = None) -> int:
    """``last`` is the last offset at which the part may begin."""
    if last is None:
        return text.rfind(part)
    _within(text, last)
    return text.rfind(part, 0, last + len(part))


def _substring(text: str, start: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    _within(text, start, end)
    if start > end:
        raise ValueError("the part of the string ends before it begins")
    return text[start:end]


def _replace(run: Run, _: Site, text: str, old: str, new: str, most: int = -1) -> str:
    """All of them where ``most`` is below 0."""
    found = text.count(old) if most < 0 else min(most, text.count(old))
    run.spend(found + (len(text) + found * len(new) >> 6))
    return text.replace(old, new, found)


def _split(run: Run, _: Site, text: str, by: str, most: int = -1) -> list[str]:
    """Into all parts where ``most`` is below 0, and into characters where ``by`` is empty."""
    if most == 0:
        return []
    if not by:
        parts = max(1, len(text)) if most < 0 else max(1, min(most, len(text)))
        run.spend(parts)
        return [*text[: parts - 1], text[parts - 1 :]]
    run.spend(min(text.count(by), most if most > 0 else len(text)) + 1)
    return text.split(by, most - 1 if most > 0 else -1)


def _join(run: Run, site: Site, parts: list[Any], between: str = "") -> object:
    run.spend(len(parts))
    for part in parts:
        if type(part) is not str:
            if (trouble := merge(part, None)) is not None:
                return trouble
            raise Refusal("{argument} is not a list of strings")
    run.spend(sum(map(len, parts)) + len(between) * max(0, len(parts) - 1) >> 6)
    return between.join(parts)


def _quote(text: str) -> str:
    """A lone surrogate is no character: U+FFFD stands for it, as for bytes that are no UTF-8."""
    return f'"{_ESCAPED.sub(lambda found: _ESCAPES.get(found[0], chr(0xFFFD)), text)}"'


def _forms(result: str, call: Callable[..., Any], *params: str, more: str, **about: Any) -> tuple[Form, ...]:
    """A function that takes one argument more, or does not."""
    return tuple(Form(each, result, call, receiver=True, **about) for each in (params, (*params, more)))


def _one(call: Callable[[str], str]) -> tuple[Form, ...]:
    return (Form(("string",), "string", call, receiver=True, cost=lambda text: len(text) >> 6),)


TEXTS: Final[dict[str, tuple[Form, ...]]] = {
    "charAt": (Form(("string", "int"), "string", _char_at, receiver=True),),
    "indexOf": _forms("int", _index_of, "string", "string", more="int"),
    "lastIndexOf": _forms("int", _last_index_of, "string", "string", more="int"),
    "substring": _forms("string", _substring, "string", "int", more="int", cost=lambda text, *_: len(text) >> 6),
    "replace": _forms("string", _replace, "string", "string", "string", more="int", metered=True),
    "split": _forms("list", _split, "string", "string", more="int", metered=True, gives=list[str]),
    "join": _forms("string", _join, "list", more="string", metered=True),
    "trim": _one(lambda text: text.strip(_BLANKS)),
    "lowerAscii": _one(lambda text: text.translate(_LOWER)),
    "upperAscii": _one(lambda text: text.translate(_UPPER)),
    "strings.quote": (Form(("string",), "string", _quote, cost=lambda text: len(text) >> 4),),
}
