"""What policies that are asked together need of the evidence, with the gates that they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gatekeeper.model.policy import EvidenceEntry, Gate, Policy, PolicySet

Needs = Mapping[str, tuple[EvidenceEntry, ...]]
"""Evidence name → what each policy needs of it. All of them take it as evidence of the same kind."""


def asked_policies(policies: PolicySet, ids: Iterable[str]) -> tuple[Policy, ...]:
    """The policies of these ids, and every gate that one of them reads; ids that there are not are passed over."""
    every = policies.every
    found: dict[str, Policy] = {}
    waiting = list(ids)
    while waiting:
        policy = every.get(waiting.pop(0))
        if policy is None or policy.id in found:
            continue
        found[policy.id] = policy
        waiting += policy.reads if isinstance(policy, Gate) else ()
    return tuple(found.values())


def needs_of(asked: Iterable[Policy]) -> Needs:
    """What each of the policies needs of the evidence."""
    found: dict[str, tuple[EvidenceEntry, ...]] = {}
    for policy in asked:
        for entry in policy.evidence:
            found[entry.name] = (*found.get(entry.name, ()), entry)
    return found


def kind_of(needs: Needs, name: str) -> str:
    """The kind of evidence that the policies take under a name that they declare."""
    return needs[name][0].kind
