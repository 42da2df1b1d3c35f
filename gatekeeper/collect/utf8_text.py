"""Bytes as text in UTF-8, or where they are none."""

from __future__ import annotations

from codecs import BOM_UTF8


class NotUtf8(ValueError):
    """Bytes that are no UTF-8; the message names the first wrong one, in words that go on from the name of a file."""


def utf8_text(data: bytes) -> str:
    """The text, without the byte order mark that may stand before it.

    Raises:
        NotUtf8: a byte does not fit. Its offset counts from the beginning of the data, and its line from 1.
    """
    before = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    try:
        return data[before:].decode("utf-8")
    except UnicodeDecodeError as error:
        at = before + error.start
        line = data.count(b"\n", 0, at) + 1
        raise NotUtf8(f"is not UTF-8: byte 0x{data[at]:02X} at byte offset {at} (line {line})") from None
