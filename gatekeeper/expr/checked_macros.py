"""The part of the checker that types macros and what their variables hold."""

# ruff: noqa: D102 - as in checked_optionals

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Final

from gatekeeper.expr.checked_optionals import ORDERED_KINDS, OptionalTypes
from gatekeeper.expr.functions.generics import opened
from gatekeeper.expr.narrowing import Fact, Root, facts
from gatekeeper.expr.tree import PREDICATES, Comprehension, Node
from gatekeeper.expr.types import (
    BOOL,
    DYN,
    INT,
    NEVER,
    STRING,
    ListPart,
    MapPart,
    Part,
    Record,
    Type,
    join,
    list_of,
    map_of,
    optional_of,
)


class MacroTypes(OptionalTypes):
    """Types macros. ``_types`` holds what is known of each variable at the place that is being read."""

    _types: dict[Root, Type]

    @abstractmethod
    def _knowing(self, known: Iterable[Fact]) -> AbstractContextManager[None]:
        """Within it, what is known is known."""

    def comprehension(self, node: Comprehension) -> Type:
        over = self.type_of(node.over)
        if node.macro in _OF_ONE_VALUE:
            return self._of_one_value(node, over)
        self._told.need(node.over, over, frozenset({"list"} if node.macro == "sortBy" else {"list", "map"}))
        if over.known and all(isinstance(part, ListPart) and part.empty for part in over.parts or ()):
            told = f"{self._told.quote(node.over)} is always empty, and `{node.macro}` looks at nothing"
            self._told.tell(node.over, told, "write what was to be looked at", "empty-list")
        with self._knowing(()):
            self._types[node.slot] = join(map(_index if node.second else held, over.parts)) if over.parts else DYN
            if node.second:
                self._types[node.slot + 1] = join(map(_value, over.parts)) if over.parts else DYN
            if node.where is not None:
                self._predicate(node.where)
            if node.macro in PREDICATES:
                self._predicate(node.body)
                return BOOL
            if node.macro == "filter":
                truth = self._predicate(node.body)
                with self._knowing(facts(node.body, truth=True)):
                    return list_of(self._types[node.slot], empty=truth is False)
            with self._knowing(facts(node.where, truth=True) if node.where is not None else ()):
                return self._transformed(node, over, self.type_of(node.body))

    def _transformed(self, node: Comprehension, over: Type, body: Type) -> Type:
        match node.macro:
            case "sortBy":
                self.need_elements(node.body, body, ORDERED_KINDS)
                return over if over.words == {"list"} else list_of(DYN)
            case "transformMap":
                return map_of(self._types[node.slot], body)
            case "transformMapEntry":
                self._told.need(node.body, body, frozenset({"map"}))
                if not body.parts:
                    return map_of(DYN, DYN)
                return map_of(join(map(held, body.parts)), join(map(_value, body.parts)))
            case _:
                return list_of(body)

    def _of_one_value(self, node: Comprehension, over: Type) -> Type:
        if node.macro != "cel.bind":
            self._told.need(node.over, over, frozenset({"optional"}))
        with self._knowing(()):
            self._types[node.slot] = over if node.macro == "cel.bind" else opened(over)
            body = self.type_of(node.body)
        if node.macro == "optMap":
            return optional_of(body)
        if node.macro == "optFlatMap":
            self._told.need(node.body, body, frozenset({"optional"}))
            return join((body, optional_of(NEVER)))
        return body

    def _predicate(self, node: Node) -> bool | None:
        typed = self.type_of(node)
        self._told.need(node, typed, frozenset({"bool"}))
        self._told.constant(node, typed)
        return typed.truth


def held(part: Part) -> Type:
    """What a macro visits, and what ``in`` looks for: elements of a list, keys of a map."""
    match part:
        case ListPart():
            return part.element
        case MapPart():
            return part.key
        case Record():
            return STRING
        case _:
            return DYN


def _index(part: Part) -> Type:
    """What the first of two variables holds."""
    return INT if isinstance(part, ListPart) else held(part)


def _value(part: Part) -> Type:
    """What the second of two variables holds."""
    match part:
        case MapPart():
            return part.value
        case Record():
            every = [member.type for member in part.fields.values()]
            return join([*every, *([part.rest] if part.rest else [])])
        case _:
            return held(part)


_OF_ONE_VALUE: Final = ("cel.bind", "optMap", "optFlatMap")
