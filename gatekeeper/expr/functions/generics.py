"""What functions give whose result depends on the types of what they are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from gatekeeper.expr.types import (
    BOOL,
    DYN,
    NEVER,
    NUMBERS,
    ListPart,
    OptionalPart,
    Part,
    Type,
    join,
    list_of,
    optional_of,
    simple,
)

Given: TypeAlias = tuple[Part | None, ...]
"""One part for each argument; None for one that may be anything."""


def opened(whole: Type) -> Type:
    """What is inside where something is an optional, and what is no optional as it is."""
    if whole.parts is None:
        return DYN
    return join(part.value if isinstance(part, OptionalPart) else Type((part,)) for part in whole.parts)


def element(part: Part | None) -> Type:
    """What a list holds."""
    return part.element if isinstance(part, ListPart) else DYN


def _type(part: Part | None) -> Type:
    return DYN if part is None else Type((part,))


def _part(given: Given) -> Type:
    return list_of(element(given[0]))


def _sorted(given: Given) -> Type:
    """A list has an order where its elements are of one kind that has one: what is known of them stays."""
    return _type(given[0])


def _flat(given: Given) -> Type:
    inside = element(given[0])
    if len(given) > 1 or inside.parts is None:
        return list_of(DYN)
    return list_of(join(part.element if isinstance(part, ListPart) else Type((part,)) for part in inside.parts))


def _end(given: Given) -> Type:
    of = given[0]
    return optional_of(element(of), filled=isinstance(of, ListPart) and of.filled)


def _inside(given: Given) -> Type:
    return given[0].value if isinstance(given[0], OptionalPart) else DYN


def _whether_filled(given: Given) -> Type:
    return simple("bool", True) if isinstance(given[0], OptionalPart) and given[0].filled else BOOL


def _either(given: Given) -> Type:
    one, other = given
    if not isinstance(one, OptionalPart) or not isinstance(other, OptionalPart):
        return optional_of(DYN)
    return Type((replace(one, value=join((one.value, other.value)), filled=one.filled or other.filled),))


def _inside_or_default(given: Given) -> Type:
    return join((_inside(given), _type(given[1])))


def _number(given: Given) -> Type:
    found = tuple(part for part in element(given[0]).parts or () if part.word in NUMBERS)
    return Type(found) if found else DYN


GENERICS: Final[dict[str, Callable[[Given], Type]]] = {
    "same": lambda given: _type(given[0]),
    "sorted": _sorted,
    "part": _part,
    "flat": _flat,
    "end": _end,
    "optional": lambda given: optional_of(_type(given[0])),
    "filled": lambda given: optional_of(_type(given[0]), filled=True),
    "none": lambda _: optional_of(NEVER),
    "inside": _inside,
    "whether filled": _whether_filled,
    "either": _either,
    "inside or default": _inside_or_default,
    "number": _number,
}
"""Rule → the type of the result."""
