"""A Markdown document, such as a runbook, as evidence."""

from __future__ import annotations

import posixpath
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from gatekeeper.collect.files import locate, read_file
from gatekeeper.collect.interface import CollectRequest, FileConfig, Refused, brought
from gatekeeper.collect.markdown_inline import Target
from gatekeeper.collect.markdown_source import MAX_BYTES, parse_source
from gatekeeper.collect.markdown_tree import Document, take_apart
from gatekeeper.model.evidence import Link, Markdown
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence

_MARKDOWN = (".md", ".markdown")


class MarkdownCollector:
    """Reads a Markdown file."""

    kind = "markdown"
    gives = "markdown"
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The document, taken apart."""
        config = request.config
        data = read_file(request.base, config.file, min(config.max_bytes, MAX_BYTES))
        if not data.strip():
            raise Refused("mistyped", f"{shown(config.file, 120)} is empty")
        document = _document(data, config.file)
        links = _Links(request.base, config.file, document)
        texts = ("\n".join(filter(None, parts)) for parts in document.texts)
        value: Any = asdict(
            Markdown(
                file=config.file,
                title=document.title,
                fields=document.fields,
                sections=[replace(each, text=text) for each, text in zip(document.sections, texts, strict=True)],
                tables=document.tables,
                tasks=document.tasks,
                links=[links.link(target, path) for target, path in document.targets],
                placeholders=sorted(document.placeholders, key=lambda each: each.line),
                dates=sorted(document.dates, key=lambda each: each.line),
            )
        )
        return brought(self, request, config.file, value)


def _document(data: bytes, name: str) -> Document:
    return take_apart(parse_source(data, shown(name, 120)), shown(name, 120))


class _Links:
    """Where the links of one document lead; each further document is read once."""

    def __init__(self, base: Path, file: str, document: Document) -> None:
        self._base = base
        self._file = file
        self._read: dict[str, Document | None] = {posixpath.normpath(file): document}

    def link(self, target: Target, path: list[str]) -> Link:
        """A link with what is known about its target. External ones are not tried."""
        kind, resolves = self._tried(target.href)
        return Link(target.text, target.href, kind, resolves, path, target.line)

    def _tried(self, href: str) -> tuple[Literal["anchor", "file", "external"], bool | None]:
        if href.startswith("#"):
            document = self._read[posixpath.normpath(self._file)]
            return "anchor", document is not None and document.has_anchor(unquote(href[1:]))
        head = href.split("/", 1)[0]
        if href.startswith("//") or ":" in head:
            return "external", None
        name, _, fragment = href.partition("#")
        return "file", self._leads(unquote(name.partition("?")[0]), unquote(fragment))

    def _leads(self, name: str, fragment: str) -> bool:
        if name.startswith("/"):
            return False  # relative to a root that is not known here
        name = posixpath.normpath(posixpath.join(posixpath.dirname(self._file), name))
        try:
            path = locate(self._base, name)
            if not path.exists():
                return False
        except (Refused, OSError, ValueError):
            return False
        if not fragment or not name.lower().endswith(_MARKDOWN):
            return True
        if name not in self._read:
            self._read[name] = self._other(name)
        document = self._read[name]
        return document is not None and document.has_anchor(fragment)

    def _other(self, name: str) -> Document | None:
        try:
            return _document(read_file(self._base, name, MAX_BYTES), name)
        except Refused:
            return None
