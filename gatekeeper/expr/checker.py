"""The types of an expression's parts, on the evaluator's own tree, and what can be told to be wrong before it runs.

What is accepted without a word has the type that is said here, or comes to one of the errors that
``docs/checker.md`` names; it never lacks an overload, unless a part of it is of unknown type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from gatekeeper.expr import overloads
from gatekeeper.expr.faults import Fault, Faults
from gatekeeper.expr.narrowing import Fact, Root, facts
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
    MapOf,
    Node,
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
    STRING,
    ListPart,
    MapPart,
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
    refine,
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


class _Checker:
    """Types one tree. ``_types`` holds what is known of each variable at the place that is being read."""

    def __init__(self, source: str, variables: Mapping[str, Type], told: Faults) -> None:
        self._told = told
        self._source = source
        self._types: dict[Root, Type] = dict(variables.items())
        self._folding = True

    # ------------------------------------------------------------ types

    def type_of(self, node: Node) -> Type:
        """The type of a node; a part without variables is simply computed."""
        if not self._folding or isinstance(node, (Constant, TypeName, ListOf, MapOf)) or not _is_closed(node, set()):
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
        self._types = dict(held)
        for fact in known:
            if fact.root in self._types:
                self._types[fact.root] = refine(self._types[fact.root], fact.path, fact.change)
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

    def select(self, node: Select) -> Type:
        found = self._members(node, node.operand)
        return join(member.type for member in found) if found else DYN

    def presence(self, node: Presence) -> Type:
        found = self._members(node, node.operand)
        if found and all(member.always for member in found):
            nullable = any("null" in member.type.words for member in found)
            hint = "compare it with null" if nullable else "take the test out"
            told = f"`{node.field}` of {self._told.quote(node.operand)} is always there"
            self._told.tell(node, told, hint, "has-always", "warning")
            return simple("bool", True)
        return BOOL

    def _members(self, node: Select | Presence, operand: Node) -> list[Member]:
        """What a field may be; what lacks it is told."""
        typed = self.type_of(operand)
        lacking: list[Record] = []
        found: list[Member] = []
        for part in typed.parts or ():
            match part:
                case MapPart():
                    found.append(Member(part.value, always=False))
                case Record() if node.field in part.fields:
                    found.append(part.fields[node.field])
                case Record() if part.rest is not None:
                    found.append(Member(part.rest, always=False))
                    lacking += [part] if part.strict else []
                case Record():
                    lacking.append(part)
        self._need_fields(operand, typed)
        if lacking and len(lacking) == sum(part.word == "map" for part in typed.parts or ()):
            self._told.field(node, lacking[0], "warning" if found else "error")
        elif lacking:
            found = [Member(member.type, always=False) for member in found]
        return found

    def _need_fields(self, operand: Node, typed: Type) -> None:
        def told(choice: tuple[Part | None, ...]) -> tuple[str, str]:
            word = choice[0].word if choice[0] is not None else ""
            return f"{self._told.quote(operand)} is {word}, which has no fields", ""

        self._told.fit(
            operand, [(operand, typed)], lambda choice: _if(choice[0] is None or choice[0].word == "map"), told
        )

    def index(self, node: Index) -> Type:
        if isinstance(node.index, Constant) and isinstance(node.index.value, str):
            typed = self.type_of(node.operand)
            if typed.words == {"map"} and all(isinstance(part, Record) for part in typed.parts or ()):
                return self.select(Select(node.span, node.operand, node.index.value))
        operands = [(node.operand, self.type_of(node.operand)), (node.index, self.type_of(node.index))]

        def told(choice: tuple[Part | None, ...]) -> tuple[str, str]:
            if choice[0] is not None and choice[0].word not in ("list", "map"):
                return f"{self._told.quote(node.operand)} is {choice[0].word}, which has no elements", ""
            due = "a whole number" if choice[0] is not None and choice[0].word == "list" else "a key of the map"
            key = choice[1].word if choice[1] is not None else ""
            return f"{self._told.quote(node.index)} is {key}, and {due} is due here", ""

        return self._told.fit(node, operands, overloads.index, told)

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
        inside = [_held(part) for part in container[1].parts or ()]
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
        return list_of(element, empty=not node.elements, filled=bool(node.elements))

    def map_of(self, node: MapOf) -> Type:
        keys, values = node.entries[::2], node.entries[1::2]
        for key in keys:
            self._told.need(key, self.type_of(key), frozenset({"bool", "int", "uint", "string"}))
        typed = [self.type_of(value) for value in values]
        words = [key.value for key in keys if isinstance(key, Constant) and isinstance(key.value, str)]
        if len(words) == len(keys):
            members = {word: Member(each) for word, each in zip(words, typed, strict=True)}
            return Type((Record("map", members),))
        return map_of(join(self.type_of(key) for key in keys), join(typed))

    def call(self, node: Call) -> Type:
        given = node.arguments if node.target is None else (node.target, *node.arguments)
        operands = [(each, self.type_of(each)) for each in given]
        forms = overloads.forms(node)

        def told(choice: tuple[Part | None, ...]) -> tuple[str, str]:
            return overloads.no_form(node.function, forms, choice, node.target is not None)

        return self._told.fit(node, operands, overloads.call(forms), told)

    def comprehension(self, node: Comprehension) -> Type:
        over = self.type_of(node.over)
        self._told.need(node.over, over, frozenset({"list", "map"}))
        if over.known and all(isinstance(part, ListPart) and part.empty for part in over.parts or ()):
            told = f"{self._told.quote(node.over)} is always empty, and `{node.macro}` looks at nothing"
            self._told.tell(node.over, told, "write what was to be looked at", "empty-list")
        element = join(map(_held, over.parts)) if over.parts else DYN
        with self._knowing(()):
            self._types[node.slot] = element
            if node.where is not None:
                self._predicate(node.where)
            if node.macro == "map":
                with self._knowing(facts(node.where, truth=True) if node.where is not None else ()):
                    return list_of(self.type_of(node.body))
            truth = self._predicate(node.body)
            if node.macro != "filter":
                return BOOL
            with self._knowing(facts(node.body, truth=True)):
                return list_of(self._types[node.slot], empty=truth is False)

    def _predicate(self, node: Node) -> bool | None:
        typed = self.type_of(node)
        self._told.need(node, typed, frozenset({"bool"}))
        self._told.constant(node, typed)
        return typed.truth


def _if(fits: bool) -> Type | None:
    return BOOL if fits else None


def _held(part: Part) -> Type:
    """What a macro visits, and what ``in`` looks for: elements of a list, keys of a map."""
    match part:
        case ListPart():
            return part.element
        case MapPart():
            return part.key
        case Record():
            return STRING
        case _:
            return DYN


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
            return _is_closed(node.over, slots) and all(_is_closed(each, slots | {node.slot}) for each in inside)
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
    Prefix: _Checker.prefix,
    Binary: _Checker.binary,
    Logic: _Checker.logic,
    Conditional: _Checker.conditional,
    ListOf: _Checker.list_of,
    MapOf: _Checker.map_of,
    Call: _Checker.call,
    Comprehension: _Checker.comprehension,
}
