"""From the resolved tree to closures that compute it over plain JSON values.

Each node becomes one function of the run. A closure returns a value, an unknown, or an error; it
raises only :class:`~gatekeeper.expr.outcome.BudgetSpent`. What is decided while the closures are
made (constants, fields, places, costs) is not decided again while they run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gatekeeper.expr import calls, comparisons, macros, operators
from gatekeeper.expr.deferred import Deferred
from gatekeeper.expr.operators import find
from gatekeeper.expr.outcome import EvaluationError, Unknown, merge
from gatekeeper.expr.run import Run, Site
from gatekeeper.expr.tree import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Index,
    ListOf,
    Local,
    Logic,
    MapOf,
    Node,
    Prefix,
    Presence,
    Select,
    TypeName,
    Variable,
)
from gatekeeper.expr.values import INT_MAX, INT_MIN, KINDS, TYPE_NAMES, MapValue, adopt, kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.tree import Span

Closure: TypeAlias = "Callable[[Run], object]"


class Maker:
    """Makes the closures of one expression.

    Args:
        source: the text that the spans of the tree point into.
    """

    def __init__(self, source: str) -> None:
        self._source = source

    def site(self, span: Span) -> Site:
        """The place at ``span``, to be blamed."""
        return Site.of(self._source, span)

    def make(self, node: Node) -> Closure:
        """The closure that computes ``node``."""
        return _MAKERS[type(node)](self, node)

    def make_all(self, nodes: tuple[Node, ...]) -> tuple[Closure, ...]:
        """The closures of several nodes."""
        return tuple(self.make(node) for node in nodes)


def _constant(_: Maker, node: Constant) -> Closure:
    value = node.value
    return lambda _: value


def _type_name(_: Maker, node: TypeName) -> Closure:
    value = TYPE_NAMES[node.name]
    return lambda _: value


def _variable(maker: Maker, node: Variable) -> Closure:
    name, site = node.name, maker.site(node.span)
    absent = site.error(f'there is no "{name}" here')

    def read(run: Run) -> object:
        try:
            value = run.bindings[name]
        except KeyError:
            return absent
        if type(value) in KINDS:
            return value
        if type(value) is Deferred:
            return value.value
        try:
            return adopt(value)
        except (TypeError, ValueError) as error:
            return site.error(str(error))

    return read


def _local(_: Maker, node: Local) -> Closure:
    slot = node.slot
    return lambda run: run.locals[slot]


def _select(maker: Maker, node: Select) -> Closure:
    key, site = node.field, maker.site(node.span)
    absent = site.error(f"no such key '{key}'")

    def slow(operand: object) -> object:
        if type(operand) is MapValue:
            found = find(operand, key)
            return absent if found is None else found[1]
        return merge(operand, None) or site.error(f"{kind(operand)} has no fields")

    if isinstance(node.operand, Local):
        slot = node.operand.slot

        def select_local(run: Run) -> object:
            operand = run.locals[slot]
            if type(operand) is dict:
                return operand.get(key, absent)
            return slow(operand)

        return select_local

    inner = maker.make(node.operand)

    def select(run: Run) -> object:
        operand = inner(run)
        if type(operand) is dict:
            return operand.get(key, absent)
        return slow(operand)

    return select


def _presence(maker: Maker, node: Presence) -> Closure:
    key, site, inner = node.field, maker.site(node.span), maker.make(node.operand)

    def presence(run: Run) -> object:
        operand = inner(run)
        if type(operand) is dict:
            return key in operand
        if type(operand) is MapValue:
            return operand.find(key) is not None
        return merge(operand, None) or site.error(f"{kind(operand)} has no fields")

    return presence


def _index(maker: Maker, node: Index) -> Closure:
    site, operand, at = maker.site(node.span), maker.make(node.operand), maker.make(node.index)
    return lambda run: operators.index(site, operand(run), at(run))


def _prefix(maker: Maker, node: Prefix) -> Closure:
    site, inner = maker.site(node.span), maker.make(node.operand)
    if node.operator == "-":
        return lambda run: operators.negate(site, inner(run))

    def invert(run: Run) -> object:
        value = inner(run)
        if value is True:
            return False
        if value is False:
            return True
        return merge(value, None) or site.error(f'no "!" of {kind(value)}')

    return invert


def _binary(maker: Maker, node: Binary) -> Closure:
    site, left, right = maker.site(node.span), maker.make(node.left), maker.make(node.right)
    operator = node.operator
    if (special := comparisons.MAKERS.get(operator)) is not None:
        return special(site, left, right, node)

    if operator in ("+", "-"):
        sign = 1 if operator == "+" else -1

        def add(run: Run) -> object:
            one, other = left(run), right(run)
            if type(one) is int and type(other) is int and INT_MIN <= (made := one + sign * other) <= INT_MAX:
                return made
            return operators.arithmetic(operator, run, site, one, other)

        return add
    return lambda run: operators.arithmetic(operator, run, site, left(run), right(run))


def _logic(maker: Maker, node: Logic) -> Closure:
    """Whatever side decides does so, whatever the others are; else unknown, else the first error."""
    decides = node.operator == "||"
    terms = tuple((maker.make(term), maker.site(term.span)) for term in node.terms)

    def logic(run: Run) -> object:
        trouble: Unknown | EvaluationError | None = None
        for term, site in terms:
            value = term(run)
            if value is decides:
                return decides
            if value is not True and value is not False:
                trouble = merge(trouble, operators.no_truth(site, value))
        return not decides if trouble is None else trouble

    return logic


def _conditional(maker: Maker, node: Conditional) -> Closure:
    test, yes, no = maker.make_all((node.test, node.yes, node.no))
    site = maker.site(node.test.span)

    def choose(run: Run) -> object:
        truth = test(run)
        if truth is True:
            return yes(run)
        return no(run) if truth is False else operators.no_truth(site, truth)

    return choose


def _list_of(maker: Maker, node: ListOf) -> Closure:
    elements = maker.make_all(node.elements)

    def build(run: Run) -> object:
        made = [element(run) for element in elements]
        return first_trouble(made) or made

    return build


def _map_of(maker: Maker, node: MapOf) -> Closure:
    entries, site = maker.make_all(node.entries), maker.site(node.span)

    def build(run: Run) -> object:
        made = [entry(run) for entry in entries]
        if (trouble := first_trouble(made)) is not None:
            return trouble
        keys, values = made[::2], made[1::2]
        if all(type(key) is str for key in keys):
            plain = dict(zip(keys, values, strict=True))
            return plain if len(plain) == len(keys) else site.error("a key of the map occurs twice")
        try:
            return MapValue(zip(keys, values, strict=True))
        except TypeError:
            return site.error("the keys of a map are bools, ints, uints or strings")
        except KeyError:
            return site.error("a key of the map occurs twice")

    return build


def first_trouble(values: list[object]) -> Unknown | EvaluationError | None:
    """What several operands come to if any of them is no value; None if all are values."""
    trouble: Unknown | EvaluationError | None = None
    for value in values:
        if type(value) is Unknown or type(value) is EvaluationError:
            trouble = merge(trouble, value)
    return trouble


_MAKERS: Final[dict[type, Callable[[Maker, Any], Closure]]] = {
    Constant: _constant,
    TypeName: _type_name,
    Variable: _variable,
    Local: _local,
    Select: _select,
    Presence: _presence,
    Index: _index,
    Prefix: _prefix,
    Binary: _binary,
    Logic: _logic,
    Conditional: _conditional,
    ListOf: _list_of,
    MapOf: _map_of,
    Call: calls.make_call,
    Comprehension: macros.make_comprehension,
}
