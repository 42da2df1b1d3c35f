"""Whom to page: the contacts of levels and triggers, and the paging table, whose rows they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gatekeeper.expr.types import Member, Record, Type, list_of, simple
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.expressions import CONDITION, Compiler
from gatekeeper.load.ladder_document import ContactDocument, PersonDocument
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.terms import ID, ID_HINT
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, items_of, pairs_of
from gatekeeper.model.ladder import Contact


@dataclass(slots=True)
class PagingReader:
    """Reads whom a ladder pages.

    Attributes:
        table: topic → who is paged for it.
        named: the topics that contacts named.
        calendars: every calendar whose hours were named, with its node.
    """

    problems: Problems
    compiler: Compiler
    table: Mapping[str, tuple[Contact, ...]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    calendars: list[tuple[str, ScalarNode]] = field(default_factory=list)

    def read_table(self, node: Node | None) -> None:
        """Takes in the paging table; what is wrong with it is told."""
        check_table(node, self.problems)
        self.table = {
            key.text: tuple(replace(each, topic=key.text) for each in self.contacts(listed))
            for key, listed in pairs_of(node)
        }

    def contacts(self, node: Node | None) -> tuple[Contact, ...]:
        """Who is paged, those of the topics that are named included."""
        found: list[Contact] = []
        for each in items_of(node):
            if isinstance(each, ScalarNode):
                found += [Contact(each.text)] if each.text and not self.problems.spoiled(each) else []
                continue
            shape = None if self.problems.spoiled(each) else read_shape(ContactDocument, each, self.problems)
            when = self.compiler.expression(each, "when", use=CONDITION)
            named = child(each, "hours")
            if isinstance(named, ScalarNode) and not self.problems.spoiled(named):
                self.calendars.append((named.text, named))
            if shape is None:
                continue
            topic = child(each, "topic")
            if shape.who is not None and topic is None:
                found.append(Contact(shape.who, "", when, shape.hours))
            elif isinstance(topic, ScalarNode) and isinstance(each, MapNode):
                found += self._topic(topic, each)
            else:
                self.problems.beside(each, "this contact needs `who` or `topic`", "name somebody", "missing-key")
        return tuple(found)

    def warn_unused(self, node: Node | None, imported: Mapping[tuple[str, str], ScalarNode]) -> None:
        """Tells topics of the ladder's own that nothing names."""
        for key, _ in pairs_of(node):
            if key.text not in self.named | self.compiler.used_topics and ("paging", key.text) not in imported:
                hint = "take it out, or name it under `page` as `{topic: …}`, or in an expression"
                self.problems.node(key, f"nothing names the topic `{shown(key.text)}`", hint, "unused-topic", "warning")

    def _topic(self, topic: ScalarNode, contact: MapNode) -> tuple[Contact, ...]:
        for extra in contact.keys.keys() - {"topic"}:
            hint = "write it beside the people of the topic, under `paging`"
            message = f"`{shown(extra)}` does not stand beside `topic`"
            self.problems.node(contact.keys[extra], message, hint, "twice")
        if topic.text not in self.table:
            hint = did_you_mean(topic.text, self.table, "the topics are") or "declare it under `paging`, or import it"
            self.problems.node(topic, f"there is no topic `{shown(topic.text)}`", hint, "unknown-topic")
        self.named.add(topic.text)
        return self.table.get(topic.text, ())


def topics_of(node: Node | None) -> dict[str, tuple[str, ...]]:
    """Who stands in each row of a paging table, as far as it can be read."""
    found: dict[str, tuple[str, ...]] = {}
    for key, listed in pairs_of(node):
        people = [each if isinstance(each, ScalarNode) else child(each, "who") for each in items_of(listed)]
        found[key.text] = tuple(each.text for each in people if isinstance(each, ScalarNode))
    return found


def topics_type(topics: Mapping[str, tuple[str, ...]]) -> Type:
    """The type of what expressions see of a paging table."""
    rows = {topic: Member(list_of(simple("string", *people), filled=True)) for topic, people in topics.items()}
    return Type((Record("the paging table", rows),))


def check_table(node: Node | None, problems: Problems) -> None:
    """Tells what is wrong with the shape of a paging table, of a ladder or of a shared document."""
    if node is not None and not isinstance(node, MapNode):
        problems.node(node, "`paging` must be a mapping of topics to people", code="type")
    for key, listed in pairs_of(node):
        if not ID.fullmatch(key.text):
            problems.node(key, f"`{shown(key.text)}` is no id", ID_HINT, "value")
        if problems.spoiled(listed):
            continue
        if not isinstance(listed, ListNode) or not listed.items:
            hint = "write people in brackets, such as [primary on-call]"
            problems.node(listed, f"`{shown(key.text)}` must be a list of people", hint, "type")
        for each in items_of(listed):
            if isinstance(each, MapNode):
                if read_shape(PersonDocument, each, problems) is None:
                    problems.spoil(each)
            elif not isinstance(each, ScalarNode) or not isinstance(each.value, str) or not each.text.strip():
                problems.node(each, f"`{shown(key.text)}` names people", "write a name, or {who: …, hours: …}", "type")
