"""Closures of function calls: the form is chosen by the exact types of the arguments."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gatekeeper.expr.functions import FUNCTIONS
from gatekeeper.expr.outcome import EvaluationError, Refusal, Unknown, merge
from gatekeeper.expr.tree import Call, Variable
from gatekeeper.expr.values import KINDS, OptionalValue, kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.evaluator import Closure, Maker
    from gatekeeper.expr.functions.form import Form
    from gatekeeper.expr.run import Run, Site

_Table: TypeAlias = "dict[tuple[type, ...], Form]"
_TEXTS: Final = (str, bytes)


def make_call(maker: Maker, node: Call) -> Closure:
    """The closure of a call; a function that does not exist is an error when it is called."""
    site = maker.site(node.span)
    receiver, count = node.target is not None, len(node.arguments)
    forms = [form for form in FUNCTIONS.get(node.function, ()) if form.receiver == receiver and form.arity == count]
    if not forms:
        missing = site.error(f'there is no function "{node.function}" that fits')
        return lambda _: missing
    given = node.arguments if node.target is None else (node.target, *node.arguments)
    needs = tuple(Variable(node.name_span, name) for name in forms[0].needs)
    operands = maker.make_all((*needs, *given))
    excerpts = [maker.site(each.span).expression for each in (*needs, *given)]
    table = _table(forms)
    if forms[0].settles is not None:
        return _settling(node.function, site, operands, table, forms[0].settles)
    if len(operands) == 1 and not any(form.metered for form in forms):
        return _of_one(node.function, site, operands[0], table, excerpts)
    return _of_many(node.function, site, operands, table, excerpts)


def _table(forms: list[Form]) -> _Table:
    """The form for each combination of exact Python types."""
    return {
        types: form
        for form in forms
        for types in product(
            *([python for python, word in KINDS.items() if param in (word, "dyn")] for param in form.params)
        )
    }


def _of_one(name: str, site: Site, operand: Closure, table: _Table, excerpts: list[str]) -> Closure:
    forms = {types[0]: (form.call, form.cost) for types, form in table.items()}

    def call(run: Run) -> object:
        value: Any = operand(run)
        form = forms.get(type(value))
        if form is None:
            return merge(value, None) or _no_form(name, site, [value])
        chosen, cost = form
        if type(value) in _TEXTS:
            run.spend(len(value) >> 6)
        if cost is not None:
            run.spend(cost(value))
        return _guarded(site, excerpts, chosen, value)

    return call


def _of_many(name: str, site: Site, operands: tuple[Closure, ...], table: _Table, excerpts: list[str]) -> Closure:
    def call(run: Run) -> object:
        values: list[Any] = [operand(run) for operand in operands]
        form = table.get(tuple(map(type, values)))
        if form is None:
            return _unfit(name, site, values)
        run.spend(sum(len(value) >> 6 for value in values if type(value) in _TEXTS))
        if form.cost is not None:
            run.spend(form.cost(*values))
        if form.metered:  # it spends as it goes
            values[:0] = run, site
        return _guarded(site, excerpts, form.call, *values)

    return call


def _settling(
    name: str, site: Site, operands: tuple[Closure, ...], table: _Table, settles: Callable[[Any], bool]
) -> Closure:
    """A call whose first argument may make the second needless, whatever that is."""
    first, second = operands
    settled = next(iter(table.values()))

    def call(run: Run) -> object:
        one: Any = first(run)
        if type(one) is not OptionalValue:
            return merge(one, None) or _no_form(name, site, [one])
        if settles(one):
            return settled.call(one, None)
        other = second(run)
        form = table.get((OptionalValue, type(other)))
        return form.call(one, other) if form is not None else merge(other, None) or _no_form(name, site, [one, other])

    return call


def _guarded(site: Site, excerpts: list[str], call: Callable[..., Any], *values: Any) -> object:
    """The result of the call, or the error that it refuses with, naming sources and no values."""
    try:
        return call(*values)
    except Refusal as refused:
        return site.error(refused.message.replace("{argument}", excerpts[refused.blamed]))
    except (ValueError, OverflowError) as error:
        return site.error(str(error))


def _unfit(name: str, site: Site, values: list[Any]) -> Unknown | EvaluationError:
    """What a call comes to that no form takes: the trouble among its arguments, or that they do not fit."""
    trouble: Unknown | EvaluationError | None = None
    for value in values:
        trouble = merge(trouble, value)
    return trouble or _no_form(name, site, values)


def _no_form(name: str, site: Site, values: list[Any]) -> EvaluationError:
    return site.error(f"{name} does not take {', '.join(map(kind, values))}")
