"""Suites as they are written: which keys there are, and what each may hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from gatekeeper.load.document import VERDICTS, ApiVersion, Closed, SubjectDocument, WaiverDocument
from gatekeeper.load.suite.mutants import EquivalentDocument
from gatekeeper.load.suite.time import Beginning
from gatekeeper.load.terms import SPAN_PATTERN, Id, Instant, Name, Span, State, Text, as_instant, one_of, word_or, wrong
from gatekeeper.model.finding import Outcome
from gatekeeper.model.standing import DutyState, Reach
from gatekeeper.model.suite import LACKING
from gatekeeper.model.times import parse_span
from gatekeeper.model.waiver import WaiverUse

PRESENT = "none"
"""How an event says that evidence is there again."""
RECORDED = "recorded"
"""How a suite says that it begins with the newest recorded snapshot."""


def _offset(value: object) -> object:
    if not isinstance(value, str):
        raise wrong("is no span of time from the beginning", "write it like 0m, 90s, 15m or 1h30m")
    try:
        return parse_span(value.strip())
    except ValueError as error:
        raise wrong(f"is wrong: {error}") from None


def _moment(value: object) -> object:
    if isinstance(value, str) and "T" in value.upper() and "-" in value:
        try:
            return as_instant(value)
        except ValueError as error:
            raise wrong(f"is wrong: {error}") from None
    return _offset(value)


def _pairs_or_names(value: object) -> str:
    return "pairs" if isinstance(value, dict) else "names"


_OFFSET_SCHEMA: dict[str, Any] = {"type": "string", "pattern": SPAN_PATTERN, "examples": ["0m", "10m"]}
_INSTANT_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2026-03-01T12:00:00Z"]}
_SAMPLES_SCHEMA: dict[str, Any] = {
    "type": ["string", "number", "boolean", "null"],
    "examples": ["0.06x9 0.001x12", "0+1x10", "success _x2 failure"],
}

Offset = Annotated[timedelta, BeforeValidator(_offset), WithJsonSchema(_OFFSET_SCHEMA)]
"""How long after the beginning of the case."""
Moment = Annotated[
    timedelta | datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"anyOf": [_OFFSET_SCHEMA, _INSTANT_SCHEMA]}),
]
"""An instant, as an offset from the beginning of the case or by itself."""
NullMoment = Annotated[
    Moment | None,
    WithJsonSchema({"anyOf": [_OFFSET_SCHEMA, _INSTANT_SCHEMA, {"type": "null"}]}),
]
Samples = Annotated[Any, WithJsonSchema(_SAMPLES_SCHEMA)]
NullInstant = Annotated[
    Instant | None,
    WithJsonSchema({"anyOf": [_INSTANT_SCHEMA, {"type": "null"}]}),
]
NullText = Annotated[Text | None, WithJsonSchema({"type": ["string", "null"]})]
OutcomeWord = one_of(*Outcome)
ReachWord = one_of(*Reach)
DutyWord = one_of(*DutyState)
UseWord = one_of(*WaiverUse)
Lacking = one_of(*LACKING)
LackingAgain = one_of(*LACKING, PRESENT)


class HistoryDocument(Closed):
    """Runs of a workflow as a schedule brings them; a look sees those that were created up to its collection."""

    noun = "this history"
    workflow: Text = Field(description="The workflow's file.")
    first: Beginning = Field(description="When the first run is created; its number is 1.")
    every: Span = Field(description="The time from one run to the next.")
    conclusions: Text = Field(
        description=(
            "How the runs end, in the notation of series: `successx3` is four of them. `pending` has not ended; `_` is"
            " a tick without a run, which leaves no hole in the numbers."
        ),
        examples=["successx335 failure _x3 success pending"],
    )
    fields: dict[str, Any] = Field(
        default_factory=dict, description="What each run says beside that.", examples=[{"head_branch": "main"}]
    )


class HistoryHolder(Closed):
    """Evidence of kind workflow_runs, by a schedule."""

    noun = "this evidence"
    history: HistoryDocument = Field(description="The runs as a schedule brings them.")


Given = Annotated[
    dict[Name, HistoryHolder | dict[str, Any]],
    Field(
        default_factory=dict,
        description=(
            "Evidence by name, each in the shape of its kind. Of workflow_runs, `total_count`, `latest` and what"
            " follows from the rest of a run can be left out, or `history:` says it all. It is collected at each look."
        ),
    ),
]
Sets = Annotated[
    dict[Text, Any],
    Field(
        default_factory=dict,
        description=(
            "Way into the evidence: the value that stands there, such as `metrics.error_rate: 0.06` or"
            ' `"canary.runs[run_number=240].conclusion": failure`.'
        ),
    ),
]
Adds = Annotated[
    dict[Text, list[Any]],
    Field(default_factory=dict, description="Way to a list in the evidence: entries at its end."),
]
Removes = Annotated[
    list[Text], Field(default_factory=list, description="Ways into the evidence: what is taken out of it.")
]


class PauseDocument(Closed):
    """A time in which nobody looks."""

    noun = "this pause"
    start: Offset = Field(alias="from", description="The last look before it, from the beginning of the case.")
    end: Offset = Field(alias="to", description="The first look after it, from the beginning of the case.")


class EarlierDocument(Closed):
    """Where a mode is when the case begins."""

    noun = "this earlier state"
    state: State = Field(description="Its state.")
    since: Instant = Field(description="When it was entered.")


class EventHead(Closed):
    """What an event says beside its edits."""

    noun = "this event"
    at: Offset = Field(description="When, from the beginning of the case.")
    title: Text | None = Field(None, description="What happens.")
    lacking: dict[Name, LackingAgain] = Field(  # type: ignore[valid-type]  # a type made from the words
        default_factory=dict, description="Evidence name: how it lacks from now on; `none` for one that is there again."
    )


class EventDocument(EventHead):
    """Something that happens: from this look on the evidence is another."""

    sets: Sets = Field(alias="set")
    add: Adds
    remove: Removes


class FindingWanted(Closed):
    """What is expected of a finding."""

    noun = "this"
    outcome: OutcomeWord | None = Field(None, description="What it came to.")  # type: ignore[valid-type]
    says: Text | None = Field(None, description="A part of its message.")


class WaiverWanted(Closed):
    """What is expected of a waiver."""

    noun = "this"
    use: UseWord | None = Field(None, description="What became of it.")  # type: ignore[valid-type]
    says: Text | None = Field(None, description="A part of why.")


class ConditionWanted(FindingWanted):
    """What is expected of a condition."""

    says: Text | None = Field(None, description="A part of what bars it, broke it or lacks.")
    met: bool | None = Field(None, description="Whether it has held long enough.")


class TriggerWanted(Closed):
    """What is expected of a trigger."""

    noun = "this"
    state: ReachWord | None = Field(None, description="Whether it is reached.")  # type: ignore[valid-type]
    says: Text | None = Field(None, description="A part of its message.")


class DutyWanted(Closed):
    """What is expected of a duty."""

    noun = "this"
    state: DutyWord | None = Field(None, description="How it stands.")  # type: ignore[valid-type]
    due: NullInstant = Field(None, description="By when it is owed; `null` where that is not set.")
    recommended: bool | None = Field(None, description="Whether it is only advised, and never owed.")
    says: Text | None = Field(None, description="A part of what is told of it.")


class PageWanted(Closed):
    """What is expected of a page."""

    noun = "this page"
    who: Text = Field(description="Who is paged.")
    level: Text | None = Field(None, description="The level that pages them.")
    respond_by: NullMoment = Field(
        None, description="By when somebody takes it up: an offset, an instant, or `null` where that is not set."
    )


class NotPagedWanted(Closed):
    """What is expected of somebody who is not paged."""

    noun = "this"
    who: Text = Field(description="Who is not paged.")
    level: Text | None = Field(None, description="The level to which they belong.")
    says: Text | None = Field(None, description="A part of why not.")
    not_before: NullMoment = Field(
        None, description="From when on they are: an offset, an instant, or `null` where time does not change it."
    )


AdviceWanted = Annotated[
    Annotated[list[Text], Tag("names")] | Annotated[dict[Text, NullText], Tag("pairs")],
    Discriminator(_pairs_or_names),
]


class ExpectationDocument(Closed):
    """What one policy has to say at one look."""

    noun = "this expectation"
    at: Offset | None = Field(None, description="At which look, from the beginning of the case.")
    policy: Id | None = Field(None, description="Which policy; needed where the suite asks several.")
    title: Text | None = Field(None, description="Why.")
    verdict: one_of(*VERDICTS) | None = Field(None, description="Of a gate.")  # type: ignore[valid-type]
    findings: dict[Text, word_or(OutcomeWord, FindingWanted)] | None = Field(  # type: ignore[valid-type]
        None,
        min_length=1,
        description="Of a gate: rule, or rule[key] of an each: what it came to. Without a key, all rows.",
    )
    stops: list[Text] | None = Field(
        None, description="Of a gate: exactly the findings, as rule or rule[key], that keep it from GO."
    )
    waived: list[Text] | None = Field(None, description="Of a gate: exactly the findings whose waiver is accepted.")
    waivers: dict[Text, word_or(UseWord, WaiverWanted)] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, description="Of a gate: id of a waiver: what became of it."
    )
    earliest_go: NullInstant = Field(None, description="Of a gate: when it can be GO at the earliest, or null.")
    level: NullText = Field(None, description="Of a ladder: the level that is reached, or null for none.")
    unknown_levels: list[Text] | None = Field(
        None, description="Of a ladder: exactly the levels of which it is not known whether they are reached."
    )
    triggers: dict[Text, word_or(ReachWord, TriggerWanted)] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, description="Of a ladder: trigger: whether it is reached."
    )
    remedies: dict[Text, list[Text]] | None = Field(
        None, min_length=1, description="Of a ladder: trigger: exactly the levers, or actions without one, in order."
    )
    pages: list[word_or(Text, PageWanted)] | None = Field(  # type: ignore[valid-type]
        None, description="Of a ladder: exactly who is paged, in order; or mappings that say by when they respond."
    )
    not_paged: list[word_or(Text, NotPagedWanted)] | None = Field(  # type: ignore[valid-type]
        None,
        description="Of a ladder: exactly who of a level reached is not paged, in order; or mappings that say why.",
    )
    duties: dict[Text, word_or(DutyWord, DutyWanted)] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, description="Of a ladder: duty, or <level>/respond: how it stands."
    )
    state: Text | None = Field(None, description="Of a mode: its state, or `unknown`.")
    since: Moment | None = Field(None, description="Of a mode: when that was entered: an offset or an instant.")
    because: list[Text] | None = Field(
        None, description="Of a mode: exactly the conditions that bring the transition at this look."
    )
    conditions: dict[Text, word_or(OutcomeWord, ConditionWanted)] | None = Field(  # type: ignore[valid-type]
        None, min_length=1, description="Of a mode: condition, as <state>/<id> or <state>/exit: how it stands."
    )
    actions: list[Text] | None = Field(None, description="Of a mode: exactly what to do in the state, in order.")
    levers: list[Text] | None = Field(None, description="Of a mode: exactly the levers that belong to the state.")
    effects: dict[Text, Text] | None = Field(
        None, description="Of a mode: exactly the categories that the state has effects for: a part of each effect."
    )
    notice: NullText = Field(None, description="Of a mode: a part of what customers see, or null for nothing.")
    advice: AdviceWanted | None = Field(
        None,
        description=(
            "Of a mode: exactly the recommendations that hold; or each with its lever, or null for one without any."
        ),
    )
    advice_unknown: list[Text] | None = Field(
        None, description="Of a mode: exactly the recommendations of which it cannot be told."
    )
    observed_state: NullText = Field(None, description="Of a mode: the state that somebody sees, or null.")
    transitions: dict[Offset, Text] | None = Field(
        None, description="Of a mode: offset: state; exactly the changes from the beginning up to this look."
    )


class CaseHead(Closed):
    """What a case says beside its evidence and what it expects."""

    noun = "this case"
    id: Id = Field(description="Unique in the file.")
    title: Text = Field(description="What it shows.")
    description: Text | None = Field(None, description="What there is to know beside.")
    now: Beginning | None = Field(None, description="When it begins; the suite's where it is not said.")
    subject: SubjectDocument | None = Field(None, description="What is judged; the suite's where it is not said.")
    snapshot: Text | None = Field(
        None,
        description=(
            "What it begins with: `recorded` for the newest recorded snapshot that is not after `now`, or a file."
        ),
    )
    every: Span | None = Field(None, description="The time from one look to the next.")
    length: Offset | None = Field(
        None,
        alias="for",
        description="How long there are looks; as long as series, events and expectations go otherwise.",
    )
    parameters: dict[Id, dict[Name, Any]] = Field(
        default_factory=dict, description="Policy: parameter: value, as on the command line."
    )
    earlier: dict[Id, EarlierDocument] = Field(
        default_factory=dict, description="Mode: where it is when the case begins; in its initial state if not said."
    )
    lacking: dict[Name, Lacking] = Field(  # type: ignore[valid-type]
        default_factory=dict, description="Evidence name: how it lacks."
    )
    age: dict[Name, Offset] = Field(
        default_factory=dict,
        description="Evidence name: how long ago it was collected, at each look; `0s` is at the look itself.",
    )
    pauses: list[PauseDocument] = Field(default_factory=list, description="Times in which nobody looks.")


class CaseDocument(CaseHead):
    """One test: a story of evidence, and what the policies have to say of it."""

    evidence: Given
    sets: Sets = Field(alias="set")
    add: Adds
    remove: Removes
    series: dict[Text, Samples] = Field(
        default_factory=dict,
        description=(
            "Way into the evidence: its values, look by look. `ax3` is a and three more of it, `a+bx3` three steps up,"
            " `_` a look at which that evidence was not collected, `_x3` three of them. The last one stays."
        ),
    )
    events: list[EventDocument] = Field(default_factory=list, description="What happens on the way.")
    waivers: list[WaiverDocument] = Field(
        default_factory=list, description="Waivers that there are beside those of the project, as in a file of them."
    )
    expect: ExpectationDocument | Annotated[list[ExpectationDocument], Field(min_length=1)] = Field(
        description="What the policies have to say: one expectation, or a list of them."
    )


class SuiteHead(Closed):
    """What a suite says beside its evidence and its cases."""

    noun = "this suite"
    api_version: ApiVersion = Field(alias="apiVersion", description="The version of the policy language.")
    kind: one_of("Suite") = Field(description="What kind of document this is.")  # type: ignore[valid-type]
    title: Text = Field(description="What its cases show.")
    description: Text | None = Field(None, description="What there is to know beside.")
    policies: list[Id] = Field(min_length=1, description="The gates, ladders and modes that the cases ask.")
    now: Beginning | None = Field(
        None, description="When each case begins; it can be left out where nothing that is asked touches time."
    )
    subject: SubjectDocument | None = Field(None, description="What is judged.")
    snapshot: Text | None = Field(
        None,
        description=(
            "What it begins with: `recorded` for the newest recorded snapshot that is not after `now`, or a file."
        ),
    )
    equivalent: list[EquivalentDocument] = Field(
        default_factory=list, description="Mutants of these policies that cannot matter, each with the reason."
    )


class SuiteDocument(SuiteHead):
    """Tests of policies: cases, and what they have in common."""

    evidence: Given
    cases: list[CaseDocument] = Field(min_length=1, description="The tests.")
