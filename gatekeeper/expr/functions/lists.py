"""What gatekeeper can tell of a list beside what the macros of CEL can."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.outcome import Refusal

if TYPE_CHECKING:
    from gatekeeper.expr.values import Value


def _trailing(values: list[Value]) -> int:
    if any(type(each) is not bool for each in values):
        raise Refusal("{argument} is not a list of bools")
    return sum(1 for _ in takewhile(lambda each: each is True, reversed(values)))


LISTS: Final[dict[str, tuple[Form, ...]]] = {
    "trailing": (Form(("list",), "int", _trailing, cost=len),),
}
