"""Policies as their mutants: a changed document, checked as any other and turned into a policy.

A mutant keeps the digest of its policy. Otherwise no sign-off would stand for it any more, and every case that needs
one would fail whatever was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from gatekeeper.load.gates import read_gate
from gatekeeper.load.grounds import Draft
from gatekeeper.load.guard import read_documents
from gatekeeper.load.ladders import read_ladder
from gatekeeper.load.modes import read_mode
from gatekeeper.load.problems import Problems
from gatekeeper.load.source import read_source
from gatekeeper.load.tree import MapNode, ScalarNode, child
from gatekeeper.model.ladder import Ladder
from gatekeeper.model.mode import Mode
from gatekeeper.model.policy import Gate, Policy, PolicySet
from gatekeeper.suites.mutators import Change, changes_of

_Read = Callable[[MapNode, str, Path, Problems], Draft[Gate] | Draft[Ladder] | Draft[Mode]]
_READERS: Mapping[str, _Read] = {"Gate": read_gate, "Ladder": read_ladder, "Mode": read_mode}


def changes_of_policy(policy: Policy, root: Path) -> Iterator[Change]:
    """Every mutant of a policy, in the order of its file.

    Raises:
        InvalidDocuments: its file cannot be read any more.
    """
    for node in read_documents(read_source(root / policy.place.file, root), Problems()):
        own = child(node, "id")
        if isinstance(node, MapNode) and isinstance(own, ScalarNode) and own.text == policy.id:
            yield from changes_of(node)


def load_change(change: Change, policies: PolicySet, root: Path) -> Policy | str:
    """The policy that a change makes of its document, or in one line why lint refuses it."""
    original = policies.every.get(change.mutant.policy)
    kind = child(change.document, "kind")
    if original is None or not isinstance(kind, ScalarNode):
        return "there is no such policy"
    problems = Problems()
    draft = _READERS[kind.text](change.document, original.system, root, problems)
    if problems.errors or draft.policy is None:
        return problems.errors[0].message if problems.errors else "it cannot be read"
    if isinstance(draft.policy, Gate):
        rules = {rule.id for rule in draft.policy.rules}
        for waiver in policies.waivers:
            if waiver.gate == original.id and waiver.rule not in rules:
                return f"the waiver {waiver.id} is for the rule {waiver.rule}, which is gone"
    return replace(draft.policy, digest=original.digest)


def with_policy(policies: PolicySet, policy: Policy) -> PolicySet:
    """The policies with another one of its id."""
    if isinstance(policy, Gate):
        return replace(policies, gates={**policies.gates, policy.id: policy})
    if isinstance(policy, Mode):
        return replace(policies, modes={**policies.modes, policy.id: policy})
    if isinstance(policy, Ladder):
        return replace(policies, ladders={**policies.ladders, policy.id: policy})
    return policies
