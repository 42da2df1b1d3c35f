"""What one evaluation carries with it, and what one place of an expression knows about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatekeeper.expr.outcome import BudgetSpent, EvaluationError
from gatekeeper.model.shown import cut, on_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatekeeper.expr.tree import Span

_LONGEST_EXCERPT = 80


class Run:
    """The state of one evaluation; it is never shared.

    Attributes:
        bindings: the variables.
        locals: the current elements of the enclosing macros, by slot.
        left: steps that may still be taken.
    """

    __slots__ = ("bindings", "left", "locals")

    def __init__(self, bindings: Mapping[str, object], slots: int, budget: int) -> None:
        self.bindings = bindings
        self.locals: list[object] = [None] * slots
        self.left = budget

    def spend(self, steps: int) -> None:
        """Take steps off the budget.

        Raises:
            BudgetSpent: there are not as many left.
        """
        self.left -= steps
        if self.left < 0:
            raise BudgetSpent


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the expression, to be blamed.

    Attributes:
        expression: its source, cut where it is long, on one line.
        line: 1-based line of its beginning.
        column: 1-based column of its beginning.
    """

    expression: str
    line: int
    column: int

    @classmethod
    def of(cls, source: str, span: Span) -> Site:
        """The place at ``span`` of ``source``."""
        return cls(cut(on_one_line(source[span.start : span.end]), _LONGEST_EXCERPT), span.line, span.column)

    def error(self, message: str) -> EvaluationError:
        """The error that this place comes to."""
        return EvaluationError(message, self.expression, self.line, self.column)
