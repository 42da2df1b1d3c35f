"""The types of an expression's parts, on the evaluator's own tree, and what can be told to be wrong before it runs.

What is accepted without a word has the type that is said here, or comes to one of the errors that
``docs/checker.md`` names; it never lacks an overload, unless a part of it is of unknown type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from gatekeeper.expr import overloads
from gatekeeper.expr.checked_macros import MacroTypes, held
from gatekeeper.expr.faults import Fault, Faults
from gatekeeper.expr.narrowing import Fact, Root, facts, narrowed
from gatekeeper.expr.outcome import EvaluationError
from gatekeeper.expr.program import Program
from gatekeeper.expr.tree import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Index,
    ListOf,
    Local,
    Logic,
    Lookup,
    MapOf,
    Node,
    OptionalEntry,
    Prefix,
    Presence,
    Select,
    TypeName,
    Variable,
    children,
)
from gatekeeper.expr.types import (
    BOOL,
    DYN,
    Member,
    Part,
    Record,
    Simple,
    Type,
    can_equal,
    join,
    list_of,
    map_of,
    of_value,
    simple,
)


def check(
    program: Program, variables: Mapping[str, Type], wanted: Iterable[str] = ()
) -> tuple[Type, tuple[Fault, ...]]:
    """The type of an expression, and everything that is wrong with it, by place.

    Args:
        variables: name → type; a name that is not there may be anything.
        wanted: the kinds that the value may have; none means any. With ``bool``, a constant is told too.
    """
    told = Faults(program.source)
    checker = _Checker(program.source, variables, told)
    typed = checker.type_of(program.tree)
    wanted = frozenset(wanted)
    if wanted:
        told.need(program.tree, typed, wanted)
    if wanted == {"bool"}:
        told.constant(program.tree, typed)
    return typed, tuple(sorted(dict.fromkeys(told.faults), key=lambda fault: (fault.start, fault.end)))


class _Checker(MacroTypes):
    """Types one tree. ``_types`` holds what is known of each variable at the place that is being read."""

    def __init__(self, source: str, variables: Mapping[str, Type], told: Faults) -> None:
        self._told = told
        self._source = source
        self._types: dict[Root, Type] = dict(variables.items())
        self._folding = True

    # ------------------------------------------------------------ types

    def type_of(self, node: Node) -> Type:
        """The type of a node; a part without variables is simply computed."""
        if not self._folding or isinstance(node, _NOT_FOLDED) or not _is_closed(node, set()):
            return _READERS[type(node)](self, node)
        self._folding, before = False, len(self._told.faults)
        typed: Type = _READERS[type(node)](self, node)
        self._folding = True
        if len(self._told.faults) > before:
            return typed
        value = Program(self._source, node).run({})
        if isinstance(value, EvaluationError):
            told = f"{self._told.quote(node)} never has a value: {value.message}"
            self._told.tell(node, told, "", "no-value")
            return typed
        return of_value(value)

    @contextmanager
    def _knowing(self, known: Iterable[Fact]) -> Iterator[None]:
        held = self._types
        self._types = narrowed(held, known)
        yield
        self._types = held

    def constant(self, node: Constant) -> Type:
        return of_value(node.value)

    def type_name(self, node: TypeName) -> Type:
        return simple("type", node.name)

    def variable(self, node: Variable) -> Type:
        return self._types.get(node.name, DYN)

    def local(self, node: Local) -> Type:
        return self._types.get(node.slot, DYN)

    def prefix(self, node: Prefix) -> Type:
        typed = self.type_of(node.operand)
        if node.operator == "!":
            self._told.need(node.operand, typed, frozenset({"bool"}))
            return BOOL if typed.truth is None else simple("bool", not typed.truth)
        self._told.need(node.operand, typed, frozenset({"int", "double"}))
        return Type(tuple(Simple(word) for word in sorted(typed.words & {"int", "double"})) or None)

    def binary(self, node: Binary) -> Type:
        operands = [(node.left, self.type_of(node.left)), (node.right, self.type_of(node.right))]
        if node.operator in ("==", "!="):
            self._equality(node, operands[0], operands[1])
            return BOOL
        if node.operator == "in":
            self._membership(node, operands[0], operands[1])
            return BOOL
        if node.operator == "/" and self._divides_whole(node, operands[0][1], operands[1][1]):
            return operands[0][1]

        def told_of(choice: tuple[Part | None, ...]) -> tuple[str, str]:
            return overloads.mismatch(node.operator, self._told.quote(node.left), self._told.quote(node.right), choice)

        return self._told.fit(node, operands, overloads.binary(node.operator), told_of)

    def _divides_whole(self, node: Binary, left: Type, right: Type) -> bool:
        """Tells of a division that drops what is left over; whether it surely does."""
        whole = frozenset({"int", "uint"})
        surely = all(typed.words and typed.words <= whole for typed in (left, right))
        hint = " / ".join(f"double({self._told.quote(each).strip('`')})" for each in (node.left, node.right))
        if surely:
            told = f"{self._told.quote(node)} divides whole numbers and drops what is left over"
            self._told.tell(node, told, f"write {hint}", "integer-division")
        elif (left.words or whole) & (right.words or whole) & whole:
            told = f"{self._told.quote(node)} drops what is left over where both are whole numbers, as they can be"
            self._told.tell(node, told, f"write {hint}", "maybe-integer-division", "warning")
        return surely

    def _equality(self, node: Node, left: tuple[Node, Type], right: tuple[Node, Type]) -> None:
        at: Node = node
        for (one, typed), (other, _) in ((left, right), (right, left)):
            if isinstance(other, Constant):
                at = other
                if other.value is None and typed.known and "null" not in typed.words:
                    told = f"{self._told.quote(one)} is never null"
                    self._told.tell(node, told, "take the test out", "null-test", "warning")
                    return
        literal = isinstance(left[0], Constant) and isinstance(right[0], Constant)
        if not can_equal(left[1], right[1], by_value=not literal):
            first, second = (right, left) if at is left[0] else (left, right)
            self._told.unequal(at, *first, *second)

    def _membership(self, node: Binary, item: tuple[Node, Type], container: tuple[Node, Type]) -> None:
        if isinstance(node.right, ListOf) and node.right.elements and not isinstance(node.left, Constant):
            for each in node.right.elements:
                if not can_equal(item[1], typed := self.type_of(each)):
                    self._told.unequal(each, node.left, item[1], each, typed)
            return
        self._told.need(node.right, container[1], frozenset({"list", "map"}))
        inside = [held(part) for part in container[1].parts or ()]
        if inside and item[1].known and not any(can_equal(item[1], each, by_value=False) for each in inside):
            told = (
                f"{self._told.quote(node.left)} is {item[1]}, and {self._told.quote(node.right)} holds {join(inside)}"
            )
            self._told.tell(node, told, "", "never-equal")

    def logic(self, node: Logic) -> Type:
        decides = node.operator == "||"
        typed: list[Type] = []
        for term in node.terms:
            others = [each for other in node.terms if other is not term for each in facts(other, not decides)]
            with self._knowing(others):
                typed.append(self.type_of(term))
                self._told.need(term, typed[-1], frozenset({"bool"}))
                self._told.constant(term, typed[-1])
        truths = {each.truth for each in typed}
        if decides in truths:
            return simple("bool", decides)
        return BOOL if None in truths else simple("bool", not decides)

    def conditional(self, node: Conditional) -> Type:
        test = self.type_of(node.test)
        self._told.need(node.test, test, frozenset({"bool"}))
        self._told.constant(node.test, test)
        with self._knowing(facts(node.test, truth=True)):
            yes = self.type_of(node.yes)
        with self._knowing(facts(node.test, truth=False)):
            no = self.type_of(node.no)
        if not overloads.same_kinds(yes, no):
            told = f"one branch is {yes} and the other {no}: both must be of one type"
            self._told.tell(node, told, overloads.conversion(yes.words | no.words), "type")
        if test.truth is not None:
            return yes if test.truth else no
        return join((yes, no))

    def list_of(self, node: ListOf) -> Type:
        element = join(self.type_of(each) for each in node.elements)
        filled = any(not isinstance(each, OptionalEntry) for each in node.elements)
        return list_of(element, empty=not node.elements, filled=filled)

    def map_of(self, node: MapOf) -> Type:
        keys, values = node.entries[::2], node.entries[1::2]
        for key in keys:
            self._told.need(key, self.type_of(key), frozenset({"bool", "int", "uint", "string"}))
        typed = [self.type_of(value) for value in values]
        words = [key.value for key in keys if isinstance(key, Constant) and isinstance(key.value, str)]
        if len(words) == len(keys):
            always = [not isinstance(value, OptionalEntry) for value in values]
            members = {word: Member(each, there) for word, each, there in zip(words, typed, always, strict=True)}
            return Type((Record("map", members),))
        return map_of(join(self.type_of(key) for key in keys), join(typed))


_NOT_FOLDED: Final = (Constant, TypeName, ListOf, MapOf, OptionalEntry)
"""What is looked into although it may hold no variable: for what its parts are, or as it has no value by itself."""


def _is_closed(node: Node, slots: set[int]) -> bool:
    """Whether a node reads no variable: whatever the evidence, it has one value."""
    match node:
        case Variable():
            return False
        case Local():
            return node.slot in slots
        case Call() if node.function == "dyn" or any(form.needs for form in overloads.forms(node)):
            return False
        case Comprehension():
            inside = [each for each in (node.where, node.body) if each is not None]
            known = {*slots, *range(node.slot, node.slot + len(node.names))}
            return _is_closed(node.over, slots) and all(_is_closed(each, known) for each in inside)
        case _:
            return all(_is_closed(each, slots) for each in children(node))


_READERS: Final[dict[type, Callable[[_Checker, Any], Type]]] = {
    Constant: _Checker.constant,
    TypeName: _Checker.type_name,
    Variable: _Checker.variable,
    Local: _Checker.local,
    Select: _Checker.select,
    Presence: _Checker.presence,
    Index: _Checker.index,
    Lookup: _Checker.lookup,
    OptionalEntry: _Checker.optional_entry,
    Prefix: _Checker.prefix,
    Binary: _Checker.binary,
    Logic: _Checker.logic,
    Conditional: _Checker.conditional,
    ListOf: _Checker.list_of,
    MapOf: _Checker.map_of,
    Call: _Checker.call,
    Comprehension: _Checker.comprehension,
}
