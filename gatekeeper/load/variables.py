"""Variables: the named expressions of a policy, each compiled behind those that it reads."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter
from typing import NamedTuple

from gatekeeper.load.diagnostics import shown
from gatekeeper.load.document import VariableDocument
from gatekeeper.load.expressions import Compiler
from gatekeeper.load.problems import Problems
from gatekeeper.load.rules import find_cycle
from gatekeeper.load.shape import read_shape
from gatekeeper.load.terms import NAME_HINT, name_problem
from gatekeeper.load.tree import MapNode, Node, ScalarNode
from gatekeeper.model.place import Place
from gatekeeper.model.policy import Variable


class _Written(NamedTuple):
    """A variable as it is written: its expression is what ``owner`` holds under ``key``."""

    owner: MapNode
    key: str
    description: str
    place: Place


def read_variables(node: Node | None, compiler: Compiler, problems: Problems) -> tuple[Variable, ...]:
    """The variables that a policy declares, each behind those that it reads; those that are wrong are told.

    From here on the compiler knows them all, and of those that are right what they give.
    """
    if node is None:
        return ()
    if not isinstance(node, MapNode):
        problems.node(node, "`variables` must be a mapping of names to expressions", code="type")
        return ()
    compiler.variables = dict.fromkeys(node.values)
    read = {name: _written(name, node, problems) for name in node.values}
    written = {name: each for name, each in read.items() if each is not None}
    found: dict[str, Variable] = {}
    for name in _ordered(written, compiler, problems):
        each = written[name]
        expression = compiler.define(name, each.owner, each.key)
        if expression is not None:
            found[name] = Variable(name, expression, each.description, each.place)
    return tuple(found.values())


def _written(name: str, listed: MapNode, problems: Problems) -> _Written | None:
    key, node = listed.keys[name], listed.values[name]
    problem = name_problem(name)
    if problem:
        problems.node(key, problem, NAME_HINT, "name")
        return None
    if isinstance(node, MapNode):
        shape = read_shape(VariableDocument, node, problems)
        return _Written(node, "value", shape.description or "", key.place) if shape is not None else None
    if isinstance(node, ScalarNode) and isinstance(node.value, str | bool) and node.text.strip():
        return _Written(listed, name, "", key.place)
    if isinstance(node, ScalarNode) and isinstance(node.value, int | float):
        hint = "a figure belongs under `params`"
    else:
        hint = "write the expression, or a mapping with `value:` and `description:`"
    problems.node(node, f"the variable `{shown(name)}` is no expression", hint, "type")
    return None


def _ordered(written: dict[str, _Written], compiler: Compiler, problems: Problems) -> Iterable[str]:
    """The names in an order in which each comes behind those that it reads, without those that read themselves."""
    reads = {name: compiler.variables_in(its.owner, its.key) & written.keys() for name, its in written.items()}
    circular: set[str] = set()
    while (cycle := find_cycle(reads)) is not None:
        first, second = cycle[:2]
        its = written[first]
        message = f"variables read each other in a circle: {' → '.join(cycle)}"
        problems.node(its.owner.values[its.key], message, "none of them would ever have a value", "cycle")
        reads[first] = reads[first] - {second}
        circular.update(cycle)
    ordered = TopologicalSorter({name: sorted(reads[name]) for name in sorted(reads)}).static_order()
    return [name for name in ordered if name not in circular]
