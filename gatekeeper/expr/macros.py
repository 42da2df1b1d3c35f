"""Closures of macros: over the elements of lists and the keys of maps, over optionals, and ``cel.bind``.

``all`` and ``exists`` are long ``&&`` and ``||``: an element that decides does so, whatever the
others come to. The rest need every element: any unknown makes them unknown, any error an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr.functions.ordering import in_order
from gatekeeper.expr.operators import no_truth
from gatekeeper.expr.optionals import as_map, filled
from gatekeeper.expr.outcome import BudgetSpent, EvaluationError, Unknown, merge
from gatekeeper.expr.tree import Comprehension, size
from gatekeeper.expr.values import MapValue, OptionalValue, kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.evaluator import Closure, Maker
    from gatekeeper.expr.run import Run, Site


def make_comprehension(maker: Maker, node: Comprehension) -> Closure:
    """The closure of a macro."""
    if node.macro in _OF_ONE_VALUE:
        return _of_one_value(maker, node)
    source = _elements(maker, node)
    cost = 1 + size(node.body) + (0 if node.where is None else size(node.where))
    test = maker.make(node.body if node.where is None else node.where)
    if node.second:
        source, test = _pairs(maker, node), _unpacking(test, node.slot)
    site = maker.site((node.body if node.where is None else node.where).span)
    if node.macro in ("all", "exists"):
        return _quantifier(source, node.slot, cost, test, site, decides=node.macro == "exists")
    if node.macro in ("filter", "exists_one"):
        chosen = _filter(source, node.slot, cost, test, site)
        return chosen if node.macro == "filter" else _exactly_one(chosen)
    body = test if node.where is None else maker.make(node.body)
    if node.macro in ("transformMap", "sortBy"):
        body = _beside(body, node.slot)
    made = _map(source, node.slot, cost, body, where=None if node.where is None else test, site=site)
    if node.macro in _FINISHES:
        return _finished(made, maker.site(node.span), _FINISHES[node.macro])
    return made


def visited(value: Any, pairs: bool = False) -> list[Any] | None:
    """What a macro visits of a value: elements or keys; as ``pairs`` those with their index or value; else None."""
    if type(value) is list:
        return list(enumerate(value)) if pairs else value
    if type(value) is dict or type(value) is MapValue:
        return list(value.items()) if pairs else list(value.keys())
    return None


def _elements(maker: Maker, node: Comprehension) -> Closure:
    """The elements of the list, or the keys of the map, that a macro visits; else the trouble."""
    over, site = maker.make(node.over), maker.site(node.over.span)
    macro = node.macro

    def elements(run: Run) -> object:
        value: Any = over(run)
        if type(value) is list:
            return value
        if macro != "sortBy" and (found := visited(value)) is not None:
            return found
        due = "a list" if macro == "sortBy" else "a list or a map"
        return merge(value, None) or site.error(f"{macro} visits {due}, not {kind(value)}")

    return elements


def _pairs(maker: Maker, node: Comprehension) -> Closure:
    """The same for a macro with two variables: each element behind its index, each value behind its key."""
    over, site = maker.make(node.over), maker.site(node.over.span)

    def pairs(run: Run) -> object:
        value: Any = over(run)
        if type(value) is list or type(value) is dict or type(value) is MapValue:
            run.spend(len(value))
            return visited(value, pairs=True)
        return merge(value, None) or site.error(f"{node.macro} visits a list or a map, not {kind(value)}")

    return pairs


def _unpacking(test: Closure, slot: int) -> Closure:
    """What is computed first of a pair: it lays the two where the variables are looked for."""

    def unpack(run: Run) -> object:
        pair: Any = run.locals[slot]
        run.locals[slot], run.locals[slot + 1] = pair
        return test(run)

    return unpack


def _beside(body: Closure, slot: int) -> Closure:
    """What is computed of an element (or key), behind that element."""

    def beside(run: Run) -> object:
        value = body(run)
        return value if type(value) is Unknown or type(value) is EvaluationError else (run.locals[slot], value)

    return beside


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


def _exactly_one(choose: Closure) -> Closure:
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


def _finished(made: Closure, site: Site, finish: Callable[[Run, Site, list[Any]], object]) -> Closure:
    def finished(run: Run) -> object:
        found = made(run)
        return finish(run, site, found) if type(found) is list else found

    return finished


def _one_map(run: Run, site: Site, maps: list[Any]) -> object:
    """The entries of several maps in one; no key may occur twice."""
    pairs: list[tuple[object, object]] = []
    for each in maps:
        if type(each) is not dict and type(each) is not MapValue:
            return site.error(f"transformMapEntry gathers maps, not {kind(each)}")
        run.spend(_ENTRY * len(each))
        pairs.extend(each.items())
    return as_map(site, pairs)


def _whole_map(run: Run, site: Site, pairs: list[Any]) -> object:
    run.spend(_ENTRY * len(pairs))
    return as_map(site, pairs)


def _of_one_value(maker: Maker, node: Comprehension) -> Closure:
    """``cel.bind``, and the macros that look into an optional."""
    over, site, slot = maker.make(node.over), maker.site(node.over.span), node.slot
    body, result = maker.make(node.body), maker.site(node.body.span)

    def bind(run: Run) -> object:
        run.locals[slot] = over(run)  # trouble stays in the name until something reads it
        return body(run)

    def look_into(run: Run) -> object:
        value = over(run)
        if type(value) is not OptionalValue:
            return merge(value, None) or site.error(f"{node.macro} looks into an optional, not {kind(value)}")
        if not value.inside:
            return value
        run.locals[slot] = value.inside[0]
        made = body(run)
        if node.macro == "optMap":
            return filled(made)
        fits = type(made) is OptionalValue
        return made if fits else merge(made, None) or result.error(f"optFlatMap gives an optional, not {kind(made)}")

    return bind if node.macro == "cel.bind" else look_into


_ENTRY: Final = 4
"""Steps for an entry of a map that a macro makes."""

_OF_ONE_VALUE: Final = ("cel.bind", "optMap", "optFlatMap")
_FINISHES: Final[dict[str, Callable[[Run, Site, list[Any]], object]]] = {
    "transformMap": _whole_map,
    "transformMapEntry": _one_map,
    "sortBy": lambda run, site, pairs: in_order(run, site, [key for _, key in pairs], [each for each, _ in pairs]),
}
"""What is made of what a macro computed for all elements."""
