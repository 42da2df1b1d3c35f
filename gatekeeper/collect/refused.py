"""How a collector says that a source cannot become evidence."""

from __future__ import annotations

from typing import Literal

Cause = Literal["failed", "mistyped", "truncated"]


class Refused(Exception):
    """A source that cannot become evidence.

    Args:
        cause: ``failed`` where it cannot be read, ``mistyped`` where it is not what it should be,
            ``truncated`` where a part of it is not there.
        detail: one line for a person; it never prints the document.
    """

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause: Cause = cause
        self.detail = detail
