"""Values of expressions as people are shown them: short, readable, and never a whole document."""

from __future__ import annotations

from typing import Final

from gatekeeper.expr.temporal import Duration, Timestamp
from gatekeeper.expr.values import CelType, MapValue, OptionalValue, key_text, to_json
from gatekeeper.model.finding import Observation
from gatekeeper.model.shown import cut, shown
from gatekeeper.model.values import Json

MAX_SHOWN: Final = 200
"""Characters of a text value that an observation holds."""

MOST_ENTRIES: Final = 8
"""Entries of a list that are shown; of a longer one it is told how many there are."""

LONGEST_TEXT: Final = 60
"""Characters of a text that a line shows."""

LONGEST_LIST: Final = 100
"""Characters of a list that a line shows; of a longer one it tells how many entries there are."""


def observation(path: str, value: object) -> Observation:
    """A value short enough to be kept, with the line of the document that it came from."""
    if isinstance(value, Duration):
        return Observation(path, value.readable())
    if isinstance(value, (dict, MapValue)):
        line = value.get("line") if isinstance(value, dict) else None
        names = _names([key_text(key) for key in value.keys()])  # noqa: SIM118 - a MapValue is no mapping of Python's
        return Observation(path, names, line if type(line) is int else None, summary=True)
    if isinstance(value, list) and not _is_short(value):
        return Observation(path, entries(len(value)), summary=True)
    try:
        told = to_json(value)
    except TypeError:
        return Observation(path, "not all of it is known", summary=True)
    return Observation(path, [_cut(each) for each in told] if isinstance(told, list) else _cut(told))


def brief(value: object) -> str:
    """A value within a line: text in quotes, lengths of time as ``1h30m``, what is large by its size only."""
    match value:
        case None | bool() | str():
            return shown(value, LONGEST_TEXT)
        case float():
            return repr(value)
        case Duration():
            return value.readable()
        case Timestamp() | CelType() | int():
            return str(value)
        case bytes():
            return f"{len(value)} bytes"
        case list():
            return _brief_list(value)
        case OptionalValue():
            return f"optional.of({brief(value.inside[0])})" if value.inside else "optional.none()"
        case dict() | MapValue():
            return _names([str(key) for key in value.keys()])  # noqa: SIM118 - a MapValue is no mapping of Python's
        case _:
            return f"a {type(value).__name__}"


def is_brief(value: object) -> bool:
    """Whether :func:`brief` says all of a value."""
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    if isinstance(value, OptionalValue):
        return all(map(is_brief, value.inside))
    return not isinstance(value, (bytes, list, dict, MapValue))


def entries(number: int) -> str:
    """``1 entry``, ``2 entries``."""
    return "1 entry" if number == 1 else f"{number} entries"


def _is_short(value: list[object]) -> bool:
    """Whether the entries of a list are shown, and not only how many there are."""
    return len(value) <= MOST_ENTRIES and not any(isinstance(each, (list, dict, MapValue)) for each in value)


def _brief_list(value: list[object]) -> str:
    if _is_short(value):
        text = f"[{', '.join(brief(each) for each in value)}]"
        if len(text) <= LONGEST_LIST:
            return text
    return entries(len(value))


def _names(keys: list[str]) -> str:
    """The first keys of a map, each cut, as many as a line has room for."""
    told: list[str] = []
    for key in keys[:MOST_ENTRIES]:
        short = cut(key, LONGEST_TEXT)
        if len(", ".join([*told, short])) > MAX_SHOWN:
            break
        told.append(short)
    return f"{{{', '.join(told)}{', …' if len(keys) > len(told) else ''}}}"


def _cut(value: Json) -> Json:
    return cut(value, MAX_SHOWN) if isinstance(value, str) else value
