"""Formatting the files of a project: which there are, that they are valid, and that their meaning stays."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.authoring.layout import laid_out
from gatekeeper.errors import Diagnostic, InvalidDocuments, UsageError
from gatekeeper.files import write_atomically
from gatekeeper.load import find_policy_files, find_sources_files, find_suite_files
from gatekeeper.load.files import from_root
from gatekeeper.load.guard import read_documents
from gatekeeper.load.problems import Problems
from gatekeeper.load.source import SourceText, display_path, make_source, read_source
from gatekeeper.load.tree import plain
from gatekeeper.pipeline import lint

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Formatted:
    """One file.

    Attributes:
        shown: its path, as somebody in the current folder would write it.
        before: its text.
        after: its text in the one layout.
    """

    path: Path
    shown: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether the layout is another."""
        return self.before != self.after

    @property
    def diff(self) -> str:
        """What changes, as a unified diff; empty where nothing does."""
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), self.shown, self.shown, lineterm=""
        )
        return "\n".join(lines)


def formatted(configuration: Configuration, paths: Sequence[Path] = ()) -> tuple[Formatted, ...]:
    """Every policy, waiver, suite and sources file in the one layout; nothing is written.

    Args:
        paths: only these files, and those below these folders; none means all of the project.

    Raises:
        UsageError: a path is no such file and holds none.
        InvalidDocuments: a file has errors; with every mistake that ``lint`` tells of these files.
    """
    files = _chosen(configuration, paths)
    told = lint(configuration, files if paths else ()).diagnostics
    errors = tuple(each for each in told if each.level == "error")
    if errors:
        raise InvalidDocuments(errors)
    return tuple(format_source(read_source(file, configuration.root)) for file in files)


def write_formatted(each: Formatted) -> None:
    """Writes a file that changes.

    Raises:
        OutputError: it could not be written; what stood there still stands.
    """
    if each.changed:
        write_atomically(each.path, each.after.encode("utf-8"))


def format_source(source: SourceText) -> Formatted:
    """A file in the one layout.

    Raises:
        InvalidDocuments: it is no YAML that the loader reads, or its layout could not be changed without changing what
            it says; a file is never written then.
    """
    before = _read(source)
    after = laid_out(source.text)
    again = make_source(source.path, source.name, source.shown, after)
    if repr(before) != repr(_read(again)) or _comments(source.text) != _comments(after) or laid_out(after) != after:
        message = "cannot be laid out without changing what it says"
        raise InvalidDocuments((Diagnostic(source.shown, 0, 0, message, "lay it out by hand", code="layout"),))
    return Formatted(source.path, source.shown, source.text, after)


def _read(source: SourceText) -> list[object]:
    problems = Problems()
    documents = read_documents(source, problems)
    problems.raise_any()
    return [plain(each) for each in documents]


def _comments(text: str) -> list[str]:
    """What may be comments, without blanks and quotes: none may be lost, whatever else is a `#` in a text."""
    return [re.sub(r"[\s\"']+", "", each) for each in _COMMENT.findall(text)]


def _chosen(configuration: Configuration, paths: Sequence[Path]) -> list[Path]:
    root = configuration.root
    every = [
        *find_policy_files(root, configuration.policies),
        *find_suite_files(root, configuration.policies),
        *find_sources_files(root, configuration.evidence),
    ]
    if not paths:
        return sorted(every)
    chosen: set[Path] = set()
    for path in paths:
        wanted = from_root(path, root).resolve()
        found = [each for each in every if each.resolve() == wanted or wanted in each.resolve().parents]
        if not found:
            raise UsageError(
                f"{display_path(path, root)} is no policy, suite or sources file of {root}, and holds none",
                "--root names the project that it belongs to",
            )
        chosen.update(found)
    return sorted(chosen)
