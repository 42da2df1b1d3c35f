"""Which truths of an expression its runs have seen: what the coverage of policy tests is counted from.

A branch is a sub-expression that decides something: the root where its form makes it a truth, the terms of ``&&`` and
``||``, the operand of ``!``, the test of ``? :`` and, where its whole is a truth, both of its sides, and the predicates
of ``all``, ``exists``, ``exists_one``, ``filter``, and those by which ``map`` and the transformations choose. What
``cel.bind`` comes to decides what the whole of it does. Literals decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from gatekeeper.expr.evaluator import Maker
from gatekeeper.expr.overloads import forms
from gatekeeper.expr.program import Program
from gatekeeper.expr.tree import (
    PREDICATES,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Logic,
    Node,
    Prefix,
    Presence,
    children,
)
from gatekeeper.model.shown import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gatekeeper.expr.evaluator import Closure
    from gatekeeper.expr.run import Run

Seen: TypeAlias = Callable[[int, object], None]
"""Is told the index of a branch and what it came to: a value, an ``Unknown``, or an ``EvaluationError``."""

_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})


@dataclass(frozen=True, slots=True)
class Branch:
    """A sub-expression that decides something.

    Attributes:
        text: its source, on one line.
        line: 1-based line within the source of the whole expression.
        column: 1-based column of its first character.
        index: its number, from 0 in the order of their places; a whole comes before its parts.
    """

    text: str
    line: int
    column: int
    index: int


class _Traced(Program):
    """A program whose runs tell what its branches came to. A copy or a pickle of it is an ordinary program."""

    __slots__ = ("_seen",)

    _seen: Seen

    def __init__(self, source: str, tree: Node, seen: Seen) -> None:
        super().__init__(source, tree)
        object.__setattr__(self, "_seen", seen)

    def __reduce__(self) -> tuple[object, ...]:
        return (Program, (self.source, self.tree))

    def _compute(self) -> Callable[[Run], object]:
        made = self._closure
        if made is None:
            numbers = {id(node): index for index, node in enumerate(_deciding(self.tree))}
            made = _TracingMaker(self.source, numbers, self._seen).make(self.tree)
            object.__setattr__(self, "_closure", made)
        return made


class _TracingMaker(Maker):
    """Makes the same closures, and around those of branches one that tells.

    Args:
        source: the text that the spans of the tree point into.
        numbers: ``id`` of a branch's node → its index; the program keeps the nodes alive.
        seen: is told.
    """

    def __init__(self, source: str, numbers: Mapping[int, int], seen: Seen) -> None:
        super().__init__(source)
        self._numbers = numbers
        self._seen = seen

    def make(self, node: Node) -> Closure:
        """The closure that computes ``node``, and tells it where it is a branch."""
        closure = super().make(node)
        index = self._numbers.get(id(node))
        return closure if index is None else _telling(closure, index, self._seen)


def branches(program: Program) -> tuple[Branch, ...]:
    """The branches of a program, in the order of their places."""
    return tuple(
        Branch(on_one_line(program.source[span.start : span.end]), span.line, span.column, index)
        for index, span in enumerate(node.span for node in _deciding(program.tree))
    )


def traced(program: Program, seen: Seen) -> Program:
    """The same program, whose runs tell ``seen`` each value that one of its :func:`branches` had.

    Values, errors, unknowns and the number of steps are those of ``program``, which stays as it is. Terms that an
    earlier one made needless are not evaluated, and so not told. What ``seen`` raises is not caught.
    """
    return _Traced(program.source, program.tree, seen)


def _telling(closure: Closure, index: int, seen: Seen) -> Closure:
    def tell(run: Run) -> object:
        value = closure(run)
        seen(index, value)
        return value

    return tell


def _deciding(root: Node) -> list[Node]:
    """The branches of a tree. A node is one by where it stands, but for the root, which is one by its form."""
    found = [node for node, decides in _nodes(root, _is_truth(root)) if decides and not isinstance(node, Constant)]
    return sorted(found, key=lambda node: (node.span.start, -node.span.end))


def _nodes(node: Node, decides: bool) -> Iterator[tuple[Node, bool]]:
    """Every node with whether its truth decides something, wholes before their parts."""
    yield node, decides
    for below in children(node):
        yield from _nodes(below, _passes_on(node, below, decides))


def _passes_on(node: Node, below: Node, decides: bool) -> bool:
    match node:
        case Logic() | Prefix(operator="!"):
            return True
        case Conditional():
            return below is node.test or decides
        case Comprehension(macro="cel.bind"):
            return below is node.body and decides
        case Comprehension():
            return below is node.where or (below is node.body and node.macro in (*PREDICATES, "filter"))
        case _:
            return False


def _is_truth(node: Node) -> bool:
    """Whether a node's form alone says that its value is a bool; that of a name or a field does not."""
    match node:
        case Logic() | Prefix(operator="!") | Presence():
            return True
        case Constant():
            return isinstance(node.value, bool)
        case Binary():
            return node.operator in _COMPARISONS
        case Comprehension(macro="cel.bind"):
            return _is_truth(node.body)
        case Comprehension():
            return node.macro in PREDICATES
        case Conditional():
            return _is_truth(node.yes) or _is_truth(node.no)
        case Call():
            fitting = forms(node)
            return bool(fitting) and all(form.result == "bool" for form in fitting)
        case _:
            return False
