"""What the sign-offs of a system stand for."""

from __future__ import annotations

from gatekeeper.evaluate.quorum import sign_off_basis
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Quorum
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.pipeline import closure

GATE = "p11-h"


def basis_of(policies: PolicySet, snapshot: Snapshot, gate: str = GATE) -> str:
    """The basis that the quorum of a gate wants to be signed on this evidence."""
    quorums = [rule.requirement for rule in policies.gates[gate].rules if isinstance(rule.requirement, Quorum)]
    digests = {each: policies.gates[each].digest for each in closure(policies, gate)}
    commit = snapshot.subject.commit
    assert len(quorums) == 1
    assert commit is not None
    return sign_off_basis(digests, commit, {name: snapshot.items[name].digest for name in quorums[0].binds})
