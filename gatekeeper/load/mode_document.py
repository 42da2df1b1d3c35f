"""Modes as they are written: which keys there are, and what each may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gatekeeper.load.document import Closed, Imports, LeverDocument, Needs, Params, PolicyHead, Variables
from gatekeeper.load.terms import Cel, Id, SpanOrCel, Text, one_of


class EntryDocument(Closed):
    """One way into a state."""

    noun = "this entry"
    id: Id = Field(description="Unique among the entries of the state.")
    when: Cel = Field(description="What has to be true.")
    at_least: SpanOrCel | None = Field(
        None, alias="for", description="For how long, by every look: a span or `params.<name>`."
    )
    look_back: SpanOrCel | None = Field(
        None,
        description="How far back `when` looks by itself. It is not waited for; it begins anew when `unless` ends.",
    )
    sources: list[Id] | None = Field(
        None, alias="from", min_length=1, description="The better states that it leads out of; all of them by default."
    )


class ExitDocument(Closed):
    """The way out of a state, to a better one."""

    noun = "this exit"
    when: Cel = Field(description="What has to be true.")
    at_least: SpanOrCel | None = Field(
        None, alias="for", description="For how long, by every look: a span or `params.<name>`."
    )
    to: Id | None = Field(None, description="The state that it leads to; the initial one by default.")


class StateDocument(Closed):
    """One state of a mode."""

    noun = "this state"
    title: Text | None = Field(None, description="What it is, in a few words.")
    unless: Cel | None = Field(None, description="While this is true the state cannot be entered. It never ends it.")
    enter: list[EntryDocument] = Field(default_factory=list, description="Any of these enters the state.")
    exit: ExitDocument | None = Field(None, description="The way out, to a better state.")
    dwell: SpanOrCel | None = Field(None, description="How long the state lasts at least before its exit is taken.")
    actions: list[Text] = Field(default_factory=list, description="What to do in it.")
    levers: list[Id] = Field(default_factory=list, description="Levers of the mode that belong to the state.")
    effects: dict[Text, Text] = Field(default_factory=dict, description="Category: what the state means for it.")
    notice: Text | None = Field(
        None, description="What customers see, with {expression} slots; what is not known reads `not known yet`."
    )


class AdviceDocument(Closed):
    """When to pull which lever."""

    noun = "this recommendation"
    id: Id = Field(description="Unique among the recommendations of the mode.")
    when: Cel = Field(description="When it holds, in whatever state.")
    lever: Id | None = Field(None, description="The lever to pull; none where something else is to be done.")
    reason: Text = Field(description="Why, and what exactly to do, with {expression} slots.")


class ModeHead(PolicyHead):
    """What a mode says beside its parameters, its evidence, its levers and its states."""

    noun = "this mode"
    kind: one_of("Mode") = Field(description="What kind of document this is.")  # type: ignore[valid-type]
    max_gap: SpanOrCel = Field(
        description="The longest time between two looks that keeps clocks running: a span or `params.<name>`."
    )
    hold_last: SpanOrCel = Field(
        description="For how long a state is held that the evidence does not carry; after that it is unknown."
    )
    initial: Id | None = Field(None, description="The state that it begins in; the first by default.")
    observed: Cel | None = Field(None, description="The name of the state that somebody sees, such as a kill-switch.")
    ladders: list[Id] = Field(
        default_factory=list,
        description="Ladders of the same system that are told with the mode: whom to page, and what is owed.",
    )


class ModeDocument(ModeHead):
    """A policy of ordered states."""

    imports: Imports
    params: Params
    evidence: Needs
    variables: Variables
    levers: dict[Id, LeverDocument] = Field(default_factory=dict, description="What people can pull, by id.")
    states: Annotated[dict[Id, StateDocument], Field(min_length=2)] = Field(description="The states, best first.")
    recommend: list[AdviceDocument] = Field(default_factory=list, description="When to pull which lever.")
