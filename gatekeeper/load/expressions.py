"""Compiles the expressions and messages of a policy, and checks every name that they use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from gatekeeper.expr import ExpressionError, Program, compile_expression, compile_template
from gatekeeper.expr.program import walk
from gatekeeper.expr.tree import Constant, Index, Presence, Select, Variable
from gatekeeper.expr.tree import Node as Branch
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.fields import element_of, missing_fields
from gatekeeper.load.problems import Problems
from gatekeeper.load.terms import RESERVED
from gatekeeper.load.traps import BLOCK_SCALAR, cut_comment
from gatekeeper.load.tree import MapNode, Node, ScalarNode
from gatekeeper.model.rule import Expression, Template
from gatekeeper.model.snapshot import Subject

ANY_NAME = "*"
"""Stands among row variables for a row whose name is not known."""

_BREAKS = re.compile(r"\s*\n\s*")


@dataclass(slots=True)
class Compiler:
    """Compiles what one policy says, with the names that the policy declares.

    Attributes:
        evidence: names of the policy's evidence entries.
        params: names of its parameters.
        types: name → type, for what has a type that is known.
        noun: what kind of policy it is, for messages.
        row_types: the same for the row or sample of the rule that is being read.
        used: names of the evidence that something used so far.
    """

    problems: Problems
    evidence: frozenset[str]
    params: frozenset[str]
    types: Mapping[str, Any] = field(default_factory=dict)
    noun: str = "gate"
    row_types: dict[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def name_rows(self, over: Expression | None, *rows: str) -> None:
        """From here on the row variable has the type of the elements of ``over``."""
        program = over.program if over is not None else None
        hint = missing_fields(program.tree, self._known_types())[1] if isinstance(program, Program) else None
        self.row_types = {row: element_of(hint) for row in rows}

    def expression(self, owner: Node | None, key: str, *rows: str) -> Expression | None:
        """The expression that a mapping holds under a key; None where there is none that can be used."""
        node = self._scalar(owner, key)
        if node is None:
            return None
        text = node.text.rstrip()
        try:
            program = compile_expression(text)
        except ExpressionError as error:
            self._refuse(node, error)
            return None
        self._check_names(node, ((name.text, name.line, name.column) for name in program.names), rows)
        self._check_fields(node, program, 1, 1)
        return Expression(program, node.place)

    def span(self, owner: Node | None, key: str, value: timedelta | str | None) -> timedelta | Expression | None:
        """A span that was read already, or the expression under the key that gives one."""
        if isinstance(value, timedelta):
            return value
        text = self._scalar(owner, key)
        if text is None or text.text == "none" or text.text[:1].isdigit():
            return None
        return self.expression(owner, key)

    def template(self, owner: Node | None, key: str, *rows: str) -> Template | None:
        """The message that a mapping holds under a key; None where there is none that can be used."""
        node = self._scalar(owner, key)
        if node is None:
            return None
        try:
            written = compile_template(node.text)
        except ExpressionError as error:
            self._refuse(node, error)
            return None
        self._check_names(node, ((name.text, name.line, name.column) for name in written.names), rows)
        for piece in written.pieces:
            if not isinstance(piece, str):
                self._check_fields(node, piece.program, piece.line, piece.column)
        return _one_line(node.text) or written

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
        known = self.evidence | RESERVED | set(rows)
        for name, line, column in names:
            if name in self.evidence:
                self.used.add(name)
            if name not in known and ANY_NAME not in rows:
                hint = did_you_mean(name, known, "the names here are")
                offset = _offset(node.text, line, column)
                message = f"there is no name `{shown(name)}` here"
                self.problems.inside(node, offset, len(name), message, hint, "unknown-name")

    def _known_types(self) -> dict[str, Any]:
        return {**self.types, "subject": Subject, **self.row_types}

    def _check_fields(self, node: ScalarNode, program: Program, line: int, column: int) -> None:
        """Parameters that are not declared, and fields that the evidence does not have."""

        def tell(branch: Branch, word: str, message: str, hint: str, code: str) -> None:
            begin = branch.span.start
            inside = program.source[begin : branch.span.end].rfind(word)
            at_line, at_column = _line_column(program.source, begin + max(0, inside))
            moved = at_column + (column - 1 if at_line == 1 else 0)
            offset = _offset(node.text, line + at_line - 1, moved)
            self.problems.inside(node, offset, len(word), message, hint, code)

        for branch, word in _parameters(program):
            if word not in self.params:
                hint = did_you_mean(word, self.params, "the parameters are") or "declare it under `params`"
                tell(branch, word, f"this {self.noun} has no parameter `{shown(word)}`", hint, "unknown-parameter")
        for missing, known in missing_fields(program.tree, self._known_types())[0]:
            read = " ".join(program.source[missing.operand.span.start : missing.operand.span.end].split())
            hint = did_you_mean(missing.field, known, "it has")
            tell(
                missing, missing.field, f"`{shown(read)}` has no field `{shown(missing.field)}`", hint, "unknown-field"
            )


def _parameters(program: Program) -> Iterator[tuple[Branch, str]]:
    """Every ``params.x``, ``params["x"]`` and ``has(params.x)``, with its name."""
    for branch in walk(program.tree):
        if not isinstance(branch, Select | Presence | Index) or not isinstance(branch.operand, Variable):
            continue
        if branch.operand.name != "params":
            continue
        if not isinstance(branch, Index):
            yield branch, branch.field
        elif isinstance(branch.index, Constant) and isinstance(branch.index.value, str):
            yield branch, branch.index.value


def _one_line(text: str) -> Template | None:
    """The message without line breaks, since reports give it one line; None where it has none, or needs them."""
    joined = _BREAKS.sub(" ", text.strip())
    if joined == text:
        return None
    try:
        return compile_template(joined)
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


def _line_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1
