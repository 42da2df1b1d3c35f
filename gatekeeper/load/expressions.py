"""Compiles the expressions and messages of a policy, and checks every name that they use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gatekeeper.expr import ExpressionError, Program, compile_expression, compile_template
from gatekeeper.expr.checker import check
from gatekeeper.expr.narrowing import Fact, facts, narrowed
from gatekeeper.expr.program import variable_name, walk
from gatekeeper.expr.tree import Constant, Index, Presence, Select, Variable
from gatekeeper.expr.tree import Node as Branch
from gatekeeper.expr.types import BOOL as BOOL_TYPE
from gatekeeper.expr.types import DYN, ListPart, Record, Simple, Type, join
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.problems import Problems
from gatekeeper.load.terms import RESERVED
from gatekeeper.load.traps import BLOCK_SCALAR, cut_comment
from gatekeeper.load.tree import MapNode, Node, ScalarNode
from gatekeeper.model.ladder import PAGING
from gatekeeper.model.rule import Expression, Template
from gatekeeper.model.times import parse_instant

ANY_NAME = "*"
"""Stands among row variables for a row whose name is not known."""

_BREAKS = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Use:
    """What an expression is for, which says what it may give.

    Attributes:
        kinds: the kinds that its value may have; none for any.
        instant: whether a text has to be an instant.
        measures: whether it reads what is measured, or recorded as it happens. Where that is null, nothing was measured
            or nothing has happened yet, and the expression is meant to be unknown. Elsewhere a null is told that leaves
            it unknown, since a rule that nobody can know blocks for good.
        named: whether it is a variable, which is a condition where it gives a truth.
    """

    kinds: frozenset[str] = frozenset()
    instant: bool = False
    measures: bool = False
    named: bool = False


ANY: Final = Use()
BOOL: Final = Use(frozenset({"bool"}))
LIST: Final = Use(frozenset({"list"}))
TIME: Final = Use(frozenset({"timestamp", "string"}), instant=True)
KEY: Final = Use(frozenset({"string", "int"}))
TEXT: Final = Use(frozenset({"string", "timestamp", "null"}))
INT: Final = Use(frozenset({"int"}))
SPAN: Final = Use(frozenset({"duration"}))
"""What the keys of a gate take."""

CONDITION: Final = Use(frozenset({"bool"}), measures=True)
SINCE: Final = Use(frozenset({"timestamp", "string"}), instant=True, measures=True)
MOMENT: Final = Use(frozenset({"timestamp", "string", "null"}), instant=True, measures=True)
LENGTH: Final = Use(frozenset({"duration"}), measures=True)
STATE_WORD: Final = Use(frozenset({"string"}), measures=True)
MESSAGE: Final = Use(measures=True)
"""What the keys of ladders and modes take. A moment is null while it has not come."""


@dataclass(slots=True)
class Compiler:
    """Compiles what one policy says, with the names that the policy declares.

    Attributes:
        evidence: names of the policy's evidence entries.
        params: names of its parameters.
        types: name → type, for what has a type that is known.
        noun: what kind of policy it is, for messages.
        row_types: the same for the row or sample of the rule that is being read.
        known: what holds wherever the expressions are evaluated that are being read.
        always: name → type of what every expression sees beside, in this kind of policy.
        variables: the names of its variables, with what they are, as far as that is known.
        used: names of the evidence that something used so far.
        used_params: names of the parameters that something used so far.
        used_variables: names of the variables that something used so far.
        used_topics: rows of the paging table that an expression used so far.
    """

    problems: Problems
    evidence: frozenset[str]
    params: frozenset[str]
    types: dict[str, Type] = field(default_factory=dict)
    noun: str = "gate"
    always: Mapping[str, Type] = field(default_factory=dict)
    variables: dict[str, Program | None] = field(default_factory=dict)
    row_types: dict[str, Type] = field(default_factory=dict)
    known: tuple[Fact, ...] = ()
    used: set[str] = field(default_factory=set)
    used_params: set[str] = field(default_factory=set)
    used_variables: set[str] = field(default_factory=set)
    used_topics: set[str] = field(default_factory=set)

    def begin_rule(self) -> None:
        """From here on another rule is read: nothing is known of rows, nor of when it applies."""
        self.row_types, self.known = {}, ()

    def suppose(self, condition: Expression | None) -> None:
        """From here on expressions are read that are only evaluated where a condition is true."""
        program = condition.program if condition is not None else None
        self.known = tuple(facts(program.tree, truth=True)) if isinstance(program, Program) else ()

    def name_rows(self, over: Expression | None, *rows: str) -> Type:
        """From here on the row variable has the type of the elements of ``over``, whose type is given."""
        program = over.program if over is not None else None
        typed = check(program, self._known_types())[0] if isinstance(program, Program) else DYN
        lists = [part for part in typed.parts or () if isinstance(part, ListPart)]
        self.row_types = {row: join(part.element for part in lists) if lists else DYN for row in rows}
        return typed

    def expression(self, owner: Node | None, key: str, *rows: str, use: Use = ANY) -> Expression | None:
        """The expression that a mapping holds under a key; None where there is none that can be used.

        Args:
            rows: names of rows and samples that it may use.
            use: what it is for.
        """
        node = self._scalar(owner, key)
        if node is None:
            return None
        text = node.text.rstrip()
        try:
            program = compile_expression(text, variables=self.variables)
        except ExpressionError as error:
            self._refuse(node, error)
            return None
        self._check_names(node, ((name.text, name.line, name.column) for name in program.names), rows)
        typed = self._check_types(node, program, 0, use)
        if use.instant:
            self._check_instant(node, typed)
        return Expression(program, node.place)

    def define(self, name: str, owner: Node, key: str) -> Expression | None:
        """The expression of a variable, which those that are read from here on can read; None where it is wrong."""
        expression = self.expression(owner, key, use=Use(measures=self.noun != "gate", named=True))
        program = expression.program if expression is not None else None
        if isinstance(program, Program):
            self.variables[name] = program
            typed = check(program, self._known_types())[0]
            # That it is always the same has been told where it stands, and not again at each of its readers.
            self.types[variable_name(name)] = BOOL_TYPE if typed.words == {"bool"} else typed
        return expression

    def variables_in(self, owner: Node, key: str) -> set[str]:
        """Names of the variables that an expression reads, as far as it can be read."""
        node = self._scalar(owner, key)
        if node is None or "variables" not in node.text:
            return set()
        try:
            program = compile_expression(node.text.rstrip(), variables=dict.fromkeys(self.variables))
        except ExpressionError:
            return set()
        return {name for name in self.variables if variable_name(name) in {each.text for each in program.names}}

    def span(
        self, owner: Node | None, key: str, value: timedelta | str | None, use: Use = SPAN
    ) -> timedelta | Expression | None:
        """A span that was read already, or the expression under the key that gives one."""
        if isinstance(value, timedelta):
            return value
        text = self._scalar(owner, key)
        if text is None or text.text == "none" or text.text[:1].isdigit():
            return None
        return self.expression(owner, key, use=use)

    def template(self, owner: Node | None, key: str, *rows: str, use: Use = ANY) -> Template | None:
        """The message that a mapping holds under a key; None where there is none that can be used."""
        node = self._scalar(owner, key)
        if node is None:
            return None
        try:
            written = compile_template(node.text, self.variables)
        except ExpressionError as error:
            self._refuse(node, error)
            return None
        self._check_names(node, ((name.text, name.line, name.column) for name in written.names), rows)
        for piece in written.pieces:
            if not isinstance(piece, str):
                self._check_types(node, piece.program, _offset(node.text, piece.line, piece.column), use)
        return _one_line(node.text, self.variables) or written

    def _scalar(self, owner: Node | None, key: str) -> ScalarNode | None:
        node = owner.values.get(key) if isinstance(owner, MapNode) else None
        if not isinstance(node, ScalarNode) or self.problems.spoiled(node):
            return None
        return node if isinstance(node.value, str | bool) and node.text.strip() else None

    def _refuse(self, node: ScalarNode, error: ExpressionError) -> None:
        hint = error.hint
        if cut_comment(node) is not None:
            hint = f"` #` begins a comment in YAML and cut this off: {BLOCK_SCALAR}"
        offset = _offset(node.text, error.line, error.column)
        self.problems.inside(node, offset, error.width, error.message, hint)
        self.problems.spoil(node)

    def _check_names(self, node: ScalarNode, names: Iterable[tuple[str, int, int]], rows: tuple[str, ...]) -> None:
        known = self.evidence | RESERVED | self.always.keys() | set(rows)
        own = {variable_name(each): each for each in self.variables}
        for name, line, column in names:
            if name in self.evidence:
                self.used.add(name)
            if name in own:
                self.used_variables.add(own[name])
            elif name not in known and ANY_NAME not in rows:
                hint = did_you_mean(name, (known - {"variables"}) | own.keys(), "the names here are")
                hint = f"did you mean `{variable_name(name)}`?" if name in self.variables else hint
                offset = _offset(node.text, line, column)
                message = f"there is no name `{shown(name)}` here"
                self.problems.inside(node, offset, len(name), message, hint, "unknown-name")

    def _known_types(self) -> dict[str, Type]:
        return {**narrowed({**self.types, **self.always}, self.known), **self.row_types}

    def _check_types(self, node: ScalarNode, program: Program, begin: int, use: Use) -> Type:
        """Parameters and variables that there are not, and what the types say; ``begin`` is where the text begins."""
        self._check_parameters(node, program, begin)
        self._check_variables(node, program, begin)
        self._note_topics(program)
        typed, faults = check(program, self._known_types(), use.kinds)
        if use.named and typed.words == {"bool"}:
            typed, faults = check(program, self._known_types(), typed.words)
        for fault in faults:
            if fault.code == "nullable" and use.measures:
                continue
            hint = fault.hint or (did_you_mean(fault.word, fault.known, "it has") if fault.known else "")
            width = max(1, fault.end - fault.start)
            self.problems.inside(node, begin + fault.start, width, fault.message, hint, fault.code, fault.level)
        return typed

    def _check_parameters(self, node: ScalarNode, program: Program, begin: int) -> None:
        for branch, word in fields_of(program, "params"):
            if word is None:
                self.used_params |= self.params
                continue
            self.used_params.add(word)
            if word not in self.params:
                hint = did_you_mean(word, self.params, "the parameters are") or "declare it under `params`"
                message = f"this {self.noun} has no parameter `{shown(word)}`"
                offset = begin + _offset_in(program, branch, word)
                self.problems.inside(node, offset, len(word), message, hint, "unknown-parameter")

    def _note_topics(self, program: Program) -> None:
        table = self.always.get(PAGING, DYN)
        every = {topic for part in table.parts or () if isinstance(part, Record) for topic in part.fields}
        for _, topic in fields_of(program, PAGING):
            self.used_topics |= every if topic is None else {topic}

    def _check_variables(self, node: ScalarNode, program: Program, begin: int) -> None:
        """``variables`` is no value by itself: what is left of it names no variable, or is not written as one is."""
        for branch, word in fields_of(program, "variables"):
            if word is None:
                offset, width = begin + branch.span.start, len("variables")
                message, hint = "`variables` is no value by itself", "write `variables.<name>`"
            elif word in self.variables:
                offset, width = begin + branch.span.start, branch.span.end - branch.span.start
                message, hint = "a variable is always there, and read by its name", f"write `{variable_name(word)}`"
                self.used_variables.add(word)
            else:
                offset, width = begin + _offset_in(program, branch, word), len(word)
                message = f"this {self.noun} has no variable `{shown(word)}`"
                hint = did_you_mean(word, self.variables, "the variables are") or "declare it under `variables`"
            self.problems.inside(node, offset, width, message, hint, "unknown-variable")

    def _check_instant(self, node: ScalarNode, typed: Type) -> None:
        """A text that is due as an instant must be known to be one."""
        for part in typed.parts or ():
            if isinstance(part, Simple) and part.word == "string" and not part.instant and not _are_instants(part):
                hint = "write timestamp(…) around it; in a JSON Schema, `format: date-time` says that a text is one"
                message = "this text need not be an instant, and one is due here"
                self.problems.inside(node, 0, len(node.text.rstrip()), message, hint, "type")


def _are_instants(part: Simple) -> bool:
    try:
        return part.values is not None and all(parse_instant(str(value)) for value in part.values)
    except ValueError:
        return False


def _offset_in(program: Program, branch: Branch, word: str) -> int:
    """Where the word stands that a branch ends with."""
    return branch.span.start + max(0, program.source[branch.span.start : branch.span.end].rfind(word))


def fields_of(program: Program, name: str) -> Iterator[tuple[Branch, str | None]]:
    """Every ``name.x``, ``name["x"]`` and ``has(name.x)``, with the field; None where any may be meant."""
    named: set[int] = set()
    for branch in walk(program.tree):
        if isinstance(branch, Variable) and branch.name == name and id(branch) not in named:
            yield branch, None
        if not isinstance(branch, Select | Presence | Index) or not isinstance(branch.operand, Variable):
            continue
        if branch.operand.name != name:
            continue
        if not isinstance(branch, Index):
            named.add(id(branch.operand))
            yield branch, branch.field
        elif isinstance(branch.index, Constant) and isinstance(branch.index.value, str):
            named.add(id(branch.operand))
            yield branch, branch.index.value


def _one_line(text: str, variables: Mapping[str, Program | None]) -> Template | None:
    """The message without line breaks, since reports give it one line; None where it has none, or needs them."""
    joined = _BREAKS.sub(" ", text.strip())
    if joined == text:
        return None
    try:
        return compile_template(joined, variables)
    except ExpressionError:
        return None


def _offset(text: str, line: int, column: int) -> int:
    """Offset of a line and column, both from 1, within a text."""
    start = 0
    for _ in range(line - 1):
        found = text.find("\n", start)
        if found < 0:
            break
        start = found + 1
    return min(start + column - 1, len(text))
