"""Gathers what is wrong, each with the place of the node that it is about."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load.source import SourceText
from gatekeeper.load.tree import Node, ScalarNode

MOST = 50
"""How many mistakes of one file are told."""


class Problems:
    """Diagnostics of one run over any number of files.

    The same place is not complained about twice in the same words, and a node that is known to be bad is not complained
    about again for what follows from it.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int, str], Diagnostic] = {}
        self._counts: Counter[str] = Counter()
        self._bad: dict[int, Node] = {}

    def add(self, found: Diagnostic) -> None:
        """Takes one in."""
        if found.order in self._found:
            return
        self._counts[found.file] += found.level == "error"
        if self._counts[found.file] == MOST + 1:
            found = Diagnostic(found.file, found.line, 0, "there are more mistakes from here on; they are not listed")
        if self._counts[found.file] <= MOST + 1:
            self._found[found.order] = found

    def extend(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Takes over what another reader found."""
        for each in diagnostics:
            self.add(each)

    def spoil(self, node: Node) -> None:
        """Remembers that a node is bad."""
        self._bad[id(node)] = node  # the node is kept, so that its identity stays its own

    def spoiled(self, node: Node) -> bool:
        """Whether a node is known to be bad."""
        return id(node) in self._bad

    def node(
        self,
        node: Node,
        message: str,
        hint: str = "",
        code: str = "invalid",
        level: Literal["error", "warning"] = "error",
    ) -> None:
        """Something is wrong with a key or a value."""
        line, column = node.position
        if level == "error":
            self.spoil(node)
        self.position(node.source, line, column, message, hint, code, node.width, level)

    def beside(self, node: Node, message: str, hint: str = "", code: str = "invalid") -> None:
        """Something is lacking in a mapping, which is not wrong for it otherwise."""
        line, column = node.position
        self.position(node.source, line, column, message, hint, code, node.width)

    def inside(
        self,
        node: ScalarNode,
        offset: int,
        width: int,
        message: str,
        hint: str = "",
        code: str = "expression",
        level: Literal["error", "warning"] = "error",
    ) -> None:
        """Something is wrong at a character within a scalar."""
        line, column = node.locate(offset)
        self.position(node.source, line, column, message, hint, code, width, level)

    def position(
        self,
        source: SourceText,
        line: int,
        column: int,
        message: str,
        hint: str = "",
        code: str = "invalid",
        width: int = 1,
        level: Literal["error", "warning"] = "error",
    ) -> None:
        """Something is wrong at a line and column."""
        text = source.line(line)
        width = max(1, min(width, len(text) - column + 1))
        self.add(Diagnostic(source.shown, line, column, message, hint, text, width, code, level))

    def file(self, source: SourceText, message: str, hint: str = "", code: str = "invalid") -> None:
        """Something is wrong with a file as a whole."""
        self.add(Diagnostic(source.shown, 0, 0, message, hint, code=code))

    def errors_in(self, source: SourceText) -> bool:
        """Whether a file has any error so far."""
        return self._counts[source.shown] > 0

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What makes the files unusable, sorted by place."""
        return tuple(sorted((e for e in self._found.values() if e.level == "error"), key=lambda e: e.order))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is odd and can stay, sorted by place."""
        return tuple(sorted((e for e in self._found.values() if e.level == "warning"), key=lambda e: e.order))

    def raise_any(self) -> None:
        """Refuses if there is any error.

        Raises:
            InvalidDocuments: with every error and every warning, sorted by place.
        """
        if self.errors:
            raise InvalidDocuments((*self.errors, *self.warnings))
