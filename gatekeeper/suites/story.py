"""A case as a story: at which instants somebody looks, and what the evidence is then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from gatekeeper.errors import InvalidInput
from gatekeeper.model.asked import asked_policies, needs_of
from gatekeeper.model.evidence_path import PathRefused
from gatekeeper.model.policy import EvidenceEntry, PolicySet
from gatekeeper.model.run_history import cut_at
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence, Failure, Snapshot, Subject
from gatekeeper.model.story import Values, edited, given_value, path_of, sampled
from gatekeeper.model.suite import Case, Edit, Event, History, Series, Suite
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.snapshot import KeptValues

_START = timedelta(0)
_KEPT = KeptValues()
"""A pure memo: looks one after the other, and cases on one snapshot, share most of their evidence."""

_UNREAD = ""
"""The digest of what is not read back from its canonical form yet: the snapshot gives it its own."""
_JUST_TOO_OLD = timedelta(seconds=1)
_FAILURES = {
    "failed": "the case says that the collection failed",
    "mistyped": "the case says that this is of another shape",
    "truncated": "the case says that a part is missing",
}


@dataclass(frozen=True)
class Look:
    """One look at the evidence of a case.

    Attributes:
        offset: how long after the beginning of the case.
        items: the evidence that there is, by name.
        titles: of the events since the look before, the earliest first; none of them is empty.
        computed: evidence name → id of the asked mode whose state, as it is played, is this evidence.
        ages: evidence name → how old its collection is; what a mode is played to be has that age too.
        recorded: the snapshot that the case begins with, or None.
        unread: what of that no asked policy needs, by name; it is not among the items.
    """

    at: datetime
    offset: timedelta
    system: str
    subject: Subject
    items: Mapping[str, Evidence]
    titles: tuple[str, ...] = ()
    computed: Mapping[str, str] = field(default_factory=dict)
    ages: Mapping[str, timedelta] = field(default_factory=dict)
    recorded: Snapshot | None = None
    unread: Mapping[str, Evidence] = field(default_factory=dict)

    @cached_property
    def snapshot(self) -> Snapshot | None:
        """The evidence as a decision reads it, back from its canonical form; None where there is none at all."""
        whole = {**self.unread, **self.items}
        if self.recorded is not None and (self.recorded.items, self.recorded.subject) == (whole, self.subject):
            return self.recorded
        return _KEPT.build(self.system, self.subject, self.items.values()) if self.items else None

    def with_item(self, evidence: Evidence) -> Look:
        """The same look with one more piece of evidence, or with another one of its name."""
        return replace(self, items={**self.items, evidence.name: evidence})

    def with_state(self, name: str, state: str, since: datetime) -> Look:
        """The same look with evidence of kind ``mode_state``: what a mode was just seen to be."""
        mode = self.computed[name]
        value: Json = {"mode": mode, "state": state, "since": instant_text(since)}
        collected = self.at - self.ages.get(name, _START)
        return self.with_item(_item(name, "mode_state", value, collected, f"the mode {mode} as it is played"))


def looks(case: Case, policies: PolicySet, suite: Suite) -> Iterator[Look]:
    """Every look of a case, the earliest first.

    There is one at the beginning, one each ``every`` up to the length, and one at each event and each expectation; none
    within a pause.
    """
    story = _Story.of(case, policies, suite)
    told = timedelta(days=-1)
    for offset in offsets_of(case):
        yield story.look(offset, tuple(e.title for e in case.events if told < e.at <= offset and e.title))
        told = offset


def offsets_of(case: Case) -> tuple[timedelta, ...]:
    """How long after the beginning somebody looks, the earliest first."""
    found = {_START, *(each.at for each in case.events), *(each.at for each in case.expectations)}
    if case.every is not None:
        found |= {tick * case.every for tick in range(case.length // case.every + 1)}
    return tuple(sorted(each for each in found if not any(pause.start < each < pause.end for pause in case.pauses)))


@dataclass(frozen=True, slots=True)
class _Story:
    """What stays the same from look to look.

    Attributes:
        needs: evidence name → what each asked policy needs of it.
        values: the whole content with which the case begins, of what an asked policy needs.
    """

    case: Case
    suite: Suite
    needs: Mapping[str, tuple[EvidenceEntry, ...]]
    values: Values
    events: tuple[Event, ...]
    computed: Mapping[str, str]

    @classmethod
    def of(cls, case: Case, policies: PolicySet, suite: Suite) -> _Story:
        """The story of a case."""
        needs = needs_of(asked_policies(policies, suite.policies))
        recorded = case.snapshot.items if case.snapshot else {}
        values: Values = {name: each.value for name, each in recorded.items() if name in needs}
        given = {each.name: given_value(each, _kind(each.name, needs, case.snapshot)) for each in case.given}
        values = {**values, **given}
        for edit in case.edits:
            values = edited(values, edit, _kind(path_of(edit.path).name, needs, case.snapshot))
        computed = computed_states(case, policies, suite)
        return cls(case, suite, needs, values, tuple(sorted(case.events, key=lambda each: each.at)), computed)

    def look(self, offset: timedelta, titles: tuple[str, ...]) -> Look:
        """The evidence so long after the beginning."""
        at = self.case.now + offset
        values, absent = self._values(offset)
        lacking = self._lacking(offset)
        items: dict[str, Evidence] = {}
        for name in sorted({*values, *(name for name, how in lacking.items() if how in _FAILURES)}):
            how = lacking.get(name, "")
            if how != "missing" and name not in absent:
                items[name] = self._item(name, values.get(name), how, at)
        computed = {name: mode for name, mode in self.computed.items() if not lacking.get(name)}
        recorded = self.case.snapshot
        unread = {name: each for name, each in recorded.items.items() if name not in self.needs} if recorded else {}
        return Look(
            at=at,
            offset=offset,
            system=self.suite.system,
            subject=self.case.subject,
            items=items,
            titles=titles,
            computed=computed,
            ages=self.case.age,
            recorded=recorded,
            unread=unread,
        )

    def _values(self, offset: timedelta) -> tuple[Values, frozenset[str]]:
        """The whole content at a look, and the names of what was not collected then."""
        values, absent = self.values, set()
        for series in self.case.series:
            path = path_of(series.path)
            sample = _sample(series, offset, self.case.every)
            if sample is None:
                absent.add(path.name)
            else:
                values = sampled(values, path, sample[0])
        for event in self.events:
            for edit in event.edits if event.at <= offset else ():
                values = self._after(values, edit)
        return values, frozenset(absent)

    def _after(self, values: Values, edit: Edit) -> Values:
        """The evidence after an event's edit; a series may have taken away the row that it is about."""
        try:
            return edited(values, edit, _kind(path_of(edit.path).name, self.needs, self.case.snapshot))
        except PathRefused as refused:
            message = f"{edit.place}: the event cannot change {shown(edit.path, 100)}: {refused.message}"
            hint = "a series or an earlier event has changed what this is about"
            raise InvalidInput(message, hint) from None

    def _lacking(self, offset: timedelta) -> Mapping[str, str]:
        """Evidence name → how it lacks at a look; empty where it is there again."""
        found = dict(self.case.lacking)
        for event in self.events:
            found.update(event.lacking if event.at <= offset else {})
        return found

    def _item(self, name: str, value: Json, how: str, at: datetime) -> Evidence:
        recorded = self.case.snapshot.items.get(name) if self.case.snapshot is not None else None
        given = next((each for each in self.case.given if each.name == name), None)
        collected = at - self.case.age[name] if name in self.case.age else at
        if recorded is not None and given is None and name not in self.case.age:
            collected = recorded.collected_at
        if how == "stale":
            collected = at - _longest_age(self.needs[name]) - _JUST_TOO_OLD
        if given is not None and isinstance(given.value, History):
            value = self._cut(name, value, collected, at)
        failure = Failure(how, _FAILURES[how]) if how in _FAILURES else None
        value = None if how in ("failed", "mistyped") else value
        if recorded is not None and given is None:
            failure = failure or recorded.failure
            digest = recorded.digest if value is recorded.value else _UNREAD
            return replace(recorded, collected_at=collected, value=value, failure=failure, digest=digest)
        kind = _kind(name, self.needs, self.case.snapshot)
        return _item(name, kind, value, collected, f"{self.suite.file}, case {self.case.id}", failure)

    def _cut(self, name: str, value: Json, collected: datetime, at: datetime) -> Json:
        """A history up to its collection; a count or a last run that an edit set stays as it was set."""
        edits = (*self.case.edits, *(e for event in self.events if self.case.now + event.at <= at for e in event.edits))
        ways = [path_of(each.path) for each in edits]
        said = {way.steps[0].to for way in ways if way.name == name and way.steps} & {"latest", "total_count"}
        cut = cut_at(value, collected)
        if not isinstance(cut, dict) or not isinstance(value, dict):
            return cut
        return {**cut, **{field: each for field, each in value.items() if field in said}}


def computed_states(case: Case, policies: PolicySet, suite: Suite) -> Mapping[str, str]:
    """Evidence name → id of the asked mode that it is the state of, where the case does not say that state itself.

    A case says it where it gives the evidence, or changes it by an edit, a series or an event at whatever time.
    """
    edits = (*case.edits, *(each for event in case.events for each in event.edits))
    changed = (*(each.path for each in edits), *(each.path for each in case.series))
    given = {*(each.name for each in case.given), *(path_of(each).name for each in changed)}
    return {
        name: entry.of
        for name, entries in needs_of(asked_policies(policies, suite.policies)).items()
        for entry in entries
        if entry.of in suite.policies and entry.of in policies.modes and name not in given
    }


def _sample(series: Series, offset: timedelta, every: timedelta | None) -> tuple[Json] | None:
    """The sample at a look: that of the last tick up to it, and after the last one that one."""
    tick = offset // every if every is not None else 0
    return series.values[min(tick, len(series.values) - 1)]


def _longest_age(entries: tuple[EvidenceEntry, ...]) -> timedelta:
    """The longest age at which one of the policies still takes the evidence; the loader has seen that there is one."""
    return max(entry.max_age for entry in entries if entry.max_age is not None)


def _kind(name: str, needs: Mapping[str, tuple[EvidenceEntry, ...]], recorded: Snapshot | None) -> str:
    if name in needs:
        return needs[name][0].kind
    return recorded.items[name].kind if recorded is not None and name in recorded.items else "json"


def _item(
    name: str, kind: str, value: Json, collected_at: datetime, source: str, failure: Failure | None = None
) -> Evidence:
    return Evidence(
        name=name,
        kind=kind,
        source=source,
        collector=kind,
        observed_at=None,
        collected_at=collected_at,
        value=value,
        failure=failure,
        subject=None,
        digest=_UNREAD,
    )
