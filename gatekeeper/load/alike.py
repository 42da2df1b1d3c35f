"""What an expression says apart from how it is written: two parts of the same form always have the same value."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from gatekeeper.expr.tree import (
    Binary,
    Call,
    Comprehension,
    Constant,
    Local,
    Logic,
    Node,
    Prefix,
    Presence,
    Select,
    TypeName,
    Variable,
    children,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

Form: TypeAlias = "tuple[Hashable, ...]"


def written_out(node: Node) -> Node:
    """The node, or what a variable of the policy stands for."""
    while isinstance(node, Variable) and node.definition is not None:
        node = node.definition.tree
    return node


def form_of(node: Node, within: int = 0) -> Form:
    """The form of a part of an expression, with the variables of its policy written in place.

    Blanks, brackets, and the names that macros give to their elements do not matter.

    Args:
        within: how many names the macros of the same expression that stand around the part have.
    """
    if isinstance(node, Variable) and node.definition is not None:
        return form_of(node.definition.tree)  # which stands within no macro of its reader
    if isinstance(node, Local):
        return ("Local", within - node.slot)
    if isinstance(node, Comprehension):
        names = len(node.names)
        inside = (form_of(each, within + names) for each in children(node)[1:])
        return ("Comprehension", node.macro, names, node.where is None, form_of(node.over, within), *inside)
    return (type(node).__name__, *_own(node), *(form_of(each, within) for each in children(node)))


def _own(node: Node) -> Form:
    """What a node says beside the nodes below it."""
    match node:
        case Constant():
            return (type(node.value).__name__, repr(node.value))
        case Variable() | TypeName():
            return (node.name,)
        case Select() | Presence():
            return (node.field,)
        case Call():
            return (node.function, node.target is None)
        case Prefix() | Binary() | Logic():
            return (node.operator,)
        case _:
            return ()
