"""Mutations of one expression: every small change of its text that could be somebody's slip.

A change is made in the text, at the places that the syntax tree tells, so that it can be shown in the author's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gatekeeper.expr import ExpressionError
from gatekeeper.expr.parse import parse
from gatekeeper.expr.program import walk
from gatekeeper.expr.tree import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Index,
    ListOf,
    Logic,
    Node,
    Prefix,
    children,
)

_COMPARISONS: Final = {
    ">": (">=", "<="),
    ">=": (">", "<"),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    "==": ("!=",),
    "!=": ("==",),
}
"""Operator → the one that differs at the limit, and the opposite one."""
_ARITHMETIC: Final = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*"}
_CONNECTIVES: Final = {"&&": "||", "||": "&&"}
_MACROS: Final = {"all": "exists", "exists": "all", "exists_one": "exists"}
_COMMENT: Final = re.compile(r"//[^\n]*")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class TextChange:
    """One change of a text.

    Attributes:
        start: offset of the first character that is replaced.
        end: offset after the last one.
        new: what stands there instead.
        shown_from: offset from which on a report shows the text, with ``shown_to`` after it: the smallest part that
            says what is changed.
    """

    mutator: str
    start: int
    end: int
    new: str
    shown_from: int
    shown_to: int

    def text(self, source: str) -> str:
        """The whole text with the change."""
        return source[: self.start] + self.new + source[self.end :]

    def before(self, source: str) -> str:
        """What stood there, on one line."""
        return _one_line(source[self.shown_from : self.shown_to])

    def after(self, source: str) -> str:
        """What stands there now, on one line."""
        return _one_line(source[self.shown_from : self.start] + self.new + source[self.end : self.shown_to])


def expression_changes(source: str, *, truth: bool) -> Iterator[TextChange]:
    """Every change of an expression, from left to right.

    Args:
        truth: whether the whole is a condition, which can be negated.
    """
    try:
        tree = parse(source)
    except ExpressionError:
        return
    found: dict[tuple[int, int, str], TextChange] = {}
    for node in walk(tree):
        for each in _of_node(source, node):
            found.setdefault((each.start, each.end, each.new), each)
    for constant, around in _literals(tree, tree):
        for each in _of_constant(source, constant, around):
            found[each.start, each.end, each.new] = each
    for node in _conditions(tree) if truth else _inner_conditions(tree):
        each = _negated(source, node)
        found.setdefault((each.start, each.end, each.new), each)
    yield from sorted(found.values(), key=lambda each: (each.start, each.end, each.mutator, each.new))


def _of_node(source: str, node: Node) -> Iterator[TextChange]:
    match node:
        case Binary():
            yield from _binary(source, node)
        case Logic():
            yield from _logic(source, node)
        case Prefix(operator="!"):
            sign = source.index("!", node.span.start)
            yield TextChange("negation", sign, sign + 1, "", node.span.start, node.span.end)
        case Conditional():
            yes, no = (source[each.span.start : each.span.end] for each in (node.yes, node.no))
            between = source[node.yes.span.end : node.no.span.start]
            swapped = f"({no}){between}({yes})"
            yield TextChange("ternary", node.yes.span.start, node.no.span.end, swapped, node.span.start, node.span.end)
        case Comprehension() if node.macro in _MACROS:
            at = source.index(node.macro, node.over.span.end)
            yield TextChange(
                "quantifier", at, at + len(node.macro), _MACROS[node.macro], node.span.start, node.span.end
            )
        case ListOf() if len(node.elements) > 1:
            for start, end in _dropped(node.elements):
                yield TextChange("list", start, end, "", start, end)
        case _:
            pass


def _literals(node: Node, around: Node) -> Iterator[tuple[Constant, Node]]:
    """Every literal, each with the part that shows what it is for."""
    if isinstance(node, Constant):
        yield node, around
    for below in children(node):
        yield from _literals(below, node if isinstance(node, Binary | Call | Index | ListOf) else below)


def _of_constant(source: str, node: Constant, around: Node) -> Iterator[TextChange]:
    raw, timed = source[node.span.start : node.span.end], isinstance(around, Call) and around.function == "duration"
    for new in _durations(str(node.value)) if timed else _constants(raw, node.value):
        yield TextChange("constant", node.span.start, node.span.end, new, around.span.start, around.span.end)


def _operator(source: str, left: Node, right: Node) -> tuple[int, int]:
    """Where an operator stands between its two sides."""
    gap = source[left.span.end : right.span.start]
    bare = _COMMENT.sub(lambda found: " " * len(found.group()), gap)
    start = left.span.end + len(bare) - len(bare.lstrip())
    return start, left.span.end + len(bare.rstrip())


def _binary(source: str, node: Binary) -> Iterator[TextChange]:
    start, end = _operator(source, node.left, node.right)
    for new in _COMPARISONS.get(node.operator, ()):
        yield TextChange("comparison", start, end, new, node.span.start, node.span.end)
    if node.operator in _ARITHMETIC:
        yield TextChange("arithmetic", start, end, _ARITHMETIC[node.operator], node.span.start, node.span.end)


def _logic(source: str, node: Logic) -> Iterator[TextChange]:
    for left, right in zip(node.terms, node.terms[1:], strict=False):
        start, end = _operator(source, left, right)
        new = _CONNECTIVES[node.operator]
        yield TextChange("connective", start, end, new, left.span.start, right.span.end)
    for start, end in _dropped(node.terms):
        yield TextChange("term", start, end, "", start, end)


def _dropped(parts: tuple[Node, ...]) -> Iterator[tuple[int, int]]:
    """What is cut out for each of these parts to be gone, with the sign beside it."""
    for index, part in enumerate(parts):
        if index + 1 < len(parts):
            yield part.span.start, parts[index + 1].span.start
        else:
            yield parts[index - 1].span.end, part.span.end


def _negated(source: str, node: Node) -> TextChange:
    span = node.span
    return TextChange("negation", span.start, span.end, f"!({source[span.start : span.end]})", span.start, span.end)


def _conditions(node: Node) -> Iterator[Node]:
    """What decides by itself and has no operator that could be turned around: names, fields, calls, macros."""
    if isinstance(node, Logic):
        for term in node.terms:
            yield from _conditions(term)
        return
    turned = isinstance(node, Prefix | Constant | Conditional) or (isinstance(node, Binary) and node.operator != "in")
    if not turned:
        yield node
    yield from _inner_conditions(node)


def _inner_conditions(node: Node) -> Iterator[Node]:
    if isinstance(node, Logic):
        yield from _conditions(node)
        return
    for below in children(node):
        predicate = isinstance(node, Comprehension) and below is node.body and node.macro != "map"
        tested = isinstance(node, Conditional) and below is node.test
        yield from _conditions(below) if predicate or tested else _inner_conditions(below)


def _constants(raw: str, value: object) -> Iterator[str]:
    """Other literals near this one: a number one unit of its last digit away, the other truth, an empty text."""
    written = raw.strip("()")
    if isinstance(value, bool):
        yield "false" if value else "true"
    elif isinstance(value, str):
        yield '""' if value else '"mutant"'
    elif _NUMBER.fullmatch(written):
        yield from numbers_near(written)


def _durations(written: str) -> Iterator[str]:
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?[a-z]+", written):
        unit = written.lstrip("-0123456789.")
        for number in numbers_near(written.removesuffix(unit)):
            yield f'"{number}{unit}"'


def numbers_near(written: str) -> tuple[str, str]:
    """The numbers one unit of the last written digit below and above."""
    number = Decimal(written)
    step = Decimal(1).scaleb(int(number.as_tuple().exponent))
    return f"{number - step:f}", f"{number + step:f}"


_SMALLER: Final = {"w": "6d", "d": "23h", "h": "59m", "m": "59s"}
"""Unit → what one of it is, less one of the next smaller unit."""


def spans_near(written: str) -> tuple[str, ...]:
    """Spans one unit shorter and longer, by the smallest unit that is written: ``89m`` and ``91m`` beside ``90m``."""
    found = re.fullmatch(r"((?:[0-9]+[wdhm])*)([0-9]+)([wdhms])", written)
    if found is None:
        return ()
    larger, number, unit = found[1], int(found[2]), found[3]
    below = f"{larger}{number - 1}{unit}" if number > 1 or larger else _SMALLER.get(unit)
    return tuple(each for each in (below, f"{larger}{number + 1}{unit}") if each)


def _one_line(text: str) -> str:
    return " ".join(text.split())
