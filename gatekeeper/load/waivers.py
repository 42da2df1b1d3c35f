"""Waivers as the files hold them. Whether a gate accepts one is for the decision to say, not for the loader."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.document import WaiverDocument, WaiversDocument, WaiversHead
from gatekeeper.load.grounds import entries_of
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.tree import MapNode, Node, ScalarNode, child, plain
from gatekeeper.model.canonical import NotCanonical, canonical_bytes, digest_of
from gatekeeper.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class WaiverDraft:
    """A waiver as far as it could be read, with the nodes that other documents have to confirm."""

    id: ScalarNode | None
    gate: ScalarNode | None
    rule: ScalarNode | None
    waiver: Waiver | None


def read_waivers(node: MapNode, problems: Problems) -> list[WaiverDraft]:
    """The waivers of a document; what is wrong goes to ``problems``."""
    read_shape(WaiversHead, node, problems, without=("waivers",), known=WaiversDocument)
    if "waivers" not in node.values:
        problems.beside(node, "this document needs `waivers`", code="missing-key")
    return [read_waiver(each, problems) for each in entries_of(node, "waivers", problems, noun="waiver")]


def check_target(waiver: WaiverDraft, gates: Mapping[str, Collection[str]], problems: Problems) -> None:
    """Complains about a waiver for a gate or a rule that there is not.

    Args:
        gates: gate id → ids of its rules.
    """
    if waiver.gate is None:
        return
    rules = gates.get(waiver.gate.text)
    if rules is None:
        hint = did_you_mean(waiver.gate.text, gates, "the policies are")
        problems.node(waiver.gate, f"there is no policy `{shown(waiver.gate.text)}`", hint, "unknown-policy")
    elif waiver.rule is not None and waiver.rule.text not in rules:
        hint = did_you_mean(waiver.rule.text, rules, "the rules are")
        message = f"{waiver.gate.text} has no rule `{shown(waiver.rule.text)}`"
        problems.node(waiver.rule, message, hint, "unknown-rule")


def read_waiver(node: Node, problems: Problems) -> WaiverDraft:
    """One waiver of a list; what is wrong goes to ``problems``."""
    shape = read_shape(WaiverDocument, node, problems)
    if shape is not None and shape.expires_at <= shape.granted_at:
        expires = child(node, "expires_at")
        problems.node(expires or node, "this waiver ends before it begins", code="waiver")
    waiver = _made(shape, node, problems) if shape is not None else None
    own, gate, rule = (_text(node, key, problems) for key in ("id", "gate", "rule"))
    return WaiverDraft(own, gate, rule, waiver)


def _made(shape: WaiverDocument, node: Node, problems: Problems) -> Waiver:
    try:
        digest = digest_of(canonical_bytes(plain(node)))
    except NotCanonical as error:
        digest = ""
        if not problems.errors_in(node.source):
            problems.node(node, f"this waiver has no canonical form: {shown(error)}", code="canonical")
    return Waiver(
        id=shape.id,
        gate=shape.gate,
        rule=shape.rule,
        key=shape.key,
        subject=shape.subject.model_dump(exclude_none=True) if shape.subject is not None else {},
        owner=shape.owner,
        person=shape.granted_by.person,
        role=shape.granted_by.role,
        justification=shape.justification,
        ticket=shape.ticket,
        granted_at=shape.granted_at,
        expires_at=shape.expires_at,
        accepts_unknown="unknown" in shape.accepts,
        digest=digest,
        place=node.place,
    )


def _text(node: Node, key: str, problems: Problems) -> ScalarNode | None:
    found = child(node, key)
    return found if isinstance(found, ScalarNode) and not problems.spoiled(found) else None
