"""A suite: tests of policies, each a story of evidence and what the policies have to say of it.

Only values stand here: how a story becomes snapshots, how it is played and how it is compared is for ``suites``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gatekeeper.model.mutation import Equivalent
from gatekeeper.model.place import Place
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import Waiver

LACKING = ("missing", "failed", "truncated", "mistyped", "stale")
"""How a case can say that evidence is not there or cannot be used."""

NO_REVIEW = "none"
"""How a case says that a decision tells of no review, since it is GO."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the evidence.

    Attributes:
        path: the evidence's name, and the way from there: ``canary.runs[run_number=240].conclusion``.
        action: ``set``, ``add`` (entries to the end of a list) or ``remove``.
        value: what is set or added; None for ``remove``.
    """

    path: str
    action: str
    value: Json
    place: Place


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one figure, look by look.

    Attributes:
        path: as for an edit.
        values: one for each tick of ``every`` from the first look on, of which the last one stays; None stands for a
            look at which that evidence was not collected.
            Each value is wrapped in a tuple, so that a sample of ``null`` is not taken for none.
    """

    path: str
    values: tuple[tuple[Json] | None, ...]
    place: Place

    def edit(self, sample: Json) -> Edit:
        """What a sample of it changes."""
        return Edit(self.path, "set", sample, self.place)


@dataclass(frozen=True, slots=True)
class History:
    """The runs of a workflow as a schedule brings them; a look sees those that were created up to then.

    Attributes:
        name: the evidence's name.
        workflow: the workflow's file.
        first: when the first run is created.
        every: the time from one run to the next.
        conclusions: one for each tick of the schedule; None for a tick at which no run was created. ``pending`` has not
            ended.
        fields: what each run says beside that, such as ``head_branch``.
    """

    name: str
    workflow: str
    first: datetime
    every: timedelta
    conclusions: tuple[str | None, ...]
    fields: Mapping[str, Json]
    place: Place


@dataclass(frozen=True, slots=True)
class Given:
    """One item of evidence as a suite writes it.

    Attributes:
        value: the content in the shape of its kind; a ``History`` unfolds with the looks.
    """

    name: str
    value: Json | History
    place: Place


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens in a story: from this look on the evidence is another.

    Attributes:
        at: how long after the beginning.
        title: what happened, for people; it may be empty.
        edits: what changes. Edits of later events come on top.
        lacking: evidence name → how it lacks from now on; ``""`` for evidence that is there again.
    """

    at: timedelta
    title: str
    edits: tuple[Edit, ...]
    lacking: Mapping[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which nobody looks; both ends are left out of the looks."""

    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a case expects.

    Instants are RFC 3339 texts in UTC, as ``instant_text`` writes them, also where the suite writes an offset from the
    beginning of the case. Lists are to be met exactly.

    Attributes:
        aspect: what of the policy, one of the words below.
        name: which finding (``rule`` or ``rule[key]``), trigger, duty or condition; empty for one of the whole policy.
        value: what is expected; its shape depends on the aspect.

    Of a gate:
        ``verdict``: ``GO``, ``NO-GO`` or ``INCONCLUSIVE``. ``finding`` (named): a word of ``Outcome``; the name of an
        ``each`` rule without a key means all its rows. ``finding_says`` (named): a part of the message. ``stops``: the
        findings that stop the gate, by name. ``waived``: the findings whose waiver is accepted, by name. ``waiver``
        (named): a word of ``WaiverUse``. ``waiver_says`` (named): a part of why. ``earliest_go``: an instant, or None.
        ``review``: a word of ``ReviewState``, or ``NO_REVIEW``. ``review_at``: as the decision writes it.
        ``review_says``: a part of what is told.

    Of a gate or a ladder:
        ``duty`` (named): a word of ``DutyState``. ``duty_due`` (named): an instant, or None. ``duty_recommended``
        (named): true or false. ``duty_says`` (named): a part of what is told.

    Of a ladder:
        ``level``: its word, or None. ``unknown_levels``: words. ``trigger`` (named): a word of ``Reach``.
        ``trigger_says`` (named): a part of the message. ``remedies`` (named by the trigger): levers, or actions of
        remedies without one, that are advised, in order. ``pages``: who, in order. ``page`` (named by who, or by
        ``level/who``): who is paged so. ``page_respond_by`` (named likewise): an instant, or None. ``not_paged``: who
        belongs to what is reached and is not paged, in order. ``unpaged`` (named as a page): who is not paged so.
        ``unpaged_says`` (named likewise): a part of why. ``unpaged_not_before`` (named likewise): an instant, or None.

    Of a mode:
        ``state``: its name, or ``unknown``. ``since``: an instant. ``because``: ids of the conditions of the
        transition at this look. ``condition`` (named): a word of ``Outcome``. ``condition_says`` (named): a part of
        what bars it, broke it or lacks. ``condition_met`` (named): true or false. ``actions``: texts, in order.
        ``levers``: ids. ``effects``: categories. ``effect`` (named by the category): a part of its text. ``notice``: a
        part of what customers see, or None for nothing. ``advice``: ids of advice that holds. ``advice_lever``
        (named): the lever of advice that holds, or None. ``advice_unknown``: ids. ``observed_state``: a name, or None.
        ``transitions``: pairs of instant and state, over the case up to this look.
    """

    aspect: str
    name: str
    value: Json
    place: Place


@dataclass(frozen=True, slots=True)
class Expectation:
    """What one policy has to say at one look.

    Attributes:
        at: how long after the beginning.
        policy: its id.
        title: why, for people; it may be empty.
    """

    at: timedelta
    policy: str
    title: str
    wanted: tuple[Wanted, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Attributes:
        now: the instant at which it begins; the clock stands still there, and moves only with the looks.
        every: the time between two looks; None where there is only the one at the beginning, and those that events and
            expectations ask for.
        length: how long looks go on; the longest of series, events and expectations where it is not said.
        snapshot: what the evidence begins with, or None.
        given: items by name, on top of the snapshot.
        edits: changes before the first look, in this order.
        series: figures that change from look to look.
        events: by instant.
        lacking: evidence name → one of ``LACKING``, from the beginning.
        age: evidence name → how old its collection is at each look.
        earlier: mode id → state and since when, where a mode does not begin anew.
        parameters: policy id → parameter → value as text.
        waivers: those that there are beside the project's own.
    """

    id: str
    title: str
    now: datetime
    every: timedelta | None
    length: timedelta
    subject: Subject
    snapshot: Snapshot | None
    given: tuple[Given, ...]
    edits: tuple[Edit, ...]
    series: tuple[Series, ...]
    events: tuple[Event, ...]
    pauses: tuple[Pause, ...]
    lacking: Mapping[str, str]
    age: Mapping[str, timedelta]
    earlier: Mapping[str, tuple[str, datetime]]
    parameters: Mapping[str, Mapping[str, str]]
    expectations: tuple[Expectation, ...]
    place: Place
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one file.

    Attributes:
        file: as it is shown to people: relative to the root.
        system: the folder that it stands in.
        policies: ids of the policies that its cases ask, in the order of the file.
        rests_on: paths of the suite's file and of the snapshots that it names.
        equivalent: mutants of these policies that cannot matter, as the author says.
    """

    file: str
    title: str
    system: str
    policies: tuple[str, ...]
    cases: tuple[Case, ...]
    place: Place
    description: str = field(default="")
    rests_on: tuple[str, ...] = ()
    equivalent: tuple[Equivalent, ...] = ()
