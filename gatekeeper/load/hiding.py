"""Whether one trigger of a ladder holds whenever another one does, as far as that shows without evidence."""

from __future__ import annotations

from datetime import timedelta

from gatekeeper.expr import Program
from gatekeeper.expr.tree import Binary, Constant, Logic
from gatekeeper.expr.tree import Node as Branch
from gatekeeper.model.ladder import Lasting, Trigger
from gatekeeper.model.rule import Expression

_RISING = (">", ">=")
_FALLING = ("<", "<=")


def hides(upper: Trigger, lower: Trigger) -> bool:
    """Whether ``upper`` certainly holds whenever ``lower`` does."""
    if not isinstance(upper.when.program, Program) or not isinstance(lower.when.program, Program):
        return False
    if not _Implication(lower.when.program, upper.when.program).holds(lower.when.program.tree, upper.when.program.tree):
        return False
    if upper.lasting is None:
        return True
    if lower.lasting is None or _text(upper.since) != _text(lower.since):
        return False
    return _shorter(upper.lasting, lower.lasting)


def _shorter(upper: Lasting, lower: Lasting) -> bool:
    """Whether what lasts as ``lower`` asks lasts as ``upper`` asks."""
    if _text(upper.until) != _text(lower.until):
        return False
    if isinstance(upper.span, timedelta) and isinstance(lower.span, timedelta) and upper.span != lower.span:
        return upper.span < lower.span
    same = upper.span == lower.span or (
        isinstance(upper.span, Expression)
        and isinstance(lower.span, Expression)
        and _text(upper.span) == _text(lower.span)
    )
    return same and (lower.strictly or not upper.strictly)


def _text(expression: Expression | None) -> str:
    return "" if expression is None else "".join(expression.source.split())


class _Implication:
    """Whether one expression being true makes another one true; only what is certain is told."""

    def __init__(self, given: Program, wanted: Program) -> None:
        self._given = given.source
        self._wanted = wanted.source

    def holds(self, given: Branch, wanted: Branch) -> bool:
        """Whether ``wanted`` is true whenever ``given`` is."""
        if self._same(given, wanted):
            return True
        if isinstance(wanted, Logic):
            over = any if wanted.operator == "||" else all
            if over(self.holds(given, each) for each in wanted.terms):
                return True
        if isinstance(given, Logic):
            over = any if given.operator == "&&" else all
            return over(self.holds(each, wanted) for each in given.terms)
        return self._bounded(given, wanted)

    def _same(self, given: Branch, wanted: Branch) -> bool:
        one = self._given[given.span.start : given.span.end]
        other = self._wanted[wanted.span.start : wanted.span.end]
        return "".join(one.split()) == "".join(other.split())

    def _bounded(self, given: Branch, wanted: Branch) -> bool:
        """``x > 20`` makes ``x > 10`` true."""
        if not isinstance(given, Binary) or not isinstance(wanted, Binary) or not self._same(given.left, wanted.left):
            return False
        one, other = _number(given.right), _number(wanted.right)
        if one is None or other is None:
            return False
        for strict, loose in (_RISING, _FALLING):
            if {given.operator, wanted.operator} <= {strict, loose}:
                inside = one > other if strict == ">" else one < other
                return inside or (one == other and (given.operator == strict or wanted.operator == loose))
        return False


def _number(branch: Branch) -> float | None:
    value = branch.value if isinstance(branch, Constant) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
