"""Values and paths as one line shows them: short, and never a whole document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches

from gatekeeper.model.values import Json

MOST = 40
"""Characters of a value that a line shows."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def shown(value: Json, most: int = MOST) -> str:
    """A value for a line: a scalar as JSON, cut; a list or an object by its size only."""
    if isinstance(value, str):
        short = cut(value, most)
        return json.dumps(short, ensure_ascii=not short.isprintable())
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object with {len(value)} fields"
    if isinstance(value, int) and abs(value) >= 10**most:
        return "an integer of many digits"
    return json.dumps(value)[:most]


def cut(text: str, longest: int) -> str:
    """The text, its end cut off where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def value_text(value: Json) -> str:
    """A value as JSON on one line, whole."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def on_one_line(text: str) -> str:
    """The text with one space between its words, and no line break."""
    return " ".join(text.split())


def path_text(path: Iterable[str | int]) -> str:
    """A path into a value: ``runs[3].conclusion``; empty for the value itself."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _NAME.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{shown(part)}]"
    return text


def meant(word: str, words: Iterable[str]) -> str:
    """``; did you mean …?`` where one of the words is close to a misspelt one, else nothing."""
    close = get_close_matches(word[:100], list(words), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""
