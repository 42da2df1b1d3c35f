"""Everything that gatekeeper can refuse, and how a refusal is worded.

::

    GatekeeperError              one line: what is wrong, where, how to mend it
    ├── UsageError               the command was called wrongly             exit 2
    ├── InvalidInput             a policy, configuration or snapshot is bad  exit 4
    │   ├── InvalidDocuments     the same, with every diagnostic gathered
    │   └── StoreError           the store cannot be used
    └── OutputError              a result could not be written               exit 4

Evidence that cannot be had is no error: it becomes ``unknown`` and blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


class GatekeeperError(Exception):
    """A refusal that a person can act on.

    Args:
        message: what is wrong and where, in one line.
        hint: how to mend it, in one line; empty where the message says it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UsageError(GatekeeperError):
    """The command line or the call is wrong: an unknown policy, a bad option."""


class InvalidInput(GatekeeperError):
    """A policy, a configuration file or a snapshot cannot be used."""


class StoreError(InvalidInput):
    """The store cannot be opened, read or written.

    Args:
        message: as with every refusal.
        hint: as with every refusal.
        passing: whether the same call may succeed later with nothing mended, such as when a server is started anew.
    """

    def __init__(self, message: str, hint: str = "", *, passing: bool = False) -> None:
        super().__init__(message, hint)
        self.passing = passing


class OutputError(GatekeeperError):
    """A result could not be written; what stood there before still stands."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong in a file.

    Attributes:
        file: path as the user would write it.
        line: 1-based; 0 where the file as a whole is meant.
        column: 1-based, counted in characters; 0 where the line as a whole is meant.
        message: what is wrong.
        hint: how to mend it, or an empty string.
        source: the text of that line, or an empty string.
        width: how many characters the caret line underlines, at least 1.
        code: a stable kebab-case word for the kind of mistake.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    source: str = ""
    width: int = 1
    code: str = "invalid"
    level: Literal["error", "warning"] = "error"

    @property
    def order(self) -> tuple[str, int, int, str]:
        """Sort key: by file, then line, then column."""
        return (self.file, self.line, self.column, self.message)

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{where}: {self.message}"


class InvalidDocuments(InvalidInput):
    """Files that cannot be used, with every mistake of every file, sorted by place."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=lambda each: each.order))
        super().__init__("\n".join(str(each) for each in self.diagnostics))
