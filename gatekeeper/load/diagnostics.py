"""What is wrong in a file, gathered and worded. Nothing here reads a file."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from gatekeeper.errors import Diagnostic

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ANY_UNSEEN = re.compile("[\t\n" + _UNSEEN.pattern[1:])
_WIDEST_SOURCE = 110
_LEAD = 40


def shown(value: object, limit: int = 60) -> str:
    """A value of a file as a message may quote it: one line, no control characters, not long."""
    text = value if isinstance(value, str) else str(value)
    text = _ANY_UNSEEN.sub(lambda found: f"U+{ord(found.group()):04X}", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` was probably meant to be, or None."""
    words = sorted(set(known))
    by_fold = {each.casefold().replace("_", "-"): each for each in words}
    same = by_fold.get(word.casefold().replace("_", "-"))
    if same is not None:
        return same
    close = difflib.get_close_matches(word[:80], words, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(word: str, known: Iterable[str], what: str = "known here") -> str:
    """A hint that names the likely word, or lists what there is."""
    words = sorted(set(known))
    likely = suggestion(word, words)
    if likely is not None:
        return f"did you mean `{shown(likely)}`?"
    if not words:
        return ""
    listed = ", ".join(f"`{shown(each, 30)}`" for each in words[:12])
    return f"{what}: {listed}" + (", …" if len(words) > 12 else "")


def render_diagnostics(diagnostics: Sequence[Diagnostic]) -> str:
    """Diagnostics as text: ``file:line:column: message``, the line with a caret, and the hint.

    They are sorted by file, line and column. The text ends with a line break unless there is nothing to say.
    """
    return "".join(_render(each) for each in sorted(diagnostics, key=lambda each: each.order))


def _render(diagnostic: Diagnostic) -> str:
    where = ":".join(str(part) for part in (diagnostic.file, diagnostic.line, diagnostic.column) if part)
    level = "warning: " if diagnostic.level == "warning" else ""
    text = f"{where}: {level}{diagnostic.message}\n"
    gutter = f"{diagnostic.line:>5} | "
    if diagnostic.source.strip():
        line, column = _window(diagnostic.source, diagnostic.column)
        text += gutter + _UNSEEN.sub("\ufffd", line) + "\n"
        if diagnostic.column:
            text += " " * 5 + " | " + _caret(line, column, diagnostic.width) + "\n"
    if diagnostic.hint:
        text += f"      = {diagnostic.hint}\n"
    return text


def _window(line: str, column: int) -> tuple[str, int]:
    """The part of a long line around a column, and the column within it."""
    if len(line) <= _WIDEST_SOURCE:
        return line, column
    start = max(0, column - 1 - _LEAD)
    start = min(start, len(line) - _WIDEST_SOURCE)
    part = line[start : start + _WIDEST_SOURCE]
    head = "…" if start else ""
    tail = "…" if start + _WIDEST_SOURCE < len(line) else ""
    return head + part + tail, column - start + len(head)


def _caret(line: str, column: int, width: int) -> str:
    """Carets under ``width`` characters from a column; a tab stays a tab and a wide character takes two."""
    before = "".join("\t" if each == "\t" else " " * _cells(each) for each in line[: column - 1])
    marked = line[column - 1 : column - 1 + max(1, width)]
    return before + "^" * max(1, sum(_cells(each) for each in marked))


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
