"""The syntax tree of an expression: small, immutable, and with the place of every node.

Three stages share it. The parser builds it with :class:`Ident` for every name; ``resolve`` replaces
each of them by a :class:`Variable`, a :class:`Local` or a :class:`TypeName`; the evaluator, the
explanation and the checker read the resolved tree. Chains of ``&&`` and of ``||`` are one flat node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from gatekeeper.expr.program import Program


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source.

    Attributes:
        start: offset of the first character.
        end: offset after the last character.
        line: 1-based line of the first character.
        column: 1-based column of the first character.
    """

    start: int
    end: int
    line: int
    column: int

    def to(self, last: Span) -> Span:
        """The stretch from the beginning of this one to the end of ``last``."""
        return Span(self.start, last.end, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal; its Python type tells its CEL type."""

    span: Span
    value: object


@dataclass(frozen=True, slots=True)
class Ident:
    """A name that is not resolved yet; ``absolute`` where it is written ``.name``."""

    span: Span
    name: str
    absolute: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that the bindings provide; it may hold dots where the compiler was told so.

    Attributes:
        definition: the expression that gives its value, for a variable of a policy; else None.
    """

    span: Span
    name: str
    definition: Program | None = None


@dataclass(frozen=True, slots=True)
class Local:
    """The variable of an enclosing macro, kept in slot ``slot`` of the run."""

    span: Span
    name: str
    slot: int


@dataclass(frozen=True, slots=True)
class TypeName:
    """The name of a type used as a value, such as ``int``."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """``operand.field``"""

    span: Span
    operand: Node
    field: str


@dataclass(frozen=True, slots=True)
class Presence:
    """``has(operand.field)``"""

    span: Span
    operand: Node
    field: str


@dataclass(frozen=True, slots=True)
class Index:
    """``operand[index]``"""

    span: Span
    operand: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Lookup:
    """``operand[?key]``, or ``operand.?field`` (``dotted``, the field being a constant key): an optional."""

    span: Span
    operand: Node
    key: Node
    dotted: bool


@dataclass(frozen=True, slots=True)
class OptionalEntry:
    """``?operand``: an element of a list, or the value of a map's entry, that is left out where it is absent."""

    span: Span
    operand: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function, with ``target`` where it is written ``target.function(…)``."""

    span: Span
    function: str
    target: Node | None
    arguments: tuple[Node, ...]
    name_span: Span


@dataclass(frozen=True, slots=True)
class Prefix:
    """``!operand`` or ``-operand``"""

    span: Span
    operator: Literal["!", "-"]
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, a comparison, or ``in``: both sides are always evaluated."""

    span: Span
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """``&&`` or ``||`` over two or more terms."""

    span: Span
    operator: Literal["&&", "||"]
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """``test ? yes : no``"""

    span: Span
    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[a, b]``"""

    span: Span
    elements: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    """``{key: value}``, as a flat sequence key, value, key, value."""

    span: Span
    entries: tuple[Node, ...]


Macro: TypeAlias = Literal[
    "all", "exists", "exists_one", "filter", "map", "sortBy",
    "transformList", "transformMap", "transformMapEntry", "optMap", "optFlatMap", "cel.bind",
]  # fmt: skip
PREDICATES: Final = ("all", "exists", "exists_one")
"""Macros that come to a truth, of a body that is one."""

MACROS: Final[dict[str, dict[int, int]]] = {
    **{name: {2: 1, 3: 2} for name in (*PREDICATES, "existsOne")},
    **{name: {2: 1} for name in ("filter", "sortBy", "optMap", "optFlatMap")},
    "map": {2: 1, 3: 1},
    **{name: {3: 2, 4: 2} for name in ("transformList", "transformMap", "transformMapEntry")},
}
"""The macros that are written ``list.macro(…)``: number of arguments → how many of them are names."""


@dataclass(frozen=True, slots=True)
class Comprehension:
    """A macro over the elements of a list, the keys of a map, or the one value of an optional or of ``cel.bind``.

    Attributes:
        macro: which one.
        over: what is visited.
        variable: the name that holds each element within ``where`` and ``body``; of two, the index or key.
        slot: where the run keeps that element, and in the next one that of ``second``; 0 until resolved.
        where: the filter that a transformation may have.
        body: the predicate or the transformation.
        second: of two variables the one that holds the element or the value of the key, else empty.
    """

    span: Span
    macro: Macro
    over: Node
    variable: str
    slot: int
    where: Node | None
    body: Node
    second: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Its variables, in the order of their slots."""
        return (self.variable, self.second) if self.second else (self.variable,)


Node: TypeAlias = (
    Constant
    | Ident
    | Variable
    | Local
    | TypeName
    | Select
    | Presence
    | Index
    | Lookup
    | OptionalEntry
    | Call
    | Prefix
    | Binary
    | Logic
    | Conditional
    | ListOf
    | MapOf
    | Comprehension
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in source order."""
    match node:
        case Select() | Presence() | Prefix() | OptionalEntry():
            return (node.operand,)
        case Lookup():
            return (node.operand, node.key)
        case Index():
            return (node.operand, node.index)
        case Call():
            return node.arguments if node.target is None else (node.target, *node.arguments)
        case Binary():
            return (node.left, node.right)
        case Logic():
            return node.terms
        case Conditional():
            return (node.test, node.yes, node.no)
        case ListOf():
            return node.elements
        case MapOf():
            return node.entries
        case Comprehension():
            return (node.over, *(() if node.where is None else (node.where,)), node.body)
        case _:
            return ()


def first_deeper_than(root: Node, limit: int) -> Node | None:
    """A node that stands deeper than ``limit``, found without recursion, or None."""
    level: list[Node] = [root]
    for _ in range(limit):
        level = [below for node in level for below in children(node)]
        if not level:
            return None
    return level[0]


def contents(root: Node) -> tuple[list[Variable], int, int]:
    """The variables of a tree, how many places its macros need in a run for theirs, and its size."""
    variables: list[Variable] = []
    places = working = 0
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _IDLE):
            if isinstance(node, Variable):
                variables.append(node)
            continue
        working += 1
        if isinstance(node, Comprehension):
            places = max(places, node.slot + len(node.names))
        waiting += children(node)
    return variables, places, working


_IDLE: Final = (Constant, Ident, Variable, Local, TypeName)


def size(root: Node) -> int:
    """How many nodes do work: names and literals are free."""
    return contents(root)[2]
