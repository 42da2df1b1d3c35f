"""What a condition tells about the variables that it reads, where it is known to be true or false.

Only facts that cannot fail themselves count (tests for null, equality, membership in literals, ``type``),
so that terms of one ``&&`` may lean on each other in any order: whichever is false decides.
What is only evaluated where a condition holds may lean on its facts as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias, TypeVar

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
from gatekeeper.expr.types import Part, Type, drop, keep, refine
from gatekeeper.expr.values import TYPE_OF_KIND

Root: TypeAlias = str | int
"""The name of a variable, or the slot of a macro's."""

Known = TypeVar("Known", bound=Root)

_KIND_OF_NAME: Final = {name: word for word, name in TYPE_OF_KIND.items()}


class Fact(NamedTuple):
    """Something is known better: where it begins, the fields that lead to it, and how."""

    root: Root
    path: tuple[str, ...]
    change: Callable[[Part], Part | None]


def narrowed(types: Mapping[Known, Type], known: Iterable[Fact]) -> dict[Known, Type]:
    """The types of variables where such facts hold; of what has no type here they say nothing."""
    better: dict[Known, Type] = dict(types)
    for fact in known:
        if fact.root in better:
            better[fact.root] = refine(better[fact.root], fact.path, fact.change)
    return better


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
