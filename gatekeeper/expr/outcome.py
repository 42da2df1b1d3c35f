"""What an evaluation can come to beside a value: not known, an error, or out of budget.

Unknowns and errors are ordinary values in here, so that an operator sees both of its sides before it
decides (``unknown`` beats an error, and ``false && error`` is ``false``). Only the spent budget is an
exception, because nothing may absorb it; it never leaves this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from gatekeeper.model.finding import Lack


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known, and why.

    As a binding it stands for evidence that cannot be had; as a result it names every lack that the
    result hangs on, in the order in which the expression met them, without duplicates.
    """

    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class EvaluationError:
    """An expression that has no value.

    Attributes:
        message: what is wrong, in one line; it holds no value of the evidence.
        expression: the source of the sub-expression that failed, cut where it is long.
        line: 1-based line of the sub-expression within the compiled text.
        column: 1-based column of it.
        cause: ``budget`` where the step budget was spent, else ``error``.
    """

    message: str
    expression: str
    line: int
    column: int
    cause: Literal["error", "budget"] = "error"

    def __str__(self) -> str:
        return f"{self.expression}: {self.message}"


Trouble: TypeAlias = Unknown | EvaluationError


class Refusal(Exception):
    """A function cannot work with its arguments.

    Args:
        message: what is wrong; ``{argument}`` in it is replaced by the source of the argument at
            ``blamed`` (counting a receiver as argument 0), never by its value.
        blamed: which argument that is.
    """

    def __init__(self, message: str, blamed: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.blamed = blamed


class BudgetSpent(Exception):
    """The evaluation has taken more steps than it may."""


def merge(first: object, second: object) -> Trouble | None:
    """What two operands come to where at least one of them is no value; None if both are values.

    Unknowns merge and beat errors; of two errors the first stands.
    """
    if type(first) is Unknown:
        return _union(first, second) if type(second) is Unknown else first
    if type(second) is Unknown:
        return second
    if type(first) is EvaluationError:
        return first
    return second if type(second) is EvaluationError else None


def _union(first: Unknown, second: Unknown) -> Unknown:
    if first.lacks == second.lacks:
        return first
    return Unknown(tuple(dict.fromkeys((*first.lacks, *second.lacks))))
