"""A case as a story: at which instants somebody looks, and what the evidence is then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from gatekeeper.errors import InvalidInput
from gatekeeper.model.asked import Needs, asked_policies, kind_of, needs_of
from gatekeeper.model.evidence_path import PathRefused
from gatekeeper.model.policy import EvidenceEntry, PolicySet
from gatekeeper.model.run_history import cut_at
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence, Failure, Snapshot, Subject
from gatekeeper.model.story import Values, begun, comes_last, edited, path_of
from gatekeeper.model.suite import Case, Edit, History, Series, Suite
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
        values: the whole content with which the case begins.
        last: those of its edits that are made after all others.
    """

    case: Case
    suite: Suite
    needs: Needs
    values: Values
    last: tuple[Edit, ...]
    computed: Mapping[str, str]

    @classmethod
    def of(cls, case: Case, policies: PolicySet, suite: Suite) -> _Story:
        """The story of a case."""
        needs = needs_of(asked_policies(policies, suite.policies))
        last = tuple(edit for edit in case.edits if comes_last(edit, needs))
        values = begun(case.given, case.snapshot, needs)
        for edit in case.edits:
            values = values if edit in last else edited(values, edit, needs)
        return cls(case, suite, needs, values, last, computed_states(case, policies, suite))

    def look(self, offset: timedelta, titles: tuple[str, ...]) -> Look:
        """The evidence so long after the beginning."""
        at = self.case.now + offset
        lacking = self._lacking(offset)
        values, absent = self._values(offset, lacking)
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

    def _values(self, offset: timedelta, lacking: Mapping[str, str]) -> tuple[Values, frozenset[str]]:
        """The whole content at a look, and the names of what was not collected then."""
        samples = [(each, _sample(each, offset, self.case.every)) for each in self.case.series]
        absent = frozenset(path_of(each.path).name for each, sample in samples if sample is None)
        changes = [
            *(("case", edit) for edit in self.last),
            *(("series", each.edit(sample[0])) for each, sample in samples if sample is not None),
            *(("event", edit) for event in self.case.events if event.at <= offset for edit in event.edits),
        ]
        values = self._after(self.values, [each for each in changes if not comes_last(each[1], self.needs)])
        values = {**values, **dict(self._cut(values, self.case.now + offset, lacking))}
        return self._after(values, [each for each in changes if comes_last(each[1], self.needs)]), absent

    def _after(self, values: Values, changes: Iterable[tuple[str, Edit]]) -> Values:
        """The evidence after edits, each with whose it is; what one is about may have been taken away before."""
        for whose, edit in changes:
            try:
                values = edited(values, edit, self.needs)
            except PathRefused as refused:
                message = f"{edit.place}: the {whose} cannot change {shown(edit.path, 100)}: {refused.message}"
                hint = "a series or an earlier event has changed what this is about"
                raise InvalidInput(message, hint) from None
        return values

    def _cut(self, values: Values, at: datetime, lacking: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
        """What of the histories there is to see at a look: the runs up to their collection."""
        for each in self.case.given:
            if isinstance(each.value, History) and each.name in values:
                yield each.name, cut_at(values[each.name], self._collected(each.name, lacking.get(each.name, ""), at))

    def _lacking(self, offset: timedelta) -> Mapping[str, str]:
        """Evidence name → how it lacks at a look; empty where it is there again."""
        found = dict(self.case.lacking)
        for event in self.case.events:
            found.update(event.lacking if event.at <= offset else {})
        return found

    def _recorded(self, name: str) -> Evidence | None:
        """What the case takes from its snapshot; None of what it gives itself."""
        if self.case.snapshot is None or any(each.name == name for each in self.case.given):
            return None
        return self.case.snapshot.items.get(name)

    def _collected(self, name: str, how: str, at: datetime) -> datetime:
        """When what is seen at a look was collected."""
        if how == "stale":
            return at - _longest_age(self.needs[name]) - _JUST_TOO_OLD
        if name in self.case.age:
            return at - self.case.age[name]
        recorded = self._recorded(name)
        return at if recorded is None else recorded.collected_at

    def _item(self, name: str, value: Json, how: str, at: datetime) -> Evidence:
        recorded, collected = self._recorded(name), self._collected(name, how, at)
        failure = Failure(how, _FAILURES[how]) if how in _FAILURES else None
        value = None if how in ("failed", "mistyped") else value
        if recorded is not None:
            failure = failure or recorded.failure
            digest = recorded.digest if value is recorded.value else _UNREAD
            return replace(recorded, collected_at=collected, value=value, failure=failure, digest=digest)
        kind = kind_of(self.needs, name)
        return _item(name, kind, value, collected, f"{self.suite.file}, case {self.case.id}", failure)


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
