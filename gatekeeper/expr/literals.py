"""From the text of a literal to its value, as section "Values" of the CEL language definition says.

https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values
"""

from __future__ import annotations

import math
import re
from typing import Final

from gatekeeper.expr.values import INT_MAX, INT_MIN, UINT_MAX, Uint

_ESCAPE: Final = re.compile(
    r"\\(?:(?P<char>[abfnrtv\\?\"'`])|(?P<octal>[0-3][0-7]{2})|[xX](?P<hex>[0-9a-fA-F]{2})"
    r"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<bad>.?))",
    re.DOTALL,
)
_NAMED: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LONGEST_DIGITS: Final = 40


def integer(text: str) -> int:
    """A decimal or hexadecimal literal in the range of int64.

    Raises:
        ValueError: out of range; the message is for a person.
    """
    value = _whole(text)
    if not INT_MIN <= value <= INT_MAX:
        raise ValueError("the number does not fit into 64 bits")
    return value


def unsigned(text: str) -> Uint:
    """A literal such as ``1u`` in the range of uint64.

    Raises:
        ValueError: out of range or negative.
    """
    value = _whole(text[:-1])
    if not 0 <= value <= UINT_MAX:
        raise ValueError("the number does not fit into 64 unsigned bits")
    return Uint(value)


def floating(text: str) -> float:
    """A literal such as ``1.5e3``.

    Raises:
        ValueError: beyond the range of a double.
    """
    value = float(text)
    if math.isinf(value):
        raise ValueError("the number is beyond the range of a double")
    return value


def string(text: str) -> str:
    """A quoted string, raw or with escapes.

    Raises:
        ValueError: an escape that CEL does not have.
    """
    raw, body = _unquote(text)
    return body if raw else _ESCAPE.sub(_character, body)


def octets(text: str) -> bytes:
    """A bytes literal: characters are UTF-8, octal and hexadecimal escapes are single bytes.

    Raises:
        ValueError: an escape that CEL does not have, or that stands for a character.
    """
    raw, body = _unquote(text[1:])
    if raw:
        return body.encode()
    parts: list[bytes] = []
    at = 0
    for found in _ESCAPE.finditer(body):
        parts.append(body[at : found.start()].encode())
        if found["short"] or found["long"]:
            raise ValueError(f"{found[0]} is an escape of strings, not of bytes")
        code = _character(found)
        parts.append(bytes([ord(code)]))
        at = found.end()
    parts.append(body[at:].encode())
    return b"".join(parts)


def _whole(text: str) -> int:
    if len(text) > _LONGEST_DIGITS:
        raise ValueError("the number does not fit into 64 bits")
    return int(text, 16 if "x" in text else 10)


def _unquote(text: str) -> tuple[bool, str]:
    """Whether the string is raw, and what stands between its quotes, line ends as line feeds."""
    raw = text[0] in "rR"
    text = text[raw:]
    if text.startswith(('"""', "'''")) and len(text) >= 6:
        return raw, text[3:-3].replace("\r\n", "\n").replace("\r", "\n")
    return raw, text[1:-1]


def _character(found: re.Match[str]) -> str:
    if (char := found["char"]) is not None:
        return _NAMED.get(char, char)
    if (octal := found["octal"]) is not None:
        return chr(int(octal, 8))
    digits = found["hex"] or found["short"] or found["long"]
    if digits is None:
        raise ValueError(f"there is no escape {found[0]} in CEL")
    code = int(digits, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise ValueError(f"{found[0]} is no Unicode character")
    return chr(code)
