"""Variables of a policy at run time: computed when something first reads them, and then never again.

One dictionary of bindings is one look at the evidence. Whatever reads a variable under it gets the same value, unknown
or error; what the value cost is not charged to those who read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from gatekeeper.expr.program import variable_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NOT_YET: Final = object()


class Runnable(Protocol):
    """What gives a value under bindings: a program."""

    def run(self, bindings: Mapping[str, object], *, budget: int = ...) -> object:
        """The value, an ``Unknown`` or an ``EvaluationError``; nothing is ever raised."""
        ...


class Deferred:
    """A variable that is computed when it is first read, within a budget of its own.

    Attributes:
        bindings: the names that its expression sees; never those of a row that its reader sees beside.
    """

    __slots__ = ("_program", "_value", "bindings")

    bindings: Mapping[str, object]

    def __init__(self, program: Runnable, bindings: Mapping[str, object]) -> None:
        self.bindings = bindings
        self._program = program
        self._value: object = _NOT_YET

    @property
    def value(self) -> object:
        """A value, an ``Unknown`` or an ``EvaluationError``; two threads may compute it twice, to no harm."""
        if self._value is _NOT_YET:
            self._value = self._program.run(self.bindings)
        return self._value


def with_variables(bindings: Mapping[str, object], variables: Iterable[tuple[str, Runnable]]) -> dict[str, object]:
    """Bindings with the variables of a policy, which see these bindings and each other.

    Args:
        variables: name and program of each.
    """
    seen = dict(bindings)
    for name, program in variables:
        seen[variable_name(name)] = Deferred(program, seen)
    return seen
