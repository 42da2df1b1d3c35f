"""What decided, in one line for a person: ``error_rate = 0.063, needs <= 0.05``.

Pure functions of a sub-expression, its truth and the values that it read. Where the whole expression is false, a line
says what the part needs; where it is true, and for what only chose between two parts, it says what is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from gatekeeper.expr.outcome import Unknown
from gatekeeper.expr.shown import brief, entries, is_brief
from gatekeeper.expr.tree import Binary, Call, Constant, ListOf, Lookup, MapOf, Node, Presence, Select, Variable
from gatekeeper.model.shown import cut, shown

LONGEST_PART: Final = 100
"""Characters of a sub-expression that a line shows."""

LONGEST_ASKED: Final = 60
"""Characters of a condition that a line repeats where those below it say what they need."""

_LONGEST_ASIDE: Final = 48
_LONGEST_NAME: Final = 40

_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "in": "not in"}
_GIVEN: Final = frozenset({"params", "now", "paging"})
"""Names of what is not seen by anybody, but given."""

_ORDERS: Final = ("<", "<=", ">", ">=")
_NAMES: Final = ("run_number", "id", "key", "name", "title", "role", "line")
"""Fields by which people know an entry of a list, the best first."""


_INSIDE: Final = ("value", "orValue")
"""Functions that give what an optional holds, and ask nothing of it."""


class Reader(NamedTuple):
    """How a part is looked at.

    Attributes:
        text: a node as it is written.
        value: what a node came to.
    """

    text: Callable[[Node], str]
    value: Callable[[Node], object]


def tell(reader: Reader, node: Node, truth: bool, wanted: bool) -> str:
    """A part that is a truth by itself.

    Args:
        truth: what it came to.
        wanted: whether it would have to be the opposite.
    """
    told = None
    match node:
        case Binary():
            told = _comparison(reader, node, truth, wanted)
        case Call(function="hasValue", target=Lookup() as sought):
            told = f"{part(reader.text(sought))} is {'' if truth else 'not '}there"
            told += f", needs {'not ' if truth else ''}to be" if wanted else ""
        case Call():
            told = _call(reader, node, truth, wanted)
        case Presence():
            told = f"{part(reader.text(node.operand))}.{part(node.field)} is {'' if truth else 'not '}there"
            told += f", needs {'not ' if truth else ''}to be" if wanted else ""
        case Constant():
            told = f"{reader.text(node)}, as it is written"
    if told is not None:
        return told
    text = f"{part(reader.text(node))} = {brief(truth)}"
    return f"{text}, needs {brief(not truth)}" if wanted else text


def tell_trouble(text: str, value: object) -> str:
    """A part that is not known, with the evidence that it hangs on, or one that has no value."""
    if not isinstance(value, Unknown):
        return f"{part(text)} has no value"
    names = [f"{lack.evidence} ({lack.cause})" if lack.evidence else lack.cause for lack in value.lacks]
    return f"{part(text)} is not known for lack of {', '.join(dict.fromkeys(names))}"


def tell_all(over: str, number: int, truth: bool, wanted: bool, asked: str, near: str) -> str:
    """A true ``all`` (``truth``) or a false ``exists``: every entry is of one kind.

    Args:
        near: the entry that is nearest to what is asked, and what it needs; empty where there is no such one.
    """
    if not number:
        told = f"{part(over)} is empty"
        return f"{told}, needs an entry {'that is not' if truth else 'with'} {part(asked)}" if wanted else told
    if number == 1:
        line = f"the only entry of {part(over)} {'fits' if truth else 'does not fit'}"
        needs = f", needs one that does{' not' if truth else ''}" if wanted else ""
        return f"{line}{needs}: {near or part(asked)}"
    which = f"{'all' if truth else 'none of'} {entries(number)}"
    needs = f", needs one{' that is not' if truth else ''}" if wanted else ""
    return f"{which} of {part(over)}{needs}" + (f"; nearest is {near}" if near else f": {part(asked)}")


def tell_some(over: str, matching: int, number: int, needs: str, asked: str) -> str:
    """How many entries match, and how many should."""
    needed = f", needs {needs}" if needs else ""
    told = f"{matching} of {entries(number)} of {part(over)}{needed}"
    return f"{told}: {part(asked)}" if asked else told


def label(variable: str, element: object, index: int, number: int) -> str:
    """An entry of a list as people know it: ``role "approver"``, ``run 12 of 336 (run_number 412)``."""
    if not isinstance(element, dict):
        if is_brief(element) and element is not None:
            return f"{variable} {brief(element)}"
        return f"{variable} {index + 1} of {number}"
    named = (
        f" ({name} {shown(element[name], _LONGEST_NAME)})"
        for name in _NAMES
        if type(element.get(name)) in (str, int) and element[name] != ""
    )
    return f"{variable} {index + 1} of {number}{next(named, '')}"


def part(text: str) -> str:
    """A sub-expression as a line shows it."""
    return cut(text, LONGEST_PART)


def _comparison(reader: Reader, node: Binary, truth: bool, wanted: bool) -> str | None:
    left, right, operator = node.left, node.right, node.operator
    if operator not in _OPPOSITE:
        return None
    if operator == "in" and _is_literal(left):
        return _possession(reader, right, left, truth, wanted)
    if operator in _MIRRORED and _asks(left) > _asks(right):
        left, right, operator = right, left, _MIRRORED[operator]
    seen = f"{part(reader.text(left))} = {brief(reader.value(left))}"
    if wanted:
        return f"{seen}, needs {_OPPOSITE[operator] if truth else operator} {_bound(reader, right)}"
    if not truth and operator in _ORDERS and (_is_nan(reader.value(left)) or _is_nan(reader.value(right))):
        return f"{seen}, is not {operator} {_bound(reader, right)}"
    holds = operator if truth else _OPPOSITE[operator]
    if holds != "==":
        return f"{seen}, is {holds} {_bound(reader, right)}"
    return seen if _is_literal(right) else f"{seen}, as {part(reader.text(right))}"


def _is_nan(value: object) -> bool:
    """Whether a value is the number that is neither above nor below any other."""
    return isinstance(value, float) and math.isnan(value)


def _possession(reader: Reader, container: Node, entry: Node, truth: bool, wanted: bool) -> str:
    """``"a" in x``: what is looked for is written, and what it is looked for in was read."""
    seen = f"{part(reader.text(container))} = {brief(reader.value(container))}"
    negated = truth if wanted else not truth
    return f"{seen}, {'needs' if wanted else 'has'} {'no ' if negated else ''}{part(reader.text(entry))}"


def _asks(node: Node) -> int:
    """How much a side of a comparison is what is asked for, and not what was seen."""
    if _is_literal(node):
        return 2
    while isinstance(node, Select):
        node = node.operand
    if not isinstance(node, Variable):
        return 0
    return int({node.name} <= _GIVEN or (node.definition is not None and {*node.definition.free_names} <= _GIVEN))


def _is_literal(node: Node) -> bool:
    if isinstance(node, ListOf):
        return all(isinstance(each, Constant) for each in node.elements)
    return isinstance(node, Constant) or (isinstance(node, MapOf) and not node.entries)


def _bound(reader: Reader, node: Node) -> str:
    """What a value is compared with: the value, and where it does not stand in the expression, its origin."""
    text = reader.text(node)
    if _is_literal(node):
        return part(text)
    value = reader.value(node)
    if not is_brief(value) and not isinstance(value, list):
        return part(text)
    shown_value = brief(value)
    return f"{shown_value} ({text})" if text != shown_value and len(text) <= _LONGEST_ASIDE else shown_value


def _call(reader: Reader, node: Call, truth: bool, wanted: bool) -> str | None:
    """A predicate of a value: the value, and what it is asked to be."""
    given = node.arguments if node.target is None else (node.target, *node.arguments)
    if not given or node.function in _INSIDE:
        return None
    subject = reader.value(given[0])
    if not is_brief(subject) or isinstance(subject, bool):
        return None
    rest = [_argument(reader, each) for each in given[1:]]
    asked = f"{node.function}({', '.join(rest)})" if rest else node.function
    negated = truth if wanted else not truth
    seen = f"{part(reader.text(given[0]))} = {brief(subject)}"
    return f"{seen}, {'needs ' if wanted else ''}{'not ' if negated else ''}{part(asked)}"


def _argument(reader: Reader, node: Node) -> str:
    value = reader.value(node)
    return reader.text(node) if _is_literal(node) or not is_brief(value) else brief(value)
