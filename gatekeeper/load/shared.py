"""Shared documents, and policies with what they import in its place.

An import names a shared document of the policy's own folder, and what is taken over from it, each thing by its name.
The policy is then read as if all that stood in it: with the places of the shared document, and with one digest for both
ways of writing it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from gatekeeper.expr import ExpressionError, Program, compile_expression
from gatekeeper.expr.program import variable_name
from gatekeeper.load.diagnostics import did_you_mean, shown, suggestion
from gatekeeper.load.document import ImportDocument
from gatekeeper.load.expressions import fields_of
from gatekeeper.load.levers import read_levers
from gatekeeper.load.needs import read_evidence
from gatekeeper.load.paging import check_table
from gatekeeper.load.parameters import read_parameters
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.shared_document import PARTS, SharedDocument, SharedHead
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, items_of, pairs_of, walk

IMPORTS = "imports"
_READ_APART = ("params", "evidence", "variables", "levers", "paging")
_NAMING = {
    "roles": frozenset({"roles", "granted_by", "role"}),
    "levers": frozenset({"lever", "levers"}),
    "paging": frozenset({"topic"}),
}
"""Part → keys under which a policy names a thing of it. Expressions name the others."""


@dataclass(slots=True)
class SharedDraft:
    """A shared document.

    Attributes:
        id: the node of its id, or None where it has none.
        taken: part and name of all that policies import from it.
    """

    id: ScalarNode | None
    node: MapNode
    taken: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A policy as if it said itself what it imports.

    Attributes:
        node: the policy, without its imports and with what they name.
        imported: part and name → where the policy imports it.
    """

    node: MapNode
    imported: Mapping[tuple[str, str], ScalarNode]


class _Taken(NamedTuple):
    """Something that a policy imports: where it names it, and the key and value of the shared document."""

    named: ScalarNode
    key: ScalarNode
    value: Node


_Parts = dict[str, dict[str, _Taken]]
"""Part → name → what is imported."""


class SharedParts:
    """The shared documents of one run, by the folder that they lie in, and what is imported from them."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._folders: dict[Path, dict[str, SharedDraft]] = {}
        self._doubtful: set[Path] = set()

    def doubt(self, file: Path) -> None:
        """Remembers that a file could not be read: which shared documents its folder holds is not known."""
        self._doubtful.add(file.absolute().parent)

    def add(self, node: MapNode, root: Path) -> ScalarNode | None:
        """Takes a shared document in, and gives the node of its id; what is wrong in it is told."""
        read_shape(SharedHead, node, self._problems, without=_READ_APART, known=SharedDocument)
        read_parameters(node.values.get("params"), self._problems)
        read_evidence(node.values.get("evidence"), root, self._problems)
        if isinstance(named := node.values.get("variables"), ScalarNode | ListNode):
            message = "`variables` must be a mapping of names to expressions"
            self._problems.node(named, message, code="type")
        read_levers(node.values.get("levers"), self._problems)
        check_table(node.values.get("paging"), self._problems)
        own = child(node, "id")
        if not isinstance(own, ScalarNode) or self._problems.spoiled(own):
            self.doubt(node.source.path)
            return None
        self._folders.setdefault(node.source.path.absolute().parent, {}).setdefault(own.text, SharedDraft(own, node))
        return own

    def resolve(self, node: MapNode, known: type[BaseModel]) -> Resolved:
        """A policy with what it imports; what is wrong with its imports is told.

        Args:
            known: the document class of the policy's kind, whose keys say what it can import.
        """
        listed = node.values.get(IMPORTS)
        if listed is None:
            return Resolved(node, {})
        if not isinstance(listed, MapNode):
            hint = "write the id of a shared document, and below it what is imported"
            self._problems.node(listed, f"`{IMPORTS}` must be a mapping of ids to what is imported", hint, "type")
        parts: _Parts = {}
        asked: list[SharedDraft] = []
        for key, each in pairs_of(listed):
            shared = self._shared(key)
            asked += [shared] if shared is not None else []
            for part, named in self._named(each, known):
                found = _Taken(named, *self._found(shared, key, part, named))
                first = parts.setdefault(part, {}).setdefault(found.key.text, found)
                if first.named is not named:
                    hint = f"the first time is on line {first.named.position[0]}"
                    self._problems.node(named, f"`{shown(named.text)}` is imported twice", hint, "twice")
        for shared in asked:
            self._check_reads(node, shared, parts)
        return self._merged(node, parts)

    def warn_unused(self) -> None:
        """Tells what no policy imports; nothing of a folder of which a file could not be read."""
        sure = [drafts for folder, drafts in self._folders.items() if folder not in self._doubtful]
        for shared in (each for drafts in sure for each in drafts.values()):
            if not shared.taken and shared.id is not None:
                message = f"no policy imports anything of `{shown(shared.id.text)}`"
                hint = "take it out, or name it under `imports` of a policy in this folder"
                self._problems.node(shared.id, message, hint, "unused-shared", "warning")
                continue
            for part in PARTS:
                for key, _ in pairs_of(shared.node.values.get(part)):
                    if (part, key.text) not in shared.taken:
                        message = f"no policy imports `{shown(key.text)}` of `{part}`"
                        self._problems.node(key, message, "take it out, or import it", "unused-shared", "warning")

    def _shared(self, key: ScalarNode) -> SharedDraft | None:
        folder = key.source.path.absolute().parent
        there = self._folders.get(folder, {})
        if key.text not in there and folder not in self._doubtful and not self._problems.spoiled(key):
            hint = did_you_mean(key.text, there, "in this folder there are") or "write a document of kind `Shared`"
            for other, drafts in self._folders.items():
                if key.text in drafts:
                    hint = f"the one in {other.name}/ is of another system: what is shared lies beside the policy"
            self._problems.node(key, f"there is no shared document `{shown(key.text)}`", hint, "unknown-shared")
        return there.get(key.text)

    def _named(self, node: Node, known: type[BaseModel]) -> Iterator[tuple[str, ScalarNode]]:
        """Part and name of each thing that an import names; what is wrong with its shape is told."""
        read_shape(ImportDocument, node, self._problems)
        if isinstance(node, MapNode) and not node.values:
            hint = f"name what is imported under {', '.join(f'`{each}`' for each in PARTS)}"
            self._problems.node(node, "this import names nothing", hint, "empty")
        for key, listed in pairs_of(node):
            if key.text in PARTS and key.text not in known.model_fields:
                can = [each for each in PARTS if each in known.model_fields]
                message = f"{getattr(known, 'noun', 'this')} has no `{key.text}` that could be imported"
                hint = f"it can import {', '.join(f'`{each}`' for each in can)}"
                self._problems.node(key, message, hint, "unknown-key")
            elif key.text in PARTS and not self._problems.spoiled(listed):
                yield from (
                    (key.text, each)
                    for each in items_of(listed)
                    if isinstance(each, ScalarNode) and not self._problems.spoiled(each)
                )

    def _found(
        self, shared: SharedDraft | None, key: ScalarNode, part: str, named: ScalarNode
    ) -> tuple[ScalarNode, Node]:
        """Key and value of what an import names.

        Of a name that is misspelt, those that were probably meant; else an empty value of which nothing more is said.
        """
        listed = shared.node.values.get(part) if shared is not None else None
        there = listed if isinstance(listed, MapNode) else None
        name = named.text
        if shared is not None and (there is None or name not in there.values) and not self._is_spoiled(listed):
            known = there.values if there is not None else ()
            message = f"`{shown(key.text)}` has no `{shown(name)}` under `{part}`"
            hint = did_you_mean(name, known, "it has") or f"it has nothing under `{part}`"
            self._problems.node(named, message, hint, "unknown-import")
            name = suggestion(name, known) or name
        if shared is not None and there is not None and name in there.values:
            shared.taken.add((part, name))
            return there.keys[name], there.values[name]
        nothing = MapNode(named.source, {}, {}, named.start, named.end)
        self._problems.spoil(nothing)
        return named, nothing

    def _check_reads(self, node: MapNode, shared: SharedDraft, parts: _Parts) -> None:
        """A variable brings nothing along: what it reads of its document, and the policy does not have, is told."""
        waiting = list(parts.get("variables", {}).items())
        listed = shared.node.values.get("variables")
        while waiting:
            name, taken = waiting.pop(0)
            if child(listed, name) is not taken.value:
                continue
            for part, read in reads_of(taken.value, [key.text for key, _ in pairs_of(listed)]):
                there = child(shared.node.values.get(part), read)
                has = child(node.values.get(part), read) is not None or read in parts.get(part, {})
                if has or there is None or not isinstance(of := shared.node.values.get(part), MapNode):
                    continue
                what = {"params": "the parameter", "variables": "the variable"}.get(part, "the evidence")
                message = f"`{shown(name)}` reads {what} `{shown(read)}`, which this policy does not have"
                self._problems.node(taken.named, message, f"import it as well: `{part}: [{read}]`", "import-reads")
                shared.taken.add((part, read))
                # As if it were imported, so that nothing follows from it.
                entry = parts.setdefault(part, {})[read] = _Taken(taken.named, of.keys[read], there)
                waiting += [(read, entry)] if part == "variables" else []

    def _is_spoiled(self, node: Node | None) -> bool:
        return node is not None and self._problems.spoiled(node)

    def _merged(self, node: MapNode, parts: _Parts) -> Resolved:
        keys = {name: key for name, key in node.keys.items() if name != IMPORTS}
        values = {name: each for name, each in node.values.items() if name != IMPORTS}
        imported: dict[tuple[str, str], ScalarNode] = {}
        for part, unordered in parts.items():
            own = values.get(part)
            if own is not None and not isinstance(own, MapNode):
                continue  # that is told where it is read
            # As the shared document has them: words of severity have an order, and an import only names them.
            found = dict(sorted(unordered.items(), key=lambda each: (each[1].key.source.name, each[1].key.start)))
            whole = MapNode(
                (own or node).source,
                {name: each.key for name, each in found.items()},
                {name: each.value for name, each in found.items()},
                (own or node).start,
                (own or node).end,
            )
            for key, value in pairs_of(own):
                if key.text in found:
                    self._collision(key, found[key.text])
                whole.keys[key.text], whole.values[key.text] = key, value
            keys.setdefault(part, node.keys[IMPORTS])
            values[part] = whole
            imported |= {(part, name): each.named for name, each in found.items()}
        return Resolved(MapNode(node.source, keys, values, node.start, node.end), imported)

    def _collision(self, key: ScalarNode, taken: _Taken) -> None:
        line, column = taken.key.position
        message = f"`{shown(key.text)}` stands here, and is imported on line {taken.named.position[0]}"
        hint = f"the imported one is at {taken.key.source.shown}:{line}:{column}: keep one of the two"
        self._problems.node(key, message, hint, "import-collision")


def reads_of(node: Node, variables: Collection[str]) -> Iterator[tuple[str, str]]:
    """Part and name of all that a variable reads, as far as it can be read.

    Args:
        variables: names of the variables of the document that it stands in.
    """
    text = child(node, "value") if isinstance(node, MapNode) else node
    try:
        program = (
            compile_expression(text.text.rstrip(), variables=dict.fromkeys(variables))
            if isinstance(text, ScalarNode)
            else None
        )
    except ExpressionError:
        program = None  # that is told where the variable is compiled
    if not isinstance(program, Program):
        return
    names = dict.fromkeys(each.text for each in program.names)
    yield from (("evidence", name) for name in names)
    yield from (("variables", name) for name in variables if variable_name(name) in names)
    yield from (("params", word) for _, word in fields_of(program, "params") if word is not None)


def names_used(node: MapNode, part: str) -> frozenset[str]:
    """What of a part a policy names anywhere outside of its declarations; for parts that expressions do not name."""
    naming = _NAMING.get(part, frozenset())
    return frozenset(
        each.text
        for path, each in walk(node)
        if isinstance(each, ScalarNode)
        and path[0] not in PARTS
        and any(step in naming for step in path[-2:] if isinstance(step, str))
    )
