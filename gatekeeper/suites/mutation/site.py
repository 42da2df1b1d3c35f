"""A place of a policy's document at which mutators look, and the mutants that changes there make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatekeeper.load.tree import MapNode, Node, ScalarNode, child
from gatekeeper.model.mutation import Mutant
from gatekeeper.model.place import Place
from gatekeeper.model.values import Json
from gatekeeper.suites.mutation.mutated_tree import Path, part_of, scalar, with_node


@dataclass(frozen=True, slots=True)
class Change:
    """A mutant, and its whole document.

    Attributes:
        path: the way to what is changed.
    """

    mutant: Mutant
    path: Path
    document: MapNode


@dataclass(frozen=True, slots=True)
class Site:
    """One place of a document at which a mutator looks."""

    root: MapNode
    path: Path
    node: Node

    def change(
        self, mutator: str, before: str, after: str, document: Node | None, place: Place | None = None
    ) -> Iterator[Change]:
        """The mutant that this change makes; none where there is no such document."""
        if not isinstance(document, MapNode):
            return
        policy = child(self.root, "id")
        name = policy.text if isinstance(policy, ScalarNode) else ""
        where = place or self.place
        mutant = Mutant(name, part_of(self.root, self.path), mutator, before, after, where)
        yield Change(mutant, self.path, document)

    @property
    def key(self) -> str:
        """The last step of the way, as it is written."""
        return str(self.path[-1])

    @property
    def place(self) -> Place:
        """Where it stands: of something below a key, the value."""
        return self.node.place

    def written(self, text: str, value: Json = None) -> Node:
        """The document with another scalar here."""
        new = scalar(self.node, text, text if value is None else value)
        return with_node(self.root, self.path, new)
