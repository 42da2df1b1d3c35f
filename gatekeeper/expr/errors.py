"""Why an expression is refused before it is ever run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gatekeeper.expr.tree import Span


class ExpressionError(InvalidInput):
    """An expression (or a message template) that cannot be used.

    Args:
        message: what is wrong, in one line, without the place.
        line: 1-based line within the text that was compiled.
        column: 1-based column within that line, counted in characters.
        width: how many characters a caret line should underline, at least 1.
        hint: how to mend it, or an empty string.
    """

    def __init__(self, message: str, line: int, column: int, width: int = 1, hint: str = "") -> None:
        super().__init__(message, hint)
        self.line = line
        self.column = column
        self.width = max(1, width)

    @classmethod
    def at(cls, span: Span, message: str, hint: str = "") -> ExpressionError:
        """The refusal of what stands at ``span``."""
        return cls(message, span.line, span.column, span.end - span.start, hint)

    def __str__(self) -> str:
        told = f"{self.message} (line {self.line}, column {self.column})"
        return f"{told}; {self.hint}" if self.hint else told

    def __reduce__(self) -> tuple[object, ...]:
        return (
            type(self),
            (self.message, self.line, self.column, self.width, self.hint),
        )


def suggestion(word: str, known: Iterable[str]) -> str:
    """``did you mean "…"?`` for the nearest known word, or an empty string."""
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""
