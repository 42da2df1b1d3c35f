"""What can be told of a list, or made of it, beside what the macros of CEL can: the lists extension, and ``trailing``.

https://pkg.go.dev/github.com/google/cel-go/ext#Lists
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.functions.ordering import in_order
from gatekeeper.expr.operators import equal
from gatekeeper.expr.optionals import filled
from gatekeeper.expr.outcome import EvaluationError, Refusal, Unknown
from gatekeeper.expr.values import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.run import Run, Site
    from gatekeeper.expr.values import Value


def _trailing(values: list[Value]) -> int:
    if any(type(each) is not bool for each in values):
        raise Refusal("{argument} is not a list of bools")
    return sum(1 for _ in takewhile(lambda each: each is True, reversed(values)))


def _slice(values: list[Value], start: int, end: int) -> list[Value]:
    if not 0 <= start <= end <= len(values):
        raise ValueError("the part is outside of the list, or ends before it begins")
    return values[start:end]


def _flatten(run: Run, _: Site, values: list[Any], depth: int = 1) -> list[Any]:
    """Without the brackets of the lists within, down to a depth."""
    if depth < 0:
        raise ValueError("the depth is below 0")
    while depth > 0 and any(type(each) is list for each in values):
        run.spend(len(values) + sum(len(each) for each in values if type(each) is list))
        values = [part for each in values for part in (each if type(each) is list else (each,))]
        depth -= 1
    run.spend(len(values))
    return values


def _range(number: int) -> list[int]:
    if number < 0:
        raise ValueError("the length of a range is below 0")
    return list(range(number))


def _distinct(run: Run, site: Site, values: list[Any]) -> object:
    """The first of each that are equal, in their order."""
    run.spend(len(values))
    if all(type(each) is str for each in values):
        run.spend(sum(len(each) >> 6 for each in values))
        return list(dict.fromkeys(values))
    kept: list[Any] = []
    for each in values:
        for other in kept:
            run.spend(2)
            same = equal(run, site, each, other)
            if type(same) is Unknown or type(same) is EvaluationError:
                return same
            if same is True:
                break
        else:
            kept.append(each)
    return kept


def _sort(run: Run, site: Site, values: list[Any]) -> object:
    run.spend(len(values))
    return in_order(run, site, values, values)


def _end(at: int) -> Callable[[list[Any]], object]:
    return lambda values: filled(values[at]) if values else NONE


def _form(result: str, call: Callable[..., Any], gives: str, *more: str, **about: Any) -> Form:
    return Form(("list", *more), result, call, receiver=True, gives=gives, **about)


LISTS: Final[dict[str, tuple[Form, ...]]] = {
    "trailing": (Form(("list",), "int", _trailing, cost=len),),
    "slice": (_form("list", _slice, "part", "int", "int", cost=lambda _, start, end: max(0, end - start)),),
    "flatten": tuple(_form("list", _flatten, "flat", *more, metered=True) for more in ((), ("int",))),
    "lists.range": (Form(("int",), "list", _range, cost=lambda number: max(0, number), gives=list[int]),),
    "distinct": (_form("list", _distinct, "same", metered=True),),
    "sort": (_form("list", _sort, "sorted", metered=True),),
    "first": (_form("optional", _end(0), "end"),),
    "last": (_form("optional", _end(-1), "end"),),
    "reverse": (
        _form("list", lambda values: values[::-1], "same", cost=len),
        Form(("string",), "string", lambda text: text[::-1], receiver=True, cost=lambda text: len(text) >> 6),
    ),
}
