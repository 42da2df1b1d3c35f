"""Gates: from a checked document to a ``Gate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gatekeeper.expr.declared import context_types, evidence_type
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.document import VERDICTS, GateDocument, GateHead
from gatekeeper.load.expressions import Compiler
from gatekeeper.load.needs import read_evidence
from gatekeeper.load.parameters import read_parameters
from gatekeeper.load.problems import Problems
from gatekeeper.load.rules import RuleReader, find_cycle
from gatekeeper.load.shape import read_shape
from gatekeeper.load.traps import cut_text
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, plain
from gatekeeper.model.canonical import NotCanonical, canonical_bytes, digest_of
from gatekeeper.model.policy import STANDARD_SEVERITIES, EvidenceEntry, Gate, WaiverTerms
from gatekeeper.model.values import Json

LONGEST_WAIVER = timedelta(days=14)
"""How long a waiver may last where the gate does not say."""

PARTS = ("params", "evidence", "rules")


@dataclass(slots=True)
class GateDraft:
    """A gate as far as it could be read, with what can only be checked beside the other gates.

    Attributes:
        id: the node of its id, or None where it has none.
        rule_ids: ids of its rules, whether the rules could be read or not.
        reads: every ``gate:`` in it, with its node.
        gate: None where its head is wrong.
    """

    node: MapNode
    id: ScalarNode | None
    rule_ids: frozenset[str] = frozenset()
    reads: list[tuple[str, ScalarNode]] = field(default_factory=list)
    gate: Gate | None = None


def read_gate(node: MapNode, system: str, root: Path, problems: Problems) -> GateDraft:
    """A gate as far as it can be read; what is wrong goes to ``problems``."""
    head = read_shape(GateHead, node, problems, without=PARTS, known=GateDocument)
    own = child(node, "id")
    draft = GateDraft(node, own if isinstance(own, ScalarNode) and isinstance(own.value, str) else None)
    params = read_parameters(node.values.get("params"), problems)
    evidence = read_evidence(node.values.get("evidence"), root, problems)
    severities = _severities(head, node, problems) if head is not None else None
    roles = {role: tuple(people) for role, people in head.roles.items()} if head is not None else {}
    rule_nodes = _rule_nodes(node, problems)
    draft.rule_ids = _rule_ids(rule_nodes, problems)
    declared = node.values.get("params")
    whole = isinstance(declared, MapNode) and len(params) == len(declared.values)
    types = {each.name: evidence_type(each) for each in evidence}
    types |= context_types(params if whole or declared is None else None)
    compiler = Compiler(problems, _names(node, "evidence"), _names(node, "params"), types)
    words = frozenset(severities) if severities is not None else None
    reader = RuleReader(problems, compiler, words, roles, draft.rule_ids)
    rules = [rule for each in rule_nodes if (rule := reader.read(each)) is not None]
    draft.reads = reader.gates
    _check_closings(reader, problems)
    terms = _terms(head, node, problems) if head is not None else None
    _warn_cut_texts(node, problems)
    if problems.errors_in(node.source):
        return draft  # what follows would only repeat that
    _warn_unused(node, compiler, problems)
    if head is not None and severities is not None and terms is not None:
        digest = _digest(node, evidence, problems)
        draft.gate = Gate(
            id=head.id,
            title=head.title,
            system=system,
            owner=head.owner,
            source=head.source or "",
            description=head.description or "",
            severities=severities,
            words=_words(head),
            advisory=head.advisory,
            params=params,
            evidence=evidence,
            rules=tuple(rules),
            roles=roles,
            waivers=terms,
            digest=digest,
            place=node.place,
        )
    return draft


def _names(node: MapNode, part: str) -> frozenset[str]:
    """What is declared, whether it could be read or not: a wrong entry must not make its uses wrong too."""
    declared = node.values.get(part)
    return frozenset(declared.values) if isinstance(declared, MapNode) else frozenset()


def _severities(head: GateHead, node: MapNode, problems: Problems) -> Mapping[str, str] | None:
    if head.severities is None:
        return {word: word for word in STANDARD_SEVERITIES}
    last = -1
    listed = node.values["severities"]
    for word, standard in head.severities.items():
        rank = STANDARD_SEVERITIES.index(standard)
        if rank < last and isinstance(listed, MapNode):
            hint = "write the worst first"
            problems.node(listed.keys[word], f"`{shown(word)}` is worse than the word above it", hint, "severities")
        last = rank
    return dict(head.severities)


def _words(head: GateHead) -> Mapping[str, str]:
    own = head.verdicts.model_dump(by_alias=True, exclude_none=True) if head.verdicts is not None else {}
    return {word: own.get(word, word) for word in VERDICTS}


def _terms(head: GateHead, node: MapNode, problems: Problems) -> WaiverTerms:
    if head.waivers is None:
        return WaiverTerms(LONGEST_WAIVER, ())
    listed = child(child(node, "waivers"), "granted_by")
    for each in listed.items if isinstance(listed, ListNode) else []:
        if isinstance(each, ScalarNode) and each.text not in head.roles:
            hint = did_you_mean(each.text, head.roles, "the roles are") or "declare it under `roles`"
            problems.node(each, f"this gate has no role `{shown(each.text)}`", hint, "unknown-role")
    return WaiverTerms(head.waivers.max, tuple(head.waivers.granted_by))


def _rule_nodes(node: MapNode, problems: Problems) -> list[Node]:
    listed = node.values.get("rules")
    hint = "a gate without rules decides nothing"
    if listed is None:
        problems.beside(node, "this gate has no rules", hint, "no-rules")
        return []
    if not isinstance(listed, ListNode):
        problems.node(listed, "`rules` must be a list", "begin each rule with `- id:`", "type")
        return []
    if not listed.items:
        problems.node(listed, "this gate has no rules", hint, "no-rules")
    return listed.items


def _rule_ids(nodes: list[Node], problems: Problems) -> frozenset[str]:
    seen: dict[str, ScalarNode] = {}
    for each in nodes:
        own = child(each, "id")
        if not isinstance(own, ScalarNode):
            continue
        if own.text in seen:
            hint = f"the first one is on line {seen[own.text].position[0]}"
            problems.node(own, f"there are two rules `{shown(own.text)}`", hint, "duplicate-id")
        seen.setdefault(own.text, own)
    return frozenset(seen)


def _check_closings(reader: RuleReader, problems: Problems) -> None:
    """Rows of one rule are closed by others; around in a circle, nothing would ever be closed."""
    edges = {rule: [closing for closing, _ in listed] for rule, listed in reader.closings.items()}
    cycle = find_cycle(edges)
    if cycle:
        node = next(each for closing, each in reader.closings[cycle[0]] if closing == cycle[1])
        problems.node(node, f"rules close each other in a circle: {' → '.join(cycle)}", "take one of them out", "cycle")


def _warn_unused(node: MapNode, compiler: Compiler, problems: Problems) -> None:
    for part, used, noun in (
        ("evidence", compiler.used, "evidence"),
        ("params", compiler.used_params, "parameter"),
    ):
        declared = node.values.get(part)
        for name, key in declared.keys.items() if isinstance(declared, MapNode) else ():
            if name not in used:
                hint = "take it out, or write the rule that needs it"
                message = f"no rule uses the {noun} `{shown(name)}`"
                problems.node(key, message, hint, f"unused-{noun}", "warning")


def _warn_cut_texts(node: MapNode, problems: Problems) -> None:
    for word, value, index in cut_text(node):
        line, column = value.source.position(index)
        message = f"` #` begins a comment here and cuts `{word}` off"
        problems.position(
            value.source, line, column, message, "quote the text if it belongs to it", "cut-text", 1, "warning"
        )


def _digest(node: MapNode, evidence: tuple[EvidenceEntry, ...], problems: Problems) -> str:
    """The digest of the content: layout and comments do not count, the content of schema files does."""
    content = plain(node)
    entries = content.get("evidence") if isinstance(content, dict) else None
    if isinstance(entries, dict):
        for each in evidence:
            entry: Json = entries.get(each.name)
            if each.schema is not None and isinstance(entry, dict):
                entry["schema"] = dict(each.schema)
    try:
        return digest_of(canonical_bytes(content))
    except NotCanonical as error:
        problems.node(node, f"this policy has no canonical form: {error}", code="canonical")
        return ""
