"""The parts of an expression that decided what it came to, and nothing else.

Of a false ``&&`` these are its false terms, of a true one all of its terms; of ``||`` the other way round; of ``!x``
those of ``x``; of ``c ? a : b`` those of ``c`` and of the side that was taken; of a variable those of its expression.
Of a false ``all`` they are the first entries that make it false, of a true ``exists`` the first that makes it true,
else all entries at once. A name of ``cel.bind`` is told as what it stands for. Of what is not known they are the parts
that are not known themselves.

They suffice: whatever the other truths of the expression were, it would come to the same. And they are minimal in
this sense: none is told that could be anything without a change while the rest stands. The one exception is a false
``&&`` or a true ``||``, where each of several terms suffices: all of them are told, because all have to change before
the whole does. Of the entries of a list only the first are told, with how many there are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gatekeeper.expr import told
from gatekeeper.expr.deferred import Deferred
from gatekeeper.expr.evaluator import Maker
from gatekeeper.expr.explain import chains, one_line
from gatekeeper.expr.limits import DEFAULT_BUDGET
from gatekeeper.expr.macros import visited
from gatekeeper.expr.operators import no_truth
from gatekeeper.expr.outcome import BudgetSpent, EvaluationError, Unknown
from gatekeeper.expr.run import Run
from gatekeeper.expr.shown import brief, observation
from gatekeeper.expr.tree import (
    Binary,
    Comprehension,
    Conditional,
    Local,
    Logic,
    Node,
    Prefix,
    Variable,
    contents,
    size,
)
from gatekeeper.model.finding import Deciding, Observation
from gatekeeper.model.shown import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gatekeeper.expr.evaluator import Closure
    from gatekeeper.expr.program import Program

MOST_PARTS: Final = 8
"""So many parts are told; of more, how many are left out."""

MOST_ROWS: Final = 3
"""So many entries of one list are told of, and so many parts of one entry."""

MOST_NEAR: Final = 64
"""Among so many entries the nearest to what is asked is looked for."""

MOST_MISSED: Final = 2
"""So many parts are told that the nearest entry does not meet."""

_LONGEST_TEXT: Final = 200


def deciding(program: Program, bindings: Mapping[str, object], *, budget: int = DEFAULT_BUDGET) -> tuple[Deciding, ...]:
    """The parts that decided what a program comes to, in the order in which they stand.

    Args:
        bindings: the variables, as for :meth:`Program.run`.
        budget: the steps that the evaluation may take, and so many again to take it apart.

    Returns:
        At most :data:`MOST_PARTS` parts, and one more that says how many were left out. Empty where the program gives
        no truth, or takes more steps than it may.
    """
    run = Run(bindings, contents(program.tree)[1], budget)
    search = _Search(program.kept(_Workings), run)
    found: dict[tuple[str, int], Deciding] = {}
    try:
        value = search.value(program.tree)
    except (BudgetSpent, RecursionError):
        return ()
    if not isinstance(value, (bool, Unknown, EvaluationError)):
        return ()
    run.left = budget
    try:
        for part in search.parts(program.tree, value, _Where(wanted=value is False)):
            found.setdefault((part.told, part.depth), part)
    except (BudgetSpent, RecursionError):  # what was found is so, and more of it is not worth more steps
        return _bounded(program, value, list(found.values()), whole=False)
    return _bounded(program, value, list(found.values()), whole=True)


def _bounded(program: Program, value: object, found: list[Deciding], *, whole: bool) -> tuple[Deciding, ...]:
    kept, left = found[:MOST_PARTS], len(found) - MOST_PARTS
    if whole and left <= 0:
        return tuple(kept)
    text = one_line(program.source, program.tree)
    if whole:
        more = f"and {left} more"
    else:
        begun = (
            "and more" if kept else f"{told.part(text)} is {brief(value) if isinstance(value, bool) else 'not known'}"
        )
        more = f"{begun}; what decided it takes too many steps to find"
    return (*kept, Deciding(cut(text, _LONGEST_TEXT), value if isinstance(value, bool) else None, more))


class _Where(NamedTuple):
    """From where a part is looked at.

    Attributes:
        wanted: whether the whole is false, so that the part would have to be the opposite of what it is.
        depth: how many lines about lists it stands below.
    """

    wanted: bool
    depth: int = 0


class _Workings:
    """What taking a program apart needs each time: its texts, and a closure for each part."""

    def __init__(self, program: Program) -> None:
        self.source = program.source
        self._maker = Maker(program.source)
        self._closures: dict[int, tuple[Node, Closure, int]] = {}

    def closure(self, node: Node) -> tuple[Closure, int]:
        """The closure of a node, and what it costs beside what it counts itself."""
        made = self._closures.get(id(node))
        if made is None:  # the node is kept with it, so that its id stays its own
            made = self._closures.setdefault(id(node), (node, self._maker.make(node), size(node)))
        return made[1], made[2]

    def no_truth(self, node: Node, value: object) -> Unknown | EvaluationError:
        """What a condition comes to that is no boolean."""
        return no_truth(self._maker.site(node.span), value)


class _Search:
    """One look at the parts of a program."""

    def __init__(self, workings: _Workings, run: Run) -> None:
        self._workings = workings
        self._run = run
        self._places: dict[int, tuple[str, str]] = {}
        self._reader = told.Reader(lambda node: one_line(workings.source, node, self._places), self.value)

    def parts(self, node: Node, value: object, where: _Where) -> Iterator[Deciding]:
        """The parts of ``node`` that decided that it came to ``value``."""
        match node:
            case Logic():
                yield from self._terms(node, value, where)
            case Prefix(operator="!"):
                found = tuple(self.parts(node.operand, self._truth(node.operand), where))
                whole = isinstance(value, Unknown) and [part.part for part in found] == [self._text(node.operand)]
                yield from (self._leaf(node, value, where),) if whole else found
            case Conditional():
                yield from self._sides(node, value, where)
            case Comprehension(macro="all" | "exists" | "exists_one"):
                yield from self._entries(node, value, where)
            case Comprehension(macro="cel.bind"):
                yield from self._named(node, value, where)
            case Variable() if node.definition is not None:
                yield from self._defined(node, node.definition, value, where)
            case _:
                yield self._leaf(node, value, where)

    def _terms(self, node: Logic, value: object, where: _Where) -> Iterator[Deciding]:
        judged = [(term, self._truth(term)) for term in node.terms]
        told_of = [(term, truth) for term, truth in judged if _alike(truth, value)]
        if isinstance(value, Unknown) and len(told_of) == len(judged):  # as a whole, for no term is better known
            yield self._leaf(node, value, where)
            return
        # Any of these terms would make a false whole true: its reader has a choice.
        choice = where.wanted and value is (node.operator == "&&") and len(told_of) > 1
        for number, (term, truth) in enumerate(told_of):
            found = self.parts(term, truth, where)
            yield from _choice(found, "or " if number else "", where.depth) if choice else found

    def _sides(self, node: Conditional, value: object, where: _Where) -> Iterator[Deciding]:
        test = self._truth(node.test)
        if not isinstance(test, bool):
            yield from self.parts(node.test, test, where)
            return
        if isinstance(value, bool):
            yield from self.parts(node.test, test, where._replace(wanted=False))
        yield from self.parts(node.yes if test else node.no, value, where)

    def _defined(self, node: Variable, definition: Program, value: object, where: _Where) -> Iterator[Deciding]:
        """The parts of a variable's expression, told as if it were written in place."""
        variable = self._run.bindings.get(node.name)
        if not isinstance(variable, Deferred) or not isinstance(value, (bool, Unknown, EvaluationError)):
            yield self._leaf(node, value, where)
            return
        self._run.spend(1)
        run = Run(variable.bindings, contents(definition.tree)[1], self._run.left)
        yield from _Search(definition.kept(_Workings), run).parts(definition.tree, value, where)
        self._run.left = run.left

    def _named(self, node: Comprehension, value: object, where: _Where) -> Iterator[Deciding]:
        """The parts of a body with a name in it: nobody knows the name who does not read the whole expression."""
        self._run.locals[node.slot] = self.value(node.over)
        place = cut(self._reader.text(node.over), told.LONGEST_ASKED)
        compound = isinstance(node.over, (Binary, Logic, Conditional, Prefix))
        self._places[node.slot] = place, f"({place})" if compound else place
        yield from self.parts(node.body, value, where)
        del self._places[node.slot]  # a later macro may use the slot for its elements

    def _entries(self, node: Comprehension, value: object, where: _Where) -> Iterator[Deciding]:
        elements = visited(self.value(node.over), pairs=bool(node.second))
        if elements is None:
            yield self._leaf(node if isinstance(value, Unknown) else node.over, value, where)
        elif node.macro == "exists_one" and isinstance(value, bool):
            yield self._one(node, elements, value, where)
        elif value is (node.macro == "all"):
            asked, over = self._reader.text(node.body), self._reader.text(node.over)
            near = self._nearest(node, elements) if where.wanted and value is False else ""
            line = told.tell_all(over, len(elements), value is True, where.wanted, asked, near)
            yield self._part(node, value, line, where)
        else:
            yield from self._witnesses(node, elements, value, where)

    def _witnesses(
        self, node: Comprehension, elements: list[object], value: object, where: _Where
    ) -> Iterator[Deciding]:
        """The entries that make an ``all`` false, an ``exists`` true, or either of them not known."""
        headed = where.wanted or not isinstance(value, bool)
        most = MOST_ROWS if where.wanted or isinstance(value, EvaluationError) else 1
        below: list[Deciding] = []
        rows = 0
        for index, element in enumerate(elements):
            truth = self._visit(node, element)
            if not _alike(truth, value):
                continue
            rows += 1
            if rows <= most:
                name = _label(node, element, index, len(elements))
                # What is to be so for none is told as it is, what is to be so for all with what it needs.
                inner = _Where(where.wanted and value is False, where.depth + headed)
                below.append(self._entry(node, truth, name, inner))
            if not headed:
                break
        if isinstance(value, Unknown) and rows == len(elements):  # as a whole, for no entry is better known
            yield self._leaf(node, value, where)
            return
        if headed:
            yield self._part(node, value, self._header(node, rows, len(elements), value), where)
        yield from below

    def _entry(self, node: Comprehension, truth: object, name: str, where: _Where) -> Deciding:
        """One entry of a list, with the parts of the condition that decided for it."""
        found = tuple(self.parts(node.body, truth, where))
        line = _joined(found)
        named = line if line.startswith(f"{name.partition(' ')[0]} = ") else f"{name}: {line}"
        observed = {each.path: each for part in found for each in part.observed}
        return replace(self._part(node.body, truth, named, where), observed=tuple(observed.values()))

    def _header(self, node: Comprehension, rows: int, number: int, value: object) -> str:
        over, asked = self._reader.text(node.over), self._reader.text(node.body)
        if isinstance(value, bool) and len(asked) > told.LONGEST_ASKED:
            asked = ""  # the entries below say what they need
        if value is True:
            return told.tell_some(over, rows, number, "none", asked)
        if value is False:
            return told.tell_some(over, number - rows, number, "all", asked)
        state = "not known" if isinstance(value, Unknown) else "no value"
        return f"{state} for {told.tell_some(over, rows, number, '', asked)}"

    def _nearest(self, node: Comprehension, elements: list[object]) -> str:
        """The one entry of a false ``exists`` that meets the most terms of an ``&&``, and what it does not meet.

        Terms are counted from the first on, since the first ones choose an entry. Empty where no one entry is nearest.
        """
        if not isinstance(node.body, Logic) or node.body.operator != "&&" or len(elements) > MOST_NEAR:
            return ""
        met = [self._met(node, node.body, element) for element in elements]
        most = max(met, default=0)
        if not most or met.count(most) > 1:
            return ""
        index = met.index(most)
        truth = self._visit(node, elements[index])
        found = tuple(self.parts(node.body, truth, _Where(wanted=True)))
        return f"{_label(node, elements[index], index, len(elements))}: {_joined(found, MOST_MISSED)}"

    def _met(self, node: Comprehension, body: Logic, element: object) -> int:
        """How many terms an entry meets before the first that it does not."""
        self._hold(node, element)
        truths = [self._truth(term) for term in body.terms]
        return next((number for number, truth in enumerate(truths) if truth is not True), len(truths))

    def _one(self, node: Comprehension, elements: list[object], value: bool, where: _Where) -> Deciding:
        matching = [
            _label(node, element, index, len(elements))
            for index, element in enumerate(elements)
            if self._visit(node, element) is True
        ]
        needs = "" if not where.wanted else "none or several" if value else "exactly 1"
        over, asked = self._reader.text(node.over), self._reader.text(node.body)
        line = told.tell_some(over, len(matching), len(elements), needs, asked)
        named = matching[:MOST_ROWS] + (["…"] if len(matching) > MOST_ROWS else [])
        return self._part(node, value, f"{line}; namely {', '.join(named)}" if named else line, where)

    def _leaf(self, node: Node, value: object, where: _Where) -> Deciding:
        if isinstance(value, bool):
            line = told.tell(self._reader, node, value, where.wanted)
        else:
            line = told.tell_trouble(self._reader.text(node), value)
        return self._part(node, value, line, where)

    def _part(self, node: Node, value: object, line: str, where: _Where) -> Deciding:
        return Deciding(
            part=self._text(node),
            value=value if isinstance(value, bool) else None,
            told=line,
            observed=tuple(self._observed(node)),
            depth=where.depth,
        )

    def _text(self, node: Node) -> str:
        return cut(self._reader.text(node), _LONGEST_TEXT)

    def _observed(self, node: Node) -> Iterator[Observation]:
        """The values that a part read, without the elements that its line begins with and without those unknown."""
        seen: set[str] = set()
        for chain in chains(node):
            text = self._reader.text(chain)
            if text in seen or (isinstance(chain, Local) and chain is not node):
                continue
            seen.add(text)
            value = self.value(chain)
            if not isinstance(value, (Unknown, EvaluationError)):
                yield observation(text, value)

    def _visit(self, node: Comprehension, element: object) -> object:
        self._run.spend(1)
        self._hold(node, element)
        return self._truth(node.body)

    def _hold(self, node: Comprehension, element: Any) -> None:
        """Lay an entry, or the two parts of one, where the variables of a macro are looked for."""
        self._run.locals[node.slot : node.slot + len(node.names)] = element if node.second else (element,)

    def _truth(self, node: Node) -> object:
        value = self.value(node)
        return value if isinstance(value, bool) else self._workings.no_truth(node, value)

    def value(self, node: Node) -> object:
        """What a node comes to, under the elements that the run holds."""
        closure, cost = self._workings.closure(node)
        self._run.spend(cost)
        return closure(self._run)


def _alike(truth: object, value: object) -> bool:
    """Whether a part counts towards a whole of that value: Kleene's logic, where the unknown beats an error."""
    return truth is value if isinstance(value, bool) else type(truth) is type(value)


def _choice(parts: Iterable[Deciding], first: str, depth: int) -> Iterator[Deciding]:
    """The parts of one term among several that would do: ``or`` before the first, ``and`` before what it needs too."""
    for number, part in enumerate(parts):
        word = "and " if number else first
        joined = part.depth > depth or part.told.startswith(("or ", "and "))
        yield replace(part, told=f"{'' if number and joined else word}{part.told}")


def _joined(parts: tuple[Deciding, ...], most: int = MOST_ROWS) -> str:
    """The parts of one entry in one line."""
    more = [f"and {len(parts) - most} more"] if len(parts) > most else []
    return "; ".join([*(part.told for part in parts[:most]), *more])


def _label(node: Comprehension, element: Any, index: int, number: int) -> str:
    """An entry as people know it: of a list by the element, of a map by the key."""
    if not node.second:
        return told.label(node.variable, element, index, number)
    key, value = element
    name, shown = (node.second, value) if type(key) is int else (node.variable, key)
    return told.label(name, shown, index, number)
