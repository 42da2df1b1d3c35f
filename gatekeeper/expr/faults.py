"""What is wrong with an expression before it runs, gathered and worded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias

from gatekeeper.expr import overloads
from gatekeeper.expr.run import Site
from gatekeeper.expr.tree import Constant, Lookup, Node, Presence, Select
from gatekeeper.expr.types import DYN, Part, Record, Simple, Type, join

Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with an expression.

    Attributes:
        start: offset of the first character of the part that is wrong.
        end: offset after its last character.
        hint: how to mend it; empty where ``known`` says it or the message does.
        word: a word that is not known.
        known: the words that it may have been meant to be.
    """

    start: int
    end: int
    message: str
    hint: str
    code: str
    level: Level = "error"
    word: str = ""
    known: tuple[str, ...] = ()


class Faults:
    """Gathers the faults of one expression.

    Args:
        source: the text that the spans of its tree point into.
    """

    def __init__(self, source: str) -> None:
        self.faults: list[Fault] = []
        self._source = source

    def tell(self, node: Node, message: str, hint: str, code: str, level: Level = "error") -> None:
        """Takes in something about a node."""
        self.faults.append(Fault(node.span.start, node.span.end, message, hint, code, level))

    def quote(self, node: Node) -> str:
        """The text of a node, as messages show it."""
        return f"`{Site.of(self._source, node.span).expression}`"

    def field(self, node: Select | Presence, record: Record, level: Level) -> None:
        """Tells of a field that a record does not have, or that its schema does not name."""
        start = node.span.start
        inside = self._source[start : node.span.end].rfind(node.field)
        start += max(0, inside)
        told = f"{self.quote(node.operand)} has no field `{node.field}`"
        code = "unknown-field" if level == "error" else "undeclared-field"
        if level == "warning":
            told = f"the schema of {self.quote(node.operand)} names no field `{node.field}`"
        known = tuple(record.fields)
        self.faults.append(Fault(start, start + len(node.field), told, "", code, level, node.field, known))

    def constant(self, node: Node, typed: Type) -> None:
        """Tells of a condition that is always the same, unless it is a literal or something in it is told already."""
        if typed.truth is None or isinstance(node, Constant):
            return
        if any(node.span.start <= fault.start and fault.end <= node.span.end for fault in self.faults):
            return
        word = "true" if typed.truth else "false"
        told = f"{self.quote(node)} is always {word}"
        self.tell(node, told, "it tests nothing: take it out, or test what was meant", "constant", "warning")

    def null(self, node: Node) -> None:
        """Tells that something can be null where that has no value."""
        quoted = self.quote(node)
        tested = (
            quoted.strip("`").replace(".?", ".").replace("[?", "[") if isinstance(node, Lookup) else quoted.strip("`")
        )
        hint = f"test it first ({tested} != null); in evidence, `required` can name its path instead"
        self.tell(node, f"{quoted} can be null, and this is unknown then", hint, "nullable", "warning")

    def need(self, node: Node, typed: Type, wanted: frozenset[str]) -> None:
        """Tells where a value can be of none of the kinds that are due."""
        bad = typed.words - wanted
        due = " or ".join(sorted(wanted))
        if not bad:
            return
        if bad == {"null"} and len(typed.words) > 1:
            self.null(node)
            return
        what = "is" if bad == typed.words else "can be"
        shown = typed if bad == typed.words else " or ".join(sorted(bad))
        self.tell(node, f"{self.quote(node)} {what} {shown}, and {due} is due here", "", "type")

    def fit(
        self,
        node: Node,
        operands: Sequence[tuple[Node, Type]],
        result_of: Callable[[tuple[Part | None, ...]], Type | None],
        told: Callable[[tuple[Part | None, ...]], tuple[str, str]],
    ) -> Type:
        """The type of an operation, from the results for each choice of parts; None stands for anything."""
        made: list[Type] = []
        bad: list[tuple[Part | None, ...]] = []
        for choice in product(*(typed.parts or (None,) for _, typed in operands)):
            result = result_of(choice)
            if result is None:
                bad.append(choice)
            else:
                made.append(result)
        nulls = [each for each, typed in operands if "null" in typed.words and len(typed.words) > 1]
        rest = [choice for choice in bad if not any(part is not None and part.word == "null" for part in choice)]
        if rest or (bad and not nulls):
            self.tell(node, *told((rest or bad)[0]), "type")
        elif bad:
            for each in nulls:
                self.null(each)
        typed = join(made)
        open_ = len(typed.words) > 1 and not all(each.known for _, each in operands)
        return typed if made and not open_ else DYN

    def unequal(self, at: Node, one: Node, typed: Type, other: Node, another: Type) -> None:
        """Tells that a value never equals another."""
        values = next((part.values for part in typed.parts or () if isinstance(part, Simple) and part.values), None)
        if values is not None and isinstance(other, Constant) and isinstance(other.value, str):
            told = f"{self.quote(one)} is never {self.quote(other)}"
            known = tuple(sorted(value for value in values if isinstance(value, str)))
            word = other.value
            self.faults.append(Fault(at.span.start, at.span.end, told, "", "never-equal", "error", word, known))
            return
        told = f"{self.quote(one)} is {typed} and {self.quote(other)} is {another}: they are never equal"
        hint = overloads.conversion(typed.words | another.words)
        self.tell(at, told, hint, "never-equal")
