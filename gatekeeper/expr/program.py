"""An expression, compiled: what callers hold and run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from gatekeeper.expr.limits import DEFAULT_BUDGET
from gatekeeper.expr.outcome import BudgetSpent, EvaluationError, Unknown
from gatekeeper.expr.parse import parse
from gatekeeper.expr.resolve import Scope, resolve
from gatekeeper.expr.run import Run, Site
from gatekeeper.expr.tree import Node, Variable, children, contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gatekeeper.expr.values import Value

Made = TypeVar("Made")


class Name(NamedTuple):
    """A variable that an expression reads.

    Attributes:
        text: the name.
        line: 1-based line of its first occurrence.
        column: 1-based column of it.
    """

    text: str
    line: int
    column: int


class Program:
    """A compiled expression: immutable, picklable, and safe to share between threads.

    Attributes:
        source: the text that it was compiled from.
        tree: its resolved syntax tree.
        names: the variables that it reads, the first occurrence of each, sorted by place.
    """

    __slots__ = ("_closure", "_cost", "_kept", "_slots", "names", "source", "tree")

    source: str
    tree: Node
    names: tuple[Name, ...]
    _cost: int
    _slots: int
    _closure: Callable[[Run], object] | None
    _kept: dict[Callable[[Program], object], object]

    def __init__(self, source: str, tree: Node) -> None:
        variables, slots, cost = contents(tree)
        for name, value in (
            ("source", source),
            ("tree", tree),
            ("names", _names(variables)),
            ("_cost", cost),
            ("_slots", slots),
            ("_closure", None),
            ("_kept", {}),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a program cannot be changed: {name}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.source, self.tree))

    def __repr__(self) -> str:
        return f"Program({self.source!r})"

    @property
    def free_names(self) -> tuple[str, ...]:
        """The texts of :attr:`names`."""
        return tuple(name.text for name in self.names)

    def run(self, bindings: Mapping[str, object], *, budget: int = DEFAULT_BUDGET) -> Value | Unknown | EvaluationError:
        """The value of the expression.

        Args:
            bindings: the variables: plain JSON values, ``datetime`` with an offset, ``timedelta``,
                or :class:`Unknown` for evidence that cannot be had. Nothing is copied or changed.
            budget: the steps that it may take; a program uses the same number on the same data.

        Returns:
            A value, an :class:`Unknown` with what it lacks, or an :class:`EvaluationError`; nothing
            is ever raised.
        """
        return self.run_counted(bindings, budget=budget)[0]

    def run_counted(
        self, bindings: Mapping[str, object], *, budget: int = DEFAULT_BUDGET
    ) -> tuple[Value | Unknown | EvaluationError, int]:
        """The same as :meth:`run`, with the number of steps taken (at most ``budget``)."""
        run = Run(bindings, self._slots, budget)
        result: Any
        try:
            run.spend(self._cost)
            result = self._compute()(run)
        except BudgetSpent:
            result = self._gave_up(f"the evaluation takes more than {budget} steps")
        except RecursionError:
            result = self._gave_up("the caller left too little stack to evaluate this")
        return result, budget - max(0, run.left)

    def kept(self, make: Callable[[Program], Made]) -> Made:
        """What ``make`` makes of this program, made once: that by which explanations know it again."""
        if make not in self._kept:
            self._kept[make] = make(self)
        return cast("Made", self._kept[make])

    def _gave_up(self, message: str) -> EvaluationError:
        site = Site.of(self.source, self.tree.span)
        return EvaluationError(message, site.expression, site.line, site.column, "budget")

    def _compute(self) -> Callable[[Run], object]:
        """The closures, made on the first run; two threads may make them twice, to no harm."""
        made = self._closure
        if made is None:
            from gatekeeper.expr.evaluator import Maker

            made = Maker(self.source).make(self.tree)
            object.__setattr__(self, "_closure", made)
        return made


def compile_expression(
    source: str,
    *,
    container: str = "",
    declared: Iterable[str] = (),
    late: bool = False,
) -> Program:
    """Read an expression and resolve its names and functions.

    Args:
        source: the text, in gatekeeper's profile of CEL (``docs/cel-profile.md``).
        container: the namespace in which relative names are looked up first.
        declared: names of bindings that hold a dot; names without one need no declaration.
        late: let functions that do not exist be errors of the evaluation instead.

    Raises:
        ExpressionError: it is no CEL, too long or too deep, or calls a function that there is not.
    """
    tree = parse(source)
    return Program(source, resolve(tree, Scope(container, frozenset(declared), late)))


def _names(variables: Iterable[Variable]) -> tuple[Name, ...]:
    first: dict[str, tuple[int, Name]] = {}
    for node in variables:
        seen = node.span.start, Name(node.name, node.span.line, node.span.column)
        first[node.name] = min(seen, first.get(node.name, seen))
    return tuple(name for _, name in sorted(first.values()))


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, parents first, in source order."""
    yield node
    for below in children(node):
        yield from walk(below)
