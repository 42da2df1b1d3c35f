"""Rules: one requirement each, with every expression compiled and every name checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from gatekeeper.expr.types import ListPart, Type
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.document import (
    REQUIREMENTS,
    EachDocument,
    QuorumDocument,
    RuleDocument,
    WindowDocument,
)
from gatekeeper.load.expressions import ANY_NAME, BOOL, INT, KEY, LIST, TEXT, TIME, Compiler
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.tree import MapNode, Node, ScalarNode, child, items_of
from gatekeeper.model.rule import (
    CleanWindow,
    Each,
    Enforcement,
    Expect,
    Expression,
    Quorum,
    ReadGate,
    Requirement,
    Rule,
    VoidRun,
)


@dataclass(slots=True)
class RuleReader:
    """Reads the rules of one gate.

    Parts of a rule are checked one by one from the nodes, so that one mistake does not hide the next; the rule itself
    is only made where its shape is right.

    Attributes:
        severities: the gate's own words, or None where they are wrong themselves.
        roles: role → holders, as the gate says.
        ids: ids of all rules of the gate.
        gates: every ``gate:`` that was read, with its node.
        closings: rule id → the rules that close its rows, with their nodes.
    """

    problems: Problems
    compiler: Compiler
    severities: frozenset[str] | None
    roles: Mapping[str, tuple[str, ...]]
    ids: frozenset[str]
    gates: list[tuple[str, ScalarNode]] = field(default_factory=list)
    closings: dict[str, list[tuple[str, ScalarNode]]] = field(default_factory=dict)

    def read(self, node: Node) -> Rule | None:
        """The rule that a node holds, or None where something in it is wrong."""
        shape = read_shape(RuleDocument, node, self.problems)
        if not isinstance(node, MapNode):
            return None
        self._check_weight(node)
        self.compiler.begin_rule()
        applies_when = self.compiler.expression(node, "applies_when", use=BOOL)
        self.compiler.suppose(applies_when)
        requirement = self._requirement(node, shape)
        row = self._row(node.values.get("each"))
        message = self.compiler.template(node, "message", *row)
        remedy = self.compiler.template(node, "remedy", *row)
        if shape is None or requirement is None:
            return None
        return Rule(
            id=shape.id,
            title=shape.title,
            enforcement=Enforcement(shape.enforcement),
            severity=shape.severity,
            requirement=requirement,
            place=node.place,
            applies_when=applies_when,
            message=message,
            remedy=remedy,
            owner=shape.owner,
            due=shape.due,
            source=shape.source,
        )

    def _check_weight(self, node: MapNode) -> None:
        enforcement, severity = node.values.get("enforcement"), node.values.get("severity")
        if "applies_when" in node.keys and isinstance(enforcement, ScalarNode) and enforcement.text == "hard":
            hint = "a hard rule applies always: make it blocking, or say the condition in its requirement"
            self.problems.node(node.keys["applies_when"], "a hard rule has no `applies_when`", hint, "hard-rule")
        if self.severities is None or not isinstance(severity, ScalarNode) or self.problems.spoiled(severity):
            return
        if severity.text not in self.severities:
            hint = did_you_mean(severity.text, self.severities, "the severities are")
            self.problems.node(severity, f"the gate has no severity `{shown(severity.text)}`", hint, "unknown-severity")

    def _requirement(self, node: MapNode, shape: RuleDocument | None) -> Requirement | None:
        there = [word for word in node.keys if word in REQUIREMENTS]
        if not there:
            if set(node.keys) <= set(RuleDocument.model_fields):  # else a misspelt one is told already
                hint = f"it is one of: {', '.join(f'`{word}`' for word in REQUIREMENTS)}"
                self.problems.beside(node, "this rule has no requirement", hint, "requirement")
            return None
        for extra in there[1:]:
            message = f"a rule has one requirement, and `{there[0]}` stands here already"
            self.problems.node(node.keys[extra], message, "make two rules of it", "requirement")
        return self._read_requirement(there[0], node, shape)

    def _read_requirement(self, word: str, node: MapNode, shape: RuleDocument | None) -> Requirement | None:
        inner = node.values[word]
        if word == "expect":
            when = self.compiler.expression(node, "expect", use=BOOL)
            return Expect(when) if when is not None else None
        if word == "gate":
            if not isinstance(inner, ScalarNode) or self.problems.spoiled(inner):
                return None
            self.gates.append((inner.text, inner))
            return ReadGate(inner.text)
        if not isinstance(inner, MapNode):
            return None
        if word == "each":
            own = child(node, "id")
            return self._each(
                inner, shape.each if shape is not None else None, own.text if isinstance(own, ScalarNode) else ""
            )
        if word == "window":
            return self._window(inner, shape.window if shape is not None else None)
        return self._quorum(inner, shape.quorum if shape is not None else None)

    def _row(self, node: Node | None) -> tuple[str, ...]:
        """The row variable of an `each` or a `window`; a name that hides evidence is told."""
        named = child(node, "as")
        if not isinstance(named, ScalarNode):
            # Its absence is told already; telling it again at every use of the row would only hide other mistakes.
            return (ANY_NAME,) if node is not None else ()
        if self.problems.spoiled(named):
            return (named.text,)
        if named.text in self.compiler.evidence:
            hint = "give it another name"
            self.problems.node(named, f"`{named.text}` hides the evidence of that name", hint, "shadows")
        return (named.text,)

    def _each(self, node: MapNode, shape: EachDocument | None, own: str) -> Each | None:
        row = self._row(node)
        over = self.compiler.expression(node, "over", use=LIST)
        self._check_rows(node, self.compiler.name_rows(over, *row))
        key = self.compiler.expression(node, "key", *row, use=KEY)
        expect = self.compiler.expression(node, "expect", *row, use=BOOL)
        owner = self.compiler.expression(node, "owner", *row, use=TEXT)
        due = self.compiler.expression(node, "due", *row, use=TEXT)
        closed_by = self._closed_by(node, own)
        if "expect" in node.keys and "closed_by" in node.keys:
            message = "`each` has `expect` or `closed_by`, not both"
            hint = "a row is judged either by its own values or by the rule that closes it"
            self.problems.node(node.keys["closed_by"], message, hint, "requirement")
        if shape is None or over is None or key is None:
            return None
        return Each(over, shape.row, key, shape.empty == "pass", expect, closed_by, owner, due)

    def _check_rows(self, node: MapNode, over: Type) -> None:
        """Rows that there never are, and a word for their absence where they are never absent."""
        lists = [part for part in over.parts or () if isinstance(part, ListPart)]
        if lists and all(part.empty for part in lists):
            hint = "write the list that was meant: over no rows nothing is ever looked at"
            self.problems.node(node.values["over"], "`over` is always empty", hint, "empty-list")
        elif lists and all(part.filled for part in lists) and "empty" in node.keys:
            hint = "take it out: evidence with an empty list is unknown already, or the list is fixed"
            self.problems.node(
                node.keys["empty"], "`empty` says nothing: there are always rows", hint, "inert-empty", "warning"
            )

    def _closed_by(self, node: MapNode, own: str) -> Mapping[str, str] | None:
        listed = node.values.get("closed_by")
        if not isinstance(listed, MapNode):
            return None
        closing = {key: each for key, each in listed.values.items() if isinstance(each, ScalarNode)}
        for each in closing.values():
            if self.problems.spoiled(each):
                continue
            if each.text == own:
                self.problems.node(each, f"`{own}` cannot close its own rows", code="closed-by")
            elif each.text not in self.ids:
                hint = did_you_mean(each.text, self.ids - {own}, "the rules are")
                self.problems.node(each, f"this gate has no rule `{shown(each.text)}`", hint, "unknown-rule")
            else:
                self.closings.setdefault(own, []).append((each.text, each))
        return {key: each.text for key, each in closing.items()}

    def _window(self, node: MapNode, shape: WindowDocument | None) -> CleanWindow | None:
        row = self._row(node)
        over = self.compiler.expression(node, "over", use=LIST)
        self._check_rows(node, self.compiler.name_rows(over, *row))
        at = self.compiler.expression(node, "at", *row, use=TIME)
        clean = self.compiler.expression(node, "clean", *row, use=BOOL)
        pending = self.compiler.expression(node, "pending", *row, use=BOOL)
        label = self.compiler.template(node, "label", *row)
        cause = self.compiler.template(node, "cause", *row)
        not_before = self.compiler.expression(node, "not_before", use=TIME)
        void = self._void(node, row)
        length = self.compiler.span(node, "length", shape.length if shape is not None else None)
        max_gap = self.compiler.span(node, "max_gap", shape.max_gap if shape is not None else None)
        if shape is None or over is None or at is None or clean is None or length is None:
            return None
        return CleanWindow(
            over=over,
            sample=shape.row,
            at=at,
            clean=clean,
            pending=pending,
            void=void,
            label=label,
            length=length,
            max_gap=max_gap,
            not_before=not_before,
            cause=cause,
        )

    def _void(self, node: MapNode, row: tuple[str, ...]) -> tuple[VoidRun, ...]:
        found = []
        for each in items_of(node.values.get("void")):
            when, because = self.compiler.expression(each, "when", *row, use=BOOL), child(each, "because")
            if when is not None and isinstance(because, ScalarNode):
                found.append(VoidRun(when, because.text))
        return tuple(found)

    def _quorum(self, node: MapNode, shape: QuorumDocument | None) -> Quorum | None:
        of = self.compiler.expression(node, "of", use=LIST)
        read = set(of.program.free_names) if of is not None else set()
        self._check_binds(node, read)
        roles = self._unique(node, "roles")
        distinct: int | Expression | None
        if shape is not None and isinstance(shape.distinct, int):
            distinct = shape.distinct
            if distinct > len(roles):
                message = f"{distinct} different people cannot sign in {len(roles)} roles"
                self.problems.node(node.values["distinct"], message, "each role is signed by one person", "quorum")
        else:
            distinct = self.compiler.expression(node, "distinct", use=INT)
        if shape is None or of is None or distinct is None:
            return None
        holders = {role: self.roles[role] for role in shape.roles if role in self.roles}
        return Quorum(of, tuple(shape.roles), distinct, tuple(shape.binds), holders)

    def _check_binds(self, node: MapNode, read: set[str]) -> None:
        for each in self._unique(node, "binds"):
            if each.text not in self.compiler.evidence:
                hint = did_you_mean(each.text, self.compiler.evidence, "the evidence is")
                self.problems.node(each, f"there is no evidence `{shown(each.text)}`", hint, "unknown-name")
                continue
            self.compiler.used.add(each.text)
            if each.text in read:
                hint = "a sign-off covers what was known before it, never the sign-offs themselves: take it out"
                self.problems.node(each, f"`binds` cannot name `{each.text}`, which holds the approvals", hint, "binds")

    def _unique(self, node: MapNode, key: str) -> list[ScalarNode]:
        """The texts of a list; one that stands there twice is told."""
        texts = [each for each in items_of(node.values.get(key)) if isinstance(each, ScalarNode)]
        texts = [each for each in texts if not self.problems.spoiled(each)]
        seen: set[str] = set()
        for each in texts:
            if each.text in seen:
                self.problems.node(each, f"`{shown(each.text)}` stands here twice", "take one out", "duplicate")
            seen.add(each.text)
        return texts


def find_cycle(edges: Mapping[str, Iterable[str]]) -> list[str] | None:
    """A cycle of a graph, as the nodes along it with the first one again at the end; None where there is none.

    The same graph gives the same cycle, whatever the order of its nodes.
    """
    order = TopologicalSorter({node: sorted(edges[node]) for node in sorted(edges)})
    try:
        order.prepare()
    except CycleError as error:
        cycle = list(reversed(error.args[1]))[:-1]
        first = cycle.index(min(cycle))
        return [*cycle[first:], *cycle[:first], cycle[first]]
    return None
