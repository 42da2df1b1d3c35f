"""Ladders: from a checked document to a ``Ladder``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatekeeper.load.diagnostics import shown
from gatekeeper.load.duties import DutyReader
from gatekeeper.load.expressions import CONDITION, LENGTH, MESSAGE, MOMENT, SINCE, Compiler
from gatekeeper.load.grounds import Draft, conclude, entries_of, read_grounds, unique
from gatekeeper.load.hiding import hides
from gatekeeper.load.ladder_document import (
    LadderDocument,
    LadderDutyDocument,
    LadderHead,
    LevelDocument,
    LevelHead,
    RemedyDocument,
    TriggerDocument,
)
from gatekeeper.load.levers import check_lever, read_levers
from gatekeeper.load.paging import PagingReader, topics_of, topics_type
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.shared import Resolved
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, items_of
from gatekeeper.model.duty import DueAt, Duty
from gatekeeper.model.ladder import PAGING, Ladder, Lasting, Level, Remedy, Trigger
from gatekeeper.model.place import Place
from gatekeeper.model.policy import STANDARD_SEVERITIES, Parameter
from gatekeeper.model.rule import Expression

LEVEL_PARTS = ("triggers", "respond", "duties")
PARTS = ("params", "evidence", "variables", "levels_lowest_first", "duties", "levers", "paging")


@dataclass(slots=True)
class LadderDraft(Draft[Ladder]):
    """A ladder as far as it could be read, with what can only be checked beside other documents.

    Attributes:
        hours: every calendar in whose hours alone somebody is paged, with its node.
        system: the folder that it stands in.
    """

    hours: list[tuple[str, ScalarNode]] = field(default_factory=list)
    system: str = ""


def read_ladder(policy: Resolved, system: str, root: Path, problems: Problems) -> LadderDraft:
    """A ladder as far as it can be read; what is wrong goes to ``problems``."""
    node = policy.node
    head = read_shape(LadderHead, node, problems, without=PARTS, known=LadderDocument)
    topics = topics_of(node.values.get("paging"))
    grounds = read_grounds(policy, root, problems, "ladder", {PAGING: topics_type(topics)})
    levers = read_levers(node.values.get("levers"), problems)
    nodes = _levels(node, problems)
    words = list(unique((child(each, "level") for each in nodes), "levels", problems))
    triggers = [each for level in nodes for each in items_of(child(level, "triggers"))]
    unique((child(each, "id") for each in triggers), "triggers", problems)
    duties = DutyReader(problems, grounds.compiler, LadderDutyDocument, words)
    paging = PagingReader(problems, grounds.compiler)
    paging.read_table(node.values.get("paging"))
    reader = _LevelReader(problems, grounds.compiler, duties, paging, node.values.get("levers"))
    levels = [level for each in nodes if (level := reader.read(each)) is not None]
    found = duties.read_all(node, [each for level in nodes for each in items_of(child(level, "duties"))])
    _check_severities(nodes, problems)
    _check_hidden(nodes, levels, grounds.params, problems)
    _check_since(nodes, levels, (*reader.owed, *found), problems)
    paging.warn_unused(node.values.get("paging"), policy.imported)
    draft = LadderDraft(grounds.id, calendars=duties.calendars, hours=paging.calendars, system=system)
    alike = conclude(node, head, system, grounds, problems, "nothing in the ladder uses")
    if alike is not None:
        every = (*reader.owed, *found)
        draft.policy = Ladder(**alike, levels=tuple(levels), duties=every, levers=levers, topics=topics)
    return draft


def _levels(node: MapNode, problems: Problems) -> list[Node]:
    listed = node.values.get("levels_lowest_first")
    hint = "write them under `levels_lowest_first`"
    if listed is None:
        if set(node.keys) <= {field.alias or name for name, field in LadderDocument.model_fields.items()}:
            problems.beside(node, "this ladder has no levels", hint, "no-levels")
    elif isinstance(listed, ListNode) and not listed.items:
        problems.node(listed, "this ladder has no levels", hint, "no-levels")
    return entries_of(node, "levels_lowest_first", problems, "level")


@dataclass(slots=True)
class _LevelReader:
    """Reads the levels of one ladder, part by part, so that one mistake does not hide the next.

    Attributes:
        levers: the node of the ladder's levers.
        owed: the duties of the levels that were read.
    """

    problems: Problems
    compiler: Compiler
    duties: DutyReader
    paging: PagingReader
    levers: Node | None
    owed: list[Duty] = field(default_factory=list)

    def read(self, node: Node) -> Level | None:
        """The level that a node holds, or None where something in it is wrong."""
        shape = read_shape(LevelHead, node, self.problems, without=LEVEL_PARTS, known=LevelDocument)
        own = child(node, "level")
        word = own.text if isinstance(own, ScalarNode) else ""
        listed = child(node, "triggers")
        if isinstance(node, MapNode) and (listed is None or (isinstance(listed, ListNode) and not listed.items)):
            hint = "without a trigger nothing reaches it: write what does, or take the level out"
            tell = self.problems.beside if listed is None else self.problems.node
            tell(listed or node, f"the level `{shown(word)}` has no triggers", hint, "no-triggers")
        entries, owed = (entries_of(node, key, self.problems) for key in ("triggers", "duties"))
        triggers = [trigger for each in entries if (trigger := self._trigger(each)) is not None]
        self.owed += [duty for each in owed if (duty := self.duties.read(each, word)) is not None]
        contacts = self.paging.contacts(child(node, "page"))
        response = self.duties.response(child(node, "respond"), word, [each.who for each in contacts])
        if shape is None:
            return None
        return Level(
            word=shape.level,
            title=shape.title,
            severity=shape.severity,
            triggers=tuple(triggers),
            action=shape.action or "",
            contacts=contacts,
            response=response,
            place=node.place,
        )

    def _trigger(self, node: Node) -> Trigger | None:
        shape = read_shape(TriggerDocument, node, self.problems, without=("remedies",))
        contacts = self.paging.contacts(child(node, "page"))
        when = self.compiler.expression(node, "when", use=CONDITION)
        since = self.compiler.expression(node, "since", use=SINCE)
        message = self.compiler.template(node, "message", use=MESSAGE)
        lasting = self._lasting(node, shape)
        remedies = [self._remedy(each) for each in entries_of(node, "remedies", self.problems, "action")]
        if when is not None and self._is_fixed(when):
            where = child(node, "when") or node
            hint = "a trigger reads evidence; what is always so needs no ladder"
            self.problems.node(where, "this trigger reads no evidence: it always says the same", hint, "fixed-trigger")
        if shape is None or when is None:
            return None
        there = tuple(each for each in remedies if each is not None)
        return Trigger(shape.id, shape.title, when, since, lasting, message, there, node.place, contacts)

    def _is_fixed(self, when: Expression) -> bool:
        # `now` alone still says the same at every look at one instant; `subject` says what is judged, never how it is.
        return not set(when.program.free_names) - {"params", "subject", "now", PAGING}

    def _lasting(self, node: Node, shape: TriggerDocument | None) -> Lasting | None:
        """How long the trigger must last. A ladder sees one instant, so the evidence has to say since when."""
        keys = node.keys if isinstance(node, MapNode) else {}
        spans = [key for key in ("for", "longer_than") if key in keys]
        for extra in spans[1:]:
            self.problems.node(keys[extra], "`for` stands here already", "keep one of the two", "twice")
        if spans and "since" not in keys:
            hint = "a ladder looks at one instant: add `since:`, the instant at which the evidence says that it began"
            self.problems.node(keys[spans[0]], f"`{spans[0]}` needs `since`", hint, "no-samples")
        if "until" in keys and not spans:
            hint = "say how long it must last, or take it out"
            self.problems.node(keys["until"], "`until` needs `for` or `longer_than`", hint, "until")
        until = self.compiler.expression(node, "until", use=MOMENT)
        if shape is None or not spans:
            return None
        given = shape.at_least if spans[0] == "for" else shape.longer_than
        span = self.compiler.span(node, spans[0], given, LENGTH)
        return Lasting(until, span, spans[0] == "longer_than") if span is not None else None

    def _remedy(self, node: Node) -> Remedy | None:
        shape = read_shape(RemedyDocument, node, self.problems)
        when = self.compiler.expression(node, "when", use=CONDITION)
        check_lever(child(node, "lever"), self.levers, self.problems)
        if shape is None:
            return None
        if shape.lever is None and shape.action is None:
            hint = "say `lever:`, `action:`, or both"
            self.problems.beside(node, "this remedy says nothing to do", hint, "empty-remedy")
        return Remedy(when, shape.lever, shape.action or "", node.place)


def _check_severities(nodes: list[Node], problems: Problems) -> None:
    """All levels have a severity or none; none is milder than the level below it."""
    graded = [(child(each, "severity"), each) for each in nodes]
    if not any(said for said, _ in graded):
        return
    worst = len(STANDARD_SEVERITIES)
    for said, level in graded:
        if not isinstance(said, ScalarNode):
            if isinstance(level, MapNode) and "severity" not in level.keys:
                problems.beside(level, "this level needs `severity`", "the other levels have one", "severities")
            continue
        if problems.spoiled(said) or said.text not in STANDARD_SEVERITIES:
            continue
        rank = STANDARD_SEVERITIES.index(said.text)
        if rank > worst:
            message = f"`{shown(said.text)}` is milder than the level before it"
            problems.node(said, message, "write the lowest level first", "severities")
        worst = min(worst, rank)


def _check_since(nodes: list[Node], levels: list[Level], duties: Iterable[Duty], problems: Problems) -> None:
    """What is owed from the reaching of a level needs to know when that was, whichever trigger it was.

    A trigger is told once, however many duties need it, and not where its ``for`` has asked for ``since`` already.
    """
    words = [level.word for level in levels]
    counted: dict[str, str] = {}
    for duty in (*duties, *(level.response for level in levels if level.response is not None)):
        start = None if isinstance(duty.deadline, DueAt) else duty.deadline.start
        for word in (duty.or_at_level, start):
            if isinstance(word, str):
                counted.setdefault(word, duty.id)
    placed = {each.place: each for level in nodes for each in items_of(child(level, "triggers"))}
    asked: set[Place] = set()
    for word, duty_id in counted.items():
        above = levels[words.index(word) :] if word in words else []
        for trigger in (each for level in above for each in level.triggers):
            if trigger.since is None and trigger.lasting is None and trigger.place not in asked:
                asked.add(trigger.place)
                message = f"`{trigger.id}` needs `since`: `{duty_id}` counts from the reaching of {word}"
                hint = "say the instant at which it began"
                problems.beside(placed[trigger.place], message, hint, "no-since")


def _check_hidden(nodes: list[Node], levels: list[Level], params: Sequence[Parameter], problems: Problems) -> None:
    """A trigger hides one of a lower level where it holds whenever that does: the lower one then never decides."""
    placed = {each.place: each for level in nodes for each in items_of(child(level, "triggers"))}
    for at, lower in enumerate(levels):
        for trigger in lower.triggers:
            hiding = next(
                (
                    (upper, each)
                    for upper in levels[at + 1 :]
                    for each in upper.triggers
                    if hides(each, trigger, params)
                ),
                None,
            )
            if hiding is None:
                continue
            upper, each = hiding
            message = f"`{trigger.id}` never decides: whenever it holds, `{each.id}` of level {upper.word} does too"
            hint = f"the other one is on line {each.place.line}: take one of them out, or make the upper one stricter"
            node = child(placed[trigger.place], "when") or placed[trigger.place]
            problems.node(node, message, hint, "hidden-trigger")
