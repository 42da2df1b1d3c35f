"""Policies as their mutants: a changed document, checked as any other and turned into a policy.

A mutant keeps the digest of its policy. Otherwise no sign-off would stand for it any more, and every case that needs
one would fail whatever was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from gatekeeper.load.files import find_policy_files
from gatekeeper.load.gate_document import GateDocument
from gatekeeper.load.gates import read_gate
from gatekeeper.load.grounds import Draft
from gatekeeper.load.guard import read_documents
from gatekeeper.load.ladder_document import LadderDocument
from gatekeeper.load.ladders import read_ladder
from gatekeeper.load.mode_document import ModeDocument
from gatekeeper.load.modes import read_mode
from gatekeeper.load.problems import Problems
from gatekeeper.load.shared import Resolved, SharedParts
from gatekeeper.load.source import read_source
from gatekeeper.load.tree import MapNode, ScalarNode, child
from gatekeeper.model.ladder import Ladder
from gatekeeper.model.mode import Mode
from gatekeeper.model.policy import Gate, Policy, PolicySet
from gatekeeper.suites.mutation.mutators import changes_of
from gatekeeper.suites.mutation.site import Change

_Read = Callable[[Resolved, str, Path, Problems], Draft[Gate] | Draft[Ladder] | Draft[Mode]]
_READERS: Mapping[str, _Read] = {"Gate": read_gate, "Ladder": read_ladder, "Mode": read_mode}
_DOCUMENTS: Mapping[str, type[BaseModel]] = {"Gate": GateDocument, "Ladder": LadderDocument, "Mode": ModeDocument}


def changes_of_policy(policy: Policy, root: Path) -> Iterator[Change]:
    """Every mutant of a policy, in the order of its file; what it imports is changed as if it stood in it.

    Raises:
        InvalidDocuments: a file of its folder cannot be read any more.
    """
    problems = Problems()
    file = root / policy.place.file
    beside = [
        each
        for each in find_policy_files(root, file.parent.parent.relative_to(root).as_posix())
        if each.parent == file.parent
    ]
    documents = [
        node
        for each in beside
        for node in read_documents(read_source(each, root), problems)
        if isinstance(node, MapNode)
    ]
    shared = SharedParts(problems)
    for node in documents:
        if _text(node, "kind") == "Shared":
            shared.add(node, root)
    for node in documents:
        if _text(node, "id") == policy.id and _text(node, "kind") in _DOCUMENTS:
            yield from changes_of(shared.resolve(node, _DOCUMENTS[_text(node, "kind")]).node)


def _text(node: MapNode, key: str) -> str:
    found = child(node, key)
    return found.text if isinstance(found, ScalarNode) else ""


def load_change(change: Change, policies: PolicySet, root: Path) -> Policy | str:
    """The policy that a change makes of its document, or in one line why lint refuses it."""
    original = policies.every.get(change.mutant.policy)
    kind = child(change.document, "kind")
    if original is None or not isinstance(kind, ScalarNode):
        return "there is no such policy"
    problems = Problems()
    draft = _READERS[kind.text](Resolved(change.document, {}), original.system, root, problems)
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
