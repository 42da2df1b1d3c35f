"""What is asked of optionals, and how they are made.

https://pkg.go.dev/github.com/google/cel-go/cel#OptionalTypes
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.temporal import Duration, Timestamp
from gatekeeper.expr.values import NONE, CelType, OptionalValue

if TYPE_CHECKING:
    from collections.abc import Callable


def _of_non_zero(value: Any) -> OptionalValue:
    """Absent where the value is null, false, 0, empty, a duration of no length, or the first instant of 1970."""
    if type(value) is Timestamp or type(value) is Duration:
        zero = value.ns == 0
    else:
        zero = type(value) not in (CelType, OptionalValue) and not value
    return NONE if zero else OptionalValue((value,))


def _is_filled(optional: OptionalValue) -> bool:
    return bool(optional.inside)


def _value(optional: OptionalValue) -> object:
    if not optional.inside:
        raise ValueError("the optional has no value")
    return optional.inside[0]


def _or(optional: OptionalValue, other: OptionalValue) -> OptionalValue:
    return optional if optional.inside else other


def _or_value(optional: OptionalValue, default: object) -> object:
    return optional.inside[0] if optional.inside else default


def _asked(params: tuple[str, ...], result: str, call: Callable[..., Any], gives: str = "") -> tuple[Form, ...]:
    settles = _is_filled if len(params) == 2 else None
    return (Form(params, result, call, receiver=True, gives=gives or None, settles=settles),)


OPTIONALS: Final[dict[str, tuple[Form, ...]]] = {
    "optional.of": (Form(("dyn",), "optional", lambda value: OptionalValue((value,)), gives="filled"),),
    "optional.none": (Form((), "optional", lambda: NONE, gives="none"),),
    "optional.ofNonZeroValue": (Form(("dyn",), "optional", _of_non_zero, gives="optional"),),
    "hasValue": _asked(("optional",), "bool", _is_filled, "whether filled"),
    "value": _asked(("optional",), "dyn", _value, "inside"),
    "or": _asked(("optional", "optional"), "optional", _or, "either"),
    "orValue": _asked(("optional", "dyn"), "dyn", _or_value, "inside or default"),
}
