"""Mutants that a suite calls equivalent: changes of a policy that no evidence can show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pydantic import Field

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.document import Closed
from gatekeeper.load.problems import Problems
from gatekeeper.load.terms import Id, Text
from gatekeeper.load.tree import Node, ScalarNode, child
from gatekeeper.model.mutation import Equivalent


class EquivalentDocument(Closed):
    """A mutant that cannot matter, so that no case has to notice it."""

    noun = "this mutant"
    policy: Id = Field(description="The policy, one of those that the suite asks.")
    part: Text = Field(description="Which part of it, as `gatekeeper test --mutate` names it.")
    before: str = Field(description="What stands there, as it is shown; empty for nothing.")
    after: str = Field(description="What the mutant has instead; empty for nothing.")
    reason: Text = Field(description="Why no evidence can tell the two apart.")


def read_equivalent(
    node: Node | None, shapes: Sequence[EquivalentDocument], asked: Collection[str], problems: Problems
) -> Iterator[Equivalent]:
    """What a suite says of mutants. Whether there are such mutants only shows when they are made.

    Args:
        node: the list.
        shapes: its entries, checked.
        asked: ids of the policies that the suite asks.
    """
    for index, each in enumerate(shapes):
        own = child(node, index)
        named = child(own, "policy")
        if isinstance(named, ScalarNode) and each.policy not in asked:
            hint = did_you_mean(each.policy, asked, "it asks")
            problems.node(named, f"this suite does not ask `{shown(each.policy)}`", hint, "unknown-policy")
        elif own is not None:
            yield Equivalent(each.policy, each.part, each.before, each.after, each.reason, own.place)
