"""What policies are made of, a gate, and policies that were checked together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gatekeeper.model.duty import Duty
from gatekeeper.model.place import Place
from gatekeeper.model.review import Review
from gatekeeper.model.rule import Expression, ReadGate, Rule
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import Waiver

if TYPE_CHECKING:
    from gatekeeper.model.calendar import Calendar
    from gatekeeper.model.ladder import Ladder
    from gatekeeper.model.mode import Mode

ParamValue = bool | int | float | str | timedelta | datetime | tuple[str, ...]

STANDARD_SEVERITIES = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named figure of a policy.

    Attributes:
        type: int, number, string, bool, duration, timestamp or strings.
        default: used unless it is overridden.
        minimum: the smallest value that an override may give, or None.
        maximum: the largest value that an override may give, or None.
        choices: the only values that an override may give, or None.
        overridable: whether the command line may give another value.
    """

    name: str
    type: str
    default: ParamValue
    minimum: ParamValue | None
    maximum: ParamValue | None
    choices: tuple[ParamValue, ...] | None
    overridable: bool
    description: str
    place: Place


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """What a policy needs of one piece of evidence.

    Attributes:
        name: how expressions call it.
        kind: the evidence kind's word, such as ``workflow_runs``.
        max_age: how long ago the collection may lie; None means any age, with ``max_age_reason``.
        required: dotted paths that may be neither absent nor empty.
        schema: the JSON Schema that types a ``json`` or ``yaml`` document.
        of: for ``mode_state``, the mode's id.
    """

    name: str
    kind: str
    max_age: timedelta | None
    max_age_reason: str | None
    required: tuple[str, ...]
    schema: Mapping[str, Json] | None
    of: str | None
    description: str
    place: Place


@dataclass(frozen=True, slots=True)
class Variable:
    """An expression that others of the same policy read by its name.

    Attributes:
        name: others read it as ``variables.<name>``.
    """

    name: str
    expression: Expression
    description: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a policy of any kind says.

    Attributes:
        id: its name, unique over all policies.
        system: the folder that it stands in, which is the system that it is about.
        owner: who answers for it.
        source: where its requirements come from; empty where it does not say.
        params: its named figures.
        evidence: what it needs of each piece of evidence.
        variables: its named expressions; each stands behind those that it reads.
        digest: sha256 of its content, free of layout and comments.
    """

    id: str
    title: str
    system: str
    owner: str
    source: str
    description: str
    params: tuple[Parameter, ...]
    evidence: tuple[EvidenceEntry, ...]
    digest: str
    place: Place
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class WaiverTerms:
    """Under which terms a gate accepts waivers.

    Attributes:
        longest: the longest time from grant to expiry.
        granted_by: roles whose holders may grant one; none means that no waiver is accepted.
    """

    longest: timedelta
    granted_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Policy):
    """A go or no-go policy.

    Attributes:
        severities: the policy's own words, worst first → the standard word.
        words: GO, NO-GO and INCONCLUSIVE → the policy's own words for them.
        advisory: whether the gate may be GO without any applicable blocking rule.
        roles: role → the people who hold it.
        duties: what is owed beside; no verdict rests on them.
        review: when it is looked at again while it is not GO, or None where the gate does not say.
    """

    severities: Mapping[str, str]
    words: Mapping[str, str]
    advisory: bool
    rules: tuple[Rule, ...]
    roles: Mapping[str, tuple[str, ...]]
    waivers: WaiverTerms
    duties: tuple[Duty, ...] = ()
    review: Review | None = None

    @property
    def owed(self) -> tuple[Duty, ...]:
        """All duties."""
        return self.duties

    @property
    def reads(self) -> tuple[str, ...]:
        """Ids of the gates that this one reads, sorted."""
        found = {r.requirement.gate for r in self.rules if isinstance(r.requirement, ReadGate)}
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Policies that were loaded and checked together.

    Attributes:
        gates: id → gate; every gate that one of them reads is among them.
        waivers: all that the files hold, by file and place, whether they can be accepted or not.
        modes: id → mode.
        ladders: id → ladder.
        calendars: id → calendar; every calendar that a duty counts by, or somebody is paged by, is among them.
    """

    gates: Mapping[str, Gate]
    waivers: tuple[Waiver, ...]
    modes: Mapping[str, Mode] = field(default_factory=dict)
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    @property
    def every(self) -> Mapping[str, Policy]:
        """Id → gate, ladder or mode: no two policies have the same id."""
        return {**self.gates, **self.ladders, **self.modes}
