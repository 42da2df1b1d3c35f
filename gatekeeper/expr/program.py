"""An expression, compiled: what callers hold and run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from gatekeeper.expr.errors import ExpressionError
from gatekeeper.expr.limits import DEFAULT_BUDGET, MAX_DEPTH, MAX_PARTS
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
        names: the names that it holds, the first occurrence of each, sorted by place.
        definitions: those of them that other expressions give a value to, with those expressions.
    """

    __slots__ = ("_closure", "_cost", "_kept", "_slots", "definitions", "names", "source", "tree")

    source: str
    tree: Node
    names: tuple[Name, ...]
    definitions: Mapping[str, Program]
    _cost: int
    _slots: int
    _closure: Callable[[Run], Any] | None
    _kept: dict[Callable[[Program], object], object]

    def __init__(self, source: str, tree: Node) -> None:
        variables, slots, cost = contents(tree)
        for name, value in (
            ("source", source),
            ("tree", tree),
            ("names", _names(variables)),
            ("definitions", _definitions(variables)),
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
        """The names that bindings have to hold, each once: instead of a variable of a policy those that it reads."""
        return self.kept(_free_names)

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
        return self._run(Run(bindings, self._slots, budget), budget)

    def run_counted(
        self, bindings: Mapping[str, object], *, budget: int = DEFAULT_BUDGET
    ) -> tuple[Value | Unknown | EvaluationError, int]:
        """The same as :meth:`run`, with the number of steps taken (at most ``budget``)."""
        run = Run(bindings, self._slots, budget)
        return self._run(run, budget), budget - max(0, run.left)

    def _run(self, run: Run, budget: int) -> Value | Unknown | EvaluationError:
        result: Value | Unknown | EvaluationError
        try:
            run.spend(self._cost)
            result = (self._closure or self._compute())(run)
        except BudgetSpent:
            result = self._gave_up(f"the evaluation takes more than {budget} steps")
        except RecursionError:
            result = self._gave_up("the caller left too little stack to evaluate this")
        return result

    def kept(self, make: Callable[[Program], Made]) -> Made:
        """What ``make`` makes of this program, made once: that by which explanations know it again."""
        if make not in self._kept:
            self._kept[make] = make(self)
        return cast("Made", self._kept[make])

    def _gave_up(self, message: str) -> EvaluationError:
        site = Site.of(self.source, self.tree.span)
        return EvaluationError(message, site.expression, site.line, site.column, "budget")

    def _compute(self) -> Callable[[Run], Any]:
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
    variables: Mapping[str, Program | None] | None = None,
) -> Program:
    """Read an expression and resolve its names and functions.

    Args:
        source: the text, in gatekeeper's profile of CEL (``docs/cel-profile.md``).
        container: the namespace in which relative names are looked up first.
        declared: names of bindings that hold a dot; names without one need no declaration.
        late: let functions that do not exist be errors of the evaluation instead.
        variables: name → expression of each variable of the policy, read as ``variables.<name>``; None for one that is
            wrong itself, of which nothing is known.

    Raises:
        ExpressionError: it is no CEL, too long or too deep (also with its variables written in place), or calls a
            function that there is not.
    """
    given = {variable_name(name): program for name, program in (variables or {}).items()}
    definitions = {name: program for name, program in given.items() if program is not None}
    tree = resolve(parse(source), Scope(container, frozenset(declared) | given.keys(), late, definitions))
    program = Program(source, tree)
    if program.definitions:
        _refuse_large(program)
    return program


def variable_name(name: str) -> str:
    """The name by which bindings hold a variable of a policy."""
    return f"variables.{name}"


def _refuse_large(program: Program) -> None:
    """Refuse what is too large with its variables written in place: their readers follow them all the way down.

    Raises:
        ExpressionError: at the variable that makes it so.
    """
    depth, parts = program.kept(_measure)
    if depth <= MAX_DEPTH and parts <= MAX_PARTS:
        return
    used = [node for node in walk(program.tree) if isinstance(node, Variable) and node.definition is not None]
    index = 0 if depth > MAX_DEPTH else 1
    worst = max(used, key=lambda node: node.definition.kept(_measure)[index] if node.definition is not None else 0)
    limit = f"{MAX_DEPTH} levels deep" if depth > MAX_DEPTH else f"{MAX_PARTS} parts large"
    hint = "let it read fewer variables, or shorter ones"
    raise ExpressionError.at(worst.span, f"with its variables written in place, this is more than {limit}", hint)


def _measure(program: Program) -> tuple[int, int]:
    """How deep the nodes of a program are nested and how many there are, with its variables written in place."""
    return _measured(program.tree)


def _measured(node: Node) -> tuple[int, int]:
    if isinstance(node, Variable) and node.definition is not None:
        return node.definition.kept(_measure)
    below = [_measured(each) for each in children(node)]
    return 1 + max((depth for depth, _ in below), default=0), 1 + sum(parts for _, parts in below)


def _names(variables: Iterable[Variable]) -> tuple[Name, ...]:
    first: dict[str, tuple[int, Name]] = {}
    for node in variables:
        seen = node.span.start, Name(node.name, node.span.line, node.span.column)
        first[node.name] = min(seen, first.get(node.name, seen))
    return tuple(name for _, name in sorted(first.values()))


def _definitions(variables: Iterable[Variable]) -> dict[str, Program]:
    return {node.name: node.definition for node in variables if node.definition is not None}


def _free_names(program: Program) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in program.names:
        definition = program.definitions.get(name.text)
        found.update(dict.fromkeys((name.text,) if definition is None else definition.free_names))
    return tuple(found)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, parents first, in source order."""
    yield node
    for below in children(node):
        yield from walk(below)


def walk_through(node: Node) -> Iterator[Node]:
    """The same, with the nodes of a variable's expression after the variable."""
    for each in walk(node):
        yield each
        if isinstance(each, Variable) and each.definition is not None:
            yield from walk_through(each.definition.tree)
