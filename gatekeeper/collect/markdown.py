"""A document that people write, such as a runbook or a checklist, as evidence."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from pathlib import Path

from gatekeeper.collect.document.document import Document
from gatekeeper.collect.document.line_history import NOT_ASKED, history_of
from gatekeeper.collect.document.markdown_source import MAX_BYTES
from gatekeeper.collect.document.markdown_value import MARKDOWN_NAMES, Syntax, markdown_value, read_document
from gatekeeper.collect.files import locate, read_file
from gatekeeper.collect.interface import CollectRequest, FileConfig, Refused, brought
from gatekeeper.deadline import Deadline
from gatekeeper.model.snapshot import Evidence


class MarkdownConfig(FileConfig):
    """A document.

    Attributes:
        syntax: how it is written; told by its name and its text where it is not said.
        history: whether git is asked who last changed the line of each box.
    """

    syntax: Syntax | None = None
    history: bool = False


class MarkdownCollector:
    """Reads a document, in Markdown or in plain text."""

    kind = "markdown"
    gives = "markdown"
    config = MarkdownConfig

    def collect(self, request: CollectRequest[MarkdownConfig]) -> Evidence:
        """The document, taken apart."""
        config = request.config
        data = read_file(request.base, config.file, min(config.max_bytes, MAX_BYTES))
        document = read_document(data, config.file, config.syntax)
        history = NOT_ASKED
        if config.history and document.tasks:
            root = request.base if request.project is None else request.project.root
            # Half of the time: a git that takes too long may not cost the document itself.
            soon = Deadline.after(request.deadline.left / 2)
            history = history_of(locate(request.base, config.file), data, root, request.environ, soon)
        files = _Files(request.base, config.file, document)
        value = markdown_value(document, config.file, files.leads, request.clock(), history)
        return replace(brought(self, request, config.file, value), redacted=document.redacted)


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
        if not fragment or not name.lower().endswith(MARKDOWN_NAMES):
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
