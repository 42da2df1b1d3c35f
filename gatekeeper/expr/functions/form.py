"""How a function is described: one form for each combination of argument types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Form:
    """One overload of a function.

    Attributes:
        params: the kinds of the arguments, the receiver first (words of ``values.KINDS``, or
            ``dyn`` for any).
        result: the kind that ``call`` returns, or ``dyn``.
        call: computes the result from values of those kinds; it refuses with
            :class:`~gatekeeper.expr.outcome.Refusal` or a ``ValueError`` whose message names no value.
        receiver: whether it is written ``target.function(…)``.
        cost: extra steps of a call, from the same arguments; long strings are counted anyway.
        needs: variables that the call reads beyond its arguments; they come first.
        of: the evidence record that the receiver has to be, where its kind alone says too little.
        gives: the evidence record that ``result`` is, or a list of it; or the name of a rule of ``generics``.
        metered: whether ``call`` is given the run and the place before the arguments. It spends what it does as it
            goes, and may return trouble.
        settles: whether the first argument alone decides; the other one is not evaluated then, and ``call`` gets
            ``None`` for it.
    """

    params: tuple[str, ...]
    result: str
    call: Callable[..., Any]
    receiver: bool = False
    needs: tuple[str, ...] = ()
    cost: Callable[..., int] | None = None
    of: type | None = None
    gives: Any = None
    metered: bool = False
    settles: Callable[[Any], bool] | None = None

    @property
    def arity(self) -> int:
        """How many arguments stand within the parentheses."""
        return len(self.params) - len(self.needs) - self.receiver


Forms: TypeAlias = "Mapping[str, tuple[Form, ...]]"
