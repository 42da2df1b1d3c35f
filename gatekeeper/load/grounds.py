"""What every kind of policy rests on and says alike: its head, its parameters, its evidence, its lists, its digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypedDict, TypeVar

from gatekeeper.expr.declared import context_types, evidence_type
from gatekeeper.expr.types import Type
from gatekeeper.load.diagnostics import shown
from gatekeeper.load.document import PolicyHead
from gatekeeper.load.expressions import Compiler
from gatekeeper.load.needs import read_evidence
from gatekeeper.load.parameters import read_parameters
from gatekeeper.load.problems import Problems
from gatekeeper.load.shared import Resolved, names_used
from gatekeeper.load.traps import cut_text
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, items_of, pairs_of, plain, sources_of
from gatekeeper.load.variables import read_variables
from gatekeeper.model.canonical import NotCanonical, canonical_bytes, digest_of
from gatekeeper.model.place import Place
from gatekeeper.model.policy import EvidenceEntry, Parameter, Policy, Variable
from gatekeeper.model.values import Json

Made = TypeVar("Made", bound=Policy)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the expressions of a policy may rest on.

    Attributes:
        id: the node of the policy's id, or None where it has none.
        compiler: compiles what the policy says, with the names that it declares.
        imported: part and name → where the policy imports it.
    """

    id: ScalarNode | None
    params: tuple[Parameter, ...]
    evidence: tuple[EvidenceEntry, ...]
    variables: tuple[Variable, ...]
    compiler: Compiler
    imported: Mapping[tuple[str, str], ScalarNode]


def read_grounds(
    policy: Resolved, root: Path, problems: Problems, noun: str, always: Mapping[str, Type] | None = None
) -> Grounds:
    """The grounds of a policy as far as they can be read.

    Args:
        noun: the policy's kind, for messages.
        always: name → type of what all its expressions see beside.
    """
    node = policy.node
    own = child(node, "id")
    params = read_parameters(node.values.get("params"), problems)
    evidence = read_evidence(node.values.get("evidence"), root, problems)
    declared = node.values.get("params")
    whole = isinstance(declared, MapNode) and len(params) == len(declared.values)
    types = {each.name: evidence_type(each) for each in evidence}
    types |= context_types(params if whole or declared is None else None)
    types.pop("variables", None)  # evidence of that name is refused: what reads it means the variables
    for key, _ in pairs_of(node.values.get("evidence")):
        if key.text in (always or {}):
            message = f"`{key.text}` is a name that every expression of a {noun} already has"
            problems.node(key, message, "give the evidence another name", "name")
    compiler = Compiler(problems, _names(node, "evidence"), _names(node, "params"), types, noun, always or {})
    return Grounds(
        id=own if isinstance(own, ScalarNode) and isinstance(own.value, str) else None,
        params=params,
        evidence=evidence,
        variables=read_variables(node.values.get("variables"), compiler, problems),
        compiler=compiler,
        imported=policy.imported,
    )


@dataclass(slots=True)
class Draft(Generic[Made]):
    """A policy as far as it could be read.

    Attributes:
        id: the node of its id, or None where it has none.
        policy: None where something in it is wrong.
        calendars: every calendar that a duty counts by, with its node.
    """

    id: ScalarNode | None
    policy: Made | None = None
    calendars: list[tuple[str, ScalarNode]] = field(default_factory=list)


class Alike(TypedDict):
    """What every policy says, as the keywords that make one."""

    id: str
    title: str
    system: str
    owner: str
    source: str
    description: str
    params: tuple[Parameter, ...]
    evidence: tuple[EvidenceEntry, ...]
    variables: tuple[Variable, ...]
    digest: str
    place: Place


def conclude(
    node: MapNode, head: PolicyHead | None, system: str, grounds: Grounds, problems: Problems, unused: str
) -> Alike | None:
    """What a policy says as every other does, after all of it was read; None where something in its file is wrong.

    What is odd and can stay is told on the way: texts that a comment cuts off, and what nothing uses.

    Args:
        unused: how a warning about evidence begins that nothing uses, such as ``no rule uses``, also about parameters,
            variables and what is imported.
    """
    _warn_cut_texts(node, problems)
    if any(problems.errors_in(source) for source in sources_of(node)):
        return None  # what follows would only repeat that
    _warn_unused(node, grounds, problems, unused)
    digest = _digest(node, grounds, problems)
    if head is None or digest is None:
        return None
    return Alike(
        id=head.id,
        title=head.title,
        system=system,
        owner=head.owner,
        source=head.source or "",
        description=head.description or "",
        params=grounds.params,
        evidence=grounds.evidence,
        variables=grounds.variables,
        digest=digest,
        place=node.place,
    )


def _digest(node: MapNode, grounds: Grounds, problems: Problems) -> str | None:
    """The digest of a policy. Layout and comments do not count, the content of schema files does."""
    content = plain(node)
    entries = content.get("evidence") if isinstance(content, dict) else None
    if isinstance(entries, dict):
        for each in grounds.evidence:
            entry: Json = entries.get(each.name)
            if each.schema is not None and isinstance(entry, dict):
                entry["schema"] = dict(each.schema)
    try:
        return digest_of(canonical_bytes(content))
    except NotCanonical as error:
        problems.node(node, f"this policy has no canonical form: {error}", code="canonical")
        return None


def entries_of(node: Node, key: str, problems: Problems, first: str = "id", noun: str = "entry") -> list[Node]:
    """The entries of a list; there are none where the key is not there, and where it holds no list, which is told.

    Args:
        first: the key with which each entry begins.
        noun: what an entry is.
    """
    listed = child(node, key)
    if listed is not None and not isinstance(listed, ListNode) and not problems.spoiled(listed):
        problems.node(listed, f"`{key}` must be a list", f"begin each {noun} with `- {first}:`", "type")
    return items_of(listed)


def unique(
    ids: Iterable[Node | None], what: str, problems: Problems, taken: Collection[str] = ()
) -> dict[str, ScalarNode]:
    """The ids in their order, each with its first node; one that comes again, or is taken, is told."""
    seen: dict[str, ScalarNode] = {}
    for each in ids:
        if not isinstance(each, ScalarNode) or problems.spoiled(each):
            continue
        if each.text in taken:
            problems.node(each, f"`{shown(each.text)}` is taken", "give it another id", "duplicate-id")
            continue
        first = seen.setdefault(each.text, each)
        if first is not each:
            line, column = first.position
            there = f"on line {line}" if first.source is each.source else f"at {first.source.shown}:{line}:{column}"
            hint = f"the first one is {there}"
            problems.node(each, f"there are two {what} `{shown(each.text)}`", hint, "duplicate-id")
    return seen


def _names(node: MapNode, part: str) -> frozenset[str]:
    """What is declared, whether it could be read or not: a wrong entry must not make its uses wrong too."""
    return frozenset(key.text for key, _ in pairs_of(node.values.get(part)))


def _warn_unused(node: MapNode, grounds: Grounds, problems: Problems, unused: str) -> None:
    """Tells what nothing uses: where it stands, or where it is imported, since others may use what is shared."""
    compiler = grounds.compiler
    used = {
        "evidence": compiler.used,
        "params": compiler.used_params,
        "variables": compiler.used_variables,
        "paging": compiler.used_topics | names_used(node, "paging"),
    }
    for part, noun in (("evidence", "evidence"), ("params", "parameter"), ("variables", "variable")):
        for key, _ in pairs_of(node.values.get(part)):
            if key.text not in used[part] and (part, key.text) not in grounds.imported:
                hint = "take it out, or write what needs it"
                problems.node(key, f"{unused} the {noun} `{shown(key.text)}`", hint, f"unused-{noun}", "warning")
    for (part, name), named in grounds.imported.items():
        if part != "severities" and name not in (used[part] if part in used else names_used(node, part)):
            message = f"{unused} `{shown(name)}`, which is imported from `{part}`"
            problems.node(named, message, "take it out of the imports", "unused-import", "warning")


def _warn_cut_texts(node: MapNode, problems: Problems) -> None:
    for word, value, index in cut_text(node):
        line, column = value.source.position(index)
        message = f"` #` begins a comment here and cuts `{word}` off"
        problems.position(
            value.source, line, column, message, "quote the text if it belongs to it", "cut-text", 1, "warning"
        )
