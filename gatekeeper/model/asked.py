"""What policies are made of, and what those that are asked together, and the gates that they read, need as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from gatekeeper.model.place import Place
from gatekeeper.model.policy import EvidenceEntry, Gate, Parameter, Policy, PolicySet

_SAY_NOTHING = (Place, EvidenceEntry, Parameter)
"""What holds no expression; a schema can be large."""

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


def parts_of(value: object, whole: type) -> Iterator[object]:
    """A policy, or a part of one, and everything with an expression in it that it is made of.

    Args:
        whole: what is taken as it is, and not apart.
    """
    yield value
    below: Iterable[object] = ()
    if isinstance(value, tuple):
        below = value
    elif isinstance(value, Mapping):
        below = value.values()
    elif is_dataclass(value) and not isinstance(value, (*_SAY_NOTHING, whole)):
        below = (getattr(value, each.name) for each in fields(value))
    for each in below:
        yield from parts_of(each, whole)
