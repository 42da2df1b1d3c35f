"""What requests and responses hold: OpenAPI is made from these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=200)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Question(_Body):
    """What a decision is to rest on, where it is not what the sources say now."""

    evidence: dict[str, JsonValue] | None = Field(
        default=None, description="name → value in the shape of its kind; what is left out is not known"
    )
    service: Line | None = Field(default=None, description="what is judged, where evidence is given")
    environment: Line | None = Field(default=None, description="whose sources are read")
    parameters: dict[str, str] = Field(default_factory=dict, description="parameter → value, where the policy lets it")


class ModeQuestion(Question):
    """What a look at a mode is to rest on."""

    dry_run: bool = Field(default=False, description="look, and keep nothing")


class EventBody(_Body):
    """Something that a person did or decided."""

    system: Line
    event: Line = Field(description="a word for it, such as resume")
    by: Line = Field(description="who")
    at: AwareDatetime | None = Field(default=None, description="when; left out for now")
    note: Annotated[str, StringConstraints(max_length=2000)] | None = None
    service: Line | None = None
    environment: Line | None = None
    key: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="", description="the same for the same event, so that it is kept once; empty to have one made"
    )


class Recorded(_Body):
    """What became of an event."""

    new: bool = Field(description="false where the same one was kept before")
    looks: list[str] = Field(description="modes that are looked at because of it")
    warnings: list[str] = Field(description="why it may have no effect")


class Received(_Body):
    """What became of a notification."""

    received: int = Field(description="alerts in it")
    new: int = Field(description="those that were not there")
    looks: list[str] = Field(description="modes that are looked at because of it")


class Change(_Body):
    """A change of a mode's state, or of a ladder's level."""

    seq: int
    kind: str = Field(description="mode or ladder")
    system: str
    policy: str
    service: str | None
    environment: str | None
    source: str | None
    target: str | None
    at: datetime
    reasons: list[str]
    decision: Digest | None


class ModeState(_Body):
    """The state of a mode for a subject, as it is kept."""

    mode: str
    title: str
    system: str
    service: str | None
    environment: str | None
    state: str | None = Field(description="unknown where no evidence carries it any more; null where nobody looked yet")
    last_known: str | None
    normal: bool | None
    since: datetime | None
    looked_at: datetime | None
    version: int = Field(description="counts the looks")
    decision: Digest | None = Field(description="of the last decision that was kept")


class ModeStates(_Body):
    """The modes of the project."""

    modes: list[ModeState]


class ModeStory(_Body):
    """A mode, and its last changes."""

    states: list[ModeState]
    changes: list[Change]


class Changes(_Body):
    """The last changes, the oldest of them first."""

    changes: list[Change]


class KeptDecision(_Body):
    """A decision as it was kept."""

    digest: Digest
    at: datetime
    snapshot: Digest | None
    decision: dict[str, Any] = Field(description="the decision; its digest is of its RFC 8785 form")


class Health(_Body):
    """Whether the process answers."""

    status: str


class Readiness(_Body):
    """Whether the service can do its work."""

    ready: bool
    policies: int
    store: str = Field(description="ok, or why not")


class AlertBody(BaseModel):
    """One alert."""

    status: Annotated[str, StringConstraints(pattern="^(firing|resolved)$")]
    labels: dict[str, str]
    annotations: dict[str, str] = Field(default_factory=dict)
    startsAt: datetime  # noqa: N815  the sender's word
    endsAt: datetime | None = None  # noqa: N815
    generatorURL: str | None = None  # noqa: N815
    fingerprint: str


class NotificationBody(BaseModel):
    """What Alertmanager (version 4) or Grafana (version 1) sends to a webhook."""

    version: str
    alerts: list[AlertBody]
    receiver: str | None = None
    truncatedAlerts: int | None = None  # noqa: N815
