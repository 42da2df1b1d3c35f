"""What a condition tells about the variables that it reads, where it is known to be true or false.

Only facts that cannot fail themselves count (tests for null, equality, membership in literals, ``type``),
so that terms of one ``&&`` may lean on each other in any order: whichever is false decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

from gatekeeper.expr.tree import (
    Binary,
    Call,
    Constant,
    Index,
    ListOf,
    Local,
    Logic,
    Node,
    Prefix,
    Select,
    TypeName,
    Variable,
)
from gatekeeper.expr.types import Part, drop, keep
from gatekeeper.expr.values import TYPE_OF_KIND

Root: TypeAlias = str | int
"""The name of a variable, or the slot of a macro's."""

_KIND_OF_NAME: Final = {name: word for word, name in TYPE_OF_KIND.items()}


class Fact(NamedTuple):
    """Something is known better: where it begins, the fields that lead to it, and how."""

    root: Root
    path: tuple[str, ...]
    change: Callable[[Part], Part | None]


def facts(node: Node, truth: bool) -> Iterator[Fact]:
    """What is known where a condition is ``truth``."""
    match node:
        case Prefix(operator="!"):
            yield from facts(node.operand, not truth)
        case Variable() if node.definition is not None:
            yield from facts(node.definition.tree, truth)
        case Logic() if (node.operator == "&&") is truth:
            for term in node.terms:
                yield from facts(term, truth)
        case Binary() if node.operator in ("==", "!="):
            yield from _equality(node.left, node.right, truth is (node.operator == "=="))
            yield from _equality(node.right, node.left, truth is (node.operator == "=="))
        case Binary() if node.operator == "in" and truth and isinstance(node.right, ListOf):
            if all(isinstance(each, Constant) and each.value is not None for each in node.right.elements):
                yield from _about(node.left, drop("null"))


def _equality(one: Node, other: Node, equal: bool) -> Iterator[Fact]:
    if isinstance(other, Constant):
        if other.value is None:
            yield from _about(one, keep("null") if equal else drop("null"))
        elif equal:
            yield from _about(one, drop("null"))
    elif isinstance(other, TypeName) and isinstance(one, Call) and one.function == "type" and one.target is None:
        word = _KIND_OF_NAME.get(other.name, other.name)
        yield from _about(one.arguments[0], keep(word) if equal else drop(word))


def _about(node: Node, change: Callable[[Part], Part | None]) -> Iterator[Fact]:
    path: list[str] = []
    while True:
        match node:
            case Select():
                path.append(node.field)
                node = node.operand
            case Index(index=Constant(value=str() as key)):
                path.append(key)
                node = node.operand
            case Variable():
                yield Fact(node.name, tuple(reversed(path)), change)
                return
            case Local():
                yield Fact(node.slot, tuple(reversed(path)), change)
                return
            case _:
                return
