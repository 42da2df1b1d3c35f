"""Suites as they are written: which keys there are, and what each may hold."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from gatekeeper.load.document import ApiVersion, Closed, SubjectDocument, WaiverDocument
from gatekeeper.load.suite.expectation_document import ExpectationDocument, Offset
from gatekeeper.load.suite.mutants import EquivalentDocument
from gatekeeper.load.suite.time import Beginning
from gatekeeper.load.terms import Id, Instant, Name, Span, State, Text, one_of
from gatekeeper.model.suite import LACKING

PRESENT = "none"
"""How an event says that evidence is there again."""
RECORDED = "recorded"
"""How a suite says that it begins with the newest recorded snapshot."""


_SAMPLES_SCHEMA: dict[str, Any] = {
    "type": ["string", "number", "boolean", "null"],
    "examples": ["0.06x9 0.001x12", "0+1x10", "success _x2 failure"],
}

Samples = Annotated[Any, WithJsonSchema(_SAMPLES_SCHEMA)]
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
