"""JSON read strictly: what two readers could understand differently is refused.

Python's own reader keeps the last of two equal keys, accepts ``NaN`` and ``1e999``, reads lone surrogates and fails
with a ``RecursionError`` on deep documents. Here each of these is refused in one line
(https://www.rfc-editor.org/rfc/rfc8259, https://www.rfc-editor.org/rfc/rfc7493).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from math import isfinite
from typing import NoReturn

from gatekeeper.model.shown import path_text, shown
from gatekeeper.model.values import Json

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64

_INT64 = range(-(2**63), 2**63)
_STRUCTURE = bytes(code for code in range(256) if chr(code) not in '"[]{}')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonRefused(ValueError):
    """The bytes are no JSON that means the same to every reader; the message is one line."""


def parse_json(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Json:
    """The value that the bytes stand for.

    Raises:
        JsonRefused: not UTF-8, a byte order mark, no JSON, trailing text, a duplicate key, ``NaN`` or an infinity, an
            integer beyond 64 bits, a lone surrogate, too deep or too large.
    """
    if len(data) > max_bytes:
        raise JsonRefused(f"has {len(data):,} bytes; at most {max_bytes:,} are read")
    text = _decoded(data)
    if not text.strip(" \t\r\n"):
        raise JsonRefused("is empty: a JSON value is expected")
    _refuse_depth(data, max_depth)
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        raise JsonRefused(f"is no JSON: {what} at line {error.lineno}, column {error.colno}") from None
    if _SURROGATE.search(text):
        _refuse_surrogates(value)
    return value


def _decoded(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise JsonRefused("starts with a byte order mark: save it as UTF-8 without one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise JsonRefused(
            f"is not UTF-8: byte 0x{data[error.start]:02X} at byte offset {error.start} (line {line})"
        ) from None


def _refuse_depth(data: bytes, most: int) -> None:
    """Counts brackets outside of strings before the recursive reader sees them."""
    # Escaped backslashes go first, so that the quote after them ends its string; then escaped quotes.
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _STRUCTURE)
    depth = 0
    for code in b"".join(plain.split(b'"')[::2]):
        if code in b"[{":
            depth += 1
            if depth > most:
                raise JsonRefused(f"is nested deeper than {most} levels")
        else:
            depth -= 1


def _object(pairs: list[tuple[str, Json]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise JsonRefused(f"has the key {shown(twice)} twice in one object")
    return found


def _integer(text: str) -> int:
    if len(text) > 20 or int(text) not in _INT64:
        raise JsonRefused(f"has an integer beyond 64 bits: {text[:40]}")
    return int(text)


def _double(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise JsonRefused(f"has a number that no double can hold: {text[:40]}")
    return number


def _constant(text: str) -> NoReturn:
    raise JsonRefused(f"has {text}, which is no JSON number")


def _refuse_surrogates(value: Json) -> None:
    waiting: list[tuple[Json, tuple[str | int, ...]]] = [(value, ())]
    while waiting:
        each, path = waiting.pop()
        if isinstance(each, str):
            _refuse_surrogate(each, path)
        elif isinstance(each, list):
            waiting.extend((part, (*path, index)) for index, part in enumerate(each))
        elif isinstance(each, dict):
            for key, part in each.items():
                _refuse_surrogate(key, path)
                waiting.append((part, (*path, key)))


def _refuse_surrogate(text: str, path: tuple[str | int, ...]) -> None:
    if any("\ud800" <= character <= "\udfff" for character in text):
        where = f" at {path_text(path)}" if path else ""
        raise JsonRefused(f"has half of a character (a lone surrogate) in a string{where}")
