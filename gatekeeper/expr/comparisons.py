"""Closures of the comparisons: the common pair of types at once, everything else in ``operators``."""

from __future__ import annotations

import operator as python
from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr import operators
from gatekeeper.expr.operators import ORDERED, SAME
from gatekeeper.expr.tree import Binary, Constant, ListOf

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.evaluator import Closure
    from gatekeeper.expr.run import Run, Site


def _equality(site: Site, left: Closure, right: Closure, node: Binary) -> Closure:
    wanted = node.operator == "=="

    def finish(run: Run, one: object, other: object) -> object:
        same = operators.equal(run, site, one, other)
        return same is wanted if same is True or same is False else same

    if isinstance(node.right, Constant) and type(node.right.value) in SAME:
        constant: Any = node.right.value
        its_type = type(constant)

        def equals_constant(run: Run) -> object:
            one: Any = left(run)
            if type(one) is its_type:
                return (one == constant) is wanted
            return finish(run, one, constant)

        return equals_constant

    def equals(run: Run) -> object:
        one: Any = left(run)
        other: Any = right(run)
        if type(one) is type(other) and type(one) in SAME:
            return (one == other) is wanted
        return finish(run, one, other)

    return equals


def _order(site: Site, left: Closure, right: Closure, node: Binary) -> Closure:
    operator = node.operator
    test: Callable[[Any, Any], bool] = _TESTS[operator]

    def ordered(run: Run) -> object:
        one: Any = left(run)
        other: Any = right(run)
        if type(one) is type(other) and type(one) in ORDERED:
            return test(one, other)
        return operators.compare(operator, site, one, other, test)

    return ordered


def _membership(site: Site, left: Closure, right: Closure, node: Binary) -> Closure:
    container = right
    if isinstance(node.right, ListOf) and all(isinstance(each, Constant) for each in node.right.elements):
        fixed = [each.value for each in node.right.elements if isinstance(each, Constant)]

        def container(_: Run) -> object:
            return fixed

    def within(run: Run) -> object:
        item = left(run)
        items = container(run)
        if type(item) is str and type(items) is list:
            run.spend(len(items))
            return item in items
        return operators.contains(run, site, item, items)

    return within


_TESTS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
}

MAKERS: Final[dict[str, Callable[[Site, Closure, Closure, Binary], Closure]]] = {
    "==": _equality,
    "!=": _equality,
    **dict.fromkeys(_TESTS, _order),
    "in": _membership,
}
"""How to make the closure of each comparison; other operators are arithmetic."""
