"""What every renderer is."""

from __future__ import annotations

from typing import Protocol

from gatekeeper.model.report import Report


class Renderer(Protocol):
    """Turns a report into one text. Pure: no clock, no terminal, no files; the same report gives the same text."""

    @property
    def name(self) -> str:
        """The word that ``--format`` takes."""
        ...

    @property
    def media_type(self) -> str:
        """The Internet media type of the text."""
        ...

    def render(self, report: Report) -> str:
        """The whole text, ending in a newline."""
        ...
