"""Whether one trigger of a ladder holds whenever another one does, as far as that shows without evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from gatekeeper.expr import Program
from gatekeeper.expr.tree import Binary, Constant, Logic, Select, Variable
from gatekeeper.expr.tree import Node as Branch
from gatekeeper.load.alike import Form, form_of, written_out
from gatekeeper.model.duty import Span
from gatekeeper.model.ladder import Lasting, Trigger
from gatekeeper.model.policy import Parameter
from gatekeeper.model.rule import Expression

_RISING = (">", ">=")
_FALLING = ("<", "<=")


_Figure = int | float | timedelta
_Figures = Mapping[str, _Figure]


def hides(upper: Trigger, lower: Trigger, params: Sequence[Parameter] = ()) -> bool:
    """Whether ``upper`` certainly holds whenever ``lower`` does.

    Args:
        params: the parameters of their ladder. Those that nobody can override are as good as the figure itself.
    """
    if not isinstance(upper.when.program, Program) or not isinstance(lower.when.program, Program):
        return False
    fixed = {
        each.name: each.default
        for each in params
        if not each.overridable and isinstance(each.default, int | float | timedelta)
    }
    if not _Implication(fixed).holds(lower.when.program.tree, upper.when.program.tree):
        return False
    if upper.lasting is None:
        return True
    if lower.lasting is None or _form(upper.since) != _form(lower.since):
        return False
    return _shorter(upper.lasting, lower.lasting, fixed)


def _shorter(upper: Lasting, lower: Lasting, fixed: _Figures) -> bool:
    """Whether what lasts as ``lower`` asks lasts as ``upper`` asks."""
    if _form(upper.until) != _form(lower.until):
        return False
    one, other = _span(upper.span, fixed), _span(lower.span, fixed)
    if isinstance(one, timedelta) and isinstance(other, timedelta) and one != other:
        return one < other
    return one == other and (lower.strictly or not upper.strictly)


def _span(span: Span, fixed: _Figures) -> timedelta | Form:
    """A span, or the form of an expression whose value is not known before there is evidence."""
    if isinstance(span, timedelta):
        return span
    tree = span.program.tree if isinstance(span.program, Program) else None
    figure = _figure(tree, fixed) if tree is not None else None
    return figure if isinstance(figure, timedelta) else _form(span)


def _form(expression: Expression | None) -> Form:
    """What an expression says; empty where there is none."""
    if expression is None:
        return ()
    program = expression.program
    return form_of(program.tree) if isinstance(program, Program) else (program.source,)


class _Implication:
    """Whether one expression being true makes another one true; only what is certain is told."""

    def __init__(self, fixed: _Figures) -> None:
        self._fixed = fixed

    def holds(self, given: Branch, wanted: Branch) -> bool:
        """Whether ``wanted`` is true whenever ``given`` is."""
        given, wanted = written_out(given), written_out(wanted)
        if form_of(given) == form_of(wanted):
            return True
        if isinstance(wanted, Logic):
            over = any if wanted.operator == "||" else all
            if over(self.holds(given, each) for each in wanted.terms):
                return True
        if isinstance(given, Logic):
            over = any if given.operator == "&&" else all
            return over(self.holds(each, wanted) for each in given.terms)
        return self._bounded(given, wanted)

    def _bounded(self, given: Branch, wanted: Branch) -> bool:
        """``x > 20`` makes ``x > 10`` true."""
        if not isinstance(given, Binary) or not isinstance(wanted, Binary):
            return False
        if form_of(given.left) != form_of(wanted.left):
            return False
        one, other = _figure(given.right, self._fixed), _figure(wanted.right, self._fixed)
        if one is None or other is None:
            return False
        for strict, loose in (_RISING, _FALLING):
            if {given.operator, wanted.operator} <= {strict, loose}:
                inside = _less(other, one) if strict == ">" else _less(one, other)
                return inside or (one == other and (given.operator == strict or wanted.operator == loose))
        return False


def _less(one: _Figure, other: _Figure) -> bool:
    """``one < other``; a span and a number cannot be compared."""
    if isinstance(one, timedelta):
        return isinstance(other, timedelta) and one < other
    return not isinstance(other, timedelta) and one < other


def _figure(branch: Branch, fixed: _Figures) -> _Figure | None:
    """The figure that a part of an expression is, written out or as a parameter; None for anything else."""
    branch = written_out(branch)
    if isinstance(branch, Select) and isinstance(branch.operand, Variable) and branch.operand.name == "params":
        return fixed.get(branch.field)
    value = branch.value if isinstance(branch, Constant) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
