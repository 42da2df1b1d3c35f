"""The cases of a suite: each a story of evidence, tried out as far as that can be done without asking a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from gatekeeper.errors import GatekeeperError
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.grounds import entries_of
from gatekeeper.load.parameters import override_problem
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.suite.clashes import tell_off_the_grid, tell_overridden
from gatekeeper.load.suite.document import (
    PRESENT,
    CaseDocument,
    CaseHead,
    EventDocument,
    EventHead,
    SuiteHead,
)
from gatekeeper.load.suite.evidence import Reader, Sampled, Written
from gatekeeper.load.suite.waivers import read_case_waivers
from gatekeeper.load.suite.wanted import Asking, read_expectations
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, items_of, pairs_of
from gatekeeper.model.asked import asked_policies
from gatekeeper.model.mode import Mode
from gatekeeper.model.policy import Policy, PolicySet
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.story import Values, begun
from gatekeeper.model.suite import Case, Event, Expectation, Given, Pause, Series
from gatekeeper.model.times import exact_span_text, instant_text

LONGEST = timedelta(days=100 * 365)
"""How long a case may last."""
MOST_LOOKS = 20_000
"""How many looks one case may have."""
NO_MATTER = datetime(2000, 1, 1, tzinfo=UTC)
"""When a case begins of which nothing touches time."""

_APART = ("evidence", "set", "add", "remove", "series", "events", "expect", "parameters", "waivers")
_Find = Callable[[str, str, datetime, Path], Snapshot | None]
_Step = tuple[Event, tuple[Written, ...]]
_Parts = tuple[tuple[Written, ...], tuple[Sampled, ...], tuple[_Step, ...]]
"""What changes the evidence of a case: edits, series and events, each with its nodes."""


@dataclass(frozen=True, slots=True)
class CaseReader:
    """Reads the cases of one suite.

    Attributes:
        asked: ids of the policies that the suite asks.
        head: what the suite says; None where that is wrong.
        given: the evidence of every case.
        whole: whether nothing is wrong with that.
        timely: what in the policies touches time; empty where nothing does.
        snapshots: finds the snapshot that a case begins with.
        own: the suite's node.
    """

    policies: PolicySet
    asked: tuple[str, ...]
    system: str
    head: SuiteHead | None
    given: tuple[Given, ...]
    whole: bool
    reader: Reader
    timely: str
    snapshots: _Find
    own: MapNode
    problems: Problems

    def case(self, node: Node) -> Case | None:
        """One case; what is wrong with it goes to ``problems``."""
        problems, reader, before = self.problems, self.reader, len(self.problems.errors)
        head = read_shape(CaseHead, node, problems, without=_APART, known=CaseDocument)
        if not isinstance(node, MapNode):
            return None
        own = reader.given(child(node, "evidence"))
        overridden = {each.name for each in own}
        given = (*(each for each in self.given if each.name not in overridden), *own)
        edits, series = reader.edits(node), reader.series(child(node, "series"))
        events = tuple(self._events(node))
        now = self._now(node, head)
        alone = not any(child(node, key) is not None for key in ("every", "for", "events", "series"))
        if "expect" not in node.values:
            problems.beside(node, "this case expects nothing", "say under `expect` what the policies answer", "empty")
        waivers = read_case_waivers(node, self.policies, self.asked, problems)
        asking = Asking(self.policies, self.asked, now, alone and not _says_when(child(node, "expect")), waivers)
        expectations = read_expectations(child(node, "expect"), asking, problems)
        parameters = self._parameters(child(node, "parameters"))
        self._names(node, head, now)
        if head is None or now is None:
            return None
        snapshot = self._snapshot(node, head, now)
        in_turn = tuple(sorted(events, key=lambda each: each[0].at))
        case = Case(
            id=head.id,
            title=head.title,
            now=now,
            every=head.every,
            length=self._length(node, head, series=[each for each, *_ in series], events=events, wanted=expectations),
            subject=self._subject(head, snapshot),
            snapshot=snapshot,
            given=given,
            edits=tuple(each for each, *_ in edits),
            series=tuple(each for each, *_ in series),
            events=tuple(each for each, _ in in_turn),
            pauses=tuple(Pause(each.start, each.end) for each in head.pauses),
            lacking=head.lacking,
            age=head.age,
            earlier={mode: (each.state, each.since) for mode, each in head.earlier.items()},
            parameters=parameters,
            expectations=expectations,
            place=node.place,
            waivers=waivers,
        )
        self._looks(node, case)
        tell_overridden(head, node, edits, series, reader)
        tell_off_the_grid(case, node, (each for each in self.asked if each in self.policies.modes), problems)
        values = begun(given, snapshot, reader.needs)
        self._stale(node, case, values)
        if self.whole and len(problems.errors) == before:
            self._tell(values, case, (edits, series, in_turn))
        return case

    def _tell(self, values: Values, case: Case, parts: _Parts) -> None:
        """Tells the story of a case once, as far as nothing goes wrong in it."""
        edits, series, events = parts
        before = len(self.problems.errors)
        mistyped = frozenset(name for name, how in case.lacking.items() if how == "mistyped")
        values = self.reader.try_edits(values, edits, mistyped)
        if len(self.problems.errors) == before:
            self.reader.try_series(values, series, mistyped)
        for event, its in events:
            if len(self.problems.errors) > before:
                return  # what follows rests on what went wrong
            mistyped |= {name for name, how in event.lacking.items() if how == "mistyped"}
            values = self.reader.try_edits(values, its, mistyped)

    def _now(self, node: MapNode, head: CaseHead | None) -> datetime | None:
        """When a case begins; where nobody says so and it matters, that is told."""
        suite = self.head.now if self.head is not None else None
        now = (head.now if head is not None else None) or suite
        if now is not None or child(node, "now") is not None or child(self.own, "now") is not None:
            return now
        why = self.timely or ("it has waivers, which end at some time" if child(node, "waivers") is not None else "")
        begins = child(node, "snapshot") or child(self.own, "snapshot")
        if not why and begins is not None:
            why = "it begins with a snapshot"
        if not why:
            return NO_MATTER
        hint = "say when it begins, in the case or the suite: `now: 2026-03-03T09:00:00Z`"
        self.problems.beside(node, f"this case touches time and has no `now`: {why}", hint, "now")
        return None

    def _snapshot(self, node: MapNode, head: CaseHead, now: datetime) -> Snapshot | None:
        word = head.snapshot or (self.head.snapshot if self.head is not None else None)
        written = child(node, "snapshot") or child(self.own, "snapshot")
        if word is None or written is None or not self.system:
            return None
        try:
            found = self.snapshots(word, self.system, now, node.source.path)
        except GatekeeperError as error:
            self.problems.node(written, f"`snapshot`: {shown(error.message, 300)}", error.hint, "snapshot")
            return None
        if found is None:
            message = f"no snapshot of {self.system} is recorded that is not after {instant_text(now)}"
            self.problems.node(written, message, "name a file, or give the evidence itself", "snapshot")
        return found

    def _subject(self, head: CaseHead, snapshot: Snapshot | None) -> Subject:
        said = head.subject or (self.head.subject if self.head is not None else None)
        if said is None:
            return snapshot.subject if snapshot is not None else Subject()
        return Subject(said.service, said.environment, said.commit)

    def _events(self, node: Node) -> Iterator[_Step]:
        for each in entries_of(node, "events", self.problems, "at", "event"):
            apart = ("set", "add", "remove")
            head = read_shape(EventHead, each, self.problems, without=apart, known=EventDocument)
            edits = self.reader.edits(each)
            for key, _ in pairs_of(child(each, "lacking")):
                self.reader.name(key, key.text)
            if isinstance(each, MapNode) and not set(each.values) & {*apart, "lacking", "title"}:
                hint = "give it a title, or say under `set`, `add`, `remove` or `lacking` what is different from now on"
                self.problems.beside(each, "nothing happens at this event", hint, "empty")
            if head is not None:
                lacking = {name: "" if how == PRESENT else how for name, how in head.lacking.items()}
                yield Event(head.at, head.title or "", tuple(edit for edit, *_ in edits), lacking, each.place), edits

    def _parameters(self, node: Node | None) -> Mapping[str, Mapping[str, str]]:
        """The parameters that a case gives, as the command line would have them."""
        if node is None:
            return {}
        if not isinstance(node, MapNode):
            self.problems.node(node, "`parameters` must be a mapping of policies to their parameters", "", "type")
            return {}
        there = {policy.id: policy for policy in asked_policies(self.policies, self.asked)}
        found: dict[str, dict[str, str]] = {}
        for policy_id, each in node.values.items():
            if policy_id not in there:
                hint = did_you_mean(policy_id, there, "they are")
                message = f"no policy `{shown(policy_id)}` is asked"
                self.problems.node(node.keys[policy_id], message, hint, "unknown-policy")
            elif isinstance(each, MapNode):
                found[policy_id] = dict(self._given_parameters(there[policy_id], each))
            else:
                self.problems.node(each, "parameters are a mapping of names to values", "", "type")
        return found

    def _given_parameters(self, policy: Policy, node: MapNode) -> Iterator[tuple[str, str]]:
        known = {parameter.name: parameter for parameter in policy.params}
        for name, value in node.values.items():
            if name not in known:
                hint = did_you_mean(name, known, "its parameters are")
                message = f"{policy.id} has no parameter `{shown(name)}`"
                self.problems.node(node.keys[name], message, hint, "unknown-parameter")
                continue
            if not override_problem(known[name], value, policy.id, self.problems):
                yield name, _as_given(value)

    def _names(self, node: MapNode, head: CaseHead | None, now: datetime | None) -> None:
        """Tells of evidence and modes that a case names and that there are not."""
        for part in ("lacking", "age"):
            for key, _ in pairs_of(child(node, part)):
                self.reader.name(key, key.text)
        modes = {each: self.policies.modes[each] for each in self.asked if each in self.policies.modes}
        for key, each in pairs_of(child(node, "earlier")):
            if key.text in modes:
                self._earlier(modes[key.text], each, head, now)
            else:
                hint = did_you_mean(key.text, modes, "the modes are") or "it asks no mode"
                message = f"the suite does not ask a mode `{shown(key.text)}`"
                self.problems.node(key, message, hint, "unknown-mode")

    def _earlier(self, mode: Mode, node: Node, head: CaseHead | None, now: datetime | None) -> None:
        state, since = child(node, "state"), child(node, "since")
        words = [each.name for each in mode.states]
        if isinstance(state, ScalarNode) and state.text not in words and not self.problems.spoiled(state):
            hint = did_you_mean(state.text, words, "the states are")
            self.problems.node(state, f"{mode.id} has no state `{shown(state.text)}`", hint, "unknown-name")
        told = head.earlier.get(mode.id) if head is not None else None
        if told is not None and now is not None and told.since > now and since is not None:
            self.problems.node(since, f"this is after the beginning of the case, {instant_text(now)}", "", "order")

    def _length(
        self,
        node: MapNode,
        head: CaseHead,
        *,
        series: list[Series],
        events: tuple[_Step, ...],
        wanted: tuple[Expectation, ...],
    ) -> timedelta:
        """How long looks go on; what a case wants of an instant after that is told."""
        every = head.every or timedelta(0)
        longest = max((len(each.values) for each in series), default=1) - 1
        if longest and head.every is None:
            message = "the samples of a series are of one look each, and this case has no `every`"
            self.problems.beside(
                child(node, "series") or node, message, "write how long it is from look to look", "look"
            )
        ends = [longest * every, *(each.at for each, _ in events), *(each.at for each in wanted)]
        if head.length is None:
            return max(ends)
        for part, offsets in (("events", [each.at for each, _ in events]), ("expect", [each.at for each in wanted])):
            for index, offset in enumerate(offsets):
                if offset > head.length:
                    self._told_at(node, part, index, f"the case is over after {exact_span_text(head.length)}")
        return head.length

    def _told_at(self, node: MapNode, part: str, index: int, message: str) -> None:
        listed = child(node, part)
        each = child(listed, index) if isinstance(listed, ListNode) else listed
        at = child(each, "at") or each
        if at is not None:
            self.problems.node(at, message, "", "look")

    def _looks(self, node: MapNode, case: Case) -> None:
        """Tells of looks that are too many, and of expectations of a time in which nobody looks."""
        count = case.length // case.every if case.every is not None else 0
        if case.length > LONGEST:
            message = f"this case lasts {case.length.days // 365:,} years; it can last {LONGEST.days // 365:,}"
            self.problems.beside(child(node, "every") or node, message, "look more often, or less long", "look")
        if count > MOST_LOOKS:
            message = f"this case has {count:,} looks; there can be {MOST_LOOKS:,}"
            self.problems.beside(
                child(node, "every") or node, message, "look less often, or for a shorter time", "look"
            )
        for index, pause in enumerate(case.pauses):
            if pause.end <= pause.start:
                self._told_at(node, "pauses", index, "this pause ends before it begins")
        for index, each in enumerate(case.expectations):
            if any(pause.start < each.at < pause.end for pause in case.pauses):
                self._told_at(node, "expect", index, "nobody looks then: this lies within a pause")

    def _stale(self, node: MapNode, case: Case, values: Values) -> None:
        """Tells of evidence that cannot be stale: of any age, or not there at all."""
        for part in (node, *items_of(child(node, "events"))):
            for key, how in pairs_of(child(part, "lacking")):
                name = key.text
                if not isinstance(how, ScalarNode) or how.text != "stale" or name not in self.reader.needs:
                    continue
                if all(entry.max_age is None for entry in self.reader.needs[name]):
                    message = f"`{name}` is never stale: the policies take it at any age"
                    self.problems.node(how, message, "its `max_age` is none", "stale")
                elif name not in values:
                    message = f"there is no evidence `{name}` in this case that could be stale"
                    self.problems.node(how, message, "give it under `evidence`, or say `missing`", "stale")


def _says_when(node: Node | None) -> bool:
    """Whether any expectation says at which look."""
    return any(child(each, "at") is not None for each in items_of(node))


def _as_given(node: Node) -> str:
    """A parameter's value as the command line would have it."""
    if isinstance(node, ListNode):
        return ",".join(_as_given(each) for each in node.items)
    if not isinstance(node, ScalarNode):
        return ""
    value: Any = node.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)):f}"
    return node.text
