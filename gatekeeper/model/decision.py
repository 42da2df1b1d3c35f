"""A decision: what it says, and everything that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from gatekeeper.model.duty import DutyStanding
from gatekeeper.model.finding import Finding
from gatekeeper.model.review import ReviewStanding
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import WaiverNote

SEMANTICS = "1"
"""Version of the meaning of policies. It changes when the same input would give another decision."""


class Verdict(StrEnum):
    """What a gate answers. ``INCONCLUSIVE`` blocks exactly as ``NO-GO`` does."""

    GO = "GO"
    NO_GO = "NO-GO"
    INCONCLUSIVE = "INCONCLUSIVE"

    @property
    def rank(self) -> int:
        """0 for GO, 1 for INCONCLUSIVE, 2 for NO-GO: the highest wins."""
        return {Verdict.GO: 0, Verdict.INCONCLUSIVE: 1, Verdict.NO_GO: 2}[self]


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What one gate came to.

    Attributes:
        word: the verdict in the policy's own words.
        unwaived: the verdict as it would be without any waiver.
        stopped_by_hard: whether a hard rule, here or in a gate below, is among the reasons.
        parameters: every parameter with the value that was used, as JSON.
        overridden: names of the parameters that the caller gave.
        variables: the policy's named expressions, each with its text.
        findings: sorted by rule and key.
        reason: one line that says why.
        duties: in the policy's order; they say nothing of the verdict.
        review: when it is looked at again; None where it is GO, or the policy does not say.
    """

    gate: str
    title: str
    owner: str
    source: str
    system: str
    policy_digest: str
    verdict: Verdict
    word: str
    unwaived: Verdict
    stopped_by_hard: bool
    advisory: bool
    reason: str
    severities: Mapping[str, str]
    parameters: Mapping[str, Json]
    overridden: tuple[str, ...]
    findings: tuple[Finding, ...]
    waivers: tuple[WaiverNote, ...]
    reads: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    duties: tuple[DutyStanding, ...] = ()
    review: ReviewStanding | None = None


@dataclass(frozen=True, slots=True)
class EvidenceNote:
    """How one piece of evidence stood at the decision, for one gate.

    Attributes:
        state: ``usable``, or the cause for which it is unknown.
        detail: one line for a person; empty where usable.
        age: from the collection to the decision; None where it was never collected.
        max_age: the bound that the policy sets; None for none.
        stale_since: when it went past that bound; None where it has not.
    """

    gate: str
    name: str
    kind: str
    source: str
    digest: str | None
    observed_at: datetime | None
    collected_at: datetime | None
    state: str
    detail: str
    age: timedelta | None
    max_age: timedelta | None
    stale_since: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer to "may we go?", self-contained.

    Attributes:
        policy: id of the gate that was asked.
        verdict: that gate's verdict.
        as_of: the instant for which it was decided.
        replay: whether ``as_of`` lay in the past when it was decided.
        gates: the gate that was asked first, then every gate that it reads, by id.
        snapshot: digest of the snapshot.
        snapshot_at: the snapshot's time.
        earliest_go: not before this instant, if all that takes only time goes well; None where more than time is
            lacking, or nothing is.
    """

    policy: str
    verdict: Verdict
    word: str
    as_of: datetime
    replay: bool
    subject: Subject
    gates: tuple[GateDecision, ...]
    evidence: tuple[EvidenceNote, ...]
    snapshot: str | None
    snapshot_at: datetime | None
    semantics: str
    earliest_go: datetime | None = None

    @property
    def root(self) -> GateDecision:
        """The gate that was asked."""
        return self.gates[0]
