"""The math extension: the greatest and the least, rounding, signs, kinds of doubles, and bits.

https://pkg.go.dev/github.com/google/cel-go/ext#Math
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.operators import NUMERIC
from gatekeeper.expr.outcome import Refusal, merge
from gatekeeper.expr.values import INT_MAX, UINT_MAX, Uint

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.run import Run, Site

_WHOLE_DOUBLE: Final = 2.0**52
"""From here on every double is a whole number."""

_BITS: Final = 64


def _extreme(sign: int) -> Callable[..., object]:
    """The first of those numbers of a list that no other one exceeds; an int is compared with a double as a double."""

    def extreme(run: Run, _: Site, numbers: list[Any]) -> object:
        run.spend(len(numbers))
        best: Any = None
        for each in numbers:
            if type(each) not in NUMERIC:
                if (trouble := merge(each, None)) is not None:
                    return trouble
                raise Refusal("{argument} is not a list of numbers")
            if best is None or _exceeds(each, best, sign):
                best = each
        if best is None:
            raise Refusal("{argument} is empty")
        return best

    return extreme


def _exceeds(one: Any, other: Any, sign: int) -> bool:
    if type(one) is float or type(other) is float:
        one, other = float(one), float(other)
    return bool(one > other if sign > 0 else one < other)


def _whole(step: Callable[[float], int]) -> Callable[[float], float]:
    """A way of rounding, for doubles that have a fraction; zero keeps the sign of the number."""

    def rounded(value: float) -> float:
        has_fraction = abs(value) < _WHOLE_DOUBLE  # neither an infinity nor NaN
        return math.copysign(float(step(value)), value) if has_fraction else value

    return rounded


def _half_away(value: float) -> int:
    whole = math.trunc(value)
    return whole + int(math.copysign(1, value)) if abs(value - whole) >= 0.5 else whole


def _absolute(value: int) -> int:
    if abs(value) > INT_MAX:
        raise ValueError("the result does not fit into 64 bits")
    return abs(value)


def _sign(value: float) -> float:
    return value if math.isnan(value) else float((value > 0) - (value < 0))


def _root(value: float) -> float:
    return math.nan if value < 0 else math.sqrt(value)


def _signed(bits: int) -> int:
    """The int that has these 64 bits."""
    bits &= UINT_MAX
    return bits - (1 << _BITS) if bits > INT_MAX else bits


def _shift(value: int, by: int, left: bool) -> int:
    """The 64 bits moved; those that are moved in are zero, also on the left of a negative int."""
    if by < 0:
        raise ValueError("bits are moved by less than 0")
    if by >= _BITS:
        return 0
    bits = value & UINT_MAX
    return bits << by & UINT_MAX if left else bits >> by


def _numbers(call: Callable[[Any], Any], *kinds: str, result: str = "") -> tuple[Form, ...]:
    return tuple(Form((each,), result or each, call) for each in kinds)


def _bits(call: Callable[..., int], *more: str) -> tuple[Form, ...]:
    """A function of bits, for ints and for uints; ``more`` are the kinds of arguments that are the same for both."""

    def of_ints(*values: int) -> int:
        return _signed(call(*values))

    def of_uints(*values: int) -> Uint:
        return Uint(call(*map(int, values)) & UINT_MAX)

    count = 1 if more or call is _inverted else 2
    return (
        Form((*("int",) * count, *more), "int", of_ints),
        Form((*("uint",) * count, *more), "uint", of_uints),
    )


def _inverted(value: int) -> int:
    return ~value


def _extremes(sign: int) -> tuple[Form, ...]:
    return (
        *_numbers(lambda value: value, "int", "uint", "double"),
        Form(("list",), "dyn", _extreme(sign), metered=True, gives="number"),
    )


ARITHMETIC: Final[dict[str, tuple[Form, ...]]] = {
    "math.greatest": _extremes(1),
    "math.least": _extremes(-1),
    "math.ceil": _numbers(_whole(math.ceil), "double"),
    "math.floor": _numbers(_whole(math.floor), "double"),
    "math.round": _numbers(_whole(_half_away), "double"),
    "math.trunc": _numbers(_whole(math.trunc), "double"),
    "math.abs": (
        *_numbers(_absolute, "int"),
        *_numbers(lambda value: value, "uint"),
        *_numbers(abs, "double"),
    ),
    "math.sign": (
        *_numbers(lambda value: (value > 0) - (value < 0), "int"),
        *_numbers(lambda value: Uint(value > 0), "uint"),
        *_numbers(_sign, "double"),
    ),
    "math.sqrt": _numbers(lambda value: _root(float(value)), "double", "int", "uint", result="double"),
    "math.isNaN": _numbers(math.isnan, "double", result="bool"),
    "math.isInf": _numbers(math.isinf, "double", result="bool"),
    "math.isFinite": _numbers(math.isfinite, "double", result="bool"),
    "math.bitAnd": _bits(lambda one, other: one & other),
    "math.bitOr": _bits(lambda one, other: one | other),
    "math.bitXor": _bits(lambda one, other: one ^ other),
    "math.bitNot": _bits(_inverted),
    "math.bitShiftLeft": _bits(lambda value, by: _shift(value, by, left=True), "int"),
    "math.bitShiftRight": _bits(lambda value, by: _shift(value, by, left=False), "int"),
}
