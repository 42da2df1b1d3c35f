"""Gates: from a checked document to a ``Gate``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.document import VERDICTS, WaiverTermsDocument
from gatekeeper.load.duties import DutyReader
from gatekeeper.load.expressions import TEXT, Compiler
from gatekeeper.load.gate_document import GateDocument, GateHead, ReviewDocument
from gatekeeper.load.grounds import Draft, conclude, entries_of, read_grounds, unique
from gatekeeper.load.problems import Problems
from gatekeeper.load.rules import RuleReader, find_cycle
from gatekeeper.load.shape import read_shape
from gatekeeper.load.shared import Resolved
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, items_of
from gatekeeper.model.policy import STANDARD_SEVERITIES, Gate, WaiverTerms
from gatekeeper.model.review import Review
from gatekeeper.model.rule import Enforcement, Rule

PARTS = ("params", "evidence", "variables", "rules", "duties", "review")


@dataclass(slots=True)
class GateDraft(Draft[Gate]):
    """A gate as far as it could be read, with what can only be checked beside the other gates.

    Attributes:
        rule_ids: ids of its rules, whether the rules could be read or not.
        reads: every ``gate:`` in it, with its node.
    """

    rule_ids: frozenset[str] = frozenset()
    reads: list[tuple[str, ScalarNode]] = field(default_factory=list)


def read_gate(policy: Resolved, system: str, root: Path, problems: Problems) -> GateDraft:
    """A gate as far as it can be read; what is wrong goes to ``problems``."""
    node = policy.node
    head = read_shape(GateHead, node, problems, without=PARTS, known=GateDocument)
    grounds = read_grounds(policy, root, problems, "gate")
    severities = _severities(head, node, problems) if head is not None else None
    roles = {role: tuple(people) for role, people in head.roles.items()} if head is not None else {}
    rule_nodes = _rule_nodes(node, problems)
    ids = frozenset(unique((child(each, "id") for each in rule_nodes), "rules", problems))
    words = frozenset(severities) if severities is not None else None
    reader = RuleReader(problems, grounds.compiler, words, roles, ids)
    rules = [rule for each in rule_nodes if (rule := reader.read(each)) is not None]
    duties = DutyReader(problems, grounds.compiler)
    owed = duties.read_all(node)
    review = _review(node.values.get("review"), grounds.compiler, problems)
    draft = GateDraft(grounds.id, rule_ids=ids, reads=reader.gates, calendars=duties.calendars)
    _check_closings(reader, problems)
    _check_weights(rules, reader, problems)
    terms = _terms(head, node, problems) if head is not None else None
    alike = conclude(node, head, system, grounds, problems, "no rule uses")
    if alike is not None and head is not None and severities is not None and terms is not None:
        draft.policy = Gate(
            **alike,
            severities=severities,
            words=_words(head),
            advisory=head.advisory,
            rules=tuple(rules),
            roles=roles,
            waivers=terms,
            duties=owed,
            review=review,
        )
    return draft


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
    listed = child(child(node, "waivers"), "granted_by")
    for each in items_of(listed):
        if isinstance(each, ScalarNode) and each.text not in head.roles:
            hint = did_you_mean(each.text, head.roles, "the roles are") or "declare it under `roles`"
            problems.node(each, f"this gate has no role `{shown(each.text)}`", hint, "unknown-role")
    said = head.waivers or WaiverTermsDocument()
    return WaiverTerms(said.max, tuple(said.granted_by))


def _review(node: Node | None, compiler: Compiler, problems: Problems) -> Review | None:
    """When the gate is looked at again; None where it does not say, or something in it is wrong."""
    if node is None:
        return None
    shape = read_shape(ReviewDocument, node, problems)
    at, reason = compiler.expression(node, "at", use=TEXT), compiler.template(node, "reason")
    return Review(at, reason, node.place) if shape is not None and at is not None and reason is not None else None


def _rule_nodes(node: MapNode, problems: Problems) -> list[Node]:
    listed = node.values.get("rules")
    hint = "a gate without rules decides nothing"
    if listed is None:
        problems.beside(node, "this gate has no rules", hint, "no-rules")
    elif isinstance(listed, ListNode) and not listed.items:
        problems.node(listed, "this gate has no rules", hint, "no-rules")
    return entries_of(node, "rules", problems)


def _check_weights(rules: Sequence[Rule], reader: RuleReader, problems: Problems) -> None:
    """A shadow rule never counts, so it cannot close a row of a rule that does."""
    shadows = {rule.id for rule in rules if rule.enforcement is Enforcement.SHADOW}
    counting = {rule.id for rule in rules} - shadows
    for rule, listed in reader.closings.items():
        for closing, node in listed:
            if rule in counting and closing in shadows:
                message = f"`{shown(closing)}` is a shadow rule: it never counts, so it cannot close a row"
                problems.node(node, message, "name a rule that is advisory, blocking or hard", "closed-by")


def _check_closings(reader: RuleReader, problems: Problems) -> None:
    """Rows of one rule are closed by others; around in a circle, nothing would ever be closed."""
    edges = {rule: [closing for closing, _ in listed] for rule, listed in reader.closings.items()}
    cycle = find_cycle(edges)
    if cycle:
        node = next(each for closing, each in reader.closings[cycle[0]] if closing == cycle[1])
        problems.node(node, f"rules close each other in a circle: {' → '.join(cycle)}", "take one of them out", "cycle")
