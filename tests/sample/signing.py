"""What the sign-offs of the sample stand for."""

from __future__ import annotations

from gatekeeper.evaluate.quorum import sign_off_basis
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Quorum
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.pipeline import closure

GATE = "p11-h"


def basis_of(policies: PolicySet, snapshot: Snapshot) -> str:
    """The basis that the quorum of ``p11-h`` wants to be signed on this evidence."""
    quorums = [rule.requirement for rule in policies.gates[GATE].rules if isinstance(rule.requirement, Quorum)]
    digests = {gate: policies.gates[gate].digest for gate in closure(policies, GATE)}
    commit = snapshot.subject.commit
    assert len(quorums) == 1
    assert commit is not None
    return sign_off_basis(digests, commit, {name: snapshot.items[name].digest for name in quorums[0].binds})
