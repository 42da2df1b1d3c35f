"""The documents as they are written: which keys there are, and what each may hold.

These classes are the one description of the policy language. They check the shape, and the JSON Schemas for editors are
generated from them. What they hold is turned into the values of ``gatekeeper.model`` elsewhere in this room.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from gatekeeper.load.terms import Cel, Due, Gap, Id, Instant, Key, MaxAge, Name, Span, SpanOrCel, Text, one_of
from gatekeeper.model.kinds import KINDS
from gatekeeper.model.policy import STANDARD_SEVERITIES
from gatekeeper.model.sources import CONCURRENCY, DEADLINE

API_VERSION = "gatekeeper/v1"
REQUIREMENTS = ("expect", "each", "gate", "window", "quorum")
"""The five kinds of requirement, of which a rule has exactly one."""
VERDICTS = ("GO", "NO-GO", "INCONCLUSIVE")
PARAMETER_TYPES = ("bool", "duration", "int", "number", "string", "strings", "timestamp")

ApiVersion = one_of(API_VERSION)
Standard = one_of(*STANDARD_SEVERITIES)


class Closed(BaseModel):
    """A mapping without unknown keys. ``noun`` names it in messages."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)
    noun: ClassVar[str] = "this"


class Document(Closed):
    """A whole document: it says in which version of the language it is written."""

    api_version: ApiVersion = Field(alias="apiVersion", description="The version of the policy language.")  # type: ignore[valid-type]


class VerdictWords(Closed):
    """The policy's own words for the verdicts."""

    noun = "`verdicts`"
    go: Text | None = Field(None, alias="GO", description="The word for GO.")
    no_go: Text | None = Field(None, alias="NO-GO", description="The word for NO-GO.")
    inconclusive: Text | None = Field(None, alias="INCONCLUSIVE", description="The word for INCONCLUSIVE.")


class WaiverTermsDocument(Closed):
    """Under which terms the gate accepts waivers."""

    noun = "`waivers`"
    max: Span = Field(
        default=timedelta(days=14),
        description="The longest time from grant to expiry.",
        json_schema_extra={"default": "14d"},
    )
    granted_by: list[Text] = Field(
        default_factory=list, description="Roles whose holders may grant a waiver. Without any, none is accepted."
    )


class ParameterDocument(Closed):
    """A named figure, with the bounds within which it may be overridden."""

    noun = "this parameter"
    type: one_of(*PARAMETER_TYPES) | None = Field(  # type: ignore[valid-type]  # a type made from the words
        None, description="The type; where it is not said, the default tells it."
    )
    default: Any = Field(description="The value unless it is overridden.", examples=[2, "30d", "2026-02-24T00:00:00Z"])
    min: Any = Field(None, description="The smallest value: for int, number, duration and timestamp.")
    max: Any = Field(None, description="The largest value: for int, number, duration and timestamp.")
    choices: list[Any] | None = Field(None, min_length=1, description="The only values that it may have.")
    overridable: bool = Field(False, description="Whether --param may give another value.")
    description: Text | None = Field(None, description="What it is for.")


class EvidenceDocument(Closed):
    """What the gate needs of one piece of evidence."""

    noun = "this evidence entry"
    type: one_of(*sorted(KINDS)) = Field(description="The evidence kind.")  # type: ignore[valid-type]
    max_age: MaxAge = Field(description="How long ago it may have been collected, or `none` with a reason.")
    reason: Text | None = Field(None, description="Why any age will do; obligatory with `max_age: none`.")
    required: list[Text] = Field(
        default_factory=list, description="Dotted paths that may be neither absent nor empty.", examples=[["runs"]]
    )
    schema_file: Text | None = Field(
        None, alias="schema", description="A JSON Schema file, relative to the policy; obligatory for json and yaml."
    )
    of: Id | None = Field(None, description="The mode's id; obligatory for mode_state.")
    description: Text | None = Field(None, description="What it is.")


class EachDocument(Closed):
    """One finding for each row of a list."""

    noun = "this `each`"
    over: Cel = Field(description="The list of rows.")
    row: Name = Field(alias="as", description="The name of a row in the other expressions.")
    key: Cel = Field(description="The row's key: a string or an integer, unique among the rows.")
    empty: one_of("pass", "unknown") = Field("unknown", description="What no rows at all mean.")  # type: ignore[valid-type]
    expect: Cel | None = Field(None, description="What must be true of every row.")
    closed_by: dict[Key, Id] | None = Field(
        None, description="Row key: id of the rule of this gate that closes the row. Any other row is open."
    )
    owner: Cel | None = Field(None, description="Who has to act on the row.")
    due: Cel | None = Field(None, description="The date by which.")


class VoidDocument(Closed):
    """Samples that prove nothing."""

    noun = "this `void` entry"
    when: Cel = Field(description="True for such a sample.")
    because: Text = Field(description="Why, in a few words for the report.")


class WindowDocument(Closed):
    """A streak of clean samples that has to be long enough."""

    noun = "this window"
    over: Cel = Field(description="The list of samples.")
    row: Name = Field(alias="as", description="The name of a sample in the other expressions.")
    at: Cel = Field(description="The sample's instant.")
    clean: Cel = Field(description="True for a clean sample; false resets the streak.")
    pending: Cel | None = Field(None, description="True for a sample that has not ended yet.")
    void: list[VoidDocument] = Field(
        default_factory=list, description="Samples that neither keep nor break the streak."
    )
    label: Text | None = Field(None, description="How a report names a sample, with {expression} slots.")
    cause: Text | None = Field(None, description="What a sample was that resets the streak, with {expression} slots.")
    length: SpanOrCel = Field(description="How long the streak must be: a span or an expression.")
    max_gap: Gap = Field(
        description="The longest time without a clean sample: a span, an expression, or `none` if gaps do not matter."
    )
    not_before: Cel | None = Field(None, description="The earliest start.")


class QuorumDocument(Closed):
    """Sign-offs in roles, each on the same basis."""

    noun = "this quorum"
    of: Cel = Field(description="The list of approvals.")
    roles: list[Text] = Field(min_length=1, description="The roles that have to sign.")
    distinct: Annotated[int, Field(ge=1)] | Cel = Field(description="How many different people there must be.")
    binds: list[Text] = Field(description="Names of the evidence whose content the sign-off covers.")


class RuleDocument(Closed):
    """One requirement of a gate: exactly one of expect, each, gate, window and quorum."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [word]} for word in REQUIREMENTS]},
    )
    noun = "this rule"
    id: Id = Field(description="Unique among the rules of the gate.")
    title: Text = Field(description="What is required, in a few words.")
    enforcement: one_of("hard", "blocking", "advisory", "shadow") = Field(  # type: ignore[valid-type]
        description="hard blocks and cannot be waived; blocking blocks; advisory is only told; shadow never counts."
    )
    severity: Text = Field(description="One of the gate's severities.")
    applies_when: Cel | None = Field(
        None, description="Where this is false the rule is not applicable. Not on hard rules."
    )
    message: Text | None = Field(None, description="What is, with {expression} slots.")
    remedy: Text | None = Field(None, description="What to do, with {expression} slots.")
    owner: Text | None = Field(None, description="Who has to act; the gate's owner where it is not said.")
    due: Due | None = Field(None, description="The date, or date and time, by which it is owed.")
    source: Text | None = Field(None, description="Where the requirement comes from.")
    expect: Cel | None = Field(None, description="The rule passes when this is strictly true.")
    each: EachDocument | None = Field(None, description="One finding for each row of a list.")
    gate: Id | None = Field(None, description="The rule passes when that gate is GO.")
    window: WindowDocument | None = Field(None, description="A streak of clean samples.")
    quorum: QuorumDocument | None = Field(None, description="Sign-offs in roles.")


class PolicyHead(Document):
    """What every kind of policy says of itself."""

    id: Id = Field(description="Unique among all policies; it names the policy on the command line.")
    title: Text = Field(description="The question that the policy answers.")
    owner: Text = Field(description="Who answers for the policy, and acts where it names nobody.")
    source: Text | None = Field(None, description="Where the requirements come from.")
    description: Text | None = Field(None, description="What there is to know beside.")


class ImportDocument(Closed):
    """What a policy takes over from one shared document, each by its name."""

    noun = "this import"
    severities: list[Text] = Field(
        default_factory=list, min_length=1, description="Words of severity; their order is that of the shared document."
    )
    roles: list[Text] = Field(default_factory=list, min_length=1, description="Roles, with the people who hold them.")
    params: list[Name] = Field(default_factory=list, min_length=1, description="Named figures, with their bounds.")
    evidence: list[Name] = Field(default_factory=list, min_length=1, description="Evidence entries.")
    variables: list[Name] = Field(
        default_factory=list, min_length=1, description="Variables; they read what the policy has."
    )
    levers: list[Id] = Field(default_factory=list, min_length=1, description="Levers.")
    paging: list[Id] = Field(
        default_factory=list, min_length=1, description="Topics of a paging table, with their people."
    )


Imports = Annotated[
    dict[Id, ImportDocument],
    Field(default_factory=dict, description="Id of a shared document of the same folder: what is imported from it."),
]
Severities = dict[Text, Standard]  # type: ignore[valid-type]
Roles = dict[Text, Annotated[list[Text], Field(min_length=1)]]
Params = Annotated[
    dict[Name, ParameterDocument | bool | int | float | Text | list[Text]],
    Field(default_factory=dict, description="Named figures. A bare value is fixed, and its type is seen from it."),
]
Needs = Annotated[
    dict[Name, EvidenceDocument],
    Field(default_factory=dict, description="The evidence that the expressions read, by name."),
]


class VariableDocument(Closed):
    """An expression with a name, and what it is."""

    noun = "this variable"
    value: Cel = Field(description="What it stands for.")
    description: Text | None = Field(None, description="What it is.")


Variables = Annotated[
    dict[Name, Cel | VariableDocument],
    Field(
        default_factory=dict,
        description="Expressions that others read as `variables.<name>`. Each is evaluated at most once a decision.",
        examples=[{"error_rate": "metrics.failed / metrics.all"}],
    ),
]


class LeverDocument(Closed):
    """Something that a person can pull."""

    noun = "this lever"
    title: Text = Field(description="What it is, in a few words.")
    how: Text = Field(description="The command, or the way through a user interface.")
    undo: Text | None = Field(None, description="How it is taken back.")
    time_to_effect: Text = Field(description="How long it takes to work, as people say it.")
    blast_radius: Text = Field(description="What it touches.")
    last_validated: Due | None = Field(None, description="The date at which somebody last saw it work.")


class PersonInRole(Closed):
    """Who granted a waiver."""

    noun = "`granted_by`"
    person: Text = Field(description="The person's name, as in the gate's roles.")
    role: Text = Field(description="The role in which it is granted.")


class SubjectDocument(Closed):
    """What is judged."""

    noun = "this subject"
    service: Text | None = Field(None, description="The service.")
    environment: Text | None = Field(None, description="The environment.")
    commit: Text | None = Field(None, description="The commit; quote it, since it may look like a number.")


class WaiverDocument(Closed):
    """Accepts a fail of one rule for a while."""

    noun = "this waiver"
    id: Id = Field(description="Unique among all waivers.")
    gate: Id = Field(description="The gate's id.")
    rule: Id = Field(description="The rule's id.")
    key: Key | None = Field(None, description="Only the row with this key.")
    subject: SubjectDocument | None = Field(None, description="Only where the subject is this one.")
    owner: Text = Field(description="Who answers for the waiver.")
    granted_by: PersonInRole = Field(description="Who granted it, in which role.")
    granted_at: Instant = Field(description="When it was granted.")
    expires_at: Instant = Field(description="The instant at which it ends.")
    justification: Text = Field(description="Why the fail can be accepted.")
    ticket: Text = Field(description="Where it is tracked.")
    accepts: Annotated[list[one_of("fail", "unknown")], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        description="What stops counting: `[fail]`, or `[fail, unknown]`."
    )


class WaiversHead(Document):
    """What a file of waivers says beside the waivers."""

    noun = "this document"
    kind: one_of("Waivers") = Field(description="What kind of document this is.")  # type: ignore[valid-type]


class WaiversDocument(WaiversHead):
    """Waivers for gates of the same system."""

    waivers: list[WaiverDocument] = Field(description="The waivers.")


class SourceDocument(BaseModel):
    """Where one piece of evidence comes from; the collector validates everything else."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, defer_build=True)
    noun: ClassVar[str] = "this source"
    collector: Text = Field(description="The collector that reads it.")


class SourcesDocumentShape(Document):
    """Where the evidence of a system comes from in one environment."""

    noun = "this document"
    kind: one_of("Sources") = Field(description="What kind of document this is.")  # type: ignore[valid-type]
    system: Id = Field(description="The system: the folder under evidence/.")
    environment: Id = Field(description="The environment: the middle of the file's name.")
    subject: SubjectDocument = Field(description="What the evidence is about.")
    concurrency: int = Field(CONCURRENCY, ge=1, le=64, description="How many sources are read at the same time.")
    deadline: Span = Field(
        DEADLINE, description="How long the reading of all sources may take.", json_schema_extra={"default": "60s"}
    )
    sources: dict[Name, SourceDocument] = Field(description="Name of the evidence: where it comes from.")


POLICY_KINDS = ("Gate", "Ladder", "Mode", "Shared", "Calendar", "Waivers")
"""Kinds of document that lie in the folder of policies."""
KNOWN_KINDS = (*POLICY_KINDS, "Sources", "Suite")
