"""Closures of optional syntax: ``a.?b``, ``a[?b]``, ``[?a]`` and ``{?k: a}``.

Absent is only what known evidence does not have: of what is not known, or has no value, ``.?`` is neither absent nor
there, but as little known, and nothing behind it makes it better known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatekeeper.expr.operators import SOUGHT, find
from gatekeeper.expr.outcome import EvaluationError, Trouble, Unknown, merge
from gatekeeper.expr.tree import ListOf, Lookup, MapOf, OptionalEntry
from gatekeeper.expr.values import NONE, MapValue, OptionalValue, Uint, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gatekeeper.expr.evaluator import Closure, Maker
    from gatekeeper.expr.run import Run, Site


def filled(value: object) -> object:
    """The optional that holds a value; trouble stays what it is."""
    return value if type(value) is Unknown or type(value) is EvaluationError else OptionalValue((value,))


def look_up(site: Site, operand: Any, key: Any) -> object:
    """``operand[?key]``; of an optional also ``operand[key]`` and ``operand.key``.

    A key that a map cannot have is an error, as it is for ``in``.
    """
    if (trouble := merge(operand, key)) is not None:
        return trouble
    if type(operand) is OptionalValue:
        if not operand.inside:
            return operand
        operand = operand.inside[0]
    if type(operand) is list:
        if type(key) is not int and type(key) is not Uint:
            return site.error(f"the index of a list is a whole number, not {kind(key)}")
        return filled(operand[key]) if 0 <= key < len(operand) else NONE
    if type(operand) is dict or type(operand) is MapValue:
        if type(key) not in SOUGHT:
            return site.error(f"{kind(key)} is no key of a map")
        found = find(operand, key)
        return NONE if found is None else filled(found[1])
    return merge(operand, None) or site.error(f"{kind(operand)} has no {'fields' if type(key) is str else 'elements'}")


def make_lookup(maker: Maker, node: Lookup) -> Closure:
    """The closure of ``operand.?field`` or ``operand[?key]``."""
    site, operand, key = maker.site(node.span), maker.make(node.operand), maker.make(node.key)
    return lambda run: look_up(site, operand(run), key(run))


def make_list(maker: Maker, node: ListOf) -> Closure:
    """The closure of a list some of whose elements are optional."""
    elements = [_entry(maker, each) for each in node.elements]

    def build(run: Run) -> object:
        made: list[object] = []
        trouble: Trouble | None = None
        for element in elements:
            held = element(run)
            if type(held) is OptionalValue:
                made.extend(held.inside)
            else:
                trouble = merge(trouble, held)
        return made if trouble is None else trouble

    return build


def make_map(maker: Maker, node: MapOf) -> Closure:
    """The closure of a map some of whose entries are optional."""
    site = maker.site(node.span)
    keys = [maker.make(each) for each in node.entries[::2]]
    values = [_entry(maker, each) for each in node.entries[1::2]]

    def build(run: Run) -> object:
        pairs: list[tuple[object, object]] = []
        trouble: Trouble | None = None
        for key, value in zip(keys, values, strict=True):
            name, held = key(run), value(run)
            if (found := merge(name, held)) is not None:
                trouble = merge(trouble, found)
            elif type(held) is OptionalValue:
                pairs.extend((name, inside) for inside in held.inside)
        return as_map(site, pairs) if trouble is None else trouble

    return build


def as_map(site: Site, pairs: Iterable[tuple[object, object]]) -> object:
    """The map of some keys and values, or the error that they are none."""
    try:
        made = MapValue(iter(pairs))
    except TypeError:
        return site.error("the keys of a map are bools, ints, uints or strings")
    except KeyError:
        return site.error("a key of the map occurs twice")
    keys = made.keys()
    return {str(key): value for key, value in made.items()} if all(type(key) is str for key in keys) else made


def _entry(maker: Maker, node: Any) -> Callable[[Run], object]:
    """What an entry comes to, as an optional or trouble, whether it was written as an optional one or not."""
    if not isinstance(node, OptionalEntry):
        plain = maker.make(node)
        return lambda run: filled(plain(run))
    optional, site = maker.make(node.operand), maker.site(node.operand.span)

    def entry(run: Run) -> object:
        held = optional(run)
        if type(held) is OptionalValue:
            return held
        return merge(held, None) or site.error(f'an entry with "?" is an optional, not {kind(held)}')

    return entry
