"""What every kind of policy rests on and says alike: its id, its parameters, its evidence, and its digest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gatekeeper.expr.declared import context_types, evidence_type
from gatekeeper.load.diagnostics import shown
from gatekeeper.load.expressions import Compiler
from gatekeeper.load.needs import read_evidence
from gatekeeper.load.parameters import read_parameters
from gatekeeper.load.problems import Problems
from gatekeeper.load.traps import cut_text
from gatekeeper.load.tree import MapNode, ScalarNode, child, plain
from gatekeeper.model.canonical import NotCanonical, canonical_bytes, digest_of
from gatekeeper.model.policy import EvidenceEntry, Parameter
from gatekeeper.model.values import Json


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the expressions of a policy may rest on.

    Attributes:
        id: the node of the policy's id, or None where it has none.
        compiler: compiles what the policy says, with the names that it declares.
    """

    id: ScalarNode | None
    params: tuple[Parameter, ...]
    evidence: tuple[EvidenceEntry, ...]
    compiler: Compiler


def read_grounds(node: MapNode, root: Path, problems: Problems, noun: str) -> Grounds:
    """The grounds of a policy as far as they can be read; ``noun`` names its kind in messages."""
    own = child(node, "id")
    params = read_parameters(node.values.get("params"), problems)
    evidence = read_evidence(node.values.get("evidence"), root, problems)
    declared = node.values.get("params")
    whole = isinstance(declared, MapNode) and len(params) == len(declared.values)
    types = {each.name: evidence_type(each) for each in evidence}
    types |= context_types(params if whole or declared is None else None)
    return Grounds(
        id=own if isinstance(own, ScalarNode) and isinstance(own.value, str) else None,
        params=params,
        evidence=evidence,
        compiler=Compiler(problems, _names(node, "evidence"), _names(node, "params"), types, noun),
    )


def digest_policy(node: MapNode, grounds: Grounds, problems: Problems, unused: str) -> str | None:
    """The digest of a policy after all of it was read; None where something in its file is wrong.

    Layout and comments do not count, the content of schema files does. What is odd and can stay is told on the way:
    texts that a comment cuts off, and evidence that nothing uses.

    Args:
        unused: how a warning about evidence begins that nothing uses, such as ``no rule uses``, also about parameters.
    """
    _warn_cut_texts(node, problems)
    if problems.errors_in(node.source):
        return None  # what follows would only repeat that
    _warn_unused(node, grounds.compiler, problems, unused)
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


def _names(node: MapNode, part: str) -> frozenset[str]:
    """What is declared, whether it could be read or not: a wrong entry must not make its uses wrong too."""
    declared = node.values.get(part)
    return frozenset(declared.values) if isinstance(declared, MapNode) else frozenset()


def _warn_unused(node: MapNode, compiler: Compiler, problems: Problems, unused: str) -> None:
    for part, used, noun in (
        ("evidence", compiler.used, "evidence"),
        ("params", compiler.used_params, "parameter"),
    ):
        declared = node.values.get(part)
        for name, key in declared.keys.items() if isinstance(declared, MapNode) else ():
            if name not in used:
                hint = "take it out, or write what needs it"
                problems.node(key, f"{unused} the {noun} `{shown(name)}`", hint, f"unused-{noun}", "warning")


def _warn_cut_texts(node: MapNode, problems: Problems) -> None:
    for word, value, index in cut_text(node):
        line, column = value.source.position(index)
        message = f"` #` begins a comment here and cuts `{word}` off"
        problems.position(
            value.source, line, column, message, "quote the text if it belongs to it", "cut-text", 1, "warning"
        )
