"""Closures of ``all``, ``exists``, ``exists_one``, ``map`` and ``filter``.

``all`` and ``exists`` are long ``&&`` and ``||``: an element that decides does so, whatever the
others come to. The rest need every element: any unknown makes them unknown, any error an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr.operators import no_truth
from gatekeeper.expr.outcome import BudgetSpent, EvaluationError, Unknown, merge
from gatekeeper.expr.tree import Comprehension, size
from gatekeeper.expr.values import MapValue, kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.evaluator import Closure, Maker
    from gatekeeper.expr.run import Run, Site


def make_comprehension(maker: Maker, node: Comprehension) -> Closure:
    """The closure of a macro."""
    source = _elements(maker, node)
    cost = 1 + size(node.body) + (0 if node.where is None else size(node.where))
    test = maker.make(node.body if node.where is None else node.where)
    site = maker.site((node.body if node.where is None else node.where).span)
    if node.macro == "map":
        where = None if node.where is None else test
        return _map(source, node.slot, cost, maker.make(node.body), where=where, site=site)
    if node.macro in ("all", "exists"):
        return _quantifier(source, node.slot, cost, test, site, decides=node.macro == "exists")
    return _CHOOSERS[node.macro](source, node.slot, cost, test, site)


def _elements(maker: Maker, node: Comprehension) -> Closure:
    """The elements of the list, or the keys of the map, that a macro visits; else the trouble."""
    over, site = maker.make(node.over), maker.site(node.over.span)
    macro = node.macro

    def elements(run: Run) -> object:
        value: Any = over(run)
        if type(value) is list:
            return value
        if type(value) is dict:
            return list(value)
        if type(value) is MapValue:
            return value.keys()
        return merge(value, None) or site.error(f"{macro} visits a list or a map, not {kind(value)}")

    return elements


def _quantifier(source: Closure, slot: int, cost: int, test: Closure, site: Site, *, decides: bool) -> Closure:
    def quantify(run: Run) -> object:
        elements = source(run)
        if type(elements) is not list:
            return elements
        trouble: Unknown | EvaluationError | None = None
        held = run.locals
        for element in elements:
            run.left -= cost
            if run.left < 0:
                raise BudgetSpent
            held[slot] = element
            value = test(run)
            if value is decides:
                return decides
            if value is not True and value is not False:
                trouble = merge(trouble, no_truth(site, value))
        return not decides if trouble is None else trouble

    return quantify


def _filter(source: Closure, slot: int, cost: int, test: Closure, site: Site) -> Closure:
    def choose(run: Run) -> object:
        elements = source(run)
        if type(elements) is not list:
            return elements
        trouble: Unknown | EvaluationError | None = None
        held, chosen = run.locals, []
        for element in elements:
            run.left -= cost
            if run.left < 0:
                raise BudgetSpent
            held[slot] = element
            value = test(run)
            if value is True:
                chosen.append(element)
            elif value is not False:
                trouble = merge(trouble, no_truth(site, value))
        return chosen if trouble is None else trouble

    return choose


def _exists_one(source: Closure, slot: int, cost: int, test: Closure, site: Site) -> Closure:
    choose = _filter(source, slot, cost, test, site)

    def exactly_one(run: Run) -> object:
        chosen = choose(run)
        return len(chosen) == 1 if type(chosen) is list else chosen

    return exactly_one


def _map(source: Closure, slot: int, cost: int, body: Closure, *, where: Closure | None, site: Site) -> Closure:
    def transform(run: Run) -> object:
        elements = source(run)
        if type(elements) is not list:
            return elements
        trouble: Unknown | EvaluationError | None = None
        held, made = run.locals, []
        for element in elements:
            run.left -= cost
            if run.left < 0:
                raise BudgetSpent
            held[slot] = element
            if where is not None and (truth := where(run)) is not True:
                if truth is not False:
                    trouble = merge(trouble, no_truth(site, truth))
                continue
            value = body(run)
            if type(value) is Unknown or type(value) is EvaluationError:
                trouble = merge(trouble, value)
            else:
                made.append(value)
        return made if trouble is None else trouble

    return transform


_CHOOSERS: Final[dict[str, Callable[[Closure, int, int, Closure, Site], Closure]]] = {
    "filter": _filter,
    "exists_one": _exists_one,
}
