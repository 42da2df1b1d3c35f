"""Text whose UTF-8 was taken for Windows-1252 and encoded again, put right where that is certain.

A document is rarely double-encoded as a whole: parts of it are pasted, and a byte that Windows-1252 does not define
may be lost. So each run of characters beyond ASCII is looked at by itself, and what is not certain is left as it is
and named. A letter before a closing quote, as in a word in capitals, can have the bytes of another character; that is
doubtful, and is only repaired where nothing else in the document speaks against it.

The table is https://encoding.spec.whatwg.org/#windows-1252, where the five undefined bytes are control characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from gatekeeper.model.evidence_document import Repair
from gatekeeper.refused import Refused

MAX_REPAIRS = 20_000

_UNDEFINED = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})
_CONTROLS = {chr(byte): byte for byte in range(0x80, 0xA0)}
_BYTES: Final = _CONTROLS | {
    bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0x100) if byte not in _UNDEFINED
}
"""The byte that each character beyond ASCII came from; control characters also where Latin-1 was meant."""


def _from(first: int, last: int) -> str:
    return "[" + "".join(re.escape(char) for char, byte in _BYTES.items() if first <= byte <= last) + "]"


_NEXT = _from(0x80, 0xBF)
_WHOLE = "|".join((
    f"{_from(0xC2, 0xDF)}{_NEXT}",
    f"{_from(0xE0, 0xE0)}{_from(0xA0, 0xBF)}{_NEXT}",
    f"{_from(0xE1, 0xEC)}{_NEXT}{{2}}",
    f"{_from(0xED, 0xED)}{_from(0x80, 0x9F)}{_NEXT}",
    f"{_from(0xEE, 0xEF)}{_NEXT}{{2}}",
    f"{_from(0xF0, 0xF0)}{_from(0x90, 0xBF)}{_NEXT}{{2}}",
    f"{_from(0xF1, 0xF3)}{_NEXT}{{3}}",
    f"{_from(0xF4, 0xF4)}{_from(0x80, 0x8F)}{_NEXT}{{2}}",
))  # fmt: skip
"""One character of UTF-8 (RFC 3629, section 4), each of its bytes read as a character."""

_TOKEN = re.compile(
    rf"(?P<whole>{_WHOLE})|(?P<part>{_from(0xE0, 0xF4)}{_NEXT}{{1,2}})|(?P<alone>[{''.join(map(re.escape, _BYTES))}])"
    r"|(?P<lost>\ufffd)|(?P<clean>[^\x00-\x7f])"
)
_TYPICAL = frozenset("âïðÂÃ")
"""Lead characters that no word ends in, or hardly any: of punctuation and symbols, emoji, and accented letters."""

_CLOSING = frozenset("‚„…‹‘’“”–—›«»\xa0™®ŠšŽžŒœŸ")
"""What stands behind a letter in clean text as well: closing marks, and letters."""

Kind = Literal["whole", "part", "alone", "lost", "clean"]


@dataclass(frozen=True, slots=True)
class _Token:
    """A stretch that is one character, part of one, or no part of any."""

    kind: Kind
    text: str
    start: int
    sure: bool


def repaired(text: str) -> tuple[str, tuple[Repair, ...]]:
    """The text with what was encoded twice put right, and what was found, in order.

    Only one layer is taken off. Line ends stay where they are, so that places stay true.

    Raises:
        Refused: there is more to repair than is kept.
    """
    if text.isascii():
        return text, ()
    tokens = list(_tokens(text))
    throughout = _is_throughout(tokens)
    suspect = throughout or _is_suspect(tokens)
    found: list[Repair] = []
    parts: list[str] = []
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    done, end, last = 0, -1, None
    for token in tokens:
        fate = _fate(token, throughout, suspect, touches=end == token.start and last is None and bool(found))
        if fate == "clean":
            continue
        char = _decoded(token.text) if fate is None else None
        parts += [text[done : token.start], token.text if char is None else char]
        done = token.start + len(token.text)
        if end == token.start and last == fate and found:
            joined = None if char is None else (found[-1].text or "") + char
            found[-1] = replace(found[-1], found=found[-1].found + token.text, text=joined)
        else:
            line = bisect_right(starts, token.start)
            found.append(Repair(token.text, char, fate, "", line, token.start - starts[line - 1] + 1))
            if len(found) > MAX_REPAIRS:
                raise Refused("failed", f"more than {MAX_REPAIRS:,} places are encoded twice")
        end, last = done, fate
    parts.append(text[done:])
    return "".join(parts), tuple(replace(each, bytes=_hexadecimal(each.found)) for each in found)


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        yield _Token(kind, match[0], match.start(), _is_sure(text, match))


def _is_sure(text: str, match: re.Match[str]) -> bool:
    """Whether a stretch cannot well be meant as it stands."""
    lead, rest = match[0][0], match[0][1:]
    if not rest:
        return False
    if any(char not in _CLOSING for char in rest) or (lead in "âïð" and len(rest) > 1):
        return True
    before = text[match.start() - 1] if match.start() else ""
    return lead in _TYPICAL and before.islower()


def _is_throughout(tokens: list[_Token]) -> bool:
    """Whether all of a document went through it: nothing in it is beyond Windows-1252, and most of it fits together."""
    sure = any(each.sure and each.kind == "whole" for each in tokens)
    whole = sum(each.kind == "whole" for each in tokens)
    alone = sum(each.kind in {"part", "alone"} for each in tokens)
    return sure and whole >= alone and not any(each.kind == "clean" for each in tokens)


def _is_suspect(tokens: list[_Token]) -> bool:
    """Whether what is doubtful is worth a word: something was encoded twice, or nothing in the text was not."""
    return any(each.sure for each in tokens) or all(each.kind == "whole" for each in tokens)


def _fate(
    token: _Token, throughout: bool, suspect: bool, touches: bool
) -> Literal["clean", "incomplete", "doubtful", "lost"] | None:
    """None for what is repaired, ``clean`` for what is meant as it stands, else why it is left."""
    match token.kind:
        case "whole":
            if token.sure or throughout:
                return None
            return "doubtful" if suspect else "clean"
        case "part":
            return "incomplete" if token.sure or throughout or touches else "clean"
        case "alone":
            return "incomplete" if throughout or token.text in _CONTROLS else "clean"
        case "lost":
            return "lost"
        case "clean":
            return "clean"


def _decoded(found: str) -> str:
    return bytes(_BYTES[char] for char in found).decode("utf-8")


def _hexadecimal(found: str) -> str:
    return b"".join(bytes([_BYTES[char]]) if char in _BYTES else char.encode() for char in found).hex(" ").upper()
