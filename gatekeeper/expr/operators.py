"""What operators do to values: exact types, no conversion, and no exception.

An operator of the evaluator first tries the common pair of types by itself and comes here for the
rest. Everything in here returns a value, an unknown, or an error.
"""

from __future__ import annotations

from math import copysign, inf, isnan, nan
from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr.outcome import Trouble, merge
from gatekeeper.expr.temporal import Duration, Timestamp
from gatekeeper.expr.values import (
    INT_MAX,
    INT_MIN,
    KEY_TYPES,
    KINDS,
    UINT_MAX,
    CelType,
    MapValue,
    OptionalValue,
    Uint,
    kind,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.expr.run import Run, Site

SAME: Final = frozenset({str, int, float, bool, type(None), bytes, Uint, Timestamp, Duration, CelType})
"""Types of which Python's own ``==`` is CEL's, within the same type."""

ORDERED: Final = frozenset({str, int, float, bool, bytes, Uint, Timestamp, Duration})
"""Types of which Python's own ``<`` is CEL's, within the same type."""

NUMERIC: Final = frozenset({int, float, Uint})

SOUGHT: Final = KEY_TYPES | {float}
"""What can be looked for among the keys of a map; anything else is an error, as in other engines."""


def equal(run: Run, site: Site, left: object, right: object) -> object:
    """``left == right`` where the types differ or are containers.

    Values of different kinds are unequal; numbers compare across types, an int or uint with a
    double as doubles. Containers are followed without recursion, a step for each pair.
    """
    if (trouble := merge(left, right)) is not None:
        return trouble
    pending = [(left, right)]
    while pending:
        one, other = pending.pop()
        mine, theirs = type(one), type(other)
        if mine not in KINDS or theirs not in KINDS:
            return site.error(f"{kind(one if mine not in KINDS else other)} is no value")
        if mine is theirs and mine in SAME:
            same = one == other
        elif mine in NUMERIC and theirs in NUMERIC:
            same = _numbers_equal(one, other)
        elif mine is list and theirs is list:
            same = _pair_up(pending, one, other)
        elif KINDS[mine] == KINDS[theirs] == "map":
            same = _pair_up_maps(pending, one, other)
        elif isinstance(one, OptionalValue) and isinstance(other, OptionalValue):
            same = _pair_up(pending, one.inside, other.inside)
        else:
            same = False
        if not same:
            return False
        run.spend(1)
    return True


def _numbers_equal(one: Any, other: Any) -> bool:
    if type(one) is float or type(other) is float:
        return float(one) == float(other)
    return bool(one == other)


def _pair_up(pending: list[tuple[object, object]], one: Any, other: Any) -> bool:
    if len(one) != len(other):
        return False
    pending.extend(zip(reversed(one), reversed(other), strict=True))
    return True


def _pair_up_maps(pending: list[tuple[object, object]], one: Any, other: Any) -> bool:
    if len(one) != len(other):
        return False
    for key, value in one.items():
        found = find(other, key)
        if found is None:
            return False
        pending.append((value, found[1]))
    return True


def find(mapping: Any, key: object) -> tuple[object, object] | None:
    """The entry of a map under a key, by CEL's equality of keys, or None."""
    if type(mapping) is MapValue:
        return mapping.find(key)
    return (key, mapping[key]) if type(key) is str and key in mapping else None


def compare(operator: str, site: Site, left: Any, right: Any, test: Callable[[Any, Any], bool]) -> object:
    """``left < right`` and its likes where the types differ."""
    if (trouble := merge(left, right)) is not None:
        return trouble
    if type(left) in NUMERIC and type(right) in NUMERIC:
        if type(left) is float or type(right) is float:
            return test(float(left), float(right))
        return test(left, right)
    return mismatch(operator, site, left, right)


def contains(run: Run, site: Site, item: object, container: Any) -> object:
    """``item in container``"""
    if (trouble := merge(item, container)) is not None:
        return trouble
    if type(container) is list:
        for each in container:
            run.spend(1)
            if (same := equal(run, site, item, each)) is not False:
                return same
        return False
    if (type(container) is dict or type(container) is MapValue) and type(item) in SOUGHT:
        return find(container, item) is not None
    return mismatch("in", site, item, container)


def index(site: Site, operand: Any, at: Any) -> object:
    """``operand[at]``"""
    if (trouble := merge(operand, at)) is not None:
        return trouble
    if type(operand) is list:
        if type(at) not in NUMERIC or (type(at) is float and not at.is_integer()):
            return site.error(f"the index of a list is a whole number, not {kind(at)}")
        if not 0 <= at < len(operand):
            return site.error("the index is outside of the list")
        return operand[int(at)]
    if type(operand) is dict or type(operand) is MapValue:
        found = find(operand, at)
        return site.error("no such key") if found is None else found[1]
    return site.error(f"{kind(operand)} has no elements")


def mismatch(operator: str, site: Site, left: object, right: object) -> object:
    """The error of an operator that the two types do not have."""
    pair = {kind(left), kind(right)}
    told = f'no "{operator}" between {kind(left)} and {kind(right)}'
    if len(pair) == 2 and pair <= {"int", "uint", "double"}:
        told += "; convert one with double(…) or int(…)"
    elif operator in ("<", "<=", ">", ">=", "-", "+") and "string" in pair and pair & {"timestamp", "duration"}:
        told += "; convert the text with timestamp(…) or duration(…)"
    return site.error(told)


_OVERFLOW: Final = "the result does not fit into 64 bits"


def arithmetic(operator: str, run: Run, site: Site, left: Any, right: Any) -> object:
    """``left + right`` and its likes, in full."""
    if (trouble := merge(left, right)) is not None:
        return trouble
    forms = ARITHMETIC[operator].get((type(left), type(right)))
    if forms is None:
        return mismatch(operator, site, left, right)
    made = forms(left, right)
    if isinstance(made, list):
        run.spend(len(made))
    elif isinstance(made, (str, bytes)):
        run.spend(len(made) >> 6)
    return site.error(made.args[0]) if isinstance(made, ValueError) else made


def _int(value: int) -> object:
    return value if INT_MIN <= value <= INT_MAX else ValueError(_OVERFLOW)


def _uint(value: int) -> object:
    return Uint(value) if 0 <= value <= UINT_MAX else ValueError(_OVERFLOW)


def _divide_doubles(left: float, right: float) -> float:
    if right:
        return left / right
    return nan if isnan(left) or not left or isnan(right) else copysign(inf, left) * copysign(1.0, right)


def _quotient(left: int, right: int) -> object:
    """Towards zero, as CEL divides."""
    if not right:
        return ValueError("division by zero")
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


def _remainder(left: int, right: int) -> object:
    """With the sign of the dividend."""
    if not right:
        return ValueError("division by zero")
    if left == INT_MIN and right == -1:
        return ValueError(_OVERFLOW)
    size = abs(left) % abs(right)
    return -size if left < 0 else size


def _within(make: Callable[[Any], object], ns: int) -> object:
    try:
        return make(ns)
    except ValueError as error:
        return error


def _in_range(range_: Callable[[int], object], made: object) -> object:
    return range_(made) if isinstance(made, int) else made


_II, _UU, _DD = (int, int), (Uint, Uint), (float, float)
_TT, _TS, _ST, _SS = (
    (Timestamp, Timestamp),
    (Timestamp, Duration),
    (Duration, Timestamp),
    (Duration, Duration),
)

ARITHMETIC: Final[dict[str, dict[tuple[type, type], Callable[[Any, Any], object]]]] = {
    "+": {
        _II: lambda a, b: _int(a + b),
        _UU: lambda a, b: _uint(int(a) + int(b)),
        _DD: lambda a, b: a + b,
        (str, str): lambda a, b: a + b,
        (bytes, bytes): lambda a, b: a + b,
        (list, list): lambda a, b: a + b,
        _TS: lambda a, b: _within(Timestamp, a.ns + b.ns),
        _ST: lambda a, b: _within(Timestamp, a.ns + b.ns),
        _SS: lambda a, b: _within(Duration, a.ns + b.ns),
    },
    "-": {
        _II: lambda a, b: _int(a - b),
        _UU: lambda a, b: _uint(int(a) - int(b)),
        _DD: lambda a, b: a - b,
        _TS: lambda a, b: _within(Timestamp, a.ns - b.ns),
        _TT: lambda a, b: _within(Duration, a.ns - b.ns),
        _SS: lambda a, b: _within(Duration, a.ns - b.ns),
    },
    "*": {
        _II: lambda a, b: _int(a * b),
        _UU: lambda a, b: _uint(int(a) * int(b)),
        _DD: lambda a, b: a * b,
    },
    "/": {
        _II: lambda a, b: _in_range(_int, _quotient(a, b)),
        _UU: lambda a, b: _in_range(_uint, _quotient(a, b)),
        _DD: _divide_doubles,
    },
    "%": {
        _II: _remainder,
        _UU: lambda a, b: _in_range(_uint, _remainder(a, b)),
    },
}
"""What each pair of types comes to; a ``ValueError`` that is returned becomes the error's message."""


def no_truth(site: Site, value: object) -> Trouble:
    """What a condition comes to that is no boolean."""
    return merge(value, None) or site.error(f"a condition is a bool, not {kind(value)}")


def negate(site: Site, value: Any) -> object:
    """``-value``"""
    if type(value) is int:
        return -value if value != INT_MIN else site.error(_OVERFLOW)
    if type(value) is float:
        return -value
    return merge(value, None) or site.error(f'no "-" of {kind(value)}')
