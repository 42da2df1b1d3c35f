"""What an expression read: the values behind a verdict, for people.

A chain is a variable with the fields, indexes, receiver calls and macros that give a value (such as ``filter`` and
``map``) that follow it, as far as it goes: ``rls.latest.conclusion``, ``runbook.table("Owners").rows``. Only chains
outside of macro bodies have one value, so only they are told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from gatekeeper.expr.deferred import Deferred
from gatekeeper.expr.limits import DEFAULT_BUDGET
from gatekeeper.expr.program import Program, walk
from gatekeeper.expr.tree import (
    PREDICATES,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Index,
    Local,
    Logic,
    Lookup,
    Node,
    Presence,
    Select,
    Variable,
    children,
)
from gatekeeper.model.shown import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gatekeeper.expr.outcome import EvaluationError, Unknown
    from gatekeeper.expr.values import Value


class Observed(NamedTuple):
    """One chain and what it came to.

    Attributes:
        text: the chain as the expression writes it, on one line.
        value: its value, an ``Unknown``, or an ``EvaluationError``; never shortened.
    """

    text: str
    value: Value | Unknown | EvaluationError


def observe(program: Program, bindings: Mapping[str, object], *, budget: int = DEFAULT_BUDGET) -> tuple[Observed, ...]:
    """The chains of an expression with their values, in source order, each text once; then those of its variables.

    ``now`` alone is left out: every report tells it. Each chain has the whole ``budget``.
    """
    found: dict[str, Observed] = {}
    waiting: list[tuple[Program, Mapping[str, object], bool]] = [(program, bindings, False)]
    known: set[str] = set()
    while waiting:
        reader, seen, defines = waiting.pop(0)
        for text, part in reader.kept(_observed):
            # What a variable is as a whole has been told under its name.
            if text not in found and not (defines and part.tree is reader.tree):
                found[text] = Observed(text, part.run(seen, budget=budget))
        for name, definition in reader.definitions.items():
            if name not in known and isinstance(variable := seen.get(name), Deferred):
                known.add(name)
                waiting.append((definition, variable.bindings, True))
    return tuple(found.values())


def _observed(program: Program) -> tuple[tuple[str, Program], ...]:
    """The chains with a program for each; the program keeps them for its next observation."""
    found: dict[str, Program] = {}
    for node in chains(program.tree):
        text = one_line(program.source, node)
        found.setdefault(text, Program(program.source, node))
    return tuple(found.items())


def one_line(source: str, node: Node, places: Mapping[int, tuple[str, str]] | None = None) -> str:
    """A sub-expression as it is written, on one line, without brackets around the whole of it.

    Args:
        places: slot → what is told in the place of its name: where that is the whole, and where it is a part.
    """
    inner = children(node) if isinstance(node, (Binary, Logic, Conditional)) else (node,)
    start, text = inner[0].span.start, ""
    for name in walk(node) if places else ():
        if isinstance(name, Local) and places and name.slot in places:
            whole, part = places[name.slot]
            text += source[start : name.span.start] + (whole if name is node else part)
            start = name.span.end
    return on_one_line(text + source[start : inner[-1].span.end])


def chains(node: Node) -> Iterator[Node]:
    """The longest chains in source order, then those within their arguments.

    The elements of macros that enclose ``node`` begin chains as variables do; the bodies of macros are left out.
    """
    if isinstance(node, Presence):
        yield from chains(node.operand)
    elif _rooted(node):
        if not (isinstance(node, Variable) and node.name == "now"):
            yield node
        yield from _inside(node)
    elif isinstance(node, Comprehension):
        yield from chains(node.over)
        if node.macro == "cel.bind":
            yield from (chain for chain in chains(node.body) if not _reads(chain, node.slot))
    else:
        for below in children(node):
            yield from chains(below)


def _next(node: Node) -> Node | None:
    """The rest of a chain, one link nearer to its root; None where no link is left."""
    match node:
        case Select() | Index() | Lookup():
            return node.operand
        case Call(target=target):
            return target
        case Comprehension(over=over) if node.macro not in _NO_LINKS:
            return over
        case _:
            return None


_NO_LINKS: Final = (*PREDICATES, "cel.bind")


def _reads(chain: Node, slot: int) -> bool:
    """Whether a chain has a value only where a name of ``cel.bind`` has one."""
    return any(isinstance(each, Local) and each.slot == slot for each in walk(chain))


def _rooted(node: Node) -> bool:
    while (inner := _next(node)) is not None:
        node = inner
    return isinstance(node, (Variable, Local))


def _inside(node: Node) -> Iterator[Node]:
    """The chains within the indexes and arguments of a chain, nearest to its root first."""
    inner = _next(node)
    if inner is None:
        return
    yield from _inside(inner)
    if isinstance(node, Index | Lookup):
        yield from chains(node.index if isinstance(node, Index) else node.key)
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from chains(argument)
