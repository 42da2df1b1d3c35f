"""Policies whose expressions tell what their branches came to, for the coverage of suites.

A traced copy of a policy judges exactly as the policy itself; its digest stays the same too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from gatekeeper.expr import Program
from gatekeeper.expr.trace import branches, traced
from gatekeeper.model.asked import parts_of
from gatekeeper.model.place import Place
from gatekeeper.model.policy import Policy, PolicySet
from gatekeeper.model.rule import Expression
from gatekeeper.model.suite_run import BranchSeen

_P = TypeVar("_P")


@dataclass(frozen=True, slots=True)
class Traces:
    """Which truths were seen, by the place of the expression and the index of the branch."""

    seen: dict[tuple[Place, int], set[bool]]

    def branches_of(self, policy: Policy) -> tuple[BranchSeen, ...]:
        """Every branch of a policy with what was seen of it, by place."""
        found: dict[tuple[Place, int], BranchSeen] = {}
        for expression in expressions_of(policy):
            if not isinstance(expression.program, Program):
                continue
            for branch in branches(expression.program):
                key = expression.place, branch.index
                truths = self.seen.get(key, set())
                place = _place(expression, branch.line, branch.column)
                found[key] = BranchSeen(branch.text, place, true=True in truths, false=False in truths)
        return tuple(sorted(found.values(), key=lambda each: (each.place, each.text)))


def traced_policies(policies: PolicySet) -> tuple[PolicySet, Traces]:
    """Copies of policies, and where their runs write down what they saw."""
    traces = Traces({})
    copies = replace(
        policies,
        gates={name: _traced(each, traces) for name, each in policies.gates.items()},
        modes={name: _traced(each, traces) for name, each in policies.modes.items()},
        ladders={name: _traced(each, traces) for name, each in policies.ladders.items()},
    )
    return copies, traces


def expressions_of(value: object) -> Iterator[Expression]:
    """Every expression within a policy, or a part of one."""
    return (each for each in parts_of(value, Expression) if isinstance(each, Expression))


def _traced(value: _P, traces: Traces) -> _P:
    """A copy in which every expression is traced; what holds none is taken as it is."""
    copy: Any = value
    if isinstance(value, Expression):
        copy = _expression(value, traces)
    elif isinstance(value, tuple):
        copy = tuple(_traced(each, traces) for each in value)
    elif isinstance(value, Mapping):
        copy = {name: _traced(each, traces) for name, each in value.items()}
    elif is_dataclass(value) and not isinstance(value, type) and next(expressions_of(value), None) is not None:
        copy = replace(value, **{each.name: _traced(getattr(value, each.name), traces) for each in fields(value)})
    return copy  # type: ignore[no-any-return]


def _expression(expression: Expression, traces: Traces) -> Expression:
    if not isinstance(expression.program, Program):
        return expression

    here: dict[int, set[bool]] = {}

    def seen(index: int, value: object) -> None:
        if value is True or value is False:
            truths = here.get(index)
            if truths is None:  # one expression can be seen in several policies
                truths = here[index] = traces.seen.setdefault((expression.place, index), set())
            truths.add(value)

    return Expression(traced(expression.program, seen), expression.place)


def _place(expression: Expression, line: int, column: int) -> Place:
    """Where a branch stands: exactly in an expression of one line, else the line, as far as its text is not folded."""
    start = expression.place
    return Place(start.file, start.line + line - 1, start.column + column - 1 if line == 1 else start.column)
