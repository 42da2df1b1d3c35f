"""Levers: what people can pull, as ladders and modes declare them."""

from __future__ import annotations

from collections.abc import Mapping

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.document import LeverDocument
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.terms import ID, ID_HINT
from gatekeeper.load.tree import MapNode, Node, ScalarNode
from gatekeeper.model.mode import Lever


def read_levers(node: Node | None, problems: Problems) -> Mapping[str, Lever]:
    """The levers that a policy declares, by id; those that are wrong are left out and told."""
    if not isinstance(node, MapNode):
        if node is not None:
            problems.node(node, "`levers` must be a mapping of ids to levers", code="type")
        return {}
    found = {}
    for name, each in node.values.items():
        key = node.keys[name]
        if not ID.fullmatch(name):
            problems.node(key, f"`{shown(name)}` is no id", ID_HINT, "value")
        shape = read_shape(LeverDocument, each, problems)
        if shape is not None:
            found[name] = Lever(
                id=name,
                title=shape.title,
                how=shape.how,
                undo=shape.undo or "",
                time_to_effect=shape.time_to_effect,
                blast_radius=shape.blast_radius,
                last_validated=shape.last_validated or "",
                place=key.place,
            )
    return found


def check_lever(named: Node | None, declared: Node | None, problems: Problems) -> None:
    """Tells a lever that a policy names and does not declare."""
    known = declared.values if isinstance(declared, MapNode) else {}
    if isinstance(named, ScalarNode) and not problems.spoiled(named) and named.text not in known:
        hint = did_you_mean(named.text, known, "the levers are") or "declare it under `levers`"
        problems.node(named, f"there is no lever `{shown(named.text)}`", hint, "unknown-lever")
