"""Trees of documents with one thing changed; the tree itself stays as it was, and what is not changed is shared."""

from __future__ import annotations

from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child
from gatekeeper.model.values import Json

Path = tuple[str | int, ...]
"""The way from a document to a part of it: keys, and indices of lists."""

ANY = "*"
"""Stands in a way for whatever key or index."""


def node_at(root: Node, path: Path) -> Node | None:
    """What is at the end of a way, if anything is."""
    node: Node | None = root
    for step in path:
        node = child(node, step)
    return node


def with_node(root: Node, path: Path, new: Node) -> Node:
    """The tree with another node at the end of a way; its last step may be a key that was not there."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(root, ListNode) and isinstance(step, int):
        items = [with_node(each, rest, new) if index == step else each for index, each in enumerate(root.items)]
        return ListNode(root.source, items, root.start, root.end)
    if isinstance(root, MapNode) and isinstance(step, str):
        keys = root.keys if step in root.keys else {**root.keys, step: scalar(root, step, step)}
        there = root.values.get(step)
        below = new if there is None else with_node(there, rest, new)
        return MapNode(root.source, keys, {**root.values, step: below}, root.start, root.end)
    return root


def without(root: Node, path: Path) -> Node:
    """The tree without what is at the end of a way."""
    step = path[0]
    if len(path) > 1:
        below = child(root, step)
        return root if below is None else with_node(root, (step,), without(below, path[1:]))
    if isinstance(root, ListNode):
        items = [each for index, each in enumerate(root.items) if index != step]
        return ListNode(root.source, items, root.start, root.end)
    if isinstance(root, MapNode):
        keys = {key: each for key, each in root.keys.items() if key != step}
        return MapNode(root.source, keys, {key: root.values[key] for key in keys}, root.start, root.end)
    return root


def renamed(root: Node, path: Path, name: str) -> Node:
    """The tree with another key at the end of a way, in the same place."""
    owner = node_at(root, path[:-1])
    if not isinstance(owner, MapNode):
        return root
    keys = {name if key == path[-1] else key: each for key, each in owner.keys.items()}
    keys[name] = scalar(keys[name], name, name)
    values = {name if key == path[-1] else key: each for key, each in owner.values.items()}
    return with_node(root, path[:-1], MapNode(owner.source, keys, values, owner.start, owner.end))


def swapped(node: Node, index: int) -> Node:
    """A list or a mapping with an entry and the one after it changed with each other."""
    if isinstance(node, ListNode):
        items = [*node.items]
        items[index : index + 2] = items[index + 1], items[index]
        return ListNode(node.source, items, node.start, node.end)
    if isinstance(node, MapNode):
        order = list(node.keys)
        order[index : index + 2] = order[index + 1], order[index]
        keys, values = ({key: held[key] for key in order} for held in (node.keys, node.values))
        return MapNode(node.source, dict(keys), dict(values), node.start, node.end)  # type: ignore[arg-type]
    return node


def scalar(like: Node, text: str, value: Json) -> ScalarNode:
    """A scalar that stands where another node does."""
    style = like.style if isinstance(like, ScalarNode) else ""
    return ScalarNode(like.source, text, value, style, like.start, like.end)


def part_of(root: Node, path: Path) -> str:
    """The way to a part in words: keys, and of entries of lists their ids, or their number from 1."""
    words: list[str] = []
    node: Node | None = root
    for step in path:
        node = child(node, step)
        named = (child(node, "id") or child(node, "level")) if isinstance(step, int) else None
        if isinstance(step, str):
            words.append(step)
        else:
            words.append(named.text if isinstance(named, ScalarNode) else str(step + 1))
    return ".".join(words)
