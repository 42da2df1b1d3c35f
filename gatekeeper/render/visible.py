"""Text that comes from evidence, made safe to show in one line.

Whoever can write into evidence must not be able to forge a line, a colour or the direction of writing of a report.
The renderers for people pass every text through here before they add their own layout.
"""

from __future__ import annotations

from unicodedata import combining, east_asian_width

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""The text in one line, with everything that does not show made to show.

    A control character becomes ``\x1b``, ``\n`` and so on; a format character (bidi controls, zero-width ones), a line
    separator or an unassigned one becomes ``<U+202E>``; a lone surrogate ``\ud800``; any other kind of space a space.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _spelt(each) for each in text)


def ascii_only(text: str) -> str:
    """``visible`` text for terminals that know ASCII only: every other character as ``<U+00EB>``."""
    shown = visible(text)
    if shown.isascii():
        return shown
    return "".join(each if each.isascii() else f"<U+{ord(each):04X}>" for each in shown)


def cells(text: str) -> int:
    """How many columns of a terminal the (visible) text takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(each) for each in text)


def _cell(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _spelt(character: str) -> str:
    code = ord(character)
    if code < 0x20 or 0x7F <= code <= 0x9F:
        return _NAMED.get(character, f"\\x{code:02x}")
    if 0xD800 <= code <= 0xDFFF:
        return f"\\u{code:04x}"
    if character.isspace() and code not in (0x2028, 0x2029):
        return " "
    return f"<U+{code:04X}>"
