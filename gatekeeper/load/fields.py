"""Fields that an expression reads and that the evidence's kind does not have.

Only what is certain is told. A type that is not known (a function's value, a row of a table, a document with a schema
of its own) is followed no further.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from gatekeeper.expr.tree import Comprehension, Index, Local, Presence, Select, Variable, children
from gatekeeper.expr.tree import Node as Branch
from gatekeeper.model.decode import field_types, is_open


class MissingField(NamedTuple):
    """A field that there is not.

    Attributes:
        branch: the node that selects it.
        known: the fields that there are.
    """

    branch: Select | Presence
    known: tuple[str, ...]


def missing_fields(tree: Branch, variables: Mapping[str, Any]) -> tuple[list[MissingField], Any]:
    """The missing fields of an expression, and the type of its value, or None where that is not known.

    Args:
        tree: a resolved tree.
        variables: name → type, for the variables whose type is known.
    """
    reader = _Reader(variables)
    value = reader.type_of(tree)
    return reader.missing, value


def element_of(hint: Any) -> Any:
    """The type of the elements of a list, or None where that is not known."""
    hint = plain_type(hint)
    return get_args(hint)[0] if get_origin(hint) is list else None


def plain_type(hint: Any) -> Any:
    """A type without None and without marks; None for any JSON value."""
    while get_origin(hint) is Annotated or get_origin(hint) in (Union, types.UnionType):
        if is_open(hint):
            return None
        hint = next(each for each in get_args(hint) if each is not type(None))
    return hint


class _Reader:
    """Follows the types through one tree."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.missing: list[MissingField] = []
        self._variables = variables
        self._locals: dict[int, Any] = {}

    def type_of(self, branch: Branch) -> Any:
        match branch:
            case Variable():
                return self._variables.get(branch.name)
            case Local():
                return self._locals.get(branch.slot)
            case Select() | Presence():
                return self._field(branch)
            case Index():
                self.type_of(branch.index)
                return _entry(self.type_of(branch.operand))
            case Comprehension():
                return self._comprehension(branch)
            case _:
                for below in children(branch):
                    self.type_of(below)
                return None

    def _field(self, branch: Select | Presence) -> Any:
        hint = plain_type(self.type_of(branch.operand))
        found = None
        if is_dataclass(hint):
            known = field_types(hint)  # type: ignore[arg-type]  # it is a class
            if branch.field not in known:
                self.missing.append(MissingField(branch, tuple(known)))
            found = known.get(branch.field)
        elif get_origin(hint) is dict:
            found = get_args(hint)[1]
        return found

    def _comprehension(self, branch: Comprehension) -> Any:
        over = self.type_of(branch.over)
        self._locals[branch.slot] = element_of(over)
        if branch.where is not None:
            self.type_of(branch.where)
        self.type_of(branch.body)
        return over if branch.macro == "filter" else None


def _entry(hint: Any) -> Any:
    """What a list or a map holds."""
    hint = plain_type(hint)
    if get_origin(hint) is list:
        return get_args(hint)[0]
    return get_args(hint)[1] if get_origin(hint) is dict else None
