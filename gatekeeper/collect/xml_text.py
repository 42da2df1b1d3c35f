"""XML read in one pass, without anything that grows or leads elsewhere.

expat, which comes with Python, reads it, and no tree is built. Entities are the way in which a small document becomes
a large one or fetches another, so a document that declares any is refused. A DOCTYPE that only names a DTD is let be,
since reports of coverage have one; nothing is fetched (https://docs.python.org/3/library/xml.html#xml-security).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from gatekeeper.collect.files import read_file
from gatekeeper.collect.interface import CollectRequest, Refused
from gatekeeper.collect.utf8_text import NotUtf8, utf8_text
from gatekeeper.model.shown import shown

MAX_DEPTH = 64
_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class XmlRefused(ValueError):
    """The bytes are no XML that may be read; the message is one line."""


class Reader(Protocol):
    """What takes a document in. Each method may raise ``XmlRefused``, and its place is put behind the message."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins; a name keeps its prefix."""
        ...

    def text(self, text: str) -> None:
        """A piece of the text of the innermost element; there may be several pieces."""
        ...

    def end(self, name: str) -> None:
        """The innermost element ends."""
        ...


def read_xml(request: CollectRequest[Any], name: str, reader: Reader) -> None:
    """Hands a file of XML to a reader.

    Raises:
        Refused: the file cannot be read, or it is no XML that may be read.
    """
    most: int = request.config.max_bytes
    data = read_file(request.base, name, most)
    try:
        walk(data, reader)
    except XmlRefused as error:
        raise Refused("mistyped", f"{shown(name, 120)} {error}") from None


def walk(data: bytes, reader: Reader) -> None:
    """Hands a document to a reader.

    Raises:
        XmlRefused: not UTF-8, no XML, not whole, too deep, or with entities of its own.
    """
    _refuse_other_texts(data)
    from xml.parsers import expat

    parser = expat.ParserCreate()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise XmlRefused(f"is nested deeper than {MAX_DEPTH} levels")
        reader.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end(name)

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise XmlRefused(f"says that it is {shown(encoding)}: save it as UTF-8")

    def doctype(_name: str, _system: str | None, _public: str | None, own: int) -> None:
        if own:
            raise XmlRefused("has a DOCTYPE with declarations of its own, which are not read")
        # expat leaves an entity of a DTD that it does not read out of an attribute without a word.
        if _ENTITY.search(data):
            entity()

    def entity(*_declared: object) -> NoReturn:
        raise XmlRefused("has an entity that XML itself does not have")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = entity
    parser.SkippedEntityHandler = entity
    parser.ExternalEntityRefHandler = entity
    parser.buffer_text = True
    try:
        parser.Parse(data, True)  # at once: expat is slow where a long piece comes bit by bit
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise XmlRefused(f"is no XML: {what} at line {error.lineno}, column {error.offset + 1}") from None
    except XmlRefused as error:
        raise XmlRefused(f"{error} (line {parser.CurrentLineNumber})") from None


def _refuse_other_texts(data: bytes) -> None:
    try:
        text = utf8_text(data)
    except NotUtf8 as error:
        raise XmlRefused(str(error)) from None
    if not text.strip(" \t\r\n"):
        raise XmlRefused("is empty: an XML document is expected")
