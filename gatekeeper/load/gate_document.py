"""Gates as they are written: which keys there are, and what each may hold. Rules are described beside it."""

from __future__ import annotations

from pydantic import Field

from gatekeeper.load.document import (
    Closed,
    Imports,
    Needs,
    Params,
    PolicyHead,
    Roles,
    RuleDocument,
    Severities,
    Variables,
    VerdictWords,
    WaiverTermsDocument,
)
from gatekeeper.load.duty_document import DutyDocument
from gatekeeper.load.terms import Cel, Text, one_of


class ReviewDocument(Closed):
    """When a gate that is not GO is looked at again, and why."""

    noun = "this review"
    at: Cel = Field(description="The instant, or the date as text, to its end in UTC; null while none is set.")
    reason: Text = Field(description="Why then, with {expression} slots.")


class GateHead(PolicyHead):
    """What a gate says beside its parameters, its evidence, its rules, its duties and its review."""

    noun = "this gate"
    kind: one_of("Gate") = Field(description="What kind of document this is.")  # type: ignore[valid-type]
    severities: Severities | None = Field(
        None,
        min_length=1,
        description="The gate's own words, worst first, each with the standard word for it.",
        examples=[{"BLOCK": "critical", "HIGH": "high", "MED": "medium", "LOW": "low"}],
    )
    verdicts: VerdictWords | None = Field(None, description="The gate's own words for the verdicts.")
    advisory: bool = Field(False, description="Whether the gate may be GO without any applicable blocking rule.")
    roles: Roles = Field(default_factory=dict, description="Role: the people who hold it.")
    waivers: WaiverTermsDocument | None = Field(None, description="Under which terms waivers are accepted.")


class GateDocument(GateHead):
    """A go or no-go policy."""

    imports: Imports
    params: Params
    evidence: Needs
    variables: Variables
    rules: list[RuleDocument] = Field(min_length=1, description="The requirements.")
    duties: list[DutyDocument] = Field(
        default_factory=list, description="What is owed beside. No duty has a say in the verdict."
    )
    review: ReviewDocument | None = Field(None, description="When it is looked at again while it is not GO.")
