"""The part of the checker that types fields, entries, optionals and calls.

Each method types the node that it is named after.
"""

# ruff: noqa: D102

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gatekeeper.expr import overloads
from gatekeeper.expr.functions.generics import element, opened
from gatekeeper.expr.operators import ORDERED
from gatekeeper.expr.tree import Call, Constant, Index, Lookup, Node, OptionalEntry, Presence, Select
from gatekeeper.expr.types import (
    BOOL,
    DYN,
    NUMBERS,
    MapPart,
    Member,
    OptionalPart,
    Part,
    Record,
    Type,
    join,
    optional_of,
    simple,
)
from gatekeeper.expr.values import KINDS

if TYPE_CHECKING:
    from gatekeeper.expr.faults import Faults

ORDERED_KINDS: Final = frozenset(KINDS[python] for python in ORDERED)
"""The kinds that have an order."""


class OptionalTypes(ABC):
    """Types what may be absent."""

    _told: Faults

    @abstractmethod
    def type_of(self, node: Node) -> Type:
        """The type of a node."""

    def select(self, node: Select) -> Type:
        typed = self.type_of(node.operand)
        found = self._members(node, node.operand, opened(typed))
        return _kept(typed, join(member.type for member in found) if found else DYN)

    def presence(self, node: Presence) -> Type:
        typed = self.type_of(node.operand)
        found = self._members(node, node.operand, opened(typed))
        if found and all(member.always for member in found) and "optional" not in typed.words:
            nullable = any("null" in member.type.words for member in found)
            hint = "compare it with null" if nullable else "take the test out"
            told = f"`{node.field}` of {self._told.quote(node.operand)} is always there"
            self._told.tell(node, told, hint, "has-always", "warning")
            return simple("bool", True)
        return BOOL

    def index(self, node: Index) -> Type:
        typed = self.type_of(node.operand)
        return _kept(typed, self._entry(node, node.index, typed)[0])

    def lookup(self, node: Lookup) -> Type:
        typed = self.type_of(node.operand)
        value, always = self._entry(node, node.key, typed)
        return optional_of(value, filled=always)

    def optional_entry(self, node: OptionalEntry) -> Type:
        """What the entry is where it is there."""
        typed = self.type_of(node.operand)
        self._told.need(node.operand, typed, frozenset({"optional"}))
        return opened(typed)

    def _entry(self, node: Index | Lookup, key: Node, typed: Type) -> tuple[Type, bool]:
        """What is found under a key, and whether it is always there."""
        inside = opened(typed)
        dotted = isinstance(node, Lookup) and node.dotted
        if isinstance(key, Constant) and isinstance(key.value, str):
            records = inside.words == {"map"} and all(isinstance(part, Record) for part in inside.parts or ())
            if records or dotted:
                found = self._members(Select(node.span, node.operand, key.value), node.operand, inside)
                always = bool(found) and all(member.always for member in found) and "optional" not in typed.words
                return join(member.type for member in found) if found else DYN, always
        operands = [(node.operand, inside), (key, self.type_of(key))]

        def told(choice: tuple[Part | None, ...]) -> tuple[str, str]:
            if choice[0] is not None and choice[0].word not in ("list", "map"):
                return f"{self._told.quote(node.operand)} is {choice[0].word}, which has no elements", ""
            due = "a whole number" if choice[0] is not None and choice[0].word == "list" else "a key of the map"
            word = choice[1].word if choice[1] is not None else ""
            return f"{self._told.quote(key)} is {word}, and {due} is due here", ""

        return self._told.fit(node, operands, overloads.index, told), False

    def _members(self, node: Select | Presence, operand: Node, typed: Type) -> list[Member]:
        """What a field may be; what lacks it is told."""
        lacking: list[Record] = []
        found: list[Member] = []
        for part in typed.parts or ():
            match part:
                case MapPart():
                    found.append(Member(part.value, always=False))
                case Record() if node.field in part.fields:
                    found.append(part.fields[node.field])
                case Record() if part.rest is not None:
                    found.append(Member(part.rest, always=False))
                    lacking += [part] if part.strict else []
                case Record():
                    lacking.append(part)
        self._need_fields(operand, typed)
        if lacking and len(lacking) == sum(part.word == "map" for part in typed.parts or ()):
            self._told.field(node, lacking[0], "warning" if found else "error")
        elif lacking:
            found = [Member(member.type, always=False) for member in found]
        return found

    def _need_fields(self, operand: Node, typed: Type) -> None:
        def told(choice: tuple[Part | None, ...]) -> tuple[str, str]:
            word = choice[0].word if choice[0] is not None else ""
            return f"{self._told.quote(operand)} is {word}, which has no fields", ""

        self._told.fit(
            operand,
            [(operand, typed)],
            lambda choice: BOOL if choice[0] is None or choice[0].word == "map" else None,
            told,
        )

    def call(self, node: Call) -> Type:
        given = node.arguments if node.target is None else (node.target, *node.arguments)
        operands = [(each, self.type_of(each)) for each in given]
        forms = overloads.forms(node)

        def told(choice: tuple[Part | None, ...]) -> tuple[str, str]:
            return overloads.no_form(node.function, forms, choice, node.target is not None)

        typed = self._told.fit(node, operands, overloads.call(forms), told)
        if node.function in ("or", "orValue") and len(operands) == 2:
            self._default(operands[0], operands[1])
        elif node.function in _ELEMENTS and operands:
            self.need_elements(operands[0][0], join(_elements(operands[0][1])), _ELEMENTS[node.function])
        return typed

    def _default(self, optional: tuple[Node, Type], default: tuple[Node, Type]) -> None:
        """What stands in for an optional is of its type, and can be needed."""
        inside, other = opened(optional[1]), opened(default[1])
        quoted = self._told.quote(optional[0])
        if not overloads.same_kinds(inside, other):
            told = f"{quoted} holds {inside} and {self._told.quote(default[0])} is {other}: both must be of one type"
            self._told.tell(default[0], told, overloads.conversion(inside.words | other.words), "type")
        if all(isinstance(part, OptionalPart) and part.filled for part in optional[1].parts or (None,)):
            hint = "compare it with null" if "null" in inside.words else "take the default out"
            told = f"{quoted} is always there: {self._told.quote(default[0])} stands in for nothing"
            self._told.tell(default[0], told, hint, "inert-default", "warning")

    def need_elements(self, node: Node, held: Type, wanted: frozenset[str]) -> None:
        """Tells of a list whose elements are of no fitting kind; where they are to be put in order, also of several."""
        bad = held.words - wanted
        several = wanted == ORDERED_KINDS and len(held.words - {"null"}) > 1
        if not bad and not several:
            return
        if bad == {"null"} and len(held.words) > 1 and not several:
            told = f"{self._told.quote(node)} can hold null, and this is unknown then"
            self._told.tell(node, told, "leave nulls out first, with filter(x, x != null)", "nullable", "warning")
            return
        due = "one kind that has an order" if wanted == ORDERED_KINDS else " or ".join(sorted(wanted))
        self._told.tell(node, f"{self._told.quote(node)} holds {held}, and {due} is due here", "", "type")


def _kept(typed: Type, value: Type) -> Type:
    """A field or entry of an optional is an optional, of anything else it is what it is."""
    made = [value] if typed.words != {"optional"} else []
    return join([*made, optional_of(value)] if "optional" in typed.words else made)


def _elements(typed: Type) -> Iterator[Type]:
    """What the lists hold among the parts of a type."""
    for part in typed.parts or ():
        if part.word == "list":
            yield element(part)


_ELEMENTS: Final = {
    "sort": ORDERED_KINDS,
    "join": frozenset({"string"}),
    "math.greatest": NUMBERS,
    "math.least": NUMBERS,
}
"""Functions of lists whose elements have to be of some kinds."""
