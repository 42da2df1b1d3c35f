"""A Markdown document, such as a runbook, as evidence."""

from __future__ import annotations

import posixpath
from pathlib import Path

from gatekeeper.collect.files import locate, read_file
from gatekeeper.collect.interface import CollectRequest, FileConfig, Refused, brought
from gatekeeper.collect.markdown_source import MAX_BYTES
from gatekeeper.collect.markdown_tree import Document
from gatekeeper.collect.markdown_value import markdown_value, read_document
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
        document = read_document(read_file(request.base, config.file, min(config.max_bytes, MAX_BYTES)), config.file)
        files = _Files(request.base, config.file, document)
        return brought(self, request, config.file, markdown_value(document, config.file, files.leads))


class _Files:
    """Where the links of one document lead; each further document is read once."""

    def __init__(self, base: Path, file: str, document: Document) -> None:
        self._base = base
        self._file = file
        self._read: dict[str, Document | None] = {posixpath.normpath(file): document}

    def leads(self, name: str, fragment: str) -> bool:
        """Whether the file is there, and in a document the place that the fragment names."""
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
            return read_document(read_file(self._base, name, MAX_BYTES), name)
        except Refused:
            return None
