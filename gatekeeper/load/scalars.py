"""Types of plain scalars by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution).

``no`` and ``on`` are text, ``012`` is twelve. What JSON cannot carry is refused.
"""

from __future__ import annotations

import math
import re

from gatekeeper.model.values import Json

MAX_INTEGER = 2**53 - 1
"""The largest integer that canonical JSON can carry."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {word: value for value in (True, False) for word in (str(value).lower(), str(value), str(value).upper())}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MOST_DIGITS = 400


class OutOfRange(ValueError):
    """A number that canonical JSON cannot carry."""


def typed(text: str) -> Json:
    """The value of a plain scalar.

    Raises:
        OutOfRange: an integer beyond ±(2^53 - 1), or a number that is not finite.
    """
    first = text[:1]
    if first not in "-+.0123456789":
        if text in _NULL:
            return None
        return _BOOL.get(text, text)
    if not text:
        return None
    if _INTEGER.fullmatch(text):
        value = int(text, 0) if text[:2] in ("0o", "0x") else _decimal(text)
        if abs(value) > MAX_INTEGER:
            raise OutOfRange("an integer beyond ±(2^53 - 1)")
        return value
    if _FLOAT.fullmatch(text):
        number = float(text) if len(text) <= _MOST_DIGITS else math.inf
        if not math.isfinite(number):
            raise OutOfRange("a number that is too large")
        return number
    if _NOT_FINITE.fullmatch(text):
        raise OutOfRange("a number that is not finite")
    return text


def _decimal(text: str) -> int:
    # Python refuses to turn very long texts into integers; they are out of range anyway.
    return int(text) if len(text) <= _MOST_DIGITS else MAX_INTEGER + 1
